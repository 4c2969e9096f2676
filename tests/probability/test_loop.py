from itertools import islice

import numpy as np
import pytest

from ladder.lenses import relative_frequencies
from ladder.probability import as_corpus, generations


def test_a_draw_becomes_the_text_of_its_pieces():
    corpus = as_corpus(np.array([2, 0, 1], dtype=np.int32), (b"\xc3", b"\xa4", b"na"), name="drawn")
    assert (corpus.text, corpus.data, corpus.name) == ("naä", b"na\xc3\xa4", "drawn")
    assert corpus.notes


def test_a_draw_of_broken_utf8_is_still_a_corpus_of_its_bytes():
    assert as_corpus(np.array([0, 0]), (b"\xff",), name="drawn").data == b"\xff\xff"


class Unigram:
    """The relative frequencies of what it was fitted to."""

    order = 1

    def __init__(self, ids, V=40):
        self.vocabulary_size = V
        self.counts = np.bincount(ids, minlength=V)

    def logits(self, context):
        with np.errstate(divide="ignore"):
            return np.log(relative_frequencies(self.counts))


def support(generation):
    return int((generation.model.counts > 0).sum())


def test_what_a_generation_did_not_draw_is_gone_for_good():
    ids = np.random.default_rng(0).integers(0, 40, 200, dtype=np.int32)
    sizes = [support(g) for g in islice(generations(ids, Unigram, n=100, rng=np.random.default_rng(1)), 12)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < sizes[0] / 2


def test_a_share_of_the_original_stops_the_collapse():
    ids = np.random.default_rng(0).integers(0, 40, 200, dtype=np.int32)
    kept = list(islice(generations(ids, Unigram, n=100, rng=np.random.default_rng(1), kept=0.5), 12))
    gone = list(islice(generations(ids, Unigram, n=100, rng=np.random.default_rng(1)), 12))
    assert support(kept[-1]) > 1.5 * support(gone[-1])
    assert [g.number for g in kept] == list(range(1, 13))


def test_all_kept_learns_the_same_for_ever():
    ids = np.arange(40, dtype=np.int32)
    all_of_it = list(islice(generations(ids, Unigram, n=40, rng=np.random.default_rng(1), kept=1.0), 3))
    np.testing.assert_array_equal(all_of_it[0].model.counts, all_of_it[2].model.counts)


@pytest.mark.parametrize("kept", [-0.1, 1.1])
def test_a_share_outside_0_and_1_is_refused(kept):
    with pytest.raises(ValueError, match="kept must lie between 0 and 1"):
        next(generations(np.zeros(3, dtype=np.int32), Unigram, n=3, rng=np.random.default_rng(0), kept=kept))
