"""Lines across a map: true neighbours in space that lie far apart on paper.

    line       a point i and one of its k nearest in space, j, drawn from place to place
    rank       m(i, j), how many points of the map lie nearer to i, and one more: 1 is the closest
    kept       m(i, j) <= k: the map has them as neighbours too

A line that runs across the whole map is what the map could not show. The worst are those of
the very nearest in space with the largest ranks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.neighbours import check_rows
from ladder.geometry.projection import CHUNK, closest, ranks, squared_distances
from ladder.lenses.simplex import Floats


class Lines(NamedTuple):
    """Pairs of true neighbours."""

    a: NDArray[np.intp]  # (m,)
    b: NDArray[np.intp]  # (m,)
    rank: Floats  # (m,) of b among the neighbours of a on the map


def lines_from(vectors: ArrayLike, points: ArrayLike, i: int, *, k: int) -> Lines:
    """From one point to its k nearest in space, nearest first: (n, d), (n, 2) -> (k,)."""
    rows, shown = (table - table.mean(axis=0) for table in (check_rows(vectors), check_rows(points)))
    here = np.array([i])
    in_space = squared_distances(rows, here)
    near = closest(in_space, min(k, len(rows) - 1))
    near = np.take_along_axis(near, np.argsort(np.take_along_axis(in_space, near, axis=1), axis=1), axis=1)
    rank = ranks(squared_distances(shown, here), near)
    return Lines(np.full(near.shape[1], i), near[0], rank[0])


def worst_crossings(vectors: ArrayLike, points: ArrayLike, centres: ArrayLike, *, most: int = 12) -> Lines:
    """Of the nearest in space of each centre, those that the map put farthest away, farthest first.

    (n, d), (n, 2), (m,) -> at most `most` lines, each pair once, none that the map has kept closest.
    """
    rows, shown = (table - table.mean(axis=0) for table in (check_rows(vectors), check_rows(points)))
    asked = np.asarray(centres, dtype=np.intp)
    nearest, rank = [], []
    for start in range(0, len(asked), CHUNK):
        i = asked[start : start + CHUNK]
        near = closest(squared_distances(rows, i), 1)
        nearest.append(near[:, 0])
        rank.append(ranks(squared_distances(shown, i), near)[:, 0])
    b, m = np.concatenate(nearest), np.concatenate(rank)
    pairs: dict[tuple[int, int], int] = {}
    for place in np.argsort(-m, kind="stable").tolist():
        if len(pairs) == most or m[place] <= 1:
            break
        pairs.setdefault((min(asked[place], b[place]), max(asked[place], b[place])), place)
    kept = list(pairs.values())
    return Lines(asked[kept], b[kept], m[kept])
