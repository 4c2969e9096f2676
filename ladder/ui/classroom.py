"""The page about the server: how it is now, and how a class comes here. No text, no name and no address of one."""

import pandas as pd
import streamlit as st

from ladder.reality.store import Stock
from ladder.settings import DAYS, value_of
from ladder.ui.capacity import BUSIEST, Capacity, capacity
from ladder.ui.explain import explain
from ladder.ui.health import Health, look
from ladder.ui.school import draw_way_in
from ladder.ui.tokens import count
from ladder.ui.watch import LATELY

LOOK_EVERY = 5  # seconds
LITTLE_DISK = 1_000  # megabytes
LITTLE_MEMORY = 300
SLOW = 2.0  # seconds of which 95 of 100 reruns stay below on a server that is well
# A phone has room for two figures in a row, where Streamlit would put one.
TWO_IN_A_ROW = """<style>@media (max-width:640px){
.st-key-figures [data-testid="stColumn"]{min-width:calc(50% - .5rem)!important;flex-basis:calc(50% - .5rem)!important}
.st-key-figures [data-testid="stHorizontalBlock"]{gap:.5rem}}</style>"""
LONG_WAIT = 60.0  # seconds in the queue


def classroom() -> None:
    """The page."""
    st.markdown("##### Does the server hold the class?")
    _live()
    draw_way_in()


@st.fragment(run_every=LOOK_EVERY)
def _live() -> None:
    """What changes by the second, drawn again every few."""
    health = look()
    if wrong := complaints(health):
        for sentence in wrong:
            st.warning(sentence, icon="⚠️")
    else:
        st.success(f"This server is well. {_who(health)}", icon="✅")
    _draw_figures(health)
    _draw_room(health)
    store, jobs, caches, settings = st.tabs(["Texts", "Jobs", "Caches", "Versions and settings"])
    with store:
        _draw_stock(health.stock)
    with jobs:
        _draw_jobs(health)
    with caches:
        _draw_caches(health)
    with settings:
        _draw_settings(health)
    st.caption(
        f"Looked at {health.at:%H:%M:%S} UTC, and again every {LOOK_EVERY} seconds. Reruns are those of the last "
        f"{LATELY / 60:.0f} minutes, this page's own among them."
    )


def complaints(health: Health) -> list[str]:
    """One sentence for each thing that a teacher should see to."""
    wrong = []
    if isinstance(health.stock, str):
        wrong.append(health.stock)
    elif health.stock.free < LITTLE_DISK * 1e6:
        wrong.append(f"The disk has only {megabytes(health.stock.free / 1e6)} left: remove what is not needed.")
    if health.free < LITTLE_MEMORY:
        wrong.append(f"Only {megabytes(health.free)} of memory are left: close other programs on this machine.")
    if health.p95 is not None and health.p95 > SLOW:
        wrong.append(f"One rerun in twenty takes longer than {seconds(health.p95)}: let the class take turns.")
    if health.longest_wait > LONG_WAIT:
        wrong.append(f"A job has been waiting for {seconds(health.longest_wait)}: the queue is long.")
    if health.errors_lately:
        wrong.append(f"{count(health.errors_lately, 'rerun')} failed just now: the log has a line for each.")
    return wrong


def _who(health: Health) -> str:
    n = health.students
    return "Nobody is connected." if not n else f"{count(n, 'browser tab')} {'is' if n == 1 else 'are'} connected."


def _draw_figures(health: Health) -> None:
    st.html(TWO_IN_A_ROW)
    with st.container(key="figures"):
        first, second = st.columns(4), st.columns(4)
    figures = (
        ("Connected now", f"{health.students}", "Browser tabs with an open connection."),
        (
            "A rerun takes",
            "–" if health.p50 is None else seconds(health.p50),
            "The median: half of the reruns are quicker.",
        ),
        (
            "1 in 20 over",
            "–" if health.p95 is None else seconds(health.p95),
            "The 95th percentile: the other nineteen are quicker.",
        ),
        (
            "Processor",
            f"{health.busy:.1f} of {health.cores}",
            "Cores that this server has used since the look before, jobs included.",
        ),
        ("Memory", megabytes(health.memory), f"At its peak {megabytes(health.peak)}."),
        ("Memory left", megabytes(health.free), "Of this machine, or of the container that the server runs in."),
        (
            "Jobs + waiting",
            f"{health.jobs['running']} + {health.jobs['waiting']}",
            "Running, and waiting for a turn.",
        ),
        ("Up for", duration(health.uptime), f"{health.reruns:,} reruns and {health.errors:,} errors since the start."),
    )
    for column, (label, value, meaning) in zip((*first, *second), figures, strict=True):
        column.metric(label, value, help=meaning, border=True)


def _draw_room(health: Health) -> None:
    """How many more students fit."""
    room = health.room
    if not isinstance(room, Capacity):
        st.info(f"How many more students fit? {room}", icon="🪑")
        return
    st.info(
        f"About **{room.more}** more students fit beside these {room.students}, at their pace: {room.bound} is what "
        "runs short first.",
        icon="🪑",
    )
    explain(
        "room-for",
        formula=formula(room),
        source=[capacity],
        question="What runs short first when a class grows: the memory or the processor?",
        answer=f"Here it is the {room.bound}: memory would do for {_many(room.by_memory)} more, the processor for "
        f"{_many(room.by_cpu)} more. A rerun costs {1000 * room.cpu:.0f} ms of it.",
    )


def _many(students: float) -> str:
    return "any number" if students == float("inf") else f"{max(students, 0):,.0f}"


def formula(room: Capacity) -> str:
    """The reckoning with this server's numbers."""
    memory = rf"\frac{{{room.free:.0f}\ \mathrm{{MB}}}}{{{room.each:.1f}\ \mathrm{{MB}}}}" if room.each else r"\infty"
    cpu = rf"\frac{{{BUSIEST} \cdot {room.students}}}{{{room.busy:.3f}}} - {room.students}" if room.busy else r"\infty"
    return rf"\min\Big({memory},\ {cpu}\Big) \approx {room.more}"


def _draw_stock(stock: Stock | str) -> None:
    if isinstance(stock, str):
        st.warning(stock)
        return
    if not stock.texts:
        st.markdown(f"Nobody has uploaded a text; the disk has {megabytes(stock.free / 1e6)} left.")
        return
    days = value_of(DAYS)
    st.markdown(
        f"**{count(stock.texts, 'text')}** of {megabytes(stock.bytes / 1e6)} together lie here, packed into "
        f"{megabytes(stock.on_disk / 1e6)}; the disk has {megabytes(stock.free / 1e6)} left."
    )
    if stock.oldest is not None:
        st.markdown(
            f"What has gone unread for longest was last read on {stock.oldest:%d %B %Y}. After {days:g} days without "
            f"a reader a text is forgotten: {stock.expiring:,} of them within the next week."
        )


def _draw_jobs(health: Health) -> None:
    counted = ", ".join(f"{n} {state}" for state, n in health.jobs.items())
    wait = f"; the longest has waited {seconds(health.longest_wait)}" if health.longest_wait else ""
    st.markdown(f"Of the jobs that are remembered: {counted}{wait}.")
    if health.titles:
        _table(pd.DataFrame(health.titles, columns=["kind", "state", "jobs"]), "jobs")


def _draw_caches(health: Health) -> None:
    st.markdown("What was computed once for all who ask for the same: each is bounded, and the oldest goes first.")
    least = "" if health.all_held else "at least "
    total = sum(health.held.values()) / 1e6
    st.markdown(
        f"They hold {least}{total:,.1f} MB; what two of them hold is counted with one. What lies in a mapped file, as "
        "the weights of a large model do, counts as nothing."
    )
    columns = ["cache", "MB", "entries", "at most", "hits", "misses"]
    rows = [
        (name.removeprefix("ladder.ui."), round(health.held.get(name, 0) / 1e6, 2), *numbers)
        for name, *numbers in health.caches
    ]
    _table(pd.DataFrame(rows, columns=columns).sort_values("MB", ascending=False, kind="stable"), "caches")


def _draw_settings(health: Health) -> None:
    for title, found in (
        ("version of", health.versions),
        ("in memory", health.loaded),
        ("setting", health.settings),
    ):
        _table(pd.DataFrame(list(found.items()), columns=[title, "is"]), title)


def _table(table: pd.DataFrame, key: str) -> None:
    st.dataframe(table, hide_index=True, width="stretch", key=f"classroom-{key}")


def megabytes(number: float) -> str:
    """Megabytes as people say them: "614 MB", "3.9 GB"."""
    return (
        f"{number / 1000:,.1f} GB"
        if number >= 1000
        else f"{number:,.0f} MB"
        if number >= 10 or not number
        else f"{number:.1f} MB"
    )


def seconds(number: float) -> str:
    """Seconds as people say them: "43 ms", "2.1 s"."""
    return f"{1000 * number:.0f} ms" if number < 1 else f"{number:.1f} s" if number < 120 else duration(number)


def duration(number: float) -> str:
    """A stretch of time, in its two largest units."""
    minutes = int(number // 60)
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
