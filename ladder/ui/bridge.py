"""The ledger: every identity with this text's numbers in it, and a switch that breaks them all."""

import re
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ladder.charts import bridge as charts
from ladder.math import SCHEMES
from ladder.rungs import RUNGS, STATISTICS
from ladder.ui import knobs
from ladder.ui.bridge_autograd import ask_autograd, autograd_row
from ladder.ui.bridge_mark import DEFAULT_T, ledger_of, mark_of, part_read, scheme_read
from ladder.ui.explain import explain
from ladder.ui.lens import Lens
from ladder.ui.show import show_chart
from ladder.ui.tokens import count, plain
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.bridge import Identity

COMMANDS = re.compile(r"\\[a-zA-Z]+|\\,|[{}]")  # what LaTeX does not draw as letters
LONGEST_LINE = 36  # letters of a formula on a phone
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LEAST_USED = 1e-7  # of the tolerance: where the chart's scale begins


def say_what_is_read(view: View) -> None:
    """Where the ledger reads less than all, or in another alphabet, it says so."""
    part = part_read(view.corpus)
    if len(part.text) < len(view.corpus.text):
        st.caption(f"The ledger reads the first {len(part.text):,} of {len(view.corpus.text):,} characters.")
    if scheme_read(view) != view.scheme:
        st.caption(f"{SCHEMES[view.scheme].title} does not give the text back, so the ledger reads it in BPE.")


@st.fragment
def ledger_panel(view: View) -> None:
    """Each identity by two roads, and what happens to it when one road is spoiled."""
    from ladder.bridge import identities, proved

    say_what_is_read(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        T = knobs.slider("ledgerT", "Temperature T", 0.2, 3.0, DEFAULT_T, step=0.1, width=240)
        broken = knobs.toggle("break", "Break it: spoil one road of each")
    rows = ledger_of(view, T)
    if rows is None:
        return
    if by_autograd := autograd_row(view):
        rows = tuple(part for row in rows for part in ((row, by_autograd) if row.key == "gradient" else (row,)))
    shown = [(row.tampered if broken and row.applies else row).read_in(view.lens.unit) for row in rows]
    applying = [row for row in shown if row.applies]
    holding = sum(row.holds is True for row in applying)
    finding = f"{holding} of {count(len(applying), 'identity').replace('identitys', 'identities')} hold on this text"
    if broken:
        finding = f"Broken on purpose, {len(applying) - holding} of {len(applying)} fail, as they must"
    st.markdown(f"**{finding}**; {len(rows) - len(applying)} do not apply, and say why.")

    names = [rung.name for rung in RUNGS]
    chosen = knobs.choice("rows", "Identities of", names, names[0])
    for row in shown:
        if row.page.name == chosen:
            _card(view.lens, row)
    if by_autograd is None and chosen == STATISTICS.name:
        ask_autograd(view)

    if applying:
        table = _chart_table(applying)
        show_chart(charts.used_tolerance(table, title=finding), table, key="ledger", alt=f"{finding}.", width="stretch")
    with st.expander("The whole ledger as a table"):
        st.dataframe(_whole_table(shown), hide_index=True, key="whole-ledger")
    first = next(iter(applying), None)
    explain(
        "ledger",
        formula=first.written if first else r"S = H \ln 2",
        source=[identities, proved],
        question="If every identity is a theorem, why check it?",
        answer="Because code, and an understanding of it, can be wrong where a theorem is not. Turn on **Break it**: a "
        "wrong base, a swapped p and q, a missing Z are the mistakes that people make, and here is how far each "
        "one leads on your own text. A check that could not fail would be worth nothing.",
    )


def _card(lens: Lens, row: "Identity") -> None:
    from ladder.bridge import READINGS

    with st.container(border=True, gap="small"):
        st.markdown(f"{mark_of(row)} **{row.name}**")
        if not row.applies:
            st.caption(f"Does not apply: {plain(row.why_not)}")
            return
        said = READINGS[row.key]
        for is_on, name, words in (
            (lens.shannon, "Shannon", said.shannon),
            (lens.boltzmann, "Boltzmann", said.boltzmann),
        ):
            if is_on:
                st.markdown(f"**{name}:** {words}.")
        units = measures(lens) if row.measure else [lens.unit]
        for unit in units:
            written = (rf"\text{{in {unit}:}} \qquad " if len(units) > 1 else "") + row.read_in(unit).written
            st.latex(r"\small\begin{gathered}" + r" \\ ".join(_lines(written)) + r"\end{gathered}")
        of = f" {row.unit}" if row.unit else ""
        st.caption(f"left − right = {in_words(row.difference)}{of} · {_allowed(row)}{of}: {row.reason}")
        word = "Broken" if row.is_broken else "Its broken twin"
        st.caption(f"{word}: {row.broken}.")


def measures(lens: Lens) -> list[str]:
    """What the lens counts information in: bits, nats, or first the one and then the other."""
    return [measure for is_on, measure in ((lens.shannon, "bits"), (lens.boltzmann, "nats")) if is_on]


def _lines(formula: str) -> list[str]:
    """The formula in lines that fit a phone: one for each side, more where a side has a middle part."""
    lines = []
    for side in formula.split(r"\qquad"):
        first, *more = side.split(" = ")
        long = len(COMMANDS.sub("", side)) > LONGEST_LINE
        lines += [first, *(f"= {part}" for part in more)] if long or len(more) > 1 else [side]
    return lines


def in_words(x: float, digits: int = 3) -> str:
    """A number in running text: "0.0374", "−3.42·10⁻⁹"."""
    mantissa, _, exponent = f"{x:.{digits}g}".replace("inf", "∞").partition("e")
    return mantissa.replace("-", "−") + (f"·10{str(int(exponent)).translate(RAISED)}" if exponent else "")


def _allowed(row: "Identity") -> str:
    if row.lowest is None:
        return f"at most ±{in_words(row.tolerance)}"
    if row.lowest == float("-inf"):
        return f"at most {in_words(row.tolerance)}"
    return f"from {in_words(row.lowest)} to {in_words(row.tolerance)}"


def _chart_table(rows: "list[Identity]") -> pd.DataFrame:
    table = []
    for row in rows:
        below = row.difference < 0 and row.lowest is not None
        room = abs(row.lowest) if below and row.lowest is not None else row.tolerance
        used = min(max(abs(row.difference) / room if room else 0.0, LEAST_USED), 1e6)
        table.append((row.name, row.page.name, used, "holds" if row.holds else "fails"))
    return pd.DataFrame(table, columns=["name", "rung", "used", "verdict"])


def _whole_table(rows: "list[Identity]") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "": [mark_of(row) for row in rows],
            "identity": [row.name for row in rows],
            "page": [row.page.name for row in rows],
            "left": [f"{row.boltzmann:.9g}" if row.applies else "–" for row in rows],
            "right": [f"{row.shannon:.9g}" if row.applies else "–" for row in rows],
            "difference": [in_words(row.difference) if row.applies else "–" for row in rows],
            "tolerance": [_allowed(row) if row.applies else "–" for row in rows],
            "unit": [row.unit for row in rows],
            "why": [row.reason if row.applies else row.why_not for row in rows],
        }
    )
