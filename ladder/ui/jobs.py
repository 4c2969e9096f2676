"""Long work, done beside the page: a small pool, a fair queue, one job for all who ask the same.

    run_job(key, title, work)      the result once it is there; until then progress, and None

A job is named by its key, say (corpus, knobs): thirty students who press one button share one
job, and a reload finds it again. Who already has a job running waits behind those who have
none. `work` gets a `Progress`: it reports by calling it, and stops where it calls `check`
after somebody has pressed cancel.
"""

import logging
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from threadpoolctl import threadpool_limits

T = TypeVar("T")
Key = tuple[Hashable, ...]

log = logging.getLogger(__name__)

WORKERS = os.cpu_count() or 1
KEPT = 48  # finished jobs whose results stay at hand
POLL_SECONDS = 0.5


class Cancelled(Exception):
    """Raised inside a job's work once somebody has pressed cancel."""


class Progress:
    """How far a job is, as its work reports it."""

    def __init__(self) -> None:
        self.share, self.text = 0.0, ""
        self.cancelled = threading.Event()

    def __call__(self, share: float, text: str = "") -> None:
        """Report the share done, 0 to 1, and a few words; stops the work after a cancel."""
        self.share, self.text = min(max(share, 0.0), 1.0), text
        self.check()

    def check(self) -> None:
        """Raise Cancelled after a cancel."""
        if self.cancelled.is_set():
            raise Cancelled


class Job:
    """One piece of work and what became of it."""

    def __init__(self, key: Key, title: str, work: Callable[[Progress], Any], owner: str) -> None:
        self.key, self.title, self.work, self.owner = key, title, work, owner
        self.state = "waiting"  # then running, and at last done, failed or cancelled
        self.progress = Progress()
        self.result: Any = None
        self.error = ""
        self.started = 0.0

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the rest will take at the pace so far; None while there is no pace yet."""
        if self.state != "running" or self.progress.share < 0.02:
            return None
        elapsed = time.monotonic() - self.started
        return elapsed * (1 - self.progress.share) / self.progress.share


class Pool:
    """A few worker threads and a fair queue."""

    def __init__(self, workers: int = WORKERS) -> None:
        self.workers = workers
        self.jobs: OrderedDict[Key, Job] = OrderedDict()
        self.queue: deque[Job] = deque()
        self.running: list[Job] = []
        self.condition = threading.Condition()
        self.threads: list[threading.Thread] = []

    def find(self, key: Key) -> Job | None:
        """The job of that key, if there is one."""
        with self.condition:
            return self.jobs.get(key)

    def submit(self, key: Key, title: str, work: Callable[[Progress], Any], owner: str) -> Job:
        """The job of that key: the one that is there, or a new one at the end of the queue."""
        with self.condition:
            job = self.jobs.get(key)
            if job is None or job.state in ("failed", "cancelled"):
                job = self.jobs[key] = Job(key, title, work, owner)
                self.queue.append(job)
                self._forget_oldest()
                if len(self.threads) < self.workers:
                    thread = threading.Thread(target=self._serve, name=f"job-{len(self.threads)}", daemon=True)
                    self.threads.append(thread)
                    thread.start()
                self.condition.notify()
            self.jobs.move_to_end(key)
            return job

    def cancel(self, job: Job) -> None:
        """Take a waiting job out of the queue, or ask a running one to stop."""
        with self.condition:
            job.progress.cancelled.set()
            if job in self.queue:
                self.queue.remove(job)
                job.state = "cancelled"

    def forget(self, chosen: Callable[[Job], bool]) -> None:
        """Stop the chosen jobs, and let go of them and of their results."""
        with self.condition:
            gone = [job for job in self.jobs.values() if chosen(job)]
        for job in gone:
            self.cancel(job)
            with self.condition:
                self.jobs.pop(job.key, None)
                job.result = None

    def place(self, job: Job) -> int:
        """How many jobs come before this one: 0 for the next."""
        with self.condition:
            return self.queue.index(job) if job in self.queue else 0

    def _serve(self) -> None:
        while True:
            with self.condition:
                while not self.queue:
                    self.condition.wait()
                job = self._next()
                job.state, job.started = "running", time.monotonic()
                self.running.append(job)
            self._run(job)
            with self.condition:
                self.running.remove(job)

    def _next(self) -> Job:
        """The first job of somebody who has none running, else the first."""
        busy = {job.owner for job in self.running}
        job = next((job for job in self.queue if job.owner not in busy), self.queue[0])
        self.queue.remove(job)
        return job

    @staticmethod
    def _run(job: Job) -> None:
        try:
            # One thread a job: linear algebra on two collapses as soon as something else wants the cores.
            with threadpool_limits(limits=1):
                job.result = job.work(job.progress)
        except Cancelled:
            job.state = "cancelled"
        except ValueError as refusal:  # a sentence meant for the person who asked
            job.error, job.state = str(refusal), "failed"
        except Exception as failure:
            log.exception("job %s failed", job.title)
            job.error = f"“{job.title}” stopped with an error ({type(failure).__name__}); the server's log has more."
            job.state = "failed"
        else:
            job.state = "done"
        job.work = _nothing  # lets go of what the work had hold of

    def _forget_oldest(self) -> None:
        for key in [key for key, job in self.jobs.items() if job.over][: max(0, len(self.jobs) - KEPT)]:
            del self.jobs[key]


def _nothing(progress: Progress) -> None:
    """What is left of a job's work once it is over."""


@st.cache_resource(show_spinner=False)
def pool() -> Pool:
    """The pool of this server."""
    return Pool()


def run_job(key: Key, title: str, work: Callable[[Progress], T], *, start_label: str | None = None) -> T | None:
    """The result of a job once it is done; until then draw its progress and return None.

    With a `start_label` nothing begins before somebody presses a button of that name.
    """
    name = "-".join(str(part)[:24] for part in key)
    job = pool().find(key)
    if job is None or job.state in ("failed", "cancelled"):
        if job is not None:
            st.warning(job.error or f"“{job.title}” was cancelled.")
        label = start_label if job is None else f"Try again: {start_label or title}"
        if label is not None and not st.button(label, key=f"start-{name}"):
            return None
        job = pool().submit(key, title, work, owner())
    if job.state == "done":
        return job.result
    _watch(job, name)
    return None


def owner() -> str:
    """Whose turn it is in the queue: this browser tab's session."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


@st.fragment(run_every=POLL_SECONDS)
def _watch(job: Job, name: str) -> None:
    """Progress, time left and a way out, drawn again and again until the job is over."""
    if job.over:
        st.rerun()
    if job.state == "waiting":
        text = f"{job.title}: waiting, {pool().place(job)} before it"
    else:
        left = job.seconds_left
        text = f"{job.title}: {job.progress.text}" + (f" · about {left:.0f} s left" if left is not None else "")
    st.progress(job.progress.share, text=text)
    if st.button("Cancel", key=f"cancel-{name}"):
        pool().cancel(job)
