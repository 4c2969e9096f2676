"""The database beside the uploads, which may fail without taking the texts along.

    with index.begin(metadata) as connection: ...      one transaction on tables that are there

It is opened when it is first needed, and again after every failure, so that a database that comes
back is used again. Whatever goes wrong becomes one sentence; the log says what it was. An SQLite
file that is damaged is set aside, and a new one begun: the uploads themselves do not need it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.pool import NullPool

log = logging.getLogger(__name__)

SECONDS_TO_WAIT = 30  # for another writer
SECONDS_TO_CONNECT = 10
DAMAGED = (".damaged", ".damaged-wal", ".damaged-shm")


class IndexTrouble(ValueError):
    """The database cannot be read or written; the sentence is for the person who asked."""


class Index:
    """A database, by its URL."""

    def __init__(self, url: str | sql.URL) -> None:
        self._engine = _engine(url)
        self._made: set[int] = set()  # the tables that are known to be there
        self._file = Path(self._engine.url.database or "") if self._engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self, metadata: sql.MetaData) -> Iterator[sql.Connection]:
        """A transaction. Raises IndexTrouble where there can be none, IntegrityError where a row is there already."""
        with self._trouble():
            if id(metadata) not in self._made:
                self._make(metadata)
            with self._engine.begin() as connection:
                yield connection

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Whatever the database fails with becomes IndexTrouble."""
        try:
            yield
        except sql.exc.IntegrityError:
            raise
        except (sql.exc.SQLAlchemyError, OSError) as error:
            self._made.clear()
            log.warning("the index of uploads failed: %s", type(error).__name__)
            raise IndexTrouble(
                "The list of uploads cannot be read or written just now: samples and links work, but nothing new is "
                "kept. Ask whoever runs this server to look at its disk and its log."
            ) from error

    def compact(self) -> None:
        """Leave nothing on disk of rows that are gone. Raises IndexTrouble."""
        with self._trouble():
            if self._file is not None:
                with self._engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                return
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for table in sql.inspect(connection).get_table_names():
                    if table in ("uploads", "guesses"):
                        connection.exec_driver_sql(f"VACUUM {table}")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def _make(self, metadata: sql.MetaData) -> None:
        for attempt in (1, 2, 3):
            try:
                metadata.create_all(self._engine)
                break
            except sql.exc.DatabaseError as error:
                if attempt == 3:
                    raise
                if self._damaged():
                    self._set_aside()
                elif not isinstance(
                    error, sql.exc.OperationalError | sql.exc.ProgrammingError | sql.exc.IntegrityError
                ):
                    raise
                # else another process has just made the same tables, or holds the file: look again
        self._made.add(id(metadata))

    def _damaged(self) -> bool:
        """Whether the SQLite file is no database any more."""
        if self._file is None or not self._file.is_file():
            return False
        try:
            with self._engine.connect() as connection:
                return connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok"
        except sql.exc.OperationalError:  # locked, or no permission: not damaged
            return False
        except sql.exc.DatabaseError:
            return True

    def _set_aside(self) -> None:
        assert self._file is not None
        log.warning("the index of uploads was damaged: it is set aside as %s%s", self._file.name, DAMAGED[0])
        for suffix, aside in zip(("", "-wal", "-shm"), DAMAGED, strict=True):
            with suppress(FileNotFoundError):
                os.replace(f"{self._file}{suffix}", f"{self._file}{aside}")


def _engine(url: str | sql.URL) -> sql.Engine:
    kind = sql.make_url(url).get_backend_name()
    if kind != "sqlite":
        wait = {"connect_timeout": SECONDS_TO_CONNECT} if kind == "postgresql" else {}
        return sql.create_engine(url, pool_pre_ping=True, connect_args=wait)
    engine = sql.create_engine(url, poolclass=NullPool, connect_args={"timeout": SECONDS_TO_WAIT})

    @sql.event.listens_for(engine, "connect")
    def _together(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")  # readers need not wait for the writer
        connection.execute("PRAGMA secure_delete=ON")  # what is forgotten leaves no bytes behind

    return engine
