"""What a model itself costs.

A model that is judged on a text alone can hide the text inside itself. So each has a second
price: its parameters, written down in bytes, which whoever reads with it needs first.

    two-part price = size of the model + surprisal of the text under it

Tables of counts are written as differences and zipped; weights in 16 bits each.

Reference: J. Rissanen, "Modeling by shortest data description" (1978).
"""

import zlib
from collections.abc import Sequence

import numpy as np

from ladder.statistics.counts import Table

BYTES_PER_WEIGHT = 2


def tables_size(tables: Sequence[Table]) -> int:
    """The bytes of tables of counts when written down and zipped."""
    columns = [np.diff(column, prepend=0) for t in tables for column in (t.offsets, t.tokens)]
    columns += [t.counts for t in tables]
    return sum(len(zlib.compress(column.astype(np.int32).tobytes(), 1)) for column in columns)


def weights_size(n_weights: int) -> int:
    """The bytes of weights in half precision."""
    return n_weights * BYTES_PER_WEIGHT


def two_part_price(size_bytes: int, surprisal_bits: float, n_bytes: int) -> float:
    """Bits per byte for the model and the text together."""
    return (8 * size_bytes + surprisal_bits) / n_bytes
