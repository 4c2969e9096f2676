"""Pieces join to the text, and fall where a reader would cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.math.pieces import LONGEST, bare_words, runs, words


@pytest.mark.parametrize("cut", [words, runs])
@given(st.one_of(st.text(), st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))))
def test_pieces_join_to_the_text(cut, text):
    assert "".join(cut(text)) == text


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("To be,  or don't.", ["To", " be", ",", " ", " or", " don't", "."]),
        ("one\n\n  two", ["one", "\n\n ", " two"]),
        ("one\ntwo", ["one", "\n", "two"]),
        ("?!", ["?", "!"]),
        ("می‌خواهم", ["می‌خواهم"]),  # the joiner stays inside
        ("हिन्दी", ["हिन्दी"]),  # so do vowel signs
        ("e\u0301a", ["e\u0301a"]),
        ("\udcff\udcfea", ["\udcff\udcfe", "a"]),
        ("", []),
    ],
)
def test_words_by_hand(text, pieces):
    assert words(text) == pieces


def test_marks_are_together_in_runs():
    assert runs("so -- what?!\n") == ["so", " --", " what", "?!", "\n"]


@pytest.mark.parametrize("character", ["a", " ", "-", "\udcff", "道"])
def test_no_piece_is_endless(character):
    assert max(map(len, runs(character * 1000))) <= LONGEST + 1


def test_bare_words_by_hand():
    assert bare_words("To be,  or DON'T ... \n\udcff be!") == ["to", "be", "or", "don't", "be"]
