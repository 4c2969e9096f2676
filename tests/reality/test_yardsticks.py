import bz2
import lzma
import sys
import zlib

import pyppmd
import pytest
import zstandard
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ladder.reality import load_sample, yardsticks
from ladder.reality.yardsticks import COMPRESSORS, PPMD_MEMORY, PPMD_ORDER

DECOMPRESSORS = {
    "zlib": zlib.decompress,
    "bz2": bz2.decompress,
    "lzma": lzma.decompress,
    "zstd": lambda packed: zstandard.ZstdDecompressor().decompress(packed),
    "PPMd": lambda packed: pyppmd.decompress(packed, max_order=PPMD_ORDER, mem_size=PPMD_MEMORY),
}


@settings(deadline=None, max_examples=20)
@given(st.binary(min_size=1, max_size=2000))
@example(b"\0")
@example(bytes(range(256)) * 50)
def test_every_compressor_gives_every_byte_back(data):
    for name, compress in COMPRESSORS.items():
        assert DECOMPRESSORS[name](compress(data)) == data, name


def test_hamlet_costs_what_is_said():
    data = load_sample("hamlet").data
    table = yardsticks(data)
    for row in table.itertuples():
        assert row.bytes == len(COMPRESSORS[row.compressor](data))
        assert row.bits_per_byte == 8 * row.bytes / len(data)
    assert table.set_index("compressor").bits_per_byte.idxmin() == "PPMd"


def test_what_was_read_before_makes_the_rest_cheaper():
    data = load_sample("hamlet").data
    cut = len(data) * 9 // 10
    alone, after = yardsticks(data[cut:]), yardsticks(data[cut:], given=data[:cut])
    assert (after.bits_per_byte < alone.bits_per_byte).all()
    for row in after.itertuples():
        compress = COMPRESSORS[row.compressor]
        assert row.bytes == len(compress(data)) - len(compress(data[:cut]))


def test_only_the_first_20_MB_are_measured(monkeypatch):
    monkeypatch.setattr(sys.modules[COMPRESSORS["zlib"].__module__], "MOST_BYTES", 1000)
    table = yardsticks(b"abcd" * 1000)
    assert table.attrs["measured"] == 1000
    assert (table.bits_per_byte == 8 * table.bytes / 1000).all()


def test_no_data_is_refused():
    with pytest.raises(ValueError, match="at least one byte"):
        yardsticks(b"")
