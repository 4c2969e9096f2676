"""kill -9 in the middle of things: afterwards the store is whole, and every link works.

What is killed in the middle of a training must go on from its last checkpoint: that test belongs
at the end of this file, beside the fit's, as soon as a checkpoint is written into the data folder.
"""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ladder.reality import Corpus, Store
from tests.browser.conftest import Server
from tests.load.pupil import Pupil
from tests.load.scenes import START, Tally, together, uploading

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
# What a server does with uploads, without the server: one after the other, as fast as it can.
WRITER = """
import sys
from ladder.reality import Corpus, Store
store = Store(sys.argv[1])
for number in range(10_000):
    store.put(Corpus.of(f"upload {number}", f"the text of upload {number}, " * 40_000))
"""


def everything_is_whole(folder: Path) -> int:
    """How many uploads are there, each read back under its own hash; what the index names is there."""
    store = Store(folder)
    addresses = {path.stem for path in folder.glob("??/*.zst")}
    for address in addresses:
        store.get(address)
    assert {entry.address for entry in store.recent(1_000_000)} == addresses
    store.close()
    return len(addresses)


@pytest.mark.parametrize("moment", [0, 3, 17])
def test_no_half_file_is_seen_after_a_kill_in_the_middle_of_writing(tmp_path, moment):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT)
    try:
        end = time.monotonic() + 60
        # the moment: so many uploads are there, and the next stands half written beside them
        while len(list(tmp_path.glob("??/*.zst"))) < moment or not list(tmp_path.glob("??/.*")):
            assert writer.poll() is None
            assert time.monotonic() < end, "nothing is being written"
    finally:
        writer.kill()
        writer.wait()
    assert everything_is_whole(tmp_path) >= moment
    again = Store(tmp_path)
    assert again.get(again.put(Corpus.of("after", "and it goes on"))).text == "and it goes on"
    again.close()


async def seen(host: str, page: str, query: str) -> Pupil:
    """A student who has opened that link, until nothing on the page moves."""
    async with Pupil(host, page, query) as pupil:
        await pupil.open()
        await pupil.until(lambda: not pupil.clocks)
    assert pupil.exceptions == 0
    return pupil


async def upload_one(host: str, number: int) -> str:
    """Bring a text, and the query of the page that then reads it."""
    START.set(1)
    queries: list[str] = []

    async def act(pupil: Pupil, _: int, tally: Tally) -> None:
        await uploading(MEGABYTE // 4)(pupil, number, tally)
        queries.append(pupil.query)

    tally = await together(host, 1, act)
    assert tally.errors == []
    return queries[0]


def test_links_and_fits_come_back_after_a_kill_in_the_middle_of_uploads_and_a_fit(tmp_path):
    server = Server(tmp_path)
    try:
        link = asyncio.run(upload_one(server.host, 1))

        async def class_is_cut_off() -> Tally:
            START.set(6)
            fit = asyncio.create_task(seen(server.host, "statistics", f"{link}&panel=Leaderboard"))
            uploads = asyncio.create_task(together(server.host, 6, uploading(MEGABYTE)))
            while not START.open.is_set():
                await asyncio.sleep(0.02)
            while not list(tmp_path.glob("uploads/??/.*")) and len(list(tmp_path.glob("uploads/??/*.zst"))) < 3:
                await asyncio.sleep(0.001)
            assert not fit.done()  # it is in the middle
            server.process.kill()
            await asyncio.gather(fit, return_exceptions=True)
            return await uploads

        assert asyncio.run(class_is_cut_off()).errors  # who was in the middle has noticed
    finally:
        server.stop()
    assert everything_is_whole(tmp_path / "uploads") >= 1
    again = Server(tmp_path)
    try:
        pupil = asyncio.run(seen(again.host, "statistics", f"{link}&panel=N-grams"))
        assert "orders" in pupil.elements
    finally:
        again.stop()
