"""What a class does: climb with think time, press all at once, upload, train, come and leave."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from tests.load.pupil import Pupil

T = TypeVar("T")
Action = Callable[[Pupil, random.Random], Awaitable[float]]
TEXTS = ("hamlet", "hafez", "python", "monkey")


class Stop(NamedTuple):
    """A panel on the way up, and a knob to turn there: its field, and the values that it takes."""

    page: str
    panel: str
    knob: str
    field: str
    values: Sequence[Any]


WAY_UP = (
    Stop("reality", "Along the file", "window", "string_array_value", [["1024"], ["2048"], ["4096"]]),
    Stop("math", "", "where", "double_array_value", [[float(i)] for i in range(90)]),
    Stop("geometry", "Neighbours", "k", "double_array_value", [[float(k)] for k in range(3, 20)]),
    Stop("statistics", "", "step", "string_array_value", [["5"], ["20"], ["50"]]),
    Stop("probability", "", "T", "double_array_value", [[round(0.5 + 0.05 * i, 2)] for i in range(30)]),
)
TURNS = 3  # of the knob, at each stop


class Tally:
    """What the students of one scene have seen."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.errors: list[str] = []

    def at(self, share: float) -> float:
        """That quantile of the seconds."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def query_of(text: str, stop: Stop) -> str:
    """What the address says at a stop."""
    return f"corpus={text}" + (f"&panel={stop.panel.replace(' ', '+')}" if stop.panel else "")


async def together(host: str, n: int, act: Callable[[Pupil, int, Tally], Awaitable[None]]) -> Tally:
    """What n students see who each act in a session of their own; an error of one stops no other."""
    tally = Tally()

    async def one(number: int) -> None:
        try:
            async with Pupil(host) as pupil:
                await act(pupil, number, tally)
                tally.errors += ["an exception on the page"] * pupil.exceptions
        except Exception as failure:
            tally.errors.append(f"student {number}: {type(failure).__name__}: {failure}")

    await asyncio.gather(*(one(number) for number in range(n)))
    return tally


def climbing(seconds: float, think: float, *, texts: Sequence[str] = TEXTS[:1]) -> Callable[..., Awaitable[None]]:
    """Go from page to page, turn a knob a few times on each, think before each act."""

    async def act(pupil: Pupil, number: int, tally: Tally) -> None:
        rng = random.Random(number)
        text = texts[number % len(texts)]
        at = rng.randrange(len(WAY_UP))
        pupil.query = f"corpus={text}"
        await asyncio.sleep(rng.uniform(0, think))
        await pupil.open()
        end = asyncio.get_running_loop().time() + seconds
        while True:
            stop = WAY_UP[at % len(WAY_UP)]
            at += 1
            for turn in range(TURNS + 1):
                await asyncio.sleep(rng.uniform(0.5 * think, 1.5 * think))
                if asyncio.get_running_loop().time() > end:
                    return
                if turn == 0:
                    tally.seconds.append(await pupil.go(stop.page, f"corpus={text}"))
                    if stop.panel:
                        tally.seconds.append(await pupil.turn("panel", string_array_value=[stop.panel]))
                    await pupil.until(lambda knob=stop.knob: knob in pupil.elements)
                else:
                    tally.seconds.append(await pupil.turn(stop.knob, **{stop.field: rng.choice(stop.values)}))

    return act


def sliding(seconds: float, think: float) -> Callable[..., Awaitable[None]]:
    """The same on the empty page: turn its one knob, think before each turn."""

    async def act(pupil: Pupil, number: int, tally: Tally) -> None:
        rng = random.Random(number)
        await asyncio.sleep(rng.uniform(0, think))
        await pupil.open()
        end = asyncio.get_running_loop().time() + seconds
        while True:
            await asyncio.sleep(rng.uniform(0.5 * think, 1.5 * think))
            if asyncio.get_running_loop().time() > end:
                return
            tally.seconds.append(await pupil.turn("a", double_array_value=[float(rng.randrange(10))]))

    return act


def pressing(seconds: float, stops: Sequence[Stop], text: str) -> Callable[..., Awaitable[None]]:
    """Turn the knob of a page again as soon as the answer is there."""

    async def act(pupil: Pupil, number: int, tally: Tally) -> None:
        rng = random.Random(number)
        stop = stops[number % len(stops)]
        pupil.page, pupil.query = stop.page, query_of(text, stop) if text else ""
        await pupil.open()
        await pupil.until(lambda: stop.knob in pupil.elements)
        await START.arrive()
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            tally.seconds.append(await pupil.turn(stop.knob, **{stop.field: rng.choice(stop.values)}))

    return act


EMPTY = Stop("", "", "a", "double_array_value", [[float(i)] for i in range(10)])


class _Gate:
    """Where students wait until all are there."""

    def __init__(self) -> None:
        self.set(0)

    def set(self, wanted: int) -> None:
        """Begin anew, for so many."""
        self.wanted, self.here, self.open = wanted, 0, asyncio.Event()
        self.opened: float | None = None  # when

    async def arrive(self) -> None:
        self.here += 1
        if self.here >= self.wanted and self.opened is None:
            self.opened = time.perf_counter()
            self.open.set()
        await asyncio.wait_for(self.open.wait(), 120)


START = _Gate()


def uploading(size: int) -> Callable[..., Awaitable[None]]:
    """Bring a text of that size and climb with it: seconds from choosing the file to the page that reads it."""

    async def act(pupil: Pupil, number: int, tally: Tally) -> None:
        loop = asyncio.get_running_loop()
        pupil.page, pupil.query = "reality", "corpus=hamlet"
        await pupil.open()
        await START.arrive()
        start = loop.time()
        await pupil.press(
            next(key for key, (_, _, e) in pupil.elements.items() if "Your own text" in getattr(e, "label", ""))
        )
        await pupil.until(lambda: "own_files" in pupil.elements)
        await pupil.upload("own_files", f"student-{number}.txt", text_of(number, size))
        await pupil.until(lambda: "own_go" in pupil.elements)
        await pupil.press("own_go")
        await pupil.until(lambda: "corpus=hamlet" not in pupil.query and len(pupil.query) > 64)
        tally.seconds.append(loop.time() - start)

    return act


def text_of(number: int, size: int) -> bytes:
    """A text of words that no other student has."""
    rng = random.Random(number)
    words = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(2, 9))) for _ in range(3000)]
    text, length = [], 0
    while length < size:
        line = " ".join(rng.choices(words, k=12)) + ".\n"
        text.append(line)
        length += len(line)
    return "".join(text).encode()[:size]


def played_out(scene: Coroutine[Any, Any, T]) -> T:
    """What a scene comes to, in a thread of its own: Playwright's loop may be running in this one."""
    with ThreadPoolExecutor(1) as stage:
        return stage.submit(asyncio.run, scene).result()
