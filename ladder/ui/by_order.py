"""N-grams by order: train and held-out price, and where learning by heart shows."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.reality import SAMPLES, Corpus
from ladder.statistics import (
    AdditiveNGram,
    NGram,
)
from ladder.statistics.leaderboard import ALPHAS, Curve, by_order
from ladder.ui import knobs
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, lossless, ngram_of
from ladder.ui.view import View


@st.fragment
def ngrams_panel(view: View) -> None:
    """Train and held-out price by order: where learning by heart shows."""
    if not lossless(view):
        return
    corpus = bounded(view.corpus)
    left, right = st.columns(2)
    with left:
        highest = knobs.slider("orders", "Orders up to", 2, 8, 6)
    with right:
        alpha = knobs.choice("alpha", "α, added to each count", {alpha: f"{alpha:g}" for alpha in ALPHAS}, 0.01)
    key = ("ngrams", identity(corpus), view.scheme, view.vocabulary_size, highest, alpha)
    curves = run_job(
        key,
        "Fitting n-grams",
        lambda progress: fit_orders(corpus, view.scheme, view.vocabulary_size, highest, alpha, progress),
    )
    if curves is None:
        return
    names = ["Kneser-Ney", f"counts + {alpha:g}"]
    table = order_table(view, dict(zip(names, curves, strict=True)))
    (kn, kn_price), (additive, additive_price) = (
        min(zip(curve.orders, curve.held_out, strict=True), key=lambda pair: pair[1]) for curve in curves
    )
    floor = SAMPLES[view.reference].true_entropy_rate if view.reference in SAMPLES else None
    overfits = additive < curves[1].orders[-1]
    finding = f"Kneser-Ney is best at order {kn}: {view.lens.amount(kn_price, per='byte')} held out" + (
        f"; counts + {alpha:g} overfit beyond order {additive}" if overfits else ""
    )
    show_chart(
        charts.by_order(
            table,
            names=names,
            floor=None if floor is None else view.lens.scale(floor),
            title=finding,
            unit=view.lens.unit,
        ),
        table,
        key="ngrams",
        alt=f"{finding}. Counts + {alpha:g} cost {view.lens.amount(additive_price, per='byte')} at best.",
        width="stretch",
    )
    st.caption(
        "Solid: the held-out part, which no model has seen. Dashed: the training part, which a high order knows by "
        "heart. The gap between them is overfitting; a ring marks the best order."
    )
    if floor is not None:
        st.caption(
            f"Grey: this source’s own entropy rate, {view.lens.amount(floor, per='byte')}. Below it a model gets "
            "only by luck on a finite text, or by knowing it by heart."
        )
    for note in dict.fromkeys(note for curve in curves for note in curve.notes):
        st.caption(note)
    wide = table.pivot_table(index="order", columns=["model", "part"], values="price")
    wide.columns = [f"{model}, {part}" for model, part in wide.columns]
    with st.expander(f"Numbers, {view.lens.unit} per byte"):
        st.dataframe(wide.round(4), width="stretch")
    model = ngram_of(corpus, view.scheme, view.vocabulary_size, kn)
    D = ", ".join(f"D_{i} = {d:.3f}" for i, d in zip(("1", "2", "{3+}"), model.discounts[-1, 1:], strict=True))
    explain(
        "ngrams",
        formula=r"q_n(w \mid h) = \frac{c(hw) - D(c)}{c(h\,\cdot)} + \gamma(h)\, q_{n-1}(w \mid h')"
        + rf"\\ n = {kn}: \quad {D}",
        source=[NGram.surprisals, AdditiveNGram.surprisals],
        question="The training price of Kneser-Ney keeps falling with the order. Is the highest order the best model?",
        answer=f"No: a long context occurs once, and what followed is known by heart. At order {curves[0].orders[-1]} "
        f"the training part costs {view.lens.amount(curves[0].train[-1], per='byte')}, a new text "
        f"{view.lens.amount(curves[0].held_out[-1], per='byte')}. Kneser-Ney falls back on shorter contexts, so it "
        f"loses little; counts + {alpha:g} have none, and pay "
        f"{view.lens.amount(curves[1].held_out[-1], per='byte')}.",
    )


def fit_orders(
    corpus: Corpus, scheme: str, vocabulary_size: int, highest: int, alpha: float, progress: Progress
) -> tuple[Curve, Curve]:
    """Prices of Kneser-Ney and of counts + alpha for order 1 to `highest`."""
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    orders, done = tuple(range(1, highest + 1)), [0]

    def reported(order: int) -> None:
        progress(done[0] / (2 * highest), f"order {order}")
        done[0] += 1

    def kneser_ney(ids: np.ndarray, V: int, order: int) -> NGram:
        reported(order)
        return NGram.fit(ids, V, order=order)

    def additive(ids: np.ndarray, V: int, order: int) -> AdditiveNGram:
        reported(order)
        return AdditiveNGram.fit(ids, V, order=order, alpha=alpha)

    return by_order(kneser_ney, train, held_out, orders), by_order(additive, train, held_out, orders)


def order_table(view: View, curves: dict[str, Curve]) -> pd.DataFrame:
    """One row an order, model and part; `best` marks each model's lowest held-out price."""
    rows = [
        (order, name, part, view.lens.scale(price), part == "held out" and price == min(curve.held_out))
        for name, curve in curves.items()
        for part, prices in (("held out", curve.held_out), ("train", curve.train))
        for order, price in zip(curve.orders, prices, strict=True)
    ]
    return pd.DataFrame(rows, columns=["order", "model", "part", "price", "best"])
