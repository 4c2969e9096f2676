"""Characters: one id for each character that the training text has.

    "né"  ->  [110, 256]         where é is the first character beyond ASCII

ASCII characters are single bytes and keep their numbers. A character that the training
text never showed is spelled in its UTF-8 bytes; a byte that is no UTF-8 stands in the
text as a lone surrogate (PEP 383) and is that byte again here.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ladder.math.alphabet import SINGLE_BYTES, Alphabet, check_size, spell
from ladder.math.encoding import N_BYTES, Ids
from ladder.reality.corpus import to_bytes

N_CODE_POINTS = 0x110000
ESCAPED = slice(0xDC80, 0xDD00)  # the lone surrogates that stand for the bytes 80 ... ff


@dataclass(frozen=True, eq=False)
class CharacterAlphabet(Alphabet):
    """The bytes, and the characters beyond ASCII of the training text, commonest first."""

    scheme = "characters"

    def ids(self, text: str) -> Ids:
        """Characters as numbers; an unknown one is spelled in bytes: (n,)."""
        points = code_points(text)
        distinct, numbers = distinct_points(points)
        known = self._ids_of_characters
        spellings = [[known[c]] if c in known else list(to_bytes(chr(c))) for c in distinct.tolist()]
        return spell(numbers, spellings)

    @cached_property
    def _ids_of_characters(self) -> dict[int, int]:
        ascii_ = {point: point for point in range(128)}
        return ascii_ | {ord(piece.decode()): i for i, piece in enumerate(self.vocabulary) if i >= N_BYTES}


def fit_characters(text: str, *, vocabulary_size: int | None = None) -> CharacterAlphabet:
    """The characters of a text; only the commonest where `vocabulary_size` caps them."""
    size = check_size(vocabulary_size)
    counts = np.bincount(code_points(text), minlength=N_CODE_POINTS)
    counts[:128] = 0
    counts[ESCAPED] = 0
    beyond_ascii = np.flatnonzero(counts)
    ranked = beyond_ascii[np.argsort(-counts[beyond_ascii], kind="stable")]
    kept = ranked if size is None else ranked[: size - N_BYTES]
    return CharacterAlphabet(SINGLE_BYTES + tuple(chr(c).encode() for c in kept.tolist()))


def code_points(text: str) -> NDArray[np.uint32]:
    """The Unicode code points of a text: (n,)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def distinct_points(points: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The distinct code points in order, and the sequence in their numbers: (k,), (n,)."""
    present = np.zeros(N_CODE_POINTS, dtype=bool)
    present[points] = True
    distinct = np.flatnonzero(present)
    number_of = np.zeros(N_CODE_POINTS, dtype=np.int32)
    number_of[distinct] = np.arange(len(distinct))
    return distinct, number_of[points]
