"""How much room a cloud of vectors takes: Boltzmann's lens on the map.

    Sigma, lambda_i      covariance of the cloud and its eigenvalues, d of them
    anisotropy           mean cosine of all pairs: 0 for directions all around, 1 for one direction
    participation        (sum lambda)^2 / sum lambda^2: how many directions carry the variance, 1 ... d
    ln V                 1/2 ln det(2 pi e (Sigma + eps I)) in nats

ln V is the entropy of the Gaussian with this covariance: of all clouds with these variances
it has the most microstates. It depends on the unit of length; its distance from the round
cloud of the same total variance does not:

    deficit = d/2 ln(mean lambda) - 1/2 sum ln lambda >= 0        nats, 0 only for a ball

eps keeps flat directions finite: `ridge` times the mean variance, and it is added everywhere.

Reference: T. Cover, J. Thomas, "Elements of Information Theory", ch. 8 (2006).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.geometry.neighbours import check_rows, unit
from ladder.lenses.simplex import Floats

RIDGE = 1e-6


class Shape(NamedTuple):
    """The shape of a cloud of n vectors in d dimensions."""

    norms: Floats  # (n,)
    anisotropy: float  # mean cosine over all pairs of different rows
    variances: Floats  # (d,) eigenvalues of the covariance, falling
    participation: float  # 1 ... d
    log_volume: float  # nats
    deficit: float  # nats, what the cloud lacks to a ball of the same total variance


def shape_of(vectors: ArrayLike, *, ridge: float = RIDGE) -> Shape:
    """Norms, anisotropy, spectrum and log-volume of a cloud: (n, d) -> Shape.

    Raises ValueError for fewer than two rows, for a zero row and for rows that are all the same.
    """
    rows = check_rows(vectors)
    if len(rows) < 2 or (rows == rows[0]).all():
        raise ValueError(f"A cloud needs at least two points that differ, but {len(rows)} came in one place.")
    centred = rows - rows.mean(axis=0)
    variances = np.maximum(np.linalg.eigvalsh(centred.T @ centred / len(rows))[::-1], 0)
    lifted = variances + ridge * variances.mean()
    log_det = float(np.log(lifted).sum())
    d = len(variances)
    return Shape(
        np.linalg.norm(rows, axis=1),
        mean_cosine(rows),
        variances,
        float(variances.sum() ** 2 / (variances**2).sum()),
        (d * np.log(2 * np.pi * np.e) + log_det) / 2,
        float(d * np.log(lifted.mean()) - log_det) / 2,
    )


def mean_cosine(vectors: ArrayLike) -> float:
    """The mean cosine over all pairs of different rows, exactly: (|sum u|^2 - n) / (n (n - 1))."""
    u = unit(vectors)
    n = len(u)
    if n < 2:
        raise ValueError(f"a mean over pairs needs at least two rows, but there are {n}")
    return float((u.sum(axis=0) ** 2).sum() - n) / (n * (n - 1))
