"""One number falls on the way up: what a byte of the text costs, rung by rung.

Every step is a price in bits for each byte of the held-out tenth, for somebody who holds
what that rung has learned from the rest:

    Reality       8, then log2 of the number of different bytes
    Math          a uniform, then a unigram q over tokens:  bits/token x tokens/byte
    Geometry      logits that are dot products with a vector of the token before
    Statistics    an n-gram model (interpolated modified Kneser-Ney)
    Probability   the file that an arithmetic coder really writes, driven by that model

Compressors are priced alike: what they add for the held-out part once they have seen the rest.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ladder.geometry import ppmi_svd
from ladder.math import Encoding, bits_per_byte, held_out_bits, uniform_bits
from ladder.probability import compress, decompress
from ladder.reality import Split, to_bytes, yardsticks
from ladder.rungs import GEOMETRY, MATH, PROBABILITY, REALITY, STATISTICS, Rung
from ladder.statistics import LogBilinear, NGram

ORDER = 5
DIMENSIONS = 32
# A full softmax over more tokens than this takes a class's patience.
LARGEST_LOG_BILINEAR = 4096
# Bytes held out from which on four bytes of rounding are at most half a bit a byte.
LEAST_COMPRESSED = 64


class Step(NamedTuple):
    """One price on the way up."""

    rung: Rung
    label: str
    bits_per_byte: float


def reality_steps(parts: Split) -> Iterator[Step]:
    """Raw bytes, then a fixed code for the bytes in use."""
    yield Step(REALITY, "raw bytes", 8.0)
    in_use = len(set(to_bytes(parts.train + parts.held_out)))
    yield Step(REALITY, f"{in_use} bytes in use", float(np.log2(in_use)))


def math_steps(train: Encoding, held_out: Encoding) -> Iterator[Step]:
    """Tokens under a uniform q, then under a unigram q learned from the training part."""
    yield Step(MATH, "uniform tokens", bits_per_byte(uniform_bits(held_out), held_out.n_bytes))
    yield Step(MATH, "unigram", bits_per_byte(held_out_bits(train, held_out), held_out.n_bytes))


def geometry_steps(train: Encoding, held_out: Encoding) -> Iterator[Step]:
    """A softmax over dot products with the vector of the token before."""
    V = train.vocabulary_size
    vectors = ppmi_svd(train.ids, V, dimensions=min(DIMENSIONS, V - 1))
    model = LogBilinear.fit(train.ids, V, vectors=vectors)
    yield Step(GEOMETRY, "token vectors", bits_per_byte(model.surprisals(held_out.ids).sum(), held_out.n_bytes))


def statistics_steps(model: NGram, held_out: Encoding) -> Iterator[Step]:
    """The n-gram model's cross-entropy with the held-out part."""
    bits = model.surprisals(held_out.ids).sum()
    yield Step(STATISTICS, f"{model.order}-gram", bits_per_byte(bits, held_out.n_bytes))


def probability_steps(model: NGram, held_out: Encoding) -> Iterator[Step]:
    """The held-out part as a file, written by an arithmetic coder and read back."""
    data = compress(held_out.ids, model)
    if not np.array_equal(decompress(data, model), held_out.ids):
        raise ValueError("The coder's file does not give the text back.")
    yield Step(PROBABILITY, "coded file", bits_per_byte(8 * len(data), held_out.n_bytes))


def compressor_prices(parts: Split) -> dict[str, float]:
    """Bits per byte that each compressor adds for the held-out part once it has seen the rest; none for a short one.

    Their files end on whole bytes, lzma's on whole fours: on three bytes the difference of two sizes is what the
    rounding makes of it, 0.00 or 32 bits a byte. A size that does not grow at all is no price either.
    """
    if len(to_bytes(parts.held_out)) < LEAST_COMPRESSED:
        return {}
    table = yardsticks(to_bytes(parts.held_out), given=to_bytes(parts.train))
    prices = zip(table["compressor"], table["bits_per_byte"], strict=True)
    return {name: bits for name, bits in prices if bits > 0}  # bz2 may even shrink: that is no price
