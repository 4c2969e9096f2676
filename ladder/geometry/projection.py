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
Each point's own part of the sums says how far to believe the map just there.
Where equal distances share several ranks, their middle is taken. Beyond 3,000 points the sums
run over a random sample of the i, all j staying in: the same numbers but for chance.

UMAP and t-SNE are a way, not a formula: `trail` is the same start and seed, stopped after a
growing share of the epochs.

Reference: J. Venna, S. Kaski, "Neighborhood preservation in nonlinear projection methods" (2001).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.embeddings import fixed_signs
from ladder.geometry.neighbours import check_rows
from ladder.lenses.simplex import Floats

METHODS = ("pca", "umap", "tsne")
NEIGHBOURS = 12
CENTRES = 3000  # points whose neighbourhoods are compared; a sample of them where there are more
COMPARED = 9_000_000  # pairs of points whose distances are looked at, from 3,000 points on
FEWEST = 300  # points that are asked all the same
CHUNK = 256
EPOCHS = {"umap": 500, "tsne": 1000}
SHARES = (0, 5, 10, 25, 50, 100)  # per cent of the epochs, of a trail
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
    trust: Floats  # (m,) trustworthiness at each of them: their mean is that of the map
    whole: Floats  # (m,) continuity at each of them


class Stop(NamedTuple):
    """One stop on the way to a map."""

    epochs: int
    points: Floats  # (n, 2) turned, moved and scaled to lie upon the last
    trustworthiness: float


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
    return judged(rows, points, seed=seed, k=k, explained=explained)


def judged(
    vectors: ArrayLike, points: ArrayLike, *, seed: int = 0, k: int = NEIGHBOURS, explained: Floats | None = None
) -> Projection:
    """A map that is there already, with how far to believe it: (n, d), (n, 2) -> Projection."""
    shown = check_rows(points)
    quality = quality_of(vectors, shown, k=k, rng=np.random.default_rng(seed))
    return Projection(shown, quality.trustworthiness, quality.continuity, quality.neighbours_kept, explained, quality)


def trail(
    vectors: ArrayLike, *, method: str, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> tuple[Stop, ...]:
    """The stops on the way to the map that `project` gives by UMAP or t-SNE, the map itself at the end.

    The library hands out the end alone, so each stop is a run of its own from the same start and
    seed. t-SNE starts from the principal components; UMAP's first stop is one epoch from its own
    start. A stop tells where points go, not how they turn: it is laid upon the last by the
    rotation, reflection and scale that fit best. `progress` gets the stops done and in all.
    """
    rows = check_rows(vectors)
    if method not in EPOCHS:
        raise ValueError(f"method must be one of {', '.join(EPOCHS)}, but is {method!r}")
    stops: list[tuple[int, Floats]] = []
    for i, share in enumerate(SHARES):
        epochs = EPOCHS[method] * share // 100
        if share == 0 and method == "tsne":
            stops.append((0, principal_components(rows)[0]))
        else:
            stops.append((max(epochs, 1), (_umap if method == "umap" else _tsne)(rows, seed, max(epochs, 1))))
        if progress is not None:
            progress(i + 1, len(SHARES))
    last = stops[-1][1]
    return tuple(
        Stop(
            epochs,
            laid_upon(points, last),
            quality_of(rows, points, rng=np.random.default_rng(seed), centres=FEWEST).trustworthiness,
        )
        for epochs, points in stops
        if np.isfinite(points).all()
    )


def laid_upon(points: ArrayLike, onto: ArrayLike) -> Floats:
    """A map turned, mirrored, moved and scaled so that it lies upon another: (n, 2), (n, 2) -> (n, 2).

    Procrustes: the least sum of squared distances. No neighbourhood changes.
    """
    here, there = check_rows(points), check_rows(onto)
    a, b = here - here.mean(axis=0), there - there.mean(axis=0)
    size = (a**2).sum()
    if not size:
        return np.broadcast_to(there.mean(axis=0), here.shape).copy()
    U, S, Vt = np.linalg.svd(a.T @ b)
    return (S.sum() / size) * a @ (U @ Vt) + there.mean(axis=0)


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
    vectors: ArrayLike,
    points: ArrayLike,
    *,
    k: int = NEIGHBOURS,
    rng: np.random.Generator,
    centres: int | None = None,
) -> Quality:
    """How well `points` keeps the neighbourhoods of `vectors`: (n, d), (n, 2) -> Quality.

    k is cut to less than half of the points, where the measures are defined.
    """
    rows, shown = (table - table.mean(axis=0) for table in (check_rows(vectors), check_rows(points)))
    n = len(rows)
    if len(shown) != n or n < LEAST:
        raise ValueError(f"A map of {n} points needs as many places, and at least {LEAST}, but has {len(shown)}")
    k = max(1, min(k, (n - 1) // 2))
    if centres is None:
        centres = CENTRES if n <= CENTRES else max(FEWEST, COMPARED // n)
    asked = np.arange(n) if n <= centres else np.sort(rng.choice(n, centres, replace=False))
    strangers, torn, kept = [], [], []
    for start in range(0, len(asked), CHUNK):
        i = asked[start : start + CHUNK]
        in_space, on_map = squared_distances(rows, i), squared_distances(shown, i)
        r = ranks(in_space, closest(on_map, k))
        m = ranks(on_map, closest(in_space, k))
        strangers.append(np.maximum(r - k, 0).sum(axis=1))
        torn.append(np.maximum(m - k, 0).sum(axis=1))
        kept.append((r <= k).mean(axis=1))
    most = k * (2 * n - 3 * k - 1) / 2
    trust, whole = (1 - np.concatenate(lost) / most for lost in (strangers, torn))
    share = np.concatenate(kept)
    return Quality(
        float(trust.mean()), float(whole.mean()), float(share.mean()), k / (n - 1), k, asked, share, trust, whole
    )


def squared_distances(rows: Floats, i: NDArray[np.intp]) -> Floats:
    """|x_i - x_j|^2 up to a factor, infinite for j = i, which is not its own neighbour: (n, d), (m,) -> (m, n)."""
    squares = (rows**2).sum(axis=1)
    distances = squares[i, None] + squares - 2 * rows[i] @ rows.T
    # Rounding must not tell apart what is equally far: duplicates above all.
    distances = (np.maximum(distances, 0) / (squares.max() or 1.0)).round(12)
    distances[np.arange(len(i)), i] = np.inf
    return distances


def closest(distances: Floats, k: int) -> NDArray[np.intp]:
    """The columns of the k smallest of each row, in no order: (m, n) -> (m, k)."""
    return np.argpartition(distances, k - 1, axis=1)[:, :k]


def ranks(distances: Floats, among: NDArray[np.intp]) -> Floats:
    """The rank of some columns within each row, 1 for the closest, ties in the middle: (m, n), (m, k) -> (m, k)."""
    own = np.take_along_axis(distances, among, axis=1)
    ranks = [
        ((distances < x).sum(axis=1) + (distances <= x).sum(axis=1) + 1) / 2 for x in np.split(own, own.shape[1], 1)
    ]
    return np.stack(ranks, axis=1)


def _umap(rows: Floats, seed: int, epochs: int = EPOCHS["umap"]) -> Floats:
    import manifolds_rs

    n_neighbors = min(15, len(rows) - 1)
    # Plain SGD and a small min_dist keep more true neighbours here than the library's defaults.
    umap = manifolds_rs.UMAP(n_neighbors=n_neighbors, min_dist=0.1, optimiser="sgd", seed=seed, n_epochs=epochs)
    return np.asarray(umap.fit_transform(rows), dtype=np.float64)


def _tsne(rows: Floats, seed: int, epochs: int = EPOCHS["tsne"]) -> Floats:
    import manifolds_rs

    perplexity = min(30.0, (len(rows) - 2) / 3)
    tsne = manifolds_rs.TSNE(perplexity=perplexity, seed=seed, n_epochs=epochs)
    return np.asarray(tsne.fit_transform(rows), dtype=np.float64)
