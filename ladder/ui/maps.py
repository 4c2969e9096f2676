"""A map of words or sentences, and how far to believe it."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import Projection, ppmi_svd, project, quality_of
from ladder.geometry.control import shuffled
from ladder.geometry.crossings import worst_crossings
from ladder.geometry.projection import LEAST, LEAST_NONLINEAR, principal_components
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.map_control import draw_control
from ladder.ui.map_lines import NO_LINES, lines_of
from ladder.ui.map_names import SHORT, cells_of, named
from ladder.ui.map_selection import list_texts
from ladder.ui.map_trail import draw_trail
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, SENTENCES, Chosen
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

SHADES = {
    "count": "Frequency or place",
    "kept": "True neighbours kept",
    "trust": "Strangers shown near",
    "whole": "Neighbours torn away",
}
SAID = {
    "kept": "true neighbours kept",
    "trust": "trustworthiness here (1: no strangers)",
    "whole": "continuity here (1: none torn away)",
}
METHODS = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}


class Wish(NamedTuple):
    """What the knobs ask for."""

    method: str
    seed: int
    most: int
    shade: str
    find: str
    mark: str
    lines: bool
    control: bool


@st.fragment
def map_panel(view: View) -> None:
    """A map of words or sentences, how far to believe it, and what lies in a corner of it."""
    kind = spaces.choose_kind()
    left, middle, right = st.columns([3, 3, 4])
    with left:
        method = knobs.choice("map", "Map", METHODS, "pca")
        seed = knobs.number("mapseed", "Seed of the map", 0, 999, 0, disabled=method == "pca")
    with middle:
        most = spaces.choose_most()
        find = knobs.text("find", "Find on the map", placeholder="part of a text")
        lines = knobs.toggle("lines", "Lines to true neighbours", True)
    with right:
        shade = knobs.choice("shade", "Colour", SHADES, "count", in_a_row=False)
        mark = knobs.text("mark", "Lines from", placeholder="a text of the map; empty: the worst").strip()
        control = knobs.toggle("control", "Control: the words shuffled", True)
    wish = Wish(method, seed, most, shade, find, mark, lines, control)
    chosen = spaces.space_of(view, kind, most)
    if chosen is None and spaces.can_be_encoded(view, kind, most):
        st.caption("Until then, the vectors learned from this very text:")
        chosen, wish = spaces.space_of(view, LEARNED, most), wish._replace(method="pca")
    if chosen is not None:
        _draw_map(view, chosen, wish)
    if kind == LEARNED:
        spaces.the_encoder()  # what is learned here needs none: it is loaded beside the page


def _draw_map(view: View, chosen: Chosen, wish: Wish) -> None:
    n, method = len(chosen.space.texts), wish.method
    least = LEAST if method == "pca" else LEAST_NONLINEAR
    if n < least:
        few = f"A {METHODS[method]} map needs at least {least} points, but this text gives {n}."
        st.info(few + (" Choose a longer text." if n < LEAST else " PCA can draw it."))
        return
    vectors = spaces.directions(chosen.space)
    if np.ptp(vectors, axis=0).max() < 1e-9:
        st.info(
            f"All {n} points lie in one place: there is no map of them. Choose a text that says more than one thing."
        )
        return
    drawn = None if method == "pca" else spaces.projected(chosen, method, METHODS[method], wish.seed)
    if drawn is None and method != "pca":
        st.caption("Meanwhile, the map by PCA:")
        wish = wish._replace(method="pca")
    projection = drawn.projection if drawn is not None else spaces.pca_of(chosen.key, vectors)
    _draw_quality(projection)
    table = map_table(chosen, projection)
    beside = wish.control and n >= LEAST_NONLINEAR
    left, right = st.columns([3, 2]) if beside else (st.container(), None)
    with left:
        picked = _draw_points(chosen, projection, table, wish)
        list_texts(table, chosen, picked, wish.find)
        if drawn is not None and drawn.stops:
            draw_trail(drawn.stops, table, METHODS[wish.method])
    if right is not None:
        with right:
            draw_control(view, chosen, wish.method, METHODS[wish.method], wish.seed, wish.most, projection)
    st.caption(
        f"On the map: {plain(chosen.space.note)}. Near means near by angle: every vector is taken at length one."
    )
    _explain_map(projection, n)


def _draw_points(chosen: Chosen, projection: Projection, table: pd.DataFrame, wish: Wish) -> Any:
    quality, n = projection.quality, len(table)
    times = quality.neighbours_kept / quality.by_chance
    method = METHODS[wish.method]
    title = (
        f"The {method} map keeps {quality.neighbours_kept:.1%} of the {quality.k} nearest neighbours, "
        f"{times:.1f} times as many as chance"
    )
    crossings, said = NO_LINES, ""
    if wish.lines:
        crossings, said = lines_of(chosen, projection, table, wish.method, wish.seed, wish.mark)
    log = chosen.kind != SENTENCES and wish.shade == "count"
    drawn = table
    if n > charts.MANY:  # in a random order: of points that hide each other, the last drawn would all be of one colour
        drawn = table.assign(text=table["text"].str.slice(0, SHORT)).sample(frac=1, random_state=0)
    chart = charts.text_map(
        drawn,
        named(table, short=chosen.kind != SENTENCES),
        crossings,
        title=title,
        axes=_axes(wish.method, projection),
        shade=_shade(wish.shade, chosen.kind),
        column=wish.shade,
        counted=_counted(chosen.kind),
        log=log,
    )
    if n > charts.MANY:
        chart = charts.cell_tooltips(chart, cells_of(table))
    picked = show_chart(
        chart,
        table,
        key=f"map-{chosen.kind}-{wish.method}",
        alt=f"A map of {n:,} points. {title}. Trustworthiness {quality.trustworthiness:.3f}. {said}",
        on_select=lambda: _mark_clicked(f"chart-map-{chosen.kind}-{wish.method}"),
        width="stretch",
    )
    if said:
        st.caption(said)
    return picked


def _mark_clicked(chart: str) -> None:
    """Draw the lines of the point that was clicked on."""
    for point in st.session_state[chart].selection.get("clicked", [])[:1]:
        if isinstance(point.get("text"), str):
            st.session_state["mark"] = point["text"]


def map_table(chosen: Chosen, projection: Projection) -> pd.DataFrame:
    """One row a text: `text`, `x`, `y`, `count` (place in the text for sentences), and what is kept at it.

    `kept`, `trust` and `whole` are missing at the points that were not asked.
    """
    space, quality = chosen.space, projection.quality
    n = len(space.texts)
    table = pd.DataFrame(
        {
            "text": [visible(text)[:200] for text in space.texts],
            "x": projection.points[:, 0].round(4),
            "y": projection.points[:, 1].round(4),
            "count": space.counts if chosen.kind != SENTENCES else np.arange(1, n + 1),
        }
    )
    for name, values in (("kept", quality.kept), ("trust", quality.trust), ("whole", quality.whole)):
        column = np.full(n, np.nan)
        column[quality.centres] = values
        table[name] = column.round(3)
    return table


def _axes(method: str, projection: Projection) -> tuple[str, str]:
    if projection.explained is None:
        return f"{METHODS[method]} (axes mean nothing: only nearness does)", ""
    shares = [*projection.explained[:2], 0.0]
    return tuple(f"direction {i + 1}: {shares[i]:.1%} of the variance" for i in range(2))  # type: ignore[return-value]


def _shade(shade: str, kind: str) -> str:
    if shade in SAID:
        return SAID[shade]
    return _counted(kind)


def _counted(kind: str) -> str:
    return "place in the text" if kind == SENTENCES else "occurrences"


def _draw_quality(projection: Projection) -> None:
    quality = projection.quality
    trust, torn, kept = st.columns(3)
    trust.metric(
        "Trustworthiness",
        f"{quality.trustworthiness:.3f}",
        help="1: who is near on the map is near in space. 0.5: the map is no better than chance.",
    )
    torn.metric(
        "Continuity",
        f"{quality.continuity:.3f}",
        help="1: who is near in space is near on the map. 0.5: the map is no better than chance.",
    )
    kept.metric(
        "True neighbours kept",
        f"{quality.neighbours_kept:.1%}",
        help=f"Of the {quality.k} nearest on the map, those among the {quality.k} nearest in space. "
        f"Chance keeps {quality.by_chance:.1%}.",
    )
    n = len(projection.points)
    if len(quality.centres) < n:
        st.caption(f"Measured at {len(quality.centres):,} of the {n:,} points, drawn at random.")


def _explain_map(projection: Projection, n: int) -> None:
    q = projection.quality
    explain(
        "map",
        formula=rf"T = 1 - \frac{{2}}{{n k (2n - 3k - 1)}} \sum_i \sum_{{j \in U_k(i)}} (r(i,j) - k)"
        rf" = {q.trustworthiness:.4f}, \qquad n = {n},\; k = {q.k}",
        source=[project, principal_components, quality_of, worst_crossings, shuffled, ppmi_svd],
        question=f"You throw the {n} points on paper at random. What share of the {q.k} nearest neighbours survives?",
        answer=f"{q.by_chance:.1%}, which is k / (n - 1). This map keeps {q.neighbours_kept:.1%}. Trustworthiness and "
        f"continuity would fall to about 0.5, not to 0: half of all ranks is what a stranger has.",
    )
