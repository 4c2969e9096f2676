"""Exponents: recovered where they are known, and as scipy finds them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.special import zeta

from ladder.math.zipf import fit_line, fit_power_law, hapax_share, heaps, ranked


def test_ranks_by_hand():
    assert ranked([1, 0, 5, 2]).tolist() == [5, 2, 1]


def test_hapaxes_by_hand():
    assert hapax_share([1, 1, 0, 7, 2]) == 0.5


@pytest.mark.parametrize("alpha", [1.8, 2.2, 3.0])
def test_a_known_exponent_lies_within_its_error(alpha):
    k = stats.zipf(alpha).rvs(size=20_000, random_state=np.random.default_rng(1))
    fit = fit_power_law(k, k_min=1)
    assert abs(fit.alpha - alpha) < 4 * fit.alpha_stderr
    assert fit.alpha_stderr < 0.03


def test_the_stated_error_is_the_spread_of_many_fits():
    rng = np.random.default_rng(2)
    fits = [fit_power_law(stats.zipf(2.2).rvs(size=500, random_state=rng), k_min=1) for _ in range(120)]
    assert np.std([fit.alpha for fit in fits]) == pytest.approx(np.mean([fit.alpha_stderr for fit in fits]), rel=0.25)


def test_the_likeliest_exponent_is_scipys():
    k = stats.zipf(2.5).rvs(size=2000, random_state=np.random.default_rng(3))
    scipys = stats.fit(stats.zipf, k, bounds={"a": (1.1, 6), "loc": (0, 0)}).params.a
    assert fit_power_law(k, k_min=1).alpha == pytest.approx(scipys, abs=1e-4)


def test_the_error_is_the_published_formula():
    k = stats.zipf(2.1).rvs(size=3000, random_state=np.random.default_rng(4))
    fit, h = fit_power_law(k, k_min=2), 1e-4
    z, up, down = (zeta(fit.alpha + shift, 2.0) for shift in (0, h, -h))
    published = 1 / np.sqrt(fit.n_tail * ((up - 2 * z + down) / h**2 / z - ((up - down) / (2 * h) / z) ** 2))
    assert fit.alpha_stderr == pytest.approx(published, rel=1e-3)


def test_a_cut_is_found_where_the_power_law_begins():
    rng = np.random.default_rng(5)
    # a power law from 10 on, and below it as many of each count as you like
    above = stats.zipf(2.5).rvs(size=200_000, random_state=rng)
    counts = np.concatenate([above[above >= 10], rng.integers(1, 10, size=3000)])
    fit = fit_power_law(counts)
    assert 8 <= fit.k_min <= 20
    assert abs(fit.alpha - 2.5) < 4 * fit.alpha_stderr


def test_a_straight_line_through_ranks_is_biased_where_likelihood_is_not():
    rng = np.random.default_rng(6)
    likely, naive = [], []
    for _ in range(20):
        n_r = ranked(stats.zipf(2.0).rvs(size=3000, random_state=rng))
        likely.append(fit_power_law(n_r, k_min=1).s)
        naive.append(-fit_line(np.arange(1, len(n_r) + 1), n_r).exponent)
    assert abs(np.mean(likely) - 1) < 0.02
    assert abs(np.mean(naive) - 1) > 5 * abs(np.mean(likely) - 1)


def test_the_models_ranks_begin_with_the_whole_tail():
    fit = fit_power_law(stats.zipf(2.0).rvs(size=1000, random_state=np.random.default_rng(7)), k_min=1)
    assert fit.rank([1]) == pytest.approx([1000])
    assert fit.rank([10])[0] == pytest.approx(1000 * stats.zipf(fit.alpha).sf(9))


def test_a_line_by_hand():
    line = fit_line([1, 10, 100], [2, 20, 200])
    assert line == pytest.approx((2, 1))
    assert line(50) == pytest.approx(100)


@pytest.mark.parametrize("counts", [[1, 2, 3], [1] * 100, []])
def test_too_little_to_fit_is_refused(counts):
    with pytest.raises(ValueError, match="counts must"):
        fit_power_law(counts)


def test_growth_by_hand():
    growth = heaps([7, 7, 8, 7, 9], points=50)
    assert growth.n.tolist() == [1, 2, 3, 4, 5]
    assert growth.V.tolist() == [1, 1, 2, 2, 3]
    # of five tokens 7 7 7 8 9: one draw shows 1; two show 1 + P(differ) = 1 + (1 - 3/10)
    assert growth.V_shuffled[:2] == pytest.approx([1, 1.7])


@given(st.lists(st.integers(0, 8), min_size=1, max_size=60))
@settings(max_examples=50)
def test_growth_never_falls_and_ends_with_all(ids):
    growth = heaps(ids)
    assert (np.diff(growth.V) >= 0).all()
    assert growth.V[-1] == len(set(ids))
    assert growth.V_shuffled[-1] == pytest.approx(len(set(ids)))
    assert growth.V_shuffled[0] == pytest.approx(1)


def test_the_expected_growth_is_the_mean_of_shuffles():
    rng = np.random.default_rng(8)
    ids = rng.zipf(1.8, size=400) % 90
    shuffled = np.mean([heaps(rng.permutation(ids)).V for _ in range(300)], axis=0)
    assert heaps(ids).V_shuffled == pytest.approx(shuffled, rel=0.03)


def test_monkeys_growth_follows_its_exponent():
    # For p_r ~ r^-2 the vocabulary grows as n^(1/2) (Heaps' beta = 1/s).
    ids = np.random.default_rng(9).zipf(2.0, size=200_000)
    growth = heaps(ids)
    late = growth.n > 1000
    assert fit_line(growth.n[late], growth.V[late]).exponent == pytest.approx(0.5, abs=0.03)


def test_no_tokens_do_not_grow():
    with pytest.raises(ValueError, match="at least one token"):
        heaps([])
