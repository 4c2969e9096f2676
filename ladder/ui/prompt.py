"""Answers leave at once: TCP's wait for fuller packets is switched off.

Python switches it off for the sockets that it opens itself, but Streamlit's server is handed one
that it does not recognise. The last small packet of a rerun then waits until the browser has
confirmed the one before, which browsers put off for 40 ms: a rerun of 6 ms took 44.

And nobody else is asked meanwhile: where a page of another host knocks, Streamlit would ask one on
the internet for this server's own address, and answer no student until that host has answered.
"""

import contextlib
import os
import socket
import stat

import streamlit as st
from streamlit import net_util

OPEN_FILES = "/proc/self/fd"


def ask_nobody() -> None:
    """Have Streamlit believe that it knows how the internet sees this server: by no address."""
    net_util._external_ip = ""  # no page's host is empty


@st.cache_resource(show_spinner=False)
def answer_promptly() -> int:
    """How many sockets no longer wait: what listens hands it on to all that come."""
    changed = 0
    for name in os.listdir(OPEN_FILES) if os.path.isdir(OPEN_FILES) else ():
        with contextlib.suppress(OSError):  # no socket, or closed meanwhile
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                with socket.socket(fileno=os.dup(int(name))) as connection:
                    if connection.type == socket.SOCK_STREAM and connection.family in (socket.AF_INET, socket.AF_INET6):
                        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        changed += 1
    return changed
