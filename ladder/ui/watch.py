"""Every rerun passes by here: it is counted, timed, and gets a line in the log.

Streamlit has no hook for the end of a rerun, neither of a page nor of a fragment nor of a button's
callback, so the one function through which it runs all three is replaced by itself with a watch
around it; its own hook `on_script_error` is told what to say on an error, and its way of printing
one, message and all, is taken out. A test holds that these functions are still the ones.
"""

import logging
import secrets
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import streamlit as st
from streamlit import error_util, runtime
from streamlit.runtime.scriptrunner import exec_code, get_script_run_ctx, script_runner

from ladder.ui.logs import start_log, told
from ladder.ui.work import resident_megabytes

log = logging.getLogger("ladder.request")

LATELY = 300.0  # seconds that count as now
MOST_RERUNS = 20_000  # remembered one by one
MOST_SESSIONS = 2_000

REPLACED, SILENCED = "exec_func_with_error_handling", "_log_uncaught_app_exception"
_run = exec_code.exec_func_with_error_handling


class Unexpected(Exception):
    """What a user sees of an error that nobody foresaw."""

    alternate_name = ""  # Streamlit shows it instead of the type


class Rerun(NamedTuple):
    """One rerun that is over."""

    at: float  # seconds, monotonic, of its end
    seconds: float
    cpu: float  # seconds of its own thread
    failed: bool = False


class Request:
    """One rerun on its way: what the log calls it, and what failed in it."""

    def __init__(self) -> None:
        self.reference = secrets.token_hex(4)
        self.failed = False

    def say(self, error: Exception) -> bool:
        """Tell the log what happened and where, and the user how to name it; stands for Streamlit's own box."""
        self.failed = True
        log.error("%s %s", self.reference, told(error))
        st.exception(
            Unexpected(
                f"Something went wrong here that nobody had foreseen (reference {self.reference}). The other panels "
                "work: go on there, and give the reference to whoever runs this server."
            )
        )
        return True


class Watch:
    """What this server has done since it started."""

    def __init__(self) -> None:
        self.started, self.cpu = time.monotonic(), time.process_time()
        self.reruns = self.errors = 0
        self.lately: deque[Rerun] = deque(maxlen=MOST_RERUNS)
        self.panels: OrderedDict[str, str] = OrderedDict()  # session -> the panel that it has open
        self.level = resident_megabytes()  # megabytes without a class: as last seen with one session or none
        self.models: dict[str, float] = {}  # megabytes that the server grew by as each was loaded
        self.lock = threading.Lock()

    def note(self, rerun: Rerun) -> None:
        """Count a rerun."""
        with self.lock:
            self.reruns += 1
            self.errors += rerun.failed
            self.lately.append(rerun)

    def recent(self, now: float) -> list[Rerun]:
        """The reruns of the last minutes."""
        with self.lock:
            while self.lately and self.lately[0].at < now - LATELY:
                self.lately.popleft()
            return list(self.lately)

    @contextmanager
    def loading(self, what: str) -> Iterator[None]:
        """While a model is loaded: what the server grows by is the model's, not the students'."""
        before = resident_megabytes()
        yield
        self.models[what] = max(resident_megabytes() - before, 0.0)
        self.level += self.models[what]

    def opens(self, panel: str) -> None:
        """Note which panel this session has open."""
        if context := get_script_run_ctx():
            with self.lock:
                self.panels[context.session_id] = panel
                self.panels.move_to_end(context.session_id)
                while len(self.panels) > MOST_SESSIONS:
                    self.panels.popitem(last=False)


WATCH = Watch()


def sessions_now() -> int:
    """How many browser tabs are connected, by Streamlit's own count."""
    if not runtime.exists():
        return 0
    counted = runtime.get_instance().stats_mgr.get_stats(["active_sessions"])
    return sum(int(getattr(stat, "value", 0)) for stat in counted.get("active_sessions", ()))


def start_watch() -> None:
    """Have every rerun pass by here, and the log begin."""
    start_log()
    setattr(script_runner, REPLACED, _watched)
    setattr(error_util, SILENCED, lambda error: None)  # `Request.say` has told the log


def _watched(work: Callable[[], Any], context: Any) -> Any:
    request = Request()
    context.on_script_error = request.say
    start, cpu = time.perf_counter(), time.thread_time()
    outcome = "died"
    try:
        done = _run(work, context)
        outcome = _outcome(request, *done)
        return done
    finally:
        seconds = time.perf_counter() - start
        failed = outcome in ("died", "failed")
        WATCH.note(Rerun(time.monotonic(), seconds, time.thread_time() - cpu, failed))
        if sessions_now() <= 1:
            WATCH.level = resident_megabytes()
        page, part = _page(context), bool(context.fragment_ids_this_run)
        log.info(
            "%s page=%s panel=%s run=%s ms=%.0f outcome=%s",
            request.reference,
            page,
            WATCH.panels.get(context.session_id, "-"),
            "part" if part else "whole",
            1000 * seconds,
            outcome,
        )


def _outcome(request: Request, result: Any, without_errors: bool, rerun: Any, stopped: bool, error: Any) -> str:
    if request.failed or not without_errors:
        return "failed"
    return "rerun" if rerun else "stopped" if stopped else "done"


def _page(context: Any) -> str:
    """The page's path: a name of ours, since only a page that exists has one."""
    known = context.pages_manager.get_pages().get(context.page_script_hash)
    return (known.get("url_pathname") if known else None) or "home"
