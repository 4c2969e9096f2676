"""Streamlit servers to measure: ours, and an empty page beside it as the yardstick."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EMPTY_PAGE = 'import streamlit as st\n\nst.slider("a", 0, 10, key="a")\n'


@contextmanager
def running(script: Path, data: Path, *options: str) -> Iterator[str]:
    """A server of that script with a store of its own and Streamlit's options, as host:port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", script.name, "--server.headless", "true",
         "--server.address", "127.0.0.1", "--server.port", str(port), *options],
        cwd=script.parent,
        env={**os.environ, "LADDER_DATA": str(data), "HF_HUB_OFFLINE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise TimeoutError("the server did not start")
        yield f"127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
