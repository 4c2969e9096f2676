from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.statistics import counts
from ladder.statistics.counts import UNSEEN, count_ngrams, in_order, match, rank_of

texts = st.lists(st.integers(0, 3), min_size=1, max_size=60).map(lambda ids: np.array(ids, dtype=np.int32))


def spell(tables, k):
    """The grams of order k as tuples, in the order of their ranks."""
    if k == 1:
        return [(token,) for token in tables[0].tokens.tolist()]
    below, table = spell(tables, k - 1), tables[k - 1]
    return [(*below[c], w) for c, w in zip(table.contexts.tolist(), table.tokens.tolist(), strict=True)]


@given(texts, st.integers(1, 5))
@settings(max_examples=60, deadline=None)
def test_tables_hold_what_a_dictionary_counts(ids, order):
    tables = count_ngrams(ids, 4, order=order)
    assert len(tables) == min(order, len(ids))
    for k, table in enumerate(tables, start=1):
        expected = Counter(tuple(ids[t : t + k].tolist()) for t in range(len(ids) - k + 1))
        counted = {gram: n for gram, n in zip(spell(tables, k), table.counts.tolist(), strict=True) if n}
        assert counted == expected
        assert list(counted) == sorted(counted)


@given(texts, st.integers(2, 5))
@settings(max_examples=60, deadline=None)
def test_shorter_grams_count_their_different_left_neighbours(ids, order):
    tables = count_ngrams(ids, 4, order=order, left_neighbours=True)
    for k, table in enumerate(tables[:-1], start=1):
        lefts = defaultdict(set)
        for t in range(len(ids) - k + 1):
            lefts[tuple(ids[t : t + k].tolist())].add(ids[t - 1] if t else "the beginning")
        for gram, n in zip(spell(tables, k), table.counts.tolist(), strict=True):
            assert n == len(lefts[gram])


@given(texts, st.integers(5, 7), st.booleans())
@settings(max_examples=20, deadline=None)
def test_grams_that_do_not_fit_64_bits_are_counted_alike(ids, order, left_neighbours):
    few = count_ngrams(ids, 4, order=order, left_neighbours=left_neighbours)
    many = count_ngrams(ids + 40_000, 1 << 16, order=order, left_neighbours=left_neighbours)  # 16 bits a token
    for narrow, wide in zip(few[1:], many[1:], strict=True):
        assert wide.tokens.tolist() == (narrow.tokens + 40_000).tolist()
        assert wide.counts.tolist() == narrow.counts.tolist()
        assert wide.contexts[0] == narrow.contexts[0] + (40_000 if len(wide.offsets) > 1 << 16 else 0)
        assert np.diff(wide.contexts).tolist() == np.diff(narrow.contexts).tolist()
    assert many[0].counts[40_000:40_004].tolist() == few[0].counts.tolist()


@given(texts, texts)
@settings(max_examples=60, deadline=None)
def test_match_finds_every_gram_and_only_those(ids, other):
    tables = count_ngrams(ids, 4, order=4)
    ranks = {gram: i for k in (2, 3, 4) if k <= len(tables) for i, gram in enumerate(spell(tables, k))}
    for k, found in enumerate(match(tables, other), start=2):
        windows = [tuple(other[t : t + k].tolist()) for t in range(len(other) - k + 1)]
        assert found.grams.tolist() == [ranks.get(window, UNSEEN) for window in windows]
        if k > 2:
            assert found.contexts.tolist() == [ranks.get(window[:-1], UNSEEN) for window in windows]
        assert [rank_of(tables, np.array(window)) for window in windows] == found.grams.tolist()


@given(texts, st.integers(2, 4), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_sums_over_contexts_are_those_of_bincount_whatever_the_block(ids, order, block):
    values = np.array([0.0, 0.5, 1.25, 1.5])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counts, "BLOCK", block)
        for table in count_ngrams(ids, 4, order=order):
            n = len(table.offsets) - 1
            assert np.array_equal(table.totals, np.bincount(table.contexts, weights=table.counts, minlength=n))
            taken = values[np.minimum(table.counts, 3)]
            assert np.allclose(
                table.sums_of(values), np.bincount(table.contexts, weights=taken, minlength=n), rtol=1e-14
            )


def test_counting_does_not_overflow_where_pairs_outnumber_32_bits():
    V = 1 << 22
    ids = np.array([V - 1, 0, V - 1, V - 2] * 500, dtype=np.int32)
    table = count_ngrams(ids, V, order=2)[1]
    assert table.counts.sum() == 1999
    assert table.find(np.array([V - 1, V - 1]), np.array([V - 2, 1])).tolist()[1] == UNSEEN
    assert table.counts[table.find(np.array([V - 1]), np.array([V - 2]))] == pytest.approx(500)


@pytest.mark.parametrize("most", [1, 200, 70_000, 2**31 - 1])
def test_the_order_is_lexsorts(most):
    rng = np.random.default_rng(8)
    contexts, tokens = rng.integers(0, most, (2, 5000)).astype(np.int32)
    contexts[:100], tokens[:100] = contexts[100:200], tokens[100:200]
    places, new = in_order(contexts, tokens)
    assert np.array_equal(places, np.lexsort([tokens, contexts]))
    pairs = list(zip(contexts[places].tolist(), tokens[places].tolist(), strict=True))
    assert new.tolist() == [i == 0 or pair != pairs[i - 1] for i, pair in enumerate(pairs)]
