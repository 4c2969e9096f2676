"""Which q is nearest to p? All models and compressors on one held-out part.

Every model learns from the training part and is asked once for the price of the held-out
part, which is

    bits per byte = sum of surprisals / bytes

so that alphabets compare. What must be chosen (an order, an alpha) is chosen on a
validation part, the last tenth of the training part, never on the held-out one.

A compressor is given the training part first; it goes on learning while it reads, and so
is no static model: the table says which is which. The second price is for the whole text,
with the model itself (or with nothing given, for a compressor) paid for.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd

from ladder.geometry import ppmi_svd
from ladder.math.encoding import Encoding, Ids, bits_per_byte
from ladder.reality import Split, to_bytes, yardsticks
from ladder.statistics.additive import AdditiveNGram
from ladder.statistics.loglinear import MAX_VOCABULARY, LogBilinear
from ladder.statistics.model import LanguageModel
from ladder.statistics.ngram import NGram
from ladder.statistics.size import two_part_price

VALIDATION = 0.1
ORDERS = (1, 2, 3, 4, 5, 6, 7)
ALPHAS = (1.0, 0.1, 0.01)
DIMENSIONS = 32


class SizedModel(LanguageModel, Protocol):
    """A language model that says what it costs itself."""

    @property
    def size_bytes(self) -> int:
        """The model's own price in bytes."""
        ...


class Entry(NamedTuple):
    """One line of the table."""

    name: str
    kind: str  # "static model" or "compressor (adaptive)"
    alphabet: str
    bits_per_byte: float  # of the held-out part, learned from the training part
    whole_bits_per_byte: float  # of the whole text, the model included
    size_bytes: int | None  # of the model; a compressor's is not counted
    seconds: float


class Curve(NamedTuple):
    """Prices by order, in bits per byte: one of a model's two lines and what it was chosen by."""

    orders: tuple[int, ...]
    train: tuple[float, ...]
    held_out: tuple[float, ...]
    notes: tuple[str, ...]  # of the highest order's fit


def by_order(
    fit: Callable[[Ids, int, int], LanguageModel], train: Encoding, held_out: Encoding, orders: tuple[int, ...]
) -> Curve:
    """Train and held-out bits per byte of `fit(ids, V, order)` for each order that the text allows."""
    orders = tuple(order for order in orders if order <= len(train.ids))
    V, rows, notes = train.vocabulary_size, [], ()
    for order in orders:
        model = fit(train.ids, V, order)
        notes = getattr(model, "notes", ())
        rows.append([price(model, part) for part in (train, held_out)])
    on_train, on_held_out = zip(*rows, strict=True)
    return Curve(orders, on_train, on_held_out, notes)


def price(model: LanguageModel, encoding: Encoding) -> float:
    """A text's bits per byte under a model."""
    return bits_per_byte(float(model.surprisals(encoding.ids).sum()), encoding.n_bytes)


def choose_order(ids: Ids, vocabulary_size: int, *, orders: tuple[int, ...] = ORDERS) -> int:
    """The Kneser-Ney order that is best on the last tenth of a text after learning from the rest."""
    learn, judge = _cut(ids)
    if len(judge) == 0:
        return 1
    costs = {
        order: NGram.fit(learn, vocabulary_size, order=order).surprisals(judge).sum()
        for order in orders
        if order <= len(learn)
    }
    return min(costs, key=costs.__getitem__)


def choose_additive(ids: Ids, vocabulary_size: int) -> tuple[int, float]:
    """The order and alpha that are best on the last tenth of a text after learning from the rest."""
    learn, judge = _cut(ids)
    if len(judge) == 0:
        return 1, ALPHAS[0]
    costs = {
        (order, alpha): AdditiveNGram.fit(learn, vocabulary_size, order=order, alpha=alpha).surprisals(judge).sum()
        for order in ORDERS[:4]
        for alpha in ALPHAS
        if order <= len(learn)
    }
    return min(costs, key=costs.__getitem__)


def leaderboard(
    parts: Split,
    train: Encoding,
    held_out: Encoding,
    *,
    bytes_too: tuple[Encoding, Encoding] | None = None,
    codebook_bits: float = 0.0,
    progress: Callable[[float, str], None] = lambda share, text: None,
) -> pd.DataFrame:
    """One row a model or compressor, the best on the held-out part first; columns as in `Entry`.

    `bytes_too` is the same text in bytes, for one more model of those; `codebook_bits` is
    what the alphabet costs, part of each model's own price.
    """
    steps = _entries(parts, train, held_out, bytes_too, codebook_bits)
    entries: list[Entry] = []
    for share, text, entry in steps:
        entries += entry
        progress(share, text)
    table = pd.DataFrame(entries, columns=Entry._fields)
    return table.sort_values("bits_per_byte", kind="stable", ignore_index=True)


def _entries(
    parts: Split,
    train: Encoding,
    held_out: Encoding,
    bytes_too: tuple[Encoding, Encoding] | None,
    codebook_bits: float,
) -> Iterator[tuple[float, str, list[Entry]]]:
    """The lines one after the other, each with the share that is done and what comes next."""
    V = train.vocabulary_size

    def entry(name: str, fit: Callable[[], SizedModel], a: Encoding, b: Encoding, codebook: float) -> Entry:
        start = time.perf_counter()
        model = fit()
        bits = float(model.surprisals(b.ids).sum())
        seconds = time.perf_counter() - start
        own = model.size_bytes + int(np.ceil(codebook / 8))
        whole = two_part_price(own, bits + float(model.surprisals(a.ids).sum()), a.n_bytes + b.n_bytes)
        return Entry(name, "static model", a.scheme, bits_per_byte(bits, b.n_bytes), whole, own, seconds)

    def kneser_ney(a: Encoding, b: Encoding, codebook: float) -> Entry:
        order = choose_order(a.ids, a.vocabulary_size)
        name = f"Kneser-Ney, order {order}"
        return entry(name, lambda: NGram.fit(a.ids, a.vocabulary_size, order=order), a, b, codebook)

    yield 0.0, "unigram", [entry("unigram", lambda: NGram.fit(train.ids, V, order=1), train, held_out, codebook_bits)]
    yield 0.1, "Kneser-Ney", [kneser_ney(train, held_out, codebook_bits)]
    if bytes_too is not None:
        yield 0.3, "Kneser-Ney over bytes", [kneser_ney(*bytes_too, 0.0)]
    order, alpha = choose_additive(train.ids, V)
    name = f"counts + {alpha:g}, order {order}"
    yield (
        0.5,
        "counts + alpha",
        [
            entry(
                name,
                lambda: AdditiveNGram.fit(train.ids, V, order=order, alpha=alpha),
                train,
                held_out,
                codebook_bits,
            )
        ],
    )
    if 2 <= V <= MAX_VOCABULARY and len(train.ids) > 1:

        def log_bilinear() -> LogBilinear:
            vectors = ppmi_svd(train.ids, V, dimensions=min(DIMENSIONS, V - 1))
            return LogBilinear.fit(train.ids, V, vectors=vectors)

        yield 0.7, "log-bilinear", [entry("log-bilinear", log_bilinear, train, held_out, codebook_bits)]
    yield 0.9, "compressors", list(_compressors(parts))
    yield 1.0, "done", []


def _compressors(parts: Split) -> Iterator[Entry]:
    train, held_out = to_bytes(parts.train), to_bytes(parts.held_out)
    given = yardsticks(held_out, given=train)
    whole = yardsticks(train + held_out).set_index("compressor")["bits_per_byte"]
    for row in given.itertuples():
        kind, alone = "compressor (adaptive)", float(whole[row.compressor])
        yield Entry(str(row.compressor), kind, "bytes", float(row.bits_per_byte), alone, None, float(row.seconds))


def _cut(ids: Ids) -> tuple[Ids, Ids]:
    """A text in two: to learn from, and to choose by."""
    n = len(ids) - round(VALIDATION * len(ids))
    return ids[:n], ids[n:]
