"""The vocabulary's size: a token costs more and more, a byte less and less, until the code-book bites."""

import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import Bill, BPEAlphabet, bill, fit_bpe
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.frame import VOCABULARY_SIZES
from ladder.ui.math import quick_or_job, read
from ladder.ui.show import show_chart
from ladder.ui.view import View


@st.fragment
def sizes_panel(view: View) -> None:
    """BPE from 256 pieces on: a token costs more and more, a byte less and less, until the code-book bites."""
    corpus = read(view.corpus)
    bills = quick_or_job("All vocabulary sizes", _bills_by_size, corpus)
    if bills is None:
        return
    if len(bills) < 2:
        st.info("No pair of bytes occurs twice within a word here, so BPE has nothing to merge. Choose a longer text.")
        return
    scale, unit = view.lens.scale, view.lens.unit
    first, last = bills[0], bills[-1]
    best = min(bills, key=lambda paid: paid.total)
    chosen = min(view.vocabulary_size, last.V)
    token = pd.DataFrame(
        [{"V": paid.V, "quantity": "a token", "value": scale(paid.learned / paid.n_tokens)} for paid in bills]
    )
    byte = pd.DataFrame(
        [
            {"V": paid.V, "quantity": quantity, "value": scale(bits / paid.n_bytes)}
            for paid in bills
            for quantity, bits in (("a byte", paid.learned), ("a byte, code-book paid", paid.total))
        ]
    )
    of_token = (
        f"From {first.V:,} to {last.V:,} pieces a token's price goes from "
        f"{scale(first.learned / first.n_tokens):.2f} to {scale(last.learned / last.n_tokens):.2f} {unit}"
    )
    of_byte = (
        f"… and a byte's from {scale(first.learned / first.n_bytes):.2f} to {scale(last.learned / last.n_bytes):.2f}; "
        f"with its code-book V = {best.V:,} is cheapest"
    )
    for key, table, finding, per, colours in (
        ("sizes-token", token, of_token, "token", charts.TOKEN_COLOUR),
        ("sizes-byte", byte, of_byte, "byte", charts.BYTE_COLOURS),
    ):
        chart = charts.size_curves(table, title=finding, y=f"{unit} per {per}", chosen=chosen, colours=colours)
        show_chart(chart, table, key=key, alt=f"{finding}.")
    st.caption("The dashed line is the vocabulary chosen at the left. Shares of tokens are learned while reading.")
    explain(
        "sizes",
        formula=(
            rf"V = {best.V}:\quad {scale(best.learned / best.n_tokens):.3f} \times "
            rf"\frac{{{best.n_tokens}}}{{{best.n_bytes}}} + \frac{{{scale(best.codebook):.0f}}}{{{best.n_bytes}}} = "
            rf"{view.lens.tex(best.total / best.n_bytes, per='byte')}"
        ),
        source=[fit_bpe, BPEAlphabet.first, codebook_bits],
        question="If a larger vocabulary makes each byte cheaper, why not take all the text as one piece?",
        answer=(
            f"Because the code-book must be handed over too. The last step here, to {last.V:,} pieces, brings the code-"
            f"book to {view.lens.amount(last.codebook / last.n_bytes)} for each byte of the text, and the "
            f"cheapest of all is "
            f"V = {best.V:,}. Whoever quotes a price per token, or hides the code-book, can always win."
        ),
    )


@shared(max_entries=16)
def _bills_by_size(corpus: Corpus) -> tuple[Bill, ...]:
    """The bill of BPE at each size of the knob that the text fills."""
    largest = fit_bpe(corpus.text, vocabulary_size=max(VOCABULARY_SIZES))
    sizes = sorted({min(size, len(largest.vocabulary)) for size in VOCABULARY_SIZES})
    alphabets = [largest.first(size) for size in sizes]
    return tuple(bill(pieces, pieces.encode(corpus.text)) for pieces in alphabets)
