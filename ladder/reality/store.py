"""Uploads, kept: each under the hash of what it is, so that a link finds it again.

    put(corpus) -> address       64 hex digits; the same corpus has the same address everywhere
    get(address) -> Corpus       after checking that it still hashes to its address

A corpus is more than its bytes: the same text cut into other documents is another corpus. So the
address is the SHA-256 of a container that holds documents, titles, name and notes, while
`Corpus.sha` is that of the data alone. Files are written aside and moved into place; the index
in SQLite (or where `LADDER_DATABASE_URL` points) only says what there is and when it was used:
where it fails, a link still finds its text.
"""

import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sql
import zstandard

from ladder.reality.corpus import Corpus
from ladder.reality.guesses import GuessPool
from ladder.reality.index import DAMAGED, Index, IndexTrouble
from ladder.settings import DATA, DATABASE_URL, value_of

log = logging.getLogger(__name__)

MAX_CORPUS = 60_000_000  # bytes of text in one corpus
MAX_STORE = 5_000_000_000  # bytes of text in all of them
ADDRESS = re.compile(r"[0-9a-f]{64}")
FORGOTTEN = "forgotten"  # the folder of marks
HALF_A_FILE = 3600  # seconds: an upload that is still being written is younger

metadata = sql.MetaData()
uploads = sql.Table(
    "uploads",
    metadata,
    sql.Column("address", sql.String(64), primary_key=True),
    sql.Column("name", sql.Unicode(400), nullable=False),
    sql.Column("bytes", sql.BigInteger, nullable=False),
    sql.Column("documents", sql.Integer, nullable=False),
    sql.Column("created", sql.DateTime(timezone=True), nullable=False),
    sql.Column("last_used", sql.DateTime(timezone=True), nullable=False, index=True),
)


class Entry(NamedTuple):
    """What the index knows of one upload."""

    address: str
    name: str
    bytes: int
    documents: int
    created: datetime
    last_used: datetime


class Stock(NamedTuple):
    """What a store holds, without a name or an address."""

    texts: int
    bytes: int  # of text
    on_disk: int  # bytes, packed
    free: int  # bytes of disk
    oldest: datetime | None  # when what lies longest unused was last used
    expiring: int  # texts that will be forgotten within a week unless somebody reads them


def pack(corpus: Corpus) -> bytes:
    """The container of a corpus: the same bytes for the same corpus."""
    parts = {"documents": corpus.documents, "name": corpus.name, "notes": corpus.notes, "titles": corpus.titles}
    # surrogatepass: undecodable bytes stand in the text as lone surrogates, and stay them
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def unpack(container: bytes, address: str = "") -> Corpus:
    """The corpus in a container, which stands at an address."""
    parts = json.loads(container.decode("utf-8", "surrogatepass"))
    return Corpus(parts["name"], tuple(parts["documents"]), tuple(parts["titles"]), tuple(parts["notes"]), address)


def address_of(corpus: Corpus) -> str:
    """The address under which a store keeps a corpus: the SHA-256 of its container, in hex."""
    return hashlib.sha256(pack(corpus)).hexdigest()


class Store:
    """A folder of uploads and its index."""

    def __init__(
        self,
        folder: str | Path | None = None,
        url: str | None = None,
        *,
        max_corpus: int = MAX_CORPUS,
        max_store: int = MAX_STORE,
    ) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self.max_corpus, self.max_store = max_corpus, max_store
        place: str | sql.URL | None = url or value_of(DATABASE_URL)
        if place is None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                log.warning("the folder for uploads cannot be made: %s", error.strerror)
            place = sql.URL.create("sqlite", database=str(self.folder / "index.sqlite"))
        self._index = Index(place)
        self.guesses = GuessPool(self._index)  # the same database keeps what people guessed

    def put(self, corpus: Corpus) -> str:
        """Keep a corpus; its address. Raises ValueError where it or the store would be too large, or the disk fails."""
        size = len(corpus.data)
        if size > self.max_corpus:
            raise ValueError(f"“{corpus.name}” has {size:,} bytes, more than {self.max_corpus:,}. Keep a slice of it.")
        container = pack(corpus)
        address = hashlib.sha256(container).hexdigest()
        path = self._path(address)
        with suppress(OSError):  # who brings a text back wants it, even where an older one is still being forgotten
            self._mark(address).unlink(missing_ok=True)
        if not self._whole(path, address):
            if self.size() + size > self.max_store:
                raise ValueError("The store is full. Ask whoever runs this server to remove old texts.")
            try:
                _write_aside(path, zstandard.ZstdCompressor(level=3).compress(container))
            except OSError as error:
                log.warning("an upload could not be written: %s", error.strerror)
                raise ValueError(
                    f"This server cannot write the text down ({error.strerror or 'disk error'}), so it was not kept. "
                    "Ask whoever runs it to look at its disk; samples and older links still work."
                ) from error
        self._remember(address, corpus)
        return address

    def get(self, address: str) -> Corpus:
        """The corpus at an address. Raises ValueError for a bad address or a damaged file, KeyError for no file."""
        corpus = unpack(self._read(address), address)
        with suppress(IndexTrouble):  # the log has it; the text itself is whole
            self._remember(address, corpus)
        return corpus

    def has(self, address: str) -> bool:
        """Whether there is an upload at an address: one look at the disk."""
        return self._path(address).exists() and not self._mark(address).exists()

    def touch(self, address: str) -> None:
        """Note that an upload was used just now. Raises nothing: nobody waits for it."""
        used = sql.update(uploads).where(uploads.c.address == address).values(last_used=_now())
        with suppress(IndexTrouble), self._index.begin(metadata) as connection:
            connection.execute(used)

    def recent(self, n: int) -> list[Entry]:
        """The n entries used last, newest first."""
        newest = sql.select(uploads).order_by(uploads.c.last_used.desc()).limit(n)
        with self._index.begin(metadata) as connection:
            return [Entry(*row) for row in connection.execute(newest)]

    def forget(self, address: str, guessed: str = "") -> None:
        """Remove an upload, where it is there, and the guesses for it, so that nothing of it is left on disk.

        It is marked first: from then on nobody sees it, whatever fails, and `finish_forgetting` takes it up
        again. Raises OSError or ValueError where something is left to be finished.
        """
        mark = self._mark(address)
        with suppress(OSError):  # a full disk has no room for the mark, but what is there can go
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text(guessed)
        self._path(address).unlink(missing_ok=True)
        for suffix in DAMAGED:  # an index that was set aside may name it
            (self.folder / f"index.sqlite{suffix}").unlink(missing_ok=True)
        if guessed:
            self.guesses.forget(guessed)
        with self._index.begin(metadata) as connection:
            connection.execute(sql.delete(uploads).where(uploads.c.address == address))
        self._index.compact()
        mark.unlink(missing_ok=True)

    def finish_forgetting(self) -> None:
        """Remove what is left of uploads whose removal has failed. Raises as `forget` does."""
        for mark in list((self.folder / FORGOTTEN).glob("*")):
            if ADDRESS.fullmatch(mark.name):
                with suppress(FileNotFoundError):  # somebody has just brought it back, or finished it
                    self.forget(mark.name, mark.read_text())

    def expire(self, *, days: float = 30) -> int:
        """Remove what has not been used for so many days, and what a crash has left half written; how many uploads."""
        with suppress(OSError, IndexTrouble):  # the next hour tries again
            self.finish_forgetting()
        limit = _now() - timedelta(days=days)
        with self._index.begin(metadata) as connection:
            known = {row.address: row.last_used for row in connection.execute(sql.select(uploads))}
        old = [address for address, used in known.items() if _aware(used) < limit]
        for path in self.folder.glob("*/*.zst"):  # an index that was lost has lost their dates, too
            address = path.stem
            if address not in known and ADDRESS.fullmatch(address) and _older(path, limit.timestamp()):
                old.append(address)
        for path in self.folder.glob("*/.*"):
            if _older(path, time.time() - HALF_A_FILE):
                path.unlink(missing_ok=True)
        for address in old:
            self.forget(address)
        return len(old)

    def size(self) -> int:
        """The bytes of text in all uploads."""
        with self._index.begin(metadata) as connection:
            return int(connection.scalar(sql.select(sql.func.coalesce(sql.func.sum(uploads.c.bytes), 0))) or 0)

    def n(self) -> int:
        """How many uploads the index knows."""
        with self._index.begin(metadata) as connection:
            return int(connection.scalar(sql.select(sql.func.count()).select_from(uploads)) or 0)

    def stock(self, *, days: float = 30, within: float = 7) -> Stock:
        """What there is, and what will be forgotten within so many days."""
        limit = _now() - timedelta(days=days - within)
        oldest, old = sql.func.min(uploads.c.last_used), sql.func.count().filter(uploads.c.last_used < limit)
        with self._index.begin(metadata) as connection:
            first, expiring = connection.execute(sql.select(oldest, old).select_from(uploads)).one()
        on_disk = sum(map(_size, self.folder.rglob("*")))
        free = shutil.disk_usage(self.folder).free
        return Stock(self.n(), self.size(), on_disk, free, _aware(first) if first else None, int(expiring))

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    def _read(self, address: str) -> bytes:
        """The container at an address, whole."""
        path = self._path(address)
        try:
            if self._mark(address).exists():
                raise FileNotFoundError
            packed = path.read_bytes()
        except FileNotFoundError:
            raise KeyError("This text is not here (any more). Upload it again, and the same link will work.") from None
        except OSError as error:
            log.warning("an upload could not be read: %s", error.strerror)
            raise ValueError(
                f"This server cannot read the text ({error.strerror or 'disk error'}). Ask whoever runs it to look at "
                "its disk."
            ) from error
        try:
            container = zstandard.ZstdDecompressor().decompress(packed)
        except (zstandard.ZstdError, MemoryError):
            container = b""
        if hashlib.sha256(container).hexdigest() != address:
            raise ValueError("The stored copy of this text is damaged. Upload it again.")
        return container

    def _whole(self, path: Path, address: str) -> bool:
        """Whether the very text is there already: a damaged copy is written anew."""
        if not path.exists():
            return False
        try:
            self._read(address)
        except (ValueError, KeyError):
            return False
        return True

    def _path(self, address: str) -> Path:
        if not ADDRESS.fullmatch(address):
            raise ValueError("An address has 64 hexadecimal digits. Check the link, or choose a text from the list.")
        return self.folder / address[:2] / f"{address}.zst"

    def _mark(self, address: str) -> Path:
        """The file that says that an upload is being forgotten; in it, the name of the guesses for it."""
        return self.folder / FORGOTTEN / self._path(address).stem

    def _remember(self, address: str, corpus: Corpus) -> None:
        """Note that an upload is there and was used just now."""
        used = sql.update(uploads).where(uploads.c.address == address).values(last_used=_now())
        entry = {
            "address": address,
            "name": corpus.name[:400].replace("\0", " ").encode("utf-8", "replace").decode(),
            "bytes": len(corpus.data),
            "documents": len(corpus.documents),
            "created": _now(),
            "last_used": _now(),
        }
        with self._index.begin(metadata) as connection:
            if connection.execute(used).rowcount:
                return
        try:
            with self._index.begin(metadata) as connection:
                connection.execute(sql.insert(uploads).values(entry))
        except sql.exc.IntegrityError:
            pass  # somebody else has just put the same text


def default_folder() -> Path:
    """Where uploads lie: `LADDER_DATA`, or else the user's data directory."""
    import platformdirs

    return Path(value_of(DATA) or platformdirs.user_data_dir("ladder")) / "uploads"


def _write_aside(path: Path, content: bytes) -> None:
    """Write a file under another name and move it into place, so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as aside:
        try:
            aside.write(content)
            aside.flush()
            os.fsync(aside.fileno())
            os.replace(aside.name, path)
        except OSError:
            Path(aside.name).unlink()
            raise


def _now() -> datetime:
    return datetime.now(UTC)


def _aware(moment: datetime) -> datetime:
    """The moment with its time zone, which SQLite does not keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _size(path: Path) -> int:
    """A file's bytes; none of a folder, or of what has just gone."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0


def _older(path: Path, limit: float) -> bool:
    """Whether a file was written before a moment; a file that has just gone is not."""
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False
