"""The loop: each model learns from what the one before has drawn."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import branches as charts
from ladder.math import Encoding
from ladder.probability import as_corpus, generations
from ladder.probability.turns import Turn, counts_alone, measured, smoothed
from ladder.rungs import REALITY
from ladder.ui import knobs
from ladder.ui.asked import lossless, parts_of
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.frame import keep, link_to
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import count, plain, visible
from ladder.ui.view import View

LEARNERS = {"counts": "counts alone", "smoothed": "Kneser-Ney"}
SIZES = (500, 1000, 2000, 5000, 10000)
SHOWN = 500  # letters of a generation's text
MOST_TURNS = 12
TEXT_HEIGHT = 260  # pixels
VOCABULARY = "different tokens in the draw"


@st.fragment
def loop_panel(view: View) -> None:
    """Generation after generation, with and without a share of the real text."""
    if not lossless(view) or parts_of(view) is None:
        return
    st.markdown(
        "The first model learns from the real text, each later one from what the one before has drawn. What is left of "
        "the language?"
    )
    left, right = st.columns(2)
    with left:
        kept = knobs.slider("kept", "Share of the real text kept each time", 0.0, 1.0, 0.3, step=0.1)
        order = knobs.slider("looporder", "Order of the models", 1, 3, 2)
        seed = knobs.number("seed", "Seed", 0, 999_999, 1, step=1)
    with right:
        size = knobs.slider_of("loopn", "Tokens that each generation learns from", SIZES, 2000)
        turns = knobs.slider("turns", "Generations", 2, MOST_TURNS, 8)
        learner = knobs.choice("learner", "They learn by", LEARNERS, "counts")
    train, _ = train_and_held_out(view.corpus, view.scheme, view.vocabulary_size)
    shares = tuple(dict.fromkeys((0.0, float(kept))))
    key = ("loop", identity(view.corpus), view.scheme, view.vocabulary_size, shares, order, size, turns, learner, seed)
    work = _work(train, shares, order, size, turns, learner, seed)
    found = run_job(key, f"Going round {count(turns, 'time')}", work)
    if found is None:
        return
    _show_curves(view, found, learner)
    _take_one(view, train, found, turns, seed)


def _work(
    train: Encoding, shares: Sequence[float], order: int, size: int, turns: int, learner: str, seed: int
) -> Callable[[Progress], dict[float, list[Turn]]]:
    def work(progress: Progress) -> dict[float, list[Turn]]:
        make = counts_alone if learner == "counts" else smoothed
        real = train.ids[:size]
        found: dict[float, list[Turn]] = {}
        for which, kept in enumerate(shares):
            rng = np.random.default_rng(seed)
            loop = generations(real, make(train.vocabulary_size, order=order), n=size, rng=rng, kept=kept)
            found[kept] = []
            for turn in measured(loop, n=turns):
                found[kept].append(turn)
                progress((which + turn.number / turns) / len(shares), f"generation {turn.number}")
        return found

    return work


def loop_table(found: dict[float, list[Turn]], view: View) -> pd.DataFrame:
    """One row a generation, quantity and share kept."""
    unit = view.lens.unit
    rows = [
        (f"{kept:.0%} real text kept", turn.number, name, amount)
        for kept, turns in found.items()
        for turn in turns
        for name, amount in (
            (f"entropy, {unit}/token", view.lens.scale(turn.entropy)),
            (VOCABULARY, float(turn.vocabulary)),
            (f"KL to generation 1, {unit}/token", view.lens.scale(turn.divergence)),
        )
    ]
    return pd.DataFrame(rows, columns=["kept", "generation", "quantity", "amount"])


def _show_curves(view: View, found: dict[float, list[Turn]], learner: str) -> None:
    table = loop_table(found, view)
    said = []
    for kept, turns in found.items():
        first, last = turns[0], turns[-1]
        said.append(
            f"with {kept:.0%} kept, {first.vocabulary:,} different tokens become {last.vocabulary:,} and the entropy "
            f"{view.lens.amount(first.entropy, digits=2)} a token becomes {view.lens.amount(last.entropy, digits=2)}"
        )
    finding = f"{len(turns)} generations: " + "; ".join(said)
    names = list(dict.fromkeys(table["quantity"]))
    show_chart(
        charts.generation_curves(table, names=names, title=finding),
        table,
        key="loop",
        alt=finding + ".",
        width="stretch",
    )
    explain(
        "loop",
        formula=r"q_{k+1} = \mathrm{fit}(x), \quad x \sim q_k \qquad "
        rf"\mathrm{{KL}}(q_{{{turns[-1].number}}} \,\|\, q_1) = "
        rf"{view.lens.tex(turns[-1].divergence, per='token', digits=3)}",
        source=[generations, measured],
        question="A model learns from what the one before has drawn, again and again. What goes first?",
        answer="With counts alone the tails: what a finite draw misses can never be drawn again, so the text grows "
        "ever poorer. Keep a share of the real text each time, and what was lost can come back. A smoothed model fails "
        "the other way: each time it gives a little to everything, and drifts to noise; the real text holds it, too."
        + (" Here they learn by counts alone." if learner == "counts" else " Here they are smoothed."),
    )


def _take_one(view: View, train: Encoding, found: dict[float, list[Turn]], turns: int, seed: int) -> None:
    """One generation's text, to read or to climb with."""
    left, right = st.columns(2)
    with left:
        number = min(knobs.slider("gen", "Read generation", 1, MOST_TURNS, MOST_TURNS), turns)
    with right:
        labels = {f"{kept:g}": f"{kept:.0%} kept" for kept in found}
        share = st.segmented_control(
            "From the loop with",
            list(labels),
            default=next(iter(labels)),
            format_func=labels.__getitem__,
            required=True,
            key="loop-share",
        )
    turn = found[float(share)][number - 1]
    name = f"Generation {number} of {view.corpus.name}, {labels[share]}, seed {seed}"
    corpus = as_corpus(turn.ids, train.vocabulary, name=name)
    st.caption(f"Generation {number} of {turns}:")
    st.code(visible(corpus.text[:SHOWN]).replace("⏎", "\n"), language=None, wrap_lines=True, height=TEXT_HEIGHT)
    if st.button("Make this the corpus", icon="🌍", key="loop-corpus", type="primary"):
        try:
            reference = keep(corpus)
        except (ValueError, OSError) as refusal:
            st.warning(f"The text could not be kept: {plain(str(refusal))}")
        else:
            link_to(REALITY, corpus=reference)
