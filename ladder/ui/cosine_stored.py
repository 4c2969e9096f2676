"""Part two: are the cosines of pairs stored? The parameters, counted by kind."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import cosine as charts
from ladder.geometry import Layers, Stored, encoder, stored
from ladder.geometry.cosine import cosines
from ladder.geometry.parameters import kind_of
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.verdict import FAILS, HOLDS, OPEN, Verdict
from ladder.ui.view import View

NEEDED = "cosines of all pairs"


@shared(max_entries=2)
def measured(place: str, _model: encoder.Encoder) -> Stored:
    """The encoder's parameters by kind."""
    return stored(_model.parameters(), len(_model.vocabulary().tokens))


def verdict(found: Stored) -> Verdict:
    """Whether a table of pairs is there, or could be."""
    if found.tables:
        return Verdict(HOLDS, f"{len(found.tables)} of its tables has a cell for every pair of tokens.")
    if found.room:
        return Verdict(
            OPEN,
            f"No table has a cell for every pair, but with {found.total:,} parameters for {found.pairs:,} pairs there "
            "would be room.",
        )
    return Verdict(
        FAILS,
        f"{found.pairs:,} pairs of tokens, {found.total:,} parameters: {found.pairs / found.total:.1f} times too few, "
        "and no table has a cell for a pair. Every cosine is computed anew from two rows.",
    )


def draw(view: View, layers: Layers, found: Stored) -> None:
    """Numbers of each kind beside the number of pairs, and the cosines that your sentence needs."""
    kinds = [*found.by_kind.items(), ("all that is stored", found.total), (NEEDED, found.pairs)]
    table = pd.DataFrame(kinds, columns=["kind", "numbers"])
    table["stored"] = np.where(table["kind"] == NEEDED, "not stored", "stored")
    table["named"] = True
    embeddings = found.by_kind.get("token embeddings", 0)
    title = (
        f"{embeddings / found.total:.0%} of all parameters are token embeddings; a table of all cosines would take "
        f"{found.pairs / found.total:.1f} times the whole network"
    )
    show_chart(
        charts.parameter_bars(table, title=title),
        table,
        key="stored",
        alt=f"{title}. " + ", ".join(f"{kind}: {n:,}" for kind, n in kinds) + ".",
        width="stretch",
    )
    n = layers.hidden.shape[1]
    table_of_yours = cosines(layers.hidden[0], layers.hidden[0])
    st.caption(
        f"Your sentence has {n} tokens, so {n * (n - 1) // 2:,} pairs. Their cosines are made of {n} rows when they "
        f"are asked for, and forgotten: the first layer's lie between {table_of_yours.min():.2f} and 1. "
        "And the network never asks: cosines are how we look at it."
    )
    explain(
        "stored",
        formula=rf"\frac{{V(V-1)}}{{2}} = {found.pairs:,} \quad\text{{pairs}}, \qquad "
        rf"{found.total:,} \quad\text{{parameters}}, \qquad V d = {embeddings:,}",
        source=[stored, kind_of],
        question="How many numbers would have to be kept so that every cosine can be computed, exactly?",
        answer=f"The rows themselves: V·d = {embeddings:,}. All {found.pairs:,} cosines follow from them; they are a "
        "consequence of what is stored, not what is stored.",
    )
