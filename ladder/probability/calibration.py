"""Menu or belief? Whether what a model calls 70 % happens 70 times in 100.

At each place of a text the model names its likeliest token, and its confidence c in it.
Sort the places by c into bins B of equal size:

    gap(B) = mean c - share of hits            above 0: too sure of itself
    ECE    = sum of |B| / n |gap(B)|           expected calibration error

Even an honest model has an ECE above 0 on n places, by chance alone: `honest_ece` says how
large. Neighbouring places are alike, so the interval resamples whole blocks of them; and as
a resample adds chance once more, the interval is turned over: [2 ECE - high, 2 ECE - low].

One temperature mends much. Let E = -ln q be the energies at a place, and x what happened.
The price of a text at inverse temperature b = 1/T is convex in b, and its slope is

    d/db mean(b E_x + ln Z(b)) = mean E_x - mean U(b)

so the best T is where the energy that the heated model expects is the one that is met.

References: C. Guo et al., "On Calibration of Modern Neural Networks" (2017); M. Pakdaman
Naeini et al. (2015); H. Künsch (1989) for the block bootstrap.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from ladder.lenses.shannon import entropy, nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax, softmax
from ladder.math.encoding import Ids
from ladder.statistics.model import LanguageModel, check_ids

LOWEST_T, HIGHEST_T = 0.05, 20.0
BLOCK = 25  # places


class Answers(NamedTuple):
    """What a model said at some places of a text, and what happened there."""

    logits: Floats  # (n, V) in nats
    truths: Ids  # (n,)


class Reliability(NamedTuple):
    """A reliability diagram: one entry a bin, from the least confident to the most."""

    confidence: Floats  # (b,) mean c
    hits: Floats  # (b,) the share of places where the named token came
    places: Floats  # (b,) how many there are
    ece: float  # expected calibration error


def answers(model: LanguageModel, ids: ArrayLike, *, most: int) -> Answers:
    """The model's logits at up to `most` places of a text, evenly spread: (n,) ids."""
    text = check_ids(np.asarray(ids), model.vocabulary_size)
    if len(text) == 0 or most < 1:
        raise ValueError(f"there must be at least one place to ask at, but ids have {len(text)} and most is {most}")
    places = np.unique(np.linspace(0, len(text) - 1, min(most, len(text))).astype(np.intp))
    return Answers(np.stack([model.logits(text[:t]) for t in places]), text[places])


def first_choices(asked: Answers, *, T: float = 1.0) -> tuple[Floats, Floats]:
    """The confidence in the likeliest token at temperature T, and 1 where it came, else 0: (n,), (n,)."""
    q = softmax(asked.logits / T)
    return q.max(axis=1), (q.argmax(axis=1) == asked.truths).astype(np.float64)


def reliability(confidence: ArrayLike, hit: ArrayLike, *, bins: int = 10) -> Reliability:
    """The diagram of n places, in bins of equally many: (n,), (n,)."""
    c, h = np.asarray(confidence, dtype=np.float64), np.asarray(hit, dtype=np.float64)
    if c.shape != h.shape or c.ndim != 1 or len(c) == 0:
        raise ValueError(f"confidence and hit must be two rows of the same length, but are {c.shape} and {h.shape}")
    order = np.argsort(c, kind="stable")
    edges = np.linspace(0, len(c), min(bins, len(c)) + 1).astype(np.intp)
    places = np.diff(edges)
    mean_c, mean_h = (np.add.reduceat(x[order], edges[:-1]) / places for x in (c, h))
    return Reliability(mean_c, mean_h, places, float(places @ np.abs(mean_c - mean_h)) / len(c))


def ece_interval(
    confidence: Floats, hit: Floats, *, rng: np.random.Generator, share: float = 0.95, rounds: int = 200, bins: int = 10
) -> tuple[float, float]:
    """Between which values the true ECE lies, without what chance adds: both may be below the measured one."""
    n = len(confidence)
    size = min(BLOCK, max(1, n // 4))
    starts = rng.integers(0, n - size + 1, size=(rounds, -(-n // size)))
    found = []
    for row in starts:
        places = (row[:, None] + np.arange(size)).ravel()[:n]
        found.append(reliability(confidence[places], hit[places], bins=bins).ece)
    measured = reliability(confidence, hit, bins=bins).ece
    low, high = 2 * measured - np.quantile(found, [(1 + share) / 2, (1 - share) / 2])
    return max(float(low), 0.0), max(float(high), 0.0)


def honest_ece(
    confidence: Floats, *, rng: np.random.Generator, rounds: int = 200, bins: int = 10
) -> tuple[float, float]:
    """The mean ECE of a model with the same confidences whose every c is true, and what 95 of 100 such stay below."""
    hits = rng.random((rounds, len(confidence))) < confidence
    found = [reliability(confidence, row, bins=bins).ece for row in hits]
    return float(np.mean(found)), float(np.quantile(found, 0.95))


def price_at(asked: Answers, *, T: float) -> float:
    """What a token costs on average at temperature T, in bits."""
    log_q = log_softmax(asked.logits / T)
    return float(nats_to_bits(-log_q[np.arange(len(log_q)), asked.truths].mean()))


def choices_at(asked: Answers, *, T: float) -> float:
    """The mean entropy of the next token at temperature T, in bits: how long the menu is."""
    return float(entropy(softmax(asked.logits / T)).mean())


def met_and_expected(asked: Answers, *, T: float) -> tuple[float, float]:
    """The mean energy of what came, and the mean U that the model expects at temperature T, both in nats."""
    log_q = log_softmax(asked.logits)
    possible = np.where(np.isneginf(log_q), 0, -log_q)
    expected = (softmax(log_q / T) * possible).sum(axis=1)
    return float(-log_q[np.arange(len(log_q)), asked.truths].mean()), float(expected.mean())


def fit_temperature(asked: Answers) -> float:
    """The T between 0.05 and 20 at which what happened costs least."""

    def slope(log_b: float) -> float:
        met, expected = met_and_expected(asked, T=float(np.exp(-log_b)))
        return met - expected

    coldest, hottest = -np.log(LOWEST_T), -np.log(HIGHEST_T)
    if slope(coldest) <= 0:
        return LOWEST_T
    if slope(hottest) >= 0:
        return HIGHEST_T
    return float(np.exp(-brentq(slope, hottest, coldest, xtol=1e-9)))
