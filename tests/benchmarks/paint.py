"""The time to the first meaningful paint of a page, on a server that has just started."""

import shutil
import time
from pathlib import Path

from tests.benchmarks.servers import running
from tests.browser.conftest import FLAGS


def first_paint(script: Path, data: Path, path: str) -> float:
    """Seconds from asking for a page to its first widget, on a fresh server and in a fresh browser."""
    from playwright.sync_api import sync_playwright

    with running(script, data) as host, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(f"http://{host}{path}")
        page.wait_for_selector('[data-testid="stSlider"], [data-testid="stSelectbox"]')
        seconds = time.perf_counter() - start
        browser.close()
    return seconds
