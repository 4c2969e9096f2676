from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import spatial, stats
from sklearn.metrics import mutual_info_score

from ladder.lenses import (
    bits_to_nats,
    conditional_entropy,
    cross_entropy,
    entropy,
    jensen_shannon,
    kl_divergence,
    mutual_information,
    nats_to_bits,
    surprisal,
)

counts = arrays(np.int64, 12, elements=st.integers(0, 1000)).filter(lambda n: n.sum() > 0)
tables = arrays(np.int64, (4, 5), elements=st.integers(0, 50)).filter(lambda n: n.sum() > 0)


def shares(n):
    return n / n.sum()


def test_entropy_by_hand():
    assert entropy([0.5, 0.25, 0.125, 0.125]) == 1.75
    assert entropy([1.0, 0.0]) == 0.0
    assert float(Fraction(7, 4)) == cross_entropy([0.5, 0.25, 0.25], [0.25, 0.5, 0.25])


def test_kl_by_hand_is_not_symmetric():
    assert kl_divergence([1.0, 0.0], [0.5, 0.5]) == 1.0
    assert kl_divergence([0.5, 0.5], [1.0, 0.0]) == np.inf


def test_what_we_called_impossible_costs_infinitely_much():
    assert cross_entropy([0.5, 0.5], [1.0, 0.0]) == np.inf
    assert surprisal(0.0) == np.inf


def test_what_never_happens_costs_nothing():
    assert cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0.0


@given(counts)
def test_entropy_agrees_with_scipy(n):
    np.testing.assert_allclose(entropy(shares(n)), stats.entropy(n, base=2), atol=1e-12)


@given(counts, counts)
def test_kl_agrees_with_scipy(n, m):
    p, q = shares(n), shares(m + 1)
    np.testing.assert_allclose(kl_divergence(p, q), stats.entropy(p, q, base=2), atol=1e-12)


@given(counts, counts)
def test_no_belief_beats_the_truth(n, m):
    p, q = shares(n), shares(m + 1)
    assert cross_entropy(p, q) >= entropy(p) - 1e-12
    np.testing.assert_allclose(cross_entropy(p, q), entropy(p) + kl_divergence(p, q), atol=1e-12)


@given(counts, counts)
def test_jensen_shannon_is_the_square_of_scipys_distance(n, m):
    p, q = shares(n), shares(m)
    np.testing.assert_allclose(jensen_shannon(p, q), spatial.distance.jensenshannon(p, q, base=2) ** 2, atol=1e-7)


@given(tables)
def test_mutual_information_agrees_with_scikit_learn_and_with_the_chain_rule(n):
    joint = shares(n)
    information = mutual_information(joint)
    np.testing.assert_allclose(information, nats_to_bits(mutual_info_score(None, None, contingency=n)), atol=1e-9)
    np.testing.assert_allclose(information, entropy(joint.sum(axis=0)) - conditional_entropy(joint), atol=1e-9)


@given(st.floats(0, 1e9))
def test_bits_and_nats_go_there_and_back(bits):
    np.testing.assert_allclose(nats_to_bits(bits_to_nats(bits)), bits, rtol=1e-14)


def test_rows_are_read_one_by_one():
    np.testing.assert_array_equal(entropy([[0.5, 0.5], [1.0, 0.0]]), [1.0, 0.0])


def test_a_joint_distribution_is_a_table():
    with pytest.raises(ValueError, match="joint must be a table"):
        conditional_entropy([0.5, 0.5])
