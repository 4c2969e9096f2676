"""Neighbours by three measures, side by side, and why they differ."""

import difflib

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import (
    MEASURES,
    Neighbours,
    Space,
    nearest,
    overlap,
    spearman,
)
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, Chosen
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

WIDE = 190  # pixels of a text beside its number, in one of three columns
NARROW = 106  # where its length and its lists stand there too
NAMED = 1  # neighbours of each list that are named on the chart


@st.fragment
def neighbours_panel(view: View) -> None:
    """The nearest by cosine, dot product and distance, side by side, and why they differ."""
    kind = spaces.choose_kind()
    left, middle, right = st.columns([4, 3, 3])
    with left:
        query = knobs.text("query", "Query", placeholder="a word, or a sentence for the encoder").strip()
    with middle:
        k = knobs.slider("k", "Neighbours", 3, 20, 8)
    with right:
        most = spaces.choose_most()
    chosen = spaces.space_of(view, kind, most)
    if chosen is not None:
        _draw_neighbours(view, chosen, query, k)
    if kind == LEARNED:
        spaces.the_encoder()


def _draw_neighbours(view: View, chosen: Chosen, query: str, k: int) -> None:
    if not query:
        query = a_telling_text(chosen.space)
        st.caption(f"Nothing is asked yet; as an example: {plain(query)}")
    space = chosen.space
    if chosen.kind == LEARNED:
        # Every word of the text may be asked for, its neighbours are among the frequent ones.
        known = spaces.everything_learned(view.corpus)
        row = place_of(query, known)
        if row is None:
            st.info(unknown_word(query, known))
            return
        q, text = known.vectors[row], known.texts[row]
    else:
        model = spaces.the_encoder()
        if model is None:
            return
        text = query
        q = spaces.query_vector(spaces.encoder_place(), query, model)
        spaces.say_how_it_was_read(model.tokens(query))
    others = np.array([i for i, other in enumerate(space.texts) if other != text], dtype=np.intp)
    if not len(others):
        st.info("There is nothing else in this space to be near to. Choose a longer text.")
        return
    vectors = space.vectors[others]
    found = {measure: nearest(q, vectors, k=k, measure=measure) for measure in MEASURES}
    texts = [visible(space.texts[i])[:120] for i in others]
    lengths = np.linalg.norm(vectors, axis=1)
    alike = equally_long(lengths)
    for column, measure in zip(st.columns(3), MEASURES, strict=True):
        with column:
            st.markdown(f"**{_MEASURE_TITLES[measure]}**")
            st.dataframe(
                neighbour_table(found, measure, texts, lengths).style.apply(_mark_alone, axis=1).format(precision=3),
                hide_index=True,
                width="stretch",
                height="content",
                column_order=[VALUES[measure], "text"] if alike else [VALUES[measure], "text", "length", "lists"],
                column_config={
                    "text": st.column_config.TextColumn(width=WIDE if alike else NARROW),
                    **{name: st.column_config.Column(width=58) for name in (VALUES[measure], "length")},
                    "lists": st.column_config.TextColumn(width=48),
                },
                key=f"neighbours-{measure}",
            )
    st.markdown(why_they_differ(found, lengths, float(np.linalg.norm(q)), np.array(space.counts)[others]))
    table = angle_table(q, vectors, texts, lengths, found)
    title = f"{_share(found):.0%} of the neighbours by cosine are neighbours by dot product"
    show_chart(
        charts.angle_and_length(table, title=title),
        table,
        key=f"angles-{chosen.kind}",
        alt=f"Cosine with the query against length for {len(table):,} vectors. {title}.",
        width="stretch",
    )
    drawn = "" if len(table) == len(vectors) else f" Drawn: {len(table):,} of them, all neighbours among them."
    st.caption(f"Searched: {plain(space.note)}.{drawn}")
    _explain_neighbours(found, float(np.linalg.norm(q)))


VALUES = {"cosine": "cosine", "dot": "q·v", "euclidean": "|q−v|"}
_MEASURE_TITLES = {"cosine": "Cosine (angle)", "dot": "Dot product", "euclidean": "Distance"}


def a_telling_text(space: Space) -> str:
    """The most frequent text of at least four characters, or the first one."""
    return next((text for text in space.texts if len(text) >= 4), space.texts[0])


def place_of(query: str, space: Space) -> int | None:
    """Where a word stands in a space: as it is, else whatever its capitals; None for an unknown one."""
    if query in space.texts:
        return space.texts.index(query)
    folded = [text.casefold() for text in space.texts]
    return folded.index(query.casefold()) if query.casefold() in folded else None


def unknown_word(query: str, space: Space) -> str:
    """A sentence for a word that the text does not have, with the words that look like it."""
    alike = difflib.get_close_matches(query[:40], space.texts[:5_000], n=3, cutoff=0.7)
    hint = f" Did you mean {' or '.join(plain(word) for word in alike)}?" if alike else ""
    return (
        f"“{plain(query[:40])}” has no place here: only single {space.note.split()[0]} of this very text do.{hint} "
        "The encoder places any text."
    )


def neighbour_table(found: dict[str, Neighbours], measure: str, texts: list[str], lengths: np.ndarray) -> pd.DataFrame:
    """One list: `text`, its value, the `length` of its vector, and in how many of the three `lists` it is."""
    indices, values = found[measure]
    return pd.DataFrame(
        {
            "text": [texts[i] for i in indices],
            VALUES[measure]: values,
            "length": lengths[indices],
            "lists": [f"{sum(i in other.indices for other in found.values())}/3" for i in indices],
        }
    )


def _mark_alone(row: pd.Series) -> list[str]:
    """A colour for what only this list has."""
    return ["background-color: rgba(213, 94, 0, 0.28)" if row["lists"] == "1/3" else ""] * len(row)


def equally_long(lengths: np.ndarray) -> bool:
    """Whether all vectors are of one length, but for rounding."""
    return bool(np.ptp(lengths) < 1e-5 * lengths.max())


def why_they_differ(found: dict[str, Neighbours], lengths: np.ndarray, query_length: float, counts: np.ndarray) -> str:
    """What the lengths of the vectors did to the three lists, in words; `counts` (n,) is how often each text occurs."""
    if equally_long(lengths):
        return (
            "Every vector here has the same length, so the three measures must agree: "
            "|q − v|² = |q|² + |v|² − 2 q·v falls exactly as the cosine rises."
        )
    by_angle, by_product, by_distance = (lengths[found[measure].indices].mean() for measure in MEASURES)
    rho = float(spearman(counts.astype(float), lengths)) if len(lengths) > 2 and np.ptp(counts) else 0.0
    said = (
        f"A more frequent word tends to have a {'longer' if rho > 0 else 'shorter'} vector here (ρ = {rho:.2f}). "
        if abs(rho) > 0.2
        else f"How frequent a word is says little about its length here (ρ = {rho:.2f}). "
    )
    return (
        f"The query is {query_length:.2f} long. Neighbours by angle are {by_angle:.2f} long on average, "
        f"those by dot product {by_product:.2f}, those by distance {by_distance:.2f}: "
        "a product rewards length, and a distance prefers vectors that are not much longer than needed. "
        f"{said}Rows in colour are in one list only."
    )


def angle_table(
    q: np.ndarray,
    vectors: np.ndarray,
    texts: list[str],
    lengths: np.ndarray,
    found: dict[str, Neighbours],
    most: int = 400,
) -> pd.DataFrame:
    """One row a vector: `text`, `cosine`, `norm`, which `list` it is in, and its `name` where it comes first."""
    lists = np.full(len(texts), "other", dtype=object)
    for measure in MEASURES:
        indices = found[measure].indices
        lists[indices] = np.where(lists[indices] == "other", measure, "several")
    drawn = np.union1d(np.flatnonzero(lists != "other"), np.linspace(0, len(texts) - 1, most).astype(int))
    cosines = vectors[drawn] @ q / np.maximum(lengths[drawn] * np.linalg.norm(q), 1e-300)
    heads = np.concatenate([neighbours.indices[:NAMED] for neighbours in found.values()])
    return pd.DataFrame(
        {
            "text": [texts[i] for i in drawn],
            "cosine": cosines,
            "norm": lengths[drawn],
            "list": lists[drawn],
            "name": [texts[i][:18] if i in heads else "" for i in drawn],
        }
    )


def _share(found: dict[str, Neighbours]) -> float:
    return overlap(found["cosine"], found["dot"])


def _explain_neighbours(found: dict[str, Neighbours], query_length: float) -> None:
    first = found["cosine"]
    angle = float(first.values[0]) if len(first.values) else 0.0
    explain(
        "neighbours",
        formula=rf"\cos(q, v) = \frac{{q \cdot v}}{{|q|\,|v|}} = {angle:.3f}, \qquad "
        rf"|q - v|^2 = |q|^2 + |v|^2 - 2\, q \cdot v, \qquad |q| = {query_length:.3f}",
        source=[nearest, overlap],
        question="If every vector is stretched or shrunk to length one, what becomes of the three lists?",
        answer="They become one: on the unit sphere |q − v|² = 2 − 2 cos. The encoder's vectors all have length one; "
        "those learned here don't.",
    )
