"""The panels of the rung Math: tokens, five alphabets, the vocabulary's size, maps that forget, Zipf and Heaps."""

from collections.abc import Callable
from functools import partial
from math import log
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import (
    COARSENINGS,
    SCHEMES,
    Alphabet,
    Bill,
    BPEAlphabet,
    ChainRule,
    Coarsening,
    Encoding,
    Heaps,
    Line,
    LossyEncoding,
    Microstates,
    PowerLaw,
    bare_words,
    bill,
    compose,
    entropy_lost,
    fit_bpe,
    fit_line,
    fit_power_law,
    hapax_share,
    heaps,
    held_out_bits,
    learned_bits,
    microstates,
    ranked,
    restoring_bits,
    unigram_bits,
)
from ladder.math.alphabet import number
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, take, to_text
from ladder.ui import knobs
from ladder.ui.cache import alphabet, encoding, identity, shared, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.frame import VOCABULARY_SIZES
from ladder.ui.jobs import run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, plain, token_colour, token_strip, visible
from ladder.ui.undone import pickable_strip, show_undone
from ladder.ui.view import View

T = TypeVar("T")

READ_MOST = 1_500_000  # characters: the panels read no more of a text than this, and say so
QUICK = 200_000  # bytes: above this, what takes several passes over the text is a job
STRIP = 240  # tokens in colour
PASSAGE = 120  # characters that stand side by side
OPENING = 20_000  # characters among which the passage is looked for
BEFORE_AND_AFTER = 240  # characters of a text seen through a map
RANKS = 250  # points of a rank-frequency chart
RADII = (0, 1, 2)  # neighbours on either side


class Priced(NamedTuple):
    """What an alphabet costs: for the part it was learned from, and for a byte of the held-out part."""

    bill: Bill
    held_out: float  # bits/byte, under shares learned from the rest


class Spread(NamedTuple):
    """How the tokens of a text are spread."""

    names: list[str]  # by rank, the commonest only
    n_r: np.ndarray  # counts by rank
    growth: Heaps
    law: PowerLaw | None
    why_no_law: str
    hapaxes: float


# ---------------------------------------------------------------------------------------------- Tokens


@st.fragment
def tokens_panel(view: View) -> None:
    """The text in coloured tokens, whether it comes back, and bits/token x tokens/byte = bits/byte."""
    corpus = _read(view.corpus)
    encoded = _ask(encoding, corpus, view.scheme, view.vocabulary_size)
    if encoded is None:
        return
    if len(encoded.ids) == 0:
        st.info("Nothing of this text is left in this alphabet. Choose a lossless one at the left.")
        return
    bits_per_token = unigram_bits(encoded) / len(encoded.ids)
    per_byte = bits_per_token * encoded.tokens_per_byte
    with st.container(horizontal=True):
        st.metric("pieces V", f"{encoded.vocabulary_size:,}", width="content")
        st.metric("tokens", f"{len(encoded.ids):,}", width="content")
        st.metric(f"{view.lens.unit}/token, unigram", f"{view.lens.scale(bits_per_token):.3f}", width="content")
        st.metric("× tokens/byte", f"{encoded.tokens_per_byte:.4f}", width="content")
        st.metric(f"= {view.lens.unit}/byte", f"{view.lens.scale(per_byte):.3f}", width="content")
    _say_whether_it_comes_back(view, corpus, encoded)

    at = knobs.slider("where", "Where in the text (%)", 0.0, 100.0, 0.0, step=0.1)
    start = round(at / 100 * max(0, len(encoded.ids) - STRIP))
    stop = min(start + STRIP, len(encoded.ids))
    pieces = alphabet(corpus, view.scheme, view.vocabulary_size)
    label = f"Tokens {start + 1:,} to {stop:,} of {len(encoded.ids):,} in the alphabet {SCHEMES[view.scheme].title}"
    undone = "; click it, or walk with the arrows and press Enter, to undo its merges" if view.scheme == "bpe" else ""
    st.caption(f"{label}. Hover or touch a token for its id{undone}.")
    strip = _tokens(view, pieces, encoded, start, stop)
    if isinstance(pieces, BPEAlphabet):
        pickable_strip(pieces, encoded.ids[start:stop].tolist(), strip, label=label, key="tokens-strip")
        show_undone(pieces, encoded.counts)
    else:
        token_strip(strip, label=label)
    amount = partial(view.lens.amount, digits=2)
    explain(
        "tokens",
        formula=(
            rf"{view.lens.tex(bits_per_token, per='token')} \times "
            rf"{encoded.tokens_per_byte:.4f}\,\tfrac{{\text{{tokens}}}}{{\text{{byte}}}} = "
            rf"{view.lens.tex(per_byte, per='byte')}"
        ),
        source=[type(pieces).ids, unigram_bits],
        question="Choose **BPE** and push its vocabulary up. A token will cost more. Will a byte?",
        answer=(
            f"There are more pieces to tell apart, so a token costs more: {amount(bits_per_token)} here, where a byte "
            f"taken alone costs {amount(_bits_per_single_byte(corpus))}. But a token stands for "
            f"{1 / encoded.tokens_per_byte:.2f} bytes, so a byte costs {amount(per_byte)}. Only the last number "
            f"compares "
            "between alphabets; see the panel *Vocabulary*."
        ),
    )


def _say_whether_it_comes_back(view: View, corpus: Corpus, encoded: Encoding) -> None:
    if not isinstance(encoded, LossyEncoding):
        back = _bytes_that_come_back(corpus, view.scheme, view.vocabulary_size)
        mark = "✅" if back == len(corpus.data) else "❌"
        st.markdown(f"{mark} decode(encode(x)) = x: **{back:,} of {len(corpus.data):,} bytes** came back.")
        return
    lost = encoded.lost
    st.markdown(
        f"⚠️ decode(encode(x)) ≠ x: **{lost.total:,} of {len(corpus.text):,} characters** cannot be told from the "
        f"tokens: {lost.between:,} between tokens (white space), {lost.changed:,} capitals and accents, "
        f"{lost.unknown:,} written as [UNK] ({encoded.n_unknown:,} tokens). To write the original again costs "
        f"n·H(surface | token) = **{view.lens.amount(encoded.lost_bits / encoded.n_bytes, per='byte')}** on top."
    )


def _tokens(view: View, pieces: Alphabet, encoded: Encoding, start: int, stop: int) -> list[Token]:
    """The tokens from `start` to `stop`, with what the hover says."""
    made_of = {merge.new: merge for merge in pieces.merges} if isinstance(pieces, BPEAlphabet) else {}
    n = len(encoded.ids)
    tokens = []
    for t in range(start, stop):
        i = int(encoded.ids[t])
        times = int(encoded.counts[i])
        hover = f"id {i:,} · {times:,} times · {view.lens.amount(log(n / times, 2), digits=2)}"
        if i in made_of:
            hover += f" · merge {made_of[i].new - 255:,} = {made_of[i].left:,} + {made_of[i].right:,}"
        text = to_text(encoded.vocabulary[i])
        if isinstance(encoded, LossyEncoding):
            hover += f" · {text} stands for “{visible(encoded.surfaces[t])}”"
            text = text.removeprefix("##") if text.startswith("##") else " " + text
        tokens.append(Token(text, hover, token_colour(i)))
    return tokens


@shared(max_entries=32)
def _bytes_that_come_back(corpus: Corpus, scheme: str, vocabulary_size: int) -> int:
    """How many bytes of decode(encode(x)) stand where they stood."""
    back = np.frombuffer(encoding(corpus, scheme, vocabulary_size).decode(), dtype=np.uint8)
    data = np.frombuffer(corpus.data, dtype=np.uint8)
    shorter = min(len(back), len(data))
    return int((back[:shorter] == data[:shorter]).sum())


@shared(max_entries=32)
def _bits_per_single_byte(corpus: Corpus) -> float:
    encoded = encoding(corpus, "bytes", 256)
    return unigram_bits(encoded) / encoded.n_bytes


# ------------------------------------------------------------------------------------------- Alphabets


@st.fragment
def alphabets_panel(view: View) -> None:
    """The same text, five prices: side by side, with and without the code-book."""
    corpus = _read(view.corpus)
    said = knobs.text(
        "say", "Your own words, in the alphabets of this text", placeholder="leave empty for a line of it"
    )
    passage = said or _passage(corpus.text)
    prices = _quick_or_job("Five alphabets", _priced, corpus, view.vocabulary_size)
    for scheme in SCHEMES.values():
        pieces = _ask(alphabet, corpus, scheme.key, view.vocabulary_size) if prices else None
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


# ------------------------------------------------------------------------------------------ Vocabulary


@st.fragment
def sizes_panel(view: View) -> None:
    """BPE from 256 pieces on: a token costs more and more, a byte less and less, until the code-book bites."""
    corpus = _read(view.corpus)
    bills = _quick_or_job("All vocabulary sizes", _bills_by_size, corpus)
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


# ------------------------------------------------------------------------------------- Coarse-graining


@st.fragment
def coarse_panel(view: View) -> None:
    """Maps that forget, and exactly how many bits: H(X) = H(f(X)) + H(X | f(X))."""
    corpus = _read(view.corpus)
    with st.container(horizontal=True):
        keys = tuple(f.key for f in COARSENINGS.values() if knobs.toggle(f.key, f.title, f.key == "lower"))
    chosen = _map_of(keys)
    loss, states = _losses(corpus, keys)
    left, right = st.columns(2)
    before = corpus.text[:BEFORE_AND_AFTER]
    with left:
        st.caption("before")
        st.code(visible(before).replace("⏎", "\n"), language=None, wrap_lines=True)
    with right:
        st.caption(f"after: {chosen.title}")
        st.code(visible(chosen.apply(before)).replace("⏎", "\n"), language=None, wrap_lines=True)

    table = _forgotten_table(view, corpus, keys)
    share = loss.H_X_given_fX / loss.H_X if loss.H_X else 0.0
    who = "Together they forget" if len(keys) > 1 else f"“{chosen.title}” forgets"
    finding = f"{who} {view.lens.amount(loss.H_X_given_fX, per='character')}, {share:.1%} of all"
    if states.ln_Omega == 0:
        finding = f"“{chosen.title}” forgets nothing of this text"
    show_chart(
        charts.forgotten_bars(table, title=finding, unit=view.lens.unit),
        table,
        key="coarse",
        alt=f"{finding}. Kept: {view.lens.amount(loss.H_fX, per='character')}.",
    )
    n = len(corpus.text)
    if view.lens.shannon:
        st.markdown(
            f"**Shannon**: H(X) = {loss.H_X:.6f} bits, H(f(X)) + H(X | f(X)) = {loss.H_fX:.6f} + "
            f"{loss.H_X_given_fX:.6f} bits; the two sides differ by "
            f"{abs(loss.H_X - loss.H_fX - loss.H_X_given_fX):.0e}."
        )
    if view.lens.boltzmann and states.ln_Omega == 0:
        st.markdown("**Boltzmann**: no other order looks the same: each macrostate is one microstate, Ω = 1.")
    elif view.lens.boltzmann:
        st.markdown(
            f"**Boltzmann**: this text's characters can be ordered so that it looks the same through f in "
            f"10^{states.ln_Omega / log(10):,.0f} ways: that many microstates in one macrostate. ln Ω / n = "
            f"{states.ln_Omega / n:.6f} nats for each of {n:,} characters, where H(X | f(X)) ln 2 = "
            f"{loss.H_X_given_fX * log(2):.6f}; the gap closes as the text grows. Of all strings in its characters "
            f"10^{states.ln_preimages / log(10):,.0f} look like this one."
        )
    if loss.H_place > 0:
        st.markdown(
            f"What is dropped leaves no gap: *where* it stood is lost too, another "
            f"{view.lens.amount(loss.H_place)} for each character of the original."
        )
    _show_restoring(view, corpus, keys)
    scale, H = view.lens.scale, view.lens.letter
    explain(
        "coarse",
        formula=(
            rf"\underbrace{{{scale(loss.H_X):.4f}}}_{{{H}(X)}} = \underbrace{{{scale(loss.H_fX):.4f}}}_{{{H}(f(X))}} + "
            rf"\underbrace{{{scale(loss.H_X_given_fX):.4f}}}_{{{H}(X \mid f(X))}}\ \text{{{view.lens.unit}/character}}"
            rf"\qquad \ln\Omega = {states.ln_Omega:.1f}\ \text{{nats}} = {states.ln_Omega / n:.4f}\,n"
        ),
        source=[entropy_lost, microstates, restoring_bits],
        question="Lower case makes two letters look like one. Does it forget a whole yes-or-no for each letter?",
        answer=_answer_about_case(view, corpus),
    )


def _show_restoring(view: View, corpus: Corpus, keys: tuple[str, ...]) -> None:
    """How much of what is forgotten the neighbours give back."""
    if _losses(corpus, keys)[0].H_X_given_fX == 0:
        return
    bits = _restoring(corpus, keys)
    table = pd.DataFrame(
        {
            "seen": ["the character alone", *(f"and {r} on either side" for r in RADII[1:])],
            "amount": [view.lens.scale(price) for price in bits],
        }
    )
    best = int(np.argmin(bits))
    neighbours = "one coarse neighbour" if RADII[best] == 1 else f"{RADII[best]} coarse neighbours"
    finding = f"With {neighbours} on either side, {1 - bits[best] / bits[0]:.0%} of it comes back"
    if best == 0:
        finding = "The neighbours give nothing of it back"
    described = ", ".join(f"{seen}: {amount:.4f}" for seen, amount in table.itertuples(index=False))
    show_chart(
        charts.restoring_bars(table, title=finding, unit=view.lens.unit),
        table,
        key="restoring",
        alt=f"{finding}. {described} {view.lens.unit} a character.",
    )
    st.caption(
        "What it costs to write the original for someone who holds the coarse text and learns on the way which "
        "character stands where. On a short text a wide window has too little to learn from, and costs more."
    )


def _answer_about_case(view: View, corpus: Corpus) -> str:
    loss, _ = _losses(corpus, ("lower",))
    if loss.H_X_given_fX == 0:
        return "It forgets nothing here: no letter of this text stands both large and small, so f can be undone."
    return (
        f"No: {view.lens.amount(loss.H_X_given_fX)} a character in this text. A yes-or-no would be lost if a "
        f"capital were as likely "
        "as a small letter. Capitals are rare, so being told “small” is hardly news; and after a full stop, even a "
        "capital is none."
    )


def _map_of(keys: tuple[str, ...]) -> Coarsening:
    return compose(COARSENINGS[key] for key in keys)


@shared(max_entries=64)
def _losses(corpus: Corpus, keys: tuple[str, ...]) -> tuple[ChainRule, Microstates]:
    """What the maps forget together: Shannon's and Boltzmann's count."""
    return entropy_lost(corpus.text, _map_of(keys)), microstates(corpus.text, _map_of(keys))


@shared(max_entries=64)
def _restoring(corpus: Corpus, keys: tuple[str, ...]) -> tuple[float, ...]:
    """What it costs to restore the text with 0, 1 and 2 neighbours in view, in bits a character."""
    return tuple(restoring_bits(corpus.text, _map_of(keys), radius=radius) for radius in RADII)


def _forgotten_table(view: View, corpus: Corpus, keys: tuple[str, ...]) -> pd.DataFrame:
    """Each map alone, and the chosen ones together."""
    rows = []
    together = {"together": keys} if len(keys) != 1 else {}
    alone = {f.title: (f.key,) for f in COARSENINGS.values()}
    for name, some in (alone | together).items():
        loss, _ = _losses(corpus, some)
        for order, (part, bits) in enumerate(
            (("kept: H(f(X))", loss.H_fX), ("forgotten: H(X | f(X))", loss.H_X_given_fX))
        ):
            rows.append({"map": name, "part": part, "order": order, "amount": view.lens.scale(bits)})
    return pd.DataFrame(rows)


# -------------------------------------------------------------------------------------- Zipf and Heaps


@st.fragment
def zipf_panel(view: View) -> None:
    """How often tokens occur by rank, and how new ones keep coming."""
    corpus = _read(view.corpus)
    kinds = {"words": "words", "tokens": "tokens of the alphabet"}
    kind = knobs.choice("count", "Count", kinds, "words")
    scheme = view.scheme if kind == "tokens" else ""
    spread = _ask(_spread, corpus, scheme, view.vocabulary_size)
    if spread is None:
        return
    n, V = int(spread.n_r.sum()), len(spread.n_r)
    st.markdown(
        f"**{V:,} distinct among {n:,}**, {spread.hapaxes:.1%} of them seen once (hapax legomena). The commonest: "
        + ", ".join(f"“{plain(name)}”" for name in spread.names[:8])
    )
    points, fits = _rank_tables(spread)
    if spread.law is None:
        finding = f"The commonest occurs {spread.n_r[0]:,} times; there is too little for a law"
        st.caption(f"No power law is fitted: {plain(spread.why_no_law)}.")
    else:
        finding = f"Zipf's exponent is {spread.law.s:.3f} ± {spread.law.s_stderr:.3f} by likelihood"
        if line := _naive(spread):
            finding += f", {-line.exponent:.3f} by a straight line"
    show_chart(charts.rank_frequency(points, fits, title=finding), points, key="zipf", alt=f"{finding}.")
    if spread.law is not None:
        st.caption(
            f"The likelihood fit takes the {spread.law.n_tail:,} with a count of {spread.law.k_min:,} or more, where "
            f"model and counts differ least (Kolmogorov-Smirnov distance {spread.law.distance:.3f}). "
            f"{len(points):,} of {V:,} ranks are drawn, evenly on the log scale."
        )
    _show_growth(spread)
    explain(
        "zipf",
        formula=_zipf_formula(spread.law, spread.growth),
        source=[fit_power_law, heaps],
        question="Read the same text twice as far. Will you have met twice as many words?",
        answer=_growth_answer(spread.growth),
    )


def _show_growth(spread: Spread) -> None:
    growth = spread.growth
    points = pd.DataFrame({"n": growth.n, "V": growth.V})
    curves = [pd.DataFrame({"n": growth.n, "V": growth.V_shuffled, "fit": "the same in random order"})]
    finding = f"After {growth.n[-1]:,} there are {growth.V[-1]:,} distinct ones"
    if growth.fit is not None:
        curves.insert(0, pd.DataFrame({"n": growth.n, "V": growth.fit(growth.n), "fit": "K n^β"}))
        finding = f"Heaps: V grows as {growth.fit.factor:.2f} n^{growth.fit.exponent:.3f}"
    gap = growth.V_shuffled / growth.V - 1
    worst = int(gap.argmax())
    if gap[worst] > 0.02:
        finding += f"; shuffled, {growth.n[worst]:,} tokens would show {gap[worst]:.0%} more: words come in bursts"
    show_chart(
        charts.growth(points, pd.concat(curves), title=finding),
        points.assign(V_shuffled=growth.V_shuffled),
        key="heaps",
        alt=f"{finding}.",
    )


def _zipf_formula(law: PowerLaw | None, growth: Heaps) -> str:
    parts = []
    if law is not None:
        parts.append(
            rf"\hat\alpha = {law.alpha:.3f} \pm {law.alpha_stderr:.3f},\quad "
            rf"s = \frac{{1}}{{\hat\alpha - 1}} = {law.s:.3f} \pm {law.s_stderr:.3f}"
        )
    if growth.fit is not None:
        parts.append(rf"V(n) = {growth.fit.factor:.3f}\,n^{{{growth.fit.exponent:.3f}}}")
    return r" \qquad ".join(parts) or r"n_r = C\,r^{-s}"


def _growth_answer(growth: Heaps) -> str:
    half = int(np.searchsorted(growth.n, growth.n[-1] / 2))
    return (
        f"No. The first {growth.n[half]:,} brought {growth.V[half]:,} distinct ones, all {growth.n[-1]:,} bring "
        f"{growth.V[-1]:,}: {growth.V[-1] / growth.V[half]:.2f} times as many. Old words return, but new ones never "
        "cease, which is why a vocabulary of words is never finished and the others fall back to bytes."
    )


@shared(max_entries=24)
def _spread(corpus: Corpus, scheme: str, vocabulary_size: int) -> Spread:
    """The spread of the tokens of a scheme, or of bare words where none is named."""
    if scheme:
        encoded = encoding(corpus, scheme, vocabulary_size)
        ids, names = encoded.ids, [to_text(piece) for piece in encoded.vocabulary]
    else:
        names, numbers = number(bare_words(corpus.text))
        ids = numbers.astype(np.int32)
    if len(ids) == 0:
        raise ValueError("There are no words in this text. Count the tokens of the alphabet instead.")
    counts = np.bincount(ids)
    by_rank = np.argsort(-counts, kind="stable")[:RANKS]
    law, why = None, ""
    try:
        law = fit_power_law(counts)
    except ValueError as refusal:
        why = str(refusal)
    return Spread([names[i] for i in by_rank], ranked(counts), heaps(ids), law, why, hapax_share(counts))


def _naive(spread: Spread) -> Line | None:
    return fit_line(np.arange(1, len(spread.n_r) + 1), spread.n_r) if len(spread.n_r) > 2 else None


def _rank_tables(spread: Spread) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ranks evenly on a log scale; and the fits along them."""
    V = len(spread.n_r)
    ranks = np.unique(np.geomspace(1, V, RANKS).round().astype(int))
    names = [visible(spread.names[r - 1], spaces=True)[:40] if r <= len(spread.names) else "…" for r in ranks]
    points = pd.DataFrame({"rank": ranks, "count": spread.n_r[ranks - 1], "token": names})
    fits = []
    if spread.law is not None:
        k = np.unique(np.geomspace(spread.law.k_min, spread.n_r[0], 60).round().astype(int))
        rank = spread.law.rank(k)
        drawn = rank >= 1
        fits.append(pd.DataFrame({"rank": rank[drawn], "count": k[drawn], "fit": "likelihood"}))
        if line := _naive(spread):
            fits.append(pd.DataFrame({"rank": ranks, "count": line(ranks), "fit": "straight line (naive)"}))
    return points, pd.concat(fits) if fits else pd.DataFrame({"rank": [], "count": [], "fit": []})


# -------------------------------------------------------------------------------------------- together


def _read(corpus: Corpus) -> Corpus:
    """What the panels read of a corpus; says so where it is not all."""
    part = _first_part(corpus)
    if len(part.text) < len(corpus.text):
        st.caption(f"This page reads the first {len(part.text):,} of {len(corpus.text):,} characters.")
    return part


@shared(max_entries=24)
def _first_part(corpus: Corpus) -> Corpus:
    n = len(corpus.text)
    return corpus if n <= READ_MOST else take(corpus, stop=READ_MOST / n)


def _ask(compute: Callable[..., T], *arguments: Any) -> T | None:
    """The result, or None after the sentence that says why there is none."""
    try:
        return compute(*arguments)
    except (ValueError, FileNotFoundError) as refusal:
        st.info(plain(str(refusal.args[0])))
        return None


def _quick_or_job(title: str, compute: Callable[..., T], corpus: Corpus, *settings: Any) -> T | None:
    """The result at once for a short text, in a job for a long one; None while there is none."""
    if len(corpus.data) <= QUICK:
        return _ask(compute, corpus, *settings)
    return run_job((title, identity(corpus), *settings), title, lambda progress: compute(corpus, *settings))
