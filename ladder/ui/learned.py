"""Where did it learn this? The passages of the training part behind a prediction."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.lenses import softmax
from ladder.math import Encoding
from ladder.reality import to_text
from ladder.statistics import (
    NGram,
)
from ladder.statistics.passages import SuffixArray
from ladder.ui import knobs
from ladder.ui.cache import identity, split_of, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, labels, lossless, ngram_of, short
from ladder.ui.tokens import count, visible
from ladder.ui.view import View

PASSAGES, BEFORE, AFTER = 8, 60, 40  # how many, and letters around them
FOLLOWERS = 12


@st.fragment
def learned_panel(view: View) -> None:
    """The passages of the training part behind a prediction."""
    if not lossless(view):
        return
    corpus = bounded(view.corpus)
    order = knobs.slider("depth", "Order of the model", 2, 8, 5)
    train = train_and_held_out(corpus, view.scheme, view.vocabulary_size)[0]
    opening = first_words(split_of(corpus).held_out)
    prompt = knobs.text("after", "What may follow after", placeholder=visible(opening)) or opening
    model = ngram_of(corpus, view.scheme, view.vocabulary_size, order)
    context = train_alphabet(corpus, view.scheme, view.vocabulary_size).encode(prompt).ids
    m = model.matched(context)
    q = softmax(model.logits(context))
    gram = context[len(context) - m :]
    array = run_job(
        ("suffixes", identity(corpus), view.scheme, view.vocabulary_size),
        "Sorting all places of the text",
        lambda progress: SuffixArray.of(train.ids),
    )
    if array is None:
        return
    places = array.occurrences(gram)
    if m == 0:
        st.info(
            "The training part does not hold the last token of this prompt, so the model falls back to how often "
            "tokens occur at all. Type something that the text might say."
        )
    times = np.bincount(train.ids[places], minlength=train.vocabulary_size)
    likeliest = np.argsort(-q, kind="stable")[:FOLLOWERS]
    table = pd.DataFrame(
        {
            "token": labels([train.vocabulary[i] for i in likeliest]),
            "q": q[likeliest],
            "times": times[likeliest],
            "share": times[likeliest] / max(len(places), 1),
        }
    )
    matched = visible(to_text(train.decode(gram)))
    finding = (
        f"“{short(matched, 30)}” stands in {count(len(places), 'place')} of the training part, "
        f"and goes on in {count(int(np.count_nonzero(times)), 'way')}"
        if m
        else f"Nothing matched: {len(places):,} tokens stand behind this"
    )
    show_chart(
        charts.followers(table, title=finding),
        table,
        key="learned",
        alt=f"{finding}. Likeliest next: "
        + ", ".join(f"{r.token} {r.q:.1%}" for r in table.head(5).itertuples())
        + ".",
        width="stretch",
    )
    if m:
        st.caption(
            f"Of the last {min(len(context), order - 1)} tokens the model uses {m}. Blue: what followed there. Orange: "
            "what the model says, after giving a little to what it has not seen."
        )
        if (longest := array.longest_match(context)) > m:
            st.caption(
                f"With no limit to the order, the last {longest} tokens stand together in the training part: the model "
                "looks back less far than the text would allow."
            )
        for place in places[:PASSAGES]:
            st.code(passage(train, int(place), m), language=None, wrap_lines=True)
        if len(places) > PASSAGES:
            st.caption(f"The first {PASSAGES} of {len(places):,} places.")
    explain(
        "learned",
        formula=rf"\frac{{c(hw)}}{{c(h\,\cdot)}} = \frac{{{times[likeliest[0]]:,}}}{{{len(places):,}}}, \qquad "
        rf"q(w \mid h) = {q[likeliest[0]]:.4f} \quad\text{{for the likeliest token}}",
        source=[SuffixArray.of, SuffixArray.occurrences, NGram.matched, NGram.logits],
        question="The model is sure of its next token. Does that mean that the text says so often?",
        answer="No: one passage is enough to be rather sure. Here the prediction rests on "
        f"{count(len(places), 'place')}.",
    )


def passage(text: Encoding, place: int, m: int) -> str:
    """What stands around a place: before, [the matched context] and → what followed."""
    before = to_text(text.decode(text.ids[max(0, place - m - BEFORE) : place - m]))[-BEFORE:]
    matched = to_text(text.decode(text.ids[place - m : place]))
    after = to_text(text.decode(text.ids[place : place + AFTER]))[:AFTER]
    return visible(f"… {before}[{matched}]→{after} …")


def first_words(text: str) -> str:
    """The first few words of a text, or its first letters where it has no spaces."""
    return " ".join(text[:200].split()[:4])[:40]
