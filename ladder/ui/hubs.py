"""Hubs: which way the crowd leans, who is everybody's neighbour, and what is left once the lean is taken away."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from ladder.charts import words as charts
from ladder.geometry import Crowd, all_but_the_top, crowd_of, isotropy, mean_cosine
from ladder.geometry.crowd import k_nearest, skewness
from ladder.lenses.simplex import Floats
from ladder.ui import knobs, spaces
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.spaces import Chosen, Key
from ladder.ui.tokens import count, plain, visible
from ladder.ui.view import View

LEAST = 4  # vectors in which a list of neighbours can be other than all the rest
FLAT = 1e-9  # of the longest: shorter vectors are what rounding left
LISTED = 8
AS_IS, CENTRED = "as they are", "without their mean"


class Crowds(NamedTuple):
    """A cloud as it is and upright, of the vectors that still have a direction in each."""

    rows: NDArray[np.intp]  # (n,) which ones
    crowds: dict[str, Crowd]
    kept: dict[str, float]  # the share of neighbours that are those of the cloud as it is


@st.fragment
def hubs_panel(view: View) -> None:
    """Lean and hubs of a cloud before and after its mean and top directions are taken away."""
    kind = spaces.choose_kind()
    left, middle, right = st.columns(3)
    with left:
        k = knobs.slider("k", "Neighbours", 3, 20, 8)
    with middle:
        top = knobs.slider("top", "Top directions taken away", 1, 20, 3)
    with right:
        most = spaces.choose_most()
    chosen = spaces.space_of(view, kind, most)
    if chosen is not None:
        found = crowds_of(chosen.key, chosen.space.vectors, k, top)
        if found is None:
            st.info(
                f"The {count(len(chosen.space.texts), 'vector')} of this text leave too few directions for lists of "
                "neighbours to differ. Choose a longer text, or one that says more than one thing."
            )
        else:
            _draw(chosen, found, top)
    if kind == spaces.LEARNED:
        spaces.the_encoder()


@shared(max_entries=24)
def crowds_of(key: Key, _vectors: Floats, k: int, top: int) -> Crowds | None:
    """The cloud as it is, without its mean, and without mean and top; None where that leaves too little."""
    n, d = _vectors.shape
    clouds = {AS_IS: np.asarray(_vectors), CENTRED: all_but_the_top(_vectors, top=0)}
    if top < d:
        clouds[f"without mean and top {top}"] = all_but_the_top(_vectors, top=top)
    alive = np.ones(n, dtype=bool)
    for rows in clouds.values():
        lengths = np.linalg.norm(rows, axis=1)
        alive &= lengths > FLAT * np.linalg.norm(_vectors, axis=1).max()
    kept_rows = np.flatnonzero(alive)
    if len(kept_rows) < LEAST:
        return None
    crowds = {name: crowd_of(rows[kept_rows], k=k) for name, rows in clouds.items()}
    first = crowds[AS_IS].nearest
    kept = {
        name: float((crowd.nearest[:, :, None] == first[:, None, :]).any(axis=2).mean())
        for name, crowd in crowds.items()
    }
    return Crowds(kept_rows, crowds, kept)


def _draw(chosen: Chosen, found: Crowds, top: int) -> None:
    crowds = found.crowds
    first, last = crowds[AS_IS], next(reversed(crowds.values()))
    k, n = first.k, len(found.rows)
    table = occurrence_table(crowds)
    hub = visible(chosen.space.texts[found.rows[first.occurrences.argmax()]])[:24]
    title = (
        f"“{hub}” stands in {first.occurrences.max():,} lists where {k} would be its share; hubness is "
        f"{first.hubness:.1f}, upright {last.hubness:.1f}"
    )
    show_chart(
        charts.occurrence_histogram(table, title=title, k=k),
        table,
        key=f"hubs-{chosen.kind}",
        alt=f"{title}. {n:,} vectors.",
        width="stretch",
    )
    measures = pd.DataFrame(
        {
            "cloud": list(crowds),
            "mean cosine of pairs": [round(crowd.anisotropy, 3) + 0.0 for crowd in crowds.values()],
            "isotropy I": [crowd.isotropy for crowd in crowds.values()],
            "hubness": [crowd.hubness for crowd in crowds.values()],
            "in no list": [crowd.orphans for crowd in crowds.values()],
            "neighbours kept": [found.kept[name] for name in crowds],
        }
    )
    st.dataframe(
        measures.style.format({"in no list": "{:.1%}", "neighbours kept": "{:.0%}"}, precision=3),
        hide_index=True,
        width="stretch",
        height="content",
    )
    st.markdown(
        f"Taking away the mean and the top {top} directions **changes {1 - found.kept[next(reversed(crowds))]:.0%} of "
        f"all neighbours**: so much of “near” hangs on the mean and on so few directions."
    )
    for column, (name, crowd) in zip(st.columns(2), ((AS_IS, first), (next(reversed(crowds)), last)), strict=True):
        with column:
            st.markdown(f"**Hubs, {name}**")
            st.dataframe(hub_table(chosen, found.rows, crowd), hide_index=True, width="stretch", height="content")
    left_out = len(chosen.space.texts) - n
    st.caption(
        f"Searched exactly, by cosine: {plain(chosen.space.note)}."
        + (f" {count(left_out, 'vector')} left out that have no direction once upright." if left_out else "")
    )
    explain(
        "hubs",
        formula=rf"\mathrm{{skew}}(N_{{{k}}}) = \frac{{E[(N - \bar N)^3]}}{{\sigma^3}} = {first.hubness:.2f} \to "
        rf"{last.hubness:.2f}, \qquad I = \frac{{\min_c Z(c)}}{{\max_c Z(c)}} = {first.isotropy:.3f} \to "
        rf"{last.isotropy:.3f}",
        source=[k_nearest, skewness, isotropy, mean_cosine, all_but_the_top],
        question=f"Every vector has {k} neighbours. In how many lists does it stand itself, on average?",
        answer=f"In {k} exactly: every list has {k} places. But they are not shared alike: {first.orphans:.0%} stand "
        "in no list at all, a few hubs in many; the more, the more the crowd leans and the more dimensions it has.",
    )


def occurrence_table(crowds: dict[str, Crowd]) -> pd.DataFrame:
    """How many `vectors` of each `cloud` stand in how many `lists`: none, one, and bins that double."""
    most = max(int(crowd.occurrences.max()) for crowd in crowds.values())
    edges = [0, *(2 ** np.arange(most.bit_length() + 1)).tolist()]
    names = [f"{a}–{b - 1}" if b - a > 1 else str(a) for a, b in pairwise(edges)]
    tables = [
        pd.DataFrame({"lists": names, "vectors": np.histogram(crowd.occurrences, edges)[0], "cloud": name})
        for name, crowd in crowds.items()
    ]
    return pd.concat(tables, ignore_index=True)


def hub_table(chosen: Chosen, rows: NDArray[np.intp], crowd: Crowd) -> pd.DataFrame:
    """The vectors in most lists: `text` and `lists`."""
    first = np.argsort(-crowd.occurrences, kind="stable")[:LISTED]
    return pd.DataFrame(
        {
            "text": [visible(chosen.space.texts[rows[i]])[:60] for i in first],
            "lists": crowd.occurrences[first],
        }
    )
