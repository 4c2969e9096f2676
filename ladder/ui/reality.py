"""The panels of the rung Reality: bytes, entropies, compressors, along the file, the slice, what is missing."""

import html
from collections import Counter
from collections.abc import Callable
from math import log2
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.lenses import boltzmann_entropy, log_multiplicity, nats_to_bits
from ladder.reality import SAMPLES, Corpus, load_sample, split, to_bytes, to_text, yardsticks
from ladder.reality.along import entropy_along, surprise_along
from ladder.reality.bias import chao_shen, coverage, grassberger, miller_madow, plug_in
from ladder.reality.contrast import letters, log_odds, missing, words
from ladder.reality.hexdump import CONTINUED, ROW, UNDECODABLE, byte_marks, mark
from ladder.reality.orders import HELD_OUT_NAME, LEAST_COVERAGE, count, entropies, held_out_surprisals
from ladder.reality.slices import byte_shares, documents_of
from ladder.reality.yardsticks import MOST_BYTES
from ladder.ui import knobs
from ladder.ui.cache import identity, shared
from ladder.ui.explain import explain
from ladder.ui.jobs import run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

T = TypeVar("T")

QUICK = 2_000_000  # bytes: a larger text is measured in a job
ROWS = 12  # of sixteen bytes
WINDOWS = tuple(1 << k for k in range(4, 21))
MOST_PLACES = 500  # windows along the file, or the chart would be a smear
READ = 400  # bytes of a window that are shown
MOST_DOCUMENTS = 2_000
MOST_COMPARED = 2_000_000  # characters of each text whose words are counted
TYPICAL = 12  # pieces for each side
MOST_ABSENT = 200
PIECES = {"letters": "letters", "words": "words"}


# ---------------------------------------------------------------------------------------------- Bytes


@st.fragment
def bytes_panel(view: View) -> None:
    """Bytes, hex and text side by side, and how often each byte comes up."""
    data, shares = view.corpus.data, _shares(view.corpus)
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


@shared(max_entries=24)
def _shares(corpus: Corpus) -> np.ndarray:
    return byte_shares(corpus.data)


@shared(max_entries=24)
def _byte_table(corpus: Corpus) -> pd.DataFrame:
    """All 256 bytes: what each looks like and how often it comes up."""
    counts = _byte_counts(corpus.data)
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


def _byte_counts(data: bytes) -> np.ndarray:
    return np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256)


# ---------------------------------------------------------------------------------------------- Entropy


@st.fragment
def entropy_panel(view: View) -> None:
    """H_0, H_1 and H_2, five estimates of each, with what can be known about their errors."""
    corpus = _bounded(view.corpus)
    table = _ask(_entropies, corpus, title="Entropies")
    if table is None:
        return
    truth = _truth(view)
    shown = table.assign(
        row=[f"{view.lens.letter}{row.order} · {row.estimator}" for row in table.itertuples()],
        value=table.bits.map(view.lens.scale),
        low=table.low.map(view.lens.scale),
        high=table.high.map(view.lens.scale),
    )
    last = int(table.order.max())
    of_last = table[table.order == last].set_index("estimator").bits
    title = _between(view, last, of_last)
    chart = charts.estimates(
        shown, title=title, unit=view.lens.unit, truth=None if truth is None else view.lens.scale(truth)
    )
    show_chart(chart, shown, key="entropy", alt=f"{title}. {_said(shown, 'row', 'value')}")
    if truth is not None:
        st.markdown(
            f"The green line is the true entropy rate of this source, "
            f"**{view.lens.amount(truth, per='byte', digits=4)}**. "
            "No order falls below it but by chance; an order reaches it once it looks back as far as the source does."
        )
    if not table.trusted.all():
        thin = table[~table.trusted]
        st.info(
            f"Hollow points: only {thin.coverage.min():.0%} of the next runs of bytes have come up before (Good and "
            f"Turing), "
            f"less than {LEAST_COVERAGE:.0%}. The text is too short for that order: believe the two sides, no point "
            f"between."
        )
    if view.lens.boltzmann:
        _microstates(view)
    counts = _byte_counts(corpus.data)
    n, K = int(counts.sum()), int((counts > 0).sum())
    letter, per_bit = view.lens.letter, r" \ln 2" if view.lens.shannon else ""
    explain(
        "entropy",
        formula=rf"\hat {letter}_{{MM}} = -\sum_i \frac{{n_i}}{{n}} {view.lens.tex_log} \frac{{n_i}}{{n}} + "
        rf"\frac{{K - 1}}{{2 n{per_bit}}} = {view.lens.scale(plug_in(counts)):.4f} + "
        rf"\frac{{{K} - 1}}{{2 \cdot {n}{per_bit}}} = {view.lens.tex(miller_madow(counts), per='byte')}",
        source=[entropies, count, plug_in, miller_madow, grassberger, chao_shen, coverage, held_out_surprisals],
        question="You estimate the entropy of a fair die from six throws by putting shares for chances. Too low or "
        "too high?",
        answer="Too low, nearly always: six throws seldom show all six faces equally often, and what did not come up "
        "counts "
        "as impossible. The plug-in is too low on average, for every source. The price of held-out text is too high on "
        "average, since nobody codes better than with the true chances. So the truth lies between.",
    )


def _between(view: View, order: int, bits: pd.Series) -> str:
    """What is known of H_k from below, by the plug-in, and from above, by the held-out part."""
    below, H = view.lens.amount(bits["plug-in"]), f"{view.lens.letter}{order}"
    if HELD_OUT_NAME not in bits:
        return f"{H} is at least about {below} per byte; the text is too short to hold a part out"
    above = view.lens.amount(bits[HELD_OUT_NAME])
    if bits[HELD_OUT_NAME] < bits["plug-in"]:
        return f"The last tenth is cheaper than the whole: {H} is {above} per byte there, {below} overall"
    return f"{H} lies between {below} and {above} per byte"


def _microstates(view: View) -> None:
    """Boltzmann's road to the same number: in how many orders could these very bytes stand?"""
    counts = _byte_counts(view.corpus.data)
    n = int(counts.sum())
    log_omega = log_multiplicity(counts)
    by_shannon = n * float(boltzmann_entropy(counts / n))
    with st.container(horizontal=True):
        st.metric("ln Ω, nats", f"{log_omega:,.1f}", width="content")
        st.metric("n S(p), nats", f"{by_shannon:,.1f}", width="content")
        st.metric("difference, nats/byte", f"{(by_shannon - log_omega) / n:.6f}", width="content")
    st.markdown(
        f"These {n:,} bytes can stand in Ω = n! / ∏ nᵢ! different orders, one of which is this text. Per byte, ln Ω "
        f"falls "
        f"short of Shannon's entropy by {(by_shannon - log_omega) / n:.2g} nats, and by ever less the longer the text."
    )


@shared(max_entries=24)
def _entropies(corpus: Corpus) -> pd.DataFrame:
    return entropies(corpus.data)


# ---------------------------------------------------------------------------------------------- Compressors


@st.fragment
def compressors_panel(view: View) -> None:
    """What five compressors make of the text, beside its entropies."""
    held_out = knobs.toggle("given", "Let them read the first nine tenths, and price only the last tenth")
    corpus = _bounded(view.corpus)
    if held_out and len(corpus.text) < 2:
        st.info("A text of one character has no last tenth. Switch the toggle off.")
        return
    packed = _ask(_yardsticks, corpus, held_out, title="Compressors")
    orders = _ask(_entropies, corpus, title="Entropies")
    if packed is None or orders is None:
        return
    in_use = int((_shares(corpus) > 0).sum())
    rows = [("a byte", "alphabet", 8.0, "before anything is known")]
    rows.append((f"{view.lens.log} of {in_use} in use", "alphabet", log2(in_use), "which bytes there are"))
    estimator = HELD_OUT_NAME if held_out else "plug-in"
    for row in orders[orders.estimator == estimator].itertuples():
        rows.append(
            (f"{view.lens.letter}{row.order}, {estimator}", "order", row.bits, "the table of counts is not paid")
        )
    best = packed.loc[packed.bits_per_byte.idxmin()]
    for row in packed.sort_values("bits_per_byte", ascending=False).itertuples():
        rows.append((row.compressor, "compressor", row.bits_per_byte, f"{row.bytes:,} bytes in {row.seconds:.2f} s"))
    table = pd.DataFrame(rows, columns=["name", "kind", "bits", "note"])
    table["price"] = table.bits.map(view.lens.scale)
    table["label"] = table.price.map("{:.3f}".format)
    truth = _truth(view)
    title = f"{best.compressor} does best: {view.lens.amount(best.bits_per_byte, per='byte')}"
    chart = charts.price_bars(
        table, title=title, unit=view.lens.unit, truth=None if truth is None else view.lens.scale(truth)
    )
    show_chart(chart, table, key="compressors", alt=f"{title}. {_said(table, 'name', 'price')}")
    if (packed.bits_per_byte > 8).any():
        st.info(
            "Some files grew: a compressed file has a head and a tail of its own, and this text is too short to "
            "repay them."
        )
    if truth is not None:
        st.markdown(
            f"The dashed line is the true entropy rate, **{view.lens.amount(truth, per='byte', digits=4)}**: in the "
            f"long run no "
            "compressor gets below it."
        )
    size = int(packed.attrs["measured"])
    eight, H2 = "8" if view.lens.shannon else r"8 \ln 2", f"{view.lens.letter}2"
    explain(
        "compressors",
        formula=rf"{eight} \cdot \frac{{\text{{compressed}}}}{{\text{{original}}}} = {eight} \cdot "
        rf"\frac{{{int(best['bytes'])}}}{{{size}}} = {view.lens.tex(best.bits_per_byte, per='byte')}",
        source=[yardsticks],
        question=f"{H2} is often lower than every compressor. Have the compressors failed?",
        answer=f"No. {H2} as a plug-in has seen the very text that it prices and pays nothing for its table of "
        f"counts; a "
        "compressor must put all that it needs into the file. Switch the toggle on: then both sides learn from the "
        "first "
        "nine tenths, and the best compressor is usually ahead, since it looks back further than two bytes.",
    )


@shared(max_entries=24)
def _yardsticks(corpus: Corpus, held_out: bool) -> pd.DataFrame:
    if not held_out:
        return yardsticks(corpus.data)
    parts = split(corpus)
    return yardsticks(to_bytes(parts.held_out), given=to_bytes(parts.train))


# ---------------------------------------------------------------------------------------------- Along the file


@st.fragment
def along_panel(view: View) -> None:
    """The price of a byte in a window that slides over the file; a click reads the text there."""
    corpus = _bounded(view.corpus)
    n = len(corpus.data)
    measure = knobs.choice("measure", "Measure", {"entropy": "entropy", "surprise": "surprise"}, "entropy")
    wanted = knobs.slider_of("window", "Window (bytes)", WINDOWS, 2048)
    window = min(max(wanted, n // MOST_PLACES), n)
    if window != wanted:
        st.caption(f"A text of {n:,} bytes is read in windows of {window:,}.")
    place = min(
        int(knobs.number("place", "Read at byte (or click in the chart)", 0, MOST_BYTES * 5, 0, step=window)), n - 1
    )
    table = _ask(_along, corpus, measure, window, title="Along the file")
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


# ---------------------------------------------------------------------------------------------- The slice


@st.fragment
def slice_panel(view: View) -> None:
    """Which documents there are, and what the chosen slice does to every price."""
    whole, part = view.whole, view.corpus
    st.markdown(
        "A corpus is a slice of the world that somebody has cut. Cut again: **Slice** at the left takes documents by "
        "number "
        "and a stretch of them, and every page then speaks of that slice alone."
    )
    if part.data == whole.data:
        st.info("The slice is the whole text so far. Choose documents or a stretch at the left, and the bars part.")
    rows = []
    for of, corpus in (("slice", _bounded(part)), ("whole", _bounded(whole, say=False))):
        orders = _ask(_entropies, corpus, title=f"Entropies of the {of}")
        packed = _ask(_yardsticks, corpus, False, title=f"Compressors on the {of}")
        if orders is None or packed is None:
            return
        rows += [
            (f"{view.lens.letter}{row.order}", of, row.bits)
            for row in orders[orders.estimator == "Miller-Madow"].itertuples()
        ]
        rows += [(row.compressor, of, row.bits_per_byte) for row in packed.itertuples()]
    table = pd.DataFrame(rows, columns=["name", "of", "bits"])
    table["price"] = table.bits.map(view.lens.scale)
    best = table[table.name == "PPMd"].set_index("of").bits
    change = best["slice"] - best["whole"]
    share = len(part.data) / len(whole.data)
    moves = (
        f"costs {view.lens.amount(abs(change))} {'more' if change > 0 else 'less'} a byte"
        if change
        else "costs the same"
    )
    title = f"The slice, {share:.1%} of the text, {moves} under PPMd"
    show_chart(
        charts.slice_and_whole(table, title=title, unit=view.lens.unit),
        table,
        key="slice",
        alt=f"{title}. {_said(table.assign(row=table.name + ' ' + table.of), 'row', 'price')}",
    )
    documents = _documents(whole)
    if len(whole.documents) > MOST_DOCUMENTS:
        st.caption(f"The first {MOST_DOCUMENTS:,} of {len(whole.documents):,} documents:")
    st.dataframe(
        documents.assign(
            begins=documents.begins.map(_first_words_of),
            bits=documents.bits.map(view.lens.scale),
            divergence=documents.divergence.map(view.lens.scale),
        ),
        hide_index=True,
        height=320,
        column_config={
            "number": st.column_config.NumberColumn("no.", help="what Slice at the left asks for"),
            "bits": st.column_config.NumberColumn(f"{view.lens.letter}0, {view.lens.unit}/byte", format="%.3f"),
            "divergence": st.column_config.NumberColumn(
                "KL to the whole", format="%.4f", help=f"{view.lens.unit}/byte: the larger, the odder among the others"
            ),
            "begins": "it begins",
        },
    )
    oddest = documents.loc[documents.divergence.idxmax()]
    explain(
        "slice",
        formula=rf"KL(d\,\|\,\text{{whole}}) = \sum_i p_i {view.lens.tex_log} \frac{{p_i}}{{q_i}} = "
        rf"{view.lens.tex(oddest.divergence, per='byte')}\ \text{{for document {int(oddest.number)}, the oddest}}",
        source=[documents_of, yardsticks],
        question="Take one document alone. Will its bytes get cheaper, since it is more of one kind, or dearer?",
        answer=f"{view.lens.letter}0 mostly falls, since one document is more of one kind. The compressors mostly "
        f"get dearer: they "
        "learn while they "
        "read, and a short text ends before they have learned much.",
    )


@shared(max_entries=24)
def _documents(corpus: Corpus) -> pd.DataFrame:
    return documents_of(corpus, most=MOST_DOCUMENTS)


# ---------------------------------------------------------------------------------------------- What is missing


@st.fragment
def missing_panel(view: View) -> None:
    """What this text says more often than another one, and what it never says."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        other = knobs.choice(
            "other", "Compared with", {key: sample.title for key, sample in SAMPLES.items()}, "shakespeare"
        )
        kind = knobs.choice("pieces", "Pieces", PIECES, "words")
    if other == view.reference:
        st.info("A text lacks nothing that it has itself. Choose another one to compare with.")
        return
    try:
        there_corpus = _sample(other)
    except ValueError as refusal:
        st.warning(str(refusal))
        return
    if max(len(view.corpus.text), len(there_corpus.text)) > MOST_COMPARED:
        st.caption(f"Of each text the first {MOST_COMPARED:,} characters are compared.")
    here, there = _bag(view.corpus, kind), _bag(there_corpus, kind)
    try:
        table = _contrast(view.corpus, there_corpus, kind)
    except ValueError as refusal:
        st.info(str(refusal))
        return
    here_name, there_name = _short(view.corpus.name), _short(SAMPLES[other].title)
    typical = pd.concat([table[table.z > 0].head(TYPICAL), table[table.z < 0].tail(TYPICAL)])
    typical = typical.assign(
        shows=typical.piece.map(_shows), side=np.where(typical.z > 0, f"more in {here_name}", f"more in {there_name}")
    )
    lead = ", ".join(f"“{shows}”" for shows in typical[typical.z > 0].head(3).shows) or "nothing"
    title = f"Most typical of {here_name}: {lead}"
    show_chart(
        charts.contrast_bars(typical, title=title),
        typical,
        key="contrast",
        alt=f"{title}. {_said(typical, 'shows', 'z')}",
    )
    absent = missing(here, there)
    if absent.empty:
        st.markdown(f"All {kind} of {plain(there_name)} come up here too.")
    else:
        by_chance = int((absent.chance > 0.05).sum())
        st.markdown(
            f"**{len(absent):,} of {len(there):,}** different {kind} of {plain(there_name)} never come up here. For "
            f"{by_chance:,} of "
            f"them chance is reason enough (5 %): a text of this length would often miss them anyway. The other "
            f"{len(absent) - by_chance:,} were left out by something else."
        )
        st.dataframe(
            absent.head(MOST_ABSENT).assign(piece=[_shows(piece) for piece in absent.piece.head(MOST_ABSENT)]),
            hide_index=True,
            height=300,
            column_config={
                "piece": kind[:-1],
                "there": "times there",
                "expected": st.column_config.NumberColumn("expected here", format="%.2f"),
                "chance": st.column_config.NumberColumn("chance to be absent", format="%.2g"),
            },
        )
    first = table.iloc[0]
    explain(
        "missing",
        formula=rf"z = \frac{{\delta}}{{\sqrt{{\frac{{1}}{{y + \alpha}} + \frac{{1}}{{y' + \alpha}}}}}}, \quad y = "
        rf"{first.here},\; "
        rf"y' = {first.there},\; \delta = {view.lens.tex(float(nats_to_bits(first.delta)), digits=3)}, \quad z = "
        rf"{first.z:.2f}",
        source=[log_odds, missing, letters, words],
        question="A word comes up once here and never there. Another comes up 300 times here and 100 times there, in "
        "texts of "
        "one length. Which one is more typical of this text?",
        answer="The second. The ratio of the first is infinite, but one occurrence is no evidence. z weighs the ratio "
        "by its standard error, and the prior keeps rare pieces from shouting.",
    )


@shared(max_entries=len(SAMPLES))
def _sample(key: str) -> Corpus:
    return load_sample(key)


@shared(max_entries=32)
def _bag(corpus: Corpus, kind: str) -> Counter[str]:
    return (letters if kind == "letters" else words)(corpus.text[:MOST_COMPARED])


@shared(max_entries=32)
def _contrast(corpus: Corpus, other: Corpus, kind: str) -> pd.DataFrame:
    return log_odds(_bag(corpus, kind), _bag(other, kind))


def _shows(piece: str) -> str:
    return mark(piece) if len(piece) == 1 else visible(piece[:40])


# ---------------------------------------------------------------------------------------------- what they share


def _ask(function: Callable[..., T], corpus: Corpus, *settings: Any, title: str) -> T | None:
    """What a cached function returns: at once for a short text, from a job for a long one, until then None."""
    if len(corpus.data) <= QUICK:
        return function(corpus, *settings)
    key = ("reality", function.__name__, *identity(corpus), *settings)
    return run_job(key, title, lambda progress: function(corpus, *settings))


def _bounded(corpus: Corpus, *, say: bool = True) -> Corpus:
    """The text, or its first 20 MB where it has more."""
    if len(corpus.data) <= MOST_BYTES:
        return corpus
    if say:
        st.caption(f"Measured on the first {MOST_BYTES:,} of {len(corpus.data):,} bytes.")
    return _first_part(corpus)


@shared(max_entries=4)
def _first_part(corpus: Corpus) -> Corpus:
    return Corpus.of(corpus.name, to_text(corpus.data[:MOST_BYTES]))


def _truth(view: View) -> float | None:
    """The source's entropy rate in bits/byte, where it is known."""
    sample = SAMPLES.get(view.reference)
    return sample.true_entropy_rate if sample else None


def _said(table: pd.DataFrame, name: str, value: str) -> str:
    """A table in words, for those who cannot see the chart."""
    return "; ".join(f"{label}: {number:.3f}" for label, number in zip(table[name], table[value], strict=True))


def _short(name: str) -> str:
    return visible(name if len(name) <= 24 else name[:23] + "…")


def _first_words(data: bytes) -> str:
    return _first_words_of(to_text(data))


def _first_words_of(text: str) -> str:
    return visible(" ".join(text.split())[:80])
