"""kill -9 in the middle of things: afterwards the store is whole, and every link works."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
import streamlit as st

from ladder.reality import Corpus, Store
from ladder.statistics import Settings
from ladder.ui import trainings
from ladder.ui.work import Progress
from tests.browser.conftest import Server
from tests.load.pupil import Pupil
from tests.load.scenes import START, Tally, played_out, together, uploading

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
        link = played_out(upload_one(server.host, 1))

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

        assert played_out(class_is_cut_off()).errors  # who was in the middle has noticed
    finally:
        server.stop()
    assert everything_is_whole(tmp_path / "uploads") >= 1
    again = Server(tmp_path)
    try:
        pupil = played_out(seen(again.host, "statistics", f"{link}&panel=N-grams"))
        assert "orders" in pupil.elements
    finally:
        again.stop()


# A training that writes a checkpoint at every look.
TRAINER = """
from ladder.ui import trainings
from ladder.ui.work import Progress
from tests.load.test_faults import training_of
trainings.CHECKPOINT_SECONDS = 0.0
trainings.learn(training_of(), Progress())
"""


def training_of() -> trainings.Wanted:
    """A small training that takes some seconds."""
    corpus = Corpus.of("to be trained on", "the cat sees the dog, and the dog sees the cow.\n" * 40)
    settings = Settings(steps=400, width=16, heads=2, context=16, batch=4)
    return trainings.Wanted(corpus.sha, corpus, "bytes", 256, settings, stop_early=False)


def test_a_training_goes_on_from_its_last_checkpoint_after_a_kill(tmp_path, monkeypatch):
    monkeypatch.setenv("LADDER_DATA", str(tmp_path))
    st.cache_resource.clear()
    trainer = subprocess.Popen([sys.executable, "-c", TRAINER], cwd=ROOT, stderr=subprocess.DEVNULL)
    path = training_of().path
    try:
        end = time.monotonic() + 120
        while trainings.checkpoint_step(path) is None:
            assert trainer.poll() is None, "the training ended before it could be killed"
            assert time.monotonic() < end, "no checkpoint is written"
            time.sleep(0.01)
    finally:
        trainer.kill()
        trainer.wait()
    reached = trainings.checkpoint_step(path)
    assert reached is not None
    assert 0 < reached < 400
    seen: list[float] = []

    class Watched(Progress):
        def __call__(self, share: float, text: str = "") -> None:
            seen.append(share)
            super().__call__(share, text)

    resumed = trainings.learn(training_of(), Watched())
    assert resumed.done == 400
    assert min(share for share in seen if share > 0) > reached / 400 - 1e-9
    path.unlink()
    straight = trainings.learn(training_of(), Progress())
    assert resumed.curve == straight.curve
    assert resumed.bits_per_byte == straight.bits_per_byte
