"""The leaderboard's other table: a model that somebody else has trained, beside those fitted to this text."""

import math

import pandas as pd
import streamlit as st

from ladder.reality import Corpus, to_bytes
from ladder.statistics.size import two_part_price
from ladder.statistics.stretch import pays_off
from ladder.ui.cache import split_of
from ladder.ui.rated import NGRAM, REAL, Rated, rated, rated_by_real, warning
from ladder.ui.tokens import plain
from ladder.ui.view import View

STRETCH = 6_000  # bytes of the held-out part: a real model reads some hundred tokens a second


def draw_pretrained(view: View, corpus: Corpus) -> None:
    """The table of the pretrained model, once somebody has asked for it."""
    st.markdown("###### Pretrained, on a stretch of the held-out part")
    n_bytes = min(STRETCH, len(to_bytes(split_of(corpus).held_out)))
    real = rated_by_real(corpus, share=0.0, n_bytes=n_bytes, start_label="Ask the pretrained model too")
    if real is None:
        st.caption(
            f"It has not learned from this text but from others, so it stands apart. It reads {n_bytes:,} bytes of the "
            "held-out part; the others read the same."
        )
        return
    found = rated(view, corpus, share=0.0, n_bytes=n_bytes)
    if found is None:
        return
    found = found | {REAL: real}
    show_table(view, corpus, found, n_bytes)
    warning()
    _when_it_pays(found, len(corpus.data))


def show_table(view: View, corpus: Corpus, found: dict[str, Rated], n_bytes: int) -> None:
    """One line a model, the cheapest on the stretch first; the pretrained one in a column of its own."""
    rows = []
    for who, one in sorted(found.items(), key=lambda item: item[1].priced.bits_per_byte):
        price = one.priced.bits_per_byte
        whole = two_part_price(one.size_bytes, price * len(corpus.data), len(corpus.data))
        fitted, pretrained = (None, price) if who == REAL else (price, None)
        rows.append((one.title, *(_scaled(view, x) for x in (fitted, pretrained, whole)), f"{one.size_bytes:,}"))
    columns = ["model", "fitted here", "pretrained", "with the model", "model, bytes"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="stretch", key="pretrained-table")
    st.caption(
        f"In {view.lens.unit} per byte of the first {n_bytes:,} held-out bytes. “With the model”: the same price for "
        "every byte of the whole text, and the model’s own bytes on top."
    )


def _when_it_pays(found: dict[str, Rated], n_bytes: int) -> None:
    real, counted = found[REAL], found[NGRAM]
    n = pays_off(
        large=(real.size_bytes, real.priced.bits_per_byte), small=(counted.size_bytes, counted.priced.bits_per_byte)
    )
    if math.isinf(n) or real.size_bytes < counted.size_bytes:
        st.markdown(f"On this text {plain(real.title)} saves nothing against the {plain(counted.title)}.")
        return
    st.markdown(
        f"{plain(real.title)} comes with {real.size_bytes / 1e6:,.1f} MB. Against the {plain(counted.title)} it pays "
        f"from {n / 1e6:,.1f} MB of text like this one on; this text has {n_bytes / 1e6:,.3f} MB."
    )


def _scaled(view: View, price: float | None) -> float | None:
    return None if price is None else round(view.lens.scale(price), 3)
