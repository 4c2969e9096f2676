import pytest
import sqlalchemy as sql

from ladder.reality import Store
from ladder.reality.guesses import guesses


def test_a_class_pools_its_guesses_text_by_text(tmp_path):
    one, other = Store(tmp_path).guesses, Store(tmp_path).guesses
    for place, rank in enumerate([1, 3, 1]):
        one.add("a" * 64, place=place, rank=rank)
    other.add("a" * 64, place=0, rank=2)
    other.add("b" * 64, place=0, rank=9)
    assert one.counts("a" * 64).tolist() == [2, 1, 1]
    assert one.n("a" * 64) == 4
    assert one.counts("c" * 64).tolist() == []


def test_guesses_survive_a_restart(tmp_path):
    store = Store(tmp_path)
    store.guesses.add("a" * 64, place=5, rank=1)
    store.close()
    assert Store(tmp_path).guesses.n("a" * 64) == 1


def test_nothing_says_who_guessed_or_when():
    assert {column.name for column in guesses.columns} == {"id", "corpus", "place", "rank"}


@pytest.mark.parametrize(("place", "rank"), [(0, 0), (0, -1), (0, 10**9), (-1, 1)])
def test_no_such_rank_is_refused(tmp_path, place, rank):
    with pytest.raises(ValueError, match="rank must lie"):
        Store(tmp_path).guesses.add("a", place=place, rank=rank)


def test_a_text_takes_no_guesses_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("ladder.reality.guesses.MOST_GUESSES", 2)
    pool = Store(tmp_path).guesses
    for _ in range(2):
        pool.add("a", place=0, rank=1)
    with pytest.raises(ValueError, match="enough"):
        pool.add("a", place=0, rank=1)


def test_an_old_database_without_the_table_gets_it(tmp_path):
    Store(tmp_path).guesses.n("a")
    engine = sql.create_engine(f"sqlite:///{tmp_path / 'index.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sql.text("DROP TABLE guesses"))
    engine.dispose()
    assert Store(tmp_path).guesses.n("a") == 0
