"""Optimisation has a goal: the landscape around a fit, its basin, and what its width is worth.

Let L(theta) be a loss in nats over named arrays of weights, and theta* where a fit ended. A random
direction is filter-normalised: each row of each array as long as the weights' own row, since a network
whose weights are twice as large needs steps twice as large. Two of them span a plane,

    L(theta* + a d_1 + b d_2)

and the path that the fit took is projected onto it: of its way, the plane may hold little.

The basin is where L <= L(theta*) + epsilon, reached from theta* without leaving it. With directions u
uniform on the sphere in D dimensions and r(u) the way to the rim,

    V  =  pi^(D/2) / Gamma(D/2 + 1)  *  mean over u of r(u)^D

and ln V is the entropy of the minimum: flat ones have more. Drawn with exp(-L/T) from the same rays,

    F  =  -T ln Z  =  <E> - T S          Z = integral of exp(-(L - L*) / T)

so at T > 0 a wide basin may win against a deep one. In a quadratic basin <E> = D T / 2.

Radii are in filter-normalised units: without that, scaling layers against each other would change
V and not the model (Dinh et al.). The mean of r^D hangs on the longest rays: in many dimensions few rays
see them, and the number is a lower bound, more or less.

Reference: H. Li et al., "Visualizing the Loss Landscape of Neural Nets" (2018); S. Hochreiter and
J. Schmidhuber, "Flat Minima" (1997); L. Dinh et al., "Sharp Minima Can Generalize" (2017).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from ladder.lenses.simplex import Floats

Arrays = Mapping[str, Floats]
Loss = Callable[[Arrays], float]

FARTHEST = 64.0  # where a rim is looked for, in lengths of a direction
HALVINGS = 24


class Plane(NamedTuple):
    """The loss on a plane through a fit."""

    a: Floats  # (m,)
    b: Floats  # (m,)
    loss: Floats  # (m, m) at theta* + a d_1 + b d_2, a along the first axis
    path: Floats  # (s, 2) the path's nearest points
    held: float  # share of the path's square distance to theta* that lies in the plane


class Basin(NamedTuple):
    """The basin below a level, seen along n rays."""

    log_volume: float  # ln V in nats
    error: float  # its standard error, over rays
    radii: Floats  # (n,)
    dimensions: int  # D


class Thermal(NamedTuple):
    """A basin at a temperature; nats, above the loss of the fit."""

    free_energy: float  # F
    energy: float  # <E>
    entropy: float  # S


def flat(weights: Arrays) -> Floats:
    """All weights in one row: (D,)."""
    return np.concatenate([np.asarray(array, dtype=np.float64).ravel() for array in weights.values()])


def unflat(row: Floats, like: Arrays) -> dict[str, Floats]:
    """A row (D,) as named arrays again."""
    ends = np.cumsum([np.size(array) for array in like.values()])[:-1]
    return {name: part.reshape(np.shape(like[name])) for name, part in zip(like, np.split(row, ends), strict=True)}


def row_lengths(weights: Arrays) -> Floats:
    """For each weight the root mean square of its row, 1 where the row is 0: (D,)."""
    lengths = []
    for array in weights.values():
        rows = np.atleast_2d(np.asarray(array, dtype=np.float64))
        length = np.sqrt((rows**2).mean(axis=-1, keepdims=True))
        lengths.append(np.broadcast_to(np.where(length > 0, length, 1.0), rows.shape).ravel())
    return np.concatenate(lengths)


def random_directions(weights: Arrays, rng: np.random.Generator, *, n: int = 2) -> Floats:
    """n filter-normalised directions: each row as long as the weights' own: (n, D)."""
    rows = []
    for _ in range(n):
        drawn = {name: rng.normal(size=np.shape(array)) for name, array in weights.items()}
        rows.append(flat(drawn) / row_lengths(drawn) * row_lengths(weights))
    return np.array(rows)


def path_directions(path: Floats, *, n: int = 2) -> Floats:
    """The path's own n widest directions from its end, as long as the path reaches along them: (s, D) -> (n, D)."""
    away = path - path[-1]
    _, _, axes = np.linalg.svd(away, full_matrices=False)
    reach = np.abs(away @ axes[:n].T).max(axis=0)
    return axes[:n] * np.where(reach > 0, reach, 1.0)[:, None]


def plane(
    loss: Loss,
    weights: Arrays,
    directions: Floats,
    path: Floats,
    *,
    m: int = 25,
    reach: float = 1.0,
    progress: Callable[[float], None] = lambda share: None,
) -> Plane:
    """The loss on m x m points of a plane, wide enough for the path's projection: path (s, D)."""
    start = flat(weights)
    away = path - start
    at = np.linalg.lstsq(directions.T, away.T, rcond=None)[0].T
    total = float((away**2).sum())
    held = float(((at @ directions) ** 2).sum() / total) if total > 0 else 1.0
    axes = []
    for column in at.T:
        low, high = min(column.min(), -reach), max(column.max(), reach)
        axes.append(np.linspace(low - 0.1 * (high - low), high + 0.1 * (high - low), m))
    losses = []
    for i, a in enumerate(axes[0]):
        progress(i / m)
        losses.append([loss(unflat(start + a * directions[0] + b * directions[1], weights)) for b in axes[1]])
    return Plane(axes[0], axes[1], np.array(losses), np.asarray(at, dtype=np.float64), held)


def basin(
    loss: Loss,
    weights: Arrays,
    *,
    level: float,
    rng: np.random.Generator,
    rays: int = 200,
    halvings: int = HALVINGS,
    farthest: float = FARTHEST,
    progress: Callable[[float], None] = lambda share: None,
) -> Basin:
    """ln V of the basin below L(theta*) + level, by a line search along each ray."""
    if not level > 0 or rays < 2:
        raise ValueError(f"level must be positive and rays at least 2, but are {level} and {rays}")
    start, lengths = flat(weights), row_lengths(weights)
    D, rim = len(start), loss(weights) + level
    radii = np.empty(rays)
    for i, u in enumerate(_rays(D, rays, rng)):
        progress(i / rays)
        low, high = 0.0, 0.125
        while high < farthest and loss(unflat(start + high * lengths * u, weights)) <= rim:
            low, high = high, 2 * high
        for _ in range(halvings):
            middle = (low + high) / 2
            inside = loss(unflat(start + middle * lengths * u, weights)) <= rim
            low, high = (middle, high) if inside else (low, middle)
        radii[i] = (low + high) / 2
    ball = D / 2 * np.log(np.pi) - gammaln(D / 2 + 1)
    powers = D * np.log(radii)
    mean = logsumexp(powers) - np.log(rays)
    # The error of a mean's logarithm: that of the mean, relative to it.
    error = float(np.std(np.exp(powers - mean), ddof=1) / np.sqrt(rays))
    return Basin(float(ball + mean), error, radii, D)


def thermal(
    loss: Loss,
    weights: Arrays,
    *,
    temperature: float,
    farthest: float,
    rng: np.random.Generator,
    rays: int = 200,
    m: int = 200,
) -> Thermal:
    """F, <E> and S of weights drawn with exp(-L/T) out to a distance, by sums along rays."""
    if not temperature > 0 or not farthest > 0:
        raise ValueError(f"temperature and farthest must be positive, but are {temperature} and {farthest}")
    start, lengths, least = flat(weights), row_lengths(weights), loss(weights)
    D = len(start)
    r = farthest * (np.arange(m) + 0.5) / m
    E = np.array([[loss(unflat(start + x * lengths * u, weights)) - least for x in r] for u in _rays(D, rays, rng)])
    sphere = np.log(2) + D / 2 * np.log(np.pi) - gammaln(D / 2)
    log_w = (D - 1) * np.log(r) - E / temperature + np.log(farthest / m) + sphere - np.log(rays)
    log_Z = float(logsumexp(log_w))
    mean = float((np.exp(log_w - log_Z) * E).sum())
    F = -temperature * log_Z
    return Thermal(F, mean, (mean - F) / temperature)


def _rays(D: int, n: int, rng: np.random.Generator) -> Sequence[Floats]:
    """n directions, uniform on the sphere: (n, D)."""
    drawn = rng.normal(size=(n, D))
    return list(drawn / np.linalg.norm(drawn, axis=1, keepdims=True))
