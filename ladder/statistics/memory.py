"""A memory of phrases for a network: hashed n-grams.

At every place the last k tokens, k = 2 ... 6, are turned into one number, and that number
names a row of a table of vectors. The rows of all k are added to the token's own vector:

    x_t = E[i_t] + sum_k M_k[ hash(i_{t-k+1} ... i_t) mod R_k ]

So the network need not find out what follows "to be or not to": it is told at its input
what came after that phrase before, and learns what to make of it. Two phrases may share a
row; the longer the table, the fewer do.

Reference: D. Svenstrup, J. Hansen and O. Winther, "Hash Embeddings" (2017); T. Mikolov et
al., "Strategies for Training Large Scale Neural Network Language Models" (2011), section 4,
for hashed n-grams beside a network.
"""

import numpy as np
from numpy.typing import NDArray

from ladder.math.encoding import Ids

Rows = NDArray[np.int64]

ORDERS = (2, 3, 4, 5, 6)
MOST_ROWS = 1 << 17  # of one table
GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # 2^64 divided by the golden ratio: multiples of it spread evenly


def table_sizes(ids: Ids) -> tuple[int, ...]:
    """R_k for each order: the first power of two that has room for all phrases of that length, up to a bound."""
    return tuple(
        min(MOST_ROWS, 1 << max(4, int(len(np.unique(h)) - 1).bit_length())) for h in _hashes(ids, len(ORDERS))
    )


def rows_of(ids: Ids, sizes: tuple[int, ...]) -> Rows:
    """The rows of the tables, laid one after the other, that each place of a text calls: (n,) -> (n, orders)."""
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    hashes = _hashes(ids, len(sizes))
    places = [start + (h % np.uint64(R)).astype(np.int64) for start, R, h in zip(starts, sizes, hashes, strict=True)]
    return np.stack(places, axis=-1) if places else np.zeros((len(ids), 0), dtype=np.int64)


def _hashes(ids: Ids, n_orders: int) -> list[NDArray[np.uint64]]:
    """One number for the last 2, 3, ... tokens of each place; before a text begins stands token 0 of its own."""
    said = np.asarray(ids).astype(np.uint64) + np.uint64(1)
    h, found = _stir(said), []
    for k in range(1, n_orders + 1):
        before = np.zeros_like(said)
        before[k:] = said[: max(0, len(said) - k)]
        h = _stir(h + before)
        found.append(h)
    return found


def _stir(h: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result hangs on every bit of h (the finaliser of SplitMix64, Steele et al. 2014)."""
    h = h * GOLDEN
    h ^= h >> np.uint64(32)
    h = h * np.uint64(0xBF58476D1CE4E5B9)
    return h ^ (h >> np.uint64(29))
