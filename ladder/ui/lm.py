"""The language model that somebody else has trained: one copy for all sessions, loaded in a job.

the_model()         the model once it is loaded; until then its progress, or what is missing, in one sentence
seen_in(...)        what happens inside it while it reads a text
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import streamlit as st

from ladder.geometry.trace import Trace
from ladder.math import Encoding, Ids
from ladder.reality import Corpus, to_text
from ladder.statistics.borrowed import Place, place
from ladder.statistics.inside import (
    Heads,
    Lengths,
    Lens,
    agreements,
    heads_of,
    induction_scores,
    lengths_of,
    logit_lens,
)
from ladder.statistics.pretrained import Pretrained
from ladder.ui.cache import shared, split_of
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import visible
from ladder.ui.watch import WATCH

T = TypeVar("T")

PERIOD = 24  # tokens of the random string that is read twice
SHORT = 256  # tokens: up to here, a trace takes some 50 MB, of a whole window 170 MB


class Seen(NamedTuple):
    """A text inside a model: what a scene needs, whichever model it is."""

    name: str
    trace: Trace
    vocabulary: tuple[bytes, ...]
    starts: bool = True  # with a start token of the model's own, which is no part of the text

    @property
    def pieces(self) -> list[str]:
        """The tokens as text, what cannot be seen marked."""
        return [piece_of(self.vocabulary, i) for i in self.trace.ids.tolist()]


def piece_of(vocabulary: tuple[bytes, ...], i: int) -> str:
    """A token as text."""
    return visible(to_text(vocabulary[i]), spaces=True)


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


def seen_in(model: Pretrained, ids: Ids) -> Seen | None:
    """The inside of the model while it reads these tokens, and all heads; None while a job is at it."""
    key = (model.name, tuple(ids.tolist()))
    if not run_job(("look inside", *key), f"{model.name} reads {len(ids)} tokens", lambda progress: _look(model, key)):
        return None
    return Seen(model.name, trace_of(model, *key), model.alphabet.vocabulary)


def found_in(seen: Seen, what: str, title: str, ask: Callable[..., T]) -> T | None:
    """What a shared question about a whole trace has found, asked in a job; None while it is at it."""
    key = (seen.name, tuple(seen.trace.ids.tolist()))
    if not run_job((what, *key), title, lambda progress: ask(seen.trace, *key, progress) is not None):
        return None
    return ask(seen.trace, *key, Progress())


def _look(model: Pretrained, key: tuple[str, tuple[int, ...]]) -> bool:
    trace_of(model, *key)
    return True


def trace_of(model: Pretrained, name: str, ids: tuple[int, ...]) -> Trace:
    """What happens to a text inside."""
    return (short_trace if len(ids) <= SHORT else long_trace)(model, name, ids)


@shared(max_entries=4)
def short_trace(_model: Pretrained, name: str, ids: tuple[int, ...]) -> Trace:
    """A few of these are kept."""
    return _model.trace(np.array(ids, dtype=np.int32))


@shared(max_entries=1)
def long_trace(_model: Pretrained, name: str, ids: tuple[int, ...]) -> Trace:
    """Of these, the last."""
    return _model.trace(np.array(ids, dtype=np.int32))


@shared(max_entries=32)
def all_heads(_trace: Trace, name: str, ids: tuple[int, ...], _progress: Progress) -> Heads:
    """The heads of a model on a text."""
    return heads_of(_trace, progress=_progress)


@shared(max_entries=32)
def all_agreements(_trace: Trace, name: str, ids: tuple[int, ...], _progress: Progress) -> np.ndarray:
    """How much like a cosine each head ranks: (L, h)."""
    return agreements(_trace, progress=_progress)


@shared(max_entries=32)
def all_lengths(_trace: Trace, name: str, ids: tuple[int, ...], _progress: Progress) -> Lengths:
    """How long the stream is, layer by layer."""
    return lengths_of(_trace, progress=_progress)


@shared(max_entries=16)
def lens_of(_trace: Trace, name: str, ids: tuple[int, ...], _progress: Progress) -> Lens:
    """What each layer would say."""
    return logit_lens(_trace, progress=_progress)


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
