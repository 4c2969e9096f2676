"""The surprise map: one stretch of the held-out part, coloured by what each model pays for it."""

import codecs
from collections.abc import Iterator

import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.statistics.stretch import Priced, Stretch, Word, bits_of_words, price_of, stretch_of, words_of
from ladder.ui import knobs
from ladder.ui.cache import split_of
from ladder.ui.explain import explain
from ladder.ui.rated import (
    NGRAM,
    NO_TRANSFORMER,
    OWN,
    REAL,
    UNIGRAM,
    Rated,
    known_by_real,
    rated,
    rated_by_real,
    warning,
)
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, lossless
from ladder.ui.tokens import Token, plain, surprise_colour, token_strip
from ladder.ui.view import View

WHO = {UNIGRAM: UNIGRAM, NGRAM: NGRAM, OWN: OWN, REAL: "SmolLM2-135M or LADDER_LM"}
LENGTHS = (250, 500, 1000, 2000)  # bytes
DARKEST = 8.0  # bits a byte: what bytes drawn at random cost
NAMED = 4  # words
STEEPEST = 1.0  # bits below which a word is not worth naming


@st.fragment
def cooling_panel(view: View) -> None:
    """One stretch under every model."""
    if not lossless(view):
        return
    corpus = bounded(view.corpus)
    who = knobs.choice("heatwho", "Model", WHO, UNIGRAM)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = knobs.slider("heatat", "From (% of the held-out part)", 0, 99, 0, width=260)
        n_bytes = knobs.slider_of("heatlen", "Bytes", LENGTHS, 500, width=180)
        beside = knobs.toggle("heatall", "All models side by side")
    here = {"share": start / 100, "n_bytes": n_bytes}
    stretch = stretch_of(split_of(corpus), share=start / 100, n_bytes=n_bytes)
    found = rated(view, corpus, **here)
    if found is None:
        return
    real = rated_by_real(corpus, **here) if who == REAL else known_by_real(corpus, **here)
    if real is not None:
        found = found | {REAL: real}
    if who == OWN and OWN not in found:
        st.info(NO_TRANSFORMER)
    elif who in found and not beside:
        _strip(view, found[who])
    if beside:
        for i, one in enumerate(found.values()):
            if i % 2 == 0:
                columns = st.columns(2)
            with columns[i % 2]:
                _strip(view, one)
    st.caption(
        f"The same {stretch.n_bytes:,} held-out bytes for all; {len(stretch.before):,} characters before them are read "
        f"first and not paid for. Pale costs little, the darkest {view.lens.amount(DARKEST, per='byte', digits=2)} or "
        "more, what a byte drawn at random costs. A token’s price is shared evenly by its bytes."
    )
    _bars(view, found, who, stretch)
    if who in found:
        _words(view, found, who, stretch)
    if REAL in found:
        warning()
    _explain(view, found, who if who in found else UNIGRAM, stretch)


def _strip(view: View, one: Rated) -> None:
    st.markdown(f"**{plain(one.title)}**: {view.lens.amount(one.priced.bits_per_byte, per='byte')}")
    tokens = [
        Token(
            text,
            f"{view.lens.amount(bits, digits=2)}, {view.lens.amount(bits / size, per='byte', digits=2)}",
            surprise_colour(bits / size, most=DARKEST),
        )
        for text, bits, size in readable(one.priced)
    ]
    token_strip(tokens, label=f"The stretch, coloured by what {one.title} pays for each byte")


def readable(priced: Priced) -> Iterator[tuple[str, float, int]]:
    """Tokens as text, with their bits and bytes; those that hold parts of one character are taken together."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text, bits, size = "", 0.0, 0
    for piece, cost in zip(priced.pieces, priced.bits.tolist(), strict=True):
        text, bits, size = text + decoder.decode(piece), bits + cost, size + len(piece)
        if not decoder.getstate()[0]:
            yield text, bits, size
            text, bits, size = "", 0.0, 0
    if size:
        yield text + decoder.decode(b"", final=True), bits, size


def _bars(view: View, found: dict[str, Rated], who: str, stretch: Stretch) -> None:
    table = pd.DataFrame(
        {
            "part": [one.title for one in found.values()],
            "amount": [view.lens.scale(one.priced.bits_per_byte) for one in found.values()],
        }
    )
    best = min(found.values(), key=lambda one: one.priced.bits_per_byte)
    worst = max(found.values(), key=lambda one: one.priced.bits_per_byte)
    finding = (
        f"From {view.lens.amount(worst.priced.bits_per_byte)} with the {worst.title} down to "
        f"{view.lens.amount(best.priced.bits_per_byte, per='byte')} with {best.title}"
    )
    chosen = found[who].title if who in found else ""
    show_chart(
        charts.summands(table, title=finding, of=f"{view.lens.unit}/byte of this stretch", chosen=chosen),
        table,
        key="cooling",
        alt=f"{finding}, over {stretch.n_bytes} bytes. "
        + "; ".join(f"{row.part} {row.amount:.3f}" for row in table.itertuples()),
        width="stretch",
    )
    if REAL not in found:
        st.caption("The real model joins them once it has been chosen above.")


def _words(view: View, found: dict[str, Rated], who: str, stretch: Stretch) -> None:
    """Which words became cheaper or dearer against the model before in the row."""
    row = list(found)
    before = found[row[max(0, row.index(who) - 1)]]
    words = words_of(stretch.text)
    if before is found[who] or not words:
        return
    old, new = (bits_of_words(words, one.priced.by_byte) for one in (before, found[who]))
    order = (new - old).argsort(kind="stable").tolist()

    def named(places: list[int]) -> str:
        return ", ".join(_word(view, words[i], old[i], new[i]) for i in places)

    cooled = [i for i in order[:NAMED] if old[i] - new[i] > STEEPEST]
    heated = [i for i in order[: -NAMED - 1 : -1] if new[i] - old[i] > STEEPEST]
    if cooled:
        st.markdown(f"Cooled most against the {plain(before.title)}: {named(cooled)}.")
    if heated:
        st.markdown(f"Dearer than with the {plain(before.title)}: {named(heated)}.")


def _word(view: View, word: Word, old: float, new: float) -> str:
    # A word that runs from right to left must not take the numbers behind it along.
    return f"“\u2068{plain(word.text)}\u2069” ({view.lens.scale(old):.1f} → {view.lens.amount(new, digits=1)})"


def _explain(view: View, found: dict[str, Rated], who: str, stretch: Stretch) -> None:
    priced = found[who].priced
    explain(
        "cooling",
        formula=rf"\frac{{\sum_t -{view.lens.tex_log} q(x_t \mid x_{{<t}})}}{{\text{{bytes}}}} = "
        rf"\frac{{{view.lens.scale(float(priced.bits.sum())):.1f}}}{{{stretch.n_bytes}}} = "
        rf"{view.lens.tex(priced.bits_per_byte, per='byte', digits=3)}",
        source=[stretch_of, price_of],
        question="Where does a better model still glow: at the beginnings of words or at their ends?",
        answer="At the beginnings. Once a word has begun, few endings are left; which word comes is what remains to be "
        "told.",
    )
