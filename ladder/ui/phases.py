"""Text drawn below, at and above the peak of the heat capacity: repetition, language, noise."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import measure as charts
from ladder.lenses.simplex import Floats
from ladder.probability import energies, sample, thermodynamics
from ladder.probability.phases import known, repeated
from ladder.reality import Corpus, to_text
from ladder.ui.asked import Asked, looks_back
from ladder.ui.cache import shared, train_and_held_out
from ladder.ui.chosen import Choice, Model
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

TEMPERATURES = np.geomspace(0.05, 5, 61)
PLACES = 24  # of the held-out part
DRAWN = 300  # tokens at each temperature
SHOWN = 80  # of them
AROUND = np.geomspace(1 / 4, 4, 9)  # times the temperature of the peak
TEXTS = {"Below": 1, "At the peak": 4, "Above": 7}  # places in AROUND


class Phases(NamedTuple):
    """The heat of a whole text, and what is drawn around its peak."""

    C: Floats  # (61,) mean over places, in nats
    peak: float  # T
    width: tuple[float, float]  # where C is half as high
    T: Floats  # (9,)
    texts: tuple[bytes, ...]  # (9,)
    repeated: Floats  # (9,)
    known: Floats  # (9,)


@shared(max_entries=16)
def phases_of(
    _model: Model, corpus: Corpus, scheme: str, vocabulary_size: int, choice: Choice, context: tuple[int, ...]
) -> Phases:
    """The peak of C along the held-out part, and texts around it; the model follows from the other arguments."""
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    places = np.unique(np.linspace(0, len(held_out.ids) - 1, PLACES).astype(int))
    bodies = [thermodynamics(energies(_model.logits(held_out.ids[:t])), T=TEMPERATURES) for t in places]
    C = np.mean([body.C for body in bodies], axis=0)
    peak = float(TEMPERATURES[C.argmax()])
    half = TEMPERATURES[np.flatnonzero(C / C.max() >= 0.5)]
    T = np.clip(peak * AROUND, 0.02, 20)
    drawn = [sample(_model, context, n=DRAWN, rng=np.random.default_rng(1), temperature=float(t)).ids for t in T]
    return Phases(
        C,
        peak,
        (float(half[0]), float(half[-1])),
        T,
        tuple(train.decode(ids[:SHOWN]) for ids in drawn),
        np.array([repeated(ids) for ids in drawn]),
        np.array([known(ids, train.ids) for ids in drawn]),
    )


def draw_phases(view: View, asked: Asked) -> None:
    """The peak of C over the whole held-out part, and what the text is like around it."""
    back, context = looks_back(asked.model), tuple(asked.context.tolist())
    found = phases_of(asked.model, view.corpus, view.scheme, view.vocabulary_size, asked.choice, context)
    st.markdown("##### Repetition, language, noise")
    names = ["repeated within the draw", "known from the training part"]
    table = pd.concat(
        pd.DataFrame({"x": found.T, "line": name, "amount": amounts})
        for name, amounts in zip(names, (found.repeated, found.known), strict=True)
    )
    cold, hot = found.repeated[0], found.known[-1]
    finding = (
        f"From T = {found.T[0]:.2f} to {found.T[-1]:.2f}: {cold:.0%} to {found.repeated[-1]:.0%} of the trigrams "
        f"repeat, {found.known[0]:.0%} to {hot:.0%} are known"
    )
    st.markdown(
        f"Averaged over {PLACES} places of the held-out part, the heat capacity peaks at **T = {found.peak:.2f}**, and "
        f"is half as high at {found.width[0]:.2f} and {found.width[1]:.2f}."
    )
    chart = charts.lines_of(
        table,
        names=names,
        title=finding,
        x="T (dashed: the peak of C)",
        y="share of trigrams",
        log_x=True,
        marked=found.peak,
        percent=True,
    )
    show_chart(chart, table, key="phases", alt=f"{finding}. The peak of C is at T = {found.peak:.2f}.", width="stretch")
    for column, (name, i) in zip(st.columns(3), TEXTS.items(), strict=True):
        with column:
            st.markdown(
                f"**{name}: T = {found.T[i]:.2f}** · {found.repeated[i]:.0%} repeated, {found.known[i]:.0%} known"
            )
            st.markdown(plain(to_text(found.texts[i])))
    st.caption(
        f"In GPT-2 and its kin, whose every token can look at all before it, Nakaishi et al. (2024) see a sharp "
        f"transition between the two. A model that looks back {back} tokens can have none at T > 0: it is a "
        "chain with short-ranged forces, whose curves are smooth (van Hove 1950). What this text allows one to say is "
        "where the change is fastest, and how wide it is. Each token is drawn at T after those before it, which is not "
        "Gibbs’ measure of whole texts: see “Two roads”."
    )
