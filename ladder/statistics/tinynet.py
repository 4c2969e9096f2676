"""The smallest net with valleys: a bigram table squeezed through k hidden units.

    q(w | c) = softmax(B tanh(A_c))          A (S, k) one row a token, B (S, k)

Its loss is the mean surprise of a table of counts n(c, w), exactly, so that every look at it is cheap.
Turn a unit's sign in A and B, or exchange two units, and the model stays: there are 2^k k! copies
of every minimum, and others that are no copies. Where descent ends depends on its batch and rate.
"""

from typing import NamedTuple

import numpy as np

from ladder.lenses.simplex import Floats, log_softmax, softmax
from ladder.statistics.landscape import Arrays, flat

KEPT = 60
PRICED = 10  # steps between two looks at the validation part


class Path(NamedTuple):
    """A descent and its states; losses in nats per token."""

    weights: dict[str, Floats]  # where it ended, or was best on the validation part
    states: Floats  # (s, D), the last is `weights`
    steps: list[int]  # (s,)
    loss: float
    validation: float


def net_loss(weights: Arrays, counts: Floats) -> float:
    """The mean surprise of counts (S, S) in nats."""
    return -float((counts * log_softmax(np.tanh(weights["A"]) @ weights["B"].T)).sum() / counts.sum())


def net_slope(weights: Arrays, counts: Floats) -> dict[str, Floats]:
    """Its slope in A and B."""
    h = np.tanh(weights["A"])
    error = (counts.sum(axis=1, keepdims=True) * softmax(h @ weights["B"].T) - counts) / counts.sum()
    return {"A": (error @ weights["B"]) * (1 - h**2), "B": error.T @ h}


def descend_net(
    counts: Floats,
    validation: Floats,
    *,
    hidden: int,
    steps: int,
    rate: float,
    batch: int,
    decay: float,
    early: bool,
    rng: np.random.Generator,
) -> Path:
    """The net of a table of counts (S, S), by steps on batches drawn from it; batch 0 takes all of it each time."""
    S, share = len(counts), (counts / counts.sum()).ravel()
    weights = {name: rng.normal(size=(S, hidden)) * 0.5 for name in ("A", "B")}
    kept = set(np.linspace(0, steps, KEPT).round().astype(int).tolist())
    states, at, best = [flat(weights)], [0], (np.inf, weights, 0)
    for step in range(1, steps + 1):
        drawn = rng.multinomial(batch, share).reshape(S, S).astype(np.float64) if batch else counts
        slope = net_slope(weights, drawn)
        now = rate * (1 + np.cos(np.pi * (step - 1) / steps)) / 2  # falls, so that batches come to rest
        weights = {name: w - now * (slope[name] + decay * w) for name, w in weights.items()}
        if step in kept:
            states.append(flat(weights))
            at.append(step)
        if early and step % PRICED == 0 and (price := net_loss(weights, validation)) < best[0]:
            best = (price, weights, step)
    if early:
        weights = best[1]
        n = sum(step <= best[2] for step in at)
        states, at = [*states[:n], flat(weights)], [*at[:n], best[2]]
    if not np.isfinite(states[-1]).all():
        raise ValueError(f"at rate {rate:g} the steps overshoot and the weights leave all bounds; choose a lower rate")
    return Path(weights, np.array(states), at, net_loss(weights, counts), net_loss(weights, validation))
