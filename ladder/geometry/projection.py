"""A map on paper of a space with hundreds of dimensions, and how far to believe it.

    pca     the two directions of largest variance: a shadow, linear, at once
    umap    pulls neighbours together on a graph of them (McInnes et al. 2018)
    tsne    matches the neighbours' probabilities (van der Maaten & Hinton 2008)

Let r(i, j) be the rank of j among the neighbours of i in space, m(i, j) the same on the map,
and k the size of a neighbourhood. With c = 2 / (n k (2n - 3k - 1)),

    trustworthiness = 1 - c sum_i sum_{j near i on the map} max(r(i, j) - k, 0)
    continuity      = 1 - c sum_i sum_{j near i in space}   max(m(i, j) - k, 0)
    kept            = share of the k nearest on the map that are among the k nearest in space

Trustworthiness falls where the map shows strangers as neighbours, continuity where it tears
neighbours apart. A map thrown at random keeps k / (n - 1) and has about 0.5 of the others.
Where equal distances share several ranks, their middle is taken. Beyond 3,000 points the sums
run over a random sample of the i, all j staying in: the same numbers but for chance.

Reference: J. Venna, S. Kaski, "Neighborhood preservation in nonlinear projection methods" (2001).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.embeddings import fixed_signs
from ladder.geometry.neighbours import check_rows
from ladder.lenses.simplex import Floats

METHODS = ("pca", "umap", "tsne")
NEIGHBOURS = 12
CENTRES = 3000  # points whose neighbourhoods are compared; a sample of them where there are more
CHUNK = 256
LEAST = 3  # points that make a map
LEAST_NONLINEAR = 10


class Quality(NamedTuple):
    """How well a map keeps neighbourhoods."""

    trustworthiness: float
    continuity: float
    neighbours_kept: float
    by_chance: float  # what a map at random keeps of the neighbours
    k: int  # the size of a neighbourhood
    centres: NDArray[np.intp]  # (m,) the points that were asked
    kept: Floats  # (m,) the share kept by each of them


class Projection(NamedTuple):
    """A map, with how far to believe it."""

    points: Floats  # (n, 2)
    trustworthiness: float
    continuity: float
    neighbours_kept: float
    explained: Floats | None  # PCA: the share of variance along each direction, falling; else None
    quality: Quality


def project(vectors: ArrayLike, *, method: str = "pca", seed: int = 0, k: int = NEIGHBOURS) -> Projection:
    """A map of the rows: (n, d) -> (n, 2). The same seed gives the same map.

    Raises ValueError for an unknown method, fewer than three points, fewer than ten for UMAP
    and t-SNE, and for points that all lie in one place.
    """
    rows = check_rows(vectors)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, but is {method!r}")
    least = LEAST if method == "pca" else LEAST_NONLINEAR
    if len(rows) < least:
        raise ValueError(f"A map by {method} needs at least {least} points, but there are {len(rows)}.")
    if (rows == rows[0]).all():
        raise ValueError(f"A map needs points that differ, but all {len(rows)} lie in one place.")
    explained = None
    if method == "pca":
        points, explained = principal_components(rows)
    else:
        points = (_umap if method == "umap" else _tsne)(rows, seed)
        if not np.isfinite(points).all():
            raise ValueError(f"The map by {method} did not converge on these {len(rows)} points. Use PCA.")
    quality = quality_of(rows, points, k=k, rng=np.random.default_rng(seed))
    return Projection(points, quality.trustworthiness, quality.continuity, quality.neighbours_kept, explained, quality)


def principal_components(rows: Floats) -> tuple[Floats, Floats]:
    """The rows along their two directions of largest variance, and every direction's share: (n, d) -> (n, 2), (d,).

    The directions are the right singular vectors of the centred table, got from its d x d
    table of inner products; each is turned so that its largest entry is positive.
    """
    centred = rows - rows.mean(axis=0)
    squares, V = np.linalg.eigh(centred.T @ centred)
    squares, V = np.maximum(squares[::-1], 0), V[:, ::-1][:, :2]
    points = np.zeros((len(rows), 2))
    points[:, : V.shape[1]] = centred @ (V * fixed_signs(V))
    return points, squares / squares.sum()


def quality_of(
    vectors: ArrayLike, points: ArrayLike, *, k: int = NEIGHBOURS, rng: np.random.Generator, centres: int = CENTRES
) -> Quality:
    """How well `points` keeps the neighbourhoods of `vectors`: (n, d), (n, 2) -> Quality.

    k is cut to less than half of the points, where the measures are defined.
    """
    rows, shown = (table - table.mean(axis=0) for table in (check_rows(vectors), check_rows(points)))
    n = len(rows)
    if len(shown) != n or n < LEAST:
        raise ValueError(f"A map of {n} points needs as many places, and at least {LEAST}, but has {len(shown)}")
    k = max(1, min(k, (n - 1) // 2))
    asked = np.arange(n) if n <= centres else np.sort(rng.choice(n, centres, replace=False))
    strangers, torn, kept = [], [], []
    for start in range(0, len(asked), CHUNK):
        i = asked[start : start + CHUNK]
        in_space, on_map = _squared_distances(rows, i), _squared_distances(shown, i)
        r = _ranks(in_space, _closest(on_map, k))
        m = _ranks(on_map, _closest(in_space, k))
        strangers.append(np.maximum(r - k, 0).sum(axis=1))
        torn.append(np.maximum(m - k, 0).sum(axis=1))
        kept.append((r <= k).mean(axis=1))
    most = k * (2 * n - 3 * k - 1) / 2
    share = np.concatenate(kept)
    return Quality(
        float(1 - np.concatenate(strangers).mean() / most),
        float(1 - np.concatenate(torn).mean() / most),
        float(share.mean()),
        k / (n - 1),
        k,
        asked,
        share,
    )


def _squared_distances(rows: Floats, i: NDArray[np.intp]) -> Floats:
    """|x_i - x_j|^2 up to a factor, infinite for j = i, which is not its own neighbour: (n, d), (m,) -> (m, n)."""
    squares = (rows**2).sum(axis=1)
    distances = squares[i, None] + squares - 2 * rows[i] @ rows.T
    # Rounding must not tell apart what is equally far: duplicates above all.
    distances = (np.maximum(distances, 0) / (squares.max() or 1.0)).round(12)
    distances[np.arange(len(i)), i] = np.inf
    return distances


def _closest(distances: Floats, k: int) -> NDArray[np.intp]:
    return np.argpartition(distances, k - 1, axis=1)[:, :k]


def _ranks(distances: Floats, among: NDArray[np.intp]) -> Floats:
    """The rank of some columns within each row, 1 for the closest, ties in the middle: (m, n), (m, k) -> (m, k)."""
    own = np.take_along_axis(distances, among, axis=1)
    ranks = [
        ((distances < x).sum(axis=1) + (distances <= x).sum(axis=1) + 1) / 2 for x in np.split(own, own.shape[1], 1)
    ]
    return np.stack(ranks, axis=1)


def _umap(rows: Floats, seed: int) -> Floats:
    import manifolds_rs

    n_neighbors = min(15, len(rows) - 1)
    # Plain SGD and a small min_dist keep more true neighbours here than the library's defaults.
    umap = manifolds_rs.UMAP(n_neighbors=n_neighbors, min_dist=0.1, optimiser="sgd", seed=seed)
    return np.asarray(umap.fit_transform(rows), dtype=np.float64)


def _tsne(rows: Floats, seed: int) -> Floats:
    import manifolds_rs

    perplexity = min(30.0, (len(rows) - 2) / 3)
    return np.asarray(manifolds_rs.TSNE(perplexity=perplexity, seed=seed).fit_transform(rows), dtype=np.float64)
