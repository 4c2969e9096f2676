import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special

from ladder.lenses import check_distribution, log_softmax, relative_frequencies, softmax

logits = arrays(np.float64, st.integers(1, 40), elements=st.floats(-700, 700))


@given(logits)
def test_softmax_is_a_distribution_and_agrees_with_scipy(z):
    p = softmax(z)
    assert check_distribution(p) is not None
    np.testing.assert_allclose(p, special.softmax(z), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(log_softmax(z), special.log_softmax(z), rtol=1e-12, atol=1e-12)


@given(logits, st.floats(-1e6, 1e6))
def test_a_constant_added_to_all_logits_changes_nothing(z, constant):
    np.testing.assert_allclose(softmax(z + constant), softmax(z), rtol=1e-8, atol=1e-12)


def test_huge_logits_do_not_overflow():
    np.testing.assert_array_equal(softmax([1e308, 1e308, -1e308]), [0.5, 0.5, 0.0])


def test_a_logit_of_minus_infinity_rules_an_outcome_out():
    np.testing.assert_array_equal(softmax([0.0, -np.inf, 0.0]), [0.5, 0.0, 0.5])


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        ([0.5, 0.6], "q must sum to 1, but sums to 1.1"),
        ([1.5, -0.5], "q must not be negative, but holds -0.5"),
        ([np.nan, 1.0], "q must hold finite numbers"),
        ([], "q must hold at least one outcome"),
    ],
)
def test_what_is_no_distribution_is_refused_by_name_rule_and_value(bad, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_distribution(bad, "q")


@pytest.mark.parametrize("bad", [[np.nan], [np.inf, 0.0], [-np.inf, -np.inf], []])
def test_logits_without_a_distribution_are_refused(bad):
    with pytest.raises(ValueError, match="logits must"):
        softmax(bad)


def test_relative_frequencies_by_hand():
    np.testing.assert_array_equal(relative_frequencies([1, 2, 1]), [0.25, 0.5, 0.25])


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 2], [np.nan, 1]])
def test_counts_that_give_no_shares_are_refused(bad):
    with pytest.raises(ValueError, match="counts must be"):
        relative_frequencies(bad)
