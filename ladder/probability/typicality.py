"""Most draws are alike: the asymptotic equipartition property (AEP).

A text x_1 ... x_n drawn from q has nearly always a surprise near n H, where H is the
entropy rate of q, in bits a token:

    -1/n log2 q(x_1 ... x_n)  ->  H        with a spread of sigma / sqrt n

So all the probability lies on about 2^(nH) texts that are about equally likely, out of V^n:
the typical set. The single likeliest text is not among them, as the likeliest outcome of a
thousand throws of a bent coin is a thousand heads. `beam` looks for that text, and keeps
the `width` likeliest beginnings; what it finds is at most as likely as the true one.

References: C. E. Shannon (1948), theorem 3; B. McMillan (1953) and L. Breiman (1957);
T. Cover and J. Thomas, "Elements of Information Theory" (2006), chapter 3.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.shannon import entropy, nats_to_bits, surprisal
from ladder.lenses.simplex import Floats, log_softmax, softmax
from ladder.math.encoding import Ids
from ladder.probability.rows import remembered
from ladder.statistics.model import LanguageModel, check_ids

MAX_TOKENS = 200_000  # of all draws together


class Draws(NamedTuple):
    """m texts of n tokens each, drawn after the same context."""

    ids: Ids  # (m, n)
    surprisals: Floats  # (m, n) in bits
    entropies: Floats  # (m, n) of the distribution that each token was drawn from, in bits

    @property
    def running_means(self) -> Floats:
        """-1/k log2 q(x_1 ... x_k), k = 1 ... n, of each text: (m, n)."""
        return np.cumsum(self.surprisals, axis=1) / np.arange(1, self.surprisals.shape[1] + 1)

    @property
    def entropy_rate(self) -> float:
        """H in bits a token: the mean entropy along the second half of the texts.

        It is the mean of their surprisals too, but with less noise.
        """
        return float(self.entropies[:, self.entropies.shape[1] // 2 :].mean())


class Found(NamedTuple):
    """The text that a beam search ends with."""

    ids: Ids  # (n,)
    bits: float  # -log2 q of the whole


def draws(
    model: LanguageModel,
    context: ArrayLike,
    *,
    m: int,
    n: int,
    rng: np.random.Generator,
    progress: Callable[[float], None] | None = None,
) -> Draws:
    """m texts of n tokens after `context`, with their surprisals and the entropy at each place."""
    if m < 1 or n < 1 or m * n > MAX_TOKENS:
        raise ValueError(f"m times n must lie between 1 and {MAX_TOKENS:,} tokens, but is {m} times {n}")
    before = check_ids(np.asarray(context), model.vocabulary_size)
    row_of = remembered(model, _row, row_bytes=16 * model.vocabulary_size)
    texts = np.concatenate([np.tile(before, (m, 1)), np.zeros((m, n), dtype=np.int32)], axis=1)
    surprisals, entropies = np.zeros((m, n)), np.zeros((m, n))
    for i, text in enumerate(texts):
        for t in range(n):
            row = row_of(text[: len(before) + t])
            x = row.cumulated.searchsorted(rng.random() * row.cumulated[-1], side="right")
            text[len(before) + t], surprisals[i, t], entropies[i, t] = x, row.surprisals[x], row.entropy
        if progress is not None:
            progress((i + 1) / m)
    return Draws(texts[:, len(before) :], surprisals, entropies)


def beam(model: LanguageModel, context: ArrayLike, *, n: int, width: int) -> Found:
    """The likeliest text of n tokens after `context` that a beam search of this width finds."""
    if n < 1 or width < 1:
        raise ValueError(f"n and width must be at least 1, but are {n} and {width}")
    V = model.vocabulary_size
    log_rows = remembered(model, log_softmax, row_bytes=8 * V)
    texts, scores = np.asarray(context, dtype=np.int32)[None], np.zeros(1)
    for _ in range(n):
        onward = (scores[:, None] + np.stack([log_rows(text) for text in texts])).ravel()
        best = np.argpartition(-onward, min(width, len(onward)) - 1)[:width]
        best = best[np.argsort(-onward[best], kind="stable")]
        texts = np.concatenate([texts[best // V], (best % V)[:, None].astype(np.int32)], axis=1)
        scores = onward[best]
    return Found(texts[0][-n:], float(nats_to_bits(-scores[0])))


class _Row(NamedTuple):
    """One context's distribution, ready to be drawn from."""

    cumulated: Floats  # (V,)
    surprisals: Floats  # (V,) in bits
    entropy: float  # in bits


def _row(logits: Floats) -> _Row:
    q = softmax(logits)
    return _Row(np.cumsum(q), surprisal(q), float(entropy(q)))
