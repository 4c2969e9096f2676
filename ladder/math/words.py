"""Words: one id for each word that the training text has.

    " be"  ->  [257]                    known
    " bee" ->  [32, 98, 101, 101]       never seen: spelled in bytes

There is always one more word: the vocabulary grows with the text (Heaps), and what is
new on the held-out part costs its bytes. A word that is a single byte keeps its number.
Fitting numbers the training text on its way, so its ids stand ready.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ladder.math.alphabet import SINGLE_BYTES, Alphabet, check_size, number, spell
from ladder.math.encoding import N_BYTES, Ids
from ladder.math.pieces import each_word
from ladder.reality.corpus import to_bytes


@dataclass(frozen=True, eq=False)
class WordAlphabet(Alphabet):
    """The bytes, and the words of the training text, commonest first."""

    trained_on: tuple[str, Ids] | None = None  # the training text, whose ids fitting finds on its way
    scheme = "words"

    def ids(self, text: str) -> Ids:
        """Words as numbers; an unknown one is spelled in bytes: (n,)."""
        if self.trained_on is not None and text == self.trained_on[0]:
            return self.trained_on[1]
        distinct, numbers = number(each_word(text))
        return spell(numbers, _spellings(map(to_bytes, distinct), self._ids_of_words))

    @cached_property
    def _ids_of_words(self) -> dict[bytes, int]:
        return _places(self.vocabulary)


def fit_words(text: str, *, vocabulary_size: int | None = None) -> WordAlphabet:
    """The words of a text; only the commonest where `vocabulary_size` caps them."""
    size = check_size(vocabulary_size)
    distinct, numbers = number(each_word(text))
    spelled = list(map(to_bytes, distinct))
    ranked = np.argsort(-np.bincount(numbers, minlength=len(spelled)), kind="stable").tolist()
    longer = [spelled[i] for i in ranked if len(spelled[i]) > 1]
    vocabulary = SINGLE_BYTES + tuple(longer if size is None else longer[: size - N_BYTES])
    return WordAlphabet(vocabulary, (text, spell(numbers, _spellings(spelled, _places(vocabulary)))))


def _places(vocabulary: Sequence[bytes]) -> dict[bytes, int]:
    return {word: i for i, word in enumerate(vocabulary)}


def _spellings(words: Iterable[bytes], known: dict[bytes, int]) -> list[Sequence[int]]:
    """Each word in ids: its own, or those of its bytes, which are the bytes themselves."""
    return [[known[word]] if word in known else word for word in words]
