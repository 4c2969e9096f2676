"""Text becomes numbers: an alphabet is chosen, and the text is written in it.

    vocabulary   V pieces, each a byte string
    ids          one number for each token: ids[t] = i  means piece i
    decode       join the pieces: a lossless encoding gives back every byte

The price of a text under a model of its tokens, whatever the alphabet:

    bits/byte = bits/token x tokens/byte

which is why it compares across tokenizers, and bits/token does not.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int32]

# Ids 0 to 255 are the single bytes in every lossless vocabulary: what no other piece
# covers falls back to them, so that every text has a finite price.
N_BYTES = 256


@dataclass(frozen=True, eq=False)
class Encoding:
    """One text in one alphabet."""

    scheme: str
    ids: Ids  # (n,)
    vocabulary: tuple[bytes, ...]  # V pieces
    n_bytes: int  # length of the original text in bytes

    def __post_init__(self) -> None:
        self.ids.setflags(write=False)  # shared between sessions

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return len(self.vocabulary)

    @property
    def tokens_per_byte(self) -> float:
        """How many tokens the text takes for each of its bytes."""
        return len(self.ids) / self.n_bytes

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """How often each piece occurs: (V,)."""
        return np.bincount(self.ids, minlength=len(self.vocabulary))

    def decode(self, ids: Ids | None = None) -> bytes:
        """The bytes that ids stand for; of the whole text where none are given."""
        return b"".join([self.vocabulary[i] for i in (self.ids if ids is None else ids)])


def bits_per_byte(total_bits: float, n_bytes: int) -> float:
    """What a text of `n_bytes` bytes costs for each of them, in bits."""
    if n_bytes <= 0:
        raise ValueError(f"n_bytes must be positive, but is {n_bytes}")
    return float(total_bits) / n_bytes
