"""The figures of a class in README, between two markers, written by the command that measures them."""

import os
from collections.abc import Sequence
from pathlib import Path

from tests.load.measure import HEAD, Scene
from tests.load.scenes import TEXTS

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- measured: python -m tests.load -->", "<!-- end of what is measured -->"
SOAK = "<!-- measured: python -m tests.load soak -->"


def text_of(students: int, found: Sequence[Scene], levels: Sequence[float], stays: tuple[float, float]) -> str:
    """What README says of a class.

    `levels` are the megabytes before any class and after each has left, `stays` those of an open session, on our
    pages and on an empty one.
    """
    own, bare = stays
    by_name = {scene.name: scene for scene in found}
    calm, climb = by_name["empty page, with think time"], by_name["climb, with think time"]
    empty, burst = by_name["empty page, all press"], by_name["all press"]
    pace = (burst.acts / burst.seconds) / (empty.acts / empty.seconds)
    return "\n".join(
        [
            f"{students} students, on {os.cpu_count()} cores that the client shares:",
            "",
            HEAD,
            *(scene.line for scene in found),
            "",
            "Memory before is that of a server started for the scene, after the teacher has opened each page once. A "
            "session is the most that it rises while the class is there, over the sessions: texts, fits and whatever "
            "else the class brings or has computed is in it, shared or not. Of sessions that have been on all pages "
            f"and stay open, one takes {own:.2f} MB (on an empty page {bare:.2f} MB): the growth from {students} of "
            f"them to {2 * students}, by when what a server had let go is full again.",
            "",
            f"With 8 s of thinking p95 is {climb.p95 / calm.p95:.1f} times an empty page's; when all press at once, a "
            f"server gives {pace:.2f} times as many answers a second as with an empty page. Warm with {len(TEXTS)} "
            f"texts, another held {levels[0]:,.0f} MB; after each of {len(levels) - 1} classes has left, it holds "
            f"{', '.join(f'{level:,.0f}' for level in levels[1:])} MB.",
        ]
    )


def soak_of(students: int, minutes: float, scene: Scene, levels: Sequence[float]) -> str:
    """What README says of the long climb: `levels` are the megabytes, minute by minute."""
    return (
        f"{students} students climbed for {minutes:g} minutes over several texts, with 8 s of thinking: {scene.acts:,} "
        f"acts, p50 {1000 * scene.p50:,.0f} ms, p95 {1000 * scene.p95:,.0f} ms, {len(scene.errors)} errors. The server "
        f"held {levels[0]:,.0f} MB as they came and {levels[-1]:,.0f} MB in the last minute, {max(levels):,.0f} MB at "
        "most."
    )


def write(students: int, found: Sequence[Scene], levels: Sequence[float], stays: tuple[float, float]) -> None:
    """Put the figures in their place."""
    _put(BEGIN, text_of(students, found, levels, stays))


def write_soak(students: int, minutes: float, scene: Scene, levels: Sequence[float]) -> None:
    """Put those of the long climb in theirs."""
    _put(SOAK, soak_of(students, minutes, scene, levels))


def _put(begin: str, text: str) -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{begin}\n{text}\n{END}{after}", encoding="utf-8")
