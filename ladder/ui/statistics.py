"""What the panels of the rung Statistics share: models, names of tokens, and the sentences that refuse."""

from collections.abc import Sequence

import streamlit as st

from ladder.math import SCHEMES
from ladder.reality import Corpus, take, to_text
from ladder.statistics import NGram
from ladder.ui.cache import shared, train_and_held_out
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

LABEL = 12  # letters of a token on an axis

# Beyond it the fits of all orders would take minutes, and say the same.
MOST_BYTES = 4_000_000


@shared(max_entries=12)
def ngram_of(corpus: Corpus, scheme: str, vocabulary_size: int, order: int) -> NGram:
    """The Kneser-Ney model of the training part."""
    train, _ = train_and_held_out(corpus, scheme, vocabulary_size)
    return NGram.fit(train.ids, train.vocabulary_size, order=order)


@shared(max_entries=24)
def first_bytes(corpus: Corpus, n: int) -> Corpus:
    """The first n bytes of a corpus, or a little less."""
    return take(corpus, stop=n / len(corpus.data))


def labels(pieces: Sequence[bytes]) -> list[str]:
    """A short name for each token, no two alike."""
    names: list[str] = []
    for piece in pieces:
        name = first = short(visible(to_text(piece), spaces=True), LABEL)
        copy = 2
        while name in names:
            name, copy = f"{first} #{copy}", copy + 1
        names.append(name)
    return names


def spoken(symbol: str) -> str:
    """A token's name within a sentence; its line breaks stay visible."""
    return plain(symbol.replace("⏎", "↵"))


def short(text: str, n: int) -> str:
    """The text, or its beginning and an ellipsis where it has more than n letters."""
    return text if len(text) <= n else text[: n - 1] + "…"


def lossless(view: View) -> bool:
    """Whether tokens have a price in bytes; says so where they have none, or where the text is too short."""
    if not SCHEMES[view.scheme].lossless:
        st.info(
            f"{SCHEMES[view.scheme].title} does not give the text back, so its prices do not compare. Choose another "
            "alphabet on the left."
        )
        return False
    if len(view.corpus.text) < 2:
        st.info("A text of one character cannot be split into a part to learn from and a part to be judged on.")
        return False
    return True


def bounded(corpus: Corpus) -> Corpus:
    """The corpus, or the first part of a long one, and a sentence that says so."""
    if len(corpus.data) <= MOST_BYTES:
        return corpus
    st.caption(f"The first {MOST_BYTES:,} of {len(corpus.data):,} bytes take part here.")
    return first_bytes(corpus, MOST_BYTES)
