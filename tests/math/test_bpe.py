"""BPE: against a dozen lines of our own, and by hand."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from ladder.math.bpe import fit_bpe
from ladder.math.pieces import runs
from ladder.reality.corpus import to_bytes

TEXT = "low low low low low lower lower newest newest newest newest newest newest widest widest widest"


def merge(ids: list[int], left: int, right: int, new: int) -> list[int]:
    """ids with every `left, right` replaced by `new`, from the left."""
    out: list[int] = []
    for i in ids:
        if out and out[-1] == left and i == right:
            out[-1] = new
        else:
            out.append(i)
    return out


def test_merges_by_hand():
    # In "aaab aaab": a a occurs most (2 in each word, overlapping); then aa with a or a with b.
    alphabet = fit_bpe("abab abab", vocabulary_size=257)
    assert alphabet.merges == ((ord("a"), ord("b"), 256),)
    assert alphabet.vocabulary[256] == b"ab"


def test_a_merge_is_always_the_commonest_pair():
    alphabet = fit_bpe(TEXT, vocabulary_size=280)
    pieces = Counter(runs(TEXT))
    words = {piece: list(to_bytes(piece)) for piece in pieces}
    assert len(alphabet.merges) >= 10
    for left, right, new in alphabet.merges:
        pairs: Counter = Counter()
        for piece, ids in words.items():
            for pair in pairwise(ids):
                pairs[pair] += pieces[piece]
        assert pairs[left, right] == max(pairs.values()) >= 2
        words = {piece: merge(ids, left, right, new) for piece, ids in words.items()}
    assert alphabet.ids(TEXT).tolist() == [i for piece in runs(TEXT) for i in words[piece]]


def test_a_piece_is_its_two_parts_joined():
    alphabet = fit_bpe(TEXT, vocabulary_size=280)
    assert all(
        alphabet.vocabulary[new] == alphabet.vocabulary[left] + alphabet.vocabulary[right]
        for left, right, new in alphabet.merges
    )


def test_a_small_vocabulary_is_the_beginning_of_a_large_one():
    large = fit_bpe(TEXT, vocabulary_size=270)
    for size in (256, 257, 263):
        small = fit_bpe(TEXT, vocabulary_size=size)
        assert large.first(size).vocabulary == small.vocabulary
        assert np.array_equal(large.first(size).ids(TEXT), small.ids(TEXT))


def test_a_larger_vocabulary_never_takes_more_tokens():
    large = fit_bpe(TEXT, vocabulary_size=280)
    lengths = [len(large.first(size).ids(TEXT)) for size in range(256, len(large.vocabulary) + 1)]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < lengths[0]


def test_a_pair_that_occurs_once_is_not_merged():
    assert fit_bpe("abcdefg", vocabulary_size=1024).merges == ()


def test_no_merge_crosses_a_word():
    alphabet = fit_bpe("ab cd " * 50, vocabulary_size=1024)
    assert not any(b" " in piece[1:] for piece in alphabet.vocabulary)


@pytest.mark.parametrize("text", ["ἐν ἀρχῇ ἦν ὁ λόγος " * 20, "道可道非常道" * 20])
def test_letters_of_several_bytes_grow_together(text):
    alphabet = fit_bpe(text, vocabulary_size=1024)
    pieces = Counter(runs(text))
    assert all(to_bytes(piece) in alphabet.vocabulary for piece, times in pieces.items() if times > 1)
