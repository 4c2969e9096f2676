"""Math in depth: a token undone to its bytes, the price while merging, two cuts compared, the language tax."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import SCHEMES, Alphabet, Bill, BPEAlphabet, Encoding, bill, codebook_bits, fit_alphabet, fit_bpe
from ladder.math.undo import shared as in_both
from ladder.math.undo import spans, undo
from ladder.reality import Corpus, load_sample, take, to_text
from ladder.ui import knobs
from ladder.ui.cache import alphabet, encoding, identity, shared
from ladder.ui.explain import explain
from ladder.ui.frame import VOCABULARY_SIZES
from ladder.ui.jobs import run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, plain, token_colour, token_strip
from ladder.ui.undone import choose, is_text, pickable_strip, show_undone, spoken
from ladder.ui.view import View

STEPS = 36  # sizes at which the text is priced
PLAY_SECONDS = 0.8
PASSAGE = 240  # bytes
OFFERED = 5  # of the longest, and of the commonest tokens
QUICK = 200_000  # bytes: above this, pricing is a job
READ_MOST = 1_000_000  # characters
LOSSLESS = {key: scheme.title for key, scheme in SCHEMES.items() if scheme.lossless}
NO_MERGES = "No pair of bytes occurs twice within a word here, so there is no merge to undo. Choose a longer text."


class Moment(NamedTuple):
    """The text's bill after so many merges."""

    merges: int
    bill: Bill


# ---------------------------------------------------------------------------------------------- Merges


@st.fragment
def merges_panel(view: View) -> None:
    """One token taken apart, and the price of the text while the merges are made."""
    corpus = _part(view.corpus)
    pieces = _bpe(corpus)
    if not pieces.merges:
        st.info(NO_MERGES)
        return
    _show_undone(corpus, pieces, min(view.vocabulary_size, len(pieces.vocabulary)))
    moments = _moments(corpus)
    if moments is None:
        return
    _history(view, corpus, pieces, moments)
    cheapest = min(moments, key=lambda moment: moment.bill.total)
    paid, scale = cheapest.bill, view.lens.scale
    explain(
        "merges",
        formula=rf"\frac{{{scale(paid.learned):.0f} + {scale(paid.codebook):.0f}}}{{{paid.n_bytes}}} = "
        rf"{view.lens.tex(paid.total / paid.n_bytes, per='byte')}\quad "
        rf"\text{{after }} {cheapest.merges} \text{{ merges}}",
        source=[undo, codebook_bits],
        question="Each merge is the commonest pair. Does each make the text cheaper?",
        answer=f"No. With the code-book paid, {cheapest.merges:,} of {moments[-1].merges:,} merges are cheapest here; "
        "every later one costs more to describe than it saves. A token is a symbol of an alphabet that somebody chose, "
        "here by counting this very text, and with a stopping point that nothing in the text dictates.",
    )


def _show_undone(corpus: Corpus, pieces: BPEAlphabet, size: int) -> None:
    """A chosen token, its merges undone one at a time."""
    counts = _counts(corpus)
    made = [merge.new for merge in pieces.merges]
    longest = sorted(made, key=lambda i: (-len(pieces.vocabulary[i]), -counts[i], i))
    commonest = sorted(made, key=lambda i: (-counts[i], i))
    # Half of a letter cannot be typed, and so is not offered.
    typed = [[i for i in row if is_text(pieces.vocabulary[i])][:OFFERED] for row in (longest, commonest)]
    offered = {i: spoken(pieces, i) for i in dict.fromkeys(typed[0] + typed[1])}
    with st.container(horizontal=True, gap="small"):
        for i, name in offered.items():
            st.button(plain(name), key=f"undo-{i}", on_click=choose, args=(pieces.vocabulary[i],))
    head = pieces.first(size).encode(corpus.text[:PASSAGE])
    strip = [Token(to_text(head.vocabulary[i]), f"id {i}", token_colour(i)) for i in head.ids.tolist()]
    st.caption(f"Click a token, or walk with the arrows and press Enter: the beginning of the text, V = {size:,}")
    pickable_strip(pieces, head.ids.tolist(), strip, label="The beginning of the text in tokens", key="merges-strip")
    show_undone(pieces, counts, otherwise=longest[0])


def _history(view: View, corpus: Corpus, pieces: BPEAlphabet, moments: tuple[Moment, ...]) -> None:
    st.divider()
    play = knobs.toggle("play", "Play the merges")
    st.fragment(_moment, run_every=PLAY_SECONDS if play else None)(view, corpus, pieces, moments, play)


def _moment(view: View, corpus: Corpus, pieces: BPEAlphabet, moments: tuple[Moment, ...], play: bool) -> None:
    """The text after so many merges; the next step each time that it is drawn while playing."""
    last = len(moments) - 1
    if last < 1:
        st.info(NO_MERGES)
        return
    before = int(st.session_state.get("moment", last))
    if before > last:  # another text has fewer steps
        st.session_state["moment"] = last
    elif play and "moment" in st.session_state:
        st.session_state["moment"] = (before + 1) % (last + 1)
    at = knobs.slider("moment", "Step", 0, last, last, step=1)
    now = moments[int(at)]
    scale, unit = view.lens.scale, view.lens.unit
    table = pd.DataFrame(
        [
            {"V": moment.bill.V, "quantity": quantity, "value": scale(bits / moment.bill.n_bytes)}
            for moment in moments
            for quantity, bits in (("tokens", moment.bill.learned), ("tokens and code-book", moment.bill.total))
        ]
    )
    cheapest = min(moments, key=lambda moment: moment.bill.total)
    finding = (
        f"After {now.merges:,} merges a byte costs {scale(now.bill.learned / now.bill.n_bytes):.3f} {unit}, with the "
        f"code-book {scale(now.bill.total / now.bill.n_bytes):.3f}; the least is at {cheapest.merges:,} merges"
    )
    show_chart(
        charts.size_curves(table, title=finding, y=f"{unit} per byte", chosen=now.bill.V, colours=charts.BYTE_COLOURS),
        table,
        key="merge-history",
        alt=f"{finding}.",
    )
    small = pieces.first(now.bill.V)
    if small.merges:
        newest = ", ".join(spoken(small, merge.new) for merge in small.merges[-5:])
        st.caption(f"The newest pieces: {plain(newest)}")
    head = small.encode(corpus.text[:PASSAGE])
    strip = [Token(to_text(head.vocabulary[i]), f"id {i}", token_colour(i)) for i in head.ids.tolist()]
    token_strip(strip, label=f"The beginning of the text after {now.merges} merges, in {len(head.ids)} tokens")


def _moments(corpus: Corpus) -> tuple[Moment, ...] | None:
    if len(corpus.data) <= QUICK:
        return _priced(corpus)
    return run_job(("merges", identity(corpus)), "The merge history", lambda progress: _priced(corpus))


@shared(max_entries=16)
def _priced(corpus: Corpus) -> tuple[Moment, ...]:
    """The text's bill along the merges, densest where most happens."""
    pieces = _bpe(corpus)
    n = len(pieces.merges)
    steps = sorted({0, *np.unique(np.geomspace(1, max(n, 1), STEPS).round().astype(int)).tolist()})
    alphabets = [(k, pieces.first(256 + k)) for k in steps if k <= n]
    return tuple(Moment(k, bill(small, small.encode(corpus.text))) for k, small in alphabets)


@shared(max_entries=16)
def _bpe(corpus: Corpus) -> BPEAlphabet:
    """All merges up to the largest vocabulary of the knob."""
    return fit_bpe(corpus.text, vocabulary_size=max(VOCABULARY_SIZES))


@shared(max_entries=16)
def _counts(corpus: Corpus) -> np.ndarray:
    return _bpe(corpus).encode(corpus.text).counts


# ---------------------------------------------------------------------------------------- Side by side


@st.fragment
def two_cuts_panel(view: View) -> None:
    """Two encodings of one passage; only where they disagree there is colour."""
    corpus = _part(view.corpus)
    with st.container(horizontal=True):
        one = knobs.choice("left", "One alphabet", LOSSLESS, "bpe")
        two = knobs.choice("right", "Another", LOSSLESS, "words")
    encodings = {key: encoding(corpus, key, view.vocabulary_size) for key in (one, two)}
    cuts = {key: spans(encoded) for key, encoded in encodings.items()}
    n_bytes = encodings[one].n_bytes
    at = knobs.slider("passage", "Where in the text (%)", 0.0, 100.0, 0.0, step=0.1)
    start = round(at / 100 * max(0, n_bytes - PASSAGE))
    agree = dict(zip((one, two), in_both(cuts[one], cuts[two]), strict=False)) if one != two else {}
    for column, (key, encoded) in zip(st.columns(2), encodings.items(), strict=False):
        same = agree.get(key, np.ones(len(encoded.ids), dtype=bool))
        first, last = np.searchsorted(cuts[key][:, 1], [start + 1, start + PASSAGE])
        label = f"{LOSSLESS[key]}: {len(encoded.ids):,} tokens, {1 - same.mean():.1%} of them not in the other cut"
        with column:
            st.caption(f"**{label}**")
            token_strip(_marked(encoded, same, int(first), int(last) + 1), label=label)
    if one == two:
        st.info("Both are the same alphabet. Choose two that differ.")
        return
    a, b = (len(encodings[key].ids) for key in (one, two))
    kept = int(agree[one].sum())
    st.markdown(
        f"Of {a:,} and {b:,} tokens, **{kept:,} are the same in both cuts**. Plain: both agree. Coloured: they do not."
    )
    explain(
        "cuts",
        formula=rf"\frac{{|A \cap B|}}{{|A \cup B|}} = \frac{{{kept}}}{{{a} + {b} - {kept}}} "
        rf"= {kept / (a + b - kept):.4f}",
        source=[spans, in_both],
        question="Both give back every byte. Can one of them be wrong?",
        answer="Neither. An alphabet is chosen, not found: what counts as one thing is a convention, and all that is "
        "counted above it, words, neighbours and probabilities, is counted in those things.",
    )


def _marked(encoded: Encoding, same: np.ndarray, first: int, last: int) -> list[Token]:
    return [
        Token(to_text(encoded.vocabulary[i]), f"id {i:,}", "" if agreed else "rgba(230,159,0,.45)")
        for i, agreed in zip(encoded.ids[first:last].tolist(), same[first:last].tolist(), strict=True)
    ]


# ---------------------------------------------------------------------------------------- Language tax


class Tax(NamedTuple):
    """What one list costs in one language."""

    language: str
    items: int
    n_bytes: int
    tokens: dict[str, int]  # by whose alphabet it is


@st.fragment
def tax_panel(view: View) -> None:
    """One list in two languages, in alphabets that were fitted to different texts."""
    titles = load_sample("languages").titles
    with st.container(horizontal=True):
        one = knobs.choice("tongue", "One language", list(titles), titles[0], in_a_row=False)
        two = knobs.choice("tongue2", "Another", list(titles), _title(titles, "Thai"), in_a_row=False)
    corpus = _part(view.corpus)
    scheme = view.scheme if SCHEMES[view.scheme].lossless else "bpe"
    bills = [_tax(corpus, scheme, view.vocabulary_size, title) for title in dict.fromkeys((one, two))]
    table = pd.DataFrame(
        [
            {"language": paid.language, "alphabet": whose, "tokens": n / paid.items}
            for paid in bills
            for whose, n in paid.tokens.items()
        ]
    )
    mine = next(iter(bills[0].tokens))
    dear = max(bills, key=lambda paid: paid.tokens[mine] / paid.items)
    cheap = next((paid for paid in bills if paid is not dear), dear)
    ratio = (dear.tokens[mine] / dear.items) / (cheap.tokens[mine] / cheap.items)
    finding = f"In {SCHEMES[scheme].title} learned from this text, {dear.language} takes {ratio:.2f} × {cheap.language}"
    if dear is cheap:
        finding = f"{dear.language} takes {dear.tokens[mine] / dear.items:.2f} tokens for each entry"
    described = "; ".join(f"{row.language}, {row.alphabet}: {row.tokens:.2f}" for row in table.itertuples())
    show_chart(charts.tax_bars(table, title=finding), table, key="tax", alt=f"{finding}. Tokens per item: {described}.")
    st.dataframe(
        pd.DataFrame(
            {
                "language": [paid.language for paid in bills],
                "entries": [paid.items for paid in bills],
                "bytes per entry": [f"{paid.n_bytes / paid.items:.2f}" for paid in bills],
                **{whose: [f"{paid.tokens[whose] / paid.items:.2f}" for paid in bills] for whose in bills[0].tokens},
            }
        ),
        hide_index=True,
        key="tax-table",
    )
    st.caption(
        "The same names of months, days, languages and countries, from Babel's data. Who pays by the token pays this "
        "tax."
    )
    explain(
        "tax",
        formula=rf"\frac{{{dear.tokens[mine]} / {dear.items}}}{{{cheap.tokens[mine]} / {cheap.items}}} = {ratio:.4f}",
        source=[Alphabet.encode],
        question="Is a language that takes more tokens a harder language?",
        answer="No: a stranger one, to whoever chose the alphabet. Learned from the list in the language itself, the "
        f"same entries take {bills[-1].tokens[OWN] / bills[-1].items:.2f} tokens in {bills[-1].language}. UTF-8 has a "
        "tax of its own: Latin letters take one byte, most others two or three.",
    )


OURS, ALL, OWN = "this text's alphabet", "alphabet of all forty", "the language's own"


@shared(max_entries=64)
def _tax(corpus: Corpus, scheme: str, vocabulary_size: int, title: str) -> Tax:
    """The list in one language, in three alphabets of a kind."""
    sample = load_sample("languages")
    text = sample.documents[sample.titles.index(title)]
    size = vocabulary_size if SCHEMES[scheme].sized else None
    alphabets = {
        OURS: alphabet(corpus, scheme, vocabulary_size),
        ALL: _alphabet_of_all(scheme, vocabulary_size),
        OWN: fit_alphabet(text, scheme, vocabulary_size=size),
    }
    tokens = {whose: len(letters.ids(text)) for whose, letters in alphabets.items()}
    return Tax(title, len(text.splitlines()), len(text.encode()), tokens)


@shared(max_entries=8)
def _alphabet_of_all(scheme: str, vocabulary_size: int) -> Alphabet:
    size = vocabulary_size if SCHEMES[scheme].sized else None
    return fit_alphabet(load_sample("languages").text, scheme, vocabulary_size=size)


def _title(titles: tuple[str, ...], name: str) -> str:
    return next((title for title in titles if title.startswith(name)), titles[-1])


def _part(corpus: Corpus) -> Corpus:
    """What the panels read of a corpus; says so where it is not all."""
    part = _first_part(corpus)
    if len(part.text) < len(corpus.text):
        st.caption(f"This panel reads the first {len(part.text):,} of {len(corpus.text):,} characters.")
    return part


@shared(max_entries=16)
def _first_part(corpus: Corpus) -> Corpus:
    n = len(corpus.text)
    return corpus if n <= READ_MOST else take(corpus, stop=READ_MOST / n)
