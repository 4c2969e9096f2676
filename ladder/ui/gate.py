"""The class password, where there is one: a form before anything else, and a limit on tries.

The password is compared in constant time, asked for once a session, and never written anywhere. The
link's settings stay in the URL meanwhile, so that a deep link opens what it names.
"""

import hashlib
import hmac
import threading
import time
from collections import deque

import streamlit as st

from ladder.settings import PASSWORD, unknown_settings, value_of, wrong_settings

MOST_WRONG = 30  # tries from one address (a school has one for all) ...
WITHIN = 60.0  # ... in so many seconds
ADMITTED = "admitted"


class Tries:
    """The wrong tries of late, by address."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def too_many(self, address: str, now: float) -> bool:
        """Whether an address must wait."""
        with self._lock:
            return len(self._of_late(address, now)) >= MOST_WRONG

    def note(self, address: str, now: float) -> None:
        """Count a wrong try."""
        with self._lock:
            self._of_late(address, now)
            self._wrong.setdefault(address, deque(maxlen=MOST_WRONG)).append(now)

    def _of_late(self, address: str, now: float) -> deque[float]:
        for known, times in list(self._wrong.items()):
            while times and times[0] <= now - WITHIN:
                times.popleft()
            if not times:
                del self._wrong[known]
        return self._wrong.get(address, deque())


@st.cache_resource(show_spinner=False)
def tries() -> Tries:
    """The tries at this server."""
    return Tries()


def same(given: str, wanted: str) -> bool:
    """Whether two passwords are equal, in a time that tells nothing of where they differ."""
    one, other = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (given, wanted))
    return hmac.compare_digest(one, other)


def check_settings() -> None:
    """Stop the script with a sentence for each setting that cannot be what it is."""
    if wrong := wrong_settings():
        for sentence in [*wrong, *unknown_settings()]:
            st.error(sentence)
        st.stop()


def ask_password() -> None:
    """Stop the script before anything else is drawn, until the password has been given."""
    wanted = value_of(PASSWORD)
    if wanted is None or st.session_state.get(ADMITTED) == hashlib.sha256(wanted.encode()).hexdigest():
        return
    st.header("This ladder has a password", anchor=False)
    address = str(st.context.ip_address or "")
    with st.form("gate", border=False):
        given = st.text_input("Password of the class", type="password", key="gate-password")
        sent = st.form_submit_button("Enter", key="gate-enter", type="primary")
    if sent:
        if tries().too_many(address, time.monotonic()):
            st.warning(f"Too many wrong tries from this network: wait {WITHIN:.0f} seconds, then try again.")
        elif same(given, wanted):
            st.session_state[ADMITTED] = hashlib.sha256(wanted.encode()).hexdigest()
            st.rerun()
        else:
            tries().note(address, time.monotonic())
            st.warning("That is not the password. Ask your teacher for it.")
    st.stop()
