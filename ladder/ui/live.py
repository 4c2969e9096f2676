"""Token by token: the same draw as at once, watched while it is drawn, and stopped when one likes.

Nothing waits in a script: each tick draws for a moment and ends. So a click is never kept waiting,
and a slow pace holds no worker that others could use.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import streamlit as st

from ladder.probability import Draw, Token, stream
from ladder.ui import knobs
from ladder.ui.asked import Asked, Settings

TICK = 0.3  # seconds
BUDGET = 0.15  # of a tick that may be spent on drawing
PACES = (2, 5, 10, 20, 50, 200, 1000)  # tokens a second


@dataclass
class Live:
    """A draw under way."""

    key: tuple[Any, ...]  # the question, the settings and the seed
    tokens: Iterator[Token]
    n: int
    drawn: list[Token] = field(default_factory=list)
    running: bool = False
    due: float = 0.0  # tokens that the pace allows but that are not drawn yet

    def go_on(self, seconds: float, pace: float, *, budget: float = BUDGET) -> None:
        """Draw what the pace allows for so many seconds, but for no longer than the budget."""
        self.due += pace * seconds
        end = time.monotonic() + budget
        while self.due >= 1 and len(self.drawn) < self.n and time.monotonic() < end:
            self.drawn.append(next(self.tokens))
            self.due -= 1
        self.due = min(self.due, pace)
        if len(self.drawn) == self.n:
            self.running = False

    @property
    def draw(self) -> Draw:
        """What is drawn so far."""
        columns = np.array(self.drawn, dtype=np.float64).reshape(-1, 3).T
        return Draw(columns[0].astype(np.int32), columns[1], columns[2])


def live_of(asked: Asked, question: tuple[Any, ...], n: int, seed: int, settings: Settings) -> Live:
    """This session's draw for a question: the one that is there, or a new one that waits to be started."""
    key = (*question, n, seed, settings)
    live = st.session_state.get("live-draw")
    if live is None or live.key != key:
        live = st.session_state["live-draw"] = start(asked, key, n, seed, settings)
    return live


def start(asked: Asked, key: tuple[Any, ...], n: int, seed: int, settings: Settings) -> Live:
    """A draw from its first token on: the same tokens as a draw at once with that seed."""
    rng = np.random.default_rng(seed)
    return Live(key, stream(asked.model, asked.context, n=n, rng=rng, **settings._asdict()), n)


def live_knobs(asked: Asked, live: Live, seed: int, settings: Settings) -> int:
    """The pace, and start, stop and begin anew."""

    def run(running: bool) -> None:
        live.running = running

    def anew() -> None:
        st.session_state["live-draw"] = start(asked, live.key, live.n, seed, settings)
        st.session_state["live-draw"].running = True

    pace = knobs.slider_of("pace", "Tokens a second", PACES, 20)
    with st.container(horizontal=True):
        begun, over = bool(live.drawn), len(live.drawn) >= live.n
        st.button(
            "Go on" if begun else "Start",
            icon="▶️",
            key="live-start",
            on_click=run,
            args=(True,),
            disabled=live.running or over,
        )
        st.button("Stop", icon="⏹️", key="live-stop", on_click=run, args=(False,), disabled=not live.running)
        st.button("From the start", icon="⏮️", key="live-anew", on_click=anew, disabled=not begun)
    return pace
