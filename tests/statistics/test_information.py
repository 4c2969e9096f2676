import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import simpson
from scipy.spatial.distance import jensenshannon

from ladder.lenses import bits_to_nats, kl_divergence
from ladder.statistics.information import (
    along,
    e_geodesic,
    fisher_along,
    fisher_metric,
    hessian_log_partition,
    jensen_shannon_distance,
    log_partition_along,
    m_geodesic,
    second_difference,
)


def pair(seed, V=7):
    return np.random.default_rng(seed).dirichlet(np.ones(V), 2) * 0.98 + 0.02 / V


def test_the_middles_by_hand():
    p, q = [0.9, 0.1], [0.1, 0.9]
    assert m_geodesic(p, q, [0.5])[0] == pytest.approx([0.5, 0.5])
    assert e_geodesic(p, q, [0.5])[0] == pytest.approx([0.5, 0.5])
    p, q = [0.5, 0.5], [0.8, 0.2]
    assert e_geodesic(p, q, [0.5])[0] == pytest.approx([2 / 3, 1 / 3])  # sqrt(.5 .8) : sqrt(.5 .2) = 2 : 1
    assert m_geodesic(p, q, [0.5])[0] == pytest.approx([0.65, 0.35])


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_fisher_is_the_curvature_of_log_z_and_its_areas_are_the_kls(seed):
    p, q = pair(seed)
    t = np.linspace(0, 1, 201)
    g = fisher_along(p, q, t)
    assert second_difference(lambda t: log_partition_along(p, q, t), t) == pytest.approx(g, rel=1e-6, abs=1e-7)
    assert simpson((1 - t) * g, x=t) == pytest.approx(float(bits_to_nats(kl_divergence(p, q))), rel=1e-6)
    assert simpson(t * g, x=t) == pytest.approx(float(bits_to_nats(kl_divergence(q, p))), rel=1e-6)


def test_the_metric_is_the_hessian_of_log_z_and_a_covariance():
    theta = np.random.default_rng(1).normal(0, 1, 5)
    g = fisher_metric(theta)
    assert hessian_log_partition(theta) == pytest.approx(g, abs=1e-6)
    draws = np.random.default_rng(2).multinomial(1, np.exp(theta) / np.exp(theta).sum(), 200_000)
    assert np.cov(draws.T) == pytest.approx(g, abs=0.003)
    assert g @ np.ones(5) == pytest.approx(np.zeros(5), abs=1e-15)  # a constant added to theta changes nothing


def test_jensen_shannon_is_scipys_and_a_distance():
    p, q, r = np.random.default_rng(3).dirichlet(np.ones(6), 3)
    assert jensen_shannon_distance(p, q) == pytest.approx(jensenshannon(p, q, base=2))
    assert jensen_shannon_distance(p, r) <= jensen_shannon_distance(p, q) + jensen_shannon_distance(q, r)
    assert jensen_shannon_distance(p, p) == 0


def test_the_paths_begin_and_end_at_the_ends():
    p, q = pair(4)
    table = along(p, q)
    for _, path in table.groupby("path"):
        assert path["from_p"].iloc[0] == pytest.approx(0, abs=1e-12)
        assert path["to_q"].iloc[-1] == pytest.approx(0, abs=1e-12)
        assert path["from_p"].iloc[-1] == pytest.approx(float(kl_divergence(p, q)))
        assert path["from_p"].is_monotonic_increasing


def test_the_impossible_has_no_logit():
    with pytest.raises(ValueError, match="impossible"):
        e_geodesic([1.0, 0.0], [0.5, 0.5], [0.5])
