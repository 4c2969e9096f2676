"""Fitting a histogram: the smallest learning problem there is.

Let p be a histogram of V symbols and q = softmax(theta) the model. The loss is

    H(p, q) = H(p) + KL(p || q)            least, H(p), where q = p

    gradient            g_i = q_i - p_i                 in nats for each logit
    curvature           diag(q) - q q^T                 near the goal: p_i for symbol i
    closed form         theta_i = ln p_i                counting

Four ways to the same place, from theta = 0:

    "gradient"   theta <- theta - rate g       an error in symbol i halves in ln 2 / (rate p_i) steps:
                                               rare symbols stall
    "natural"    q     <- q     - rate g       the same g, measured by the information that q carries:
                                               all symbols at one pace
    "lbfgs"      learns the curvature from the last few steps
    "closed"     counts, and is there

Read with Boltzmann, theta = -E / T up to a constant, and F = -T ln sum exp(theta) goes
with it: fitting is finding the energies whose equilibrium the histogram is.

Reference: S. Amari, "Natural Gradient Works Efficiently in Learning" (1998).
"""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats, check_distribution, log_softmax, softmax

ROUNDING = 1e-9

Method = Literal["gradient", "natural", "lbfgs", "closed"]


class Fit(NamedTuple):
    """A fitted histogram and the way to it; s + 1 steps were taken, k of them are kept as distributions."""

    theta: Floats  # (V,) logits in nats
    q: Floats  # (V,) softmax(theta)
    path: Floats  # (s + 1,) H(p, q) in bits, from theta = 0 on
    kept: NDArray[np.intp]  # (k,) which steps
    snapshots: Floats  # (k, V) q at those steps
    diverged: bool  # the rate was too large: theta and q are the best state before


def fit_softmax(
    p: ArrayLike, *, steps: int = 100, rate: float = 1.0, method: Method = "gradient", keep: int = 64
) -> Fit:
    """q = softmax(theta) fitted to p (V,) in at most `steps` steps; about `keep` states of q are kept."""
    target = check_distribution(p)
    if target.ndim != 1:
        raise ValueError(f"p must be one row (V,), but has {target.ndim} axes")
    if steps < 1 or steps != int(steps):
        raise ValueError(f"steps must be a whole number of at least 1, but is {steps}")
    if not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"rate must be positive and finite, but is {rate}")
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {', '.join(get_args(Method))}, but is {method!r}")
    return _follow(target, _WAYS[method](target, steps, rate), steps=steps, keep=keep)


def kl_by_symbol(p: ArrayLike, q: ArrayLike) -> Floats:
    """What each symbol adds to KL(p||q) in bits, none of it negative: (..., V), (..., V) -> (..., V).

    p log(p/q) alone may be negative; with q - p added, which sums to zero, it never is.
    """
    p, q = np.broadcast_arrays(check_distribution(p), check_distribution(q, "q"))
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = np.where(p > 0, p * np.log(np.where(p > 0, p, 1) / q), 0)
    return nats_to_bits(np.maximum(cost + q - p, 0))


def halving_steps(p: ArrayLike, *, rate: float) -> Floats:
    """About how many steps of plain gradient descent halve a small error in a symbol's logit: (V,) -> (V,).

    The error shrinks by 1 - rate lambda_i a step, where the curvature's eigenvalues lambda_i
    lie between the neighbouring p_i.
    """
    with np.errstate(divide="ignore"):
        return np.log(2) / (rate * np.asarray(p, dtype=np.float64))


def _gradient(p: Floats, steps: int, rate: float) -> Iterator[Floats]:
    theta = np.zeros(len(p))
    for _ in range(steps):
        theta = theta - rate * (softmax(theta) - p)
        yield theta


def _natural(p: Floats, steps: int, rate: float) -> Iterator[Floats]:
    q = np.full(len(p), 1 / len(p))
    for _ in range(steps):
        q = q - rate * (q - p)
        with np.errstate(divide="ignore", invalid="ignore"):
            yield np.log(q)  # NaN where the step has left the simplex


def _lbfgs(p: Floats, steps: int, rate: float) -> Iterator[Floats]:
    from scipy.optimize import minimize  # not at the top: who counts n-grams need not wait for scipy

    def loss_and_gradient(theta: Floats) -> tuple[float, Floats]:
        log_q = log_softmax(theta)
        return -float(p @ log_q), np.exp(log_q) - p

    path: list[Floats] = []
    settings = {"maxiter": steps, "ftol": 1e-16, "gtol": 1e-12}
    minimize(loss_and_gradient, np.zeros(len(p)), jac=True, method="L-BFGS-B", callback=path.append, options=settings)
    yield from path


def _closed(p: Floats, steps: int, rate: float) -> Iterator[Floats]:
    with np.errstate(divide="ignore"):
        yield np.log(p)


_WAYS: dict[str, Callable[[Floats, int, float], Iterator[Floats]]] = {
    "gradient": _gradient,
    "natural": _natural,
    "lbfgs": _lbfgs,
    "closed": _closed,
}


def _follow(p: Floats, thetas: Iterator[Floats], *, steps: int, keep: int) -> Fit:
    """Go the way step by step, and stop where it leads away from p for good."""
    # Dense where most happens, at the start.
    wanted = set(np.unique(np.geomspace(1, steps + 1, max(keep, 2)).round().astype(int) - 1).tolist())
    if keep > steps:
        wanted = set(range(steps + 1))
    theta = np.zeros(len(p))
    path, kept, snapshots = [_bits(p, log_softmax(theta))], [0], [softmax(theta)]
    best, diverged = (path[0], theta), False
    for step, theta in enumerate(thetas, start=1):
        broken = np.isnan(theta).any() or np.isposinf(theta).any()
        log_q = None if broken else log_softmax(theta)
        bits = np.inf if log_q is None else _bits(p, log_q)
        if np.isfinite(bits):
            path.append(bits)
        if log_q is None or bits > path[0] + ROUNDING:  # worse than knowing nothing
            diverged = True
            break
        if bits <= best[0]:
            best = (bits, theta)
        if step in wanted:
            kept.append(step)
            snapshots.append(np.exp(log_q))
    if diverged:
        theta = best[1]
    return Fit(theta, softmax(theta), np.array(path), np.array(kept), np.array(snapshots), diverged)


def _bits(p: Floats, log_q: Floats) -> float:
    """H(p, q) in bits; p and q were checked when the way began."""
    happens = p > 0
    return float(nats_to_bits(-(p[happens] @ log_q[happens])))
