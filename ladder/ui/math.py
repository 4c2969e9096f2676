"""What the panels of the rung Math share: how much of a text they read, and the sentences that refuse.

cut_tokens.py    the text in coloured tokens, and whether it comes back
alphabets.py     one text, five prices, with and without the code-book
sizes.py         the price of a token and of a byte over the vocabulary's size
merges.py        merges undone, two cuts side by side, the language tax
coarse.py        maps that forget, and exactly how much
zipf.py          how often tokens occur by rank, and how new ones keep coming
"""

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from ladder.reality import Corpus, take
from ladder.ui.cache import identity, shared
from ladder.ui.jobs import run_job
from ladder.ui.tokens import plain

T = TypeVar("T")

READ_MOST = 1_500_000  # characters: the panels read no more of a text than this, and say so
QUICK = 200_000  # bytes: above this, what takes several passes over the text is a job


def read(corpus: Corpus) -> Corpus:
    """What the panels read of a corpus; says so where it is not all."""
    part = _first_part(corpus)
    if len(part.text) < len(corpus.text):
        st.caption(f"This page reads the first {len(part.text):,} of {len(corpus.text):,} characters.")
    return part


@shared(max_entries=24)
def _first_part(corpus: Corpus) -> Corpus:
    n = len(corpus.text)
    return corpus if n <= READ_MOST else take(corpus, stop=READ_MOST / n)


def ask(compute: Callable[..., T], *arguments: Any) -> T | None:
    """The result, or None after the sentence that says why there is none."""
    try:
        return compute(*arguments)
    except (ValueError, FileNotFoundError) as refusal:
        st.info(plain(str(refusal.args[0])))
        return None


def quick_or_job(title: str, compute: Callable[..., T], corpus: Corpus, *settings: Any) -> T | None:
    """The result at once for a short text, in a job for a long one; None while there is none."""
    if len(corpus.data) <= QUICK:
        return ask(compute, corpus, *settings)
    return run_job((title, identity(corpus), *settings), title, lambda progress: compute(corpus, *settings))
