"""Bytes, hex and text side by side, and how often each byte comes up."""

import html
from math import log2

import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.reality import Corpus
from ladder.reality.hexdump import CONTINUED, ROW, UNDECODABLE, byte_marks, mark
from ladder.reality.slices import byte_shares
from ladder.reality.yardsticks import MOST_BYTES
from ladder.ui import knobs
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.reality import byte_counts, shares_of
from ladder.ui.show import show_chart
from ladder.ui.view import View

ROWS = 12  # of sixteen bytes
HEX_STYLE = """<style>
.hexdump{display:flex;flex-wrap:wrap;gap:.6rem 1rem;overflow-x:auto;font-family:ui-monospace,monospace;font-size:.8rem}
.hexdump table{border-collapse:collapse;margin:0}
.hexdump td,.hexdump th{padding:1px 3px;text-align:center;border:0;white-space:nowrap;min-width:1.15em}
.hexdump th{font-weight:400;opacity:.75;padding-right:.8em}
.hexdump .broken{background:rgba(213,94,0,.35)}
.hexdump .long{background:rgba(204,121,167,.28)}
.hexdump .blank{background:rgba(128,128,128,.22)}
@media (max-width:640px){.hexdump{font-size:.68rem}.hexdump td{padding:1px 1px}}
.hexdump .here{outline:2px solid #E69F00;outline-offset:-2px}
</style>"""


@st.fragment
def bytes_panel(view: View) -> None:
    """Bytes, hex and text side by side, and how often each byte comes up."""
    data, shares = view.corpus.data, shares_of(view.corpus)
    in_use = int((shares > 0).sum())
    with st.container(horizontal=True):
        st.metric("bytes", f"{len(data):,}", width="content")
        st.metric("characters", f"{len(view.corpus.text):,}", width="content")
        st.metric("bytes/character", f"{len(data) / len(view.corpus.text):.3f}", width="content")
        st.metric("bytes in use, of 256", f"{in_use}", width="content")
        st.metric(
            f"{view.lens.log} of that, {view.lens.unit}/byte", f"{view.lens.scale(log2(in_use)):.3f}", width="content"
        )
    at = min(
        int(knobs.number("byte", f"Go to byte (0 to {len(data) - 1:,})", 0, MOST_BYTES * 5, 0, step=ROW)), len(data) - 1
    )
    start = at - at % ROW
    st.html(_hex_table(data, start, at))
    st.caption(
        f"{CONTINUED} goes on with the character before it; {UNDECODABLE} is no UTF-8. Hover over a byte to see its "
        f"bits."
    )
    table = _byte_table(view.corpus)
    top = table.nlargest(3, "count")
    said = ", ".join(f"{row.shows} {row.share:.1%}" for row in top.itertuples())
    left, right = st.columns(2)
    with left:
        title = f"{in_use} of 256 bytes are in use"
        show_chart(charts.byte_map(table, title=title), table, key="bytemap", alt=f"{title}. The commonest: {said}.")
    with right:
        title = f"The commonest bytes: {said}"
        used = table[table["count"] > 0]
        show_chart(
            charts.byte_histogram(used, title=title), used, key="bytehist", alt=f"{title}, of {len(data):,} bytes."
        )
    explain(
        "bytes",
        formula=rf"{view.lens.tex_log} {in_use} = {view.lens.tex(log2(in_use), digits=3)} \le {view.lens.tex_log} "
        rf"256 = "
        rf"{view.lens.tex(8, per='byte', digits=3)}",
        source=[byte_marks, byte_shares],
        question=f"If a text uses only 64 of the 256 bytes, how many {view.lens.unit} does each byte need at most?",
        answer=f"{view.lens.log} 64 = {view.lens.amount(6)}, before any byte is known to be commoner than another. "
        f"This text uses {in_use}, so {view.lens.amount(log2(in_use))}.",
    )


def _hex_table(data: bytes, start: int, at: int) -> str:
    """Offset, bytes and text as an HTML table; every mark is escaped and stands in a cell of its own."""
    stop = min(start + ROWS * ROW, len(data))
    marks = byte_marks(data, start, stop)
    hex_rows, text_rows = [], []
    for offset in range(start, stop, ROW):
        cells = range(offset, min(offset + ROW, stop))
        hexes = "".join(_cell(data[i], f"{data[i]:02x}", marks[i - start], i, at) for i in cells)
        texts = "".join(_cell(data[i], html.escape(marks[i - start]), marks[i - start], i, at) for i in cells)
        hex_rows.append(f"<tr><th>{offset:06x}</th>{hexes}</tr>")
        text_rows.append(f"<tr>{texts}</tr>")
    label = f"Bytes {start:,} to {stop - 1:,} in hexadecimal and as text"
    box = f'<div class="hexdump" tabindex="0" role="region" aria-label="{label}">'
    return f"{HEX_STYLE}{box}<table>{''.join(hex_rows)}</table><table>{''.join(text_rows)}</table></div>"


def _cell(byte: int, shown: str, character: str, i: int, at: int) -> str:
    kind = _kind(byte, character)
    here = " here" if i == at else ""
    return f'<td class="{kind}{here}" title="byte {i:,}: {byte} = {byte:08b}"><bdi>{shown}</bdi></td>'


def _kind(byte: int, character: str) -> str:
    """The style of a byte: no UTF-8, part of a longer character, invisible, or plain."""
    if character == UNDECODABLE:
        return "broken"
    if byte >= 0x80:
        return "long"
    return "blank" if byte <= 0x20 or byte == 0x7F else "plain"


@shared(max_entries=24)
def _byte_table(corpus: Corpus) -> pd.DataFrame:
    """All 256 bytes: what each looks like and how often it comes up."""
    counts = byte_counts(corpus.data)
    return pd.DataFrame(
        {
            "value": range(256),
            "next": range(1, 257),
            "byte": [f"0x{value:02x}" for value in range(256)],
            "high": [f"{value >> 4:x}" for value in range(256)],
            "low": [f"{value & 15:x}" for value in range(256)],
            "shows": [mark(chr(value)) if value < 0x80 else f"0x{value:02x}" for value in range(256)],
            "count": counts,
            "share": counts / counts.sum(),
        }
    )
