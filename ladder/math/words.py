"""Words: one id for each word that the training text has.

    " be"  ->  [257]                    known
    " bee" ->  [32, 98, 101, 101]       never seen: spelled in bytes

There is always one more word: the vocabulary grows with the text (Heaps), and what is
new on the held-out part costs its bytes. A word that is a single byte keeps its number.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from ladder.math.alphabet import SINGLE_BYTES, Alphabet, check_size, number, spell
from ladder.math.encoding import N_BYTES, Ids
from ladder.math.pieces import words
from ladder.reality.corpus import to_bytes


@dataclass(frozen=True, eq=False)
class WordAlphabet(Alphabet):
    """The bytes, and the words of the training text, commonest first."""

    scheme = "words"

    def ids(self, text: str) -> Ids:
        """Words as numbers; an unknown one is spelled in bytes: (n,)."""
        distinct, numbers = number(words(text))
        known = self._ids_of_words
        spelled = [to_bytes(word) for word in distinct]
        return spell(numbers, [[known[word]] if word in known else list(word) for word in spelled])

    @cached_property
    def _ids_of_words(self) -> dict[bytes, int]:
        return {word: i for i, word in enumerate(self.vocabulary)}


def fit_words(text: str, *, vocabulary_size: int | None = None) -> WordAlphabet:
    """The words of a text; only the commonest where `vocabulary_size` caps them."""
    size = check_size(vocabulary_size)
    ranked = [to_bytes(word) for word, _ in Counter(words(text)).most_common()]
    longer = [word for word in ranked if len(word) > 1]
    return WordAlphabet(SINGLE_BYTES + tuple(longer if size is None else longer[: size - N_BYTES]))
