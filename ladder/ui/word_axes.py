"""An axis of one's own: from some words to others, and the text's words along it."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import words as charts
from ladder.geometry import along, axis
from ladder.lenses.simplex import Floats
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.lexicon import ENCODER, OWN, UNTRAINED, WHOSE, Lexicon, lexicons, unknown
from ladder.ui.map_names import apart
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

AXIS = "he - she"
SHOWN = 300  # the text's most frequent words
NAMED = 5  # at each end
ENDS = 10


def draw(view: View) -> None:
    """The text's most frequent words along one axis, or two."""
    left, right = st.columns(2)
    with left:
        first = knobs.text("axis", "From - to", AXIS, placeholder="he - she, or: bad poor - good rich").strip()
    with right:
        second = knobs.text("axis2", "A second axis, up", placeholder="empty: how frequent a word is").strip()
    whose = knobs.choice("vectors", "Whose vectors", WHOSE, ENCODER)
    lexicon = lexicons(view).get(whose)
    if lexicon is None:
        if whose == OWN:
            st.info(UNTRAINED)
        return
    own = words_of(view, lexicon)
    if len(own) < 3:
        st.info(
            "Fewer than three words of this text have a place there, so no axis can order them. Choose “Learned here” "
            "for vectors of this text’s own words, and an axis between two of them."
        )
        return
    ways = [_axis_of(text, lexicon) for text in ([first, second] if second else [first])]
    if any(way is None for way in ways):
        return
    table = axis_table(view, lexicon, own, [way for way in ways if way is not None])
    _draw_table(table, first, second)


def ends_of(text: str) -> tuple[list[str], list[str]]:
    """The words on both sides of the dash; ValueError where there is not one word on each."""
    sides = [side.replace(",", " ").split() for side in text.replace("–", " - ").replace("−", " - ").split(" - ")]
    if len(sides) != 2 or not all(sides):
        raise ValueError("An axis is written “from - to”, with a dash between blanks: he - she.")
    return sides[0], sides[1]


def _axis_of(text: str, lexicon: Lexicon) -> Floats | None:
    try:
        ends = ends_of(text)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return None
    sides = []
    for side in ends:
        rows = []
        for word in side:
            row = lexicon.find(word)
            if row is None:
                st.info(unknown(word, lexicon))
                return None
            rows.append(row)
        sides.append(np.asarray(lexicon.search.rows[rows], dtype=np.float64))
    try:
        return axis(*sides)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return None


def words_of(view: View, lexicon: Lexicon) -> dict[int, int]:
    """Rows of the text's most frequent words of three letters and more in a lexicon, with their counts."""
    pieces = spaces.pieces_of(view.corpus, spaces.WORDS, 2 * SHOWN)
    found: dict[int, int] = {}
    for word, n in zip(pieces.texts, pieces.counts, strict=True):
        row = lexicon.find(word)
        if row is not None and len(word) > 2:
            found[row] = found.get(row, 0) + n
    return dict(list(found.items())[:SHOWN])


def axis_table(view: View, lexicon: Lexicon, own: dict[int, int], ways: list[Floats]) -> pd.DataFrame:
    """One row a word: `word`, `x`, `y`, `name` for those at the ends."""
    rows = list(own)
    vectors = np.asarray(lexicon.search.rows[rows], dtype=np.float64)
    x = along(vectors, ways[0])
    y = along(vectors, ways[1]) if len(ways) > 1 else np.array(list(own.values()), dtype=float)
    order = np.argsort(x)
    table = pd.DataFrame({"word": [visible(lexicon.texts[row])[:30] for row in rows], "x": x, "y": y, "name": ""})
    outermost = np.stack(
        [order[:NAMED], order[::-1][:NAMED]], axis=1
    ).ravel()  # of two that touch, the inner is left out
    ends = table.iloc[list(dict.fromkeys(outermost.tolist()))].assign(text=lambda ends: ends["word"].str.slice(0, 14))
    drawn = (lambda rows: rows.assign(y=np.log(rows["y"]))) if len(ways) == 1 else (lambda rows: rows)
    written = ends[apart(drawn(ends), drawn(table))]
    table.loc[written.index, "name"] = written["text"]
    return table


def _draw_table(table: pd.DataFrame, first: str, second: str) -> None:
    start, stop = (" ".join(side) for side in ends_of(first))
    ordered = table.sort_values("x")
    low, high = ordered.iloc[0], ordered.iloc[-1]
    title = (
        f"Of {len(table)} words of this text, “{low.word}” lies furthest towards {start[:20]}, "
        f"“{high.word}” towards {stop[:20]}"
    )
    show_chart(
        charts.word_axis(
            table,
            title=title,
            ends=(visible(start)[:24], visible(stop)[:24]),
            y=f"cosine with {visible(second)[:30]}" if second else "occurrences",
            log=not second,
        ),
        table,
        key="axis",
        alt=f"{title}. Towards {start}: {', '.join(ordered['word'].head(NAMED))}. "
        f"Towards {stop}: {', '.join(ordered['word'].tail(NAMED)[::-1])}.",
        width="stretch",
    )
    spread = float(table["x"].std())
    left, right = st.columns(2)
    for column, side, rows in ((left, start, ordered.head(ENDS)), (right, stop, ordered.tail(ENDS)[::-1])):
        with column:
            st.markdown(f"**Towards {plain(side)}**")
            shown = rows[["word", "x"]].rename(columns={"x": "cosine"})
            st.dataframe(shown.style.format(precision=3), hide_index=True, width="stretch", height="content")
    st.caption(
        f"Most words lie near 0 (they spread by {spread:.3f}): only what stands well beyond that says something. "
        f"An axis is made of the few words that name it; others might give another order."
    )
    explain(
        "axis",
        formula=rf"a = \frac{{\bar u_{{\text{{to}}}} - \bar u_{{\text{{from}}}}}}{{|\cdot|}}, \qquad "
        rf"u_w \cdot a \in [{ordered['x'].min():.3f},\, {ordered['x'].max():.3f}]",
        source=[axis, along],
        question="Where do words lie that have nothing to do with the axis: at one end, in the middle, all over it?",
        answer="In the middle, but not quite at 0: in hundreds of dimensions almost every direction is nearly at right "
        f"angles to yours, within about 1/√d. Here the spread is {spread:.3f}.",
    )
