from collections import Counter
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ladder.reality.contrast import letters, log_odds, missing, words

bags = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 100), min_size=2).map(Counter)


def test_log_odds_by_hand():
    # share of a in both 4/10, so alpha = (4, 6) for a prior of 10
    table = log_odds(Counter(a=3, b=2), Counter(a=1, b=4), prior=10).set_index("piece")
    delta = log((3 + 4) / (5 + 10 - 7)) - log((1 + 4) / (5 + 10 - 5))
    assert table.delta["a"] == pytest.approx(delta)
    assert table.z["a"] == pytest.approx(delta / sqrt(1 / 7 + 1 / 5))


@given(bags, bags)
def test_the_other_way_round_only_the_sign_changes(here, there):
    forth = log_odds(here, there).set_index("piece").z
    back = log_odds(there, here).set_index("piece").z
    np.testing.assert_allclose(forth.sort_index(), -back.sort_index(), atol=1e-12)


@given(bags)
def test_the_same_text_has_no_contrast(bag):
    np.testing.assert_allclose(log_odds(bag, bag).z, 0, atol=1e-12)


def test_chance_alone_gives_z_of_spread_one():
    rng = np.random.default_rng(0)
    p = rng.dirichlet(np.ones(50))
    z = []
    for _ in range(40):
        here, there = (Counter(dict(enumerate(map(int, rng.multinomial(20_000, p))))) for _ in range(2))
        z += list(log_odds(here, there, prior=1).z)
    assert np.std(z) == pytest.approx(1, abs=0.08)


def test_what_is_missing_and_how_surprising_that_is():
    table = missing(Counter(a=10), Counter(a=80, b=20, c=5))
    assert table.piece.tolist() == ["b", "c"]
    assert table.expected.tolist() == pytest.approx([10 * 20 / 105, 10 * 5 / 105])
    assert table.chance[0] == pytest.approx(exp(-200 / 105))


def test_words_and_letters_are_what_they_look_like():
    assert words("Don’t stop — DON’T 42 x_y") == Counter({"don’t": 2, "stop": 1, "x": 1, "y": 1})
    assert letters("a b\na") == Counter(a=2, b=1)


@pytest.mark.parametrize(("here", "there"), [(Counter(), Counter(a=1)), (Counter(a=1), Counter(a=2))])
def test_nothing_to_compare_is_refused(here, there):
    with pytest.raises(ValueError, match=r"one piece|same piece"):
        log_odds(here, there)


def test_a_prior_of_nothing_is_refused():
    with pytest.raises(ValueError, match="prior must be positive"):
        log_odds(Counter(a=1, b=1), Counter(a=1), prior=0)
