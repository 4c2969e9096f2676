"""The text in coloured tokens, and whether it comes back."""

from functools import partial
from math import log

import numpy as np
import streamlit as st

from ladder.math import SCHEMES, Alphabet, BPEAlphabet, Encoding, LossyEncoding, unigram_bits
from ladder.reality import Corpus, to_text
from ladder.ui import knobs
from ladder.ui.cache import alphabet, encoding, shared
from ladder.ui.explain import explain
from ladder.ui.math import ask, read
from ladder.ui.tokens import Token, token_colour, token_strip, visible
from ladder.ui.undone import pickable_strip, show_undone
from ladder.ui.view import View

STRIP = 240  # tokens in colour


@st.fragment
def tokens_panel(view: View) -> None:
    """The text in coloured tokens, whether it comes back, and bits/token x tokens/byte = bits/byte."""
    corpus = read(view.corpus)
    encoded = ask(encoding, corpus, view.scheme, view.vocabulary_size)
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
