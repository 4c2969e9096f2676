"""Counting is learning: a table of bigrams by four roads.

Let p(w|h) be how often w follows h in a text, and q(w|h) = exp(theta_hw) / Z_h the model, with
one row of logits for each h. The price is the mean over h of H(p( . |h), q( . |h)), and it is
least at q = p, which counting writes down at once.

    counting      theta = ln p
    gradient      theta_h <- theta_h - rate (q_h - p_h)            needs Z_h, the sum over all w
    NCE           tell a token of the text from K noise tokens     needs no Z: it learns Z_h = 1
    contrastive   theta_hw + rate for the text's w, - rate for     needs no Z: a chain that begins at
                  where a short Markov chain goes from w           the text need not forget it

In noise-contrastive estimation the noise n(w) is known, and exp(theta) / (exp(theta) + K n) is the
belief that a token is real; at its best exp(theta_hw) = p(w|h) itself. In contrastive divergence
each step of the chain proposes any w' and takes it with probability min(1, exp(theta_w' - theta_w));
once q = p the chain leaves the text as it is, and nothing moves.

Reference: M. Gutmann and A. Hyvärinen, "Noise-Contrastive Estimation" (2010); G. Hinton, "Training
Products of Experts by Minimizing Contrastive Divergence" (2002).
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax, softmax

Road = Literal["gradient", "nce", "contrastive"]
NOISE = 8  # K, noise tokens for each real one
BATCH = 2_048
CHAIN = 1  # steps
WARM = 0.2  # share of the steps before the rate falls


class BigramFit(NamedTuple):
    """A fitted table and the way to it; s + 1 prices, k states kept."""

    theta: Floats  # (H, V)
    q: Floats  # (H, V), each row normalised exactly
    log_Z: Floats  # (H,) nats; what NCE has learned to be 0
    path: Floats  # (s + 1,) bits per token
    least: float  # bits per token of counting
    kept: NDArray[np.intp]  # (k,) which steps
    snapshots: Floats  # (k, H, V) q at those steps


def bigram_counts(ids: ArrayLike, vocabulary_size: int, *, symbols: int) -> tuple[Floats, NDArray[np.intp]]:
    """How often each of the `symbols` most frequent tokens follows each: (S, S), and which tokens; others left out."""
    text = np.asarray(ids)
    n = np.bincount(text, minlength=vocabulary_size)
    chosen = np.argsort(-n, kind="stable")[: min(symbols, int(np.count_nonzero(n)))]
    place = np.full(vocabulary_size, -1)
    place[chosen] = np.arange(len(chosen))
    first, second = place[text[:-1]], place[text[1:]]
    both = (first >= 0) & (second >= 0)
    table = np.zeros((len(chosen), len(chosen)))
    np.add.at(table, (first[both], second[both]), 1)
    return table, chosen


def count_bigrams_price(counts: ArrayLike) -> float:
    """The price of counting in bits per token: the conditional entropy of the table (H, V)."""
    p, share = _rows(counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(share @ np.where(p > 0, -p * np.log2(p), 0).sum(axis=1))


def fit_bigrams(
    counts: ArrayLike, *, road: Road = "gradient", steps: int = 2_000, rate: float = 2.0, rng: np.random.Generator
) -> BigramFit:
    """The table (H, V) of logits fitted to counts (H, V), every row with at least one count, from theta = 0."""
    if road not in get_args(Road):
        raise ValueError(f"road must be one of {', '.join(get_args(Road))}, but is {road!r}")
    if steps < 1 or not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"steps must be at least 1 and rate positive, but are {steps} and {rate}")
    p, share = _rows(counts)
    H, V = p.shape
    theta, mean = np.zeros((H, V)), np.zeros((H, V))
    noise = share @ p * 0.9 + 0.1 / V  # the text's own tokens, and a little of everything
    kept = np.unique(np.geomspace(1, steps, 24).round().astype(np.intp))
    path, snapshots = [_price(p, share, theta)], [softmax(theta)]
    for step in range(1, steps + 1):
        if road == "gradient":
            theta -= rate * (softmax(theta) - p)
            state = theta
        else:
            # The noise of a sampled slope averages out as the rate falls, and as states are averaged.
            now = rate * min(1.0, WARM * steps / step)
            slope = nce_slope(p, theta, noise, rng) if road == "nce" else contrastive_slope(p, theta, rng)
            theta += now * slope
            weight = 1.0 if step <= WARM * steps else 1 / (step - WARM * steps)
            mean += weight * (theta - mean)
            state = mean
        path.append(_price(p, share, state))
        if step in kept:
            snapshots.append(softmax(state))
    log_Z = state.max(axis=1) + np.log(np.exp(state - state.max(axis=1, keepdims=True)).sum(axis=1))
    prices = np.array(path)
    return BigramFit(
        state.copy(), softmax(state), log_Z, prices, count_bigrams_price(counts), np.r_[0, kept], np.array(snapshots)
    )


def _rows(counts: ArrayLike) -> tuple[Floats, Floats]:
    """p(w|h) (H, V) and the share of each h (H,)."""
    n = np.asarray(counts, dtype=np.float64)
    if n.ndim != 2 or n.size == 0 or not np.isfinite(n).all() or (n < 0).any():
        raise ValueError("counts must be a table (H, V) of finite numbers, none negative")
    total = n.sum(axis=1)
    if (total == 0).any():
        raise ValueError(f"every row of counts must hold something, but row {int((total == 0).argmax())} is empty")
    return n / total[:, None], total / total.sum()


def _price(p: Floats, share: Floats, theta: Floats) -> float:
    return float(nats_to_bits(-(share @ (p * log_softmax(theta)).sum(axis=1))))


def _draw(p: Floats, n: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """n tokens for each row of p: (H, V) -> (H, n)."""
    C = np.cumsum(p, axis=1)
    return np.array([c.searchsorted(u * c[-1], side="right") for c, u in zip(C, rng.random((len(p), n)), strict=True)])


def _shares(tokens: NDArray[np.intp], V: int) -> Floats:
    """The share of each token in each row: (H, n) -> (H, V)."""
    H, n = tokens.shape
    return np.bincount((tokens + V * np.arange(H)[:, None]).ravel(), minlength=H * V).reshape(H, V) / n


def nce_slope(p: Floats, theta: Floats, noise: Floats, rng: np.random.Generator) -> Floats:
    """The slope of NCE's log-likelihood, from a batch of the text and K times as many noise tokens: (H, V)."""
    H = len(theta)
    n = max(1, BATCH // H)
    # ln(K n(w)) - theta is the log odds that w is noise.
    real = 1 / (1 + np.exp(np.clip(np.log(NOISE * noise) - theta, -500, 500)))
    seen = rng.multinomial(n, p) / n
    drawn = rng.multinomial(n * NOISE, noise / noise.sum(), size=H) / n
    return (1 - real) * seen - real * drawn


def contrastive_slope(p: Floats, theta: Floats, rng: np.random.Generator) -> Floats:
    """Where the text is, less where a chain from there goes: (H, V)."""
    H, V = theta.shape
    here = start = _draw(p, max(1, BATCH // H), rng)
    rows = np.arange(H)[:, None]
    for _ in range(CHAIN):
        there = rng.integers(0, V, here.shape)
        goes = np.log(rng.random(here.shape)) < theta[rows, there] - theta[rows, here]
        here = np.where(goes, there, here)
    return _shares(start, V) - _shares(here, V)
