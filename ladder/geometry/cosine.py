"""Is it a cosine? A product of two vectors with their lengths left in, and taken out.

    z_ij = q_i . k_j = |q_i| |k_j| cos_ij

Within row i the length |q_i| is one factor for all: it hardens or softens the whole row, as an
inverse temperature does. The lengths |k_j| differ along the row, and can change who wins.
With the lengths taken out, and the best single scale s put in their place,

    p_i = softmax(z_i + b)        what the network does, b a bias if it has one
    q_i = softmax(s cos_i + b)    what a cosine would do
    s   = argmin sum_i KL(p_i || q_i)

the sum is convex in s >= 0, so there is one best s, and what is left is what the lengths say.

Reference: C. Spearman, "The Proof and Measurement of Association between Two Things" (1904).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.attention import products
from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax

STEPS = 40
HARDEST = 1e4  # where a cosine that always wins would want an infinite scale
NEGLIGIBLE = 1e-12
TABLE_ROWS = 4096


class ByCosine(NamedTuple):
    """What becomes of rows of logits when the lengths of their vectors are taken out."""

    log_p: Floats  # (..., n, m) nats, with the lengths
    log_q: Floats  # (..., n, m) nats, by cosine at the best scale
    scale: Floats  # (...) s
    bits: Floats  # (..., n) KL(p_i || q_i)
    changed: NDArray[np.bool_]  # (..., n) whether another one comes first


class HeadComparison(NamedTuple):
    """How far attention is from a cosine, head by head."""

    by_cosine: ByCosine
    products: Floats  # (..., n, n) q . k / sqrt(d_k)
    cosines: Floats  # (..., n, n)
    rank_correlation: Floats  # (...) Spearman over all pairs of a head
    within_rows: Floats  # (...) the mean of each row's own Spearman: what |q_i| cannot change


def cosines(a: ArrayLike, b: ArrayLike) -> Floats:
    """cos of the angles, 0 where a vector has no direction: (..., n, d), (..., m, d) -> (..., n, m)."""
    return np.clip(products(_directions(a), _directions(b)), -1, 1)


def without_norms(vectors: ArrayLike, U: ArrayLike, bias: Floats | float = 0.0) -> ByCosine:
    """Next-token rows from final vectors (n, d) and output embeddings U (V, d), with lengths and without.

    The bias is on both sides; leave it out to see what the dot products alone do.
    """
    # A few thousand rows of U at a time: in 64 bits, a whole table of a real model takes hundreds of megabytes.
    table = np.asarray(U)
    parts = np.array_split(table, max(1, len(table) // TABLE_ROWS))
    z = np.concatenate([products(vectors, part) for part in parts], axis=-1)
    return by_cosine(z + bias, np.concatenate([cosines(vectors, part) for part in parts], axis=-1), bias)


def compare_heads(Q: ArrayLike, K: ArrayLike) -> HeadComparison:
    """Attention's scores beside the cosines of the same queries and keys: (..., n, d_k) twice."""
    S = products(Q, K) / np.sqrt(np.shape(Q)[-1])
    C = cosines(Q, K)
    flat = (*S.shape[:-2], S.shape[-2] * S.shape[-1])
    return HeadComparison(
        by_cosine(S, C),
        S,
        C,
        spearman(S.reshape(flat), C.reshape(flat)),
        spearman(S, C).mean(axis=-1),
    )


def by_cosine(logits: ArrayLike, cosine: ArrayLike, bias: Floats | float = 0.0) -> ByCosine:
    """softmax(logits) beside softmax(s cosine + bias) at the best s: (..., n, m) twice -> ByCosine."""
    log_p, C = log_softmax(logits), np.asarray(cosine, dtype=np.float64)
    s = best_scale(np.exp(log_p), C, bias)
    log_q = log_softmax(s[..., None, None] * C + bias)
    bits = nats_to_bits((np.exp(log_p) * (log_p - log_q)).sum(axis=-1))
    changed = log_p.argmax(axis=-1) != log_q.argmax(axis=-1)
    return ByCosine(log_p, log_q, s, np.maximum(bits, 0), changed)


def best_scale(p: Floats, cosine: Floats, bias: Floats | float = 0.0) -> Floats:
    """The s >= 0 at which softmax(s cosine + bias) is nearest to p in sum_i KL: (..., n, m) twice -> (...).

    Newton's method on g(s) = sum_i E_q[cos] - E_p[cos], which never falls, held between bounds.
    """
    wanted = (p * cosine).sum(axis=(-1, -2))
    low = np.zeros(cosine.shape[:-2])
    high = np.full(cosine.shape[:-2], HARDEST)
    s = np.ones(cosine.shape[:-2])
    for _ in range(STEPS):
        q = np.exp(log_softmax(s[..., None, None] * cosine + bias))
        mean = (q * cosine).sum(axis=-1)
        g = mean.sum(axis=-1) - wanted
        slope = np.maximum((q * cosine**2).sum(axis=(-1, -2)) - (mean**2).sum(axis=-1), 0)
        low, high = np.where(g < 0, s, low), np.where(g > 0, s, high)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = s - g / slope
        inside = (newton > low) & (newton < high)
        further = np.where(inside, newton, (low + np.minimum(high, 16 * low + 16)) / 2)
        further = np.where(np.abs(g) <= NEGLIGIBLE, s, further)
        if np.allclose(further, s, rtol=1e-10, atol=1e-12):
            break
        s = further
    return s


def spearman(a: ArrayLike, b: ArrayLike) -> Floats:
    """Rank correlation along the last axis, 0 where one side never varies: (..., m) twice -> (...)."""
    from scipy.stats import rankdata

    # What rounding alone tells apart is tied.
    x, y = (rankdata(np.asarray(side, dtype=np.float64).round(9), axis=-1) for side in (a, b))
    x, y = (ranks - ranks.mean(axis=-1, keepdims=True) for ranks in (x, y))
    size = np.sqrt((x**2).sum(axis=-1) * (y**2).sum(axis=-1))
    return (x * y).sum(axis=-1) / np.where(size > 0, size, 1)


def _directions(vectors: ArrayLike) -> Floats:
    """The rows at length one; a zero row stays zero."""
    rows = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)
