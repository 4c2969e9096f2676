"""The leaderboard's lines for a network that has been trained on the same training part.

A network learns for a minute what counting learns in a second, and what it learns is
something else: so together they pay less than either.

    q(x | h) = sum_i w_i q_i(x | h)          one of the q_i is the network

The network kept the last part of the training part aside, to know when to stop. There the w_i
are fitted, by EM, with counts that have learned from what stands before it only; then the
counts learn from all of it, and the network stays as it is.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ladder.lenses.simplex import Floats
from ladder.math.encoding import N_BYTES, Encoding, Ids, bits_per_byte
from ladder.statistics.leaderboard import (
    MOST_ADAPTIVE,
    STATIC,
    Board,
    Entry,
    choose_additive,
    components,
    lengths,
)
from ladder.statistics.mixture import fit_weights, mixed
from ladder.statistics.model import LanguageModel
from ladder.statistics.paired import by_stretch
from ladder.statistics.product import ChainProduct
from ladder.statistics.size import two_part_price
from ladder.statistics.transformer import Transformer

NET, WITH_NET = "transformer", "mixture + transformer"
BEFORE = 64  # tokens that stand before the part kept aside, read and not counted


class Net(NamedTuple):
    """A trained transformer, and what is known of it already."""

    model: Transformer
    surprisals: Floats  # (n,) of the held-out tokens, in bits
    seconds: float
    n_aside: int  # tokens at the end of the training part that it did not learn from


def net_lines(
    net: Net,
    train: Encoding,
    held_out: Encoding,
    *,
    codebook_bits: float = 0.0,
    progress: Callable[[float, str], None] = lambda share, text: None,
) -> Board:
    """The network's line, and that of the mixture with it where it kept a part aside to fit the weights on."""
    codebook, n_bytes = int(np.ceil(codebook_bits / 8)), train.n_bytes + held_out.n_bytes
    stretches: dict[tuple[str, str], Floats] = {}

    def entry(name: str, on_train: Floats, on_held_out: Floats, size: int, seconds: float) -> Entry:
        stretches[name, train.scheme] = by_stretch(on_held_out, lengths(held_out))
        bits = float(on_held_out.sum())
        whole = two_part_price(size + codebook, bits + float(on_train.sum()), n_bytes)
        return Entry(name, STATIC, train.scheme, bits_per_byte(bits, held_out.n_bytes), whole, size + codebook, seconds)

    on_train = net.model.surprisals(train.ids, progress=lambda share: progress(0.5 * share, "the transformer reads"))
    entries = [entry(NET, on_train, net.surprisals, net.model.size_bytes, net.seconds)]
    if 0 < net.n_aside < len(train.ids):
        start, V = time.perf_counter(), train.vocabulary_size
        first = len(train.ids) - net.n_aside
        progress(0.5, "weighing it against the counts")
        additive = choose_additive(train.ids[:first], V)
        trials = _others(train.ids[:first], train, additive)
        before = min(BEFORE, first)
        aside = [model.surprisals(train.ids[first - before :])[before:] for model in trials.values()]
        weights = dict(zip([*trials, NET], fit_weights([*aside, on_train[first:]]).w, strict=True))
        progress(0.75, "counting all of it")
        models = _others(train.ids, train, additive)
        w = np.array([weights.get(name, 0.0) for name in [*models, NET]])
        progress(0.9, "the mixture reads")
        all_on_train = mixed(w, [*(model.surprisals(train.ids) for model in models.values()), on_train])
        all_on_held_out = mixed(w, [*(model.surprisals(held_out.ids) for model in models.values()), net.surprisals])
        size = net.model.size_bytes + sum(model.size_bytes for model in models.values())  # type: ignore[attr-defined]
        seconds = net.seconds + time.perf_counter() - start
        entries.append(entry(WITH_NET, all_on_train, all_on_held_out, size, seconds))
    progress(1.0, "done")
    return Board.of(entries, stretches)


def _others(ids: Ids, train: Encoding, additive: tuple[int, float]) -> dict[str, LanguageModel]:
    """The models that join the network; over bytes the product of chains is one of them."""
    models = components(ids, train.vocabulary_size, additive)
    if train.scheme == "bytes" and train.vocabulary_size == N_BYTES and len(ids) <= MOST_ADAPTIVE:
        models["product of chains"] = ChainProduct.fit(ids, N_BYTES)
    return models
