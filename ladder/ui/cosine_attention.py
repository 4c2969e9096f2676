"""Part three: does attention compare by cosine? Every head of the encoder, on the user's sentence."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import cosine as charts
from ladder.charts import geometry as maps
from ladder.geometry import HeadComparison, Layers, compare_heads
from ladder.geometry.cosine import best_scale, by_cosine
from ladder.ui import knobs, spaces
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import visible
from ladder.ui.verdict import Verdict, of_likeness

MOST_TOKENS = 64  # of a sentence that are compared: 72 heads of 64 x 64 take a third of a second
ROWS = 8  # of a table before it scrolls
SCATTERED = 1600  # pairs that are drawn


class Heads(NamedTuple):
    """All heads on the first tokens of a sentence."""

    comparison: HeadComparison  # (L, H, ...)
    pieces: tuple[str, ...]  # n


def measured(sentence: str, layers: Layers) -> Heads:
    """All heads of the encoder on the first tokens of a sentence."""
    n = min(MOST_TOKENS, len(layers.tokens.pieces))
    comparison = compared(spaces.encoder_place(), sentence, layers)
    return Heads(comparison, tuple(f"{i} {visible(piece)}" for i, piece in enumerate(layers.tokens.pieces[:n])))


@shared(max_entries=32)
def compared(place: str, sentence: str, _layers: Layers) -> HeadComparison:
    """Scores beside cosines in every head."""
    return compare_heads(_layers.Q[:, :, :MOST_TOKENS], _layers.K[:, :, :MOST_TOKENS])


def verdict(heads: Heads) -> Verdict:
    """Whether the best cosine would have done the same."""
    found = heads.comparison.by_cosine
    same, bits = 1 - found.changed.mean(), found.bits.mean()
    rank = float(np.median(heads.comparison.rank_correlation))
    outcome = of_likeness(same, bits)
    n = found.changed.size
    return Verdict(
        outcome,
        f"It takes q·k/√d. The best cosine would put another token first in {found.changed.sum():,} of {n:,} rows "
        f"({1 - same:.0%}) and is {bits:.3f} bits off on average; rank correlation {rank:.2f} in the median head.",
    )


def draw(heads: Heads, layers: Layers) -> None:
    """Which heads are nearly a cosine, and one head pair by pair."""
    comparison = heads.comparison
    n_layers, n_heads = comparison.rank_correlation.shape
    left, right = st.columns(2)
    with left:
        layer = knobs.slider("layer", "Layer", 1, n_layers, 1) - 1 if n_layers > 1 else 0
    with right:
        head = knobs.slider("head", "Head", 1, n_heads, 1) - 1 if n_heads > 1 else 0
    left, right = st.columns(2)
    with left:
        _draw_heads(comparison, layer, head)
    with right:
        _draw_pairs(heads, layer, head)
    _draw_rows(heads, layer, head)
    whole = len(layers.tokens.pieces)
    if whole > len(heads.pieces):
        st.caption(f"Compared: the first {len(heads.pieces)} of {whole} tokens.")
    scale = float(comparison.by_cosine.scale[layer, head])
    explain(
        "cosine-attention",
        formula=r"\frac{q_i \cdot k_j}{\sqrt{d_k}} = \frac{|q_i|\,|k_j|}{\sqrt{d_k}} \cos_{ij}, \qquad "
        rf"s^* = {scale:.2f}, \qquad \rho = {comparison.rank_correlation[layer, head]:.3f}",
        source=[compare_heads, by_cosine, best_scale],
        question="Within one row, which of the two lengths can change who comes first: that of the query or of a key?",
        answer="Only a key's. The query's is one factor for the whole row: it makes the row harder or softer, as a "
        "temperature does, and leaves the order. Cosines erase both.",
    )


def _draw_heads(comparison: HeadComparison, layer: int, head: int) -> None:
    rank = comparison.rank_correlation
    L, H = np.indices(rank.shape)
    table = pd.DataFrame({"layer": L.ravel() + 1, "head": H.ravel() + 1, "value": rank.ravel()})
    low = np.unravel_index(rank.argmin(), rank.shape)
    title = (
        f"Rank correlation of score and cosine: {rank.min():.2f} (layer {low[0] + 1}, head {low[1] + 1}) "
        f"to {rank.max():.2f}"
    )
    show_chart(
        maps.head_map(table, title=title, value="Spearman’s ρ", layer=layer + 1, head=head + 1),
        table,
        key="cosine-heads",
        alt=f"{title}, over all pairs of tokens in {rank.size} heads.",
        width="stretch",
    )


def _draw_pairs(heads: Heads, layer: int, head: int) -> None:
    comparison, n = heads.comparison, len(heads.pieces)
    asks, answers = np.divmod(np.arange(n * n), n)
    if n * n > SCATTERED:
        kept = np.linspace(0, n * n - 1, SCATTERED).astype(int)
        asks, answers = asks[kept], answers[kept]
    changed = comparison.by_cosine.changed[layer, head]
    table = pd.DataFrame(
        {
            "asks": [heads.pieces[i] for i in asks],
            "answers": [heads.pieces[j] for j in answers],
            "cosine": comparison.cosines[layer, head][asks, answers],
            "score": comparison.products[layer, head][asks, answers],
            "row": np.where(changed[asks], charts.OTHER, charts.SAME),
        }
    )
    rho = comparison.rank_correlation[layer, head]
    title = f"Layer {layer + 1}, head {head + 1}: ρ = {rho:.3f}; {changed.sum()} of {n} rows would choose another token"
    show_chart(
        charts.product_scatter(table, title=title),
        table,
        key="cosine-pairs",
        alt=f"{title}. Scores run from {table['score'].min():.2f} to {table['score'].max():.2f}.",
        width="stretch",
    )


def _draw_rows(heads: Heads, layer: int, head: int) -> None:
    """The rows that the best cosine would answer otherwise."""
    found = heads.comparison.by_cosine
    p, q = np.exp(found.log_p[layer, head]), np.exp(found.log_q[layer, head])
    rows = np.flatnonzero(found.changed[layer, head])
    if not len(rows):
        st.caption("In this head every row keeps its first choice.")
        return
    by_score, by_angle = p[rows].argmax(axis=1), q[rows].argmax(axis=1)
    table = pd.DataFrame(
        {
            "asks": [heads.pieces[i] for i in rows],
            "by q·k": [heads.pieces[j] for j in by_score],
            "weight there": p[rows, by_score],
            "by cosine": [heads.pieces[j] for j in by_angle],
            "weight there ": p[rows, by_angle],
            "bits off": found.bits[layer, head][rows],
        }
    )
    st.markdown(f"Where the first choice differs in layer {layer + 1}, head {head + 1}:")
    st.dataframe(table.style.format(precision=3), hide_index=True, height="content" if len(table) <= ROWS else 320)
