r"""Where a text may be cut: pieces that give it back exactly when they are joined.

    "To be,  or don't."   ->   ["To", " be", ",", " ", " or", " don't", "."]

A word takes the one space before it along, as in GPT-2. So the commonest character of
most texts costs nothing extra: " be" is one token where "be" and " " would be two, and
a model of word after word sees the word before it, not the space between.

    word            a letter, digit or _, then letters, digits, their marks and joiners;
                    an apostrophe between letters stays inside (UAX #29, rule WB6)
    white space     a run of it, but for the space that the next word takes
    not UTF-8       a run of bytes that decode to nothing
    the rest        one mark at a time in `words`; a run of them in `runs`

No piece is longer than about a hundred characters, so a text without any border in it
(DNA, one repeated letter) is cut all the same, and costs linear time.

A piece is white space altogether, or none after its first space; so what ends before white space
that follows something else is cut the same on its own, and a long text is read in stretches.

Reference: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019);
Unicode Standard Annex #29.
"""

import re
from collections.abc import Iterator
from itertools import chain

import regex

LONGEST = 100
STRETCH = 1 << 18  # characters
_WORD = rf"\w[\w\p{{M}}\u200c\u200d]{{0,{LONGEST - 1}}}"
_OTHER = r"[^\s\w\udc80-\udcff]"
_PATTERN = "|".join(
    [
        rf" ?{_WORD}(?:['’]{_WORD}){{0,3}}",
        rf"[\udc80-\udcff]{{1,{LONGEST}}}",
        rf" ?{_OTHER}%s",
        rf"\s{{1,{LONGEST}}}(?!\S)",
        rf"\s{{1,{LONGEST}}}",
    ]
)
_ONE_MARK_A_PIECE = regex.compile(_PATTERN % "")
_MARKS_IN_RUNS = regex.compile(_PATTERN % f"{{1,{LONGEST}}}")
_IN_WORD = regex.compile(r"\w")
_WHITE_AFTER_OTHER = regex.compile(r"(?<=\S)\s")

# The same for ASCII alone, where Python's own `re` is the faster reader; `}+` never goes back on what it took.
_ASCII_WORD = rf"[0-9A-Za-z_]{{1,{LONGEST}}}+"
_ASCII_MARK_A_PIECE = re.compile(
    rf" ?{_ASCII_WORD}(?:'{_ASCII_WORD}){{0,3}}+| ?[^\t-\r 0-9A-Za-z_]"
    rf"|[\t-\r ]{{1,{LONGEST}}}(?![^\t-\r ])|[\t-\r ]{{1,{LONGEST}}}"
)


def words(text: str) -> list[str]:
    """The text cut into words, white space and single marks."""
    return list(each_word(text))


def each_word(text: str) -> Iterator[str]:
    """The same, one after the other: a long text's pieces are never all in memory."""
    readers = ((_ASCII_MARK_A_PIECE if s.isascii() else _ONE_MARK_A_PIECE, s) for s in _stretches(text))
    return chain.from_iterable(reader.findall(stretch) for reader, stretch in readers)


def _stretches(text: str) -> Iterator[str]:
    """The text in parts of about STRETCH characters, cut where a piece ends whatever follows."""
    start = 0
    while start < len(text):
        border = _WHITE_AFTER_OTHER.search(text, start + STRETCH)
        end = border.start() if border else len(text)
        yield text[start:end]
        start = end


def runs(text: str) -> list[str]:
    """The text cut into words, white space and runs of marks: what BPE may merge within."""
    return _MARKS_IN_RUNS.findall(text)


def bare_words(text: str) -> list[str]:
    """The words of a text in lower case, without the space before them, white space and marks: what Zipf counted."""
    bare = (piece.lstrip(" ").lower() for piece in words(text))
    return [word for word in bare if word and _IN_WORD.match(word)]
