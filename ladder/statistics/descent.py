"""Gradient descent in small batches, and the moments that it matches.

The log-bilinear model (loglinear.py) has one lowest point. L-BFGS looks at the whole text before
each step; here each step looks at a batch of B pairs (c, w), token and next token, drawn anew:

    g  =  mean over the batch of (q(.|c) - 1_w) phi(c)  +  (l2 / n) theta        phi = (v_c, 1)
    theta  <-  theta - rate * g                                                   plain
    theta  <-  theta - rate * m / (sqrt(s) + eps)                                 Adam

with m and s running means of g and g^2, corrected for their start. Without l2 the mean of g is
the model's moments less the data's: the steps end where both agree, and the model is then, of all
that have these moments, the one of largest entropy. Noise of the batches would keep theta moving
for ever, so the rate falls to zero along a half cosine.

With early stopping the last tenth of the text is not learned from: it is priced now and then, and
the weights that were best on it are kept.

Reference: H. Robbins and S. Monro (1951); D. Kingma and J. Ba, "Adam" (2015).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.statistics.loglinear import LogBilinear, Problem, check_l2, start_of
from ladder.statistics.model import check_text

VALIDATION = 0.1
PATIENCE = 4  # prices in a row that are no better
BETA_M, BETA_S, EPS = 0.9, 0.99, 1e-8
WORSE = 2.0  # bits above the beginning: then the descent has diverged


class State(NamedTuple):
    """Where the descent is."""

    step: int
    bits: float  # per token of the part that is learned from
    validation: float  # per token of the validation part; NaN without one
    moments: NDArray[np.float32]  # (V, d + 1) the model's, per token
    weights: NDArray[np.float32]  # (V, d + 1) u and b - b_0


# The share done, the states so far, and the data's moments (V, d + 1) per token.
Report = Callable[[float, list[State], NDArray[np.float32]], None]


class Descent(NamedTuple):
    """A model fitted in small batches, and the way there."""

    model: LogBilinear
    states: tuple[State, ...]  # the kept ones, the first before any step
    batch_bits: Floats  # (s,) bits per token of each batch, before its step
    data_moments: NDArray[np.float32]  # (V, d + 1) per token
    best: int  # which state the model is
    n: int  # pairs that were learned from
    note: str  # a sentence where it ended early
    start: NDArray[np.float32]  # (V,) b_0, the unigram's biases


def descend(
    ids: ArrayLike,
    vocabulary_size: int,
    *,
    vectors: ArrayLike,
    rng: np.random.Generator,
    l2: float = 1.0,
    steps: int = 1000,
    rate: float = 0.03,
    batch: int = 512,
    adam: bool = True,
    early: bool = False,
    kept: int = 24,
    progress: Report | None = None,
) -> Descent:
    """The log-bilinear model of a text (n,) for context vectors (V, d), by `steps` steps."""
    if not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"rate must be positive and finite, but is {rate}")
    if steps < 1 or batch < 1:
        raise ValueError(f"steps and batch must be at least 1, but are {steps} and {batch}")
    check_l2(l2)
    text = check_text(ids, vocabulary_size, order=2)
    judged = round(VALIDATION * len(text)) if early else 0
    learned, validation = text[: len(text) - judged], text[len(text) - judged :]
    if len(learned) < 2 or (early and len(validation) < 2):
        raise ValueError(f"the text is too short for descent{' with early stopping' * early}: {len(text)} tokens")
    v, b = start_of(learned, vocabulary_size, vectors)
    problem = Problem(learned, v, b, l2)
    on_validation = Problem(validation, v, b, l2) if early else None
    theta = np.zeros(problem.moments.shape, dtype=np.float32)
    m, s = np.zeros_like(theta), np.zeros_like(theta)
    when = set(np.unique(np.geomspace(1, steps, kept - 1).round().astype(int)).tolist())
    when |= set(np.linspace(0, steps, 9).round().astype(int).tolist())
    data = (problem.moments / problem.n).astype(np.float32)
    states = [_state(0, problem, on_validation, theta)]
    batch_bits, note, since = np.full(steps, np.nan), "", 0
    best = 0
    with threadpool_limits(limits=1, user_api="blas"):
        for step in range(1, steps + 1):
            places = rng.integers(0, len(learned) - 1, batch)
            slope, batch_bits[step - 1] = batch_slope(theta, v, b, learned[places], learned[places + 1])
            slope += np.float32(l2 / problem.n) * theta
            now = rate * (1 + np.cos(np.pi * (step - 1) / steps)) / 2
            if adam:
                m += (1 - BETA_M) * (slope - m)
                s += (1 - BETA_S) * (slope**2 - s)
                theta -= now * (m / (1 - BETA_M**step)) / (np.sqrt(s / (1 - BETA_S**step)) + EPS)
            else:
                theta -= now * slope
            if step not in when:
                if progress is not None and step % 20 == 0:
                    progress(step / steps, states, data)
                continue
            state = _state(step, problem, on_validation, theta)
            if not (np.isfinite(state.bits) and state.bits < states[0].bits + WORSE):
                note = f"At rate {rate:g} the steps overshoot: it stopped at step {step:,}; the best state is kept."
                break
            states.append(state)
            if progress is not None:
                progress(step / steps, states, data)
            if not early or state.validation < states[best].validation:
                best, since = len(states) - 1, 0
            elif early and step >= steps // 8:
                since += 1
                if since >= PATIENCE:
                    note = f"Stopped at step {step:,}: the validation part has not become cheaper {since} times."
                    break
    if note and not early:
        best = min(range(len(states)), key=lambda i: states[i].bits)
    u, moved = problem.parts(states[best].weights)
    path = np.array([state.bits for state in states])
    ended = batch_bits[: int(np.isfinite(batch_bits).sum())]
    return Descent(LogBilinear(v, u, b + moved, path), tuple(states), ended, data, best, problem.n, note, b)


def batch_slope(
    theta: NDArray[np.float32], v: NDArray[np.float32], b: NDArray[np.float32], c: ArrayLike, w: ArrayLike
) -> tuple[NDArray[np.float32], float]:
    """The slope of a batch's mean surprise in nats, (V, d + 1), and that surprise in bits per token."""
    tokens, rows = np.asarray(w), np.arange(np.size(w))
    phi = np.column_stack([v[np.asarray(c)], np.ones(len(rows), dtype=np.float32)])
    z = phi @ theta.T + b
    z -= z.max(axis=1, keepdims=True)
    q = np.exp(z)
    Z = q.sum(axis=1, keepdims=True)
    nats = float((np.log(Z[:, 0]) - z[rows, tokens]).mean())
    q /= Z
    q[rows, tokens] -= 1
    return (q.T @ phi) / np.float32(len(rows)), float(nats_to_bits(nats))


def moment_gap(state: State, data_moments: ArrayLike) -> float:
    """The largest difference between a moment of the model and of the data, per token."""
    return float(np.abs(state.moments - np.asarray(data_moments)).max())


def _state(step: int, problem: Problem, on_validation: Problem | None, theta: NDArray[np.float32]) -> State:
    """Prices and moments of the whole parts, not of a batch."""
    expected = problem.expected(theta)
    bits = problem.last_bits
    validation = np.nan if on_validation is None else on_validation.bits_per_token(theta.ravel())
    return State(step, bits, validation, (expected / problem.n).astype(np.float32), theta.copy())
