"""Bytes, hex and text side by side: one row for every sixteen bytes.

    offset    hex                text
    000010    68 c3 a9 20 0a     h é ▸ ␣ ⏎

A character of several bytes stands over its first one, and ▸ over those that go with it.
"""

import unicodedata

ROW = 16
CONTINUED = "▸"
UNDECODABLE = "�"
WHITE = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍"}


def byte_marks(data: bytes, start: int, stop: int) -> list[str]:
    """One mark for each byte from start to stop: the character that begins there, ▸ within one, � for no UTF-8."""
    first = start
    while first > 0 and start - first < 3 and data[first] & 0xC0 == 0x80:  # step back to where the character begins
        first -= 1
    marks: list[str] = []
    for character in data[first : stop + 3].decode("utf-8", "surrogateescape"):
        size = len(character.encode("utf-8", "surrogateescape"))
        marks += [mark(character)] + [CONTINUED] * (size - 1)
    return marks[start - first : stop - first]


def mark(character: str) -> str:
    """How a character is shown in a cell of its own."""
    if character in WHITE:
        return WHITE[character]
    if "\ud800" <= character <= "\udfff":
        return UNDECODABLE
    if character < " ":
        return chr(0x2400 + ord(character))  # ␀ for NUL, and so on
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Co", "Cn", "Zl", "Zp"):
        return "·"
    return "◌" + character if category.startswith("M") else character  # an accent needs something to stand on
