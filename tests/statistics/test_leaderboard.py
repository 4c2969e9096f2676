import numpy as np
import pandas as pd
import pytest

from ladder.math import encode, fit_alphabet
from ladder.reality import Corpus, split
from ladder.statistics.leaderboard import (
    by_order,
    choose_additive,
    choose_order,
    leaderboard,
    lines_of_bytes,
    price,
    quick_lines,
)
from ladder.statistics.ngram import NGram
from ladder.statistics.size import tables_size, two_part_price, weights_size

LINES = "".join(f"the {a} {b} the {c}\n" for a in ["cat", "dog", "cow"] for b in ["sees", "hears"] for c in "abcdef")
CORPUS = Corpus.of("lines", LINES * 6)


def parts_in(scheme):
    parts = split(CORPUS)
    letters = fit_alphabet(parts.train, scheme)
    return parts, letters.encode(parts.train), letters.encode(parts.held_out)


def test_every_model_and_compressor_stands_in_one_unit_on_the_same_held_out_part():
    parts, train, held_out = parts_in("words")
    as_bytes = (encode(parts.train, "bytes"), encode(parts.held_out, "bytes"))
    shares = []
    board = leaderboard(parts, train, held_out, bytes_too=as_bytes, progress=lambda share, text: shares.append(share))
    table = board.table
    assert table["bits_per_byte"].is_monotonic_increasing
    assert set(table["kind"]) == {"static model", "adaptive model", "compressor (adaptive)"}
    assert {"unigram", "log-bilinear", "mixture", "product of chains", "adaptive mixture"} <= set(table["name"])
    assert shares == sorted(shares)
    assert shares[-1] == 1
    for (name, scheme), prices in board.stretches.items():  # stretches are equally long, so their mean is the price
        row = table[(table["name"] == name) & (table["alphabet"] == scheme)].iloc[0]
        assert prices.mean() == pytest.approx(row["bits_per_byte"])
    unigram = table.set_index("name").loc["unigram"]
    expected = NGram.fit(train.ids, train.vocabulary_size, order=1).surprisals(held_out.ids).sum() / held_out.n_bytes
    assert unigram["bits_per_byte"] == pytest.approx(expected)
    assert price(NGram.fit(train.ids, train.vocabulary_size, order=1), held_out) == pytest.approx(expected)


def test_the_two_that_read_bytes_are_the_same_beside_every_alphabet():
    parts, *words = parts_in("words")
    _, *as_bytes = parts_in("bytes")
    alone = lines_of_bytes(*as_bytes)
    assert set(alone.table["name"]) == {"product of chains", "adaptive mixture"}
    for board in (leaderboard(parts, *words, bytes_too=tuple(as_bytes)), leaderboard(parts, *as_bytes)):
        lines = board.table[board.table["name"].isin(alone.table["name"])]
        prices = ["name", "alphabet", "bits_per_byte", "whole_bits_per_byte", "size_bytes"]
        pd.testing.assert_frame_equal(
            lines[prices].sort_values("name", ignore_index=True),
            alone.table[prices].sort_values("name", ignore_index=True),
        )
    assert set(quick_lines(parts, *as_bytes).table["name"]).isdisjoint(alone.table["name"])


def test_the_order_of_the_source_is_chosen():
    rng = np.random.default_rng(2)
    ids = np.zeros(6000, dtype=np.int32)
    for t in range(2, len(ids)):  # x_t follows from the two before it, with noise
        ids[t] = (ids[t - 1] + 2 * ids[t - 2]) % 5 if rng.random() < 0.8 else rng.integers(5)
    assert choose_order(ids, 5) == 3
    assert choose_additive(ids, 5)[0] == 3


def test_a_text_of_one_token_leaves_nothing_to_choose_by():
    assert choose_order(np.array([2]), 4) == 1
    assert choose_additive(np.array([2]), 4) == (1, 1.0)


def test_train_prices_fall_with_the_order():
    _, train, held_out = parts_in("bytes")
    curve = by_order(lambda ids, V, k: NGram.fit(ids, V, order=k), train, held_out, (1, 2, 3, 4))
    assert curve.orders == (1, 2, 3, 4)
    assert list(curve.train) == sorted(curve.train, reverse=True)
    assert len(curve.held_out) == 4


def test_the_two_part_price_by_hand():
    assert two_part_price(10, 20.0, 50) == 2.0
    assert weights_size(3) == 6


def test_a_larger_table_takes_more_bytes():
    ids = np.random.default_rng(1).integers(0, 30, 3000)
    sizes = [tables_size(NGram.fit(ids, 30, order=k).tables) for k in (1, 2, 3)]
    assert sizes == sorted(sizes)
