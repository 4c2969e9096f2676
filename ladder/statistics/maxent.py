"""Jaynes: what to believe when only a mean is known.

Of all distributions over states with energies E_1 ... E_V and a given mean <E> = m, take the one
of largest entropy: it assumes nothing else. Lagrange's multiplier for the mean, lambda, gives

    p_i = exp(-lambda E_i) / Z(lambda)          softmax of -lambda E; lambda = 1/T

Two roads to lambda:

    the root          sum_i (E_i - m) exp(-lambda (E_i - m)) = 0          bracketed, no softmax
    the dual          minimise ln Z(lambda) + lambda m                    Newton, softmax at every step
                      slope m - <E>, curvature Var E

A die whose throws average 4.5 is Jaynes' own example: p = (0.054, 0.079, 0.114, 0.165, 0.240, 0.347).

Reference: E. T. Jaynes, "Information Theory and Statistical Mechanics" (1957).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.boltzmann import boltzmann_entropy
from ladder.lenses.simplex import Floats, softmax

STEPS = 200
STEEPEST = 600.0  # lambda times the width of the ladder: beyond it one state is all there is, to rounding


class MaxEnt(NamedTuple):
    """The distribution of largest entropy with a given mean."""

    p: Floats  # (V,)
    multiplier: float  # lambda
    entropy: float  # in nats
    path: Floats  # lambda on the way


def by_root(energies: ArrayLike, mean: float) -> MaxEnt:
    """The distribution whose multiplier is found as a root: (V,)."""
    from scipy.optimize import brentq  # not at the top: who counts n-grams need not wait for scipy

    E = _check(energies, mean)
    width = E.max() - E.min()
    # Measured from the mean, in widths: the exponent cannot overflow.
    x = (E - mean) / width

    def moment(t: float) -> float:
        return float(x @ np.exp(-t * x - np.max(-t * x)))

    path: list[float] = []

    def noted(t: float) -> float:
        path.append(t / width)
        return moment(t)

    t = brentq(noted, -STEEPEST, STEEPEST, xtol=1e-15, rtol=8.9e-16, maxiter=STEPS)
    weights = np.exp(-t * x - np.max(-t * x))
    p = weights / weights.sum()
    return MaxEnt(p, float(t / width), float(boltzmann_entropy(p)), np.array(path))


def by_dual(energies: ArrayLike, mean: float) -> MaxEnt:
    """The distribution whose multiplier is the lowest point of the dual, found by Newton: (V,)."""
    E = _check(energies, mean)
    width = E.max() - E.min()
    x = (E - mean) / width
    t, path = 0.0, [0.0]
    for _ in range(STEPS):
        p = softmax(-t * x)
        slope = -float(p @ x)
        variance = float(p @ (x - p @ x) ** 2)
        if variance == 0:
            break
        # At most 5 a step: far from the goal the curvature promises too much.
        step = float(np.clip(slope / variance, -5, 5))
        t -= step
        path.append(t / width)
        if abs(step) < 1e-15 * max(1, abs(t)):
            break
    p = softmax(-t * x)
    return MaxEnt(p, t / width, float(boltzmann_entropy(p)), np.array(path))


def _check(energies: ArrayLike, mean: float) -> Floats:
    E = np.asarray(energies, dtype=np.float64)
    if E.ndim != 1 or len(E) < 2 or not np.isfinite(E).all() or E.min() == E.max():
        raise ValueError("energies must be one row of finite numbers, at least two of them different")
    width = E.max() - E.min()
    if not E.min() + width / 100 <= mean <= E.max() - width / 100:
        raise ValueError(
            f"mean must lie between {E.min():g} and {E.max():g}, a hundredth of the way inside, but is {mean:g}"
        )
    return E
