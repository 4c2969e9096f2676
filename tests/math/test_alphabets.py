"""Every lossless alphabet writes every byte string and reads it back."""

import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.math import SCHEMES, bits_per_byte, encode, fit_alphabet
from ladder.math.alphabet import SINGLE_BYTES, number, spell
from ladder.reality.corpus import to_bytes, to_text

LOSSLESS = [key for key, scheme in SCHEMES.items() if scheme.lossless]
TRAINING = "To be, or not to be: that is the question.\nἐν ἀρχῇ ἦν ὁ λόγος 道可道,非常道 👩‍👩‍👧 می‌خواهم हिन्दी\n" * 3
STRANGE = [
    "",
    "a",
    " ",
    "\n",
    "aaa",
    "a" * 5000,
    "\0\0\0",
    "\r\n \t",
    "é",
    "e\u0301",
    "İıſß",
    "👨‍👩‍👧‍👦👍🏽",
    "שלום עולם",
    "مرحبا\u200fب",
    "\u202eabc",
    "<script>alert(1)</script>",
    "don't o'er ’tis",
    "\ufeffBOM",
    "\ufffd",
]
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"


@pytest.fixture(scope="module")
def alphabets():
    return {scheme: fit_alphabet(TRAINING, scheme, vocabulary_size=400) for scheme in LOSSLESS}


@pytest.mark.parametrize("scheme", LOSSLESS)
@given(data=st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_every_byte_string_comes_back(scheme, data, alphabets):
    encoding = alphabets[scheme].encode(to_text(data))
    assert encoding.decode() == data
    assert encoding.n_bytes == len(data)


@pytest.mark.parametrize("scheme", LOSSLESS)
@given(text=st.text(max_size=100))
@settings(max_examples=60, deadline=None)
def test_every_text_comes_back(scheme, text, alphabets):
    assert alphabets[scheme].encode(text).decode() == text.encode()


@pytest.mark.parametrize("scheme", LOSSLESS)
@given(data=st.binary(min_size=1, max_size=120))
@settings(max_examples=40, deadline=None)
def test_an_alphabet_learned_from_any_bytes_gives_them_back(scheme, data):
    assert encode(to_text(data) * 2, scheme).decode() == data * 2


@pytest.mark.parametrize("scheme", LOSSLESS)
@pytest.mark.parametrize("text", STRANGE)
def test_strange_texts_come_back(scheme, text, alphabets):
    assert alphabets[scheme].encode(text).decode() == text.encode()
    assert encode(text, scheme).decode() == text.encode()


@pytest.mark.parametrize("scheme", LOSSLESS)
def test_the_first_ids_are_the_bytes(scheme, alphabets):
    vocabulary = alphabets[scheme].vocabulary
    assert vocabulary[:256] == SINGLE_BYTES
    assert len(set(vocabulary)) == len(vocabulary) <= 400


def test_bytes_by_hand():
    assert encode("é", "bytes").ids.tolist() == [0xC3, 0xA9]


def test_characters_by_hand():
    encoding = encode("né", "characters")
    assert encoding.ids.tolist() == [ord("n"), 256]
    assert encoding.vocabulary[256:] == ("é".encode(),)


def test_an_unknown_character_is_spelled_in_bytes():
    assert encode("é!", "characters", train_on="a").ids.tolist() == [0xC3, 0xA9, ord("!")]


def test_a_byte_that_is_no_text_keeps_its_number():
    assert encode(to_text(b"a\xff"), "characters").ids.tolist() == [ord("a"), 0xFF]


def test_words_by_hand():
    encoding = encode("to be or not to be", "words")
    assert [encoding.vocabulary[i] for i in encoding.ids] == [b"to", b" be", b" or", b" not", b" to", b" be"]
    assert encoding.vocabulary[256] == b" be"  # the commonest comes first


def test_an_unknown_word_is_spelled_in_bytes():
    assert encode(" bee", "words", train_on="to be").ids.tolist() == list(b" bee")


def test_a_small_vocabulary_keeps_the_commonest_words():
    assert fit_alphabet("bb aa aa aa cc cc", "words", vocabulary_size=258).vocabulary[256:] == (b" aa", b" cc")


def test_a_small_vocabulary_keeps_the_commonest_characters():
    assert fit_alphabet("éüüßßß", "characters", vocabulary_size=258).vocabulary[256:] == ("ß".encode(), "ü".encode())


def test_encoding_is_the_same_every_time():
    for scheme in LOSSLESS:
        first, second = (encode(TRAINING, scheme, vocabulary_size=500) for _ in range(2))
        assert first.vocabulary == second.vocabulary
        assert np.array_equal(first.ids, second.ids)


def test_the_price_of_bytes_is_eight_whatever_is_said_in_them():
    encoding = encode(TRAINING, "bytes")
    assert bits_per_byte(len(encoding.ids) * np.log2(encoding.vocabulary_size), encoding.n_bytes) == 8


@pytest.mark.parametrize("scheme", [key for key in LOSSLESS if key != "bytes"])
def test_a_vocabulary_without_room_for_the_bytes_is_refused(scheme):
    with pytest.raises(ValueError, match="at least 256"):
        fit_alphabet("abc", scheme, vocabulary_size=255)


def test_an_unknown_scheme_is_refused():
    with pytest.raises(ValueError, match="'morse'"):
        fit_alphabet("abc", "morse")


@given(st.lists(st.text(max_size=3), max_size=30))
def test_numbering_keeps_the_sequence(symbols):
    distinct, numbers = number(symbols)
    assert [distinct[i] for i in numbers] == symbols
    assert len(set(distinct)) == len(distinct)


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=6), st.data())
def test_spelling_is_joining(spellings, data):
    numbers = data.draw(st.lists(st.integers(0, len(spellings) - 1), max_size=20))
    assert spell(np.array(numbers, dtype=np.int64), spellings).tolist() == [i for k in numbers for i in spellings[k]]


@pytest.mark.parametrize("scheme", LOSSLESS)
def test_a_megabyte_is_written_in_under_a_second_and_comes_back(scheme):
    file = CORPORA / "tinyshakespeare.txt"
    if not file.exists():
        pytest.skip("the shared corpora are not here")
    text = to_text(file.read_bytes())
    alphabet = fit_alphabet(text, scheme)
    started = time.process_time()
    encoding = alphabet.encode(text)
    assert time.process_time() - started < 1
    assert encoding.decode() == to_bytes(text)
