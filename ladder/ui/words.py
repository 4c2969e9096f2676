"""Words: whole input matrices at once, the encoder's and the own transformer's, beside what the text taught."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.geometry import Index, Neighbours
from ladder.ui import analogies, knobs, spaces, word_axes
from ladder.ui.explain import explain
from ladder.ui.lexicon import ENCODER, LEARNED, OWN, UNTRAINED, Lexicon, how_it_is_read, lexicons, unknown
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

PLAIN = " The plain form of it, trained over BPE or words, has vectors of words."
DOING = {"search": "Search", "analogy": "Analogy", "axis": "Axis"}


@st.fragment
def words_panel(view: View) -> None:
    """Search, analogies and axes in the encoder's matrix and in vectors learned here."""
    doing = knobs.choice("do", "Do", DOING, "search", label_visibility="collapsed")
    {"search": _search, "analogy": analogies.draw, "axis": word_axes.draw}[doing](view)


def _search(view: View) -> None:
    left, right = st.columns([3, 2])
    with left:
        query = knobs.text("query", "Query", placeholder="a word").strip()
    with right:
        k = knobs.slider("k", "Neighbours", 3, 20, 8)
    found = lexicons(view)
    if not found:
        return
    if OWN not in found:
        st.caption(f"A third list stands here once there is one: {UNTRAINED[0].lower()}{UNTRAINED[1:]}")
    if not query:
        query = telling_word(list(found.values()))
        st.caption(f"Nothing is asked yet; as an example: {plain(query)}")
    lists: dict[str, tuple[Lexicon, Neighbours]] = {}
    for column, (name, lexicon) in zip(st.columns(len(found)), found.items(), strict=True):
        with column:
            st.markdown(f"**{plain(lexicon.name)}**")
            row = lexicon.find(query)
            if row is None:
                st.info(unknown(query, lexicon) + _why(name, query, lexicon))
                continue
            near = without(row, lexicon.search.nearest(lexicon.search.rows[row], k=k + 1), k)
            lists[name] = (lexicon, near)
            st.dataframe(
                near_table(lexicon, near).style.format(precision=3),
                hide_index=True,
                width="stretch",
                height="content",
            )
            st.caption(f"Searched: all {plain(lexicon.note)}, exactly.")
    _say_what_is_shared(lists)
    _explain_search(lists)


def _why(name: str, query: str, lexicon: Lexicon) -> str:
    """What becomes of a word that has no row."""
    model = spaces.the_encoder() if name == ENCODER else None
    if model is not None:
        return how_it_is_read(query, model)
    return PLAIN if name == OWN and lexicon.longest == 1 else ""


def telling_word(lexicons: list[Lexicon]) -> str:
    """A word of at least four letters, the most frequent in the text that all of them know, or all but the last.

    Where the encoder knows none of the text's words, it is one of the text's own.
    """
    for n in range(len(lexicons), 1, -1):
        some = lexicons[:n]
        for word in some[-1].texts:
            if len(word.strip()) >= 4 and all(other.find(word.strip()) is not None for other in some):
                return word.strip()
    own = lexicons[min(1, len(lexicons) - 1)]
    return next((word.strip() for word in own.texts if len(word.strip()) >= 4), own.texts[0])


def without(row: int, near: Neighbours, k: int) -> Neighbours:
    """The neighbours without the word itself."""
    kept = near.indices != row
    return Neighbours(near.indices[kept][:k], near.values[kept][:k])


def near_table(lexicon: Lexicon, near: Neighbours) -> pd.DataFrame:
    """One list: `word`, `cosine`, the `length` of its vector."""
    return pd.DataFrame(
        {
            "word": [visible(lexicon.texts[i])[:60] for i in near.indices],
            "cosine": near.values.round(3),
            "length": np.sqrt(lexicon.search.squares[near.indices]).round(3),
        }
    )


def _say_what_is_shared(lists: dict[str, tuple[Lexicon, Neighbours]]) -> None:
    if len(lists) < 2:
        return
    names = [{lexicon.texts[i].strip().casefold() for i in near.indices} for lexicon, near in lists.values()]
    shared = sorted(set.intersection(*names))
    whose = {
        ENCODER: "The encoder has read a billion sentences",
        LEARNED: "what is learned here counts the company that a word keeps in this text",
        OWN: "the transformer keeps what it needs to tell the next token",
    }
    said = "; ".join(whose[name] for name in lists)
    st.markdown(
        f"**{len(shared)} of {max(map(len, names))} neighbours are shared**"
        + (f": {plain(', '.join(shared))}. " if shared else ". ")
        + f"{said[0].upper()}{said[1:]}."
    )


def _explain_search(lists: dict[str, tuple[Lexicon, Neighbours]]) -> None:
    if not lists:
        return
    lexicon, near = next(iter(lists.values()))
    n, d = lexicon.search.rows.shape
    first = f"{near.values[0]:.3f}" if len(near.values) else "-"
    explain(
        "words",
        formula=rf"\arg\max_w \frac{{u_w \cdot v}}{{|u_w|\,|v|}} = {first}, \qquad {n:,} \times {d} = {n * d:,}"
        r"\ \text{products}",
        source=[Index.nearest],
        question=f"How long does it take to compare a word with all {n:,} others, every number of every vector?",
        answer="A few thousandths of a second: one product of a table and a vector, and a partial sort. An index that "
        "is fast but sometimes wrong would save time only beyond about a million rows; here there is none.",
    )
