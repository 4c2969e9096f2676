from hypothesis import given
from hypothesis import strategies as st

from ladder.reality.hexdump import byte_marks, mark


def test_a_row_by_hand():
    assert byte_marks("hé \n".encode(), 0, 5) == ["h", "é", "▸", "␣", "⏎"]


@given(st.binary(min_size=1, max_size=200), st.data())
def test_every_byte_has_a_mark(data, chance):
    start = chance.draw(st.integers(0, len(data) - 1))
    stop = chance.draw(st.integers(start, len(data)))
    assert len(byte_marks(data, start, stop)) == stop - start


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60), st.data())
def test_where_a_view_begins_does_not_change_the_marks(text, chance):
    data = text.encode()
    start = chance.draw(st.integers(0, len(data) - 1))
    assert byte_marks(data, start, len(data)) == byte_marks(data, 0, len(data))[start:]


def test_nothing_invisible_or_active_stands_in_a_cell():
    assert mark("\0") == "␀"
    assert mark("\u202e") == "·"
    assert mark("\udcff") == "�"
    assert mark("\u0301") == "◌\u0301"
