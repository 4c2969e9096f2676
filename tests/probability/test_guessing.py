import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from ladder.probability import rank_counts, shannon_bounds


def test_shannons_bounds_by_hand():
    # q = 1/2, 1/4, 1/4: lower = 1 (1/4) log2 1 + 2 (0) log2 2 + 3 (1/4) log2 3
    lower, upper = shannon_bounds([2, 1, 1])
    assert upper == pytest.approx(1.5)
    assert lower == pytest.approx(0.75 * np.log2(3))


def test_always_right_at_once_leaves_nothing_to_know():
    assert shannon_bounds([7]) == (0, 0)


@pytest.mark.parametrize("m", [2, 5, 27])
def test_guesses_that_know_nothing_cost_as_much_as_there_are_letters(m):
    np.testing.assert_allclose(shannon_bounds(np.ones(m)), np.log2(m))


def test_shares_that_rise_are_pooled():
    # 4, 0, 2 falls best as 4, 1, 1
    assert shannon_bounds([4, 0, 2]) == pytest.approx(shannon_bounds([4, 1, 1]))


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(any))
@settings(max_examples=100, deadline=None)
def test_the_lower_bound_is_never_above_the_upper_and_pooling_never_lowers_it(counts):
    lower, upper = shannon_bounds(counts)
    assert 0 <= lower <= upper + 1e-9
    assert upper >= entropy(counts, base=2) - 1e-9


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_the_entropy_of_a_source_lies_between_the_bounds_of_its_ideal_guesser(seed):
    rng = np.random.default_rng(seed)
    contexts, V = int(rng.integers(1, 8)), int(rng.integers(2, 30))
    weight = rng.dirichlet(np.ones(contexts))
    rows = rng.dirichlet(np.full(V, 0.3), size=contexts)
    ranks = (weight[:, None] * -np.sort(-rows, axis=1)).sum(axis=0)  # the ideal guesser goes from likely to unlikely
    lower, upper = shannon_bounds(ranks)
    H = float((weight * entropy(rows, axis=1, base=2)).sum())
    assert lower <= H + 1e-9
    assert upper >= H - 1e-9


def test_ranks_are_counted_from_one():
    assert rank_counts([1, 1, 3]).tolist() == [2, 0, 1]


@pytest.mark.parametrize("counts", [[], [0, 0], [-1, 2], [[1]], [np.nan]])
def test_no_guesses_are_refused(counts):
    with pytest.raises(ValueError, match="counts must be"):
        shannon_bounds(counts)
