"""Scenes played against a server, with what they cost it: seconds, errors, memory, CPU.

    memory a session = (the most that the server rises above its lowest level since before they come) / sessions

The level before is that of a server which has been warmed: whatever the first session of all brings in
(imports, models, results for the teacher's text) is there already. What the class computes and brings counts
as the sessions', though all share it. Memory that a server has let go is used again, so a session looks
smaller after a warm-up, and smaller still after another class: `staying` weighs those that come once it is full.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.servers import EMPTY_PAGE, running
from tests.load.pupil import Pupil
from tests.load.scenes import EMPTY, START, WAY_UP, Stop, Tally, climbing, pressing, sliding, together, uploading

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
FORGET = ("--server.disconnectedSessionTTL", "5")  # seconds that a session outlives its browser tab


class Scene(NamedTuple):
    """What one scene has shown."""

    name: str
    acts: int
    p50: float  # seconds
    p95: float
    errors: list[str]
    seconds: float
    cpu: float  # seconds of the server's
    students: int
    before: float  # megabytes resident just before they come
    megabytes: float  # at most, while they are there
    risen: float  # megabytes, above the lowest level since before they came

    @property
    def each(self) -> float:
        """Megabytes that the server has risen by for each session; what they share is in it."""
        return self.risen / self.students

    @property
    def line(self) -> str:
        """The scene in a row of a table."""
        return (
            f"| {self.name} | {self.acts} | {1000 * self.p50:,.0f} ms | {1000 * self.p95:,.0f} ms "
            f"| {self.acts / self.seconds:.1f} | {1000 * self.cpu / max(self.acts, 1):.0f} ms "
            f"| {self.before:,.0f} MB | {self.megabytes:,.0f} MB | {self.each:.2f} MB | {len(self.errors)} |"
        )


HEAD = (
    "| scene | acts | p50 | p95 | acts a second | CPU an act | memory before | at most | a session | errors |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


@contextmanager
def school(*options: str) -> Iterator[tuple[str, str]]:
    """Our server and one of an empty page, as host:port."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.py"
        empty.write_text(EMPTY_PAGE)
        data = Path(folder) / "data"
        with running(ROOT / "app.py", data, *FORGET, *options) as ours, running(empty, data, *FORGET) as theirs:
            yield ours, theirs


async def play(name: str, host: str, n: int, act: Callable[[Pupil, int, Tally], Awaitable[None]]) -> Scene:
    """One scene with n students, whose sessions come to a server that has none."""
    START.set(n)
    levels = [megabytes_of(host)]

    async def look() -> None:
        while True:
            levels.append(megabytes_of(host))
            await asyncio.sleep(0.5)

    looker = asyncio.create_task(look())
    cpu, start = cpu_of(host), time.perf_counter()
    tally = await together(host, n, act)
    seconds = time.perf_counter() - start
    looker.cancel()
    return Scene(
        name,
        len(tally.seconds),
        tally.at(0.5),
        tally.at(0.95),
        tally.errors,
        seconds if START.opened is None else time.perf_counter() - START.opened,
        cpu_of(host) - cpu,
        n,
        levels[0],
        max(levels),
        rise(levels),
    )


def rise(levels: Sequence[float]) -> float:
    """The most by which a level exceeds an earlier one: garbage of before may be let go as they come."""
    return max(level - lowest for level, lowest in zip(levels, accumulate(levels, min), strict=True))


async def warm(host: str, texts: tuple[str, ...] = ("hamlet",), *, encoder: bool = True) -> None:
    """What a teacher does before class: open every page once, and the encoder's."""
    async with Pupil(host) as pupil:
        for text in texts:
            pupil.query = f"corpus={text}"
            await pupil.open()
            for stop in WAY_UP:
                await pupil.go(stop.page, f"corpus={text}")
                if stop.panel:
                    await pupil.turn("panel", string_array_value=[stop.panel])
                await until_quiet(pupil)
        if encoder:
            await pupil.go("geometry", f"corpus={texts[0]}&space=Words")
            await until_quiet(pupil)


async def warm_empty(host: str) -> None:
    """The empty page, opened once and its knob turned."""
    async with Pupil(host) as pupil:
        await pupil.open()
        await pupil.turn(EMPTY.knob, double_array_value=[1.0])


async def until_quiet(pupil: Pupil, seconds: float = 120) -> float:
    """Seconds until nothing on the page runs by itself: its jobs are over."""
    start = quiet = time.perf_counter()
    while time.perf_counter() - quiet < 1.0:
        if pupil.clocks:
            quiet = time.perf_counter()
        if quiet - start > seconds:
            raise TimeoutError("the page does not come to rest")
        await asyncio.sleep(0.1)
    return quiet - start


def training(panels: tuple[str, ...], sizes: tuple[int, ...]) -> Callable[[Pupil, int, Tally], Awaitable[None]]:
    """Ask for a fit of one's own, and wait for it: seconds until it is there."""

    async def act(pupil: Pupil, number: int, tally: Tally) -> None:
        panel, size = panels[number % len(panels)], sizes[number % len(sizes)]
        pupil.page, pupil.query = "statistics", f"corpus=hamlet&panel={panel.replace(' ', '+')}&vocab={size}"
        start = time.perf_counter()
        await pupil.open()
        await until_quiet(pupil, 300)
        tally.seconds.append(time.perf_counter() - start - 1.0)

    return act


async def staying(host: str, students: int, stops: Sequence[Stop], query: str = "") -> float:
    """Megabytes a session that has been at some pages and stays open.

    Twice so many come, one after the other, and it is the second half that is weighed: the first half fills what
    the warm-up had let go, and computes what all share.
    """
    levels = []
    async with AsyncExitStack() as open_sessions:
        for number in range(2 * students):
            pupil = await open_sessions.enter_async_context(Pupil(host, query=query))
            await pupil.open()
            for i in range(len(stops)):
                await pupil.go(stops[(number + i) % len(stops)].page, query)
            if (number + 1) % students == 0:
                levels.append(megabytes_of(host))
    first, second = levels
    return (second - first) / students


def pid_of(host: str) -> int:
    """The process that serves a port."""
    port = host.rpartition(":")[2].encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # a process that has just ended
        if b"streamlit" in command and port in command:
            return int(folder.name)
    raise LookupError(f"nobody serves {host}")


def megabytes_of(host: str) -> float:
    """Megabytes that the server holds."""
    return int(Path(f"/proc/{pid_of(host)}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def cpu_of(host: str) -> float:
    """Seconds of CPU that the server has used."""
    fields = Path(f"/proc/{pid_of(host)}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def class_scenes(ours: str, theirs: str, *, students: int, seconds: float, think: float) -> list[Scene]:
    """A class that climbs with think time, and the same class on an empty page."""
    return [
        await play("empty page, with think time", theirs, students, sliding(seconds, think)),
        await play("climb, with think time", ours, students, climbing(seconds, think)),
    ]


async def burst_scenes(ours: str, theirs: str, *, students: int, seconds: float) -> list[Scene]:
    """Everybody presses again and again, on an empty page and on each rung."""
    return [
        await play("empty page, all press", theirs, students, pressing(seconds, (EMPTY,), "")),
        await play("all press", ours, students, pressing(seconds, WAY_UP, "hamlet")),
    ]


async def upload_scene(ours: str, *, students: int, size: int = MEGABYTE) -> list[Scene]:
    """Everybody uploads at once."""
    return [await play(f"all upload {size / MEGABYTE:g} MB", ours, students, uploading(size))]


async def training_scene(ours: str, *, students: int) -> list[Scene]:
    """Some train while the others are away."""
    sizes = (256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144)
    return [await play("train", ours, students, training(("N-grams", "Leaderboard"), sizes))]
