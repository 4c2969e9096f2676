"""Words with places, ready to be searched: the encoder's input matrix, what the text taught, the own transformer's."""

import difflib
from typing import NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from ladder.geometry import Index, encoder
from ladder.math import Alphabet
from ladder.reality import Corpus, to_text
from ladder.ui import spaces
from ladder.ui.cache import shared
from ladder.ui.tokens import count, plain
from ladder.ui.trainings import Trained, counts_in_training, own_transformer
from ladder.ui.view import View

ENCODER, LEARNED, OWN = "encoder", "learned", "own"
WHOSE = {ENCODER: "The encoder’s", LEARNED: "Learned here", OWN: "Your transformer’s"}
UNTRAINED = (
    "No transformer has been trained on this text yet. Train one on the page Statistics, under Transformer; it takes "
    "a minute."
)
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

    @property
    def longest(self) -> int:
        """The letters of its longest text."""
        return max(map(len, self.texts))

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


def own_words(view: View) -> Lexicon | None:
    """The tokens of the transformer trained on this text, by its embeddings E; None where none was trained."""
    found = own_transformer(view.corpus, view.scheme, view.vocabulary_size)
    if found is None:
        return None
    trained, alphabet = found
    counts = counts_in_training(view.corpus, alphabet.scheme, view.vocabulary_size)
    return own_lexicon(trained, alphabet, counts)


def own_lexicon(trained: Trained, alphabet: Alphabet, counts: NDArray[np.int64]) -> Lexicon:
    """Each token that the training part has, the most frequent first, with its row of E.

    A token that begins with a blank begins a word: it is found without the blank too, before its
    twin from the middle of a word.
    """
    kept = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    texts = tuple(to_text(alphabet.vocabulary[i]) for i in kept.tolist())
    tokens = "single bytes" if alphabet.scheme == "bytes" else "tokens"
    note = (
        f"{len(texts):,} {tokens} of your transformer ({trained.done:,} steps, {trained.bits_per_byte:.4f} bits/byte)"
    )
    E = trained.model.weights["E"][kept].astype(np.float32)
    lexicon = lexicon_of("In your transformer", texts, tuple(counts[kept].tolist()), E, note)
    for i, text in reversed(list(enumerate(texts))):
        if text[:1].isspace() and text.strip():
            lexicon.places[text.strip().casefold()] = lexicon.places[text.strip()] = i
    return lexicon


def lexicon_of(name: str, texts: tuple[str, ...], counts: tuple[int, ...], vectors: ArrayLike, note: str) -> Lexicon:
    """Any words with any vectors, ready to be searched: (n, d)."""
    places = {text.casefold(): i for i, text in reversed(list(enumerate(texts)))}
    places |= {text: i for i, text in enumerate(texts)}
    return Lexicon(name, texts, counts, note, Index.of(vectors), places)


def lexicons(view: View) -> dict[str, Lexicon]:
    """What can be searched now: the encoder's matrix and the own transformer's once they are there, what is learned."""
    found: dict[str, Lexicon] = {}
    model = spaces.the_encoder()
    if model is not None:
        found[ENCODER] = input_matrix(spaces.encoder_place(), model)
    if spaces.everything_learned(view.corpus).texts:
        found[LEARNED] = learned_words(view.corpus)
    else:
        st.info("Nothing in this text keeps company beyond chance, so no vectors are learned here.")
    own = own_words(view)
    if own is not None:
        found[OWN] = own
    return found


def unknown(word: str, lexicon: Lexicon) -> str:
    """A sentence for a word that a lexicon does not have, with those that look like it."""
    alike = difflib.get_close_matches(word[:40], lexicon.texts[:LISTED], n=3, cutoff=0.7)
    hint = f" Did you mean {' or '.join(plain(other) for other in alike)}?" if alike else ""
    return f"“{plain(word[:40])}” is not among the {plain(lexicon.note)}.{hint}"


def how_it_is_read(word: str, model: encoder.Encoder) -> str:
    """What the encoder's tokenizer does to a word that is no token: its pieces, and how many are [UNK]."""
    tokens = model.tokens(word)
    n = len(tokens.pieces) - encoder.SPECIAL
    return f" The encoder reads it as {spaces.spelling(tokens)}: {count(n, 'token')}, {tokens.unknown} of them [UNK]."
