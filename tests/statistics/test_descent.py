import numpy as np
import pytest

from ladder.statistics.descent import batch_slope, descend, moment_gap
from ladder.statistics.loglinear import LogBilinear, Problem, start_of

V = 12
RNG = np.random.default_rng(5)
ROWS = np.exp(RNG.normal(size=(V, 2)) @ RNG.normal(size=(2, V)))
CUMULATED = (ROWS / ROWS.sum(axis=1, keepdims=True)).cumsum(axis=1)
IDS = [0]
for u in RNG.random(3999):
    IDS.append(min(int(CUMULATED[IDS[-1]].searchsorted(u)), V - 1))
TEXT, VECTORS = np.array(IDS), RNG.normal(size=(V, 4))


def descent(**settings):
    return descend(TEXT, V, vectors=VECTORS, rng=np.random.default_rng(1), **{"steps": 1500, "batch": 256} | settings)


FOUND, SETTLED = descent(), LogBilinear.fit(TEXT, V, vectors=VECTORS, steps=300)


def test_descent_ends_where_lbfgs_ends():
    assert FOUND.states[-1].bits == pytest.approx(SETTLED.path[-1], abs=1e-3)
    assert FOUND.model.surprisals(TEXT)[1:].mean() == pytest.approx(FOUND.states[-1].bits, abs=1e-4)


def test_plain_steps_end_there_too():
    assert descent(adam=False, rate=2.0).states[-1].bits == pytest.approx(SETTLED.path[-1], abs=2e-3)


def test_the_models_moments_fall_onto_the_datas():
    gaps = [moment_gap(state, FOUND.data_moments) for state in FOUND.states]
    assert gaps[0] > 0.05
    assert gaps[-1] < gaps[0] / 20
    z = FOUND.model.v.astype(float) @ FOUND.model.u.T + FOUND.model.b
    q = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    phi = np.column_stack([FOUND.model.v, np.ones(V)])
    by_hand = (np.bincount(TEXT[:-1], minlength=V)[:, None] * q).T @ phi / (len(TEXT) - 1)
    assert np.abs(by_hand - FOUND.states[-1].moments).max() < 1e-5


def test_the_slope_of_a_batch_of_everything_is_the_whole_slope():
    v, b = start_of(TEXT.astype(np.int32), V, VECTORS)
    problem = Problem(TEXT.astype(np.int32), v, b, 1e-12)
    theta = RNG.normal(size=problem.moments.shape).astype(np.float32)
    slope, bits = batch_slope(theta, v, b, TEXT[:-1], TEXT[1:])
    whole = problem.loss_and_gradient(theta.ravel())[1].reshape(slope.shape)
    assert np.abs(slope - whole).max() < 1e-5
    assert bits == pytest.approx(problem.last_bits, abs=1e-4)


def test_the_same_seed_takes_the_same_path():
    again, other = (
        descent(steps=50),
        descend(TEXT, V, vectors=VECTORS, rng=np.random.default_rng(2), steps=50, batch=256),
    )
    assert np.array_equal(again.batch_bits, descent(steps=50).batch_bits)
    assert not np.array_equal(again.batch_bits, other.batch_bits)


def test_early_stopping_keeps_what_was_best_on_the_validation_part():
    short = TEXT[:300]
    found = descend(
        short, V, vectors=np.eye(V), rng=np.random.default_rng(1), l2=1e-3, rate=0.3, steps=2000, batch=64, early=True
    )
    prices = [state.validation for state in found.states]
    assert found.best == int(np.argmin(prices))
    assert "Stopped at step" in found.note
    assert found.states[-1].step < 2000
    assert found.model.surprisals(short[270:])[1:].mean() == pytest.approx(min(prices), abs=1e-4)


def test_a_descent_that_diverges_says_so_and_keeps_its_best_state():
    found = descent(adam=False, rate=1e4, steps=200)
    assert "overshoot" in found.note
    assert np.isfinite(found.model.surprisals(TEXT)).all()
    assert found.states[found.best].bits == min(state.bits for state in found.states)


@pytest.mark.parametrize("wrong", [{"rate": 0}, {"rate": np.nan}, {"steps": 0}, {"batch": 0}, {"l2": 0}])
def test_bad_settings_are_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        descent(**wrong)


def test_a_text_too_short_is_refused():
    with pytest.raises(ValueError, match="too short"):
        descend([1], V, vectors=VECTORS, rng=RNG)
