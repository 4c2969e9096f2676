"""One text, five alphabets: what each costs, with and without its code-book."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import SCHEMES, Bill, Encoding, LossyEncoding, bill, held_out_bits, learned_bits
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, to_text
from ladder.ui import knobs
from ladder.ui.cache import alphabet, shared, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.math import ask, quick_or_job, read
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, token_colour, token_strip
from ladder.ui.view import View

PASSAGE = 120  # characters that stand side by side
OPENING = 20_000  # characters among which the passage is looked for


class Priced(NamedTuple):
    """What an alphabet costs: for the part it was learned from, and for a byte of the held-out part."""

    bill: Bill
    held_out: float  # bits/byte, under shares learned from the rest


@st.fragment
def alphabets_panel(view: View) -> None:
    """The same text, five prices: side by side, with and without the code-book."""
    corpus = read(view.corpus)
    said = knobs.text(
        "say", "Your own words, in the alphabets of this text", placeholder="leave empty for a line of it"
    )
    passage = said or _passage(corpus.text)
    prices = quick_or_job("Five alphabets", _priced, corpus, view.vocabulary_size)
    for scheme in SCHEMES.values():
        pieces = ask(alphabet, corpus, scheme.key, view.vocabulary_size) if prices else None
        if pieces is None:
            continue
        encoded = pieces.encode(passage)
        label = f"{scheme.title}: {len(encoded.ids):,} tokens for {encoded.n_bytes:,} bytes"
        st.caption(f"**{scheme.title}**, {scheme.description}: {len(encoded.ids):,} tokens")
        token_strip(_passage_tokens(encoded), label=label)
    if not prices:
        return
    paid_for = knobs.toggle("book", "Pay for the code-book", True)
    table = _price_table(view, prices, paid_for)
    cheapest = min(prices, key=lambda priced: priced.bill.total)
    unpaid = min(prices, key=lambda priced: priced.bill.learned + priced.bill.lost)
    finding = f"Code-book paid, {_named(view, cheapest, cheapest.bill.total)} is cheapest"
    if unpaid.bill.scheme != cheapest.bill.scheme:
        finding += f"; unpaid, {_named(view, unpaid, unpaid.bill.learned + unpaid.bill.lost)}"
    described = "; ".join(
        f"{SCHEMES[p.bill.scheme].title} {view.lens.scale(p.bill.total / p.bill.n_bytes):.3f}" for p in prices
    )
    show_chart(
        charts.price_bars(table, title=finding, unit=view.lens.unit),
        table,
        key="prices",
        alt=f"{finding}. In {view.lens.unit} per byte, all paid: {described}.",
    )
    st.caption(
        "Bars: the training part from nothing, the shares of its tokens learned on the way. Orange ticks: a byte of "
        "the held-out part, for who holds alphabet and shares already."
    )
    st.dataframe(_bill_table(view, prices), hide_index=True, key="bills")
    mine = next((p.bill for p in prices if p.bill.scheme == view.scheme), prices[0].bill)
    scale = view.lens.scale
    explain(
        "alphabets",
        formula=(
            rf"\underbrace{{{scale(mine.learned):.0f}}}_{{\text{{tokens}}}} + "
            rf"\underbrace{{{scale(mine.lost):.0f}}}_{{\text{{lost}}}} + "
            rf"\underbrace{{{scale(mine.codebook):.0f}}}_{{\text{{code-book}}}} = "
            rf"{view.lens.tex(mine.total, digits=0)} = "
            rf"{scale(mine.total / mine.n_bytes):.4f} \times {mine.n_bytes}\ \text{{bytes}}"
        ),
        source=[learned_bits, codebook_bits, held_out_bits],
        question="A word costs more than a letter. Which alphabet makes the whole text cheapest, and which only "
        "as long as nobody asks for its dictionary?",
        answer=f"{finding}. A dictionary is paid once, a token every time: the longer the text, the larger the "
        "dictionary that pays. Take a tenth of the text with the slice at the left and see the order change.",
    )


@shared(max_entries=16)
def _priced(corpus: Corpus, vocabulary_size: int) -> tuple[Priced, ...]:
    """The bill of each alphabet that there is."""
    prices = []
    for scheme in SCHEMES:
        try:
            train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
        except FileNotFoundError:  # WordPiece's package is not installed
            continue
        bits = held_out_bits(train, held_out)
        if isinstance(held_out, LossyEncoding):
            bits += held_out.lost_bits
        paid = bill(train_alphabet(corpus, scheme, vocabulary_size), train)
        prices.append(Priced(paid, bits / held_out.n_bytes))
    return tuple(prices)


def _passage(text: str) -> str:
    """The longest line near the start, where there is one."""
    return max(text[:OPENING].splitlines(), key=len)[:PASSAGE].strip() or text[:PASSAGE]


def _passage_tokens(encoded: Encoding) -> list[Token]:
    tokens = []
    for i in encoded.ids.tolist():
        text = to_text(encoded.vocabulary[i])
        if isinstance(encoded, LossyEncoding):
            text = text.removeprefix("##") if text.startswith("##") else " " + text
        tokens.append(Token(text, f"id {i:,}", token_colour(i)))
    return tokens


def _named(view: View, priced: Priced, bits: float) -> str:
    price = view.lens.amount(bits / priced.bill.n_bytes, per="byte")
    return f"{SCHEMES[priced.bill.scheme].title} ({price})"


def _price_table(view: View, prices: tuple[Priced, ...], paid_for: bool) -> pd.DataFrame:
    rows = []
    for priced in prices:
        paid = priced.bill
        parts = (("tokens", paid.learned), ("what was lost", paid.lost), ("code-book", paid.codebook))
        for order, (part, bits) in enumerate(parts if paid_for else parts[:2]):
            rows.append(
                {
                    "alphabet": SCHEMES[paid.scheme].title,
                    "part": part,
                    "order": order,
                    "price": view.lens.scale(bits / paid.n_bytes),
                    "held_out": view.lens.scale(priced.held_out),
                }
            )
    return pd.DataFrame(rows)


def _bill_table(view: View, prices: tuple[Priced, ...]) -> pd.DataFrame:
    unit = view.lens.unit
    rows = []
    for paid, held_out in prices:
        n = max(paid.n_tokens, 1)
        rows.append(
            {
                "alphabet": SCHEMES[paid.scheme].title,
                "V": f"{paid.V:,}",
                "tokens": f"{paid.n_tokens:,}",
                "tokens/byte": f"{paid.tokens_per_byte:.4f}",
                f"{unit}/token uniform": f"{view.lens.scale(paid.uniform / n):.3f}",
                f"{unit}/token unigram": f"{view.lens.scale(paid.unigram / n):.3f}",
                f"{unit}/byte uniform": f"{view.lens.scale(paid.uniform / paid.n_bytes):.3f}",
                f"{unit}/byte unigram": f"{view.lens.scale(paid.unigram / paid.n_bytes):.3f}",
                f"{unit}/byte lost": f"{view.lens.scale(paid.lost / paid.n_bytes):.3f}",
                f"{unit}/byte code-book": f"{view.lens.scale(paid.codebook / paid.n_bytes):.3f}",
                f"{unit}/byte held out": f"{view.lens.scale(held_out):.3f}",
            }
        )
    return pd.DataFrame(rows)
