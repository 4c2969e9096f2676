import numpy as np
import pytest

from ladder.geometry.rows import Rows, blocks, spread

TABLE = np.arange(35.0).reshape(7, 5)


@pytest.fixture
def asked():
    return []


@pytest.fixture
def rows(asked):
    def make(places):
        asked.append(places)
        return TABLE[places]

    return Rows(make, TABLE.shape)


@pytest.mark.parametrize(
    "key",
    [3, -1, np.int64(2), slice(1, 6, 2), np.array([6, 0, 0]), (2, 4), (slice(1, 3), slice(0, 2)), ([1, 2], slice(3))],
)
def test_rows_are_indexed_like_an_array(rows, key):
    expected = TABLE[key[0]][..., key[1]] if isinstance(key, tuple) else TABLE[key]
    assert (rows[key] == expected).all()


def test_only_what_is_asked_for_is_computed(rows, asked):
    assert rows[-1, 2] == 32
    assert asked == [slice(6, 7)]
    assert (rows[[4, 1]] == TABLE[[4, 1]]).all()
    assert asked[1].tolist() == [4, 1]
    with pytest.raises(IndexError):
        rows[7]


def test_rows_are_an_array_where_one_is_wanted(rows):
    assert (np.asarray(rows) == TABLE).all()
    assert np.asarray(rows, dtype=np.float32).dtype == np.float32
    assert len(list(rows)) == len(rows) == 7


def test_many_rows_are_computed_block_by_block(rows, asked, monkeypatch):
    monkeypatch.setattr("ladder.geometry.rows.NUMBERS", 10)
    assert (rows[1:6] == TABLE[1:6]).all()
    assert [places.tolist() for places in asked] == [[1, 2], [3, 4], [5]]
    assert rows[3:3].shape == (0, 5)


@pytest.mark.parametrize(("n", "m"), [(0, 5), (1, 1), (10, 1 << 19), (3, 1 << 21)])
def test_blocks_hold_every_row_once(n, m):
    assert [row for block in blocks(n, m) for row in range(n)[block]] == list(range(n))


@pytest.mark.parametrize(("n", "most"), [(0, 3), (1, 3), (3, 3), (10, 3), (8192, 1025)])
def test_places_are_spread_evenly_from_the_first_to_the_last(n, most):
    places = spread(n, most)
    assert len(places) == min(n, most)
    if n:
        assert (places[0], places[-1]) == (0, n - 1)
        assert np.ptp(np.diff(places)) <= 1 if len(places) > 2 else True
