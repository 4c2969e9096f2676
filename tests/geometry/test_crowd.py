import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import skew
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors

from ladder.geometry import all_but_the_top, crowd_of, isotropy, mean_cosine
from ladder.geometry.crowd import k_nearest, skewness


def drawn(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def test_a_hub_is_everybodys_neighbour_by_hand():
    # a star: the middle direction is nearest to each of the four around it
    vectors = np.array([[1, 0, 0], [1, 1, 0], [1, -1, 0], [1, 0, 1], [1, 0, -1]], dtype=float)
    crowd = crowd_of(vectors, k=1)
    assert crowd.occurrences.tolist() == [4, 1, 0, 0, 0]
    assert crowd.nearest[1:, 0].tolist() == [0, 0, 0, 0]
    assert crowd.orphans == 0.6


def test_neighbours_of_all_are_those_of_scikit_learn():
    vectors = drawn(1, 700, 12)
    theirs = NearestNeighbors(n_neighbors=6, metric="cosine", algorithm="brute").fit(vectors)
    crowd = crowd_of(vectors, k=6)
    assert crowd.nearest.tolist() == theirs.kneighbors(return_distance=False).tolist()
    assert crowd.occurrences.mean() == 6
    assert crowd.hubness == pytest.approx(skew(crowd.occurrences))


@given(st.lists(st.integers(0, 9), min_size=3, max_size=30))
def test_skewness_is_scipys(counts):
    if len(set(counts)) > 1:
        assert skewness(counts) == pytest.approx(skew(np.array(counts, dtype=float)), abs=1e-9)
    else:
        assert skewness(counts) == 0


def test_a_leaning_crowd_of_many_dimensions_has_hubs_and_loses_them_with_its_lean():
    leaning = drawn(3, 1200, 200) + 1
    assert crowd_of(leaning).hubness > 2
    assert crowd_of(all_but_the_top(leaning, top=0)).hubness < 1
    assert crowd_of(drawn(2, 1200, 3) + 1).hubness < 1


def test_twins_are_neighbours_and_ties_go_to_the_lower_index():
    assert k_nearest(np.ones((4, 1)), k=2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]


def test_what_is_taken_away_is_the_mean_and_the_principal_components():
    vectors = drawn(4, 300, 8) * np.arange(1, 9) + 5
    theirs = PCA(n_components=2).fit(vectors)
    expected = vectors - vectors.mean(axis=0)
    expected = expected - theirs.transform(vectors) @ theirs.components_
    assert all_but_the_top(vectors, top=2) == pytest.approx(expected)
    assert all_but_the_top(vectors, top=0).mean(axis=0) == pytest.approx(0)
    with pytest.raises(ValueError, match="top"):
        all_but_the_top(vectors, top=8)


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_without_its_top_a_leaning_crowd_stands_upright(seed):
    vectors = drawn(seed, 200, 6) + 4 * np.ones(6)
    upright = all_but_the_top(vectors, top=1)
    assert mean_cosine(vectors) > 0.8
    assert abs(mean_cosine(upright)) < 0.05
    assert isotropy(upright) > isotropy(vectors)


def test_a_crowd_alike_in_every_direction_has_isotropy_one():
    cross = np.concatenate([np.eye(4), -np.eye(4)])
    assert isotropy(cross) == pytest.approx(1)
    # one direction alone: Z is e along it, and 1 / e against it
    assert isotropy(np.array([[1.0, 0.0]] * 3)) == pytest.approx(np.exp(-2))


def test_one_vector_is_no_crowd():
    with pytest.raises(ValueError, match="two vectors"):
        crowd_of([[1.0, 2.0]])
    with pytest.raises(ValueError, match="zero"):
        isotropy(np.zeros((3, 2)))
