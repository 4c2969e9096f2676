import os
import socket

import pytest
from streamlit import net_util
from streamlit.web.server import server_util

from ladder.ui.prompt import OPEN_FILES, answer_promptly, ask_nobody


def waits(connection: socket.socket) -> bool:
    """Whether it keeps a small packet back until the one before is confirmed."""
    return not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_who_comes_later_is_answered_at_once():
    if not os.path.isdir(OPEN_FILES):
        pytest.skip("this system does not list a process's open files")
    with socket.socket() as listener, socket.socket() as browser:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert waits(listener)
        answer_promptly.clear()
        assert answer_promptly() >= 1
        browser.connect(listener.getsockname())
        served, _ = listener.accept()
        with served:
            assert not waits(served)


def test_nothing_stays_open_that_was_not():
    answer_promptly.clear()
    before = len(os.listdir(OPEN_FILES))
    answer_promptly()
    assert len(os.listdir(OPEN_FILES)) == before


def test_no_host_is_asked_for_the_servers_own_address(monkeypatch):
    asked = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, timeout=5: asked.append(url))
    monkeypatch.setattr(net_util, "_external_ip", None)
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert asked
    asked.clear()
    ask_nobody()
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert not any(map(server_util.is_url_from_allowed_origins, ("http://", "", "null", "file://")))
    assert server_util.is_url_from_allowed_origins("http://localhost:8501")
    assert asked == []
