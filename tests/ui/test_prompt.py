import os
import socket

import pytest

from ladder.ui.prompt import OPEN_FILES, answer_promptly


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
