"""What this text says more often than another one, and what it never says."""

from collections import Counter

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.lenses import nats_to_bits
from ladder.reality import SAMPLES, Corpus, load_sample
from ladder.reality.contrast import letters, log_odds, missing, words
from ladder.reality.hexdump import mark
from ladder.ui import knobs
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.reality import said
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

MOST_COMPARED = 2_000_000  # characters of each text whose words are counted
TYPICAL = 12  # pieces for each side
MOST_ABSENT = 200
PIECES = {"letters": "letters", "words": "words"}


@st.fragment
def missing_panel(view: View) -> None:
    """What this text says more often than another one, and what it never says."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = knobs.choice(
            "other", "Compared with", {key: sample.title for key, sample in SAMPLES.items()}, "shakespeare"
        )
        kind = knobs.choice("pieces", "Pieces", PIECES, "words")
    if other == view.reference:
        st.info("A text lacks nothing that it has itself. Choose another one to compare with.")
        return
    try:
        there_corpus = _sample(other)
    except ValueError as refusal:
        st.warning(plain(str(refusal)))
        return
    if max(len(view.corpus.text), len(there_corpus.text)) > MOST_COMPARED:
        st.caption(f"Of each text the first {MOST_COMPARED:,} characters are compared.")
    here, there = _bag(view.corpus, kind), _bag(there_corpus, kind)
    try:
        table = _contrast(view.corpus, there_corpus, kind)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return
    here_name, there_name = _short(view.corpus.name), _short(SAMPLES[other].title)
    typical = pd.concat([table[table.z > 0].head(TYPICAL), table[table.z < 0].tail(TYPICAL)])
    typical = typical.assign(
        shows=typical.piece.map(_shows), side=np.where(typical.z > 0, f"more in {here_name}", f"more in {there_name}")
    )
    lead = ", ".join(f"“{shows}”" for shows in typical[typical.z > 0].head(3).shows) or "nothing"
    title = f"Most typical of {here_name}: {lead}"
    show_chart(
        charts.contrast_bars(typical, title=title),
        typical,
        key="contrast",
        alt=f"{title}. {said(typical, 'shows', 'z')}",
    )
    absent = missing(here, there)
    if absent.empty:
        st.markdown(f"All {kind} of {plain(there_name)} come up here too.")
    else:
        by_chance = int((absent.chance > 0.05).sum())
        st.markdown(
            f"**{len(absent):,} of {len(there):,}** different {kind} of {plain(there_name)} never come up here. For "
            f"{by_chance:,} of "
            f"them chance is reason enough (5 %): a text of this length would often miss them anyway. The other "
            f"{len(absent) - by_chance:,} were left out by something else."
        )
        st.dataframe(
            absent.head(MOST_ABSENT).assign(piece=[_shows(piece) for piece in absent.piece.head(MOST_ABSENT)]),
            hide_index=True,
            height=300,
            column_config={
                "piece": kind[:-1],
                "there": "times there",
                "expected": st.column_config.NumberColumn("expected here", format="%.2f"),
                "chance": st.column_config.NumberColumn("chance to be absent", format="%.2g"),
            },
        )
    first = table.iloc[0]
    explain(
        "missing",
        formula=rf"z = \frac{{\delta}}{{\sqrt{{\frac{{1}}{{y + \alpha}} + \frac{{1}}{{y' + \alpha}}}}}}, \quad y = "
        rf"{first.here},\; "
        rf"y' = {first.there},\; \delta = {view.lens.tex(float(nats_to_bits(first.delta)), digits=3)}, \quad z = "
        rf"{first.z:.2f}",
        source=[log_odds, missing, letters, words],
        question="A word comes up once here and never there. Another comes up 300 times here and 100 times there, in "
        "texts of "
        "one length. Which one is more typical of this text?",
        answer="The second. The ratio of the first is infinite, but one occurrence is no evidence. z weighs the ratio "
        "by its standard error, and the prior keeps rare pieces from shouting.",
    )


@shared(max_entries=len(SAMPLES))
def _sample(key: str) -> Corpus:
    return load_sample(key)


@shared(max_entries=32)
def _bag(corpus: Corpus, kind: str) -> Counter[str]:
    return (letters if kind == "letters" else words)(corpus.text[:MOST_COMPARED])


@shared(max_entries=32)
def _contrast(corpus: Corpus, other: Corpus, kind: str) -> pd.DataFrame:
    return log_odds(_bag(corpus, kind), _bag(other, kind))


def _shows(piece: str) -> str:
    return mark(piece) if len(piece) == 1 else visible(piece[:40])


def _short(name: str) -> str:
    return visible(name if len(name) <= 24 else name[:23] + "…")
