"""The language model that somebody else has trained: one copy for all sessions, loaded in a job.

the_model()         the model once it is loaded; until then its progress, or what is missing, in one sentence
seen_in(...)        what happens inside it while it reads a text
"""

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
import streamlit as st

from ladder.geometry.trace import Trace
from ladder.lenses.simplex import Floats
from ladder.math import Encoding, Ids
from ladder.reality import Corpus, to_text
from ladder.statistics.borrowed import Place, place
from ladder.statistics.inside import induction_scores
from ladder.statistics.pretrained import Pretrained
from ladder.ui.cache import shared, split_of
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import visible
from ladder.ui.watch import WATCH

T = TypeVar("T")

PERIOD = 24  # tokens of the random string that is read twice
LONG = 1_100  # tokens: of a longer text, so many ask, evenly spread, and it is kept alone; four short ones take 200 MB


@dataclass(frozen=True)
class Seen:
    """A text inside a model: what a scene needs, whichever model it is."""

    name: str
    trace: Trace
    vocabulary: tuple[bytes, ...]
    starts: bool = True  # with a start token of the model's own, which is no part of the text

    @cached_property
    def pieces(self) -> list[str]:
        """The tokens as text, what cannot be seen marked."""
        return [piece_of(self.vocabulary, i) for i in self.trace.ids.tolist()]

    @cached_property
    def mark(self) -> str:
        """What tells this text in this model from all others: the ids, and the vector that they end in."""
        return _digest(self.trace.ids, self.trace.final[-1])


class Traces:
    """The insides of the last texts that were looked into, as many as there is room for."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Trace] = OrderedDict()
        self._made: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.one_at_a_time = threading.Lock()

    def get(self, mark: str) -> Trace | None:
        """The inside of that text, where it is still kept."""
        with self._lock:
            if mark in self._kept:
                self._kept.move_to_end(mark)
            return self._kept.get(mark)

    def made(self, mark: str) -> int:
        """How often that text was looked into: whoever finds it no longer kept asks for the next time."""
        with self._lock:
            return self._made[mark]

    def make_room(self, n: int) -> None:
        """Let go of the oldest, until n more tokens fit or nothing is left."""
        with self._lock:
            while self._kept and n + sum(len(trace.ids) for trace in self._kept.values()) > LONG:
                self._kept.popitem(last=False)

    def put(self, mark: str, trace: Trace) -> None:
        """Keep one more."""
        with self._lock:
            self._kept[mark] = trace
            self._made[mark] += 1


def piece_of(vocabulary: tuple[bytes, ...], i: int) -> str:
    """A token as text."""
    return visible(to_text(vocabulary[i]), spaces=True)


def lengths_of_rows(table: Floats) -> Floats:
    """Euclidean lengths, without a second table on the way: (V, d) -> (V,)."""
    return np.sqrt(np.einsum("vd,vd->v", table, table))


def installed() -> Place | str:
    """Where the model lies, or one sentence that says what is missing and how to get it."""
    try:
        return place()
    except FileNotFoundError as missing:
        return str(missing)


@shared(max_entries=2)
def borrowed(where: Place) -> Pretrained:
    """The model of a place: one for all, in memory only while it is used."""
    return Pretrained(where)


def the_model() -> Pretrained | None:
    """The model, ready; else what is missing or how far the loading is."""
    where = installed()
    if isinstance(where, str):
        st.info(where)
        return None
    model = borrowed(where)
    if model.loaded:
        return model

    key = ("language model", str(where.folder), model.loads)
    run_job(key, f"Loading {where.name}", lambda progress: load(model, progress))
    return model if model.loaded else None


def load(model: Pretrained, progress: Progress) -> int:
    """Bring the model into memory, in a job; ValueError, with a sentence, where its files are not sound."""
    try:
        with WATCH.loading("language model"):
            return model.load(progress).loads
    except FileNotFoundError as missing:
        raise ValueError(str(missing)) from missing


@shared(max_entries=8)
def parts_of_corpus(corpus: Corpus, _model: Pretrained, name: str) -> tuple[Encoding, Encoding]:
    """The part to learn from and the held-out part, in the model's own alphabet."""
    parts = split_of(corpus)
    return _model.alphabet.encode(parts.train), _model.alphabet.encode(parts.held_out)


@shared(max_entries=1)
def traces() -> Traces:
    """Those of this server."""
    return Traces()


def seen_in(model: Pretrained, ids: Ids) -> Seen | None:
    """The inside of the model while it reads these tokens; None while a job is at it."""
    mark = _digest(np.frombuffer(model.name.encode(), dtype=np.uint8), ids)
    trace = traces().get(mark)
    if trace is None:
        key = ("look inside", model.name, mark, traces().made(mark))
        if not run_job(
            key, f"{model.name} reads {len(ids):,} tokens", lambda progress: _look(model, ids, mark, progress)
        ):
            return None
        trace = traces().get(mark)
    if trace is None:  # while this page waited, longer texts have taken its place
        st.rerun()
    return Seen(model.name, trace, model.alphabet.vocabulary)


def _look(model: Pretrained, ids: Ids, mark: str, progress: Progress) -> bool:
    kept = traces()
    while not kept.one_at_a_time.acquire(timeout=0.2):
        progress(0.0, "another text is being read")
    try:
        if kept.get(mark) is None:
            kept.make_room(len(ids) + 1)
            kept.put(mark, model.trace(ids, progress=progress))
    finally:
        kept.one_at_a_time.release()
    return True


def found_in(seen: Seen, what: str, title: str, ask: Callable[[Trace, Progress], T]) -> T | None:
    """What a question about a whole trace has found, asked in a job that all share; None while it is at it."""
    return run_job((what, seen.name, seen.mark), title, lambda progress: ask(seen.trace, progress))


def _digest(*arrays: np.ndarray) -> str:
    return hashlib.blake2b(b"|".join(array.tobytes() for array in arrays), digest_size=16).hexdigest()


@shared(max_entries=8)
def induction_of(_model: Pretrained, name: str, seed: int) -> np.ndarray:
    """Each head's score on a random string that is read twice: (L, h)."""
    ids = random_string(_model, seed)
    return induction_scores(_model.trace(ids), period=PERIOD, start=1)


def random_string(model: Pretrained, seed: int) -> Ids:
    """PERIOD different tokens drawn at random, twice."""
    once = np.random.default_rng(seed).choice(np.arange(300, model.alphabet.n_own), PERIOD, replace=False)
    return np.concatenate([once, once]).astype(np.int32)


def band_of(ids: Ids, start: int, most: int) -> Ids:
    """The band of a long text that is looked into; says so."""
    if len(ids) <= most:
        return ids
    band = ids[start : start + most]
    st.caption(
        f"The text has {len(ids):,} tokens; tokens {start + 1:,} to {start + len(band):,} are read and "
        "looked into at once, as if they began the text."
    )
    return band


def induction_in(name: str) -> np.ndarray | None:
    """The induction scores of the model of that name; None where it is not the real one."""
    model = the_model()
    return induction_of(model, name, 1) if model is not None and model.name == name else None
