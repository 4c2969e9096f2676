"""What lies near? Three answers that agree only where all vectors are equally long.

    dot         q . v                               grows with the length of v
    cosine      q . v / (|q| |v|)                   only the angle counts
    euclidean   |q - v|,  |q - v|^2 = |q|^2 + |v|^2 - 2 q . v

On the unit sphere |q - v|^2 = 2 - 2 cos, so the three order alike. Elsewhere a long v wins
by dot product, and one about as long as q by distance: where the lists differ, norms are why.

The search is exact: one product of a table and a vector, and a partial sort. Ties go to the
lower index. A zero vector has no direction: as a query it is refused by cosine, as a row it
is no neighbour by cosine.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.simplex import Floats

MEASURES = ("cosine", "dot", "euclidean")


class Neighbours(NamedTuple):
    """The nearest rows, nearest first."""

    indices: NDArray[np.intp]  # (k,)
    values: Floats  # (k,) similarity by cosine and dot, distance by euclidean


def cosine_similarity(a: ArrayLike, b: ArrayLike) -> Floats:
    """cos of the angle between each row of a and each of b: (n, d), (m, d) -> (n, m)."""
    return unit(a) @ unit(b).T


def unit(vectors: ArrayLike) -> Floats:
    """The rows at length one: (n, d) -> (n, d). Raises ValueError for a zero row, which has no direction."""
    rows = check_rows(vectors)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    if (norms == 0).any():
        raise ValueError(f"vectors must have a direction, but row {norms.argmin()} is zero")
    return rows / norms


def nearest(query: ArrayLike, vectors: ArrayLike, *, k: int, measure: str = "cosine") -> Neighbours:
    """The k rows of `vectors` nearest to the query, or all where there are fewer: (d,), (n, d) -> (k,), (k,)."""
    rows = check_rows(vectors)
    q = np.asarray(query, dtype=np.float64)
    if q.shape != rows.shape[1:]:
        raise ValueError(f"query must have the shape {rows.shape[1:]}, as the rows have, but has {q.shape}")
    if k < 1:
        raise ValueError(f"k must be at least 1, but is {k}")
    values = _values(q, rows, measure)
    cost = values if measure == "euclidean" else -values
    among = np.flatnonzero(np.isfinite(cost))
    if len(among) > k:
        among = among[cost[among] <= np.partition(cost[among], k - 1)[k - 1]]
    order = among[np.argsort(cost[among], kind="stable")][:k]
    return Neighbours(order, values[order])


def overlap(a: Neighbours, b: Neighbours) -> float:
    """The share of the neighbours of one list that the other has too, whatever their order: 0 to 1."""
    return len(np.intersect1d(a.indices, b.indices)) / max(len(a.indices), len(b.indices), 1)


def _values(q: Floats, rows: Floats, measure: str) -> Floats:
    if measure == "dot":
        return rows @ q
    if measure == "euclidean":
        return np.linalg.norm(rows - q, axis=1)
    if measure != "cosine":
        raise ValueError(f"measure must be one of {', '.join(MEASURES)}, but is {measure!r}")
    length = np.linalg.norm(q)
    if length == 0:
        raise ValueError("query must have a direction for the cosine, but is zero")
    norms = np.linalg.norm(rows, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        cosines = rows @ q / (norms * length)
    return np.where(norms > 0, cosines, np.nan)


def check_rows(vectors: ArrayLike) -> Floats:
    """vectors as a table (n, d) of finite numbers, or a ValueError that says why they are none."""
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"vectors must be a table (n, d) with something in it, but have the shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError("vectors must hold finite numbers, but have NaN or infinity in them")
    return rows
