"""The price of a byte in a window that slides over the file."""

from math import log2

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.reality import Corpus, to_text
from ladder.reality.along import entropy_along, surprise_along
from ladder.reality.yardsticks import MOST_BYTES
from ladder.ui import knobs
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.reality import ask, bounded, first_words_of
from ladder.ui.show import show_chart
from ladder.ui.tokens import visible
from ladder.ui.view import View

WINDOWS = tuple(1 << k for k in range(4, 21))
MOST_PLACES = 500  # windows along the file, or the chart would be a smear
READ = 400  # bytes of a window that are shown


@st.fragment
def along_panel(view: View) -> None:
    """The price of a byte in a window that slides over the file; a click reads the text there."""
    corpus = bounded(view.corpus)
    n = len(corpus.data)
    measure = knobs.choice("measure", "Measure", {"entropy": "entropy", "surprise": "surprise"}, "entropy")
    wanted = knobs.slider_of("window", "Window (bytes)", WINDOWS, 2048)
    window = min(max(wanted, n // MOST_PLACES), n)
    if window != wanted:
        st.caption(f"A text of {n:,} bytes is read in windows of {window:,}.")
    place = min(
        int(knobs.number("place", "Read at byte (or click in the chart)", 0, MOST_BYTES * 5, 0, step=window)), n - 1
    )
    table = ask(_along, corpus, measure, window, title="Along the file")
    if table is None:
        return
    table = table.assign(value=table.bits.map(view.lens.scale))
    lowest, highest = table.loc[table.bits.idxmin()], table.loc[table.bits.idxmax()]
    what = "Entropy" if measure == "entropy" else "Surprise"
    title = (
        f"{what} runs from {view.lens.amount(lowest.bits, digits=2)} at byte {int(lowest.start):,} "
        f"to {view.lens.amount(highest.bits, digits=2)} at byte {int(highest.start):,}"
    )
    chart = charts.along(table, title=title, unit=view.lens.unit, place=place, mean=float(table.value.mean()))
    show_chart(
        chart, table, key="along", alt=f"{title}, in {len(table):,} windows of {window:,} bytes.", on_select=_go_there
    )
    here = table.iloc[int(np.abs(table.start - place).to_numpy().argmin())]
    st.markdown(f"From byte {place:,}, where a byte costs **{view.lens.amount(here.bits, per='byte')}**:")
    st.code(visible(to_text(_whole_characters(corpus.data, place))).replace("⏎", "\n"), language=None, wrap_lines=True)
    with st.expander("Where it is highest and lowest"):
        ends = pd.concat([table.nlargest(5, "bits"), table.nsmallest(5, "bits")[::-1]])
        ends["begins"] = [_first_words(corpus.data[start : start + 120]) for start in ends.start]
        st.dataframe(
            ends[["start", "value", "begins"]],
            hide_index=True,
            column_config={"start": "from byte", "value": f"{view.lens.unit}/byte", "begins": "it begins"},
        )
    letter, log = view.lens.letter, view.lens.tex_log
    explain(
        "along",
        formula=rf"{letter} = -\sum_i \frac{{c_i(t + w) - c_i(t)}}{{w}} {log} \frac{{c_i(t + w) - c_i(t)}}{{w}},"
        rf"\quad w = {window}, \quad {letter}_{{max}} = {log} \min(w, 256) = "
        rf"{view.lens.tex(log2(min(window, 256)), digits=2)}",
        source=[entropy_along, surprise_along],
        question="Make the window small. Does the curve as a whole rise or fall?",
        answer="It falls: a window of w bytes cannot show more than w different ones, so its plug-in entropy is too "
        "low, the "
        "more the smaller it is. Compare windows of one size only. The measure “surprise” has no such limit: it asks "
        "how odd "
        "the stretch is to somebody who knows the whole text.",
    )


def _go_there() -> None:
    """A click in the chart moves the place to read."""
    picked = st.session_state["chart-along"].get("selection", {}).get("pick", [])
    if picked:
        st.session_state["place"] = int(picked[0]["start"])


def _whole_characters(data: bytes, place: int) -> bytes:
    """Some bytes from a place on, widened to the beginning and cut at the end of a character."""
    start, stop = (_character_start(data, at) for at in (place, min(place + READ, len(data))))
    return data[start:stop]


def _character_start(data: bytes, at: int) -> int:
    """Where the UTF-8 character begins that holds a byte; the byte itself where there is none."""
    start = at
    while 0 < start < len(data) and at - start < 3 and data[start] & 0xC0 == 0x80:
        start -= 1
    return start


@shared(max_entries=48)
def _along(corpus: Corpus, measure: str, window: int) -> pd.DataFrame:
    return (entropy_along if measure == "entropy" else surprise_along)(corpus.data, window=window)


def _first_words(data: bytes) -> str:
    return first_words_of(to_text(data))
