"""What lies near? Three answers that agree only where all vectors are equally long.

    dot         q . v                               grows with the length of v
    cosine      q . v / (|q| |v|)                   only the angle counts
    euclidean   |q - v|,  |q - v|^2 = |q|^2 + |v|^2 - 2 q . v

On the unit sphere |q - v|^2 = 2 - 2 cos, so the three order alike. Elsewhere a long v wins
by dot product, and one about as long as q by distance: where the lists differ, norms are why.

The search is exact: one product of a table and a vector, and a partial sort, so `Index` keeps
nothing but the norms. Ties go to the lower index. A zero vector has no direction: as a query it
is refused by cosine, as a row it is no neighbour by cosine.
"""

from typing import Any, NamedTuple, Self

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
    return Index.of(vectors).nearest(query, k=k, measure=measure)


class Index(NamedTuple):
    """A table that is asked again and again: checked once, its norms at hand."""

    rows: NDArray[Any]  # (n, d), float32 where they came so: half the memory to read, twice the speed
    squares: NDArray[Any]  # (n,) |v|^2

    @classmethod
    def of(cls, vectors: ArrayLike) -> Self:
        """The index of a table: (n, d)."""
        narrow = getattr(vectors, "dtype", None) == np.float32
        rows = np.asarray(vectors) if narrow else check_rows(vectors)
        if narrow:
            check_rows(rows[:0] if not rows.size else rows.sum(axis=0, keepdims=True))
        return cls(rows, np.einsum("ij,ij->i", rows, rows))

    def nearest(self, query: ArrayLike, *, k: int, measure: str = "cosine") -> Neighbours:
        """The k rows nearest to the query, or all where there are fewer: (d,) -> (k,), (k,)."""
        q = np.asarray(query, dtype=self.rows.dtype)
        if q.shape != self.rows.shape[1:]:
            raise ValueError(f"query must have the shape {self.rows.shape[1:]}, as the rows have, but has {q.shape}")
        if k < 1:
            raise ValueError(f"k must be at least 1, but is {k}")
        cost = self._costs(q, measure)
        among = np.flatnonzero(np.isfinite(cost))
        if len(among) > k:
            among = np.flatnonzero(cost <= np.partition(cost[among], k - 1)[k - 1])
        order = among[np.argsort(cost[among], kind="stable")][:k]
        if measure == "euclidean":  # |q|^2 + |v|^2 - 2 q . v is fast, but rounds where both are near
            return Neighbours(order, np.linalg.norm(self.rows[order] - q, axis=1).astype(np.float64))
        return Neighbours(order, -cost[order].astype(np.float64))

    def _costs(self, q: NDArray[Any], measure: str) -> NDArray[Any]:
        """What is small where q is near: (n,)."""
        if measure == "dot":
            return -(self.rows @ q)
        if measure == "euclidean":
            return self.squares - 2 * (self.rows @ q)
        if measure != "cosine":
            raise ValueError(f"measure must be one of {', '.join(MEASURES)}, but is {measure!r}")
        length = np.linalg.norm(q)
        if length == 0:
            raise ValueError("query must have a direction for the cosine, but is zero")
        with np.errstate(divide="ignore", invalid="ignore"):
            return -(self.rows @ q) / (np.sqrt(self.squares) * length)


def overlap(a: Neighbours, b: Neighbours) -> float:
    """The share of the neighbours of one list that the other has too, whatever their order: 0 to 1."""
    return len(np.intersect1d(a.indices, b.indices)) / max(len(a.indices), len(b.indices), 1)


def check_rows(vectors: ArrayLike) -> Floats:
    """vectors as a table (n, d) of finite numbers, or a ValueError that says why they are none."""
    rows = np.asarray(vectors, dtype=np.float64)
    if rows.ndim != 2 or not rows.size:
        raise ValueError(f"vectors must be a table (n, d) with something in it, but have the shape {rows.shape}")
    if not np.isfinite(rows).all():
        raise ValueError("vectors must hold finite numbers, but have NaN or infinity in them")
    return rows
