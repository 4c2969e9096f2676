"""What the chosen slice does to every price."""

import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.reality import Corpus, yardsticks
from ladder.reality.slices import documents_of
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.reality import ask, bounded, entropies_of, first_words_of, said, yardsticks_of
from ladder.ui.show import show_chart
from ladder.ui.view import View

MOST_DOCUMENTS = 2_000


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
    for of, corpus in (("slice", bounded(part)), ("whole", bounded(whole, say=False))):
        orders = ask(entropies_of, corpus, title=f"Entropies of the {of}")
        packed = ask(yardsticks_of, corpus, False, title=f"Compressors on the {of}")
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
        alt=f"{title}. {said(table.assign(row=table.name + ' ' + table.of), 'row', 'price')}",
    )
    documents = _documents(whole)
    if len(whole.documents) > MOST_DOCUMENTS:
        st.caption(f"The first {MOST_DOCUMENTS:,} of {len(whole.documents):,} documents:")
    st.dataframe(
        documents.assign(
            begins=documents.begins.map(first_words_of),
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
