"""Zipf and Heaps: few words do most of the work, and new ones never cease.

Let n_1 >= n_2 >= ... be how often the tokens occur, by rank r, and V(n) how many distinct
ones the first n have. Then, roughly,

    Zipf       n_r = C r^-s                       s near 1 for words
    the same   P(N = k) ~ k^-alpha, k >= k_min    alpha = 1 + 1/s
    Heaps      V(n) = K n^beta                    beta = 1/s for s > 1, in the ideal

Drawing a line through log n_r against log r finds an s, but its points are sorted, hence
dependent, and the many rare ones outvote the few common ones: so it is biased and its error
means nothing. The exponent that makes the counts most likely needs neither apology:

    alpha      maximises  -alpha sum ln k_i - m ln zeta(alpha, k_min)     over m tokens
    stderr     1 / sqrt(m (zeta''/zeta - (zeta'/zeta)^2))
    k_min      where model and counts differ least (Kolmogorov and Smirnov)

with zeta(alpha, k) = sum_{j >= k} j^-alpha, Hurwitz's.

Reference: A. Clauset, C. R. Shalizi and M. E. J. Newman, "Power-law distributions in
empirical data" (2009); G. K. Zipf (1949); H. S. Heaps (1978).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

FEWEST_IN_TAIL = 50  # below this the tail says nothing (Clauset et al. 2009, section 3.3)
MOST_CUTS = 60  # values of k_min that are tried
ALPHA_RANGE = (1.01, 8.0)


class PowerLaw(NamedTuple):
    """P(N = k) ~ k^-alpha for k >= k_min, and the Zipf exponent that goes with it."""

    alpha: float
    alpha_stderr: float
    k_min: int
    n_tail: int  # tokens that occur at least k_min times
    distance: float  # Kolmogorov-Smirnov, between the model and the counts

    @property
    def s(self) -> float:
        """The exponent of n_r = C r^-s."""
        return 1 / (self.alpha - 1)

    @property
    def s_stderr(self) -> float:
        """Its standard error, by the delta method."""
        return self.alpha_stderr / (self.alpha - 1) ** 2

    def rank(self, k: ArrayLike) -> NDArray[np.float64]:
        """How many tokens the model expects to occur at least k times, for k >= k_min: (m,) -> (m,)."""
        from scipy.special import zeta  # not at the top: the first page need not wait for scipy

        return self.n_tail * zeta(self.alpha, np.asarray(k, dtype=np.float64)) / zeta(self.alpha, self.k_min)


class Line(NamedTuple):
    """y = factor x^exponent, by least squares on the logarithms."""

    factor: float
    exponent: float

    def __call__(self, x: ArrayLike) -> NDArray[np.float64]:
        """y at x."""
        return self.factor * np.asarray(x, dtype=np.float64) ** self.exponent


class Heaps(NamedTuple):
    """How the vocabulary grows."""

    n: NDArray[np.int64]  # (m,) tokens read, evenly spaced on a log scale
    V: NDArray[np.int64]  # (m,) distinct ones among them
    V_shuffled: NDArray[np.float64]  # (m,) expected, if the same tokens came in any order
    fit: Line | None  # V = K n^beta; None where there are fewer than three points


def ranked(counts: ArrayLike) -> NDArray[np.int64]:
    """n_1 >= n_2 >= ... > 0: the counts by rank, without what never occurs."""
    n_r = np.sort(np.asarray(counts, dtype=np.int64))[::-1]
    return n_r[n_r > 0]


def hapax_share(counts: ArrayLike) -> float:
    """The share of distinct tokens that occur once (hapax legomena)."""
    n_r = ranked(counts)
    if len(n_r) == 0:
        raise ValueError("counts must hold at least one token that occurs")
    return float((n_r == 1).mean())


def fit_power_law(counts: ArrayLike, *, k_min: int | None = None) -> PowerLaw:
    """The likeliest power law of counts; without `k_min`, above the cut where it fits best.

    Raises ValueError where fewer than 50 tokens occur, or all equally often.
    """
    n_r = ranked(counts)
    if len(n_r) < FEWEST_IN_TAIL:
        raise ValueError(f"counts must hold at least {FEWEST_IN_TAIL} tokens that occur, but hold {len(n_r)}")
    if n_r[0] == n_r[-1]:
        raise ValueError(f"counts must differ, but all are {n_r[0]}")
    if k_min is not None:
        return _fit_tail(n_r, k_min)
    return min((_fit_tail(n_r, k) for k in _cuts(n_r)), key=lambda fit: fit.distance)


def fit_line(x: ArrayLike, y: ArrayLike) -> Line:
    """The straight line through log y against log x: naive for ranks, see above."""
    exponent, log_factor = np.polyfit(np.log(x), np.log(y), 1)
    return Line(float(np.exp(log_factor)), float(exponent))


def heaps(ids: ArrayLike, *, points: int = 60) -> Heaps:
    """The growth of the vocabulary along a text of tokens: (n,)."""
    tokens = np.asarray(ids)
    if tokens.size == 0:
        raise ValueError("ids must hold at least one token, but are empty")
    _, first, counts = np.unique(tokens, return_index=True, return_counts=True)
    n = np.unique(np.geomspace(1, len(tokens), points).round().astype(np.int64))
    V = np.searchsorted(np.sort(first), n, side="left")
    fit = fit_line(n, V) if len(n) > 2 else None
    return Heaps(n, V, _expected_distinct(counts, n), fit)


def _expected_distinct(counts: NDArray[np.int64], n: NDArray[np.int64]) -> NDArray[np.float64]:
    """Distinct tokens expected among n drawn without putting back: (V,), (m,) -> (m,)."""
    from scipy.special import gammaln  # not at the top: the first page need not wait for scipy

    total = int(counts.sum())
    times, tokens = np.unique(counts, return_counts=True)
    left = total - times[None, :] - n[:, None] + 1  # 0 or less: too few others to fill the draw
    with np.errstate(invalid="ignore", divide="ignore"):
        ln_missed = (
            gammaln(total - times + 1.0)[None, :]
            - gammaln(np.maximum(left, 1))
            + gammaln(total - n + 1.0)[:, None]
            - gammaln(total + 1.0)
        )
    missed = np.where(left > 0, np.exp(ln_missed), 0.0)
    return ((1 - missed) * tokens).sum(axis=1)


def _cuts(n_r: NDArray[np.int64]) -> NDArray[np.int64]:
    """Values of k_min to try: such that enough tokens lie above, and not all are alike."""
    values = np.unique(n_r[FEWEST_IN_TAIL - 1 :])
    values = values[values < n_r[0]]
    chosen = np.unique(np.geomspace(1, len(values), min(MOST_CUTS, len(values))).round().astype(int)) - 1
    return values[chosen]


def _fit_tail(n_r: NDArray[np.int64], k_min: int) -> PowerLaw:
    """The likeliest alpha for the counts from k_min on."""
    from scipy.optimize import minimize_scalar  # not at the top: the first page need not wait for scipy
    from scipy.special import zeta

    k = n_r[n_r >= k_min]
    mean_log = float(np.log(k).mean())

    def cost(alpha: float) -> float:
        return alpha * mean_log + float(np.log(zeta(alpha, k_min)))

    alpha = float(minimize_scalar(cost, bounds=ALPHA_RANGE, method="bounded", options={"xatol": 1e-7}).x)
    h = 1e-3
    curvature = (cost(alpha + h) - 2 * cost(alpha) + cost(alpha - h)) / h**2
    values, tokens = np.unique(k, return_counts=True)
    seen = np.cumsum(tokens) / len(k)
    expected = 1 - zeta(alpha, values + 1.0) / zeta(alpha, float(k_min))
    return PowerLaw(
        alpha, float(1 / np.sqrt(len(k) * curvature)), int(k_min), len(k), float(np.abs(seen - expected).max())
    )
