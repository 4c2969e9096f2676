import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.reality.along import MOST_POINTS, entropy_along, surprise_along
from ladder.reality.bias import plug_in
from ladder.reality.orders import byte_symbols, count


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=1, max_size=500), st.data())
def test_every_window_has_the_entropy_of_its_own_bytes(data, chance):
    window = chance.draw(st.integers(1, len(data)))
    table = entropy_along(data, window=window, points=chance.draw(st.integers(1, 50)))
    assert len(table)
    for row in table.itertuples():
        assert 0 <= row.start < row.stop <= len(data)
        assert window / 2 <= row.stop - row.start <= window
        piece = np.frombuffer(data[row.start : row.stop], dtype=np.uint8)
        assert row.bits == pytest.approx(plug_in(np.bincount(piece)), abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.binary(min_size=3, max_size=300))
def test_one_window_over_all_costs_the_conditional_entropy(data):
    table = surprise_along(data, window=len(data))
    total = count(byte_symbols(data), 2).surprisals.sum()
    assert table.bits.tolist() == pytest.approx([total / len(data)])


def test_the_entropy_jumps_where_another_text_begins():
    table = entropy_along(b"ab" * 5000 + bytes(range(256)) * 40, window=512)
    assert table[table.stop <= 10_000].bits.max() == pytest.approx(1, abs=1e-4)
    assert table[table.start >= 10_000].bits.min() == pytest.approx(8, abs=0.05)


def test_a_large_text_has_few_points_and_they_reach_its_end():
    table = entropy_along(bytes(1_000_000), window=10_000)
    assert len(table) <= 2 * MOST_POINTS
    assert table.stop.max() >= 1_000_000 - 10_000


@pytest.mark.parametrize("window", [0, -1, 4])
def test_a_window_that_does_not_fit_is_refused(window):
    with pytest.raises(ValueError, match="window must have 1 to 3 bytes"):
        entropy_along(b"abc", window=window)
