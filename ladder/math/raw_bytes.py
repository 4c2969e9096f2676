"""Bytes: the alphabet that needs no decision, 256 letters for every text in the world.

"é"  ->  c3 a9  ->  [195, 169]
"""

from dataclasses import dataclass

import numpy as np

from ladder.math.alphabet import SINGLE_BYTES, Alphabet
from ladder.math.encoding import Ids
from ladder.reality.corpus import to_bytes


@dataclass(frozen=True, eq=False)
class ByteAlphabet(Alphabet):
    """The 256 bytes."""

    vocabulary: tuple[bytes, ...] = SINGLE_BYTES
    scheme = "bytes"

    def ids(self, text: str) -> Ids:
        """The bytes of the text, as numbers: (n,)."""
        return np.frombuffer(to_bytes(text), dtype=np.uint8).astype(np.int32)
