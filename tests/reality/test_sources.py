import zlib
from itertools import pairwise

import numpy as np
import pytest

from ladder.reality import yardsticks
from ladder.reality.sources import (
    HEADS,
    LETTERS,
    SOURCES,
    TRANSITIONS,
    draw,
    stationary_distribution,
    vocabulary,
    zipf,
)


def test_a_coin_of_nine_tenths_is_worth_0_469_bits():
    by_hand = -0.9 * np.log2(0.9) - 0.1 * np.log2(0.1)
    assert SOURCES["coin"].entropy_rate == pytest.approx(by_hand)
    assert draw("coin").count(b"a") / 200_000 == pytest.approx(HEADS, abs=0.003)


def test_the_stationary_distribution_does_not_move_and_is_numpys_eigenvector():
    pi = stationary_distribution(TRANSITIONS)
    np.testing.assert_allclose(pi @ TRANSITIONS, pi, atol=1e-14)
    values, vectors = np.linalg.eig(TRANSITIONS.T)
    vector = np.real(vectors[:, np.argmax(np.real(values))])
    np.testing.assert_allclose(pi, vector / vector.sum(), atol=1e-12)


def test_a_two_state_chain_by_hand():
    # leave the first state 1 time in 10, the second 1 in 2: pi = (5/6, 1/6)
    np.testing.assert_allclose(stationary_distribution(np.array([[0.9, 0.1], [0.5, 0.5]])), [5 / 6, 1 / 6])


def test_the_chain_moves_as_its_table_says():
    counts = np.zeros((4, 4))
    for here, there in pairwise(draw("markov")):
        counts[LETTERS.index(here), LETTERS.index(there)] += 1
    np.testing.assert_allclose(counts / counts.sum(axis=1, keepdims=True), TRANSITIONS, atol=0.01)


def test_the_monkeys_words_are_distinct_and_follow_zipf():
    words = draw("monkey").split()
    assert len(set(vocabulary())) == 500
    assert b" " not in b"".join(vocabulary())
    shares = [words.count(word) / len(words) for word in vocabulary()[:5]]
    np.testing.assert_allclose(shares, zipf(500)[:5], rtol=0.05)


@pytest.mark.parametrize("key", SOURCES)
def test_no_compressor_beats_the_entropy_rate(key):
    # A text of 200 kB has a little more or less information than its source gives on average.
    table = yardsticks(draw(key))
    assert (table.bits_per_byte >= SOURCES[key].entropy_rate * 0.99).all()


@pytest.mark.parametrize("key", SOURCES)
def test_a_link_means_one_text(key):
    assert draw(key) == draw(key)
    assert len(draw(key)) == pytest.approx(200_000, rel=0.01)


def test_the_coins_text_is_the_one_it_was():
    assert zlib.crc32(draw("periodic")) == zlib.crc32(b"abc" * 66_666 + b"ab")
