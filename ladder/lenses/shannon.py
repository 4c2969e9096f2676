"""Surprise, in bits.

Let p be what happens and q what we believe. Then

    H(p)     = -sum p log2 p         entropy: the surprise that nobody can avoid
    H(p, q)  = -sum p log2 q         cross-entropy: the surprise that we suffer
    KL(p||q) = H(p, q) - H(p)        what believing q costs on top

and for two variables with joint distribution p(x, y)

    H(Y|X)   = H(X, Y) - H(X)        what is left of Y once X is known
    I(X; Y)  = H(Y) - H(Y|X)         what X tells about Y

What never happens costs nothing (0 log 0 = 0); what happens though we called it
impossible costs infinitely much.

Reference: C. E. Shannon, "A Mathematical Theory of Communication" (1948).
"""

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats, check_distribution

NATS_PER_BIT = float(np.log(2))


def bits_to_nats(bits: ArrayLike) -> Floats:
    """The same quantity in nats: 1 bit = ln 2 nats."""
    return np.asarray(bits, dtype=np.float64) * NATS_PER_BIT


def nats_to_bits(nats: ArrayLike) -> Floats:
    """The same quantity in bits: 1 nat = 1 / ln 2 bits."""
    return np.asarray(nats, dtype=np.float64) / NATS_PER_BIT


def surprisal(p: ArrayLike) -> Floats:
    """-log2 p in bits, elementwise: what never happens is infinitely surprising."""
    with np.errstate(divide="ignore"):
        return -np.log2(np.asarray(p, dtype=np.float64)) + 0.0  # + 0.0 turns -0 into 0


def entropy(p: ArrayLike) -> Floats:
    """H(p) in bits: (..., V) -> (...)."""
    p = check_distribution(p)
    return _expected_surprisal(p, p)


def cross_entropy(p: ArrayLike, q: ArrayLike) -> Floats:
    """H(p, q) in bits: (..., V), (..., V) -> (...); infinite where q rules out what happens."""
    return _expected_surprisal(check_distribution(p), check_distribution(q, "q"))


def kl_divergence(p: ArrayLike, q: ArrayLike) -> Floats:
    """KL(p||q) in bits: (..., V), (..., V) -> (...); never negative, zero only for q = p."""
    p, q = check_distribution(p), check_distribution(q, "q")
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log2(p) - np.log2(q)
    return np.where(p > 0, p * np.where(p > 0, log_ratio, 0), 0).sum(axis=-1)


def jensen_shannon(p: ArrayLike, q: ArrayLike) -> Floats:
    """The Jensen-Shannon divergence in bits, 0 to 1: (..., V), (..., V) -> (...).

    Its square root is a distance (Endres & Schindelin 2003).
    """
    p, q = check_distribution(p), check_distribution(q, "q")
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2


def conditional_entropy(joint: ArrayLike) -> Floats:
    """H(Y|X) in bits of a joint distribution p(x, y), X in rows: (X, Y) -> ()."""
    p = _check_joint(joint)
    return entropy(p.ravel()) - entropy(p.sum(axis=1))


def mutual_information(joint: ArrayLike) -> Floats:
    """I(X; Y) in bits of a joint distribution p(x, y): (X, Y) -> ()."""
    p = _check_joint(joint)
    return kl_divergence(p.ravel(), np.outer(p.sum(axis=1), p.sum(axis=0)).ravel())


def _expected_surprisal(p: Floats, q: Floats) -> Floats:
    """-sum p log2 q in bits, with 0 log 0 = 0."""
    cost = surprisal(q)
    return np.where(p > 0, p * np.where(p > 0, cost, 0), 0).sum(axis=-1)


def _check_joint(joint: ArrayLike) -> Floats:
    p = np.asarray(joint, dtype=np.float64)
    if p.ndim != 2:
        raise ValueError(f"joint must be a table (X, Y), but has {p.ndim} axes")
    return check_distribution(p.ravel(), "joint").reshape(p.shape)
