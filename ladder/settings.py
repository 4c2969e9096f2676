"""What can be set from outside: one table, read by the code, checked at start, and listed in README.

    python -m ladder.settings      one sentence for each setting that is wrong, and exit status 1

A setting is an environment variable. An empty one counts as not set.
"""

import difflib
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

LEAST_PASSWORD = 8
LEVELS = ("debug", "info", "warning", "error")


class LogTo(NamedTuple):
    """How much the log tells, and where: on stderr, or in a file."""

    level: str
    path: Path | None = None


class Setting(NamedTuple):
    """One setting: its name, the rule for its value in words, and how the value is read."""

    name: str
    rule: str
    read: Callable[[str], Any]  # raises ValueError for what breaks the rule
    default: Any = None
    secret: bool = False


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 36_500:
        raise ValueError(text)
    return days


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_absolute() or "\0" in text or (path.exists() and not path.is_dir()):
        raise ValueError(text)
    return path


def _database(text: str) -> str:
    import sqlalchemy as sql

    try:
        sql.make_url(text).get_dialect().import_dbapi()
    except (sql.exc.ArgumentError, ImportError) as error:
        raise ValueError(text) from error
    return text


def _log(text: str) -> LogTo:
    level, _, place = text.strip().partition(" ")
    path = Path(place.strip()) if place else None
    wrong_place = path is not None and (not path.is_absolute() or path.is_dir() or not path.parent.is_dir())
    if level.lower() not in LEVELS or "\0" in text or wrong_place:
        raise ValueError(text)
    return LogTo(level.upper(), path)


def _password(text: str) -> str:
    if len(text) < LEAST_PASSWORD:
        raise ValueError(text)
    return text


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise ValueError(text)
    return number


DATA = Setting("LADDER_DATA", "the full path of a folder, there or to be made", _folder)
DATABASE_URL = Setting(
    "LADDER_DATABASE_URL",
    "a database's URL such as postgresql+psycopg://user:password@host/name, with its driver installed",
    _database,
    secret=True,
)
DAYS = Setting("LADDER_DAYS", "a number of days above 0 and up to 36,500", _days, 30.0)
ENCODER = Setting("LADDER_ENCODER", "the name or the path of a sentence encoder", str)
JOB_SECONDS = Setting("LADDER_JOB_SECONDS", "a number of seconds above 0", _positive, 900.0)
JOB_MEGABYTES = Setting("LADDER_JOB_MEGABYTES", "a number of megabytes above 0", _positive, 1500.0)
LM = Setting("LADDER_LM", "the full path of a folder with a causal language model", str)
LOG = Setting(
    "LADDER_LOG",
    f"one of {', '.join(LEVELS)}, and after a space, where wanted, the full path of a file in a folder that is there",
    _log,
    LogTo("INFO"),
)
PASSWORD = Setting("LADDER_PASSWORD", f"at least {LEAST_PASSWORD} characters", _password, secret=True)

SETTINGS = (DATA, DATABASE_URL, DAYS, ENCODER, JOB_SECONDS, JOB_MEGABYTES, LM, LOG, PASSWORD)


def value_of(setting: Setting, environment: Mapping[str, str] = os.environ) -> Any:
    """The setting's value, or its default where it is not set. Raises ValueError with a sentence that names it."""
    text = environment.get(setting.name, "")
    if not text:
        return setting.default
    try:
        return setting.read(text)
    except (ValueError, OSError):
        found = "is not" if setting.secret else f"is “{text[:80]}”, not"
        raise ValueError(f"{setting.name} {found} {setting.rule}: set it anew, or unset it, and start again.") from None


def wrong_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each setting that cannot be what it is; none where all is well."""
    sentences = []
    for setting in SETTINGS:
        try:
            value_of(setting, environment)
        except ValueError as refusal:
            sentences.append(str(refusal))
    return sentences


def unknown_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """One sentence for each variable that looks like a setting and is none, with the name that may be meant."""
    known = [setting.name for setting in SETTINGS]
    sentences = []
    for name in sorted(name for name in environment if name.startswith("LADDER_") and name not in known):
        near = difflib.get_close_matches(name, known, 1)
        sentences.append(f"{name} is no setting" + (f": is {near[0]} meant?" if near else "."))
    return sentences


def main() -> int:
    """Say what is wrong, if anything: the exit status."""
    wrong = wrong_settings()
    sys.stderr.writelines(f"{sentence}\n" for sentence in [*wrong, *unknown_settings()])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
