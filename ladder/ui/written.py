"""A whole text, drawn: coloured by its surprise, taken away, or made the next corpus."""

import codecs
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.math import Ids, bits_per_byte
from ladder.probability import Draw, as_corpus, sample, stream
from ladder.reality import to_text
from ladder.rungs import REALITY
from ladder.ui import knobs
from ladder.ui.asked import Asked, Settings, ask, draw_of, held_out_price, settings_knobs
from ladder.ui.cache import identity
from ladder.ui.explain import explain
from ladder.ui.frame import keep, link_to
from ladder.ui.live import TICK, live_knobs, live_of
from ladder.ui.tokens import Token, plain, surprise_colour, token_strip, visible
from ladder.ui.view import View

STRIP = 1_500  # tokens in colour
SIDE_BY_SIDE = (0.5, 1.0, 1.5)
DARKEST = 12.0  # bits: the deepest colour of a surprise


@st.fragment
def write_panel(view: View) -> None:
    """A whole text, each token coloured by its surprise."""
    asked = ask(view)
    if asked is None:
        return
    settings, seed = settings_knobs()
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        n = knobs.slider("n", "Tokens to draw", 50, 5000, 400, step=50)
    with right:
        side_by_side = knobs.toggle("temps", "Three temperatures side by side")
        one_by_one = knobs.toggle("live", "Token by token", disabled=side_by_side)
    size = (view.corpus, view.scheme, view.vocabulary_size, asked.choice, tuple(asked.context.tolist()), n, seed)
    if side_by_side:
        for column, T in zip(st.columns(len(SIDE_BY_SIDE)), SIDE_BY_SIDE, strict=True):
            with column:
                st.markdown(f"**T = {T:g}**")
                _show_draw(view, asked, draw_of(asked.model, *size, settings._replace(temperature=T)), f"T{T}", 300)
        return
    if one_by_one:
        _show_live(view, asked, n, seed, settings)
        draw = draw_of(asked.model, *size, settings)
    else:
        draw = draw_of(asked.model, *size, settings)
        _show_draw(view, asked, draw, "one", STRIP)
        _take_away(asked, draw, settings, seed)
    held_out = held_out_price(asked.model, *size[:4])
    n_bytes = sum(len(asked.vocabulary[i]) for i in draw.ids)
    explain(
        "write",
        formula=rf"\frac{{-\sum_t {view.lens.tex_log} q(x_t \mid x_{{<t}})}}{{\text{{bytes}}}} = "
        rf"\frac{{{view.lens.scale(float(draw.surprisals.sum())):.1f}}}{{{n_bytes}}} = "
        rf"{view.lens.tex(bits_per_byte(float(draw.surprisals.sum()), n_bytes), per='byte', digits=3)}",
        source=[sample, stream],
        question="Drawn at T = 1 and without cuts: is the model’s own text cheaper for it, or dearer, than the "
        "held-out part of the corpus?",
        answer="Cheaper as a rule: its draws cost its own entropy, the held-out part costs cross-entropy, entropy and "
        f"divergence together. Here the held-out part costs {view.lens.amount(held_out, per='byte')}.",
    )


def _show_live(view: View, asked: Asked, n: int, seed: int, settings: Settings) -> None:
    """The draw while it is drawn; what is there so far can be taken away once it stands still."""
    context = tuple(asked.context.tolist())
    question = (identity(view.corpus), view.scheme, view.vocabulary_size, asked.choice, context)
    live = live_of(asked, question, n, seed, settings)
    pace = live_knobs(asked, live, seed, settings)

    @st.fragment(run_every=TICK if live.running else None)
    def tick() -> None:
        if live.running:
            live.go_on(TICK, pace)
            if not live.running:
                st.rerun()  # over: the buttons and the downloads change too
        st.caption(f"{len(live.drawn):,} of {n:,} tokens")
        if live.drawn:
            _show_draw(view, asked, live.draw, "so far", STRIP, tail=True)

    tick()
    if live.drawn and not live.running:
        _take_away(asked, live.draw, settings, seed)


def _show_draw(view: View, asked: Asked, draw: Draw, name: str, most: int, *, tail: bool = False) -> None:
    n_bytes = sum(len(asked.vocabulary[i]) for i in draw.ids)
    price = bits_per_byte(float(draw.surprisals.sum()), n_bytes)
    gained = float(draw.surprisals.sum() - draw.surprisals_truncated.sum())
    bent = f"; temperature and cuts made it {view.lens.amount(gained, digits=0)} likelier" if abs(gained) > 1 else ""
    st.markdown(
        f"**{view.lens.amount(price, per='byte')}** under the model for {n_bytes:,} bytes in "
        f"{len(draw.ids):,} tokens{bent}."
    )
    part = slice(-most, None) if tail else slice(most)
    pieces = list(readable(draw.ids[part], draw.surprisals[part], asked.vocabulary))
    token_strip(
        [
            Token(text, f"{view.lens.amount(bits, digits=2)}", surprise_colour(bits, most=DARKEST))
            for text, bits in pieces
        ],
        label=f"Drawn text {name}, each token coloured by its surprise",
    )
    if len(draw.ids) > most:
        st.caption(
            f"The {'last' if tail else 'first'} {most:,} of {len(draw.ids):,} tokens are shown; the downloads have all."
        )


def _take_away(asked: Asked, draw: Draw, settings: Settings, seed: int) -> None:
    """Downloads, and the loop back to Reality."""
    name = f"Drawn by a {asked.choice.title} at T = {settings.temperature:g}, seed {seed}"
    corpus = as_corpus(draw.ids, asked.vocabulary, name=name)
    with st.container(horizontal=True):
        if st.button("Make this the corpus", icon="🌍", key="as-corpus", type="primary"):
            try:
                reference = keep(corpus)
            except (ValueError, OSError) as refusal:
                st.warning(f"The text could not be kept: {plain(str(refusal))}")
            else:
                link_to(REALITY, corpus=reference)
        st.download_button("Text", corpus.data, "draw.txt", "text/plain", key="draw-text", icon="📄", on_click="ignore")
        st.download_button(
            "Surprises (CSV)",
            lambda: surprises_table(draw, asked.vocabulary).to_csv(index=False),
            "draw.csv",
            "text/csv",
            key="draw-csv",
            icon="📊",
            on_click="ignore",
        )


def surprises_table(draw: Draw, vocabulary: Sequence[bytes]) -> pd.DataFrame:
    """One row a token: its place, id, text, and both surprisals in bits."""
    return pd.DataFrame(
        {
            "place": np.arange(len(draw.ids)),
            "id": draw.ids,
            "token": [visible(to_text(vocabulary[i]), spaces=True) for i in draw.ids],
            "surprisal_bits": draw.surprisals,
            "surprisal_truncated_bits": draw.surprisals_truncated,
        }
    )


def readable(ids: Ids, surprisals: Floats, vocabulary: Sequence[bytes]) -> Iterator[tuple[str, float]]:
    """Tokens as text with their bits; those that hold parts of one character are taken together."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text, bits = "", 0.0
    for i, cost in zip(ids.tolist(), surprisals.tolist(), strict=True):
        text, bits = text + decoder.decode(vocabulary[i]), bits + cost
        if not decoder.getstate()[0]:
            yield text, bits
            text, bits = "", 0.0
    if bits:
        yield text + decoder.decode(b"", final=True), bits
