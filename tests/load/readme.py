"""The figures of a class in README, between two markers, written by the command that measures them."""

import os
from collections.abc import Sequence
from pathlib import Path

from tests.load.measure import HEAD, Scene

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- measured: python -m tests.load -->", "<!-- end of what is measured -->"


def text_of(students: int, found: Sequence[Scene], levels: Sequence[float]) -> str:
    """What README says of a class."""
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
            f"With 8 s of thinking p95 is {climb.p95 / calm.p95:.1f} times an empty page's; when all press at once, a "
            f"server gives {pace:.2f} times as many answers a second as with an empty page. After each of "
            f"{len(levels)} classes has left, it holds {', '.join(f'{level:,.0f}' for level in levels)} MB.",
        ]
    )


def write(students: int, found: Sequence[Scene], levels: Sequence[float]) -> None:
    """Put the figures in their place."""
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    README.write_text(f"{before}{BEGIN}\n{text_of(students, found, levels)}\n{END}{after}", encoding="utf-8")
