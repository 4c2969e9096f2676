"""What a map forgets is H(X | f(X)): by hand, by law, and by Boltzmann's count."""

from collections import Counter
from math import comb, factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from ladder.math.coarse import (
    COARSENINGS,
    Coarsening,
    compose,
    entropy_lost,
    microstates,
    restoring_bits,
)

texts = st.text(alphabet="aAbBéÉ09.,! ñÑ", min_size=1, max_size=80)
maps = st.lists(st.sampled_from(list(COARSENINGS.values())), max_size=4).map(compose)
LOWER = COARSENINGS["lower"]


def test_lower_case_by_hand():
    # X uniform on a, A, b, B: 2 bits; lower case keeps one of them.
    assert entropy_lost("aAbB", LOWER) == pytest.approx((2, 1, 1, 0))


def test_dropping_half_of_all_characters_also_loses_their_places():
    loss = entropy_lost("a.a.", COARSENINGS["punctuation"])
    assert loss == pytest.approx((1, 1, 0, 1))


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [
        ("lower", "ÀÉ ΟΔΟΣ İ", "àé οδοσ i̇"),
        ("accents", "Ça résumé ñ ø 한", "Ca resume n ø 한"),
        ("digits", "1984 ٣ ½", "0000 0 ½"),
        ("punctuation", "“Well,” he—said. $5", "Well hesaid $5"),
    ],
)
def test_maps_by_hand(key, before, after):
    assert COARSENINGS[key].apply(before) == after


@given(texts, maps)
def test_the_chain_rule_holds(text, f):
    loss = entropy_lost(text, f)
    assert pytest.approx(loss.H_fX + loss.H_X_given_fX, abs=1e-12) == loss.H_X
    assert loss.H_X_given_fX >= 0
    assert 0 <= loss.H_place <= loss.H_fX + 1e-12


@given(texts, maps)
def test_the_parts_are_what_scipy_finds(text, f):
    loss = entropy_lost(text, f)
    assert pytest.approx(scipy_entropy(list(Counter(text).values()), base=2), abs=1e-12) == loss.H_X
    coarse = Counter(f.of(c) for c in text)
    assert pytest.approx(scipy_entropy(list(coarse.values()), base=2), abs=1e-12) == loss.H_fX


@given(texts, maps)
def test_the_multiplicities_factor(text, f):
    count = microstates(text, f)
    assert count.ln_W_X == pytest.approx(count.ln_W_fX + count.ln_Omega, abs=1e-9)
    assert count.ln_Omega <= count.ln_preimages + 1e-9


def test_microstates_by_hand():
    # aaAb: 4!/(2! 1! 1!) = 12 orders; as aaab 4; so 3 orders of each look the same: which a is large.
    count = microstates("aaAb", LOWER)
    assert np.exp(count) == pytest.approx([factorial(4) / 2, comb(4, 1), 3, 2**3])


def test_boltzmann_tends_to_shannon():
    gaps = [
        entropy_lost("aAAb" * n, LOWER).H_X_given_fX - microstates("aAAb" * n, LOWER).ln_Omega / (4 * n) / log(2)
        for n in (10, 100, 1000)
    ]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    assert gaps[2] < 0.002


def test_restoring_by_hand():
    # a: 1/2 of 1; A: 1/2 of 2; A: 3/2 of 3, and "." has no choice
    assert restoring_bits("a.AA", LOWER, radius=0) == pytest.approx(-np.log2(1 / 2 * 1 / 4 * 3 / 6) / 4)
    # with a neighbour each stands somewhere new: one bit each
    assert restoring_bits("a.AA", LOWER, radius=1) == pytest.approx(3 / 4)


@given(texts, maps, st.integers(0, 2))
def test_restoring_costs_what_is_lost_and_some_learning(text, f, radius):
    windows = [tuple(f.of(c) for c in text[max(0, t - radius) : t + radius + 1]) for t in range(len(text))]
    padded = [(min(t, radius), min(len(text) - 1 - t, radius), window) for t, window in enumerate(windows)]
    together, alone = Counter(zip(padded, text, strict=True)), Counter(padded)
    lost = sum(n * np.log2(alone[window] / n) for (window, _), n in together.items()) / len(text)
    assert restoring_bits(text, f, radius=radius) >= lost - 1e-9


@given(texts, maps)
def test_restoring_is_the_product_of_what_was_foretold(text, f):
    members = Counter(f.of(c) for c in set(text))
    seen: Counter = Counter()
    bits = 0.0
    for c in text:
        y = f.of(c)
        n_y = sum(n for x, n in seen.items() if f.of(x) == y)
        bits -= np.log2((seen[c] + 0.5) / (n_y + members[y] / 2))
        seen[c] += 1
    assert restoring_bits(text, f, radius=0) == pytest.approx(bits / len(text), abs=1e-9)


def test_restoring_a_long_text_costs_no_more_than_what_is_lost():
    text = "aAAb" * 5000
    assert restoring_bits(text, LOWER, radius=0) == pytest.approx(entropy_lost(text, LOWER).H_X_given_fX, abs=0.002)


def test_neighbours_that_know_nothing_give_nothing_back():
    rng = np.random.default_rng(3)
    text = "".join(rng.choice(list("aAbBcCdDeEfF"), size=3000))
    prices = [restoring_bits(text, LOWER, radius=radius) for radius in (0, 1, 2)]
    assert prices[0] == min(prices)


def test_context_looks_both_ways():
    # The mark after a letter tells its case, the one before tells nothing; then the other way round.
    blocks = ["A!", "a?"] * 100 + ["a?", "a?", "A!", "A!"] * 100
    after = "".join(blocks)
    before = "".join(block[::-1] for block in blocks)
    for text in (after, before):
        assert restoring_bits(text, LOWER, radius=0) > 0.49
        assert restoring_bits(text, LOWER, radius=1) < 0.04


def test_restoring_is_the_same_by_table_and_by_sorting(monkeypatch):
    text = "aAbB. Ab" * 9 + "bA"
    by_table = restoring_bits(text, LOWER, radius=2)
    monkeypatch.setattr("ladder.math.coarse.LARGEST_TABLE", 0)
    assert restoring_bits(text, LOWER, radius=2) == pytest.approx(by_table)


def test_forgetting_nothing_costs_nothing():
    assert entropy_lost("aAbB", compose([])) == pytest.approx((2, 2, 0, 0))


def test_forgetting_everything_costs_everything():
    blank = Coarsening("blank", "all the same", lambda c: "x")
    assert entropy_lost("aAbB", blank) == pytest.approx((2, 0, 2, 0))


@given(texts)
def test_composing_is_applying_one_after_the_other(text):
    chain = [COARSENINGS["accents"], COARSENINGS["lower"], COARSENINGS["punctuation"]]
    expected = text
    for f in chain:
        expected = f.apply(expected)
    assert compose(chain).apply(text) == expected


def test_an_empty_text_and_a_negative_radius_are_refused():
    with pytest.raises(ValueError, match="empty"):
        entropy_lost("", LOWER)
    with pytest.raises(ValueError, match="-1"):
        restoring_bits("a", LOWER, radius=-1)
