"""What the compressors of the world make of a text: the lines that every model is measured against.

    zlib     repetitions within 32 kB, then Huffman (1991)
    bz2      sorts all contexts (Burrows and Wheeler 1994)
    lzma     repetitions over the whole text, then an arithmetic coder
    zstd     repetitions again, made for speed (2015); here at its strongest usual level
    PPMd     predicts each byte from the ones before it (Shkarin 2002): a language model

    bits/byte = 8 x compressed / original

With a part `given`, a compressor may learn from it first, as a model does from its training text:

    size(given + data) - size(given)
"""

import bz2
import lzma
import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST_BYTES = 20_000_000
PPMD_ORDER = 6
PPMD_MEMORY = 1 << 26  # bytes


def yardsticks(data: bytes, *, given: bytes = b"") -> "pd.DataFrame":
    """One row a compressor: `compressor`, `bytes`, `bits_per_byte`, `seconds`. Raises ValueError without data.

    Of more than 20 MB of `data`, the first 20 are measured, and of `given` the last; `attrs["measured"]` is the number
    of bytes that the price is divided by.
    """
    import pandas as pd  # not at the top: the first page need not wait for it

    if not data:
        raise ValueError("data must hold at least one byte, but is empty")
    data, given = data[:MOST_BYTES], given[-MOST_BYTES:]
    rows = []
    for name, compress in COMPRESSORS.items():
        start = time.perf_counter()
        size = len(compress(given + data)) - (len(compress(given)) if given else 0)
        rows.append((name, size, 8 * size / len(data), time.perf_counter() - start))
    table = pd.DataFrame(rows, columns=["compressor", "bytes", "bits_per_byte", "seconds"])
    table.attrs["measured"] = len(data)
    return table


def _lzma(data: bytes) -> bytes:
    # A window as large as the text finds every repetition; the preset's own 64 MB would be set aside for 3 bytes too.
    window = max(1 << 12, 1 << (len(data) - 1).bit_length())
    return lzma.compress(data, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": window}])


def _zstd(data: bytes) -> bytes:
    import zstandard

    return zstandard.ZstdCompressor(level=19).compress(data)


def _ppmd(data: bytes) -> bytes:
    import pyppmd

    return pyppmd.compress(data, max_order=PPMD_ORDER, mem_size=PPMD_MEMORY)


COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "zlib": lambda data: zlib.compress(data, 9),
    "bz2": lambda data: bz2.compress(data, 9),
    "lzma": _lzma,
    "zstd": _zstd,
    "PPMd": _ppmd,
}
