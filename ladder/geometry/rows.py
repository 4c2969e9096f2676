"""A table too large to be kept: its rows are computed when they are asked for.

Over 8,192 tokens a head's weights are 67 million numbers, and a model's logits 400 million; a page
shows a few rows of them, and what needs all rows goes through them block by block.
"""

import operator
from collections.abc import Callable, Iterator
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats

Places = slice | NDArray[np.intp]
NUMBERS = 1 << 19  # that a block of rows holds


class Rows:
    """A table (n, m) by what makes its rows: indexed like an array, by rows or by (rows, columns)."""

    def __init__(self, make: Callable[[Places], Floats], shape: tuple[int, int]) -> None:
        self._make, self.shape = make, shape

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Floats:
        if isinstance(key, tuple):
            return self[key[0]][..., key[1]]
        if isinstance(key, slice | np.ndarray | list):
            places = np.arange(len(self))[key]
            found = [self._make(places[rows]) for rows in blocks(len(places), self.shape[1])]
            return np.concatenate(found) if len(found) > 1 else found[0] if found else self._make(places)
        place = range(len(self))[operator.index(key)]
        return self._make(slice(place, place + 1))[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        return np.asarray(self[:], dtype=dtype)


def by_rows(make: Callable[[Places], Floats], shape: tuple[int, int]) -> Floats:
    """`Rows` under the type of an array, which they are to whoever indexes them."""
    return cast(Floats, Rows(make, shape))


def blocks(n: int, m: int) -> Iterator[slice]:
    """The n rows of a table in blocks of rows, m numbers long each."""
    step = max(1, NUMBERS // max(m, 1))
    return (slice(first, min(n, first + step)) for first in range(0, n, step))


def spread(n: int, most: int) -> NDArray[np.intp]:
    """All of n places, or `most` of them, the first and the last among them and the rest evenly between."""
    return np.unique(np.linspace(0, n - 1, min(n, most)).round().astype(np.intp)) if n else np.empty(0, dtype=np.intp)
