"""Results that all sessions share, kept once and never changed.

`shared` wraps a pure function of a corpus and knobs. The second student who asks for the
same thing gets the same object, without a copy; two who ask at once wait for one
computation. Every cache is bounded, since uploads differ.
"""

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any, TypeVar, cast

import streamlit as st

from ladder.math import SCHEMES, Alphabet, Encoding, fit_alphabet
from ladder.reality import Corpus, Split, split

F = TypeVar("F", bound=Callable[..., Any])


class Kept:
    """A function's shared results, and what each was asked with, so that those of one text can be let go."""

    def __init__(self, function: Callable[..., Any], max_entries: int) -> None:
        self.keep = st.cache_resource(max_entries=max_entries, show_spinner=False, hash_funcs={Corpus: identity})(
            function
        )
        self.max_entries = max_entries
        self.asked: OrderedDict[Any, tuple[tuple[Any, ...], dict[str, Any]]] = OrderedDict()
        self.lock = threading.Lock()
        self.name = f"{function.__module__}.{function.__qualname__}"

    def note(self, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Remember a question, as long as its answer may be kept."""
        key = repr([identity(a) if isinstance(a, Corpus) else a if isinstance(a, str | int | float) else id(a)
                    for a in (*args, *named.values())])  # fmt: skip
        with self.lock:
            self.asked[key] = args, named
            self.asked.move_to_end(key)
            while len(self.asked) > self.max_entries:
                self.asked.popitem(last=False)

    def forget(self, names: Collection[str], reference: str) -> None:
        """Let go of every result that was asked for with a text of such a name, or by its address."""
        with self.lock:
            gone = [key for key, (args, named) in self.asked.items() if _speaks_of((args, named), names, reference)]
            questions = [self.asked.pop(key) for key in gone]
        for args, named in questions:
            self.keep.clear(*args, **named)


ALL_KEPT: list[Kept] = []


def shared(*, max_entries: int) -> Callable[[F], F]:
    """A decorator: the function's results, kept for all sessions and keyed by its arguments."""

    def wrap(function: F) -> F:
        kept = Kept(function, max_entries)
        ALL_KEPT.append(kept)

        @functools.wraps(function)
        def ask(*args: Any, **named: Any) -> Any:
            kept.note(args, named)
            return kept.keep(*args, **named)

        ask.clear = kept.keep.clear  # type: ignore[attr-defined]
        return cast(F, ask)

    return wrap


def forget_results(names: Collection[str], reference: str) -> None:
    """Let go of all that was computed from a text, by its name or its address."""
    for kept in ALL_KEPT:
        kept.forget(names, reference)


def _speaks_of(part: Any, names: Collection[str], reference: str) -> bool:
    if isinstance(part, Corpus):
        return part.name in names
    if isinstance(part, str):
        return part == reference or part in names
    if isinstance(part, dict):
        return any(_speaks_of(value, names, reference) for value in part.values())
    return isinstance(part, tuple | list) and any(_speaks_of(value, names, reference) for value in part)


def identity(corpus: Corpus) -> tuple[str, str, int]:
    """What tells one corpus from another: its name, its bytes, and where its documents end."""
    return corpus.name, corpus.sha, hash(tuple(map(len, corpus.documents)))


@shared(max_entries=32)
def split_of(corpus: Corpus) -> Split:
    """The part to learn from and the part to be judged on, the same everywhere."""
    return split(corpus)


@shared(max_entries=32)
def alphabet(corpus: Corpus, scheme: str, vocabulary_size: int) -> Alphabet:
    """The alphabet that a scheme makes of the whole corpus."""
    return fit_alphabet(corpus.text, scheme, vocabulary_size=_size(scheme, vocabulary_size))


@shared(max_entries=32)
def encoding(corpus: Corpus, scheme: str, vocabulary_size: int) -> Encoding:
    """The whole corpus in its own alphabet."""
    return alphabet(corpus, scheme, vocabulary_size).encode(corpus.text)


@shared(max_entries=32)
def train_alphabet(corpus: Corpus, scheme: str, vocabulary_size: int) -> Alphabet:
    """The alphabet that a scheme makes of the part to learn from."""
    return fit_alphabet(split_of(corpus).train, scheme, vocabulary_size=_size(scheme, vocabulary_size))


@shared(max_entries=32)
def train_and_held_out(corpus: Corpus, scheme: str, vocabulary_size: int) -> tuple[Encoding, Encoding]:
    """Both parts in the alphabet of the part to learn from."""
    letters = train_alphabet(corpus, scheme, vocabulary_size)
    return letters.encode(split_of(corpus).train), letters.encode(split_of(corpus).held_out)


def _size(scheme: str, vocabulary_size: int) -> int | None:
    """The knob's vocabulary size where the scheme has one; the other schemes take in all that there is."""
    return vocabulary_size if SCHEMES[scheme].sized else None
