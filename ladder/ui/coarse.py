"""Maps that forget, and exactly how much."""

from math import log

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import (
    COARSENINGS,
    ChainRule,
    Coarsening,
    Microstates,
    compose,
    entropy_lost,
    microstates,
    restoring_bits,
)
from ladder.reality import Corpus
from ladder.ui import knobs
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.math import read
from ladder.ui.show import show_chart
from ladder.ui.tokens import visible
from ladder.ui.view import View

BEFORE_AND_AFTER = 240  # characters of a text seen through a map
RADII = (0, 1, 2)  # neighbours on either side


@st.fragment
def coarse_panel(view: View) -> None:
    """Maps that forget, and exactly how many bits: H(X) = H(f(X)) + H(X | f(X))."""
    corpus = read(view.corpus)
    with st.container(horizontal=True):
        keys = tuple(f.key for f in COARSENINGS.values() if knobs.toggle(f.key, f.title, f.key == "lower"))
    chosen = _map_of(keys)
    loss, states = _losses(corpus, keys)
    left, right = st.columns(2)
    before = corpus.text[:BEFORE_AND_AFTER]
    with left:
        st.caption("before")
        st.code(visible(before).replace("⏎", "\n"), language=None, wrap_lines=True)
    with right:
        st.caption(f"after: {chosen.title}")
        st.code(visible(chosen.apply(before)).replace("⏎", "\n"), language=None, wrap_lines=True)

    table = _forgotten_table(view, corpus, keys)
    share = loss.H_X_given_fX / loss.H_X if loss.H_X else 0.0
    who = "Together they forget" if len(keys) > 1 else f"“{chosen.title}” forgets"
    finding = f"{who} {view.lens.amount(loss.H_X_given_fX, per='character')}, {share:.1%} of all"
    if states.ln_Omega == 0:
        finding = f"“{chosen.title}” forgets nothing of this text"
    show_chart(
        charts.forgotten_bars(table, title=finding, unit=view.lens.unit),
        table,
        key="coarse",
        alt=f"{finding}. Kept: {view.lens.amount(loss.H_fX, per='character')}.",
    )
    n = len(corpus.text)
    if view.lens.shannon:
        st.markdown(
            f"**Shannon**: H(X) = {loss.H_X:.6f} bits, H(f(X)) + H(X | f(X)) = {loss.H_fX:.6f} + "
            f"{loss.H_X_given_fX:.6f} bits; the two sides differ by "
            f"{abs(loss.H_X - loss.H_fX - loss.H_X_given_fX):.0e}."
        )
    if view.lens.boltzmann and states.ln_Omega == 0:
        st.markdown("**Boltzmann**: no other order looks the same: each macrostate is one microstate, Ω = 1.")
    elif view.lens.boltzmann:
        st.markdown(
            f"**Boltzmann**: this text's characters can be ordered so that it looks the same through f in "
            f"10^{states.ln_Omega / log(10):,.0f} ways: that many microstates in one macrostate. ln Ω / n = "
            f"{states.ln_Omega / n:.6f} nats for each of {n:,} characters, where H(X | f(X)) ln 2 = "
            f"{loss.H_X_given_fX * log(2):.6f}; the gap closes as the text grows. Of all strings in its characters "
            f"10^{states.ln_preimages / log(10):,.0f} look like this one."
        )
    if loss.H_place > 0:
        st.markdown(
            f"What is dropped leaves no gap: *where* it stood is lost too, another "
            f"{view.lens.amount(loss.H_place)} for each character of the original."
        )
    _show_restoring(view, corpus, keys)
    scale, H = view.lens.scale, view.lens.letter
    explain(
        "coarse",
        formula=(
            rf"\underbrace{{{scale(loss.H_X):.4f}}}_{{{H}(X)}} = \underbrace{{{scale(loss.H_fX):.4f}}}_{{{H}(f(X))}} + "
            rf"\underbrace{{{scale(loss.H_X_given_fX):.4f}}}_{{{H}(X \mid f(X))}}\ \text{{{view.lens.unit}/character}}"
            rf"\qquad \ln\Omega = {states.ln_Omega:.1f}\ \text{{nats}} = {states.ln_Omega / n:.4f}\,n"
        ),
        source=[entropy_lost, microstates, restoring_bits],
        question="Lower case makes two letters look like one. Does it forget a whole yes-or-no for each letter?",
        answer=_answer_about_case(view, corpus),
    )


def _show_restoring(view: View, corpus: Corpus, keys: tuple[str, ...]) -> None:
    """How much of what is forgotten the neighbours give back."""
    if _losses(corpus, keys)[0].H_X_given_fX == 0:
        return
    bits = _restoring(corpus, keys)
    table = pd.DataFrame(
        {
            "seen": ["the character alone", *(f"and {r} on either side" for r in RADII[1:])],
            "amount": [view.lens.scale(price) for price in bits],
        }
    )
    best = int(np.argmin(bits))
    neighbours = "one coarse neighbour" if RADII[best] == 1 else f"{RADII[best]} coarse neighbours"
    finding = f"With {neighbours} on either side, {1 - bits[best] / bits[0]:.0%} of it comes back"
    if best == 0:
        finding = "The neighbours give nothing of it back"
    described = ", ".join(f"{seen}: {amount:.4f}" for seen, amount in table.itertuples(index=False))
    show_chart(
        charts.restoring_bars(table, title=finding, unit=view.lens.unit),
        table,
        key="restoring",
        alt=f"{finding}. {described} {view.lens.unit} a character.",
    )
    st.caption(
        "What it costs to write the original for someone who holds the coarse text and learns on the way which "
        "character stands where. On a short text a wide window has too little to learn from, and costs more."
    )


def _answer_about_case(view: View, corpus: Corpus) -> str:
    loss, _ = _losses(corpus, ("lower",))
    if loss.H_X_given_fX == 0:
        return "It forgets nothing here: no letter of this text stands both large and small, so f can be undone."
    return (
        f"No: {view.lens.amount(loss.H_X_given_fX)} a character in this text. A yes-or-no would be lost if a "
        f"capital were as likely "
        "as a small letter. Capitals are rare, so being told “small” is hardly news; and after a full stop, even a "
        "capital is none."
    )


def _map_of(keys: tuple[str, ...]) -> Coarsening:
    return compose(COARSENINGS[key] for key in keys)


@shared(max_entries=64)
def _losses(corpus: Corpus, keys: tuple[str, ...]) -> tuple[ChainRule, Microstates]:
    """What the maps forget together: Shannon's and Boltzmann's count."""
    return entropy_lost(corpus.text, _map_of(keys)), microstates(corpus.text, _map_of(keys))


@shared(max_entries=64)
def _restoring(corpus: Corpus, keys: tuple[str, ...]) -> tuple[float, ...]:
    """What it costs to restore the text with 0, 1 and 2 neighbours in view, in bits a character."""
    return tuple(restoring_bits(corpus.text, _map_of(keys), radius=radius) for radius in RADII)


def _forgotten_table(view: View, corpus: Corpus, keys: tuple[str, ...]) -> pd.DataFrame:
    """Each map alone, and the chosen ones together."""
    rows = []
    together = {"together": keys} if len(keys) != 1 else {}
    alone = {f.title: (f.key,) for f in COARSENINGS.values()}
    for name, some in (alone | together).items():
        loss, _ = _losses(corpus, some)
        for order, (part, bits) in enumerate(
            (("kept: H(f(X))", loss.H_fX), ("forgotten: H(X | f(X))", loss.H_X_given_fX))
        ):
            rows.append({"map": name, "part": part, "order": order, "amount": view.lens.scale(bits)})
    return pd.DataFrame(rows)
