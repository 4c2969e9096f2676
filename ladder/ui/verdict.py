"""A verdict on a claim: what was claimed, whether it holds here, and the numbers that say so."""

from typing import NamedTuple

import streamlit as st

HOLDS, NEARLY, FAILS, OPEN = "holds", "nearly", "fails", "open"
MARKS = {
    HOLDS: ":green[:material/check_circle: **Holds.**]",
    NEARLY: ":orange[:material/contrast: **Nearly.**]",
    FAILS: ":red[:material/cancel: **Does not hold.**]",
    OPEN: ":gray[:material/hourglass_empty: **Not known yet.**]",
}


class Verdict(NamedTuple):
    """What came out for one claim."""

    outcome: str  # one of HOLDS, NEARLY, FAILS, OPEN
    why: str  # in numbers, as Markdown


def draw_verdict(claim: str, verdict: Verdict) -> None:
    """One line: the claim, the outcome, and why."""
    st.markdown(f"*{claim}* {MARKS[verdict.outcome]} {verdict.why}")
