"""The first map of a text: its own tokens, placed by the company that they keep in it.

    text  ->  words in numbers  ->  PPMI and SVD  ->  one vector a word

Nothing but the text is needed, and it is there at once. Where hardly any word comes back, as in
a text without spaces, single characters are placed instead. `note` says what was done.
"""

from typing import NamedTuple

import numpy as np
import regex

from ladder.geometry.embeddings import ppmi_svd
from ladder.lenses.simplex import Floats
from ladder.math import encode
from ladder.reality.corpus import to_text

READ = 1_000_000  # characters: what is read within a second
COMES_BACK = 5  # times that a word occurs before its company says much
TOO_LITTLE = 0.2  # share of the letters that stand in words which come back
_LETTER = regex.compile(r"\p{L}")


class Space(NamedTuple):
    """Texts with places."""

    texts: tuple[str, ...]  # n
    counts: tuple[int, ...]  # n, how often each occurs
    vectors: Floats  # (n, d)
    note: str  # what the texts are, in a phrase


def learned(text: str, *, dimensions: int = 64, window: int = 2) -> Space:
    """The tokens of a text that have a letter and company in it, most frequent first, with their vectors.

    Empty for a text in which nothing keeps company beyond chance.
    """
    read = text[:READ]
    space = _placed(read, "words", dimensions, window)
    if _coming_back(space) < TOO_LITTLE:
        characters = _placed(read, "characters", dimensions, window)
        space = characters if characters.texts else space
    only = f" of the first {READ:,} characters" if len(text) > READ else ""
    return space._replace(note=space.note + only)


def _coming_back(space: Space) -> float:
    """The share of the letters that stand in texts which come back."""
    letters = [len(text) * n for text, n in zip(space.texts, space.counts, strict=True)]
    back = [size for size, n in zip(letters, space.counts, strict=True) if n >= COMES_BACK]
    return sum(back) / max(sum(letters), 1)


def _placed(text: str, scheme: str, dimensions: int, window: int) -> Space:
    encoding = encode(text, scheme)
    if len(encoding.ids) < 2:
        return Space((), (), np.zeros((0, dimensions)), scheme)
    vectors = ppmi_svd(encoding.ids, encoding.vocabulary_size, dimensions=dimensions, window=window)
    # A byte of the fallback is a letter too where it is ASCII; half of a longer character is not.
    tokens = [to_text(piece).strip() for piece in encoding.vocabulary]
    named = np.array([bool(_LETTER.search(token)) for token in tokens])
    with_company = np.flatnonzero(named & vectors.any(axis=1))
    order = with_company[np.argsort(-encoding.counts[with_company], kind="stable")]
    # " be" and "be" are two tokens with one name: the more frequent one is placed.
    first: dict[str, int] = {}
    for i in order.tolist():
        first.setdefault(tokens[i], i)
    kept = list(first.values())
    return Space(tuple(first), tuple(encoding.counts[kept].tolist()), vectors[kept], scheme)
