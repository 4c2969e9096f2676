import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ladder.lenses import kl_divergence, softmax
from ladder.probability import greedy, next_distribution, penalised
from ladder.probability.distribution import nucleus, typical

# q = 1/2, 1/4, 1/8, 1/8
Z = -np.log([2.0, 4.0, 8.0, 8.0])

logits_rows = arrays(np.float64, st.integers(1, 40), elements=st.floats(-20, 20, width=16))
cuts = st.fixed_dictionaries(
    {
        "temperature": st.sampled_from([0.1, 0.5, 1.0, 2.0, 100.0]),
        "top_k": st.none() | st.integers(1, 50),
        "top_p": st.none() | st.floats(0.01, 1),
        "min_p": st.none() | st.floats(0, 1),
        "typical_p": st.none() | st.floats(0.01, 0.99),
        "repetition_penalty": st.none() | st.floats(0.5, 3),
        "seen": st.lists(st.integers(0, 39), max_size=9),
    }
)


def within(settings, z):
    """The settings without seen ids that this row does not have."""
    return {**settings, "seen": [i for i in settings["seen"] if i < len(z)]}


def test_temperature_by_hand():
    # T = 1/2 squares q: 1/4, 1/16, 1/64, 1/64, over 22/64.
    q = next_distribution(Z, temperature=0.5)
    np.testing.assert_allclose(q.tempered, np.array([16, 4, 1, 1]) / 22, rtol=1e-12)
    np.testing.assert_allclose(q.before, [0.5, 0.25, 0.125, 0.125], rtol=1e-12)
    assert q.cost_bits == 0
    assert q.kept.all()


def test_top_k_by_hand():
    q = next_distribution(Z, top_k=2)
    np.testing.assert_allclose(q.p, [2 / 3, 1 / 3, 0, 0], rtol=1e-12)
    assert q.kept_mass == pytest.approx(3 / 4)
    assert q.cost_bits == pytest.approx(np.log2(4 / 3))


def test_top_k_keeps_what_ties_with_the_last():
    assert next_distribution(Z, top_k=3).kept.tolist() == [True, True, True, True]


def test_top_p_keeps_the_fewest_that_reach_it():
    assert next_distribution(Z, top_p=0.75).kept.sum() == 2
    assert next_distribution(Z, top_p=0.76).kept.tolist() == [True, True, True, False]
    assert next_distribution(Z, top_p=0.01).kept.tolist() == [True, False, False, False]
    assert next_distribution(Z, top_p=1.0).kept.all()


def test_min_p_is_measured_against_the_likeliest():
    assert next_distribution(Z, min_p=0.5).kept.sum() == 2
    assert next_distribution(Z, min_p=0.51).kept.sum() == 1
    assert next_distribution(Z, min_p=0.0).kept.all()


def test_temperature_comes_before_the_cuts():
    # At T = 2 the shares of 0.75's nucleus are flatter: sqrt(q) = .707, .5, .354, .354 over 1.914.
    assert next_distribution(Z, temperature=2.0, top_p=0.75).kept.sum() == 3


def test_top_p_works_on_what_top_k_left():
    # Of the two that top-k leaves, the first has 2/3, more than 0.6 though less than 0.6 of all.
    assert next_distribution(Z, top_k=2, top_p=0.6).kept.sum() == 1
    assert next_distribution(Z, top_p=0.6).kept.sum() == 2


def test_any_temperature_above_zero_gives_a_distribution():
    np.testing.assert_allclose(next_distribution(Z, temperature=1e9).p, 0.25, rtol=1e-6)
    np.testing.assert_array_equal(next_distribution(Z, temperature=1e-320).p, [1, 0, 0, 0])


def test_what_is_ruled_out_stays_ruled_out():
    q = next_distribution([0.0, -np.inf, 0.0], temperature=1e9, top_k=3)
    np.testing.assert_allclose(q.p, [0.5, 0, 0.5])
    assert q.kept.tolist() == [True, False, True]
    assert q.cost_bits == 0


@given(logits_rows, cuts)
def test_a_cut_costs_the_divergence_from_what_was_cut(z, settings):
    q = next_distribution(z, **within(settings, z))
    assert q.p.sum() == pytest.approx(1, abs=1e-12)
    assert (q.p > 0).any()
    assert not q.p[~q.kept].any()
    assert q.cost_bits == pytest.approx(float(kl_divergence(q.p, q.tempered)), abs=1e-9)


@given(logits_rows, cuts)
@settings(max_examples=200, deadline=None)
def test_agrees_with_the_warpers_of_transformers(z, settings):
    settings = within(settings, z)
    torch = pytest.importorskip("torch")
    warpers = pytest.importorskip("transformers.generation.logits_process")
    # Equal logits at a cut: transformers' unstable sort decides, so no two are equal here.
    z = z + np.arange(len(z)) * 1e-3 * np.sqrt(2)
    scores = torch.tensor(z[None])
    if settings["repetition_penalty"] is not None:
        ids = torch.tensor([settings["seen"]], dtype=torch.int64)
        scores = warpers.RepetitionPenaltyLogitsProcessor(settings["repetition_penalty"])(ids, scores)
    scores = warpers.TemperatureLogitsWarper(settings["temperature"])(None, scores)
    if settings["top_k"] is not None:
        scores = warpers.TopKLogitsWarper(settings["top_k"])(None, scores)
    if settings["top_p"] is not None and settings["top_p"] < 1:
        scores = warpers.TopPLogitsWarper(settings["top_p"])(None, scores)
    if settings["min_p"] is not None:
        scores = warpers.MinPLogitsWarper(settings["min_p"])(None, scores)
    if settings["typical_p"] is not None:
        scores = warpers.TypicalLogitsWarper(settings["typical_p"])(None, scores)
    theirs = torch.softmax(scores, dim=-1)[0].numpy()
    np.testing.assert_allclose(next_distribution(z, **settings).p, theirs, atol=1e-12)


@given(st.integers(1, 3000), st.floats(0.001, 0.9999), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_drawers_find_the_nucleus_of_a_full_sort(V, share, seed):
    weights = np.round(np.random.default_rng(seed).pareto(1.0, V), 1) + 0.1  # many ties
    order = np.argsort(-weights, kind="stable")
    n = np.searchsorted(np.cumsum(weights[order]), share * weights.sum() * (1 - 1e-12)) + 1
    mask = np.zeros(V, dtype=bool)
    mask[order[:n]] = True
    np.testing.assert_array_equal(nucleus(weights, share), mask)


def test_typical_keeps_what_is_as_surprising_as_the_entropy():
    # H = 1.75 bits; the surprisals 1, 2, 3, 3 are 0.75, 0.25, 1.25, 1.25 away.
    assert next_distribution(Z, typical_p=0.2).kept.tolist() == [False, True, False, False]
    assert next_distribution(Z, typical_p=0.3).kept.tolist() == [True, True, False, False]
    assert next_distribution(Z, typical_p=0.76).kept.all()  # the last two tie
    assert next_distribution(Z, typical_p=0.2).cost_bits == pytest.approx(2)


@given(st.integers(1, 3000), st.floats(0.001, 0.9999), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_drawers_find_the_typical_ones_of_a_full_sort(V, share, seed):
    weights = np.round(np.random.default_rng(seed).pareto(1.0, V), 1) + 0.1  # many ties
    p = weights / weights.sum()
    distance = np.abs(-np.log2(p) + p @ np.log2(p))
    order = np.argsort(distance)
    last = order[np.searchsorted(np.cumsum(p[order]), share * (1 - 1e-12))]
    np.testing.assert_array_equal(typical(weights, share), distance <= distance[last])


def test_the_penalty_by_hand():
    # ln q times 2 squares q where it came before: 1/4, 1/4, 1/8, 1/8 over 3/4.
    q = next_distribution(Z, repetition_penalty=2.0, seen=[0, 0])
    np.testing.assert_allclose(q.tempered, [1 / 3, 1 / 3, 1 / 6, 1 / 6], rtol=1e-12)
    np.testing.assert_allclose(q.before, [0.5, 0.25, 0.125, 0.125], rtol=1e-12)
    assert q.cost_bits == 0
    np.testing.assert_array_equal(penalised([2.0, -2.0, 1.0], [0, 1], penalty=2), [1.0, -4.0, 1.0])


def test_the_penalty_depends_on_a_constant_that_no_belief_depends_on():
    one, other = (next_distribution(Z + shift, repetition_penalty=2.0, seen=[0]) for shift in (0.0, 5.0))
    np.testing.assert_allclose(one.before, other.before)
    assert abs(one.p[0] - other.p[0]) > 0.1


@pytest.mark.parametrize("seen", [[4], [-1]])
def test_what_was_seen_must_be_in_the_vocabulary(seen):
    with pytest.raises(ValueError, match="seen must hold ids in 0"):
        next_distribution(Z, repetition_penalty=1.1, seen=seen)


def test_greedy_takes_the_likeliest_and_the_first_among_equals():
    assert greedy(Z) == 0
    assert greedy([1.0, 3.0, 3.0]) == 1


@given(logits_rows)
def test_greedy_is_the_limit_of_cold_sampling(z):
    assert next_distribution(z, temperature=1e-9).p[greedy(z)] > 0
    assert softmax(z)[greedy(z)] == softmax(z).max()


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"temperature": 0}, "use greedy"),
        ({"temperature": -1}, "positive and finite, but is -1"),
        ({"temperature": np.nan}, "positive and finite"),
        ({"temperature": np.inf}, "positive and finite"),
        ({"top_k": 0}, "at least 1, but is 0"),
        ({"top_k": 1.5}, "whole number"),
        ({"top_p": 0}, "above 0"),
        ({"top_p": 1.01}, "not above 1, but is 1.01"),
        ({"top_p": np.nan}, "top_p"),
        ({"min_p": -0.1}, "between 0 and 1"),
        ({"min_p": 1.1}, "between 0 and 1"),
        ({"typical_p": 0}, "typical_p must lie above 0"),
        ({"typical_p": 1.5}, "not above 1, but is 1.5"),
        ({"repetition_penalty": 0}, "positive and finite"),
        ({"repetition_penalty": np.inf}, "positive and finite"),
    ],
)
def test_a_setting_out_of_range_is_refused_with_its_value(setting, sentence):
    with pytest.raises(ValueError, match=sentence):
        next_distribution(Z, **setting)


@pytest.mark.parametrize("z", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf], [], [[0.0, 1.0]]])
def test_what_is_no_row_of_logits_is_refused(z):
    with pytest.raises(ValueError, match="logits"):
        next_distribution(z)
