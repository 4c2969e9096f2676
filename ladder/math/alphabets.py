"""The door: one text, five alphabets.

    fit_alphabet(text, scheme)     learn the pieces from a text
    encode(text, scheme)           and write a text in them

Every lossless alphabet begins with the 256 bytes and can write every text, seen or not;
that is why their prices compare.
"""

from collections.abc import Callable

from ladder.math.alphabet import Alphabet, Scheme
from ladder.math.bpe import fit_bpe
from ladder.math.characters import fit_characters
from ladder.math.encoding import Encoding
from ladder.math.raw_bytes import ByteAlphabet
from ladder.math.wordpiece import load_wordpiece
from ladder.math.words import fit_words

SCHEMES = {
    scheme.key: scheme
    for scheme in (
        Scheme("bytes", "Bytes", "256 letters that write everything", lossless=True, sized=False),
        Scheme("characters", "Characters", "one id for each character of the text", lossless=True, sized=False),
        Scheme("words", "Words", "one id for each word, with the space before it", lossless=True, sized=False),
        Scheme("bpe", "BPE", "bytes, and the pairs that this very text merges most", lossless=True, sized=True),
        Scheme("wordpiece", "WordPiece", "the encoder's own pieces: not all comes back", lossless=False, sized=False),
    )
}

_FIT: dict[str, Callable[[str, int | None], Alphabet]] = {
    "bytes": lambda text, size: ByteAlphabet(),
    "characters": lambda text, size: fit_characters(text, vocabulary_size=size),
    "words": lambda text, size: fit_words(text, vocabulary_size=size),
    "bpe": lambda text, size: fit_bpe(text, vocabulary_size=size),
    "wordpiece": lambda text, size: load_wordpiece(),
}


def fit_alphabet(text: str, scheme: str, *, vocabulary_size: int | None = None) -> Alphabet:
    """The alphabet that a text teaches under a scheme.

    `vocabulary_size` is the most pieces that it may have, the 256 bytes among them: BPE's
    is 1024 without one, characters and words are all taken in without one, and bytes and
    WordPiece have the size that they have. A text may teach fewer.

    Raises ValueError for a scheme or a size that there is not, FileNotFoundError where
    WordPiece's tokenizer is not installed.
    """
    if scheme not in _FIT:
        raise ValueError(f"scheme must be one of {', '.join(_FIT)}, but is {scheme!r}")
    return _FIT[scheme](text, vocabulary_size)


def encode(text: str, scheme: str, *, train_on: str | None = None, vocabulary_size: int | None = None) -> Encoding:
    """A text in the alphabet that `train_on` teaches: the text itself where none is given."""
    teacher = text if train_on is None else train_on
    return fit_alphabet(teacher, scheme, vocabulary_size=vocabulary_size).encode(text)
