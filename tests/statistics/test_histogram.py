import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import rel_entr

from ladder.lenses import entropy, kl_divergence
from ladder.statistics.histogram import fit_softmax, halving_steps, kl_by_symbol

ZIPF = 1 / np.arange(1, 31) / (1 / np.arange(1, 31)).sum()

distributions = st.lists(st.floats(0.01, 1), min_size=2, max_size=12).map(lambda w: np.array(w) / sum(w))


def test_the_first_step_by_hand():
    # theta = 0, so q = 1/2 each; g = q - p = (-1/4, 1/4); theta = (1/4, -1/4) after rate 1.
    fit = fit_softmax([0.75, 0.25], steps=1, rate=1)
    assert fit.theta.tolist() == pytest.approx([0.25, -0.25])
    q = math.exp(0.25) / (math.exp(0.25) + math.exp(-0.25))
    assert fit.path.tolist() == pytest.approx([1, -0.75 * math.log2(q) - 0.25 * math.log2(1 - q)])


@given(distributions)
@settings(max_examples=15, deadline=None)
def test_all_ways_lead_to_the_entropy(p):
    for method, rate, steps in (("gradient", 2.0, 2000), ("natural", 0.5, 60), ("lbfgs", 1.0, 200), ("closed", 1.0, 1)):
        fit = fit_softmax(p, steps=steps, rate=rate, method=method)
        assert fit.path[0] == pytest.approx(math.log2(len(p)))
        assert fit.path[-1] == pytest.approx(float(entropy(p)), abs=5e-3)
        assert not fit.diverged
        assert fit.path.min() >= entropy(p) - 1e-12


@given(distributions)
@settings(max_examples=40, deadline=None)
def test_gradient_descent_never_rises_below_the_rate_that_is_safe(p):
    # The curvature diag(q) - q q^T is at most 1/2, so every rate below 4 goes down; 2 is safely so.
    path = fit_softmax(p, steps=50, rate=2.0).path
    assert (np.diff(path) <= 1e-12).all()


def test_the_gradient_is_the_slope_of_the_cross_entropy_in_nats():
    theta = np.array([0.3, -0.2, 0.9, 0.0])
    p = np.array([0.1, 0.2, 0.3, 0.4])

    def nats(z):
        return float(-(p @ (z - np.log(np.exp(z).sum()))))

    numeric = [(nats(theta + 1e-6 * e) - nats(theta - 1e-6 * e)) / 2e-6 for e in np.eye(4)]
    q = np.exp(theta) / np.exp(theta).sum()
    assert numeric == pytest.approx((q - p).tolist(), abs=1e-8)


def test_plain_descent_stalls_on_rare_symbols_and_the_natural_one_does_not():
    start = kl_by_symbol(ZIPF, np.full(30, 1 / 30))
    plain = kl_by_symbol(ZIPF, fit_softmax(ZIPF, steps=15, rate=1).q)
    natural = kl_by_symbol(ZIPF, fit_softmax(ZIPF, steps=15, rate=0.3, method="natural").q)
    assert plain[0] < 0.02 * start[0]
    assert plain[-1] > 0.2 * start[-1]
    assert (natural < 1e-3 * start).all()


def test_the_slowest_error_shrinks_at_the_pace_of_the_rarest_symbols():
    fit = fit_softmax(ZIPF, steps=3000, rate=1, keep=4000)
    early, late = (np.abs(fit.snapshots[t] - ZIPF).sum() for t in (2000, 2100))
    halving = 100 * math.log(2) / math.log(early / late)
    fastest, slowest = halving_steps(ZIPF, rate=1)[[-3, -1]]
    assert fastest < halving < slowest


def test_the_natural_path_is_the_straight_line_to_p():
    fit = fit_softmax(ZIPF, steps=4, rate=0.25, method="natural", keep=10)
    expected = [ZIPF + 0.75**t * (1 / 30 - ZIPF) for t in range(5)]
    assert np.allclose(fit.snapshots, expected, atol=1e-15)
    assert fit.kept.tolist() == [0, 1, 2, 3, 4]


def test_a_rate_too_large_is_said_and_the_last_good_state_kept():
    for method, rate in (("gradient", 300.0), ("natural", 2.5), ("gradient", 1e308)):
        fit = fit_softmax(ZIPF, steps=50, rate=rate, method=method)
        assert fit.diverged
        assert np.isfinite(fit.q).all()
        assert np.isfinite(fit.path).all()
        assert fit.q.sum() == pytest.approx(1)


def test_what_never_happens_gets_nothing_from_the_closed_form():
    fit = fit_softmax([0.5, 0.5, 0.0], method="closed")
    assert fit.q.tolist() == [0.5, 0.5, 0.0]
    assert fit.path[-1] == pytest.approx(1)


def test_the_parts_of_kl_are_never_negative_and_sum_to_it():
    q = np.random.default_rng(1).dirichlet(np.ones(30))
    parts = kl_by_symbol(ZIPF, q)
    assert (parts >= 0).all()
    assert parts.sum() == pytest.approx(rel_entr(ZIPF, q).sum() / math.log(2))
    assert parts.sum() == pytest.approx(float(kl_divergence(ZIPF, q)))


def test_snapshots_are_few_for_long_ways_and_the_last_step_is_among_them():
    fit = fit_softmax(ZIPF, steps=5000, keep=20)
    assert len(fit.kept) <= 20
    assert fit.kept[[0, -1]].tolist() == [0, 5000]
    assert np.array_equal(fit.snapshots[-1], fit.q)
    assert len(fit.path) == 5001


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"p": [0.5, math.nan]}, "NaN"),
        ({"p": [0.5, 0.6]}, "must sum to 1"),
        ({"p": [0.5, 0.5], "rate": 0}, "rate must be positive"),
        ({"p": [0.5, 0.5], "rate": math.nan}, "rate must be positive"),
        ({"p": [0.5, 0.5], "steps": 0}, "steps must be"),
        ({"p": [0.5, 0.5], "method": "newton"}, "method must be one of"),
    ],
)
def test_bad_settings_are_refused(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_softmax(arguments.pop("p"), **arguments)
