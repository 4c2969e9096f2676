"""An alphabet: pieces with numbers, and a way to write any text in them.

    vocabulary     V pieces, each a byte string; piece i is written as the number i
    encode         text -> ids

A text repeats itself, so its symbols are numbered first and each *distinct* one is
spelled once:

    text           to be or not to be
    symbols        [to, be, or, not]         distinct, in order of appearance
    numbers        [0, 1, 2, 3, 0, 1]        the text, in those
    spellings      [[7], [9], [4], [2, 8]]   each symbol in ids
    ids            [7, 9, 4, 2, 8, 7, 9]
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ladder.math.encoding import N_BYTES, Encoding, Ids
from ladder.reality.corpus import to_bytes

SINGLE_BYTES = tuple(bytes([b]) for b in range(N_BYTES))

Symbol = TypeVar("Symbol", bound=Hashable)


class Scheme(NamedTuple):
    """A way to cut text, in words."""

    key: str
    title: str
    description: str
    lossless: bool  # decode(encode(x)) == x for every byte string x
    sized: bool  # vocabulary_size is what it is about: without one, a default is taken


@dataclass(frozen=True, eq=False)
class Alphabet(ABC):
    """Pieces and their numbers; `vocabulary[i]` is the piece that id i stands for."""

    vocabulary: tuple[bytes, ...]

    @property
    @abstractmethod
    def scheme(self) -> str:
        """The key of the scheme in SCHEMES."""

    @abstractmethod
    def ids(self, text: str) -> Ids:
        """The text in numbers: (n,)."""

    def encode(self, text: str) -> Encoding:
        """The text in this alphabet, with what is needed to read it back."""
        return Encoding(self.scheme, self.ids(text), self.vocabulary, len(to_bytes(text)))


def number(symbols: Iterable[Symbol]) -> tuple[list[Symbol], Ids]:
    """The distinct symbols in order of appearance, and the sequence in their numbers: k symbols, (n,)."""
    numbers: defaultdict[Symbol, int] = defaultdict(count().__next__)  # a new symbol's number is the next one
    sequence = np.fromiter(map(numbers.__getitem__, symbols), dtype=np.int32)
    return list(numbers), sequence


def spell(numbers: NDArray[np.integer], spellings: Sequence[Sequence[int]]) -> Ids:
    """The ids of a sequence of symbols: numbers (n,) of symbols, spellings of each -> (m,)."""
    lengths = np.array([len(spelling) for spelling in spellings], dtype=np.int64)
    written = np.array([i for spelling in spellings for i in spelling], dtype=np.int32)
    starts = np.cumsum(lengths) - lengths
    if (lengths == 1).all():
        return written[numbers]
    n_ids = lengths[numbers]
    ends = np.cumsum(n_ids)
    within = np.arange(n_ids.sum()) - np.repeat(ends - n_ids, n_ids)
    return written[np.repeat(starts[numbers], n_ids) + within]


def check_size(vocabulary_size: int | None) -> int | None:
    """The size as it came, or a ValueError where it leaves no room for the bytes."""
    if vocabulary_size is not None and vocabulary_size < N_BYTES:
        raise ValueError(f"vocabulary_size must be at least {N_BYTES}, the single bytes, but is {vocabulary_size}")
    return vocabulary_size
