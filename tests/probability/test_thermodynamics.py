import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.testing import assert_allclose
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp, softmax

from ladder.lenses import boltzmann_entropy
from ladder.probability import energies, next_distribution, slopes, thermodynamics

energy_rows = arrays(np.float64, st.integers(1, 30), elements=st.floats(0, 30, width=16))
temperatures = st.floats(0.1, 50)


def test_two_levels_by_hand():
    # E = 0 and ln 2 at T = 1: weights 1 and 1/2.
    state = thermodynamics([0, np.log(2)], T=1.0)
    assert_allclose(state.Z, 3 / 2)
    assert_allclose(state.F, -np.log(3 / 2))
    assert_allclose(state.U, np.log(2) / 3)
    assert_allclose(state.S, np.log(3) - 2 / 3 * np.log(2))
    assert_allclose(state.C, 2 / 9 * np.log(2) ** 2)


def test_the_two_level_system_has_schottkys_heat_capacity():
    # C = (d/T)^2 e^(d/T) / (1 + e^(d/T))^2, with its peak of 0.4392 at T = 0.4168 d.
    d, T = 2.0, np.linspace(0.2, 5, 50)
    x = np.exp(d / T)
    assert_allclose(thermodynamics([0, d], T=T).C, (d / T) ** 2 * x / (1 + x) ** 2, rtol=1e-12)
    peak = minimize_scalar(lambda t: -thermodynamics([0, d], T=t).C, bounds=(0.1, 5), method="bounded")
    assert peak.x / d == pytest.approx(0.4168, abs=1e-4)
    assert -peak.fun == pytest.approx(0.4392, abs=1e-4)


def test_at_T_1_the_body_is_the_model():
    logits = np.array([1.0, -2.0, 0.5, 3.0])
    state = thermodynamics(energies(logits), T=1.0)
    assert_allclose(state.Z, 1)
    assert_allclose(state.F, 0, atol=1e-15)
    assert_allclose(state.S, boltzmann_entropy(softmax(logits)))
    assert_allclose(state.U, state.S)


@given(energy_rows, temperatures)
def test_F_is_U_minus_T_S_and_agrees_with_scipy(E, T):
    state = thermodynamics(E, T=T)
    assert_allclose(state.F, state.U - T * state.S, rtol=1e-12, atol=1e-12)
    assert state.log_Z == pytest.approx(logsumexp(-E / T), abs=1e-12)
    p = softmax(-E / T)
    assert_allclose(state.C, np.average((E - p @ E) ** 2, weights=p) / T**2, atol=1e-10)


@given(energy_rows, temperatures)
def test_differences_give_S_and_C_by_a_second_route(E, T):
    state, slope = thermodynamics(E, T=T), slopes(E, T=T)
    scale = 1 + float(E.max()) / T
    assert slope.dF_dT == pytest.approx(-state.S, abs=1e-8 * scale)
    assert slope.dU_dT == pytest.approx(state.C, abs=1e-7 * scale**2)
    assert slope.T_dS_dT == pytest.approx(state.C, abs=1e-7 * scale**2)


@given(energy_rows)
def test_entropy_and_energy_rise_with_temperature_and_F_falls(E):
    curve = thermodynamics(E, T=np.geomspace(0.1, 100, 30))
    assert (np.diff(curve.S) >= -1e-9).all()
    assert (np.diff(curve.U) >= -1e-9).all()
    assert (np.diff(curve.F) <= 1e-9).all()
    assert (curve.C >= 0).all()


@given(arrays(np.float64, st.integers(1, 30), elements=st.floats(-20, 20, width=16)), temperatures)
def test_the_temperature_of_the_sampler_is_a_temperature(logits, T):
    p = next_distribution(logits, temperature=T).p
    assert_allclose(thermodynamics(energies(logits), T=T).S, boltzmann_entropy(p), atol=1e-9)


def test_cold_leaves_the_ground_states_and_heat_makes_all_alike():
    E = [0.0, 0.0, 1.0, 2.0]
    assert_allclose(thermodynamics(E, T=0.001).S, np.log(2))
    assert_allclose(thermodynamics(E, T=1e9).S, np.log(4))


def test_a_state_ruled_out_changes_nothing():
    assert_allclose(thermodynamics([0.0, 1.0, np.inf], T=2.0), thermodynamics([0.0, 1.0], T=2.0))


def test_a_curve_is_its_points():
    curve = thermodynamics([0.0, 1.0, 3.0], T=[0.5, 2.0])
    assert_allclose([row[1] for row in curve], thermodynamics([0.0, 1.0, 3.0], T=2.0))


@pytest.mark.parametrize(
    ("E", "T"),
    [([0, 1], 0), ([0, 1], -1), ([0, 1], np.nan), ([], 1), ([[0, 1]], 1), ([np.nan], 1), ([np.inf], 1), ([0, 1], [])],
)
def test_what_has_no_temperature_or_no_state_is_refused(E, T):
    with pytest.raises(ValueError, match=r"T must|energies must"):
        thermodynamics(E, T=T)
