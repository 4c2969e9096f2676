import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import special, stats

from ladder.lenses import bits_to_nats, boltzmann_entropy, entropy, gibbs, log_multiplicity, log_partition

energies = arrays(np.float64, st.integers(1, 30), elements=st.floats(-100, 100))
temperatures = st.floats(0.05, 50)


def test_the_orders_of_a_small_word_by_hand():
    assert math.exp(log_multiplicity([1, 4, 4, 2])) == pytest.approx(34_650)  # MISSISSIPPI


@given(arrays(np.int64, st.integers(1, 6), elements=st.integers(0, 15)))
def test_multiplicity_agrees_with_exact_integers(n_i):
    exact = math.factorial(n_i.sum()) // math.prod(math.factorial(n) for n in n_i)
    assert log_multiplicity(n_i) == pytest.approx(math.log(exact), abs=1e-9)


def test_per_symbol_multiplicity_tends_to_entropy():
    p = np.array([0.5, 0.3, 0.2])
    gaps = [boltzmann_entropy(p) - log_multiplicity(np.round(n * p)) / n for n in (10, 1_000, 100_000)]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    assert gaps[2] < 2e-4


@given(energies, temperatures)
def test_gibbs_and_log_partition_agree_with_scipy(E, T):
    np.testing.assert_allclose(log_partition(E, T=T), special.logsumexp(-E / T), atol=1e-9)
    np.testing.assert_allclose(gibbs(E, T=T), special.softmax(-E / T), rtol=1e-9, atol=1e-300)


@given(energies, temperatures)
def test_entropy_is_energy_plus_log_z(E, T):
    p = gibbs(E, T=T)
    np.testing.assert_allclose(boltzmann_entropy(p), (p * E).sum() / T + log_partition(E, T=T), atol=1e-7)


@given(arrays(np.float64, 8, elements=st.floats(0.01, 1)))
def test_boltzmann_and_shannon_see_the_same_number(weights):
    p = weights / weights.sum()
    np.testing.assert_allclose(boltzmann_entropy(p), bits_to_nats(entropy(p)), rtol=1e-14)
    np.testing.assert_allclose(boltzmann_entropy(p), stats.entropy(p), rtol=1e-12)


def test_an_infinite_energy_is_a_state_ruled_out():
    np.testing.assert_array_equal(gibbs([0.0, np.inf], T=1.0), [1.0, 0.0])


@pytest.mark.parametrize("T", [0.0, -1.0, np.nan, np.inf])
def test_what_is_no_temperature_is_refused(T):
    with pytest.raises(ValueError, match="T must be a positive, finite temperature"):
        gibbs([0.0, 1.0], T=T)


@pytest.mark.parametrize("bad", [[], [np.nan], [-np.inf, 0.0], [np.inf, np.inf]])
def test_energies_without_a_distribution_are_refused(bad):
    with pytest.raises(ValueError, match="energies must"):
        log_partition(bad, T=1.0)


@pytest.mark.parametrize("bad", [[], [-1, 2], [0.5, 1]])
def test_what_cannot_be_counted_is_refused(bad):
    with pytest.raises(ValueError, match="counts must be whole numbers"):
        log_multiplicity(bad)
