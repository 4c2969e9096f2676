from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import digamma
from scipy.stats import entropy as scipy_entropy

from ladder.reality.bias import ESTIMATORS, chao_shen, coverage, grassberger, miller_madow, plug_in

counts = st.lists(st.integers(0, 50), min_size=1, max_size=30).filter(any)


def test_plug_in_of_a_quarter_and_three_quarters_by_hand():
    assert plug_in([1, 3]) == pytest.approx(0.25 * 2 + 0.75 * log2(4 / 3))


def test_miller_madow_adds_half_the_symbols_beyond_the_first_per_draw():
    assert miller_madow([1, 3]) - plug_in([1, 3]) == pytest.approx(1 / (2 * 4) / np.log(2))


def test_chao_shen_by_hand():
    # n = 4, one singleton: C = 3/4, p = (3/16, 9/16)
    p = np.array([3 / 16, 9 / 16])
    by_hand = -(p * np.log2(p) / (1 - (1 - p) ** 4)).sum()
    assert chao_shen([1, 3]) == pytest.approx(by_hand)


def test_chao_shen_of_singletons_only_takes_one_as_seen_twice():
    # the rule of the R package `entropy`: f1 = n - 1, so C = 1/4
    p = np.full(4, 1 / 16)
    assert chao_shen([1, 1, 1, 1]) == pytest.approx(-(p * np.log2(p) / (1 - (1 - p) ** 4)).sum())


@given(counts)
def test_plug_in_is_scipys_entropy(n_i):
    assert plug_in(n_i) == pytest.approx(scipy_entropy(n_i, base=2), abs=1e-12)


@given(counts)
def test_grassberger_is_its_digamma_formula(n_i):
    n = np.array([x for x in n_i if x], dtype=float)
    G = digamma(n) + 0.5 * (-1) ** n * (digamma((n + 1) / 2) - digamma(n / 2))
    by_formula = (np.log(n.sum()) - (n * G).sum() / n.sum()) / np.log(2)
    assert grassberger(n_i) == pytest.approx(by_formula, abs=1e-10)


@given(counts, st.randoms())
def test_order_and_zeros_change_nothing(n_i, chance):
    shuffled = [*n_i, 0, 0]
    chance.shuffle(shuffled)
    for estimate in ESTIMATORS.values():
        assert estimate(shuffled) == pytest.approx(estimate(n_i), abs=1e-12)


@given(counts)
def test_coverage_is_a_chance(n_i):
    assert 0 < coverage(n_i) <= 1


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 1000))
def test_every_correction_is_nearer_to_the_truth_than_the_plug_in(seed):
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(200))
    truth = scipy_entropy(p, base=2)
    draws = [rng.multinomial(400, p) for _ in range(20)]
    errors = {name: abs(np.mean([estimate(n_i) for n_i in draws]) - truth) for name, estimate in ESTIMATORS.items()}
    assert all(errors[name] < errors["plug-in"] for name in ("Miller-Madow", "Grassberger", "Chao-Shen"))


@pytest.mark.parametrize("bad", [[], [0, 0], [-1, 2], [0.5]])
def test_what_is_no_count_is_refused(bad):
    with pytest.raises(ValueError, match="counts must"):
        plug_in(bad)
