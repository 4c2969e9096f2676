"""Results that all sessions share, kept once and never changed.

`shared` wraps a pure function of a corpus and knobs. The second student who asks for the
same thing gets the same object, without a copy; two who ask at once wait for one
computation. Every cache is bounded, since uploads differ.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import streamlit as st

from ladder.math import SCHEMES, Alphabet, Encoding, fit_alphabet
from ladder.reality import Corpus, Split, split

F = TypeVar("F", bound=Callable[..., Any])


def shared(*, max_entries: int) -> Callable[[F], F]:
    """A decorator: the function's results, kept for all sessions and keyed by its arguments."""

    def wrap(function: F) -> F:
        keep = st.cache_resource(max_entries=max_entries, show_spinner=False, hash_funcs={Corpus: identity})
        return cast(F, keep(function))

    return wrap


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
