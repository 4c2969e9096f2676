import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import svds

from ladder.geometry.embeddings import cooccurrences, ppmi, ppmi_svd
from ladder.math import encode

IDS = st.lists(st.integers(0, 9), min_size=2, max_size=60).map(lambda ids: np.array(ids, dtype=np.int32))


def zipf_text(n: int, V: int, seed: int = 0) -> np.ndarray:
    p = 1 / np.arange(1, V + 1)
    return np.random.default_rng(seed).choice(V, n, p=p / p.sum()).astype(np.int32)


def test_cooccurrences_of_four_tokens_by_hand():
    # 0 1 0 2 with a window of 2: pairs at distance one 01 10 02, at distance two 00 12
    expected = [[2, 2, 1], [2, 0, 1], [1, 1, 0]]
    assert cooccurrences(np.array([0, 1, 0, 2]), 3, window=2).toarray().tolist() == expected


def test_ppmi_without_smoothing_by_hand():
    # 0 and 1 only ever meet each other, 2 and 3 likewise: p_ij = 1/4, p_i p_j = 1/16
    counts = cooccurrences(np.array([0, 1]), 4, window=1) * 5 + cooccurrences(np.array([2, 3]), 4, window=1) * 5
    table = ppmi(counts, smoothing=1).toarray()
    assert table[0, 1] == pytest.approx(np.log(4))
    assert np.count_nonzero(table) == 4


def test_smoothing_makes_rare_company_count_for_less_by_hand():
    # row sums of the table above are 5, 3, 2; token 2 meets token 1 once
    counts = cooccurrences(np.array([0, 1, 0, 2]), 3, window=2)
    chance = 3**0.75 / (5**0.75 + 3**0.75 + 2**0.75)
    assert ppmi(counts, smoothing=0.75).toarray()[2, 1] == pytest.approx(np.log(1 / (2 * chance)))
    assert ppmi(counts, smoothing=1).toarray()[2, 1] == pytest.approx(np.log(10 / (2 * 3)))


@given(IDS, st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_company_is_mutual_and_every_pair_is_counted_twice(ids, window):
    counts = cooccurrences(ids, 10, window=window).toarray()
    assert (counts == counts.T).all()
    assert counts.sum() == 2 * sum(max(0, len(ids) - distance) for distance in range(1, window + 1))


@given(IDS)
@settings(max_examples=40, deadline=None)
def test_what_never_occurs_lies_at_zero(ids):
    vectors = ppmi_svd(ids, 12, dimensions=5)
    assert vectors.shape == (12, 5)
    assert np.isfinite(vectors).all()
    assert not vectors[np.setdiff1d(np.arange(12), ids)].any()


@pytest.mark.parametrize("V", [300, 2000])
def test_singular_values_are_those_of_arpack_on_both_roads(V):
    ids = zipf_text(60_000, V)
    vectors = ppmi_svd(ids, V, dimensions=8)
    S = svds(ppmi(cooccurrences(ids, V)), k=8, v0=np.ones(V), return_singular_vectors=False)
    assert (vectors**2).sum(axis=0) == pytest.approx(np.sort(S)[::-1], rel=0.03)


def test_columns_are_perpendicular_and_fall_in_size():
    vectors = ppmi_svd(zipf_text(60_000, 2000), 2000, dimensions=16)
    inner = vectors.T @ vectors
    assert np.abs(inner - np.diag(np.diag(inner))).max() < 1e-9 * inner.max()
    assert (np.diff(np.diag(inner)) <= 0).all()


def test_the_same_ids_give_the_same_vectors_with_signs_fixed():
    ids = zipf_text(60_000, 2000)
    vectors = ppmi_svd(ids, 2000, dimensions=16)
    assert (vectors == ppmi_svd(ids, 2000, dimensions=16)).all()
    largest = np.abs(vectors).argmax(axis=0)
    assert (vectors[largest, np.arange(16)] > 0).all()


def test_words_in_the_same_company_lie_together():
    rng = np.random.default_rng(0)
    frames = ["the {} eats fish", "a {} sleeps here", "we drink {} now", "some {} was spilled"]
    fill = [["cat", "dog"], ["cat", "dog"], ["tea", "milk"], ["tea", "milk"]]
    which = rng.integers(4, size=2000)
    encoding = encode(" . ".join(frames[i].format(fill[i][rng.integers(2)]) for i in which), "words")
    vectors = ppmi_svd(encoding.ids, encoding.vocabulary_size, dimensions=6)
    cat, dog, tea, milk = (vectors[encoding.vocabulary.index(word)] for word in (b" cat", b" dog", b" tea", b" milk"))
    assert cat @ dog > 3 * abs(cat @ tea)
    assert tea @ milk > 3 * abs(dog @ milk)


def test_one_repeated_token_keeps_no_company_beyond_chance():
    assert not ppmi_svd(np.zeros(100, dtype=np.int32), 256).any()


@pytest.mark.parametrize(
    ("ids", "options", "message"),
    [
        ([1], {}, "at least two tokens"),
        ([1, 9], {}, "hold 9"),
        ([-1, 1], {}, "hold -1"),
        ([1, 2], {"window": 0}, "window"),
        ([1, 2], {"dimensions": 0}, "dimensions"),
        ([1, 2], {"smoothing": 0}, "smoothing"),
    ],
)
def test_refusals_name_the_argument(ids, options, message):
    with pytest.raises(ValueError, match=message):
        ppmi_svd(np.array(ids), 9, **options)
