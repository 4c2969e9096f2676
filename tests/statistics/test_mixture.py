import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from ladder.lenses.simplex import softmax
from ladder.statistics.mixture import Mixture, fit_weights
from ladder.statistics.ngram import NGram

TEXT = np.frombuffer(b"the cat sees the dog, the dog sees the cow, and the cow hears the cat. " * 12, np.uint8)


def test_em_by_hand():
    # Two tokens, each free under one model and one bit under the other: r = (2/3, 1/3) and (1/3, 2/3), so w stays 1/2.
    found = fit_weights([[0, 1], [1, 0]])
    assert found.w == pytest.approx([0.5, 0.5])
    assert found.path[0] == pytest.approx(np.log2(4 / 3))
    # One step from equal weights where model 1 is always a bit cheaper: r = 2/3.
    assert fit_weights([[1.0], [2.0]], steps=1).w == pytest.approx([2 / 3, 1 / 3])


def test_em_ends_where_a_line_search_ends():
    bits = np.random.default_rng(3).exponential(3, (2, 400))
    found = minimize_scalar(
        lambda w: -np.log2(w * 2 ** -bits[0] + (1 - w) * 2 ** -bits[1]).mean(), bounds=(0, 1), method="bounded"
    )
    assert fit_weights(bits).path[-1] == pytest.approx(found.fun, abs=1e-5)


@given(st.integers(0, 1000), st.integers(1, 5))
@settings(max_examples=25, deadline=None)
def test_no_step_makes_it_dearer_and_no_model_alone_is_cheaper(seed, m):
    bits = np.random.default_rng(seed).exponential(4, (m, 60))
    w, path = fit_weights(bits, steps=3000)
    assert (np.diff(path) <= 1e-12).all()
    assert w.sum() == pytest.approx(1)
    assert path[-1] <= bits.mean(axis=1).min() + 1e-3


def test_what_one_model_calls_impossible_another_may_pay_for():
    assert fit_weights([[np.inf, 1.0], [1.0, np.inf]]).w == pytest.approx([0.5, 0.5])
    with pytest.raises(ValueError, match="impossible under all"):
        fit_weights([[np.inf], [np.inf]])
    with pytest.raises(ValueError, match="NaN"):
        fit_weights([[np.nan]])


def test_logits_and_surprisals_of_a_mixture_agree_and_sum_to_one():
    models = [NGram.fit(TEXT[:600], 256, order=k) for k in (1, 2, 4)]
    mixture = Mixture.fit(models, TEXT[600:])
    held_out = TEXT[100:160]
    bits = mixture.surprisals(held_out)
    for t in (0, 1, 7, 59):
        q = softmax(mixture.logits(held_out[:t]))
        assert q.sum() == pytest.approx(1, abs=1e-12)
        assert -np.log2(q[held_out[t]]) == pytest.approx(bits[t], abs=1e-9)
    assert mixture.surprisals(TEXT[:0]).shape == (0,)
    assert mixture.size_bytes == sum(model.size_bytes for model in models)


def test_weights_that_are_no_distribution_are_refused():
    with pytest.raises(ValueError, match="w must sum to 1"):
        Mixture((NGram.fit(TEXT, 256, order=1),), np.array([0.4]))
    with pytest.raises(ValueError, match="one vocabulary"):
        Mixture((NGram.fit([0], 1, order=1), NGram.fit([0], 2, order=1)), np.array([0.5, 0.5]))
