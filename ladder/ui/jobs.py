"""Long work, done beside the page: what it shows until it is done.

    run_job(key, title, work)      the result once it is there; until then progress, and None

A job is named by its key, say (corpus, knobs): thirty students who press one button share one
job, and a reload finds it again. `work` gets a `Progress`: it reports by calling it, shows what
it has so far with `show`, ends early where `stopping` says so, and is stopped where it calls
`check` after a cancel. A failure is one sentence for those who ask for that very job.
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ladder.settings import JOB_MEGABYTES, JOB_SECONDS, value_of
from ladder.ui.tokens import plain
from ladder.ui.work import Cancelled, Job, Key, Pool, Progress

__all__ = ["Cancelled", "Job", "Key", "Pool", "Progress", "owner", "poll_seconds", "pool", "run_job"]

T = TypeVar("T")

POLL_SECONDS = 0.5
SO_FAR = 3.0  # seconds from where on a job without a pace says how long it has been at it
LOOKS_A_SECOND = 20  # at all jobs together, by all pages: each costs a rerun


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """The pool of this server."""
    return Pool(
        seconds=value_of(JOB_SECONDS),
        megabytes=value_of(JOB_MEGABYTES),
    )


def run_job(
    key: Key,
    title: str,
    work: Callable[[Progress], T],
    *,
    start_label: str | None = None,
    stop_label: str | None = None,
    draw: Callable[[Any], None] | None = None,
) -> T | None:
    """The result of a job once it is done; until then draw its progress and return None.

    With a `start_label` nothing begins before somebody presses a button of that name; with a
    `stop_label` another one has the work end early and keep what it has; `draw` draws what the
    work shows meanwhile.
    """
    name, me = "-".join(str(part)[:24] for part in key), owner()
    job = pool().find(key)
    if job is not None and job.state == "done":
        return job.result
    if job is None or job.over or me in job.left:
        sentence = _what_became(job, me) if job is not None else ""
        if sentence:
            st.warning(plain(sentence))
        label = f"Try again: {start_label or title}" if sentence else start_label
        if label is not None and not st.button(label, key=f"start-{name}"):
            return None
        job = pool().submit(key, title, work, me, stoppable=stop_label is not None)
    st.fragment(_watch, run_every=poll_seconds())(job, name, stop_label, draw)
    return None


def _what_became(job: Job, me: str) -> str:
    """A sentence for somebody who finds a job that is over for him; none for who has not cancelled it."""
    if job.error or me not in job.left:
        return job.error
    going_on = not job.over and not job.progress.cancelled.is_set()
    return f"You have left “{job.title}”; others still wait for it." if going_on else f"“{job.title}” was cancelled."


def owner() -> str:
    """Whose turn it is in the queue: this browser tab's session."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def poll_seconds(least: float = POLL_SECONDS) -> float:
    """How long a page waits before it looks at a job again: longer where many look, for each look costs a rerun."""
    with pool().condition:
        watching = sum(job.others("") for job in pool().jobs.values() if not job.over)
    return max(least, watching / LOOKS_A_SECOND)


def _time_of(job: Job) -> str:
    """How long it will take, or, where nobody can tell, how long it has taken."""
    left, passed = job.seconds_left, time.monotonic() - job.started
    if left is not None:
        return f" · about {in_time(left)} left"
    return f" · {in_time(passed)} so far" if passed >= SO_FAR else ""


def in_time(seconds: float) -> str:
    """Seconds as people say them.

    >>> in_time(90), in_time(229)
    ('90 s', '4 min')
    """
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def _watch(job: Job, name: str, stop_label: str | None, draw: Callable[[Any], None] | None) -> None:
    """Progress, time left and a way out, drawn again and again until the job is over."""
    me, here = owner(), pool()
    if job.over or me in job.left:
        st.rerun()
    here.watch(job, me)
    if job.state == "waiting":
        text = f"{job.title}: waiting, {here.place(job)} before it"
    else:
        text = f"{job.title}: {job.progress.text}{_time_of(job)}"
    others = job.others(me)
    st.progress(job.progress.share, text=text + (f" · shared with {others} more" if others else ""))
    with st.container(horizontal=True):
        if stop_label and job.state == "running":
            st.button(stop_label, key=f"stop-{name}", on_click=here.stop, args=(job,), disabled=job.progress.stopping)
        label = "Leave it to the others" if others else "Cancel"
        st.button(label, key=f"cancel-{name}", on_click=here.leave, args=(job, me))
    if draw is not None and job.progress.shown is not None:
        draw(job.progress.shown)
