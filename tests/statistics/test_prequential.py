import numpy as np
import pytest

from ladder.math import encode
from ladder.reality import Corpus, split
from ladder.statistics import AdaptiveMixture, NGram
from ladder.statistics.leaderboard import ADAPTIVE, Board, Entry, whole_adaptive
from ladder.statistics.prequential import blocks, prequential

LINES = (
    "".join(f"the {a} {b} the {c}\n" for a in ["cat", "dog", "cow"] for b in ["sees", "hears"] for c in "abcdef") * 4
)


class Counts:
    """Add one to each count: prices by hand."""

    def __init__(self, ids, V):
        self.q = (np.bincount(ids, minlength=V) + 1) / (len(ids) + V)

    def surprisals(self, ids, *, progress=None):
        return -np.log2(self.q[ids])


def test_blocks_double_until_they_are_as_long_as_they_may_be():
    assert list(blocks(20, first=2, most=6)) == [(2, 4), (4, 8), (8, 14), (14, 20)]
    assert list(blocks(2, first=2)) == []


def test_each_block_is_priced_before_it_is_learned():
    ids = np.array([0, 0, 1, 0, 1, 1])
    bits = prequential(ids, 2, fit=lambda text, V, told: Counts(text, V), first=2)
    # nothing known: 1 bit; from (0, 0): q = 3/4, 1/4; from (0, 0, 1, 0): q = 4/6, 2/6
    by_hand = [1, 1, 2, np.log2(4 / 3), np.log2(3), np.log2(3)]
    np.testing.assert_allclose(bits, by_hand)


def test_what_comes_later_changes_no_price_before_it():
    """A decoder has read nothing else."""
    ids = encode(LINES, "bytes").ids[:1200]
    other = ids.copy()
    other[700:] = other[700:][::-1]
    np.testing.assert_array_equal(prequential(ids, 256)[:700], prequential(other, 256)[:700])


def test_a_short_text_is_priced_as_raw_bytes():
    assert prequential(np.array([1, 2, 3]), 256).tolist() == [8.0] * 3


def test_progress_goes_forward():
    shares = []
    prequential(encode(LINES, "bytes").ids, 256, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_price_of_the_whole_is_of_both_parts_and_has_no_model_in_it():
    parts = split(Corpus.of("lines", LINES * 2))
    train, held_out = encode(parts.train, "bytes"), encode(parts.held_out, "bytes")
    bits = AdaptiveMixture.fit(train.ids, 256).surprisals(held_out.ids).sum()
    line = Entry("adaptive mixture", ADAPTIVE, "bytes", bits / held_out.n_bytes, np.nan, None, 1.0)
    whole = whole_adaptive(Board.of([line], {}), train, held_out)
    expected = (prequential(train.ids, 256).sum() + bits) / (train.n_bytes + held_out.n_bytes)
    assert whole == pytest.approx(expected)
    order = 5
    counted = NGram.fit(train.ids, 256, order=order)
    assert whole < 8 * counted.size_bytes / train.n_bytes + bits / held_out.n_bytes  # tables that are sent cost more
