"""What the panels of the rung Reality share: how much of a text they measure, and its prices.

raw_bytes.py     bytes, hex and text side by side
estimates.py     H_0, H_1 and H_2, five estimates of each
compressors.py   what five compressors make of the text
along.py         the price of a byte in a window that slides over the file
sliced.py        what the chosen slice does to every price
missing.py       what another text says and this one does not
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from ladder.reality import SAMPLES, Corpus, split, to_bytes, to_text, yardsticks
from ladder.reality.orders import entropies
from ladder.reality.slices import byte_shares
from ladder.reality.yardsticks import MOST_BYTES
from ladder.ui.cache import identity, shared
from ladder.ui.jobs import run_job
from ladder.ui.tokens import visible
from ladder.ui.view import View

T = TypeVar("T")

QUICK = 2_000_000  # bytes: a larger text is measured in a job


def ask(function: Callable[..., T], corpus: Corpus, *settings: Any, title: str) -> T | None:
    """What a cached function returns: at once for a short text, from a job for a long one, until then None."""
    if len(corpus.data) <= QUICK:
        return function(corpus, *settings)
    key = ("reality", function.__name__, *identity(corpus), *settings)
    return run_job(key, title, lambda progress: function(corpus, *settings))


def bounded(corpus: Corpus, *, say: bool = True) -> Corpus:
    """The text, or its first 20 MB where it has more."""
    if len(corpus.data) <= MOST_BYTES:
        return corpus
    if say:
        st.caption(f"Measured on the first {MOST_BYTES:,} of {len(corpus.data):,} bytes.")
    return _first_part(corpus)


@shared(max_entries=4)
def _first_part(corpus: Corpus) -> Corpus:
    return Corpus((name := corpus.name), (to_text(corpus.data[:MOST_BYTES]),), (name,), source=corpus.source)


def true_rate(view: View) -> float | None:
    """The source's entropy rate in bits/byte, where it is known."""
    sample = SAMPLES.get(view.reference)
    return sample.true_entropy_rate if sample else None


def said(table: pd.DataFrame, name: str, value: str) -> str:
    """A table in words, for those who cannot see the chart."""
    return "; ".join(f"{label}: {number:.3f}" for label, number in zip(table[name], table[value], strict=True))


def first_words_of(text: str) -> str:
    """How a text begins, on one line."""
    return visible(" ".join(text.split())[:80])


@shared(max_entries=24)
def shares_of(corpus: Corpus) -> np.ndarray:
    """The share of each of the 256 bytes: (256,)."""
    return byte_shares(corpus.data)


def byte_counts(data: bytes) -> np.ndarray:
    """How often each of the 256 bytes comes up: (256,)."""
    return np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256)


@shared(max_entries=24)
def entropies_of(corpus: Corpus) -> pd.DataFrame:
    """H_0, H_1 and H_2 in bits/byte, each by every estimator."""
    return entropies(corpus.data)


@shared(max_entries=24)
def yardsticks_of(corpus: Corpus, held_out: bool) -> pd.DataFrame:
    """What the compressors make of it, or of its last tenth after they have read the rest."""
    if not held_out:
        return yardsticks(corpus.data)
    parts = split(corpus)
    return yardsticks(to_bytes(parts.held_out), given=to_bytes(parts.train))
