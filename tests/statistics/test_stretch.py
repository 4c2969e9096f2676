import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.math import encode
from ladder.reality import Split, split, to_bytes
from ladder.reality.corpus import Corpus
from ladder.statistics import NGram
from ladder.statistics.stretch import Priced, bits_of_words, pays_off, price_of, stretch_of, words_of

TEXT = "the cat sat on the mat, the dog sat on the log; é and 道 sat too. " * 30


@pytest.mark.parametrize("scheme", ["bytes", "characters", "bpe", "words"])
def test_every_alphabet_pays_for_the_same_bytes(scheme):
    parts = split(Corpus.of("cats", TEXT))
    stretch = stretch_of(parts, share=0.3, n_bytes=50)
    size = 300 if scheme == "bpe" else None
    train = encode(parts.train, scheme, vocabulary_size=size)

    def own(text):
        return encode(text, scheme, train_on=parts.train, vocabulary_size=size)

    priced = price_of(stretch, NGram.fit(train.ids, train.vocabulary_size, order=3), own)
    assert b"".join(priced.pieces) == to_bytes(stretch.text)
    assert len(priced.by_byte) == stretch.n_bytes
    assert priced.by_byte.sum() == pytest.approx(priced.bits.sum())
    assert priced.bits_per_byte == pytest.approx(priced.bits.sum() / stretch.n_bytes)


def test_what_stands_before_is_read_but_not_paid_for():
    parts = split(Corpus.of("cats", TEXT))
    train = encode(parts.train, "bytes")
    model = NGram.fit(train.ids, 256, order=4)
    stretch = stretch_of(parts, share=0.5, n_bytes=20)
    whole = parts.train + parts.held_out
    start = whole.rindex(stretch.before + stretch.text) + len(stretch.before)
    ids = encode(whole, "bytes").ids
    begin = len(to_bytes(whole[:start]))
    expected = model.surprisals(ids)[begin : begin + stretch.n_bytes]
    assert price_of(stretch, model, lambda text: encode(text, "bytes")).bits == pytest.approx(expected)


@given(st.text(min_size=1, max_size=40), st.floats(0, 1), st.integers(1, 30))
def test_a_stretch_is_whole_characters_of_the_held_out_part(held_out, share, n_bytes):
    stretch = stretch_of(Split("before", held_out), share=share, n_bytes=n_bytes)
    assert stretch.text
    assert stretch.text in held_out
    assert stretch.n_bytes <= n_bytes or len(stretch.text) == 1


def test_a_word_costs_what_its_bytes_cost():
    priced = Priced((b"Caf", "é i".encode(), b"t"), np.array([3.0, 8.0, 1.0]))
    words = words_of("Café it")
    assert [word.text for word in words] == ["Café", "it"]
    assert bits_of_words(words, priced.by_byte) == pytest.approx([3 + 4, 2 + 1])


def test_a_large_model_pays_where_its_savings_have_paid_for_it():
    n = pays_off(large=(1_000, 1.0), small=(200, 2.0))
    assert n == 6_400
    assert 8 * 1_000 + 1.0 * n == 8 * 200 + 2.0 * n
    assert pays_off(large=(1_000, 2.0), small=(200, 2.0)) == np.inf
