"""Pieces join to the text, and fall where a reader would cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.math import pieces
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


@given(st.text(st.characters(max_codepoint=127), max_size=60))
@settings(max_examples=200, deadline=None)
def test_ascii_is_cut_by_the_faster_reader_as_by_the_other(text):
    assert words(text) == pieces._ONE_MARK_A_PIECE.findall(text)


@given(st.text(st.sampled_from("aé'’ \n\t.\udc80"), max_size=60))
@settings(max_examples=200, deadline=None)
def test_a_text_that_is_read_in_stretches_is_cut_as_a_whole(text):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pieces, "STRETCH", 5)
        assert words(text) == pieces._ONE_MARK_A_PIECE.findall(text)
