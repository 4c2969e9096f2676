"""One head of attention in one scene: its table, a row of it as a distribution, a cell down to its numbers.

Drawn over arrays, so that an encoder and a causal model share it:

    row, column = choose_cell(len(pieces))             two knobs, which a click on the table sets too
    draw_scene(view, head, pieces, row=row, column=column, name="Layer 1, head 1")
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from ladder.charts import scene as charts
from ladder.geometry.cell import Cell, Ensemble, Head, bands, cell_of, deviation, ensemble_of
from ladder.geometry.rows import by_rows
from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.ui import knobs
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

STEPS = {"product": "q·k", "score": "scaled", "weight": "softmax"}
MOST_ASKED = 1_000_000  # the last token that a link may ask for
WHOLE = 40  # tokens whose table is drawn cell by cell; more are drawn in bands
CLOSE = 12  # tokens on either side of a cell in the close-up
LISTED = 24  # tokens of a row that are drawn
BLENDED = 6  # tokens whose part in the output is drawn, the rest in one
DRAWN = 256  # rows that are drawn as ensembles, those about the one that asks


class Survey(NamedTuple):
    """What can only be said of a head by going through all of its pairs."""

    bands: Floats  # what is drawn, in bands of tokens
    edges: NDArray[np.intp]  # where each band begins, and n
    rows: Ensemble
    off: float | None  # from the network's own weights, where those are known


def survey_of(
    head: Head,
    *,
    step: str = "weight",
    own: Floats | None = None,
    progress: Callable[[float, str], None] = lambda share, text: None,
) -> Survey:
    """Go through a head; of a long text this takes seconds."""
    progress(0.1, "in bands of tokens")
    banded, edges = bands(_values(head, step), most=WHOLE, of="sum" if step == "weight" else "largest")
    progress(0.4, "as Boltzmann distributions")
    rows = ensemble_of(head)
    progress(0.8, "beside the network’s own weights")
    return Survey(banded, edges, rows, None if own is None else deviation(head, own))


def _values(head: Head, step: str) -> Floats:
    if step == "product":
        return by_rows(lambda rows: head.scores[rows] * head.T, (len(head.q), len(head.q)))
    return head.scores if step == "score" else head.weights


def choose_cell(n: int, *, prefix: str = "") -> tuple[int, int]:
    """The knobs for who asks and who answers among n tokens; -1 answers with the one that is listened to most."""
    row = knobs.number(f"{prefix}row", f"Token that asks (0 to {n - 1})", 0, MOST_ASKED, 2)
    column = knobs.number(f"{prefix}col", f"Token that answers (0 to {n - 1}; -1: the loudest)", -1, MOST_ASKED, -1)
    for place in (row, column):
        if place >= n:
            st.caption(f"There is no token {place}; the last one, {n - 1}, is opened.")
    return min(row, n - 1), min(column, n - 1)


def draw_scene(
    view: View,
    head: Head,
    pieces: Sequence[str],
    *,
    row: int,
    column: int,
    name: str,
    prefix: str = "",
    step: str = "weight",
    own: Floats | None = None,
    survey: Survey | None = None,
) -> int:
    """The table, the row and the cell of a head over n tokens; returns the column that was opened.

    `own` are the model's own weights at its own temperature, which the head's are held against.
    `survey` is of this head, step and own, where it was made beforehand. `prefix` begins the keys
    of charts and knobs.
    """
    column = column if column >= 0 else int(head.weights[row].argmax())
    names = [f"{i} {visible(piece)}" for i, piece in enumerate(pieces)]
    survey = survey or survey_of(head, step=step, own=own)
    _draw_table(head, survey, names, row, column, name, prefix, step)
    _draw_row(view, head, names, survey, row, column, prefix)
    _draw_cell(head, names, row, column, prefix)
    _draw_ensemble(view, survey.rows, names, row, prefix)
    return column


def listed(head: Head, names: Sequence[str], row: int) -> pd.DataFrame:
    """A row in numbers: columns `answers`, `product`, `score`, `weight`, what may not be seen left out."""
    products = head.k @ head.q[row]
    table = pd.DataFrame(
        {"answers": names, "product": products, "score": head.scores[row], "weight": head.weights[row]}
    )
    return table[np.isfinite(table["score"])]


def _draw_table(
    head: Head, survey: Survey, names: list[str], row: int, column: int, name: str, prefix: str, step: str
) -> None:
    values, n, weights = _values(head, step), len(names), head.weights[row]
    top = int(weights.argmax())
    finding = f"“{_piece(names[row])}” listens most to “{_piece(names[top])}” ({weights[top]:.0%})"
    if n <= WHOLE:
        table = pairs(values[:], names, names)
        _show_table(table, f"{name}: {finding}", step, names[row], names[column], f"{prefix}table", prefix)
        return
    edges = survey.edges
    of_bands = [f"{a} to {b - 1}" if b - a > 1 else str(a) for a, b in pairwise(edges.tolist())]
    at_row, at_column = (of_bands[int(np.searchsorted(edges, place, side="right")) - 1] for place in (row, column))
    what = "What a band of tokens gives to a band" if step == "weight" else "The largest in two bands"
    left, right = st.columns(2)
    with left:
        title = f"{name}, all {n:,} tokens in bands of {edges[1]}. {what}"
        _show_table(pairs(survey.bands, of_bands, of_bands), title, step, at_row, at_column, f"{prefix}bands", prefix)
    with right:
        asks, answers = _around(row, n), _around(column, n)
        near = pairs(values[asks, answers], names[asks], names[answers])
        _show_table(near, f"Close by: {finding}", step, names[row], names[column], f"{prefix}table", prefix)
    st.caption("Click on a band or a cell to open it. All tokens are in the sums.")


def pairs(values: np.ndarray, asks: Sequence[str], answers: Sequence[str]) -> pd.DataFrame:
    """A table (n, m) as one row a pair; missing where nothing may be seen."""
    return pd.DataFrame(
        {
            "asks": np.repeat(asks, len(answers)),
            "answers": np.tile(answers, len(asks)),
            "value": np.where(np.isfinite(values), values, np.nan).ravel(),
        }
    )


def _show_table(table: pd.DataFrame, title: str, step: str, row: str, column: str, key: str, prefix: str) -> None:
    key = f"{key}-{step}"
    show_chart(
        charts.cell_map(table, title=title, value=STEPS[step], row=row, column=column),
        table,
        key=key,
        alt=f"{STEPS[step]} of {table['asks'].nunique()} by {table['answers'].nunique()}. {title}.",
        width="stretch",
        on_select=lambda: _open_clicked(f"chart-{key}", prefix),
        selection_mode="cell",
    )


def _open_clicked(chart: str, prefix: str) -> None:
    """Turn the two knobs to the cell that was clicked on; of a band, to its first token."""
    for cell in st.session_state[chart].selection.get("cell", [])[:1]:
        for knob, axis in (("row", "asks"), ("col", "answers")):
            st.session_state[f"{prefix}{knob}"] = int(str(cell[axis]).split(" ")[0])


def _draw_row(
    view: View,
    head: Head,
    names: list[str],
    survey: Survey,
    row: int,
    column: int,
    prefix: str,
) -> None:
    table, rows = listed(head, names, row), survey.rows
    bits = float(nats_to_bits(rows.entropy[row]))
    shown = table if len(table) <= LISTED else table.nlargest(LISTED, "weight").sort_index()
    left, right = st.columns([3, 2])
    with left:
        show_chart(
            charts.weight_bars(
                shown,
                title=f"“{_piece(names[row])}” listens to {rows.effective[row]:.1f} of {rows.visible[row]} tokens",
                column=names[column],
            ),
            table,
            key=f"{prefix}weights",
            alt=f"The weights of one token: {view.lens.amount(bits)}, "
            f"{rows.effective[row]:.1f} effective tokens of {rows.visible[row]}.",
            width="stretch",
        )
        if len(shown) < len(table):
            st.caption(f"Drawn: the {LISTED} largest of {len(table)} weights, {shown['weight'].sum():.0%} of all.")
    with right:
        st.metric("Entropy of the row", view.lens.amount(bits))
        st.metric(
            "Effective tokens",
            f"{rows.effective[row]:.2f} of {rows.visible[row]}",
            help="2 to the power of the entropy in bits: e to that in nats.",
        )
        st.metric(
            "Free energy F = −T ln Z",
            f"{rows.free_energy[row]:.3f}",
            help="In the unit of q·k. The states are the tokens that can be seen, with the energies −q·k.",
        )
        st.caption(
            f"F = U − TS: {rows.free_energy[row]:.3f} = {rows.energy[row]:.3f} − "
            f"{head.T:.3f} × {rows.entropy[row]:.3f} nats"
        )
        if survey.off is not None:
            st.metric(
                "Off the network's own",
                f"{survey.off:.1e}",
                help="The largest difference between softmax(QK'/√d) and its weights, over the whole head. Below "
                "1e-5: the same but for the rounding of 32-bit numbers.",
            )


def _draw_cell(head: Head, names: list[str], row: int, column: int, prefix: str) -> None:
    cell = cell_of(head, row, column)
    asks, answers = _piece(names[row]), _piece(names[column])
    if not np.isfinite(cell.score):
        st.info(f"{plain(asks)} may not look at {plain(answers)}, which comes later: the weight is 0.")
        return
    st.latex(in_numbers(head, cell, row, column))
    d = len(cell.terms)
    strips = components({f"q of {names[row]}": head.q[row], f"k of {names[column]}": head.k[column]})
    strips = pd.concat([strips, components({"q × k": cell.terms})])
    three = np.sort(np.abs(cell.terms))[::-1][:3].sum() / max(np.abs(cell.terms).sum(), 1e-300)
    show_chart(
        charts.component_strips(
            strips, title=f"{d} products add up to {cell.product:.2f}; the three largest are {three:.0%}", of="q and k"
        ),
        strips,
        key=f"{prefix}terms",
        alt=f"Query, key and their products, {d} components each. The products add up to {cell.product:.3f}.",
        width="stretch",
    )
    blend = blended(head, names, row)
    show_chart(
        charts.component_strips(
            blend,
            title=f"“{answers}” hands over {cell.weight:.1%} of its v; “{asks}” takes the blend away",
            of="w·v",
        ),
        blend,
        key=f"{prefix}blend",
        alt=f"Weighted values of the tokens that are listened to most, and their sum, {head.v.shape[1]} components.",
        width="stretch",
    )


def in_numbers(head: Head, cell: Cell, row: int, column: int) -> str:
    """The way from two vectors to one weight, in LaTeX, a line a step."""
    first = first_products(head.q[row], head.k[column], digits=2)
    i, j = row, column
    return (
        r"\begin{aligned}"
        rf"q_{{{i}}} \cdot k_{{{j}}} &= {first} \\ &= {cell.product:.3f} \\"
        rf"s_{{{i},{j}}} &= {cell.product:.3f} / {head.T:.3f} = {cell.score:.3f} \\"
        rf"w_{{{i},{j}}} &= e^{{{cell.score:.3f}}} / e^{{{cell.log_Z:.3f}}} = {cell.weight:.4f}"
        r"\end{aligned}"
    )


def first_products(a: np.ndarray, b: np.ndarray, *, digits: int) -> str:
    """A dot product of vectors (d,) as it begins, in LaTeX, a product a line: a phone is narrow."""
    first = r" \\ &\quad + ".join(f"({x:.{digits}f})({y:.{digits}f})" for x, y in zip(a[:2], b[:2], strict=True))
    return first + (r" + \cdots" if len(a) > 2 else "")


def blended(head: Head, names: Sequence[str], row: int) -> pd.DataFrame:
    """What each token hands over, w v, the loudest first, then the rest, then their sum: the output."""
    weights = head.weights[row]
    loud = np.argsort(-weights, kind="stable")[:BLENDED]
    loud = loud[weights[loud] > 0]
    parts = {f"{weights[j]:.0%} × v of {names[j]}": weights[j] * head.v[j] for j in loud}
    rest = np.setdiff1d(np.arange(len(weights)), loud)
    if weights[rest].any():
        parts[f"{weights[rest].sum():.0%}: the others"] = weights[rest] @ head.v[rest]
    return components(parts | {"output": weights @ head.v})


def components(vectors: dict[str, np.ndarray]) -> pd.DataFrame:
    """Vectors as one row a component: columns `vector`, `component`, `value`."""
    return pd.DataFrame(
        [(name, c, float(value)) for name, vector in vectors.items() for c, value in enumerate(vector)],
        columns=["vector", "component", "value"],
    )


def _draw_ensemble(view: View, rows: Ensemble, names: list[str], row: int, prefix: str) -> None:
    with st.expander("Every row as a Boltzmann distribution"):
        table = pd.DataFrame(
            {
                "asks": names,
                "effective": rows.effective,
                "entropy": [view.lens.scale(float(nats_to_bits(S))) for S in rows.entropy],
                "energy": rows.energy,
                "free energy": rows.free_energy,
            }
        )
        sharp = int(rows.effective.argmin())
        title = f"“{_piece(names[sharp])}” is the most decided: {rows.effective[sharp]:.1f} tokens"
        drawn = table[max(0, row - DRAWN // 2) :][:DRAWN]
        show_chart(
            charts.ensemble_bars(drawn, title=title, row=names[row]),
            drawn,
            key=f"{prefix}ensemble",
            alt=f"Effective tokens of {len(drawn):,} rows. {title}.",
            width="stretch",
        )
        if len(drawn) < len(table):
            st.caption(f"Drawn: {len(drawn)} of {len(table):,} tokens, those about the one that asks; all are listed.")
        st.dataframe(
            table.rename(columns={"entropy": f"entropy, {view.lens.unit}"}), hide_index=True, key=f"{prefix}rows-table"
        )


def _around(place: int, n: int) -> slice:
    """The tokens about a place."""
    start = max(0, min(place - CLOSE, n - 2 * CLOSE - 1))
    return slice(start, min(n, start + 2 * CLOSE + 1))


def _piece(numbered: str) -> str:
    return numbered.split(" ", 1)[1]
