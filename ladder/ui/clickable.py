"""A running text in coloured tokens, each of which can be picked: by a click, or with arrows and Enter.

The tokens go to the browser as data and become text there, never markup. One Tab leads into the
strip and one out of it; the arrows, Home and End walk inside.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ladder.ui.tokens import Token, visible

CSS = """
.strip{line-height:1.9;font-family:ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap;
color:var(--st-text-color)}
.strip span{border-radius:3px;padding:1px 0;box-shadow:inset -1px 0 rgba(128,128,128,.55);cursor:pointer}
.strip span:hover{outline:1px solid currentColor}
.strip span:focus-visible,.strip span[aria-pressed=true]{outline:2px solid currentColor}
"""
JS = """
export default function ({ parentElement, data, setTriggerValue }) {
  let strip = parentElement.querySelector(".strip");
  if (!strip) {
    strip = document.createElement("div");
    strip.className = "strip";
    strip.setAttribute("role", "toolbar");
    strip.dir = "auto";
    parentElement.append(strip);
  }
  strip.setAttribute("aria-label", data.label);
  const drawn = JSON.stringify(data.tokens);
  if (strip.drawn !== drawn) {
    strip.drawn = drawn;
    strip.replaceChildren(...data.tokens.map(([text, hover, colour], i) => {
      const token = document.createElement("span");
      token.setAttribute("role", "button");
      token.textContent = text;
      token.title = hover;
      token.setAttribute("aria-label", text + ", " + hover);
      token.style.background = colour;
      token.tabIndex = i ? -1 : 0;
      return token;
    }));
  }
  const tokens = [...strip.children];
  tokens.forEach((token, i) => token.setAttribute("aria-pressed", i === data.picked));
  const at = (event) => tokens.indexOf(event.target);
  const walk = (i) => {
    tokens.forEach((token, j) => { token.tabIndex = j === i ? 0 : -1; });
    tokens[i].focus();
  };
  strip.onclick = (event) => {
    if (at(event) < 0) return;
    walk(at(event));
    setTriggerValue("picked", at(event));
  };
  strip.onkeydown = (event) => {
    const i = at(event), last = tokens.length - 1;
    if (i < 0) return;
    const to = { ArrowRight: i + 1, ArrowDown: i + 1, ArrowLeft: i - 1, ArrowUp: i - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) walk(Math.min(Math.max(to, 0), last));
    else if (event.key === "Enter" || event.key === " ") setTriggerValue("picked", i);
    else return;
    event.preventDefault();
  };
}
"""
_mount = st.components.v2.component("ladder-token-strip", css=CSS, js=JS)


def clickable_strip(
    tokens: Sequence[Token], *, label: str, key: str, on_pick: Callable[[int], Any], picked: int | None = None
) -> None:
    """Draw tokens in a row; `on_pick` is called with the place of the one that is clicked, before the next rerun."""

    def pick() -> None:
        place = st.session_state[key].get("picked")
        if isinstance(place, int) and 0 <= place < len(tokens):  # what a browser says is checked
            on_pick(place)

    shown = [(visible(token.text).replace("⏎", "⏎\n"), token.hover, token.colour) for token in tokens]
    _mount(key=key, data={"label": label, "tokens": shown, "picked": picked}, on_picked_change=pick)
