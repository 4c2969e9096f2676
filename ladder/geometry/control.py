"""A control for maps: the same corpus with its meaning taken out.

    shuffled    the words of a text dealt out anew among their places: the same words equally
                often, sentences as long as before, marks and white space where they were
    dealt       each coordinate dealt out anew among the vectors: the same numbers, no company

What a map of this shows is what the method makes of noise. A method that draws islands here
draws them anywhere.
"""

import numpy as np
import regex
from numpy.typing import ArrayLike

from ladder.geometry.neighbours import check_rows
from ladder.lenses.simplex import Floats
from ladder.math.pieces import words

_LETTER = regex.compile(r"\p{L}")


def shuffled(text: str, *, rng: np.random.Generator, by: str = "words") -> str:
    """The text with its words, or its characters, dealt out anew: each that has a letter in it changes places."""
    if by not in ("words", "characters"):
        raise ValueError(f"by must be words or characters, but is {by!r}")
    pieces = words(text) if by == "words" else list(text)
    places = [i for i, piece in enumerate(pieces) if _LETTER.search(piece)]
    dealt_out = [pieces[i].strip(" ") for i in rng.permutation(places).tolist()] if places else []
    for i, word in zip(places, dealt_out, strict=True):
        pieces[i] = f" {word}" if by == "words" and pieces[i].startswith(" ") else word
    return "".join(pieces)


def dealt(vectors: ArrayLike, *, rng: np.random.Generator) -> Floats:
    """The rows with each column permuted on its own: (n, d) -> (n, d)."""
    return rng.permuted(check_rows(vectors), axis=0)
