"""A hostile file in a real browser: nothing runs, nothing opens, and no other host is asked."""

import pytest

from ladder.rungs import PAGES
from tests.browser.test_uploads import climb, upload
from tests.ui.hostile import HOSTILE, HOSTILE_TEXT

pytestmark = pytest.mark.browser

# One panel of each page that shows words of the text, and its settings as a link would make them.
PANELS = {
    "reality": "What is missing",
    "math": "Tokens",
    "geometry": "Neighbours",
    "statistics": "Fit q to p",
    "probability": "Write",
    "bridge": "Ledger",
}


def test_a_hostile_file_runs_nothing_on_any_page_and_asks_no_other_host(server, visit):
    opened: list[str] = []
    visit.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    visit.page.on("popup", lambda popup: opened.append(popup.url))
    visit.go(f"{server.url}/reality")
    name = f"{HOSTILE[2]} {HOSTILE[0]} {HOSTILE[6]}.csv".replace("/", "\u2215")
    header = ",".join('"' + text.replace('"', '""') + '"' for text in HOSTILE)
    rows = "".join('"' + HOSTILE_TEXT.replace('"', '""') + '"' + "," * (len(HOSTILE) - 1) + "\n" for _ in range(2))
    upload(visit, (name, f"{header}\n{rows}".encode()))
    visit.sees("2 documents")
    address = climb(visit)
    assert [page.url for page in PAGES] == list(PANELS)
    links = {f"{path}?corpus={address}&panel={panel.replace(' ', '+')}" for path, panel in PANELS.items()}
    for link in sorted(links | {f"?corpus={address}&docs=%21%5Bx%5D(http%3A%2F%2Fevil.test%2Fd.png)"}):
        visit.page.goto(f"{server.url}/{link}")
        visit.settle()
        # what is behind a button is drawn only then: the words for a chart
        for button in visit.page.get_by_role("button", name="Data and export").all()[:1]:
            button.click()
        assert visit.page.evaluate("window.__pwned") is None
        harm = "img[src*='evil'], img[src$='x'], [onerror], a[href^='javascript'], a[href*='evil.test']"
        assert [found.evaluate("e => e.outerHTML") for found in visit.page.locator(harm).all()] == []
    assert opened == []
    assert not visit.errors
    assert visit.hosts == {server.host}
