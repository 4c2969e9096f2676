"""Words with places, ready to be searched: the encoder's own input matrix, and what the text taught."""

import difflib
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from ladder.geometry import Index, encoder
from ladder.reality import Corpus
from ladder.ui import spaces
from ladder.ui.cache import shared
from ladder.ui.tokens import plain
from ladder.ui.view import View

ENCODER, LEARNED = "encoder", "learned"
WHOSE = {ENCODER: "The encoder’s", LEARNED: "Learned here"}
LISTED = 20_000  # words among which one is looked for that is spelled alike
SPECIAL = "["  # [CLS], [UNK], [unused7]: signs, not words


class Lexicon(NamedTuple):
    """Words with places, and their index."""

    name: str
    texts: tuple[str, ...]  # n
    counts: tuple[int, ...]  # n, how often each occurs in the text at hand; 1 where that is not known
    note: str  # what they are, in a phrase
    search: Index  # (n, d)
    places: dict[str, int]  # text, also without its capitals -> row

    def find(self, word: str) -> int | None:
        """Where a word stands: as it is, else whatever its capitals; None for an unknown one."""
        return self.places.get(word, self.places.get(word.casefold()))


@shared(max_entries=2)
def input_matrix(place: str, _model: encoder.Encoder) -> Lexicon:
    """Every token of the encoder that is no mere sign, with its row of the input embedding matrix."""
    found = _model.vocabulary()
    kept = [i for i, token in enumerate(found.tokens) if not (token.startswith(SPECIAL) and token.endswith("]"))]
    texts = tuple(found.tokens[i] for i in kept)
    vectors = np.ascontiguousarray(found.vectors[kept], dtype=np.float32)
    vectors.setflags(write=False)
    note = f"{len(texts):,} tokens of the encoder’s input matrix"
    return lexicon_of(f"In {_model.name}", texts, (1,) * len(texts), vectors, note)


@shared(max_entries=12)
def learned_words(corpus: Corpus) -> Lexicon:
    """Every word of a text with vectors learned from it."""
    space = spaces.everything_learned(corpus)
    note = f"{len(space.texts):,} {space.note} learned from this text"
    return lexicon_of("Learned here", space.texts, space.counts, space.vectors, note)


def lexicon_of(name: str, texts: tuple[str, ...], counts: tuple[int, ...], vectors: ArrayLike, note: str) -> Lexicon:
    """Any words with any vectors, ready to be searched: (n, d)."""
    places = {text.casefold(): i for i, text in reversed(list(enumerate(texts)))}
    places |= {text: i for i, text in enumerate(texts)}
    return Lexicon(name, texts, counts, note, Index.of(vectors), places)


def lexicons(view: View) -> dict[str, Lexicon]:
    """What can be searched now: the encoder's matrix once it is there, and what is learned here."""
    found: dict[str, Lexicon] = {}
    model = spaces.the_encoder()
    if model is not None:
        found[ENCODER] = input_matrix(spaces.encoder_place(), model)
    if spaces.everything_learned(view.corpus).texts:
        found[LEARNED] = learned_words(view.corpus)
    else:
        st.info("Nothing in this text keeps company beyond chance, so no vectors are learned here.")
    return found


def unknown(word: str, lexicon: Lexicon) -> str:
    """A sentence for a word that a lexicon does not have, with those that look like it."""
    alike = difflib.get_close_matches(word[:40], lexicon.texts[:LISTED], n=3, cutoff=0.7)
    hint = f" Did you mean {' or '.join(plain(other) for other in alike)}?" if alike else ""
    return f"“{plain(word[:40])}” is not among the {plain(lexicon.note)}.{hint}"
