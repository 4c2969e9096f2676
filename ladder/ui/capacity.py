"""How many more students fit, by what those who are here cost.

    S    students connected now
    M    megabytes that are free for them: what the machine has left, less what jobs may take
    m    megabytes a student: what the server has grown by since one session or none was connected, over S - 1
    u    seconds of CPU that reruns took, a second, over the last minutes
    rho  the most that the one interpreter, in which all reruns take turns, may be busy

    more = min( M / m,  rho S / u - S )

At rho = 0.7 a rerun waits, on average, about as long again as it takes (M/D/1: rho / (2 (1 - rho)) = 1.17).
Memory errs on the safe side: results that all share count as the students', though they are bounded.
CPU errs on the other side: sending answers and reading uploads is not in it.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from ladder.ui.watch import Rerun

BUSIEST = 0.7  # rho
FEWEST = 3  # students from whom one may reckon
FEWEST_RERUNS = 30


class Capacity(NamedTuple):
    """What the reckoning rests on, and what comes out of it."""

    students: int
    free: float  # M
    each: float  # m
    busy: float  # u
    cpu: float  # seconds of CPU a rerun
    by_memory: float
    by_cpu: float

    @property
    def more(self) -> int:
        """How many more students fit; not below none."""
        return max(0, math.floor(min(self.by_memory, self.by_cpu)))

    @property
    def bound(self) -> str:
        """What is short first."""
        return "memory" if self.by_memory < self.by_cpu else "CPU"


def capacity(students: int, free: float, grown: float, reruns: Sequence[Rerun], seconds: float) -> Capacity | str:
    """The reckoning over reruns of so many seconds, or one sentence that says what is missing for it."""
    if students < FEWEST:
        return f"Too few students to reckon from: it takes {FEWEST} at once."
    if len(reruns) < FEWEST_RERUNS:
        return f"Too little has happened to reckon from: it takes {FEWEST_RERUNS} reruns, and there were {len(reruns)}."
    each = max(grown, 0.0) / (students - 1)
    cpu = sum(rerun.cpu for rerun in reruns)
    busy = cpu / seconds
    return Capacity(
        students,
        free,
        each,
        busy,
        cpu / len(reruns),
        free / each if each else math.inf,
        BUSIEST * students / busy - students if busy else math.inf,
    )
