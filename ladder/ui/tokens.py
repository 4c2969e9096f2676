"""Other people's text on screen: shown as text, never run.

`visible` gives marks to characters that cannot be seen, or that would turn the text
around them; `plain` takes Markdown's meaning away; `token_strip` is a running text in
coloured tokens.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import streamlit as st

from ladder.charts.theme import OKABE_ITO

WHITE_SPACE = {" ": "·", "\n": "⏎", "\t": "⇥", "\r": "␍"}
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")
ADDRESS = re.compile(r"https?:/|www\.|\w@", re.IGNORECASE)


class Token(NamedTuple):
    """One piece of a strip."""

    text: str
    hover: str
    colour: str  # any CSS colour; "" for none


def visible(text: str, *, spaces: bool = False) -> str:
    """The text with marks for what cannot be seen: controls, bidirectional overrides, bytes that are no text."""
    return "".join(_mark(character, spaces) for character in text)


def count(n: int, thing: str) -> str:
    """A number of things in words: "1 byte", "2,048 bytes"."""
    return f"{n:,} {thing}" if n == 1 else f"{n:,} {thing}s"


def plain(text: str) -> str:
    """The text as Markdown that shows it letter by letter."""
    # An address would become a link though escaped, since those are looked for last of all: a joiner without width
    # stands in it.
    text = ADDRESS.sub(lambda found: found[0][:-1] + "\u2060" + found[0][-1], visible(text).replace("⏎", " "))
    return MARKDOWN.sub(r"\\\1", text)


def token_colour(token_id: int) -> str:
    """A pale colour of its own for each id, the same wherever the id stands."""
    return _tint(OKABE_ITO[token_id % len(OKABE_ITO)], 0.32)


def surprise_colour(bits: float, *, most: float) -> str:
    """The paler the less surprising; `most` bits are the darkest."""
    return _tint("#D55E00", 0.8 * min(max(bits / most, 0.0), 1.0))


def token_strip(tokens: Sequence[Token], *, label: str) -> None:
    """Draw tokens in a row, each on its colour, with its hover text; `label` is what a screen reader says first."""
    spans = "".join(
        f'<span style="background:{token.colour or "transparent"}" title="{html.escape(token.hover)}">'
        f"{html.escape(visible(token.text)).replace('⏎', '<b>⏎</b><br>')}</span>"
        for token in tokens
    )
    st.html(
        "<style>.ladder-tokens{line-height:1.9;font-family:ui-monospace,monospace;overflow-wrap:anywhere;"
        "white-space:pre-wrap}.ladder-tokens span{border-radius:3px;padding:1px 0;box-shadow:inset -1px 0 "
        "rgba(128,128,128,.55)}.ladder-tokens b{opacity:.45;font-weight:400}</style>"
        f'<div class="ladder-tokens" dir="auto" role="group" aria-label="{html.escape(label)}">{spans}</div>'
    )


def _mark(character: str, spaces: bool) -> str:
    if character in WHITE_SPACE:
        return WHITE_SPACE[character] if spaces or character != " " else " "
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte, carried as a lone surrogate
        return f"⟨{code - 0xDC00:02X}⟩"
    if character == "\u200d" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return character  # a joiner inside an emoji belongs to what is seen
    return f"⟨U+{code:04X}⟩"


def _tint(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:.2f})"
