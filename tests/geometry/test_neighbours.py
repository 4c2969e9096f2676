import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import cosine_similarity as sklearn_cosine
from sklearn.neighbors import NearestNeighbors

from ladder.geometry.neighbours import MEASURES, Neighbours, cosine_similarity, nearest, overlap, unit

TABLES = arrays(np.float64, (12, 3), elements=st.integers(-3, 3).map(float))


def test_three_measures_choose_three_different_neighbours_by_hand():
    q = [1.0, 0.0]
    vectors = np.array([[0.1, 0.0], [9.0, 8.0], [1.2, 0.3]])  # same angle, longest, nearest
    chosen = [nearest(q, vectors, k=1, measure=measure).indices[0] for measure in MEASURES]
    assert chosen == [0, 1, 2]
    assert nearest(q, vectors, k=1, measure="dot").values[0] == 9
    assert nearest(q, vectors, k=1, measure="euclidean").values[0] == pytest.approx(np.hypot(0.2, 0.3))


@given(arrays(np.float64, (20, 4), elements=st.floats(0.1, 1)), st.integers(1, 20))
@settings(max_examples=30, deadline=None)
def test_on_the_unit_sphere_all_measures_agree(vectors, k):
    rows = unit(vectors)
    found = [nearest(rows[0], rows, k=k, measure=measure) for measure in MEASURES]
    angles = found[0].values
    assert found[1].values == pytest.approx(angles)
    assert found[2].values ** 2 == pytest.approx(2 - 2 * angles, abs=1e-9)


@given(TABLES, st.integers(1, 15), st.sampled_from(MEASURES))
@settings(max_examples=60, deadline=None)
def test_the_partial_sort_finds_what_a_whole_sort_finds_and_ties_go_to_the_lower_index(vectors, k, measure):
    q = np.array([1.0, 2.0, 0.0])
    found = nearest(q, vectors, k=k, measure=measure)
    everything = nearest(q, vectors, k=99, measure=measure)
    assert found.indices.tolist() == everything.indices[:k].tolist()
    cost = everything.values if measure == "euclidean" else -everything.values
    order = list(zip(cost, everything.indices, strict=True))
    assert order == sorted(order)


def test_neighbours_are_those_of_scikit_learn():
    vectors = np.random.default_rng(0).standard_normal((500, 20))
    for measure in ("cosine", "euclidean"):
        theirs = NearestNeighbors(n_neighbors=10, metric=measure, algorithm="brute").fit(vectors)
        assert nearest(vectors[3], vectors, k=10, measure=measure).indices.tolist() == (
            theirs.kneighbors(vectors[3:4], return_distance=False)[0].tolist()
        )
    assert cosine_similarity(vectors[:5], vectors) == pytest.approx(sklearn_cosine(vectors[:5], vectors))


def test_a_zero_row_is_no_neighbour_by_cosine_and_one_by_distance():
    vectors = np.array([[0.0, 0.0], [-1.0, 0.0]])
    assert nearest([1.0, 0.0], vectors, k=2).indices.tolist() == [1]
    assert nearest([1.0, 0.0], vectors, k=2, measure="euclidean").indices.tolist() == [0, 1]


def test_overlap_counts_what_two_lists_share():
    a, b = (Neighbours(np.array(ids), np.zeros(4)) for ids in ([1, 2, 3, 4], [4, 3, 9, 8]))
    assert overlap(a, b) == 0.5
    assert overlap(a, a) == 1


@pytest.mark.parametrize(
    ("q", "options", "message"),
    [
        ([0.0, 0.0], {}, "direction"),
        ([1.0], {}, "shape"),
        ([1.0, 0.0], {"k": 0}, "k must"),
        ([1.0, 0.0], {"measure": "manhattan"}, "manhattan"),
    ],
)
def test_refusals_name_the_argument(q, options, message):
    with pytest.raises(ValueError, match=message):
        nearest(q, np.ones((3, 2)), **{"k": 1, **options})


def test_a_zero_row_has_no_cosine():
    with pytest.raises(ValueError, match="row 1 is zero"):
        cosine_similarity([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0]])
