"""Results that all sessions share, kept once and never changed.

`shared` wraps a pure function of a corpus and knobs. The second student who asks for the
same thing gets the same object, without a copy; two who ask at once wait for one
computation. Every cache is bounded, since uploads differ.
"""

import functools
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Any, TypeVar, cast

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ladder.math import SCHEMES, Alphabet, Encoding, fit_alphabet
from ladder.reality import Corpus, Split, split

F = TypeVar("F", bound=Callable[..., Any])


class Kept:
    """A function's shared results, and what each was asked with, so that those of one text can be let go."""

    def __init__(self, function: Callable[..., Any], max_entries: int) -> None:
        self.signature = inspect.signature(function)
        # Streamlit asks for it at every call: found, not reckoned.
        function.__signature__ = self.signature  # type: ignore[attr-defined]
        self.keep = st.cache_resource(max_entries=max_entries, show_spinner=False, hash_funcs={Corpus: identity})(
            function
        )
        self.max_entries = max_entries
        self.asked: OrderedDict[Any, tuple[tuple[Any, ...], dict[str, Any]]] = OrderedDict()
        self.lock = threading.Lock()
        self.name = f"{function.__module__}.{function.__qualname__}"

    def note(self, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Remember a question, as long as its answer may be kept."""
        asked = self.signature.bind(*args, **named).arguments
        # What begins with a line is no part of the question for Streamlit either.
        key = repr([(name, _by_value(value)) for name, value in asked.items() if not name.startswith("_")])
        with self.lock:
            self.asked[key] = args, named
            self.asked.move_to_end(key)
            while len(self.asked) > self.max_entries:
                self.asked.popitem(last=False)

    def forget(self, reference: str) -> None:
        """Let go of every result that was asked for with a text from this address, or by the address."""
        with self.lock:
            gone = [key for key, question in self.asked.items() if _speaks_of(question, {reference})]
            questions = [self.asked.pop(key) for key in gone]
        for args, named in questions:
            self.keep.clear(*args, **named)


ALL_KEPT: list[Kept] = []
MOST_FORGOTTEN = 1_000
FORGOTTEN: dict[str, None] = {}  # addresses of which nothing is kept, the oldest first


def shared(*, max_entries: int) -> Callable[[F], F]:
    """A decorator: the function's results, kept for all sessions and keyed by its arguments."""

    def wrap(function: F) -> F:
        kept = Kept(function, max_entries)
        ALL_KEPT.append(kept)

        @functools.wraps(function)
        def ask(*args: Any, **named: Any) -> Any:
            if FORGOTTEN and _speaks_of((args, named), FORGOTTEN):
                _leave_the_fragment()
            kept.note(args, named)
            found = kept.keep(*args, **named)
            if FORGOTTEN and _speaks_of((args, named), FORGOTTEN):  # while it was computed, or by a page still open
                kept.keep.clear(*args, **named)
            return found

        ask.clear = kept.keep.clear  # type: ignore[attr-defined]
        return cast(F, ask)

    return wrap


def forget_results(reference: str) -> None:
    """Let go of all that was computed from the text at an address, and keep nothing more of it."""
    FORGOTTEN[reference] = None
    while len(FORGOTTEN) > MOST_FORGOTTEN:
        del FORGOTTEN[next(iter(FORGOTTEN))]
    for kept in ALL_KEPT:
        kept.forget(reference)


def _leave_the_fragment() -> None:
    """Have the whole page drawn anew where a part of it still speaks of a text that is gone: the page says so."""
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun()


def readmit(reference: str) -> None:
    """Keep results of the text at an address again: somebody has brought it back."""
    FORGOTTEN.pop(reference, None)


def _speaks_of(part: Any, references: Collection[str]) -> bool:
    if isinstance(part, Corpus):
        return part.source in references
    if isinstance(part, str):
        return part in references
    if isinstance(part, dict):
        return any(_speaks_of(value, references) for value in part.values())
    return isinstance(part, tuple | list) and any(_speaks_of(value, references) for value in part)


def _by_value(part: Any) -> Any:
    """What tells one argument from another: two equal tuples are one question."""
    if isinstance(part, Corpus):
        return identity(part)
    if isinstance(part, tuple | list):
        return tuple(map(_by_value, part))
    return part if isinstance(part, str | bytes | int | float | None) else id(part)


def identity(corpus: Corpus) -> tuple[str, str, int, str]:
    """What tells one corpus from another: its name, its bytes, where its documents end, and the upload it is from."""
    return corpus.name, corpus.sha, hash(tuple(map(len, corpus.documents))), corpus.source


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
