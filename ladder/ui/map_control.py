"""The control of a map: the same corpus with its words shuffled, mapped beside it, and what both make of groups."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import Projection, unit
from ladder.geometry.clusters import k_means, silhouette
from ladder.geometry.projection import LEAST_NONLINEAR
from ladder.lenses.simplex import Floats
from ladder.ui import spaces
from ladder.ui.cache import shared
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, SENTENCES, Chosen, Key
from ladder.ui.tokens import visible
from ladder.ui.view import View

GROUPS = 7  # as many as there are colours that differ
ISLANDS = 0.25  # a silhouette on the map from where on it shows groups (Rousseeuw's "no structure" ends there)
NUMBERS, KEPT = ["this text", "shuffled"], 2  # columns of the table, and its row that is a share
HOW = {
    LEARNED: "the words of the text are dealt out anew, and vectors learned from that",
    SENTENCES: "the words of the text are dealt out anew, and its sentences encoded",
    "words": "single words have no order to lose, so each coordinate is dealt out anew among them",
}


class Groups(NamedTuple):
    """The groups of a map, and how they hold together."""

    labels: np.ndarray  # (n,)
    on_map: float  # silhouette
    in_space: float  # of the same groups, in all dimensions


@shared(max_entries=48)
def groups_of(key: Key, method: str, seed: int, _vectors: Floats, _points: Floats) -> Groups:
    """The groups that k-means finds on a map."""
    k = min(GROUPS, len(_points) // 2)
    rng = np.random.default_rng(seed)
    labels = k_means(_points, k, rng=rng)
    if len(np.unique(labels)) < 2:
        return Groups(labels, 0.0, 0.0)
    on_map, in_space = (round(silhouette(rows, labels, rng=rng), 2) + 0.0 for rows in (_points, _vectors))
    return Groups(labels, on_map, in_space)


def draw_control(view: View, chosen: Chosen, method: str, title: str, seed: int, most: int, main: Projection) -> None:
    """The control's map and the numbers of both; while it is encoded or mapped, how far that is."""
    control = spaces.control_of(view, chosen, most)
    if control is None:
        return
    n = len(control.space.texts)
    if n < LEAST_NONLINEAR:
        st.info(f"Shuffled, only {n} texts have a place: too few for a control.")
        return
    vectors = unit(control.space.vectors)
    if method == "pca":
        projection = spaces.pca_of(control.key, vectors)
    else:
        drawn = spaces.projected(control, method, f"control’s {title}", seed, wait=False)
        if drawn is None:
            return
        projection = drawn.projection
    noise = groups_of(control.key, method, seed, vectors, projection.points)
    true = groups_of(chosen.key, method, seed, spaces.directions(chosen.space), main.points)
    table = pd.DataFrame(
        {
            "text": [visible(text)[:80] for text in control.space.texts],
            "x": projection.points[:, 0].round(4),
            "y": projection.points[:, 1].round(4),
            "group": noise.labels + 1,
        }
    )
    finding = f"Control: noise makes groups of silhouette {noise.on_map:.2f}, this text of {true.on_map:.2f}"
    show_chart(
        charts.noise_map(table, title=finding, height=420),
        table,
        key=f"control-{chosen.kind}-{method}",
        alt=f"A map of {n:,} texts of the shuffled corpus, in {GROUPS} groups by k-means. {finding}.",
        width="stretch",
    )
    st.dataframe(
        pd.DataFrame(
            {
                "": [
                    "Trustworthiness",
                    "Continuity",
                    "True neighbours kept",
                    "Groups on the map",
                    "Same groups in space",
                ],
                "this text": [*_measures(main), true.on_map, true.in_space],
                "shuffled": [*_measures(projection), noise.on_map, noise.in_space],
            }
        )
        .style.format(precision=2, subset=NUMBERS)
        .format("{:.1%}", subset=pd.IndexSlice[[KEPT], NUMBERS]),
        hide_index=True,
        key="control-numbers",
    )
    st.markdown(verdict(true, noise))
    st.caption(f"In the control {HOW[chosen.kind]}. Groups: k-means on the map; silhouette 1 is apart, 0 is touching.")


def verdict(true: Groups, noise: Groups) -> str:
    """What the control says about groups that are seen on the map."""
    if noise.on_map >= max(ISLANDS, 0.8 * true.on_map):
        seen = (
            f"**Noise makes groups too**: {noise.on_map:.2f} of noise against {true.on_map:.2f} here, "
            "so that groups are seen on this map says nothing by itself."
        )
    elif true.on_map >= ISLANDS:
        seen = f"**Noise makes fewer groups**: {noise.on_map:.2f} against {true.on_map:.2f} here."
    else:
        seen = f"**Neither map shows groups**: {noise.on_map:.2f} and {true.on_map:.2f}."
    more = true.in_space - noise.in_space
    if true.in_space < 0.05:
        return f"{seen} In space this map's groups touch: their silhouette there is {true.in_space:.2f}."
    firmly = "" if true.in_space >= ISLANDS else "barely "
    how = "more than noise's" if more > 0.02 else "no more than noise's"
    return (
        f"{seen} In space this map's groups {firmly}hold together ({true.in_space:.2f}), {how} ({noise.in_space:.2f})."
    )


def _measures(projection: Projection) -> list[float]:
    return [projection.trustworthiness, projection.continuity, projection.neighbours_kept]
