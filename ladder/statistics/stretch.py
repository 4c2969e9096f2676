"""One stretch of a text, priced by models that cut it differently.

What stands before the stretch is read but not paid for; the stretch itself is encoded on its
own, so that no token reaches across its edge and all models pay for the very same bytes:

    price        = sum of surprisals / bytes                         of the stretch
    of one byte  = surprisal of its token / bytes of its token       cut anew, the sum stays

Who pays for a model too needs a text long enough: with models of A and B bytes, A > B, and
prices a < b per byte, A is the better choice beyond 8 (A - B) / (b - a) bytes.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Encoding
from ladder.reality.corpus import Split, to_bytes
from ladder.statistics.model import LanguageModel

BEFORE = 600  # characters that are read first
WORD = re.compile(r"\w{1,24}")

Encode = Callable[[str], Encoding]


class Stretch(NamedTuple):
    """Where models are compared."""

    before: str
    text: str

    @property
    def n_bytes(self) -> int:
        """What prices are divided by."""
        return len(to_bytes(self.text))


class Priced(NamedTuple):
    """A stretch in a model's own tokens, and what each costs."""

    pieces: tuple[bytes, ...]  # (n,)
    bits: Floats  # (n,)

    @property
    def bits_per_byte(self) -> float:
        """The price of the stretch."""
        return float(self.bits.sum()) / sum(map(len, self.pieces))

    @property
    def by_byte(self) -> Floats:
        """Each token's bits, shared evenly by its bytes: (bytes,)."""
        lengths = np.array([len(piece) for piece in self.pieces])
        return np.repeat(self.bits / lengths, lengths)


class Word(NamedTuple):
    """A word of the stretch."""

    text: str
    begin: int  # in bytes
    end: int


def stretch_of(parts: Split, *, share: float, n_bytes: int) -> Stretch:
    """About `n_bytes` bytes of the held-out part, from a share of it on, and what stands before; whole characters."""
    held_out = parts.held_out
    start = min(int(share * len(held_out)), len(held_out) - 1)
    text, size = "", 0
    for character in held_out[start : start + n_bytes]:
        size += len(to_bytes(character))
        if size > n_bytes and text:
            break
        text += character
    before = held_out[max(0, start - BEFORE) : start]
    return Stretch((parts.train[-BEFORE:] + before)[-BEFORE:], text)


def price_of(stretch: Stretch, model: LanguageModel, encode: Encode) -> Priced:
    """What the stretch costs under a model, after what stands before it."""
    before, own = encode(stretch.before).ids, encode(stretch.text)
    bits = model.surprisals(np.concatenate([before, own.ids]))[len(before) :]
    return Priced(tuple(own.vocabulary[i] for i in own.ids.tolist()), np.asarray(bits, dtype=np.float64))


def words_of(text: str) -> list[Word]:
    """The words of a text, and which bytes they are."""
    found, place, last = [], 0, 0
    for match in WORD.finditer(text):
        begin = place + len(to_bytes(text[last : match.start()]))
        place, last = begin + len(to_bytes(match[0])), match.end()
        found.append(Word(match[0], begin, place))
    return found


def bits_of_words(words: list[Word], by_byte: Floats) -> Floats:
    """What each word costs: (bytes,) -> (words,)."""
    total = np.concatenate([[0.0], np.cumsum(by_byte)])
    return np.array([total[word.end] - total[word.begin] for word in words])


def pays_off(*, large: tuple[int, float], small: tuple[int, float]) -> float:
    """From how many bytes of text on the large model is worth its size; infinite where it never is.

    Each is (bytes of the model, bits per byte of the text).
    """
    saved = small[1] - large[1]
    return 8 * (large[0] - small[0]) / saved if saved > 0 else np.inf
