"""The log tells what happened and where, and never a word of any user.

    2026-11-25 08:00:00,123 INFO ladder.request: 3f9c2a71 page=math panel=zipf run=part ms=43 outcome=done

What somebody typed or uploaded may stand in an exception's message, so of an exception the log
keeps the type and the places it came through. The rule is laid on the making of log records,
hence on every line of Streamlit and of every library too, wherever it is written to.
"""

import logging
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any

from ladder.settings import LOG, LogTo, value_of

ROOT = Path(__file__).parents[2]
DEEPEST = 12  # places of an exception that are told
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

log = logging.getLogger(__name__)


def told(error: BaseException) -> str:
    """An exception without its message: type, the places from the outermost to the innermost, and what caused it."""
    text = f"{type(error).__name__} at {' > '.join(_places(error.__traceback__)) or 'no place'}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return text if cause is None or cause is error else f"{text}, after {type(cause).__name__}"


def _places(trace: TracebackType | None) -> list[str]:
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{_short(code.co_filename)}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    own = [place for place in places if not place.startswith("streamlit/")]  # how it got here is always the same
    return (own or places)[-DEEPEST:]


def _short(name: str) -> str:
    """A file's path from the project or the library on: no folder of the machine's."""
    path = Path(name)
    if "site-packages" in path.parts:
        return "/".join(path.parts[path.parts.index("site-packages") + 1 :])
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


def discreet(make: Callable[..., logging.LogRecord]) -> Callable[..., logging.LogRecord]:
    """The maker of log records, with every exception told by type and place."""

    def made(*args: Any, **named: Any) -> logging.LogRecord:
        record = make(*args, **named)
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text, record.exc_info = told(record.exc_info[1]), None
        if isinstance(record.msg, BaseException):
            record.msg = told(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(told(part) if isinstance(part, BaseException) else part for part in record.args)
        if record.name == "asyncio" and isinstance(record.msg, str):
            record.msg = record.msg.partition("\n")[0]  # the rest is the repr of whatever went wrong
        return record

    made.discreet = True  # type: ignore[attr-defined]
    return made


@cache
def start_log() -> None:
    """Have the log begin, once a process: where LADDER_LOG says, and discreet everywhere."""
    make = logging.getLogRecordFactory()
    if not hasattr(make, "discreet"):
        logging.setLogRecordFactory(discreet(make))
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda died: _note(died.exc_value)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda lost: _note(lost.exc_value)
    try:
        wanted: LogTo = value_of(LOG)
    except ValueError:  # every page says so
        wanted = LOG.default
    ours = logging.getLogger("ladder")
    ours.setLevel(wanted.level)
    ours.addHandler(_handler(wanted.path))


class _Stderr(logging.Handler):
    """Writes to what is stderr now, not to what it was when the log began."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(f"{self.format(record)}\n")


def _handler(path: Path | None) -> logging.Handler:
    from logging.handlers import WatchedFileHandler  # goes on in a new file once another program has moved the old

    handler: logging.Handler = WatchedFileHandler(path, encoding="utf-8", delay=True) if path else _Stderr()
    handler.setFormatter(logging.Formatter(FORMAT))
    return handler


def _note(error: BaseException | None) -> None:
    if error is not None and not isinstance(error, SystemExit):
        log.error("a thread has ended: %s", error)
