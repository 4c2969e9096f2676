import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sql
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.reality import Corpus, Store, address_of, load_sample, to_text
from ladder.reality.store import pack, unpack, uploads


@pytest.fixture
def store(tmp_path):
    with_room = Store(tmp_path, max_corpus=10_000, max_store=100_000)
    yield with_room
    with_room.close()


def test_what_is_put_in_comes_out(store):
    corpus = Corpus("näme", ("one\n", "", "two"), ("a", "b", "c"), ("a note",))
    address = store.put(corpus)
    assert store.get(address) == corpus
    assert address == address_of(corpus) == hashlib.sha256(pack(corpus)).hexdigest()


texts = st.lists(st.binary(max_size=40).map(to_text) | st.text(st.characters(exclude_categories=["Cs"])), min_size=1)


@settings(deadline=None)
@given(texts.filter(any))
def test_a_container_gives_back_any_corpus(documents):
    corpus = Corpus("x", tuple(documents), tuple(map(str, range(len(documents)))))
    assert unpack(pack(corpus)) == corpus
    assert unpack(pack(corpus)).data == corpus.data


def test_the_same_bytes_in_other_documents_are_another_corpus(store):
    one, two = Corpus("x", ("ab",), ("t",)), Corpus("x", ("a", "b"), ("t", "u"))
    assert one.sha == two.sha
    assert store.put(one) != store.put(two)
    assert len(store.get(address_of(two)).documents) == 2


def test_a_restart_loses_nothing(store, tmp_path):
    address = store.put(Corpus.of("x", "hello"))
    again = Store(tmp_path)
    assert again.get(address).text == "hello"
    assert [entry.name for entry in again.recent(5)] == ["x"]
    again.close()


def test_a_lost_index_loses_no_text(store, tmp_path):
    address = store.put(Corpus.of("x", "hello"))
    store.close()
    for file in tmp_path.glob("index.sqlite*"):
        file.unlink()
    again = Store(tmp_path)
    assert again.get(address).text == "hello"
    assert len(again.recent(5)) == 1
    again.close()


def test_a_damaged_file_is_noticed(store):
    address = store.put(Corpus.of("x", "hello"))
    path = store._path(address)
    good = path.read_bytes()
    other = store._path(store.put(Corpus.of("x", "hallo"))).read_bytes()
    for damaged in (good[:-1], b"", bytes([good[0] ^ 1]) + good[1:], other):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="damaged"):
            store.get(address)


def test_an_absent_text_is_a_key_error_with_a_sentence(store):
    with pytest.raises(KeyError, match="Upload it again"):
        store.get("0" * 64)


@pytest.mark.parametrize("address", ["", "../../etc/passwd", "0" * 63, "G" * 64, "0" * 64 + "\n", "A" * 64])
def test_what_is_no_address_never_becomes_a_path(store, address):
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.get(address)
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.forget(address)


def test_too_large_a_text_and_a_full_store_are_refused(store):
    with pytest.raises(ValueError, match="more than 10,000"):
        store.put(Corpus.of("x", "a" * 10_001))
    for i in range(10):
        store.put(Corpus.of(f"{i}", "a" * 10_000))
    with pytest.raises(ValueError, match="store is full"):
        store.put(Corpus.of("one more", "a"))
    store.put(Corpus.of("0", "a" * 10_000))  # what is there already takes no room


def test_forgetting_and_expiring_remove_file_and_entry(store):
    kept, old = store.put(Corpus.of("kept", "a")), store.put(Corpus.of("old", "b"))
    with store._engine.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=31)
        connection.execute(sql.update(uploads).where(uploads.c.address == old).values(last_used=long_ago))
    assert store.expire(days=30) == 1
    assert [entry.address for entry in store.recent(9)] == [kept]
    store.forget(kept)
    store.forget(kept)
    assert store.recent(9) == []
    assert list(store.folder.rglob("*.zst")) == []


def test_recent_is_newest_first(store):
    addresses = [store.put(Corpus.of(str(i), "a")) for i in range(4)]
    store.get(addresses[0])
    assert [entry.name for entry in store.recent(2)] == ["0", "3"]


def test_thirty_writers_at_once_lose_nothing(store):
    errors: list[Exception] = []
    start = threading.Barrier(30)

    def write(i: int) -> None:
        try:
            start.wait()
            for text in ("shared", f"own {i}"):
                corpus = Corpus.of(text, text)
                assert store.get(store.put(corpus)) == corpus
        except Exception as error:  # a thread's errors are seen by nobody else
            errors.append(error)

    threads = [threading.Thread(target=write, args=(i,)) for i in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(store.recent(99)) == 31


def test_nothing_half_written_is_left_when_the_disk_is_full(store, monkeypatch):
    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(Corpus.of("x", "hello"))
    assert [path for path in store.folder.rglob("*") if path.is_file() and "index" not in path.name] == []


def test_the_environment_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("LADDER_DATA", str(tmp_path / "here"))
    monkeypatch.setenv("LADDER_DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    store = Store()
    address = store.put(load_sample("hafez"))
    assert (tmp_path / "here" / "uploads" / address[:2] / f"{address}.zst").is_file()
    assert (tmp_path / "elsewhere.sqlite").is_file()
    store.close()
