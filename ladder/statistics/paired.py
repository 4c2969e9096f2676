"""Is A better than B? Both read the same text, so compare them stretch by stretch.

Cut the held-out part into K stretches of equally many bytes. On each of them A costs a_k bits
per byte and B costs b_k; their difference d_k = a_k - b_k varies far less than either, since
what is hard for A is hard for B too:

    mean d  +-  t s / sqrt(K)         t for K - 1 degrees of freedom, s the spread of the d_k

Where the interval leaves out 0, one of them is better on texts like this. Neighbouring tokens
are not independent, stretches of hundreds of bytes nearly are: hence stretches.

Reference: Student, "The Probable Error of a Mean" (1908); P. Koehn (2004) for texts.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats

STRETCHES = 30
SHORTEST = 64  # bytes of a stretch, at least


class Paired(NamedTuple):
    """A - B in bits per byte: below 0, A is better."""

    difference: float
    low: float
    high: float
    differences: Floats  # (K,) stretch by stretch

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


def by_stretch(surprisals: ArrayLike, lengths: ArrayLike, *, stretches: int = STRETCHES) -> Floats:
    """Bits per byte of each stretch, from the bits (n,) and the bytes (n,) of each token: -> (K,).

    A token across a border gives each side its share of bytes; K is smaller where the text is short.
    """
    ends = np.concatenate([[0.0], np.cumsum(lengths)])
    total = np.concatenate([[0.0], np.cumsum(surprisals)])
    if ends[-1] == 0:
        raise ValueError("lengths must sum to at least one byte")
    K = max(1, min(stretches, int(ends[-1] // SHORTEST)))
    borders = np.linspace(0, ends[-1], K + 1)
    return np.diff(np.interp(borders, ends, total)) / np.diff(borders)


def compare(a: ArrayLike, b: ArrayLike, *, confidence: float = 0.95) -> Paired:
    """The paired difference of two models' prices by stretch, with its interval: (K,), (K,)."""
    from scipy.special import stdtrit  # not at the top: who counts n-grams need not wait for scipy

    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1 or len(a) < 2:
        raise ValueError(f"a and b must be prices of the same stretches, at least 2, but are {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a and b must hold finite numbers, but have NaN or infinity in them")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, but is {confidence}")
    d = a - b
    half = stdtrit(len(d) - 1, (1 + confidence) / 2) * d.std(ddof=1) / np.sqrt(len(d))
    mean = float(d.mean())
    return Paired(mean, mean - float(half), mean + float(half), d)
