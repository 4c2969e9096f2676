"""Clusters: groups that a map shows, and whether space has them too.

    k-means       k centres; each point belongs to the nearest, each centre is the mean of its points
    silhouette    (b - a) / max(a, b) for each point: a its mean distance to its own group, b that
                  to the nearest other group; the mean over the points is 1 for tight groups far
                  apart, 0 where groups touch, negative where points lie in the wrong one

k-means finds k groups in anything, noise too. So the same groups are held against space: islands
on paper whose silhouette in space is about zero are the method's doing.

    I(C; D) = H(C) + H(D) - H(C, D)      what a cluster tells about the document, in bits

Few points in many cells tell something by chance alone: permuting the documents says how much.

Reference: P. Rousseeuw, "Silhouettes" (1987); D. Arthur, S. Vassilvitskii, "k-means++" (2007).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.neighbours import check_rows
from ladder.geometry.projection import CHUNK
from ladder.lenses.shannon import mutual_information
from ladder.lenses.simplex import Floats

RESTARTS = 4
ROUNDS = 100
ASKED = 1000  # points whose silhouettes are looked at; a sample of them where there are more

Labels = NDArray[np.intp]


class Told(NamedTuple):
    """What one labelling tells about another."""

    bits: float  # I, as the table of counts has it
    by_chance: float  # its mean over permutations: the bias of so few points
    spread: float  # its standard deviation over them
    most: float  # H of the second: what there is to tell


def k_means(points: ArrayLike, k: int, *, rng: np.random.Generator) -> Labels:
    """The group of each point, 0 ... k - 1, of the best of a few starts: (n, d) -> (n,)."""
    rows = check_rows(points)
    if not 1 <= k <= len(rows):
        raise ValueError(f"k must lie in 1 ... {len(rows)}, as many as there are points, but is {k}")
    runs = [_lloyd(rows, _spread_out(rows, k, rng)) for _ in range(RESTARTS)]
    return min(runs, key=lambda run: run[1])[0]


def silhouette(vectors: ArrayLike, labels: ArrayLike, *, rng: np.random.Generator, asked: int = ASKED) -> float:
    """The mean silhouette of labelled points, -1 ... 1: (n, d), (n,) -> (). A lone point has 0."""
    rows, group = check_rows(vectors), np.unique(np.asarray(labels), return_inverse=True)[1]
    sizes = np.bincount(group)
    n, k = len(rows), len(sizes)
    if not k >= 2:
        raise ValueError("labels must name at least two groups")
    centres = np.arange(n) if n <= asked else np.sort(rng.choice(n, asked, replace=False))
    member = np.zeros((n, k))
    member[np.arange(n), group] = 1
    scores = []
    for start in range(0, len(centres), CHUNK):
        i = centres[start : start + CHUNK]
        to_group = _distances(rows, rows[i]).T @ member
        own = group[i]
        row = np.arange(len(i))
        a = to_group[row, own] / np.maximum(sizes[own] - 1, 1)
        means = to_group / sizes
        means[row, own] = np.inf
        b = means.min(axis=1)
        largest = np.maximum(np.maximum(a, b), 1e-300)
        scores.append(np.where(sizes[own] > 1, (b - a) / largest, 0))
    return float(np.concatenate(scores).mean())


def told(clusters: ArrayLike, documents: ArrayLike, *, rng: np.random.Generator, permutations: int = 100) -> Told:
    """What the cluster of a text tells about its document, in bits, and what it would by chance: (n,), (n,) -> Told."""
    (_, c), (_, d) = (np.unique(np.asarray(labels), return_inverse=True) for labels in (clusters, documents))
    n, shape = len(c), (c.max() + 1, d.max() + 1)

    def bits(d: Labels) -> float:
        return float(
            mutual_information(np.bincount(c * shape[1] + d, minlength=shape[0] * shape[1]).reshape(shape) / n)
        )

    chance = np.array([bits(rng.permutation(d)) for _ in range(permutations)])
    # A variable tells about itself all that there is to tell.
    most = float(mutual_information(np.diag(np.bincount(d) / n)))
    return Told(bits(d), float(chance.mean()), float(chance.std(ddof=1)), most)


def _lloyd(rows: Floats, centres: Floats) -> tuple[Labels, float]:
    labels = np.full(len(rows), -1)
    for _ in range(ROUNDS):
        distances = _distances(rows, centres)
        new = distances.argmin(axis=1)
        if (new == labels).all():
            break
        labels = new
        sizes = np.bincount(labels, minlength=len(centres))
        sums = np.zeros_like(centres)
        np.add.at(sums, labels, rows)
        centres = np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
    return labels, float((_distances(rows, centres).min(axis=1) ** 2).sum())


def _spread_out(rows: Floats, k: int, rng: np.random.Generator) -> Floats:
    """k first centres: each drawn by its squared distance to those before."""
    chosen = [int(rng.integers(len(rows)))]
    far = ((rows - rows[chosen[0]]) ** 2).sum(axis=1)
    while len(chosen) < k:
        total = far.sum()
        chosen.append(int(rng.choice(len(rows), p=far / total)) if total > 0 else int(rng.integers(len(rows))))
        far = np.minimum(far, ((rows - rows[chosen[-1]]) ** 2).sum(axis=1))
    return rows[chosen]


def _distances(rows: Floats, centres: Floats) -> Floats:
    """|x - c|: (n, d), (k, d) -> (n, k)."""
    squares = (rows**2).sum(axis=1)[:, None] + (centres**2).sum(axis=1) - 2 * rows @ centres.T
    return np.sqrt(np.maximum(squares, 0))
