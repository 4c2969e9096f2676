"""The shape of the cloud: lengths, one-sidedness, directions in use, volume."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import shape_of
from ladder.ui import spaces
from ladder.ui.explain import explain
from ladder.ui.room import draw_room
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, Chosen
from ladder.ui.tokens import plain
from ladder.ui.view import View

FLAT = 1e-8  # a share of the variance that is rounding, not variance


@st.fragment
def shape_panel(view: View) -> None:
    """How the cloud lies in its space: lengths, one-sidedness, directions in use, volume."""
    kind = spaces.choose_kind()
    chosen = spaces.space_of(view, kind, spaces.choose_most())
    if chosen is not None:
        _draw_shape(view, chosen)
    if kind == LEARNED:
        spaces.the_encoder()


def _draw_shape(view: View, chosen: Chosen) -> None:
    vectors = chosen.space.vectors
    n, d = vectors.shape
    if n < 2 or np.ptp(vectors, axis=0).max() < 1e-9:
        st.info("A cloud needs at least two points that differ. Choose a longer text.")
        return
    shape = shape_of(vectors)
    (one, two), (three, four) = st.columns([2, 3]), st.columns([2, 3])
    one.metric(
        "Mean length", f"{shape.norms.mean():.3f}", help=f"From {shape.norms.min():.3f} to {shape.norms.max():.3f}."
    )
    two.metric("Mean cosine of pairs", f"{shape.anisotropy:.3f}", help="0: directions all around. 1: one direction.")
    three.metric("Directions in use", f"{shape.participation:.1f} of {d}", help="(Σλ)² / Σλ², the participation ratio.")
    # nats are Boltzmann's; the lens takes bits
    bits = shape.log_volume / np.log(2)
    four.metric("Log-volume", view.lens.amount(bits, digits=0), help="Entropy of the Gaussian with this covariance.")
    share = shape.variances / shape.variances.sum()
    shown = np.unique(np.geomspace(1, d, 80).astype(int)) - 1
    with_variance = shown[share[shown] > FLAT]
    table = pd.DataFrame(
        {
            "direction": np.concatenate([with_variance, shown]) + 1,
            "share": np.concatenate([share[with_variance], np.full(len(shown), 1 / d)]),
            "cloud": ["these vectors"] * len(with_variance) + ["a ball"] * len(shown),
        }
    )
    half = int(np.searchsorted(np.cumsum(share), 0.5)) + 1
    title = f"Half of the variance lies in {half} of {d} directions"
    show_chart(
        charts.spectrum(table, title=title),
        table,
        key=f"spectrum-{chosen.kind}",
        alt=f"Share of variance by direction, falling. {title}.",
        width="stretch",
    )
    lacking = view.lens.amount(shape.deficit / np.log(2), digits=1)
    st.markdown(
        f"A ball of the same total variance has {lacking} more room: "
        f"that is how much the {n:,} points have decided on a shape."
        + (" There are fewer points than dimensions, so most directions are flat." if n <= d else "")
    )
    st.caption(f"In the cloud: {plain(chosen.space.note)}.")
    explain(
        "shape",
        formula=rf"{view.lens.tex_log} V = "
        rf"\tfrac12 {view.lens.tex_log}\det\bigl(2\pi e\,(\Sigma + \varepsilon I)\bigr) = "
        rf"{view.lens.tex(bits, digits=1)}, \qquad "
        rf"\frac{{(\sum\lambda)^2}}{{\sum\lambda^2}} = {shape.participation:.2f}",
        source=[shape_of],
        question="Make all vectors twice as long. What happens to the log-volume, and to the directions in use?",
        answer=f"The log-volume grows by d {view.lens.log} 2 = {view.lens.amount(d, digits=1)}; the directions in use "
        "stay, since a participation ratio has no unit.",
    )
    draw_room(view, chosen)
