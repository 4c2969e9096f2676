"""A crowd of vectors: which way it leans, and who is everybody's neighbour.

    anisotropy      mean cosine of random pairs: 0 where directions are all around
    I               min_c Z(c) / max_c Z(c),  Z(c) = sum_i exp(c . v_i) over the eigenvectors c of V'V,
                    the v_i scaled to length one on average; 1 for a crowd that is alike in every direction
    N_k(i)          in how many lists of k nearest neighbours i stands; its mean is k
    hubness         skewness of N_k: 0 for equal turns, far above 0 where a few hubs are in every list

All-but-the-top takes away the mean and the D directions of largest variance: what all vectors
share says nothing of any one of them, though it rules their cosines.

Reference: J. Mu, P. Viswanath, "All-but-the-Top" (2018); M. Radovanović, A. Nanopoulos,
M. Ivanović, "Hubs in Space" (2010); K. Ethayarajh, "How Contextual are Contextualized
Word Representations?" (2019).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.neighbours import check_rows, unit
from ladder.geometry.volume import mean_cosine
from ladder.lenses.simplex import Floats

CHUNK = 512


class Crowd(NamedTuple):
    """A cloud's lean and its hubs."""

    anisotropy: float  # mean cosine over all pairs
    isotropy: float  # I, 0 to 1
    occurrences: NDArray[np.int64]  # (n,) N_k
    nearest: NDArray[np.intp]  # (n, k) each row's neighbours, nearest first
    hubness: float  # skewness of N_k
    k: int

    @property
    def orphans(self) -> float:
        """The share of vectors that are in no list at all."""
        return float((self.occurrences == 0).mean())


def crowd_of(vectors: ArrayLike, *, k: int = 10) -> Crowd:
    """Lean and hubs of a cloud by cosine: (n, d) -> Crowd. Zero rows are refused; k is cut to n - 1."""
    rows = unit(vectors)
    if len(rows) < 2:
        raise ValueError(f"A crowd needs at least two vectors, but there is {len(rows)}.")
    near = k_nearest(rows, k=k)
    counts = np.bincount(near.ravel(), minlength=len(rows))
    return Crowd(mean_cosine(rows), isotropy(vectors), counts, near, skewness(counts), near.shape[1])


def k_nearest(rows: Floats, *, k: int) -> NDArray[np.intp]:
    """The k nearest of each row by dot product, itself left out, ties to the lower index: (n, d) -> (n, k)."""
    n = len(rows)
    k = min(k, n - 1)
    found = np.empty((n, k), dtype=np.intp)
    for start in range(0, n, CHUNK):
        # Rounding must not tell apart what is equally near: duplicates above all.
        similar = (rows[start : start + CHUNK] @ rows.T).round(12)
        asked = np.arange(len(similar))
        similar[asked, start + asked] = -np.inf
        among = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        among.sort(axis=1)
        order = np.argsort(-np.take_along_axis(similar, among, axis=1), axis=1, kind="stable")
        found[start : start + CHUNK] = np.take_along_axis(among, order, axis=1)
    return found


def skewness(counts: ArrayLike) -> float:
    """E[(x - mean)^3] / sd^3, 0 where nothing varies: (n,) -> number."""
    x = np.asarray(counts, dtype=np.float64)
    x = x - x.mean()
    spread = np.sqrt((x**2).mean())
    return float((x**3).mean() / spread**3) if spread > 0 else 0.0


def isotropy(vectors: ArrayLike) -> float:
    """I(V) by the eigenvectors of V'V, of both signs: (n, d) -> 0 ... 1."""
    rows = check_rows(vectors)
    size = np.linalg.norm(rows, axis=1).mean()
    if size == 0:
        raise ValueError("vectors must have a direction, but all are zero")
    rows = rows / size
    along = rows @ np.linalg.eigh(rows.T @ rows)[1]
    Z = np.concatenate([np.exp(along).mean(axis=0), np.exp(-along).mean(axis=0)])
    return float(Z.min() / Z.max())


def all_but_the_top(vectors: ArrayLike, *, top: int) -> Floats:
    """The rows less their mean and their `top` directions of largest variance: (n, d) -> (n, d)."""
    rows = check_rows(vectors)
    if not 0 <= top < rows.shape[1]:
        raise ValueError(f"top must lie in 0 ... {rows.shape[1] - 1}, but is {top}")
    centred = rows - rows.mean(axis=0)
    if top == 0:
        return centred
    directions = np.linalg.eigh(centred.T @ centred)[1][:, -top:]
    return centred - (centred @ directions) @ directions.T
