from collections import Counter
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.reality import SOURCES
from ladder.reality.orders import ORDERS, byte_symbols, count, entropies, held_out_surprisals
from ladder.reality.sources import draw

# From this order on, H_k is the source's entropy rate.
MEMORY = {"coin": 0, "markov": 1, "random": 0, "periodic": 1}


def conditional_entropy_of(data: bytes, order: int) -> float:
    """The plain way: count with dictionaries."""
    runs = Counter(data[t - order : t + 1] for t in range(order, len(data)))
    contexts = Counter(data[t - order : t] for t in range(order, len(data)))
    n = len(data) - order
    return -sum(c / n * log2(c / contexts[run[:-1]]) for run, c in runs.items())


def bits(table, order, estimator):
    return table.query("order == @order and estimator == @estimator").bits.item()


def test_abab_is_one_bit_without_memory_and_none_with_it():
    table = entropies(b"ab" * 50)
    assert bits(table, 0, "plug-in") == pytest.approx(1, abs=1e-12)
    assert bits(table, 1, "plug-in") == pytest.approx(0, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=3, max_size=300), st.sampled_from(ORDERS))
def test_plug_in_is_what_counting_with_dictionaries_gives(data, order):
    assert bits(entropies(data), order, "plug-in") == pytest.approx(conditional_entropy_of(data, order), abs=1e-9)


@settings(deadline=None, max_examples=30)
@given(st.binary(min_size=3, max_size=300), st.sampled_from(ORDERS))
def test_the_mean_surprisal_is_the_plug_in(data, order):
    surprisals = count(byte_symbols(data), order).surprisals
    assert surprisals.mean() == pytest.approx(conditional_entropy_of(data, order), abs=1e-9)
    assert (surprisals >= 0).all()


def witten_bell(past: bytes, context: bytes, byte: int) -> float:
    """q(byte | context) by the recursion in the docstring, with dictionaries."""
    shorter = witten_bell(past, context[1:], byte) if context else 1 / 256
    k = len(context)
    followers = Counter(past[t] for t in range(k, len(past)) if past[t - k : t] == context)
    total = followers.total()
    return (followers[byte] + len(followers) * shorter) / (total + len(followers)) if total else shorter


@settings(deadline=None, max_examples=15)
@given(st.text("abc", min_size=20, max_size=60), st.sampled_from(ORDERS))
def test_the_held_out_price_is_that_of_the_plain_recursion(text, order):
    data = text.encode()
    symbols = byte_symbols(data)
    found = held_out_surprisals([count(symbols, k) for k in range(order + 1)])
    cut = round(0.9 * len(data))
    plain = [-log2(witten_bell(data[:cut], data[t - order : t], data[t])) for t in range(cut, len(data))]
    np.testing.assert_allclose(found, plain, rtol=1e-12)


@pytest.mark.parametrize("n", [2_000, 20_000, 200_000])
@pytest.mark.parametrize("key", MEMORY)
def test_known_rates_lie_within_the_error_bars(key, n):
    inside = []
    for seed in range(10):
        table = entropies(draw(key, n=n, seed=seed)).query("trusted and estimator != 'held-out'")
        table = table[table.order >= MEMORY[key]]
        rate = SOURCES[key].entropy_rate
        inside += list((table.low - 1e-9 <= rate) & (rate <= table.high + 1e-9))
    assert inside
    assert np.mean(inside) >= 0.88  # bars of 95 %, ten seeds


@pytest.mark.parametrize("key", [*MEMORY, "monkey"])
@pytest.mark.parametrize("order", ORDERS)
def test_the_truth_lies_between_plug_in_and_held_out(key, order):
    """On average over draws: the plug-in is too low, the held-out price too high."""
    tables = [entropies(draw(key, n=5_000, seed=seed)) for seed in range(20)]
    low = np.mean([bits(table, order, "plug-in") for table in tables])
    high = [bits(table, order, "held-out") for table in tables]
    rate = SOURCES[key].entropy_rate
    if order >= MEMORY.get(key, 99):
        assert low <= rate + 1e-9
    assert rate <= np.mean(high) + 2 * np.std(high) / np.sqrt(20)


def test_an_order_that_the_text_is_too_thin_for_is_not_trusted():
    table = entropies(draw("random", n=20_000))
    assert table.query("order == 0").trusted.all()
    assert not table.query("order == 2 and estimator != 'held-out'").trusted.any()


@pytest.mark.parametrize("data", [b"a", b"ab", b"abc", b"\0\xff", b"a" * 1000, bytes(range(256))])
def test_short_and_dull_texts_have_finite_estimates(data):
    table = entropies(data)
    assert np.isfinite(table.bits).all()
    assert set(table.order) == set(range(min(3, len(data))))


def test_no_data_is_refused():
    with pytest.raises(ValueError, match="at least one byte"):
        entropies(b"")
