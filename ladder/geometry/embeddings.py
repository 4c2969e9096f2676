"""Vectors learned from the corpus at hand: a word is known by the company it keeps.

Count how often token j stands within `window` places of token i, and ask how much more
often that is than by chance:

    n_ij                    how often i and j are that near to each other
    p_ij = n_ij / n         p_i = sum_j p_ij
    s_j  ~ p_j ^ 0.75       chance, smoothed: rare company counts for less
    PMI_ij = ln p_ij / (p_i s_j)                 in nats
    PPMI_ij = max(PMI_ij, 0)                     what is rarer than chance is hardly known

    PPMI = U S V'           vectors = U_d sqrt(S_d): (V, d)

The d largest singular values keep what d numbers a token can keep of the table. Nothing
is read but the corpus itself, and it takes well under a second: the first map of a text.

Reference: O. Levy, Y. Goldberg, I. Dagan, "Improving Distributional Similarity with
Lessons Learned from Word Embeddings" (2015); O. Levy, Y. Goldberg, "Neural Word
Embedding as Implicit Matrix Factorization" (2014).
"""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# A table this small is decomposed exactly.
DENSE = 512
# Halko, Martinsson & Tropp (2011): a few columns too many, and powers that sharpen the spectrum.
OVERSAMPLING = 16
POWERS = 5


def cooccurrences(ids: Ids, vocabulary_size: int, *, window: int = 2) -> "csr_array":
    """n_ij, symmetric: how often j stands within `window` places of i, before or after: (n,) -> (V, V) sparse."""
    from scipy.sparse import csr_array  # not at the top: who counts n-grams need not wait for scipy

    row = _check(ids, vocabulary_size)
    if window < 1:
        raise ValueError(f"window must reach at least one place, but is {window}")
    shape = (vocabulary_size, vocabulary_size)
    left = np.concatenate([row[:-distance] for distance in range(1, window + 1)])
    right = np.concatenate([row[distance:] for distance in range(1, window + 1)])
    counts = csr_array((np.ones(len(left)), (left, right)), shape=shape)
    return csr_array(counts + counts.T)


def ppmi(counts: "csr_array", *, smoothing: float = 0.75) -> "csr_array":
    """max(ln p_ij / (p_i s_j), 0) in nats of counts n_ij: (V, V) -> (V, V) sparse."""
    if not 0 < smoothing <= 1:
        raise ValueError(f"smoothing must lie above 0 and at most be 1, but is {smoothing:g}")
    pairs = counts.tocoo()
    n_i = np.asarray(counts.sum(axis=1)).ravel()
    s_j = np.asarray(counts.sum(axis=0)).ravel() ** smoothing
    pmi = np.log(pairs.data * s_j.sum() / (n_i[pairs.row] * s_j[pairs.col]))
    kept = pmi > 0
    return type(counts)((pmi[kept], (pairs.row[kept], pairs.col[kept])), shape=counts.shape)


def ppmi_svd(
    ids: Ids, vocabulary_size: int, *, dimensions: int = 64, window: int = 2, smoothing: float = 0.75, seed: int = 0
) -> Floats:
    """U_d sqrt(S_d) of the PPMI table, one vector a token: (n,) -> (V, d).

    A token that does not occur, or that keeps no company beyond chance, lies at zero;
    columns beyond the table's rank are zero. The same ids and settings give the same vectors.
    """
    if dimensions < 1:
        raise ValueError(f"dimensions must be at least 1, but is {dimensions}")
    table = ppmi(cooccurrences(ids, vocabulary_size, window=window), smoothing=smoothing)
    # Only the rows and columns of tokens with company: the rest are zero before and after.
    rows, columns = np.unique(table.nonzero()[0]), np.unique(table.nonzero()[1])
    vectors = np.zeros((vocabulary_size, dimensions))
    if len(rows):
        U, S = _left_vectors(table[rows][:, columns], dimensions, np.random.default_rng(seed))
        rank = int((S / S[0] > 1e-10).sum())
        vectors[rows, :rank] = U[:, :rank] * np.sqrt(S[:rank])
    return vectors


def _left_vectors(table: "csr_array", d: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """The d leading left singular vectors and values, signs fixed; fewer at a lower rank: (m, k) -> (m, d), (d,)."""
    if min(table.shape) <= max(DENSE, d):
        U, S, _ = np.linalg.svd(table.toarray(), full_matrices=False)
    else:
        Q = _orthonormal(table @ rng.standard_normal((table.shape[1], d + OVERSAMPLING)))
        for _ in range(POWERS):
            Q = _orthonormal(table @ (table.T @ Q))
        # Q'T has few rows, so its left vectors are those of the small square Q'TT'Q.
        projected = table.T @ Q
        squares, W = np.linalg.eigh(projected.T @ projected)
        U, S = Q @ W[:, ::-1], np.sqrt(np.maximum(squares[::-1], 0))
    U, S = U[:, :d], S[:d]
    return U * fixed_signs(U), S


def _orthonormal(basis: Floats) -> Floats:
    """An orthonormal basis of the columns' span: (m, k) -> (m, at most k).

    Through the k x k table of inner products: many times faster than QR for a tall basis,
    and exact enough, since powers never stretch it far.
    """
    for _ in range(2):  # the second pass removes what rounding left
        squares, W = np.linalg.eigh(basis.T @ basis)
        kept = squares > squares[-1] * 1e-13
        basis = basis @ (W[:, kept] / np.sqrt(squares[kept]))
    return basis


def fixed_signs(columns: Floats) -> Floats:
    """+1 or -1 for each column, so that its entry of largest size comes out positive: (n, d) -> (d,)."""
    largest = columns[np.abs(columns).argmax(axis=0), np.arange(columns.shape[1])]
    return np.where(largest < 0, -1.0, 1.0)


def _check(ids: Ids, vocabulary_size: int) -> NDArray[np.int64]:
    array = np.asarray(ids)
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"ids must be a row of at least two tokens, but have the shape {array.shape}")
    if array.min() < 0 or array.max() >= vocabulary_size:
        wrong = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"ids must lie in 0 ... {vocabulary_size - 1}, but hold {wrong}")
    return array.astype(np.int64)
