"""A few jobs at a time and a fair queue, each job shared by all who ask for the same.

    submit(key, title, work, owner)      the job of that key: the one that is there, or a new one

Who already has a job running waits behind those who have none. Who leaves a shared job leaves
it to the others; it is cancelled when the last has left. A job may run for so many seconds, and
the server may grow by so many megabytes meanwhile: one over its limit ends with a sentence.

Each job has a thread to itself, so that what is thrown into a job that does not listen can hit
no other, and a thread that dies takes no worker along. Not a process: a second copy of numpy,
torch and the corpora would cost what ten students cost, and all work would have to be pickled.
Beside two jobs in numpy or torch, which let go of the interpreter's lock, a rerun is as quick as
beside processes (`python -m tests.load beside`): what they compete for are the cores, so that a
job's thread is nicer than those that answer.
"""

import ctypes
import logging
import os
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

Key = tuple[Hashable, ...]

log = logging.getLogger(__name__)

WORKERS = os.cpu_count() or 1
KEPT = 48  # finished jobs whose results stay at hand
LOOK_SECONDS = 0.2  # between two looks at what runs
TRIM_SECONDS = 1.0  # after which the system takes back what jobs have freed
GRACE_SECONDS = 3.0  # that work has to notice a cancel before it is interrupted
GONE_SECONDS = 15.0  # without a sign of somebody who watched
NICE = 10  # how much a job's thread gives way to those that answer
STOP_SECONDS = 60.0  # that work has to end early and keep what it has


class Cancelled(Exception):
    """Raised inside a job's work once it has to end."""


class Progress:
    """How far a job is, as its work reports it, and what others ask of it."""

    def __init__(self) -> None:
        self.share, self.text = 0.0, ""
        self.shown: Any = None
        self.cancelled, self.stopped = threading.Event(), threading.Event()

    def __call__(self, share: float, text: str = "") -> None:
        """Report the share done, 0 to 1, and a few words; stops the work after a cancel."""
        self.share, self.text = min(max(share, 0.0), 1.0), text
        self.check()

    def show(self, value: Any) -> None:
        """Let those who watch see what there is so far: a value that is never changed afterwards."""
        self.shown = value  # one reference put in place of another: no reader sees half of it

    @property
    def stopping(self) -> bool:
        """Whether the work is to end now and return what it has."""
        return self.stopped.is_set()

    def check(self) -> None:
        """Raise Cancelled after a cancel."""
        if self.cancelled.is_set():
            raise Cancelled


class Job:
    """One piece of work and what became of it."""

    def __init__(
        self, key: Key, title: str, work: Callable[[Progress], Any], owner: str, *, stoppable: bool = False
    ) -> None:
        self.key, self.title, self.work, self.owner = key, title, work, owner
        self.stoppable = stoppable  # its work looks at `stopping`
        self.state = "waiting"  # then running, and at last done, failed or cancelled
        self.progress = Progress()
        self.result: Any = None
        self.error = ""
        self.asked, self.started = time.monotonic(), 0.0
        self.seen = {owner: time.monotonic()}  # who asked for it or watches it -> when last
        self.left: set[str] = set()  # who did, and no longer wants it
        self.thread: threading.Thread | None = None
        self.memory = 0.0  # megabytes of the server as it began
        self.refusal = ""  # why it is being stopped
        self.deadline = float("inf")  # when it will be interrupted, should it not have listened

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

    def others(self, owner: str) -> int:
        """How many people besides this one have watched it just now."""
        now = time.monotonic()
        return sum(who != owner and now - when < GONE_SECONDS for who, when in list(self.seen.items()))


class Pool:
    """A few jobs at a time, and a fair queue."""

    def __init__(
        self, workers: int = WORKERS, *, seconds: float = float("inf"), megabytes: float = float("inf")
    ) -> None:
        self.workers, self.seconds, self.megabytes = workers, seconds, megabytes
        self.jobs: OrderedDict[Key, Job] = OrderedDict()
        self.queue: deque[Job] = deque()
        self.running: list[Job] = []
        self.condition = threading.Condition()
        self.overseer: threading.Thread | None = None

    def find(self, key: Key) -> Job | None:
        """The job of that key, if there is one."""
        with self.condition:
            return self.jobs.get(key)

    def submit(
        self, key: Key, title: str, work: Callable[[Progress], Any], owner: str, *, stoppable: bool = False
    ) -> Job:
        """The job of that key: the one that is there, or a new one at the end of the queue."""
        with self.condition:
            job = self.jobs.get(key)
            if job is None or job.state in ("failed", "cancelled") or job.progress.cancelled.is_set():
                job = self.jobs[key] = Job(key, title, work, owner, stoppable=stoppable)
                self.queue.append(job)
                self._forget_oldest()
                self._start_what_fits()
            self.jobs.move_to_end(key)
            self.watch(job, owner)
            return job

    def forget(self, chosen: Callable[[Job], bool], *, wait: float = 0.0) -> bool:
        """Stop the chosen jobs, and let go of them and of their results; whether all have ended within the seconds."""
        with self.condition:
            gone = [job for job in self.jobs.values() if chosen(job)]
        for job in gone:
            self.cancel(job)
            with self.condition:
                self.jobs.pop(job.key, None)
        end = time.monotonic() + wait
        while (going := [job for job in gone if not job.over]) and time.monotonic() < end:
            time.sleep(0.02)
        for job in gone:
            job.result = job.progress.shown = None
        return not going

    def watch(self, job: Job, owner: str) -> None:
        """Note that somebody wants this job."""
        with self.condition:
            job.seen[owner] = time.monotonic()
            job.left.discard(owner)

    def leave(self, job: Job, owner: str) -> None:
        """Somebody no longer wants this job: it is cancelled unless others do."""
        with self.condition:
            job.seen.pop(owner, None)
            job.left.add(owner)
            if not job.others(owner):
                self.cancel(job)

    def stop(self, job: Job) -> None:
        """Ask a running job to end early and keep what it has; a waiting one has nothing to keep."""
        with self.condition:
            if job.state == "running" and job.stoppable:
                job.progress.stopped.set()
            else:
                self.cancel(job)

    def cancel(self, job: Job, refusal: str = "") -> None:
        """Take a waiting job out of the queue, or have a running one stop; with a refusal it has failed."""
        with self.condition:
            job.refusal = job.refusal or refusal
            job.progress.cancelled.set()
            if job in self.queue:
                self.queue.remove(job)
                job.state = "cancelled"
            elif job in self.running:
                job.deadline = min(job.deadline, time.monotonic() + GRACE_SECONDS)

    def place(self, job: Job) -> int:
        """How many jobs come before this one: 0 for the next."""
        with self.condition:
            order = self._order()
            return order.index(job) if job in order else 0

    def _order(self) -> list[Job]:
        """The queue as it will be served: first one job for each who has none running, then the rest."""
        busy = {owner for job in self.running for owner in job.seen}
        first, rest = [], []
        for job in self.queue:
            if busy.issuperset(job.seen):
                rest.append(job)
            else:
                first.append(job)
                busy.update(job.seen)
        return first + rest

    def _start_what_fits(self) -> None:
        while self.queue and len(self.running) < self.workers:
            job = self._order()[0]
            self.queue.remove(job)
            self.running.append(job)
            job.state, job.started, job.memory = "running", time.monotonic(), resident_megabytes()
            job.thread = threading.Thread(target=self._serve, args=(job,), name=f"job {job.title}", daemon=True)
            job.thread.start()
        if self.running and self.overseer is None:
            self.overseer = threading.Thread(target=self._oversee, name="jobs' overseer", daemon=True)
            self.overseer.start()

    def _serve(self, job: Job) -> None:
        try:
            if sys.platform == "linux":  # elsewhere this would be the whole server's
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
            _run(job)
        finally:
            self._settle(job)
            _give_back()

    def _settle(self, job: Job) -> None:
        """A job's thread is at its end: give the place to the next."""
        with self.condition:
            if job not in self.running:
                return
            self.running.remove(job)
            if not job.over:
                job.error, job.state = f"“{job.title}” ended before its time: its worker is gone. Try again.", "failed"
            job.work = _nothing  # lets go of what the work had hold of
            self._start_what_fits()

    def _oversee(self) -> None:
        """While anything runs: hold it to its limits, interrupt who does not listen, notice who has died."""
        trimmed = time.monotonic()
        while True:
            time.sleep(LOOK_SECONDS)
            if time.monotonic() - trimmed > TRIM_SECONDS:
                _give_back()
                trimmed = time.monotonic()
            with self.condition:
                self._start_what_fits()
                if not self.running:
                    self.overseer = None
                    return
                running = sorted(self.running, key=lambda job: job.started)
            now, memory = time.monotonic(), resident_megabytes()
            for job in running:
                if job.thread is not None and not job.thread.is_alive():
                    self._settle(job)
                elif now > job.deadline and not job.over:
                    job.deadline = now + GRACE_SECONDS
                    _interrupt(job)
                elif not job.progress.cancelled.is_set():
                    # What has come last is what has grown the server, as far as anybody can tell.
                    self._hold_to_limits(job, now - job.started, memory - job.memory if job is running[-1] else 0.0)

    def _hold_to_limits(self, job: Job, seconds: float, megabytes: float) -> None:
        if megabytes > self.megabytes:
            size = f"“{job.title}” was stopped: the server grew by more than {self.megabytes:,.0f} MB."
            self.cancel(job, f"{size} Take a smaller part of the text.")
        elif seconds > self.seconds:
            if job.stoppable and not job.progress.stopping:
                self.stop(job)
            elif seconds > self.seconds + job.stoppable * STOP_SECONDS:
                limit = f"“{job.title}” was stopped after {self.seconds:,g} s, the limit of this server."
                self.cancel(job, f"{limit} Take a smaller part of the text.")

    def _forget_oldest(self) -> None:
        for key in [key for key, job in self.jobs.items() if job.over][: max(0, len(self.jobs) - KEPT)]:
            del self.jobs[key]


def _run(job: Job) -> None:
    """Do a job's work and put down what became of it."""
    try:
        # One thread a job: linear algebra on two collapses as soon as something else wants the cores.
        threadpool_limits(limits=1)
        result = job.work(job.progress)
    except Cancelled:
        job.error, job.state = job.refusal, "failed" if job.refusal else "cancelled"
    except ValueError as refusal:  # a sentence meant for the person who asked
        job.error, job.state = str(refusal), "failed"
    except MemoryError:
        log.exception("job %s had too little memory", job.title)
        job.error = f"There is too little memory for “{job.title}”. Take a smaller part of the text."
        job.state = "failed"
    except Exception as failure:
        log.exception("job %s failed", job.title)
        job.error = f"“{job.title}” stopped with an error ({type(failure).__name__}); the server's log has more."
        job.state = "failed"
    except BaseException as death:  # SystemExit and its kin would end the thread without a word
        log.exception("job %s was killed", job.title)
        job.error = f"“{job.title}” ended before its time: its worker was killed ({type(death).__name__}). Try again."
        job.state = "failed"
    else:
        job.result, job.state = result, "done"


def _interrupt(job: Job) -> None:
    """Throw Cancelled into the thread of a job that does not listen; it arrives at its next line of Python."""
    if job.thread is not None and job.thread.ident is not None:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(job.thread.ident), ctypes.py_object(Cancelled))


def resident_megabytes() -> float:
    """Megabytes of memory that this process holds; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _give_back() -> None:
    """Have the system take back what is free: what a thread frees stays in an arena of its own, in pieces."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def _nothing(progress: Progress) -> None:
    """What is left of a job's work once it is over."""
