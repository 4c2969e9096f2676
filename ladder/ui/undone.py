"""A token taken apart: picked in a running text, or named, and its merges undone one at a time."""

import re
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ladder.math import BPEAlphabet
from ladder.math.undo import undo
from ladder.reality import to_bytes, to_text
from ladder.ui import knobs
from ladder.ui.clickable import clickable_strip
from ladder.ui.tokens import Token, count, plain, token_colour, token_strip, visible

HEX = re.compile(r"0x((?:[0-9A-Fa-f]{2})+)")


def pickable_strip(pieces: BPEAlphabet, ids: Sequence[int], tokens: Sequence[Token], *, label: str, key: str) -> None:
    """A running text in colour, whose tokens are undone at a click."""

    def pick(place: int) -> None:
        choose(pieces.vocabulary[ids[place]])

    clickable_strip(tokens, label=label, key=key, on_pick=pick)


def show_undone(pieces: BPEAlphabet, counts: np.ndarray, *, otherwise: int | None = None) -> None:
    """The token that the knob `undo` names, in all its stages; `otherwise` is undone where it names none."""
    said = knobs.text(
        "undo", "… or a token in your own words", placeholder="its longest piece is undone; 0x… for bytes"
    )
    token = named(pieces, said) if said else otherwise
    if token is None:
        return
    stages = undo(pieces, token)
    made_by = f"merge {token - 255:,}" if token > 255 else "a single byte"
    lead = f"{count(len(stages) - 1, 'merge')} undone {'leads' if len(stages) == 2 else 'lead'}"
    st.markdown(
        f"**{plain(spoken(pieces, token))}**, {made_by}, stands {int(counts[token]):,} times in the text; "
        f"{lead} to its {count(len(pieces.vocabulary[token]), 'byte')}."
    )
    with st.container(gap=None):
        for undone, stage in enumerate(stages):
            strip = [Token(to_text(pieces.vocabulary[i]), f"id {i}", token_colour(i)) for i in stage]
            token_strip(strip, label=f"After {count(undone, 'merge')} undone: {count(len(stage), 'piece')}")
    st.caption("The bytes: " + " ".join(f"{byte:02X}" for byte in pieces.vocabulary[token]))


def choose(piece: bytes) -> None:
    """Put a piece into the knob: as text, or in hexadecimal where it cannot be typed."""
    st.session_state["undo"] = (
        to_text(piece) if is_text(piece) and not HEX.fullmatch(to_text(piece)) else named_hex(piece)
    )


def named_hex(piece: bytes) -> str:
    """Bytes as the knob writes them: 0x and two digits for each."""
    return f"0x{piece.hex().upper()}"


def named(pieces: BPEAlphabet, said: str) -> int:
    """The token that is said, letter by letter or as 0x…; the longest of its pieces where there is no such token."""
    found = HEX.fullmatch(said)
    data = bytes.fromhex(found[1]) if found else to_bytes(said)
    if data in pieces.vocabulary:
        return pieces.vocabulary.index(data)
    return max(pieces.ids(to_text(data)).tolist(), key=lambda i: len(pieces.vocabulary[i]))


def is_text(piece: bytes) -> bool:
    """Whether a piece can be typed: half of a letter or a line's end cannot."""
    return to_text(piece).isprintable()


def spoken(pieces: BPEAlphabet, i: int) -> str:
    """A token in quotation marks, with marks for what cannot be seen."""
    return f"“{visible(to_text(pieces.vocabulary[i]), spaces=True)}”"
