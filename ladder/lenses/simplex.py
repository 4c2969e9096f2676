"""What a distribution is, and two ways to get one.

    p in the simplex        p_i >= 0,  sum p_i = 1
    from counts             p_i = n_i / n
    from logits             p_i = exp(z_i) / sum_j exp(z_j)

Adding a constant to all logits changes nothing, so the largest is taken off first:
the same p, but exp cannot overflow. A logit of -inf is an outcome ruled out.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

# What 64-bit rounding leaves of a sum of a few million shares.
SUM_TOLERANCE = 1e-9


def check_distribution(p: ArrayLike, name: str = "p") -> Floats:
    """p as an array (..., V), or a ValueError that says why its last axis is no distribution."""
    array = np.asarray(p, dtype=np.float64)
    if array.ndim == 0 or array.shape[-1] == 0:
        raise ValueError(f"{name} must hold at least one outcome, but is empty")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, but has NaN or infinity in it")
    if (array < 0).any():
        raise ValueError(f"{name} must not be negative, but holds {array.min():g}")
    sums = array.sum(axis=-1)
    worst = sums.flat[np.abs(sums - 1).argmax()]
    if abs(worst - 1) > SUM_TOLERANCE:
        raise ValueError(f"{name} must sum to 1, but sums to {worst:.10g}")
    return array


def relative_frequencies(counts: ArrayLike) -> Floats:
    """The shares n_i / n of counts (V,): the empirical p."""
    n_i = np.asarray(counts, dtype=np.float64)
    if n_i.size == 0 or not np.isfinite(n_i).all() or (n_i < 0).any() or n_i.sum() == 0:
        raise ValueError("counts must be non-negative, finite, and not all zero")
    return n_i / n_i.sum()


def log_softmax(logits: ArrayLike) -> Floats:
    """ln p for p = softmax(logits), in nats: (..., V) -> (..., V)."""
    z = np.asarray(logits, dtype=np.float64)
    if z.ndim == 0 or z.shape[-1] == 0:
        raise ValueError("logits must hold at least one outcome, but are empty")
    if np.isnan(z).any() or np.isposinf(z).any():
        raise ValueError("logits must not hold NaN or +infinity")
    top = z.max(axis=-1, keepdims=True)
    if np.isneginf(top).any():
        raise ValueError("logits must leave at least one outcome possible, but all are -infinity")
    with np.errstate(over="ignore"):  # a logit too far below the top to be held apart counts as -inf
        shifted = z - top
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax(logits: ArrayLike) -> Floats:
    """p = exp(logits) / Z: (..., V) -> (..., V)."""
    return np.exp(log_softmax(logits))
