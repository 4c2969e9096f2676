import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from ladder.lenses import boltzmann_entropy, softmax
from ladder.statistics.maxent import by_dual, by_root

DIE = np.arange(1, 7)


def test_jaynes_own_die():
    assert by_root(DIE, 4.5).p.round(3).tolist() == [0.054, 0.079, 0.114, 0.165, 0.240, 0.347]


def test_a_fair_mean_gives_a_fair_die():
    found = by_dual(DIE, 3.5)
    assert found.p == pytest.approx(np.full(6, 1 / 6), abs=1e-14)
    assert found.entropy == pytest.approx(np.log(6))


@given(st.integers(0, 10_000), st.floats(0.02, 0.98))
@settings(max_examples=60, deadline=None)
def test_the_root_the_dual_and_softmax_agree(seed, place):
    E = np.random.default_rng(seed).normal(0, 5, 2 + seed % 12)
    mean = float(E.min() + place * (E.max() - E.min()))
    root, dual = by_root(E, mean), by_dual(E, mean)
    assert np.abs(root.p - dual.p).max() < 1e-12
    assert dual.multiplier == pytest.approx(root.multiplier, rel=1e-9, abs=1e-12)
    assert np.abs(softmax(-root.multiplier * E) - root.p).max() < 1e-12
    assert root.p @ E == pytest.approx(mean, abs=1e-11)


def test_no_other_distribution_with_that_mean_has_more_entropy():
    E, mean = np.array([0.0, 1.0, 3.0, 4.0]), 1.2
    found = minimize(
        lambda p: float(np.sum(p * np.log(p))),
        np.full(4, 0.25),
        bounds=[(1e-9, 1)] * 4,
        constraints=[{"type": "eq", "fun": lambda p: p.sum() - 1}, {"type": "eq", "fun": lambda p: p @ E - mean}],
        method="SLSQP",
        options={"ftol": 1e-14},
    )
    p = by_root(E, mean).p
    assert p == pytest.approx(found.x, abs=1e-5)
    # Move within the constraints: the entropy falls.
    away = np.array([2.0, -3.0, 1.0, 0.0])
    assert away.sum() == away @ E == 0
    assert boltzmann_entropy(p + 0.01 * away) < by_root(E, mean).entropy > boltzmann_entropy(p - 0.01 * away)


@pytest.mark.parametrize(("energies", "mean"), [(DIE, 6.0), (DIE, 0.5), (DIE, np.nan), ([1, 1], 1), ([np.nan, 1], 1)])
def test_means_that_cannot_be_are_refused(energies, mean):
    for road in (by_root, by_dual):
        with pytest.raises(ValueError, match="must"):
            road(energies, mean)
