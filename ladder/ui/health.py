"""How this server is: everything that can be measured, and nothing of what anybody has written.

look() -> Health      computed now, or less than two seconds ago for somebody else
"""

import math
import os
import platform
import statistics
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from streamlit.runtime.caching import get_resource_cache_stats_provider
from streamlit.runtime.caching.cache_metrics import get_cache_metrics

from ladder.reality.store import Stock
from ladder.settings import DAYS, JOB_MEGABYTES, SETTINGS, value_of
from ladder.ui.capacity import Capacity, capacity
from ladder.ui.held import weigh
from ladder.ui.jobs import pool
from ladder.ui.shelf import shelf
from ladder.ui.watch import LATELY, WATCH, sessions_now
from ladder.ui.work import resident_megabytes

PACKAGES = ("streamlit", "numpy", "torch", "sentence-transformers", "transformers")
WEIGHED = 30.0  # seconds that the caches' sizes serve
WEIGHING = 0.5  # seconds that finding them may take
FRESH = 2.0  # seconds that one look serves all who look
STATES = ("running", "waiting", "done", "failed", "cancelled")


class Health(NamedTuple):
    """One look at the server."""

    at: datetime
    uptime: float  # seconds
    students: int
    memory: float  # megabytes now
    peak: float
    free: float  # megabytes that the machine, or its container, has left
    cores: int
    busy: float  # cores that this process used since the look before
    reruns: int
    errors: int
    errors_lately: int
    p50: float | None  # seconds, of the last minutes
    p95: float | None
    room: Capacity | str
    stock: Stock | str
    jobs: dict[str, int]  # state -> how many
    titles: list[tuple[str, str, int]]  # kind, state, how many
    longest_wait: float  # seconds
    caches: list[tuple[str, int, int, int, int]]  # name, entries, most, hits, misses
    held: dict[str, int]  # name -> bytes that a cache holds, what two hold with the first
    all_held: bool  # whether there was time to look at everything
    loaded: dict[str, str]
    versions: dict[str, str]
    settings: dict[str, str]


class Meter:
    """CPU used between two looks."""

    def __init__(self) -> None:
        self.at, self.used = WATCH.started, WATCH.cpu

    def cores(self) -> float:
        """Cores in use since the look before."""
        at, used = time.monotonic(), time.process_time()
        share = (used - self.used) / max(at - self.at, 1e-3)
        self.at, self.used = at, used
        return share


@st.cache_resource(show_spinner=False)
def meter() -> Meter:
    """The meter of this server."""
    return Meter()


@st.cache_resource(show_spinner=False, ttl=FRESH)
def look() -> Health:
    """The server, looked at: once for all who look within two seconds."""
    now, students, memory = time.monotonic(), sessions_now(), resident_megabytes()
    reruns, uptime = WATCH.recent(now), now - WATCH.started
    seconds = sorted(rerun.seconds for rerun in reruns)
    free = free_megabytes()
    for_them = free - (0 if pool().running else value_of(JOB_MEGABYTES))
    return Health(
        at=datetime.now(UTC),
        uptime=uptime,
        students=students,
        memory=memory,
        peak=max(memory, _status("VmHWM")),
        free=free,
        cores=cores(),
        busy=meter().cores(),
        reruns=WATCH.reruns,
        errors=WATCH.errors,
        errors_lately=sum(rerun.failed for rerun in reruns),
        p50=statistics.median(seconds) if seconds else None,
        p95=seconds[math.ceil(0.95 * len(seconds)) - 1] if seconds else None,
        room=capacity(students, max(for_them, 0.0), memory - WATCH.level, reruns, min(LATELY, max(uptime, 1.0))),
        stock=_stock(),
        **_jobs(now),
        caches=_caches(),
        held=held()[0],
        all_held=held()[1],
        loaded=_loaded(),
        versions=_versions(),
        settings=_settings(),
    )


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_megabytes() -> float:
    """Megabytes that are left, of the machine or of its container or service; 0 where none of them says."""
    left = []
    for line in _read("/proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            left.append(int(line.split()[1]) / 1024)
    group = f"/sys/fs/cgroup{_read('/proc/self/cgroup').partition('0::')[2].strip().rstrip('/')}"
    most, used = _read(f"{group}/memory.max").strip(), _read(f"{group}/memory.current").strip()
    if most.isdigit() and used.isdigit():
        left.append((int(most) - int(used)) / 2**20)
    return max(min(left, default=0.0), 0.0)


def _status(field: str) -> float:
    """A field of this process' status, in megabytes."""
    found = _read("/proc/self/status").partition(f"{field}:")[2].split()
    return int(found[0]) / 1024 if found else 0.0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _stock() -> Stock | str:
    try:
        return shelf().stock(days=value_of(DAYS))
    except ValueError as refusal:
        return str(refusal)
    except OSError as error:
        return f"The folder for uploads cannot be read ({error.strerror or 'disk error'})."


def _jobs(now: float) -> dict[str, Any]:
    with pool().condition:
        jobs = list(pool().jobs.values())
    # A title is a sentence of ours; numbers in it, say of pieces, would make two kinds of one.
    kinds = Counter(("".join(c for c in job.title if not c.isdigit() and c != ","), job.state) for job in jobs)
    states = Counter(job.state for job in jobs)
    return {
        "jobs": {state: states[state] for state in STATES},
        "titles": [(" ".join(kind.split()), state, n) for (kind, state), n in kinds.most_common()],
        "longest_wait": max((now - job.asked for job in jobs if job.state == "waiting"), default=0.0),
    }


def _caches() -> list[tuple[str, int, int, int, int]]:
    from ladder.ui.cache import ALL_KEPT

    stat: Any
    entries: Counter[str] = Counter()
    for stats in get_resource_cache_stats_provider().get_stats().values():
        for stat in stats:  # without Streamlit's expensive statistics, a cache's "bytes" are its entries
            entries[stat.cache_name] += stat.byte_length
    asked: Counter[tuple[str, str]] = Counter()
    for stat in get_cache_metrics().get_stats(["cache_lookups"]).get("cache_lookups", []):
        asked[stat.labels["cache"], stat.labels["result"]] += int(stat.value)
    rows = []
    for kept in ALL_KEPT:
        name = kept.name
        if hits_and_misses := asked[name, "hit"] + asked[name, "miss"]:
            hits = asked[name, "hit"]
            rows.append((name, entries[name], kept.max_entries, hits, hits_and_misses - hits))
    return sorted(rows, key=lambda row: -row[3] - row[4])


@st.cache_resource(show_spinner=False, ttl=WEIGHED)
def held() -> tuple[dict[str, int], bool]:
    """The bytes of each cache, and whether there was time to look at everything."""
    from ladder.ui.cache import ALL_KEPT

    results: dict[str, list[Any]] = {kept.name: [] for kept in ALL_KEPT}
    # Streamlit tells how many results a cache has, and not which.
    provider: Any = get_resource_cache_stats_provider()
    for caches in list(provider._function_caches.values()):
        for cache in list(caches.values()):
            if cache.display_name in results:
                with cache._mem_cache_lock:
                    results[cache.display_name] += [kept.value for kept in cache._mem_cache.values()]
    return weigh(results, seconds=WEIGHING)


def _loaded() -> dict[str, str]:
    """What lies in memory, without loading any of it: what was never imported is not there."""
    there = {name: n for name, n, *_ in _caches()}
    encoder = there.get("ladder.ui.spaces.loaded_encoder", 0) > 0
    model = False
    if there.get("ladder.ui.lm.borrowed", 0) and "ladder.ui.lm" in sys.modules:
        lm: Any = sys.modules["ladder.ui.lm"]
        where = lm.installed()
        model = not isinstance(where, str) and lm.borrowed(where).loaded
    return {
        "torch": "yes" if "torch" in sys.modules else "no",
        "the sentence encoder": _grown(encoder, "encoder"),
        "the real language model": _grown(model, "language model"),
    }


def _grown(there: bool, what: str) -> str:
    grown = WATCH.models.get(what)
    return "no" if not there else "yes" if grown is None else f"yes; the server grew by {grown:,.0f} MB for it"


def _versions() -> dict[str, str]:
    from ladder import __version__

    found = {"ladder": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def _settings() -> dict[str, str]:
    """Each setting as it is; of a secret only whether it is set."""
    state = {}
    for setting in SETTINGS:
        if not os.environ.get(setting.name, ""):
            default = setting.default
            shown = f"not set: {_shown(default)}" if default is not None else "not set"
        else:
            shown = "set" if setting.secret else _shown(value_of(setting))
        state[setting.name] = shown
    return state


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,g}"
    if isinstance(value, tuple):  # level and path of the log
        return " ".join(_shown(part) for part in value if part is not None)
    return str(value).replace(str(Path.home()), "~")
