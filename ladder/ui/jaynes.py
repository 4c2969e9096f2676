"""Jaynes' die: the belief of largest entropy when only a mean is known, by two roads."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import learning as charts
from ladder.lenses import nats_to_bits, softmax
from ladder.statistics.maxent import by_dual, by_root
from ladder.ui import knobs
from ladder.ui.cache import encoding
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.view import View

STATES = {"die": "a die's six faces", "ladder": "an energy ladder 0 … 9", "text": "this text's token lengths"}
LONGEST = 40  # bytes of a token, in the third choice


@st.fragment
def jaynes_panel(view: View) -> None:
    """A mean is given; what should be believed of the rest?"""
    chosen = knobs.choice("states", "States", STATES, "die")
    share = knobs.slider("mean", "The mean: where between lowest and highest, %", 2, 98, 70)
    E = states_of(view, chosen)
    if len(E) < 2:
        st.info("All tokens of this text have one length, so nothing can be asked about their mean. Choose a die.")
        return
    mean = float(E[0] + share / 100 * (E[-1] - E[0]))
    root, dual = by_root(E, mean), by_dual(E, mean)
    soft = softmax(-root.multiplier * E)
    apart = max(float(np.abs(root.p - dual.p).max()), float(np.abs(root.p - soft).max()))
    most = float(np.log(len(E)))
    S = float(nats_to_bits(root.entropy))
    finding = (
        f"Mean {mean:.2f}: λ = {root.multiplier:.4f}, entropy {view.lens.amount(S)} of at most "
        f"{view.lens.amount(float(nats_to_bits(most)))}"
    )
    table = pd.DataFrame({"energy": E, "flat": np.full(len(E), 1 / len(E)), "p": root.p})
    x_title = {"die": "pips", "ladder": "energy", "text": "bytes of a token"}[chosen]
    show_chart(
        charts.ladder_of_energies(table, mean=mean, title=finding, x_title=x_title),
        table,
        key="jaynes",
        alt=f"{finding}. Likeliest: {x_title} {E[int(root.p.argmax())]:g}, {root.p.max():.1%}.",
        width="stretch",
    )
    st.caption(
        f"Blue: all states alike. Orange: the belief of largest entropy with this mean. The root of the constraint "
        f"({len(root.path)} evaluations), the dual’s lowest point ({len(dual.path) - 1} Newton steps) and softmax(−λE) "
        f"differ by at most {apart:.1e}."
    )
    if view.lens.boltzmann:
        T = np.inf if root.multiplier == 0 else 1 / root.multiplier
        cold = "" if T > 0 else " Below zero: more of the high states than of the low, as in a laser."
        st.caption(f"Boltzmann calls 1/λ the temperature: T = {T:.4g}.{cold}")
    explain(
        "jaynes",
        formula=r"p_i = \frac{e^{-\lambda E_i}}{\sum_j e^{-\lambda E_j}}, \qquad \langle E \rangle = "
        rf"{float(root.p @ E):.6f}, \quad \lambda = {root.multiplier:.6f}, \quad {view.lens.letter} = "
        rf"{view.lens.tex(S, digits=6)}",
        source=[by_root, by_dual, softmax],
        question="Why a softmax, and not another shape with the same mean?",
        answer="Any other shape has less entropy: it claims to know something that the mean does not say. Setting the "
        "slope of S − λ⟨E⟩ to zero leaves ln p = −λE − ln Z and nothing else. A language model’s last layer is this "
        "very formula, with thousands of means in place of one.",
    )


def states_of(view: View, chosen: str) -> np.ndarray:
    """The energies of the states, rising: (V,)."""
    if chosen == "die":
        return np.arange(1.0, 7.0)
    if chosen == "ladder":
        return np.arange(10.0)
    text = encoding(view.corpus, view.scheme, view.vocabulary_size)
    lengths = {len(piece) for piece, n in zip(text.vocabulary, text.counts, strict=True) if n and piece}
    return np.array(sorted(length for length in lengths if length <= LONGEST), dtype=np.float64)
