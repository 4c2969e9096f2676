"""A map of words or sentences, and how far to believe it."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import (
    Projection,
    ppmi_svd,
    project,
    quality_of,
)
from ladder.geometry.projection import LEAST, LEAST_NONLINEAR, principal_components
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, SENTENCES, Chosen
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

SHADES = {"count": "Frequency", "kept": "True neighbours kept"}
METHODS = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}


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
    with right:
        shade = knobs.choice("shade", "Colour", SHADES, "count")
    chosen = spaces.space_of(view, kind, most)
    if chosen is None and spaces.can_be_encoded(view, kind, most):
        st.caption("Until then, the vectors learned from this very text:")
        chosen, method = spaces.space_of(view, LEARNED, most), "pca"
    if chosen is not None:
        _draw_map(chosen, method, shade, find, seed)
    if kind == LEARNED:
        spaces.the_encoder()  # what is learned here needs none: it is loaded beside the page


def _draw_map(chosen: Chosen, method: str, shade: str, find: str, seed: int) -> None:
    space, n = chosen.space, len(chosen.space.texts)
    least = LEAST if method == "pca" else LEAST_NONLINEAR
    if n < least:
        few = f"A {METHODS[method]} map needs at least {least} points, but this text gives {n}."
        st.info(few + (" Choose a longer text." if n < LEAST else " PCA can draw it."))
        return
    vectors = spaces.directions(space)
    if np.ptp(vectors, axis=0).max() < 1e-9:
        st.info(
            f"All {n} points lie in one place: there is no map of them. Choose a text that says more than one thing."
        )
        return
    projection = None if method == "pca" else spaces.projected(chosen, method, METHODS[method], seed)
    if projection is None:
        if method != "pca":
            st.caption("Meanwhile, the map by PCA:")
        method, projection = "pca", spaces.pca_of(chosen.key, vectors)
    _draw_quality(projection)
    table = map_table(chosen, projection)
    quality = projection.quality
    times = quality.neighbours_kept / quality.by_chance
    title = (
        f"The {METHODS[method]} map keeps {quality.neighbours_kept:.0%} of the {quality.k} nearest neighbours, "
        f"{times:.1f} times as many as chance"
    )
    picked = show_chart(
        charts.text_map(
            table,
            named(table, short=chosen.kind != SENTENCES),
            title=title,
            axes=_axes(method, projection),
            shade=_shade(shade, chosen.kind),
            log=chosen.kind != SENTENCES,
        ),
        table,
        key=f"map-{chosen.kind}-{method}",
        alt=f"A map of {n:,} points. {title}. Trustworthiness {quality.trustworthiness:.3f}.",
        on_select="rerun",
        width="stretch",
    )
    _list_texts(table, picked, find)
    st.caption(f"On the map: {plain(space.note)}. Near means near by angle: every vector is taken at length one.")
    _explain_map(projection, n)


def map_table(chosen: Chosen, projection: Projection) -> pd.DataFrame:
    """One row a text: `text`, `x`, `y`, `count` (place in the text for sentences), `kept` (of the points asked)."""
    space = chosen.space
    n = len(space.texts)
    kept = np.full(n, np.nan)
    kept[projection.quality.centres] = projection.quality.kept
    return pd.DataFrame(
        {
            "text": [visible(text)[:200] for text in space.texts],
            "x": projection.points[:, 0],
            "y": projection.points[:, 1],
            "count": space.counts if chosen.kind != SENTENCES else np.arange(1, n + 1),
            "kept": kept.round(3),
        }
    )


def named(table: pd.DataFrame, *, short: bool) -> pd.DataFrame:
    """The rows that are written out: the first in each cell of a grid, so that names don't cover each other."""
    columns, rows = (4, 12) if short else (2, 10)
    cells = pd.DataFrame(
        {axis: pd.cut(table[axis], n, labels=False) for axis, n in (("x", columns), ("y", rows)) if np.ptp(table[axis])}
    )
    first = table[~cells.duplicated()]
    return first.assign(text=first["text"].str.slice(0, 14 if short else 26))


def _axes(method: str, projection: Projection) -> tuple[str, str]:
    if projection.explained is None:
        return f"{METHODS[method]} (axes mean nothing: only nearness does)", ""
    shares = [*projection.explained[:2], 0.0]
    return tuple(f"direction {i + 1}: {shares[i]:.1%} of the variance" for i in range(2))  # type: ignore[return-value]


def _shade(shade: str, kind: str) -> str:
    if shade == "kept":
        return "true neighbours kept"
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


def _list_texts(table: pd.DataFrame, picked: object, find: str) -> None:
    """The texts that are selected on the map, or found by a part of them."""
    rows = table
    box = getattr(picked, "selection", {}).get("brush", {})
    if not box and not find:
        st.caption("Drag over the map to read what lies there.")
        return
    for axis in ("x", "y"):
        if axis in box:
            rows = rows[rows[axis].between(*sorted(box[axis]))]
    if find:
        rows = rows[rows["text"].str.contains(find, case=False, regex=False)]
    if rows.empty:
        st.info("No text of the map is there.")
        return
    st.caption(f"{len(rows):,} of {len(table):,} texts:")
    st.dataframe(rows[["text", "count", "kept", "x", "y"]], hide_index=True, height=min(38 + 35 * len(rows), 320))


def _explain_map(projection: Projection, n: int) -> None:
    q = projection.quality
    explain(
        "map",
        formula=rf"T = 1 - \frac{{2}}{{n k (2n - 3k - 1)}} \sum_i \sum_{{j \in U_k(i)}} (r(i,j) - k)"
        rf" = {q.trustworthiness:.4f}, \qquad n = {n},\; k = {q.k}",
        source=[project, principal_components, quality_of, ppmi_svd],
        question=f"You throw the {n} points on paper at random. What share of the {q.k} nearest neighbours survives?",
        answer=f"{q.by_chance:.1%}, which is k / (n - 1). This map keeps {q.neighbours_kept:.1%}. Trustworthiness and "
        f"continuity would fall to about 0.5, not to 0: half of all ranks is what a stranger has.",
    )
