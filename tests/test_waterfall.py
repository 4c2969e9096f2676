"""The prices of the waterfall: each against another road to the same number, and in their order on real text."""

import numpy as np
import pytest
from scipy import stats

from ladder.math import fit_alphabet
from ladder.reality import Corpus, Split, load_sample, split, take, to_bytes, yardsticks
from ladder.rungs import GEOMETRY, MATH, PROBABILITY, REALITY, STATISTICS
from ladder.statistics import NGram
from ladder.waterfall import (
    LEAST_COMPRESSED,
    ORDER,
    compressor_prices,
    geometry_steps,
    math_steps,
    probability_steps,
    reality_steps,
    statistics_steps,
)


@pytest.fixture(scope="module")
def climb():
    """Text, encodings and all prices of a part of Hamlet."""
    parts = split(take(load_sample("hamlet"), stop=0.4))
    alphabet = fit_alphabet(parts.train, "bpe", vocabulary_size=512)
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    model = NGram.fit(train.ids, train.vocabulary_size, order=ORDER)
    steps = [
        *reality_steps(parts),
        *math_steps(train, held_out),
        *geometry_steps(train, held_out),
        *statistics_steps(model, held_out),
        *probability_steps(model, held_out),
    ]
    return parts, train, held_out, steps


def test_every_rung_has_its_price_in_the_order_of_the_ladder(climb):
    *_, steps = climb
    assert [step.rung for step in steps] == [REALITY, REALITY, MATH, MATH, GEOMETRY, STATISTICS, PROBABILITY]


def test_the_price_falls_from_rung_to_rung_and_the_file_pays_only_its_header(climb):
    _, _, held_out, steps = climb
    prices = [step.bits_per_byte for step in steps]
    assert prices[0] == 8
    assert prices[:-1] == sorted(prices[:-1], reverse=True)
    assert 0 < prices[-1] - prices[-2] < 8 * 48 / held_out.n_bytes


def test_the_unigram_price_is_the_cross_entropy_by_scipy(climb):
    _, train, held_out, steps = climb
    p, q = held_out.counts / len(held_out.ids), (train.counts + 0.5) / (train.counts + 0.5).sum()
    bits_per_token = stats.entropy(p, base=2) + stats.entropy(p, q, base=2)
    assert steps[3].bits_per_byte == pytest.approx(bits_per_token * held_out.tokens_per_byte, rel=1e-9)


def test_the_alphabet_in_use_is_counted_by_hand():
    steps = list(reality_steps(split(Corpus.of("Four letters", "abcd" * 50))))
    assert steps[1].bits_per_byte == 2.0


def test_compressors_are_priced_for_what_they_add(climb):
    import zlib

    parts, *_ = climb
    train, held_out = to_bytes(parts.train), to_bytes(parts.held_out)
    added = len(zlib.compress(train + held_out, 9)) - len(zlib.compress(train, 9))
    assert compressor_prices(parts)["zlib"] == pytest.approx(8 * added / len(held_out))


def test_a_source_of_known_entropy_is_never_undercut():
    corpus = load_sample("coin")
    parts = split(corpus)
    alphabet = fit_alphabet(parts.train, "bytes")
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    model = NGram.fit(train.ids, 256, order=3)
    (step,) = statistics_steps(model, held_out)
    rate = -(0.1 * np.log2(0.1) + 0.9 * np.log2(0.9))
    spread = np.sqrt(0.09 / held_out.n_bytes) * np.log2(9)  # of the draw itself, one standard deviation
    assert rate - 3 * spread < step.bits_per_byte < rate + 3 * spread + 0.01


def test_of_a_short_text_no_compressor_is_priced_since_rounding_would_be_its_price():
    assert compressor_prices(Split("ab", "c")) == {}
    assert compressor_prices(Split("x" * 99, "y" * (LEAST_COMPRESSED - 1))) == {}
    assert compressor_prices(Split("x" * 99, "y" * LEAST_COMPRESSED))


def test_a_compressor_whose_file_does_not_grow_has_no_price():
    text = "Dear class, a corpus is a slice. " * 60
    sizes = yardsticks(text[-198:].encode(), given=text[:-198].encode()).set_index("compressor").bits_per_byte
    assert sizes.min() <= 0
    assert compressor_prices(Split(text[:-198], text[-198:])) == sizes[sizes > 0].to_dict()
