"""Prices: by hand, by law, and token by token."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from ladder.math import encode, fit_alphabet
from ladder.math.prices import (
    codebook_bits,
    held_out_bits,
    learned_bits,
    smoothed_shares,
    uniform_bits,
    unigram_bits,
)

texts = st.text(alphabet="ab é\n", min_size=1, max_size=60)


def test_prices_by_hand():
    encoding = encode("aabb", "bytes")
    assert uniform_bits(encoding) == 4 * 8
    assert unigram_bits(encoding) == 4 * 1
    # 1/2 of 128, then 3/2 of 129, then 1/2 of 130, then 3/2 of 131
    product = (0.5 / 128) * (1.5 / 129) * (0.5 / 130) * (1.5 / 131)
    assert learned_bits(encoding) == pytest.approx(-np.log2(product))


def test_the_held_out_price_by_hand():
    train, held_out = encode("aab", "bytes"), encode("ac", "bytes")
    # a: 2.5 of 131; c: 0.5 of 131
    assert held_out_bits(train, held_out) == pytest.approx(-np.log2(2.5 / 131) - np.log2(0.5 / 131))


@given(texts)
def test_the_unigram_price_is_what_scipy_finds(text):
    encoding = encode(text, "characters")
    expected = len(encoding.ids) * scipy_entropy(encoding.counts, base=2)
    assert unigram_bits(encoding) == pytest.approx(expected, abs=1e-9)


@given(texts)
def test_learning_costs_something_but_no_more_than_its_bound(text):
    encoding = encode(text, "bytes")
    n, V = len(encoding.ids), encoding.vocabulary_size
    regret = learned_bits(encoding) - unigram_bits(encoding)
    # Krichevsky and Trofimov: (V - 1)/2 log2 n + log2 V
    assert -1e-9 <= regret <= (V - 1) / 2 * np.log2(n) + np.log2(V) + 1e-9


@given(texts)
def test_no_shares_beat_the_texts_own(text):
    encoding = encode(text, "bytes")
    assert unigram_bits(encoding) <= held_out_bits(encoding, encoding) + 1e-9
    assert unigram_bits(encoding) <= uniform_bits(encoding) + 1e-9


def test_smoothed_shares_leave_nothing_impossible():
    q = smoothed_shares(np.array([3, 0, 0, 0]))
    assert q == pytest.approx([3.5 / 5, 0.1, 0.1, 0.1])


def test_the_bytes_need_no_codebook():
    assert codebook_bits(fit_alphabet("abc", "bytes")) == 1  # only "nothing on top"


def test_codebooks_by_hand():
    # gamma(2) is 3 bits; one piece of three bytes and an end mark, of 257 symbols each
    assert codebook_bits(fit_alphabet("éé", "characters")) == pytest.approx(3 + 3 * np.log2(257))
    # one merge of two of the 256 bytes: 16 bits
    assert codebook_bits(fit_alphabet("ab ab", "bpe")) == pytest.approx(3 + 2 * 8)


def test_a_piece_that_is_the_whole_text_saves_nothing_once_the_codebook_is_paid():
    rng = np.random.default_rng(0)
    text = "".join(rng.choice(list("abcdefghijklmnop"), size=90))
    alphabet = fit_alphabet(text, "words")
    encoding = alphabet.encode(text)
    assert len(encoding.ids) == 1
    assert unigram_bits(encoding) == 0
    assert codebook_bits(alphabet) > 8 * encoding.n_bytes


def test_two_vocabularies_are_refused():
    with pytest.raises(ValueError, match="256 and 257"):
        held_out_bits(encode("a", "characters"), encode("é", "characters"))
