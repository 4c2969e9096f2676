"""The store of uploads that all sessions of this server share."""

import threading
import time
from contextlib import suppress

import streamlit as st

from ladder.reality import Corpus, Store
from ladder.settings import DAYS, value_of
from ladder.ui.cache import readmit

HOUR = 3600.0  # seconds between two looks for what has not been read for long


@st.cache_resource(show_spinner=False)
def shelf() -> Store:
    """The store, in the folder and the database that the settings name."""
    return Store()


class Clock:
    """When each thing was last done."""

    def __init__(self) -> None:
        self._done: dict[str, float] = {}
        self._lock = threading.Lock()

    def due(self, thing: str) -> bool:
        """Whether it was not done within the hour; then it counts as done now."""
        now = time.monotonic()
        with self._lock:
            if now - self._done.get(thing, -HOUR) < HOUR:
                return False
            self._done[thing] = now
            return True


@st.cache_resource(show_spinner=False)
def clock() -> Clock:
    """The clock of this server."""
    return Clock()


def expire() -> None:
    """Once an hour, remove what has not been read for as many days as LADDER_DAYS says."""
    if clock().due("expire"):
        with suppress(ValueError, OSError):  # the log has it, and the page need not wait for it
            shelf().expire(days=value_of(DAYS))


def still_there(reference: str) -> bool:
    """Whether an upload has not been forgotten by another server or expired; once an hour it counts as used."""
    if not shelf().has(reference):
        return False
    if clock().due(reference):
        shelf().touch(reference)
    return True


def keep(corpus: Corpus) -> str:
    """Put a corpus on the shelf; what comes back is its address, for `?corpus=`."""
    reference = shelf().put(corpus)
    readmit(reference)
    return reference


def climb_with(reference: str) -> None:
    """Choose the corpus of that name or address, whole: another text has other documents, so no slice goes along."""
    st.session_state["reference"] = st.query_params["corpus"] = reference
    st.session_state.update({"docs": "", "from": 0, "to": 100})
