"""A model becomes a compressor: an arithmetic coder.

The whole text is one number in [0, 1). Start with that interval; each token narrows it to
its own share q(x_t | x_1 ... x_{t-1}). A text of total probability P ends in an interval of
width P, and -log2 P bits are enough to name a number inside: the sum of the surprisals.

    [low, low + range)              64-bit integers; range stays above 2^56
    share of token i                [C_i, C_{i+1}) of 2^32, C the cumulated q in integers
    low   += (range >> 32) C_i      may carry into bytes already written
    range  = (range >> 32) (C_{i+1} - C_i)

Both sides make C from the same logits by the same arithmetic, so they agree to the last
digit; every token gets at least one part of 2^32, so that each text can be written.

    file = magic, version, number of tokens, fingerprint of the model, checksums, payload

Reference: G. N. N. Martin, "Range encoding" (1979); I. Witten, R. Neal and J. Cleary,
"Arithmetic coding for data compression" (1987).
"""

import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats, softmax
from ladder.math.encoding import Ids
from ladder.probability.rows import remembered
from ladder.statistics.model import LanguageModel, check_ids

Cumulated = NDArray[np.int64]
Progress = Callable[[float], None]

MAGIC = b"LADR"
VERSION = 1
HEADER = struct.Struct(">4sBQ8sI")  # magic, version, n, fingerprint of the model, CRC-32 of the ids
CHECKSUM = struct.Struct(">I")  # CRC-32 of the header and the payload
HEADER_BYTES = HEADER.size + CHECKSUM.size

SHARES = 32  # the unit interval is cut into 2^32 parts
TOTAL = 1 << SHARES
TOP = 1 << 64
BOTTOM = 1 << 56
MAX_VOCABULARY = 1 << 24  # beyond it, one part for each token would take too much from the rest
MAX_TOKENS = 100_000_000

REPORT_EVERY = 2_000
PROBES = 64


def compress(ids: Ids, model: LanguageModel, *, progress: Progress | None = None) -> bytes:
    """The file that `decompress` turns back into ids: (n,) -> about sum(model.surprisals(ids)) / 8 bytes."""
    text = check_ids(ids, model.vocabulary_size)
    if len(text) > MAX_TOKENS:
        raise ValueError(f"ids must be at most {MAX_TOKENS:,} tokens, but are {len(text):,}")
    shares_of = _shares(model)
    writer = _Writer()
    for t in _reported(len(text), progress):
        C, i = shares_of(text[:t]), text[t]
        writer.narrow(int(C[i]), int(C[i + 1]))
    payload = writer.finish()
    header = HEADER.pack(MAGIC, VERSION, len(text), fingerprint(model), zlib.crc32(text.tobytes()))
    return header + CHECKSUM.pack(zlib.crc32(header + payload)) + payload


def decompress(data: bytes, model: LanguageModel, *, most: int = MAX_TOKENS, progress: Progress | None = None) -> Ids:
    """The ids that `compress` wrote with the same model; ValueError for another file, model, or over `most`."""
    n, payload, checksum = _open(data, model)
    if n > most:  # before memory is set aside for them
        raise ValueError(f"This file says that it holds {n:,} tokens, but at most {most:,} are read here.")
    shares_of = _shares(model)
    reader = _Reader(payload)
    text = np.zeros(n, dtype=np.int32)
    for t in _reported(n, progress):
        C = shares_of(text[:t])
        i = int(C.searchsorted(reader.place(), side="right")) - 1
        reader.narrow(int(C[i]), int(C[i + 1]))
        text[t] = i
    if zlib.crc32(text.tobytes()) != checksum:
        raise ValueError(
            "This file does not come out as it went in: its model is like the chosen one, but not the same. "
            "Choose the corpus, alphabet, model and order that it was written with."
        )
    return text


def cumulated_shares(logits: Floats) -> Cumulated:
    """C_0 = 0 ... C_V = 2^32, q cumulated in integers; every token has at least one part: (V,) -> (V + 1,)."""
    top = logits.max()
    # The shares are scaled below, so no softmax is needed, but where it would refuse.
    C = np.cumsum(np.exp(logits - top) if np.isfinite(top) else softmax(logits))
    V = len(C)
    shares = np.zeros(V + 1, dtype=np.int64)
    shares[1:] = C * ((TOTAL - V) / C[-1])
    np.minimum(shares, TOTAL - V, out=shares)  # C may round up past its end
    shares += np.arange(V + 1)
    shares[-1] = TOTAL
    return shares


def fingerprint(model: LanguageModel) -> bytes:
    """8 bytes that tell models apart by what they say along a path of tokens that they find likely."""
    model = repeatable(model)
    digest = hashlib.sha256(f"{type(model).__name__} {model.vocabulary_size}".encode())
    path = np.zeros(PROBES, dtype=np.int32)
    for t in range(PROBES):
        C = cumulated_shares(model.logits(path[:t]))
        digest.update(C.tobytes())
        # The places follow the golden ratio: spread evenly, the same for everybody.
        place = int((t + 0.5) * 0.6180339887498949 % 1 * TOTAL)
        path[t] = C.searchsorted(place, side="right") - 1
    return digest.digest()[:8]


class _Writer:
    """The encoder's interval, and the bytes that are settled."""

    def __init__(self) -> None:
        self.low, self.range = 0, TOP - 1
        self.settled = bytearray()

    def narrow(self, start: int, stop: int) -> None:
        part = self.range >> SHARES
        self.low += part * start
        self.range = part * (stop - start)
        if self.low >= TOP:
            self._carry()
        while self.range < BOTTOM:
            self.settled.append(self.low >> 56)
            self.low = self.low << 8 & (TOP - 1)
            self.range <<= 8

    def finish(self) -> bytes:
        """All bytes, the last of them as few as name a number inside the interval."""
        for n_bytes in range(9):
            unit = TOP >> 8 * n_bytes
            number = -(-self.low // unit) * unit  # the first multiple from low on
            if number < self.low + self.range:
                break
        self.low = number
        if self.low >= TOP:
            self._carry()
        return bytes(self.settled) + self.low.to_bytes(8, "big")[:n_bytes]

    def _carry(self) -> None:
        self.low -= TOP
        i = len(self.settled) - 1
        while self.settled[i] == 0xFF:
            self.settled[i] = 0
            i -= 1
        self.settled[i] += 1


class _Reader:
    """The decoder's interval: `code` is the number read so far, measured from low."""

    def __init__(self, payload: bytes) -> None:
        self.range = TOP - 1
        self.rest = iter(payload)
        self.code = 0
        for _ in range(8):
            self._read()

    def place(self) -> int:
        """Which of the 2^32 parts the number lies in."""
        place = self.code // (self.range >> SHARES)
        if place >= TOTAL:
            raise ValueError("This file is damaged: it names a number outside of its interval.")
        return place

    def narrow(self, start: int, stop: int) -> None:
        part = self.range >> SHARES
        self.code -= part * start
        self.range = part * (stop - start)
        while self.range < BOTTOM:
            self._read()
            self.range <<= 8

    def _read(self) -> None:
        self.code = self.code << 8 | next(self.rest, 0)  # the writer left out zeros at the end


def _open(data: bytes, model: LanguageModel) -> tuple[int, bytes, int]:
    """The number of tokens, the payload and the ids' checksum of a file that fits the model."""
    if len(data) < HEADER_BYTES or data[:4] != MAGIC:
        raise ValueError("This is no file of Ladder's coder: it does not begin with LADR and a whole header.")
    _, version, n, written_by, ids_checksum = HEADER.unpack_from(data)
    (checksum,) = CHECKSUM.unpack_from(data, HEADER.size)
    payload = data[HEADER_BYTES:]
    if version != VERSION:
        raise ValueError(f"This file has version {version}, but only version {VERSION} can be read here.")
    if zlib.crc32(data[: HEADER.size] + payload) != checksum or n > MAX_TOKENS:
        raise ValueError("This file is damaged or cut short: its checksum does not fit. Fetch it again.")
    if written_by != fingerprint(model):
        raise ValueError(
            "This file was written with another model. "
            "Choose the corpus, alphabet, model and order that it was written with."
        )
    return n, payload, ids_checksum


def repeatable(model: LanguageModel) -> LanguageModel:
    """The model whose logits have the same digits at each asking: itself, unless it says otherwise."""
    return getattr(model, "repeatable", lambda: model)()


def _shares(model: LanguageModel) -> Callable[[Ids], Cumulated]:
    model = repeatable(model)
    if model.vocabulary_size > MAX_VOCABULARY:
        raise ValueError(f"The coder takes at most {MAX_VOCABULARY:,} tokens, but V is {model.vocabulary_size:,}")
    return remembered(model, cumulated_shares, row_bytes=8 * (model.vocabulary_size + 1))


def _reported(n: int, progress: Progress | None) -> Iterator[int]:
    """0 ... n - 1, telling `progress` the share that is done now and then."""
    for t in range(n):
        if progress is not None and t % REPORT_EVERY == 0:
            progress(t / n)
        yield t
    if progress is not None:
        progress(1.0)
