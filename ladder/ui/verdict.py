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
SAME_CHOICES, SMALL = 0.99, 0.01  # a share of places and bits a place: a likeness that holds has more, and fewer
MOST_CHOICES, LARGE = 0.8, 0.25  # the same of one that nearly holds


class Verdict(NamedTuple):
    """What came out for one claim."""

    outcome: str  # one of HOLDS, NEARLY, FAILS, OPEN
    why: str  # in numbers, as Markdown


def of_likeness(same: float, bits: float) -> str:
    """The outcome for two distributions that choose alike at a share of places, so many bits apart on average."""
    if same >= SAME_CHOICES and bits < SMALL:
        return HOLDS
    return NEARLY if same >= MOST_CHOICES and bits < LARGE else FAILS


def draw_verdict(claim: str, verdict: Verdict) -> None:
    """One line: the claim, the outcome, and why."""
    st.markdown(f"*{claim}* {MARKS[verdict.outcome]} {verdict.why}")
