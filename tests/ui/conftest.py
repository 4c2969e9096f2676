"""AppTest on the whole app, with a store and a memory of its own."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import AlertBase, Caption

from ladder.ui.jobs import Pool, pool
from tests.ui.hostile import HOSTILE_TEXT, look_for_harm

ROOT = Path(__file__).parents[2]

# Texts that every panel must bear.
STRANGE = {
    "three bytes": "abc",
    "two bytes": "ab",
    "one byte": "a",
    "one character": "é",
    "one repeated": "a" * 3000,
    "one word": "word " * 300,
    "one sentence": "The king is dead, long live the king.",
    "two lines": "one line\nanother line",
    "twins": "the same line\n" * 50,
    "no spaces": "道可道非常道名可名非常名" * 40,
    "right to left": "שלום עולם گفتم غم تو دارم\n" * 40,
    "emoji": "👨\u200d👩\u200d👧\u200d👦👍🏽 🏳️\u200d🌈 " * 40,
    "no text": bytes(range(256)).decode("utf-8", "surrogateescape") * 4,
    "script": HOSTILE_TEXT,
    "only space": " \n" * 30,
}


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    """Every test has an empty store, nothing that another test has computed, and charts that Vega-Lite understands."""
    monkeypatch.setattr("ladder.ui.show.CHECK", True)
    monkeypatch.setenv("LADDER_DATA", str(tmp_path))
    monkeypatch.setenv("LADDER_LM", str(tmp_path / "no model"))  # or a page would unpack the real one
    st.cache_resource.clear()
    yield
    leave_no_job_behind(pool())


@pytest.fixture(autouse=True)
def _no_harm(monkeypatch):
    """Whatever a test draws: no hostile string of any text, name or link stands there as more than text."""
    draw = AppTest._run

    def drawn(at: AppTest, *args: Any, **named: Any) -> AppTest:
        done = draw(at, *args, **named)
        look_for_harm(at)
        return done

    monkeypatch.setattr(AppTest, "_run", drawn)


@pytest.fixture(autouse=True)
def _as_it_is_read(monkeypatch):
    """A caption or an alert has the value that a person reads: without the strokes that escape Markdown."""

    def read(element: Caption | AlertBase) -> str:
        return re.sub(r"\\([^\w\s])", r"\1", element.proto.body).replace("\u2060", "")

    monkeypatch.setattr(Caption, "value", property(read))
    monkeypatch.setattr(AlertBase, "value", property(read))


def leave_no_job_behind(here: Pool) -> None:
    """Stop what a page has started: a thread that imports while the next test begins may trip it."""
    for job in list(here.jobs.values()):
        here.cancel(job)
    for _ in range(6000):
        if not here.running:
            return
        time.sleep(0.02)
    raise AssertionError(f"{here.running[0].title} does not stop")


@pytest.fixture
def open_app():
    """Opens a page with query parameters, as a link does; fails where an exception is on it."""

    def opened(page: str = "app.py", **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / page), default_timeout=60)
        at.query_params.update({key: str(value) for key, value in query.items()})
        at.run()
        assert not at.exception, at.exception
        return at

    return opened
