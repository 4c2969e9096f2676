"""What the map is not: six small experiments on the text at hand, each against a claim too good to be true.

territory    one text in two alphabets: the price of a token says nothing until it is one of a byte
bias         the first half of the text as a belief about the second, against halves drawn at random
geometry     the same tokens placed with a narrow and a wide window: how many neighbours are the same
twice        what training paid, what a new text pays, and what the model itself expects to pay
goal         the order that is best for the text that was read, and the one best for a text that was not
menu         how far the distribution that is drawn from lies from the one that was fitted
"""

from typing import NamedTuple

import numpy as np

from ladder.bridge.context import Context
from ladder.geometry import nearest, ppmi_svd
from ladder.geometry.neighbours import overlap
from ladder.lenses import entropy, kl_divergence, log_softmax, relative_frequencies, softmax
from ladder.math import Encoding, encode
from ladder.math.prices import smoothed_shares, unigram_bits
from ladder.probability.rows import remembered
from ladder.statistics import AdditiveNGram

ORDERS = (1, 2, 3, 4)
ALPHA = 0.01
PROBED = 300  # tokens of the held-out part
PLACED = 200  # commonest tokens
NEIGHBOURS = 5
WINDOWS = (1, 5)


class Limits(NamedTuple):
    """The numbers of the experiments; prices in bits, None where the text is too small."""

    bits_per_token: tuple[float, float]  # in bytes, in the chosen alphabet
    bits_per_byte: tuple[float, float]
    KL_halves: float | None  # bits per byte
    KL_shuffled: float | None
    same_neighbours: float | None  # share
    training: float | None  # bits per token of the part that was read
    held_out: float | None  # of the start of the other
    expected: float | None  # the entropy of the model's own distributions there
    best_read: int | None  # order
    best_new: int | None
    KL_menu: float | None  # bits per token between the model's q and q at T


def limits(context: Context) -> Limits:
    """The six experiments on a text."""
    text = context.corpus.text
    alphabets = (encode(text, "bytes"), context.train or encode(text, "bytes"))
    drift, shuffled = _halves(context)
    training, held_out, expected = _twice(context)
    best_read, best_new = _goal(context)
    return Limits(
        tuple(unigram_bits(e) / max(len(e.ids), 1) for e in alphabets),  # type: ignore[arg-type]
        tuple(unigram_bits(e) / e.n_bytes for e in alphabets),  # type: ignore[arg-type]
        drift,
        shuffled,
        _neighbours(context.train),
        training,
        held_out,
        expected,
        best_read,
        best_new,
        _menu(context),
    )


def _halves(context: Context) -> tuple[float | None, float | None]:
    data = np.frombuffer(context.corpus.data, dtype=np.uint8)
    half = len(data) // 2
    if half < 2:
        return None, None

    def drift(data: np.ndarray) -> float:
        first, second = (np.bincount(part, minlength=256) for part in (data[:half], data[half:]))
        return float(kl_divergence(relative_frequencies(second), smoothed_shares(first)))

    return drift(data), drift(context.rng.permutation(data))


def _neighbours(train: Encoding | None) -> float | None:
    if train is None or len(train.ids) < 2:
        return None
    placed = [ppmi_svd(train.ids[:200_000], train.vocabulary_size, dimensions=16, window=w) for w in WINDOWS]
    both = np.flatnonzero(placed[0].any(axis=1) & placed[1].any(axis=1))
    common = both[np.argsort(-train.counts[both], kind="stable")][:PLACED]
    if len(common) <= NEIGHBOURS + 1:
        return None
    rows = [vectors[common] for vectors in placed]
    shares = []
    for i in range(len(common)):
        near = [nearest(vectors[i], np.delete(vectors, i, axis=0), k=NEIGHBOURS) for vectors in rows]
        shares.append(overlap(*near))
    return float(np.mean(shares))


def _twice(context: Context) -> tuple[float | None, float | None, float | None]:
    model, train, held_out = context.model, context.train, context.held_out
    if model is None or train is None or held_out is None or not len(held_out.ids):
        return None, None, None
    ids = held_out.ids[:PROBED]
    row = remembered(model, lambda z: float(entropy(softmax(z))), row_bytes=8)
    expected = float(np.mean([row(ids[:t]) for t in range(len(ids))]))
    return float(model.surprisals(train.ids).mean()), float(model.surprisals(ids).mean()), expected


def _goal(context: Context) -> tuple[int | None, int | None]:
    train, held_out = context.train, context.held_out
    if train is None or held_out is None or not len(held_out.ids):
        return None, None
    models = [
        AdditiveNGram.fit(train.ids, train.vocabulary_size, order=order, alpha=ALPHA)
        for order in ORDERS
        if order <= len(train.ids)
    ]
    if not models:
        return None, None
    read, new = ([float(m.surprisals(part.ids).sum()) for m in models] for part in (train, held_out))
    return ORDERS[int(np.argmin(read))], ORDERS[int(np.argmin(new))]


def _menu(context: Context) -> float | None:
    if context.logits is None:
        return None
    believed, drawn = softmax(context.logits), np.exp(log_softmax(context.logits / context.T))
    return float(kl_divergence(drawn, believed))
