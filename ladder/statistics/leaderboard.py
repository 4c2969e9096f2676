"""Which q is nearest to p? All models and compressors on one held-out part.

Every model learns from the training part and is asked once for the price of the held-out
part, which is

    bits per byte = sum of surprisals / bytes

so that alphabets compare. What must be chosen (an order, an alpha) is chosen on a
validation part, the last tenth of the training part, never on the held-out one.

A compressor is given the training part first; it goes on learning while it reads, and so
does the adaptive mixture: neither is a static model, and the table says which is which. The
second price is for the whole text, with the model itself (or with nothing given, for a
compressor) paid for.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, Self

import numpy as np
import pandas as pd

from ladder.geometry import ppmi_svd
from ladder.lenses.simplex import Floats
from ladder.math.encoding import Encoding, Ids, bits_per_byte
from ladder.reality import Split, to_bytes, yardsticks
from ladder.statistics.adaptive import AdaptiveMixture
from ladder.statistics.additive import AdditiveNGram
from ladder.statistics.loglinear import MAX_VOCABULARY, LogBilinear
from ladder.statistics.mixture import Mixture, fit_weights
from ladder.statistics.model import LanguageModel
from ladder.statistics.ngram import NGram
from ladder.statistics.paired import by_stretch
from ladder.statistics.prequential import prequential
from ladder.statistics.product import ChainProduct
from ladder.statistics.shortcomings import shortcomings
from ladder.statistics.size import two_part_price

VALIDATION = 0.1
ORDERS = (1, 2, 3, 4, 5, 6, 7)
ALPHAS = (1.0, 0.1, 0.01)
DIMENSIONS = 32
STATIC, ADAPTIVE, COMPRESSOR = "static model", "adaptive model", "compressor (adaptive)"
ADAPTING = "adaptive mixture"
# Beyond it the adaptive mixture, which Python reads token by token, would take minutes, and the product of chains
# would hold over a gigabyte.
MOST_ADAPTIVE = 1_200_000  # bytes


class SizedModel(LanguageModel, Protocol):
    """A language model that says what it costs itself."""

    @property
    def size_bytes(self) -> int:
        """The model's own price in bytes."""
        ...


class Entry(NamedTuple):
    """One line of the table."""

    name: str
    kind: str  # STATIC, ADAPTIVE or COMPRESSOR
    alphabet: str
    bits_per_byte: float  # of the held-out part, learned from the training part
    whole_bits_per_byte: float  # of the whole text, the model included
    size_bytes: int | None  # of the model; a compressor's is not counted
    seconds: float


class Board(NamedTuple):
    """The table, best on the held-out part first, and each model's prices stretch by stretch."""

    table: pd.DataFrame  # columns as in `Entry`
    stretches: dict[tuple[str, str], Floats]  # (name, alphabet) -> (K,) bits per byte; compressors have none

    @classmethod
    def of(cls, entries: Iterable[Entry], stretches: dict[tuple[str, str], Floats]) -> Self:
        """The board of these lines."""
        table = pd.DataFrame(entries, columns=Entry._fields)
        return cls(table.sort_values("bits_per_byte", kind="stable", ignore_index=True), stretches)

    def with_lines_of(self, other: Self) -> Self:
        """This board and another one's lines."""
        table = pd.concat([self.table, other.table])
        ordered = table.sort_values("bits_per_byte", kind="stable", ignore_index=True)
        return type(self)(ordered, self.stretches | other.stretches)

    def with_whole(self, kind: str, price: float) -> Self:
        """This board where lines of that kind have that price of the whole text, in bits per byte."""
        whole = self.table["whole_bits_per_byte"].mask(self.table["kind"] == kind, price)
        return type(self)(self.table.assign(whole_bits_per_byte=whole), self.stretches)


class Curve(NamedTuple):
    """Prices by order, in bits per byte: one of a model's two lines and what it was chosen by."""

    orders: tuple[int, ...]
    train: tuple[float, ...]
    held_out: tuple[float, ...]
    notes: tuple[str, ...]  # on the text, and of the highest order's fit


def by_order(
    fit: Callable[[Ids, int, int], LanguageModel], train: Encoding, held_out: Encoding, orders: tuple[int, ...]
) -> Curve:
    """Train and held-out bits per byte of `fit(ids, V, order)` for each order that the text allows."""
    told = shortcomings(train, held_out, order=max(orders))
    orders = tuple(order for order in orders if order <= len(train.ids))
    V, rows, notes = train.vocabulary_size, [], ()
    for order in orders:
        model = fit(train.ids, V, order)
        notes = getattr(model, "notes", ())
        rows.append([price(model, part) for part in (train, held_out)])
    on_train, on_held_out = zip(*rows, strict=True)
    return Curve(orders, on_train, on_held_out, (*told, *notes))


def price(model: LanguageModel, encoding: Encoding) -> float:
    """A text's bits per byte under a model."""
    return bits_per_byte(float(model.surprisals(encoding.ids).sum()), encoding.n_bytes)


def choose_order(ids: Ids, vocabulary_size: int, *, orders: tuple[int, ...] = ORDERS) -> int:
    """The Kneser-Ney order that is best on the last tenth of a text after learning from the rest."""
    learn, judge = cut(ids)
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
    learn, judge = cut(ids)
    if len(judge) == 0:
        return 1, ALPHAS[0]
    costs = {
        (order, alpha): AdditiveNGram.fit(learn, vocabulary_size, order=order, alpha=alpha).surprisals(judge).sum()
        for order in ORDERS[:4]
        for alpha in ALPHAS
        if order <= len(learn)
    }
    return min(costs, key=costs.__getitem__)


def fit_mixture(ids: Ids, vocabulary_size: int) -> Mixture:
    """The mixture of Kneser-Ney models of all orders, counts + alpha and, for few tokens, a log-bilinear model.

    The weights are fitted on the last tenth of the text, which the models have not seen; then
    the models learn from the whole of it.
    """
    additive = choose_additive(ids, vocabulary_size)
    learn, judge = cut(ids)
    models = components(ids, vocabulary_size, additive)
    if len(judge) == 0:
        return Mixture(tuple(models.values()), np.full(len(models), 1 / len(models)))
    trials = components(learn, vocabulary_size, additive)
    found = fit_weights([model.surprisals(judge) for model in trials.values()]).w
    weights = dict(zip(trials, found, strict=True))
    return Mixture(tuple(models.values()), np.array([weights.get(name, 0.0) for name in models]))


def components(ids: Ids, vocabulary_size: int, additive: tuple[int, float]) -> dict[str, LanguageModel]:
    """The models of a text that a mixture mixes, by name; `additive` is the order and alpha of counts + alpha."""
    V, (order, alpha) = vocabulary_size, additive
    models: dict[str, LanguageModel] = {f"order {k}": NGram.fit(ids, V, order=k) for k in ORDERS if k <= len(ids)}
    models["counts"] = AdditiveNGram.fit(ids, V, order=order, alpha=alpha)
    if 2 <= V <= MAX_VOCABULARY and len(ids) > 1:
        models["log-bilinear"] = fit_log_bilinear(ids, V)
    return models


def fit_log_bilinear(ids: Ids, vocabulary_size: int) -> LogBilinear:
    """The log-bilinear model over vectors learned from the same text."""
    vectors = ppmi_svd(ids, vocabulary_size, dimensions=min(DIMENSIONS, vocabulary_size - 1))
    return LogBilinear.fit(ids, vocabulary_size, vectors=vectors)


def leaderboard(
    parts: Split,
    train: Encoding,
    held_out: Encoding,
    *,
    bytes_too: tuple[Encoding, Encoding] | None = None,
    codebook_bits: float = 0.0,
    progress: Callable[[float, str], None] = lambda share, text: None,
) -> Board:
    """One row a model or compressor: those of `quick_lines`, and of `lines_of_bytes` where the text is in bytes too."""
    board = quick_lines(
        parts,
        train,
        held_out,
        bytes_too=bytes_too,
        codebook_bits=codebook_bits,
        progress=lambda share, text: progress(0.3 * share, text),
    )
    plain = (train, held_out) if bytes_too is None and train.scheme == "bytes" else bytes_too
    if plain is not None and plain[0].n_bytes + plain[1].n_bytes <= MOST_ADAPTIVE:
        slow = lines_of_bytes(*plain, progress=lambda share, text: progress(0.3 + 0.7 * share, text))
        board = board.with_lines_of(slow)
    progress(1.0, "done")
    return board


def quick_lines(
    parts: Split,
    train: Encoding,
    held_out: Encoding,
    *,
    bytes_too: tuple[Encoding, Encoding] | None = None,
    codebook_bits: float = 0.0,
    progress: Callable[[float, str], None] = lambda share, text: None,
) -> Board:
    """The models of an alphabet and the compressors, which need a few seconds.

    `bytes_too` is the same text in bytes, for more models of those; `codebook_bits` is
    what the alphabet costs, part of each model's own price.
    """
    entries: list[Entry] = []
    stretches: dict[tuple[str, str], Floats] = {}
    for share, text, entry in _quick(parts, train, held_out, bytes_too, codebook_bits, stretches):
        entries += entry
        progress(share, text)
    progress(1.0, "done")
    return Board.of(entries, stretches)


def lines_of_bytes(
    train: Encoding, held_out: Encoding, *, progress: Callable[[float, str], None] = lambda share, text: None
) -> Board:
    """The product of chains and the adaptive mixture, which read bytes, so that all alphabets share their lines."""
    stretches: dict[tuple[str, str], Floats] = {}

    def product(ids: Ids, V: int) -> ChainProduct:
        return ChainProduct.fit(ids, V, progress=lambda share: progress(0.5 * share, "product of chains"))

    entries = [
        _static("product of chains", product, train, held_out, 0.0, stretches),
        _adaptive(train, held_out, stretches, lambda share, text: progress(0.5 + 0.5 * share, text)),
    ]
    progress(1.0, "done")
    return Board.of(entries, stretches)


def _quick(
    parts: Split,
    train: Encoding,
    held_out: Encoding,
    bytes_too: tuple[Encoding, Encoding] | None,
    codebook_bits: float,
    stretches: dict[tuple[str, str], Floats],
) -> Iterator[tuple[float, str, list[Entry]]]:
    """The quick lines one after the other, each with the share that is done and what it was."""
    own = train, held_out, codebook_bits

    def entry(name: str, fit: Callable[[Ids, int], SizedModel], a: Encoding, b: Encoding, codebook: float) -> Entry:
        return _static(name, fit, a, b, codebook, stretches)

    def kneser_ney(a: Encoding, b: Encoding, codebook: float) -> Entry:
        order = choose_order(a.ids, a.vocabulary_size)
        return entry(f"Kneser-Ney, order {order}", lambda ids, V: NGram.fit(ids, V, order=order), a, b, codebook)

    def additive(a: Encoding, b: Encoding, codebook: float) -> Entry:
        order, alpha = choose_additive(a.ids, a.vocabulary_size)
        name = f"counts + {alpha:g}, order {order}"
        return entry(name, lambda ids, V: AdditiveNGram.fit(ids, V, order=order, alpha=alpha), a, b, codebook)

    yield 0.0, "unigram", [entry("unigram", lambda ids, V: NGram.fit(ids, V, order=1), *own)]
    yield 0.05, "Kneser-Ney", [kneser_ney(*own)]
    yield 0.15, "counts + alpha", [additive(*own)]
    if 2 <= train.vocabulary_size <= MAX_VOCABULARY and len(train.ids) > 1:
        yield 0.3, "log-bilinear", [entry("log-bilinear", fit_log_bilinear, *own)]
    yield 0.6, "mixture", [entry("mixture", fit_mixture, *own)]
    if bytes_too is not None:
        yield 0.7, "Kneser-Ney over bytes", [kneser_ney(*bytes_too, 0.0)]
        yield 0.9, "mixture over bytes", [entry("mixture", fit_mixture, *bytes_too, 0.0)]
    yield 1.0, "compressors", list(_compressors(parts))


def _static(
    name: str,
    fit: Callable[[Ids, int], SizedModel],
    a: Encoding,
    b: Encoding,
    codebook: float,
    stretches: dict[tuple[str, str], Floats],
) -> Entry:
    """The line of a model that learns from a and is priced on b; its prices join `stretches`."""
    start = time.perf_counter()
    model = fit(a.ids, a.vocabulary_size)
    bits = model.surprisals(b.ids)
    seconds = time.perf_counter() - start
    stretches[name, a.scheme] = by_stretch(bits, lengths(b))
    size = model.size_bytes + int(np.ceil(codebook / 8))
    total = float(bits.sum())
    whole = two_part_price(size, total + float(model.surprisals(a.ids).sum()), a.n_bytes + b.n_bytes)
    return Entry(name, STATIC, a.scheme, bits_per_byte(total, b.n_bytes), whole, size, seconds)


def _adaptive(
    a: Encoding, b: Encoding, stretches: dict[tuple[str, str], Floats], progress: Callable[[float, str], None]
) -> Entry:
    """The adaptive mixture's line; what the whole costs is found by `whole_adaptive`, which takes longer."""
    start = time.perf_counter()
    model = AdaptiveMixture.fit(a.ids, a.vocabulary_size, progress=lambda share: progress(0.4 * share, ADAPTING))
    bits = model.surprisals(b.ids, progress=lambda share: progress(0.4 + 0.6 * share, ADAPTING))
    seconds = time.perf_counter() - start
    stretches[ADAPTING, a.scheme] = by_stretch(bits, lengths(b))
    price_of_held_out = bits_per_byte(float(bits.sum()), b.n_bytes)
    return Entry(ADAPTING, ADAPTIVE, a.scheme, price_of_held_out, np.nan, None, seconds)


def whole_adaptive(
    board: Board, train: Encoding, held_out: Encoding, *, progress: Callable[[float], None] = lambda share: None
) -> float:
    """Bits per byte of the whole text under the adaptive mixture, which starts from nothing: no model is sent along.

    The training part is priced block by block, each before it is learned (prequential.py); what the held-out
    part costs after that is on the board. Both are in bytes.
    """
    row = board.table[board.table["kind"] == ADAPTIVE].iloc[0]
    bits = float(prequential(train.ids, train.vocabulary_size, progress=progress).sum())
    whole = train.n_bytes + held_out.n_bytes
    return bits_per_byte(bits + float(row["bits_per_byte"]) * held_out.n_bytes, whole)


def _compressors(parts: Split) -> Iterator[Entry]:
    train, held_out = to_bytes(parts.train), to_bytes(parts.held_out)
    given = yardsticks(held_out, given=train)
    whole = yardsticks(train + held_out).set_index("compressor")["bits_per_byte"]
    for row in given.itertuples():
        alone = float(whole[row.compressor])
        yield Entry(str(row.compressor), COMPRESSOR, "bytes", float(row.bits_per_byte), alone, None, float(row.seconds))


def lengths(encoding: Encoding) -> Ids:
    """The bytes of each token: (n,)."""
    return np.array([len(piece) for piece in encoding.vocabulary], dtype=np.int32)[encoding.ids]


def cut(ids: Ids) -> tuple[Ids, Ids]:
    """A text in two: to learn from, and to choose by."""
    n = len(ids) - round(VALIDATION * len(ids))
    return ids[:n], ids[n:]
