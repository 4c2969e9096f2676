"""What five compressors make of the text, beside its entropies."""

from math import log2

import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.reality import yardsticks
from ladder.reality.orders import HELD_OUT_NAME
from ladder.ui import knobs
from ladder.ui.explain import explain
from ladder.ui.reality import ask, bounded, entropies_of, said, shares_of, true_rate, yardsticks_of
from ladder.ui.show import show_chart
from ladder.ui.view import View


@st.fragment
def compressors_panel(view: View) -> None:
    """What five compressors make of the text, beside its entropies."""
    held_out = knobs.toggle("given", "Let them read the first nine tenths, and price only the last tenth")
    corpus = bounded(view.corpus)
    if held_out and len(corpus.text) < 2:
        st.info("A text of one character has no last tenth. Switch the toggle off.")
        return
    packed = ask(yardsticks_of, corpus, held_out, title="Compressors")
    orders = ask(entropies_of, corpus, title="Entropies")
    if packed is None or orders is None:
        return
    in_use = int((shares_of(corpus) > 0).sum())
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
    truth = true_rate(view)
    title = f"{best.compressor} does best: {view.lens.amount(best.bits_per_byte, per='byte')}"
    chart = charts.price_bars(
        table, title=title, unit=view.lens.unit, truth=None if truth is None else view.lens.scale(truth)
    )
    show_chart(chart, table, key="compressors", alt=f"{title}. {said(table, 'name', 'price')}")
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
