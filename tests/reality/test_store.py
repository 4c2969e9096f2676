import errno
import hashlib
import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sql
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.reality import Corpus, Store, address_of, load_sample, to_text
from ladder.reality.index import Index, IndexTrouble
from ladder.reality.store import metadata, pack, unpack, uploads


@pytest.fixture
def store(tmp_path, database_url):
    """A store with little room, in SQLite and in PostgreSQL: every test below holds for both."""
    with_room = Store(tmp_path, database_url, max_corpus=10_000, max_store=100_000)
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


def test_a_restart_loses_nothing(store, tmp_path, database_url):
    address = store.put(Corpus.of("x", "hello"))
    again = Store(tmp_path, database_url)
    assert again.get(address).text == "hello"
    assert [entry.name for entry in again.recent(5)] == ["x"]
    again.close()


def test_a_lost_index_loses_no_text(tmp_path):
    store = Store(tmp_path)
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
    assert store.put(Corpus.of("x", "hello")) == address  # as the sentence says: upload it again
    assert store.get(address).text == "hello"


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
    with store._index.begin(metadata) as connection:
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


WRITERS = """
import sys, threading
from ladder.reality import Corpus, Store
folder, url, process = sys.argv[1], sys.argv[2] or None, sys.argv[3]
store = Store(folder, url)
def write(i):
    for text in ("shared", f"own {process} {i}"):
        corpus = Corpus.of(text, text)
        assert store.get(store.put(corpus)) == corpus
        store.guesses.add("a" * 64, place=0, rank=1)
    done.append(i)
done = []
threads = [threading.Thread(target=write, args=(i,)) for i in range(10)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(len(done) != 10)
"""


def test_thirty_writers_in_three_processes_lose_nothing(tmp_path, database_url):
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITERS, str(tmp_path), database_url or "", str(i)]) for i in range(3)
    ]
    assert [process.wait() for process in processes] == [0] * 3
    store = Store(tmp_path, database_url)
    assert store.n() == 31
    assert store.guesses.n("a" * 64) == 60
    store.close()


def files_in(store: Store) -> list[str]:
    return [path.name for path in store.folder.rglob("*") if path.is_file() and "index" not in path.name]


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EROFS, errno.EIO])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_refuses_gets_one_sentence_and_nothing_half_written(store, monkeypatch, trouble, step):
    older = store.put(Corpus.of("older", "hello"))

    def refuse(*_: object) -> None:
        raise OSError(trouble, os.strerror(trouble))

    with monkeypatch.context() as patched:
        patched.setattr(os, step, refuse)
        with pytest.raises(ValueError, match=f"cannot write the text down .{os.strerror(trouble)}"):
            store.put(Corpus.of("newer", "hullo"))
    assert files_in(store) == [f"{older}.zst"]
    assert store.get(older).text == "hello"
    assert store.get(store.put(Corpus.of("newer", "hullo"))).text == "hullo"


FULL = """
import resource, sys
from ladder.reality import Corpus, Store
store = Store(sys.argv[1])
older = store.put(Corpus.of("older", "hello"))
import random, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
long = Corpus.of("long", random.Random(0).randbytes(200_000).hex())
try:
    store.put(long)
except ValueError as refusal:
    sys.stdout.write(str(refusal))
assert store.get(older).text == "hello"
assert not store.has(__import__("ladder.reality", fromlist=["address_of"]).address_of(long))
"""


def test_a_real_limit_of_the_disk_gets_the_sentence(tmp_path):
    done = subprocess.run([sys.executable, "-c", FULL, str(tmp_path)], capture_output=True, text=True, check=True)
    assert "cannot write the text down (File too large)" in done.stdout


def test_an_index_that_fails_leaves_links_alive_and_says_so(store, monkeypatch):
    older = store.put(Corpus.of("older", "hello"))

    def refuse(*_: object, **__: object) -> None:
        raise sql.exc.OperationalError("INSERT", {}, Exception("attempt to write a readonly database"))

    with monkeypatch.context() as patched:
        patched.setattr(store._index._engine, "begin", refuse)
        assert store.get(older).text == "hello"
        store.touch(older)
        for ask in (lambda: store.put(Corpus.of("newer", "hullo")), lambda: store.recent(3), store.size):
            with pytest.raises(IndexTrouble, match="samples and links work"):
                ask()
    assert store.n() == 1  # once it is back it is used again


def test_a_database_that_is_away_leaves_links_alive(tmp_path):
    here = Store(tmp_path)
    address = here.put(Corpus.of("x", "hello"))
    here.close()
    away = Store(tmp_path, "postgresql+psycopg://nobody@127.0.0.1:9/nothing")
    assert away.get(address).text == "hello"
    with pytest.raises(IndexTrouble):
        away.put(Corpus.of("y", "hullo"))
    away.close()


@pytest.mark.parametrize("damage", [b"this is no database at all" * 99, b"SQLite format 3\0" + bytes(4096)])
def test_a_corrupt_index_is_set_aside_and_no_text_is_lost(tmp_path, damage):
    store = Store(tmp_path)
    address = store.put(Corpus.of("x", "hello"))
    store.close()
    for file in tmp_path.glob("index.sqlite-*"):
        file.unlink()
    (tmp_path / "index.sqlite").write_bytes(damage)
    again = Store(tmp_path)
    assert again.get(address).text == "hello"
    assert again.put(Corpus.of("y", "hullo"))
    assert again.n() == 2
    assert (tmp_path / "index.sqlite.damaged").read_bytes() == damage
    again.close()


def test_a_text_that_the_index_has_lost_expires_all_the_same(store):
    address = store.put(Corpus.of("x", "hello"))
    with store._index.begin(metadata) as connection:
        connection.execute(sql.delete(uploads))
    assert store.expire(days=30) == 0
    long_ago = time.time() - 31 * 86_400
    os.utime(store._path(address), (long_ago, long_ago))
    assert store.expire(days=30) == 1
    assert files_in(store) == []


def test_what_a_crash_left_half_written_goes_once_it_is_old(store):
    address = store.put(Corpus.of("x", "hello"))
    young, old = store._path(address).parent / ".young", store._path(address).parent / ".old"
    for half in (young, old):
        half.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    store.expire(days=30)
    assert young.exists()
    assert not old.exists()


@pytest.mark.parametrize("moment", ["unlink", "row", "compact"])
def test_a_forgetting_that_was_killed_shows_nothing_and_is_finished_after_the_restart(tmp_path, monkeypatch, moment):
    killed = Store(tmp_path)
    address = killed.put(Corpus.of("secret", "the quokka sleeps"))
    place = {"unlink": (Path, "unlink"), "row": (Index, "begin"), "compact": (Index, "compact")}[moment]

    def dies(*args, **named):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(*place, dies)
        with pytest.raises(KeyboardInterrupt):
            killed.forget(address)
    again = Store(tmp_path)
    assert not again.has(address)
    with pytest.raises(KeyError):
        again.get(address)
    again.expire()
    assert again.n() == 0
    assert [path.name for path in tmp_path.rglob("*") if address[:64] in path.name] == []


def test_forgetting_leaves_not_a_byte_on_disk(tmp_path):
    store = Store(tmp_path)
    kept = store.put(Corpus.of("another name", "another text"))
    name, secret = "Zanzibar-Quokka.txt", "the quokka of Zanzibar sleeps"
    address = store.put(Corpus.of(name, secret))
    store.guesses.add("a" * 64, place=0, rank=1)
    assert any(name.encode() in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    store.forget(address)
    for path in [path for path in tmp_path.rglob("*") if path.is_file()]:
        content = path.read_bytes()
        assert address not in path.name
        for trace in (name, secret, address, "quokka"):
            assert trace.encode() not in content, f"{path.name} still holds {trace}"
    with pytest.raises(KeyError, match="not here"):
        store.get(address)
    assert store.get(kept).text == "another text"
    store.close()


@pytest.mark.parametrize(
    "name", ["'; DROP TABLE uploads; --", "nul\0nul", '"quoted"', "\u202eexe.txt", "\udcff", "n" * 10_000_000]
)
def test_no_name_reaches_sql_as_anything_but_a_name(store, name):
    address = store.put(Corpus.of(name, "hello"))
    assert store.get(address).name == name
    assert store.n() == 1
    assert len(store.recent(1)[0].name) <= 400


def test_an_address_has_256_bits_and_every_one_counts():
    addresses = {address_of(Corpus.of("x", f"{i}")) for i in range(1000)}
    assert {len(address) for address in addresses} == {64}
    assert len({address[:16] for address in addresses}) == 1000


def test_the_environment_says_where(tmp_path, monkeypatch):
    monkeypatch.setenv("LADDER_DATA", str(tmp_path / "here"))
    monkeypatch.setenv("LADDER_DATABASE_URL", f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    store = Store()
    address = store.put(load_sample("hafez"))
    assert (tmp_path / "here" / "uploads" / address[:2] / f"{address}.zst").is_file()
    assert (tmp_path / "elsewhere.sqlite").is_file()
    store.close()


def test_the_stock_counts_and_says_what_will_expire(store, tmp_path):
    assert store.stock()[:2] == (0, 0)
    assert store.stock().oldest is None
    fresh, old = store.put(Corpus.of("fresh", "abc")), store.put(Corpus.of("old", "abcdefg"))
    with store._index.begin(metadata) as connection:
        long_ago = datetime.now(UTC) - timedelta(days=25)
        connection.execute(uploads.update().where(uploads.c.address == old).values(last_used=long_ago))
    stock = store.stock(days=30, within=7)
    assert (stock.texts, stock.bytes, stock.expiring) == (2, 10, 1)
    assert abs(stock.oldest - long_ago) < timedelta(seconds=1)
    assert store.stock(days=30, within=4).expiring == 0
    assert stock.on_disk >= sum(path.stat().st_size for path in tmp_path.rglob("*.zst")) > 0
    assert stock.free > 0
    assert fresh not in str(stock)
