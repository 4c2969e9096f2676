"""Any compressor is a model: what would zlib write next?

A file of L bits is as good as a belief of 2^-L. So a compressor that makes `size(x)` bytes of x
believes, of the byte b after the text x,

    q(b | x)  ~  2^(-8 size(x b))

and can be drawn from like every other model. Its files end on whole bytes, so that most of the
time all candidates cost the same, and it chooses blindly: a good compressor of files is
a poor writer of single letters.

Reference: G. Deletang et al., "Language Modeling Is Compression" (2023).
"""

from collections.abc import Callable

import numpy as np

from ladder.lenses.simplex import Floats, softmax
from ladder.probability.sampler import draw_one

Size = Callable[[bytes], int]

WINDOW = 2_048  # bytes of the text before that the compressor is given: it is asked for every candidate
MOST_WRITTEN = 1_000


def believed(size: Size, before: bytes, candidates: bytes) -> Floats:
    """q(b | before) for each candidate byte, as a compressor's file sizes have it: (k,)."""
    if not candidates:
        raise ValueError("candidates must hold at least one byte, but are empty")
    sizes = np.array([size(before + bytes([b])) for b in candidates])
    return softmax(-8 * np.log(2) * sizes)


def written_by(
    size: Size, before: bytes, *, n: int, rng: np.random.Generator, progress: Callable[[float], None] | None = None
) -> bytes:
    """n bytes that a compressor writes after a text, drawn from the bytes that are in it."""
    if not 1 <= n <= MOST_WRITTEN:
        raise ValueError(f"n must lie between 1 and {MOST_WRITTEN:,} bytes, but is {n:,}")
    candidates = bytes(sorted(set(before)))
    text = bytearray(before)
    for t in range(n):
        if progress is not None:
            progress(t / n)
        q = believed(size, bytes(text[-WINDOW:]), candidates)
        text.append(candidates[draw_one(q, rng).id])
    return bytes(text[len(before) :])
