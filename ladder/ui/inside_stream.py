"""The residual stream of one token through all layers, and one number of it down to the MLP's hidden units."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.statistics.inside import lengths_of
from ladder.statistics.llama import layer_of
from ladder.ui import knobs, lm
from ladder.ui.explain import explain
from ladder.ui.lm import Seen
from ladder.ui.show import show_chart

UNITS = 12  # hidden units that are drawn
LINES = ["stream", "attention adds", "MLP adds"]


def draw(seen: Seen, layer: int, row: int) -> None:
    """Lengths by layer; then one number: what was there, what attention and MLP add, what leaves."""
    inner = seen.trace.layers[layer - 1]
    d = inner.x.shape[1]
    wanted = knobs.number("lmdim", f"Number of the stream (0 to {d - 1}; -1: the largest change)", -1, 100_000, -1)
    change = inner.attention[row] + inner.mlp[row]
    c = int(np.abs(change).argmax()) if wanted < 0 else min(wanted, d - 1)
    _draw_lengths(seen, layer, row)
    x, a, m = (float(part[row, c]) for part in (inner.x, inner.attention, inner.mlp))
    leaves = seen.trace.layers[layer].x if layer < len(seen.trace.layers) else seen.trace.x
    st.latex(
        r"\begin{aligned}"
        rf"\text{{number {c} enters}} &: {x:.4f} \\ \text{{attention adds}} &: {a:.4f} \\"
        rf"\text{{MLP adds}} &: {m:.4f} \\ \text{{leaves}} &: {x + a + m:.4f}"
        r"\end{aligned}"
    )
    st.caption(f"What the network itself hands to the next layer as number {c}: {leaves[row, c]:.4f}.")
    _draw_norm(seen, layer, row, c)
    _draw_units(seen, layer, row)
    explain(
        "lm-stream",
        formula=r"x \leftarrow x + [\text{heads}]\,W_o, \qquad x \leftarrow x + W_{down}\,"
        r"(\mathrm{silu}(W_{gate}\,\hat x) \odot W_{up}\,\hat x), \qquad "
        r"\hat x = g \odot x / \sqrt{\overline{x^2} + \epsilon}",
        source=[layer_of],
        question="Nothing is ever overwritten in the stream, only added. Does its length grow?",
        answer=f"As a rule, yes: here from {np.linalg.norm(seen.trace.embedded[row]):.2f} to "
        f"{np.linalg.norm(seen.trace.x[row]):.2f}. The norm before each part takes the length out again.",
    )


def _draw_lengths(seen: Seen, layer: int, row: int) -> None:
    asked = f"Measuring the stream of {len(seen.pieces)} tokens"
    lengths = lm.found_in(seen, "lengths", asked, lambda trace, progress: lengths_of(trace, progress=progress))
    if lengths is None:
        return
    stream = lengths.stream[:, row]
    drawn = [(0, LINES[0], stream[0])]
    for i, amounts in enumerate(zip(stream[1:], lengths.attention[:, row], lengths.mlp[:, row], strict=True), 1):
        drawn += [(i, line, amount) for line, amount in zip(LINES, amounts, strict=True)]
    table = pd.DataFrame(drawn, columns=["layer", "line", "amount"]).assign(word=seen.pieces[row])
    jump = int(np.abs(np.diff(np.log(stream + 1e-12))).argmax()) + 1
    title = (
        f"“{seen.pieces[row]}”: the stream’s length goes from {stream[0]:.1f} to {stream[-1]:.1f}, most in layer {jump}"
    )
    show_chart(
        charts.by_layer(table, title=title, y="length (log scale)", names=LINES, layer=layer, log=True),
        table,
        key="lm-lengths",
        alt=f"{title}. Layer {layer} is open.",
        width="stretch",
    )


def _draw_norm(seen: Seen, layer: int, row: int, c: int) -> None:
    inner = seen.trace.layers[layer - 1]
    after = np.asarray(inner.x[row] + inner.attention[row], dtype=np.float64)
    st.caption(
        f"The norm before the MLP: number {c} is {after[c]:.4f} in a stream with root mean square "
        f"{np.sqrt((after**2).mean()):.4f}, and comes out as {inner.mlp_normed[row, c]:.4f}; before attention, "
        f"{inner.x[row, c]:.4f} of {np.sqrt((np.asarray(inner.x[row], dtype=np.float64) ** 2).mean()):.4f} came out as "
        f"{inner.normed[row, c]:.4f}."
    )


def _draw_units(seen: Seen, layer: int, row: int) -> None:
    hidden = np.asarray(seen.trace.layers[layer - 1].hidden[row], dtype=np.float64)
    loud = np.argsort(-np.abs(hidden))[:UNITS]
    table = pd.DataFrame({"part": [f"unit {i}" for i in loud], "amount": hidden[loud]})
    share = float((hidden[loud] ** 2).sum() / max((hidden**2).sum(), 1e-300))
    title = f"MLP of layer {layer}: {UNITS} of {len(hidden):,} hidden units hold {share:.0%} of its energy"
    show_chart(
        charts.summands(table, title=title, of="hidden unit, after its nonlinearity"),
        table,
        key="lm-units",
        alt=f"{title}. The loudest is unit {loud[0]} with {hidden[loud[0]]:.3f}.",
        width="stretch",
    )
