"""What people guessed, pooled: one row for each letter that somebody has found.

    corpus    the SHA-256 of the text that was guessed, so that a class on one text shares its guesses
    place     which letter of it
    rank      at which guess it was right

Nothing says who guessed, or when. The table lies in the store's database, and outlives the server.
"""

import numpy as np
import sqlalchemy as sql
from numpy.typing import NDArray

from ladder.reality.index import Index

MOST_GUESSES = 100_000  # of one corpus
HIGHEST_RANK = 70_000  # more than any text has letters

metadata = sql.MetaData()
guesses = sql.Table(
    "guesses",
    metadata,
    sql.Column("id", sql.Integer, primary_key=True),
    sql.Column("corpus", sql.String(64), nullable=False, index=True),
    sql.Column("place", sql.BigInteger, nullable=False),
    sql.Column("rank", sql.Integer, nullable=False),
)


class GuessPool:
    """The guesses of everybody on this server."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def add(self, corpus: str, *, place: int, rank: int) -> None:
        """Note that a letter was found. Raises ValueError for no such rank, or where there are enough."""
        if not 1 <= rank <= HIGHEST_RANK or place < 0:
            raise ValueError(f"rank must lie between 1 and {HIGHEST_RANK:,} at a place from 0 on, but is {rank:,}")
        if self.n(corpus) >= MOST_GUESSES:
            raise ValueError(f"This text has {MOST_GUESSES:,} guesses, which is enough: no more are kept.")
        with self._index.begin(metadata) as connection:
            connection.execute(sql.insert(guesses).values(corpus=corpus, place=place, rank=rank))

    def n(self, corpus: str) -> int:
        """How many letters of a corpus were found."""
        counted = sql.select(sql.func.count()).where(guesses.c.corpus == corpus)
        with self._index.begin(metadata) as connection:
            return int(connection.scalar(counted) or 0)

    def counts(self, corpus: str) -> NDArray[np.int64]:
        """How many letters were right at guess 1, 2, ...: (highest rank,), empty where nobody has guessed."""
        found = sql.select(guesses.c.rank, sql.func.count()).where(guesses.c.corpus == corpus).group_by(guesses.c.rank)
        with self._index.begin(metadata) as connection:
            rows = connection.execute(found).all()
        table = np.zeros(max((rank for rank, _ in rows), default=0), dtype=np.int64)
        for rank, n in rows:
            table[rank - 1] = n
        return table

    def forget(self, corpus: str) -> None:
        """Remove all guesses for a corpus."""
        with self._index.begin(metadata) as connection:
            connection.execute(sql.delete(guesses).where(guesses.c.corpus == corpus))
