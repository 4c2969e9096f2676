import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.math import encode, fit_alphabet
from ladder.math.undo import shared, spans, undo


@pytest.fixture(scope="module")
def alphabet():
    return fit_alphabet("the thing, the thing, then the theme " * 40, "bpe", vocabulary_size=300)


def test_every_token_falls_into_its_bytes_and_never_changes_what_it_says(alphabet):
    for token, piece in enumerate(alphabet.vocabulary):
        stages = undo(alphabet, token)
        assert stages[0] == [token]
        assert bytes(stages[-1]) == piece
        for stage in stages:
            assert b"".join(alphabet.vocabulary[i] for i in stage) == piece


def test_the_youngest_merge_is_undone_first(alphabet):
    for stages in (undo(alphabet, token) for token in range(256, len(alphabet.vocabulary))):
        youngest = [max(stage) for stage in stages]
        assert youngest == sorted(youngest, reverse=True)


def test_a_token_that_is_none_is_refused(alphabet):
    with pytest.raises(ValueError, match="token must lie"):
        undo(alphabet, len(alphabet.vocabulary))


def test_shared_tokens_by_hand():
    # ab|c|de against abc|d|e ... nothing; ab|cde shares its first.
    a, b = np.array([[0, 2], [2, 3], [3, 5]]), np.array([[0, 2], [2, 5]])
    in_a, in_b = shared(a, b)
    assert in_a.tolist() == [True, False, False]
    assert in_b.tolist() == [True, False]


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_spans_cut_the_text_without_gaps(text):
    for scheme in ("bytes", "characters", "words"):
        encoding = encode(text, scheme)
        cut = spans(encoding)
        assert cut[0, 0] == 0
        assert cut[-1, 1] == encoding.n_bytes
        assert (cut[1:, 0] == cut[:-1, 1]).all()
        assert all(shared(cut, cut)[0])
