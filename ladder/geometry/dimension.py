"""How many directions a cloud really has, and the shell that it lies on.

TwoNN asks each point for its nearest neighbour at r1 and the next at r2. Where the density hardly
changes over r2, mu = r2 / r1 has the distribution 1 - mu^-D whatever the density is, so

    D = (N - 1) / sum ln mu        its standard error is D / sqrt(N - 2)

Points that have a twin (r1 = 0) say nothing and are left out. D is the dimension at the scale of
neighbours: noise of d dimensions has d, a sheet in it 2, and few points see a coarser scale.

Lengths concentrate: for a Gaussian cloud with variances lambda, |x|^2 has the mean sum lambda and
the variance 2 sum lambda^2, so that lengths spread by about

    1 / sqrt(2 PR)                 of their root mean square, PR = (sum lambda)^2 / sum lambda^2

and nearly all points lie on a thin shell, hardly any near the middle.

Reference: E. Facco, M. d'Errico, A. Rodriguez, A. Laio, "Estimating the intrinsic dimension of
datasets by a minimal neighborhood information", Scientific Reports 7 (2017).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.geometry.neighbours import check_rows
from ladder.geometry.projection import CHUNK, squared_distances
from ladder.lenses.simplex import Floats

FEWEST = 5  # points with two neighbours that differ


class Dimension(NamedTuple):
    """An intrinsic dimension."""

    value: float
    error: float  # its standard error
    points: int  # that were asked
    twins: int  # that lie upon another, and were left out


class Shell(NamedTuple):
    """Lengths about the mean of a cloud, as shares of their root mean square."""

    radii: Floats  # (n,)
    spread: float  # their standard deviation
    gaussian: float  # what a Gaussian cloud of the same variances would have


def two_nn(vectors: ArrayLike) -> Dimension:
    """The intrinsic dimension by the ratio of the two nearest neighbours' distances: (n, d) -> Dimension.

    Raises ValueError where fewer than five different points have two neighbours at different distances.
    """
    rows = check_rows(vectors)
    different = np.unique(rows, axis=0)
    if len(different) < FEWEST:
        raise ValueError(f"A dimension needs at least {FEWEST} points that differ, but there are {len(different)}.")
    different = different - different.mean(axis=0)
    ratios = []
    for start in range(0, len(different), CHUNK):
        i = np.arange(start, min(start + CHUNK, len(different)))
        two = np.partition(squared_distances(different, i), 1, axis=1)[:, :2]
        two = two[two[:, 0] > 0]
        ratios.append(np.log(two[:, 1] / two[:, 0]) / 2)
    logs = np.concatenate(ratios)
    if len(logs) < FEWEST or logs.sum() <= 0:
        raise ValueError("All points are equally far from their two nearest neighbours: no dimension can be read off.")
    n = len(logs)
    value = (n - 1) / float(logs.sum())
    return Dimension(value, value / np.sqrt(n - 2), n, len(rows) - len(different))


def shell_of(vectors: ArrayLike) -> Shell:
    """Lengths about the mean: (n, d) -> Shell. Raises ValueError for points that are all the same."""
    rows = check_rows(vectors)
    centred = rows - rows.mean(axis=0)
    lengths = np.linalg.norm(centred, axis=1)
    root = np.sqrt((lengths**2).mean())
    if not root > 0:
        raise ValueError("A shell needs points that differ, but all lie in one place.")
    covariance = centred.T @ centred / len(rows)
    participation = np.trace(covariance) ** 2 / (covariance**2).sum()
    radii = lengths / root
    return Shell(radii, float(radii.std()), float(1 / np.sqrt(2 * participation)))
