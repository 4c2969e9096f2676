"""Knobs whose setting is in the URL: same link, same picture.

Each is Streamlit's widget bound to the query parameter of its key. What Streamlit does
silently is said here: a link's setting that the knob cannot take falls back to the
default, and a sentence above the knob says so. Defaults are left out of the URL, so a new
default changes old links: `DEFAULTS` collects them, and a test holds them fast.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from ladder.ui.tokens import plain

DEFAULTS: dict[str, Any] = {}

# More options than this stand in a list that opens, fewer in a row.
LONGEST_ROW = 6
BIND: dict[str, Any] = {"bind": "query-params"}


def slider(
    key: str, label: str, lo: float, hi: float, default: float, *, step: float | None = None, **options: Any
) -> Any:
    """A number between lo and hi, by slider."""
    _check(key, default, lambda text: lo <= float(text) <= hi, f"between {lo:g} and {hi:g}")
    _within(key, lo, hi)
    return st.slider(label, lo, hi, default, step, key=key, **BIND, **options)


def slider_of(key: str, label: str, options: Sequence[int], default: int, **more: Any) -> int:
    """One of a few numbers in order, by slider."""
    _check(key, default, lambda text: int(text) in options, f"one of {', '.join(map(str, options))}")
    return st.select_slider(label, options, default, key=key, **BIND, **more)


def number(
    key: str, label: str, lo: float, hi: float, default: float, *, step: float | None = None, **options: Any
) -> Any:
    """A number between lo and hi, typed in."""
    _check(key, default, lambda text: lo <= float(text) <= hi, f"between {lo:g} and {hi:g}")
    _within(key, lo, hi)
    return st.number_input(label, lo, hi, default, step, key=key, **BIND, **options)


def choice(
    key: str,
    label: str,
    options: Sequence[Any] | Mapping[Any, str],
    default: Any,
    *,
    in_a_row: bool | None = None,
    **more: Any,
) -> Any:
    """One of a few options, in a row or in a list that opens; a mapping gives each its label, which the URL shows."""
    labels = dict(options) if isinstance(options, Mapping) else {option: str(option) for option in options}
    _check(key, default, lambda text: text in labels.values(), f"one of {', '.join(list(labels.values())[:12])}")
    more |= {"format_func": labels.__getitem__, "key": key, **BIND}
    if in_a_row if in_a_row is not None else len(labels) <= LONGEST_ROW:
        return st.segmented_control(label, list(labels), default=default, required=True, **more)
    return st.selectbox(label, list(labels), list(labels).index(default), **more)


def text(key: str, label: str, default: str = "", **options: Any) -> str:
    """A line of text."""
    DEFAULTS[key] = default
    return st.text_input(label, default, key=key, **BIND, **options)


def area(key: str, label: str, default: str = "", **options: Any) -> str:
    """Lines of text."""
    DEFAULTS[key] = default
    return st.text_area(label, default, key=key, **BIND, **options)


def toggle(key: str, label: str, default: bool = False, **options: Any) -> bool:
    """On or off."""
    _check(key, default, lambda text: text.lower() in ("true", "false", "1", "0"), "true or false")
    return st.toggle(label, default, key=key, **BIND, **options)


def _within(key: str, lo: float, hi: float) -> None:
    """Bring a setting back between its ends, where those have come closer: Streamlit would raise."""
    held = st.session_state.get(key)
    if held is not None and not lo <= held <= hi:
        st.session_state[key] = min(max(held, lo), hi)


def _check(key: str, default: Any, accepts: Callable[[str], bool], rule: str) -> None:
    """Remember the default, and say so where the link asks for something that cannot be."""
    DEFAULTS[key] = default
    asked = st.query_params.get(key)
    if asked is None:
        return
    try:
        fine = accepts(asked)
    except ValueError:
        fine = False
    if not fine:
        st.warning(f"The link asks for {key} = {plain(asked[:40])}, which is not {rule}. A valid setting is shown.")
