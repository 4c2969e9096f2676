import itertools
from collections import deque

import numpy as np
import pytest
from scipy.stats import chisquare

from ladder.lenses import gibbs
from ladder.probability.metropolis import (
    agreement,
    ancestral,
    autocorrelation,
    autocorrelation_time,
    distances,
    metropolis,
    mixing_time,
    strings,
    transitions,
)

R = np.array([0.5, 0.3, 0.15, 0.05])
N = 8_000


@pytest.fixture
def space(make_chain):
    chain = make_chain(9, np.random.default_rng(11))
    chain.rows = 0.7 * chain.rows + 0.3 / 9  # no deep valleys, so that a walk comes to its end
    return strings(chain, [0], k=4, length=3)


def law_of(space, T):
    return gibbs(space.energies, T=T)


def last(chain):
    return deque(chain, maxlen=1).pop()


def test_the_energy_of_a_string_is_the_sum_of_its_tokens_surprisals(make_chain):
    chain = make_chain(3, np.random.default_rng(0))
    space = strings(chain, [1], k=3, length=3)
    for state, letters in enumerate(itertools.product(range(3), repeat=3)):
        assert space.letters([state])[0].tolist() == list(letters)
        bits = chain.surprisals(np.array([1, *letters]))[1:].sum()
        assert space.energies[state] == pytest.approx(bits * np.log(2))
    assert np.exp(-space.energies).sum() == pytest.approx(1)


def test_only_the_likeliest_tokens_enter_and_are_renormalised(chain):
    space = strings(chain, [0], k=2, length=1)
    assert space.tokens.tolist() == [0, 1]
    np.testing.assert_allclose(np.exp(-space.energies), [0.5, 0.5])


def test_ancestral_sampling_is_gibbs_at_one_and_only_there(space):
    rng = np.random.default_rng(0)
    assert agreement(ancestral(space, n=N, T=1, rng=rng), law_of(space, 1)).p_value > 1e-4
    for T in (0.5, 2):
        assert agreement(ancestral(space, n=10 * N, T=T, rng=rng), law_of(space, T)).p_value < 1e-12


@pytest.mark.parametrize("T", [0.5, 1, 2])
@pytest.mark.parametrize("proposal", [None, R])
def test_the_chain_comes_to_gibbs_measure_at_every_temperature(space, T, proposal):
    steps = 400 if T < 1 else 120
    chain = metropolis(space, T=T, steps=steps, start=np.zeros(N, int), rng=np.random.default_rng(1), proposal=proposal)
    assert agreement(last(chain), law_of(space, T)).p_value > 1e-4


def test_the_false_friend_fails_and_its_own_measure_is_known(space):
    chain = metropolis(
        space, T=1, steps=200, start=np.zeros(N, int), rng=np.random.default_rng(1), proposal=R, corrected=False
    )
    states = last(chain)
    assert agreement(states, law_of(space, 1)).p_value < 1e-12
    own = law_of(space, 1) * R[space.letters(np.arange(64))].prod(axis=1)
    assert agreement(states, own / own.sum()).p_value > 1e-4


@pytest.mark.parametrize("proposal", [None, R])
def test_detailed_balance(space, proposal):
    P = transitions(space, T=0.7, proposal=proposal).toarray()
    np.testing.assert_allclose(P.sum(axis=1), 1)
    assert P.min() >= 0
    flow = law_of(space, 0.7)[:, None] * P
    np.testing.assert_allclose(flow, flow.T, atol=1e-15)
    crooked = law_of(space, 0.7)[:, None] * transitions(space, T=0.7, proposal=R, corrected=False).toarray()
    assert np.abs(crooked - crooked.T).max() > 1e-4


def test_the_walk_follows_its_transition_matrix(space):
    start = int(law_of(space, 1).argmax())
    chain = metropolis(space, T=1, steps=1, start=np.full(N, start), rng=np.random.default_rng(3), proposal=R)
    row = transitions(space, T=1, proposal=R).toarray()[start]
    assert agreement(last(chain), row).p_value > 1e-4


def test_the_distance_never_grows_and_the_mixing_time_is_where_it_is_a_quarter(space):
    found = distances(space, T=1, steps=60, start=5)
    assert found[0] == pytest.approx(1 - law_of(space, 1)[5])
    assert (np.diff(found) <= 1e-12).all()
    step = mixing_time(found)
    assert found[step] <= 0.25 < found[step - 1]
    assert mixing_time([1.0, 0.5]) is None
    never = distances(space, T=1, steps=300, start=5, proposal=R, corrected=False)
    assert never[-1] > 0.1


def test_agreement_is_scipys_where_no_outcome_is_rare():
    p = np.array([0.5, 0.3, 0.2])
    states = np.repeat([0, 1, 2], [55, 25, 20])
    ours, theirs = agreement(states, p), chisquare([55, 25, 20], 100 * p)
    assert (ours.statistic, ours.p_value, ours.freedom) == pytest.approx((theirs.statistic, theirs.pvalue, 2))


def test_agreement_takes_the_rare_together_and_sees_the_impossible():
    p = np.array([0.9, 0.04, 0.03, 0.02, 0.01, 0.0])
    states = np.repeat([0, 1, 2, 3, 4], [90, 4, 3, 2, 1])
    assert agreement(states, p) == (pytest.approx(0, abs=1e-12), 1, pytest.approx(1))
    assert agreement([0, 1, 1], [1.0, 0.0]).p_value == 0
    assert agreement([0, 0, 0], [1.0]) == (0, 0, 1)


def test_the_autocorrelation_of_an_ar1_process_is_known():
    rng, a = np.random.default_rng(0), 0.8
    x = np.zeros(100_000)
    for t, noise in enumerate(rng.normal(size=len(x) - 1)):
        x[t + 1] = a * x[t] + noise
    found = autocorrelation(x, lags=200)
    np.testing.assert_allclose(found[:5], a ** np.arange(5), atol=0.03)
    assert autocorrelation_time(found) == pytest.approx((1 + a) / (1 - a), rel=0.1)
    assert autocorrelation_time(autocorrelation(rng.normal(size=100_000), lags=50)) == pytest.approx(1, abs=0.1)


def test_what_makes_no_sense_is_refused(space, chain):
    with pytest.raises(ValueError, match=r"k\^length at most"):
        strings(chain, [0], k=3, length=30)
    with pytest.raises(ValueError, match="temperature must be positive"):
        next(metropolis(space, T=0, steps=1, start=[0], rng=np.random.default_rng(0)))
    with pytest.raises(ValueError, match="each of 4 tokens a chance"):
        distances(space, T=1, steps=1, start=0, proposal=[1.0, 0, 0, 0])
    with pytest.raises(ValueError, match="lags"):
        autocorrelation([1.0, 2.0], lags=2)
