"""Where the Geometry page's vectors come from: learned from the text at once, or encoded in a job.

The encoder is loaded in a job that begins when the page is first opened. Nothing waits for it
but what needs it.
"""

import os
import time
from collections.abc import Hashable
from typing import NamedTuple

import numpy as np
import streamlit as st

from ladder.geometry import Space, encoder, learned, unit
from ladder.geometry.control import dealt, shuffled
from ladder.geometry.learned import READ as LEARNED_FROM
from ladder.geometry.pieces import Pieces, frequent_words, sentences
from ladder.geometry.projection import Projection, Stop, judged, project, trail
from ladder.lenses.simplex import Floats
from ladder.reality import Corpus
from ladder.ui import knobs
from ladder.ui.cache import identity, shared
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import count, plain, visible
from ladder.ui.view import View
from ladder.ui.watch import WATCH

LEARNED, WORDS, SENTENCES = "learned", "words", "sentences"
KINDS = {LEARNED: "Learned here", WORDS: "Words", SENTENCES: "Sentences"}
WHOSE = "Placed: the text’s own vectors, or the encoder’s of words or sentences"
SIZES = (50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)
TRAIL = 2000  # points, up to where the way to a map is kept beside it
CONTROL_SEED = 0
READ = {WORDS: 2_000_000, SENTENCES: 8_000_000}  # characters that they are looked for in
SPELLED_OUT = 0.6  # tokens a character, from where on the encoder spells rather than reads
MUCH_UNKNOWN = 0.05
ISOLATED, AGAIN = "\u2068", "\u2069"  # between them, what is written from right to left leaves the rest in its order

Key = tuple[Hashable, ...]


class Chosen(NamedTuple):
    """A space with its key for caches and jobs."""

    key: Key
    kind: str
    space: Space


def choose_kind() -> str:
    """The knob that says what is placed."""
    return knobs.choice("space", WHOSE, KINDS, LEARNED)


def choose_most() -> int:
    """The knob that says how many points there may be."""
    return knobs.slider_of("points", "Points at most", SIZES, 500)


def space_of(view: View, kind: str, most: int) -> Chosen | None:
    """What is placed; None while a job is at it, which is drawn, and where there is nothing, which is said."""
    if kind == LEARNED:
        space = learned_space(view.corpus, most)
        if not len(space.texts):
            st.info(
                "Nothing in this text keeps company beyond chance, so there is nothing to place. "
                "Choose a longer text, or let the encoder place its sentences."
            )
            return None
        return Chosen((LEARNED, identity(view.corpus), most), kind, space)
    found = pieces_of(view.corpus, kind, most)
    if not found.texts:
        st.info(f"This text holds no {kind} with a letter in them, so there is nothing to encode.")
        return None
    model = the_encoder()
    if model is None:
        return None
    place = encoder_place()
    key = (kind, identity(view.corpus), most, place)
    encoded = run_job(
        ("embed", *key),
        f"Encoding {len(found.texts):,} {kind}",
        lambda progress: _encoded(model, found, progress),
    )
    if encoded is None:
        return None
    say_how_legible(key, model, encoded.texts)
    return Chosen(key, kind, encoded)


def can_be_encoded(view: View, kind: str, most: int) -> bool:
    """Whether there is something for the encoder to place, now or once it is loaded."""
    return kind != LEARNED and bool(pieces_of(view.corpus, kind, most).texts)


@shared(max_entries=24)
def learned_space(corpus: Corpus, most: int) -> Space:
    """The most frequent tokens of a text with vectors learned from it."""
    space = everything_learned(corpus)
    n = min(most, len(space.texts))
    rest = "all" if n == len(space.texts) else f"the most frequent {n:,} of"
    note = f"{rest} {len(space.texts):,} {space.note} that keep company beyond chance"
    return Space(space.texts[:n], space.counts[:n], _kept(space.vectors[:n]), note)


@shared(max_entries=12)
def everything_learned(corpus: Corpus) -> Space:
    """All tokens of a text with vectors learned from it."""
    return learned(corpus.text)


@shared(max_entries=24)
def pieces_of(corpus: Corpus, kind: str, most: int) -> Pieces:
    """What the encoder is given of a text."""
    read = corpus.text[: READ[kind]]
    found = frequent_words(read, most=most) if kind == WORDS else sentences(read, most=most)
    only = f", looked for in the first {READ[kind]:,} characters" if len(corpus.text) > READ[kind] else ""
    return found._replace(note=found.note + only)


def directions(space: Space) -> Floats:
    """The vectors at length one: a map of what is near by angle."""
    return unit(space.vectors)


def the_encoder() -> encoder.Encoder | None:
    """The encoder once it is loaded; until then its progress is drawn, and None."""
    return run_job(("encoder", encoder_place()), "Loading the encoder", _load)


def encoder_place() -> str:
    """What LADDER_ENCODER says; empty for the packaged one."""
    return os.environ.get(encoder.VARIABLE, "")


@shared(max_entries=2)
def loaded_encoder(place: str, _progress: Progress) -> encoder.Encoder:
    """The encoder of a place, loaded once for all."""
    return encoder.load_encoder(place or None, step=_progress)


@shared(max_entries=128)
def query_vector(place: str, query: str, _model: encoder.Encoder) -> Floats:
    """The encoder's vector of one text: (d,)."""
    return _kept(_model.encode([query]))[0]


@shared(max_entries=32)
def layers_of_sentence(place: str, sentence: str, _model: encoder.Encoder) -> encoder.Layers:
    """The inside of the encoder while it reads a sentence."""
    return encoder.layers_of(_model, sentence)


@shared(max_entries=24)
def legibility_of(key: Key, _model: encoder.Encoder, _texts: tuple[str, ...]) -> encoder.Legibility:
    """How well the encoder reads the texts of a space, by the first 300 of them."""
    return encoder.legibility(_model, _texts[:300])


@shared(max_entries=48)
def pca_of(key: Key, _vectors: Floats) -> Projection:
    """The shadow of a space, at once."""
    return project(_vectors, method="pca")


class Drawn(NamedTuple):
    """A nonlinear map and the stops on the way to it, of small spaces."""

    projection: Projection
    stops: tuple[Stop, ...]


def projected(chosen: Chosen, method: str, title: str, seed: int, *, wait: bool = True) -> Drawn | None:
    """A nonlinear map of a space, drawn in a job: once somebody asks for it, or at once without `wait`."""
    vectors = directions(chosen.space)
    n = len(vectors)

    def work(progress: Progress) -> Drawn:
        progress(0, f"placing {n:,} points")
        if n > TRAIL or not wait:
            return Drawn(project(vectors, method=method, seed=seed), ())
        stops = trail(vectors, method=method, seed=seed, progress=lambda done, total: progress(0.9 * done / total))
        return Drawn(judged(vectors, stops[-1].points, seed=seed), stops)

    return run_job(
        ("project", method, seed, *chosen.key),
        f"The {title} map",
        work,
        start_label=f"Draw the {title} map" if wait else None,
    )


def control_of(view: View, chosen: Chosen, most: int) -> Chosen | None:
    """The same corpus with its meaning taken out, placed alike; None while a job is at it, which is drawn."""
    key = ("control", *chosen.key)
    if chosen.kind == LEARNED:
        return Chosen(key, LEARNED, shuffled_space(view.corpus, most))
    if chosen.kind == WORDS:
        vectors = dealt(chosen.space.vectors, rng=np.random.default_rng(CONTROL_SEED))
        return Chosen(key, WORDS, chosen.space._replace(vectors=vectors))
    model = the_encoder()
    if model is None:
        return None
    encoded = run_job(
        ("embed", *key),
        "Encoding the shuffled sentences",
        lambda progress: _encoded(model, shuffled_pieces(view.corpus, most), progress),
    )
    return encoded and Chosen(key, SENTENCES, encoded)


@shared(max_entries=24)
def shuffled_space(corpus: Corpus, most: int) -> Space:
    """The most frequent tokens of a text whose words were dealt out anew, with vectors learned from that."""
    by = "characters" if everything_learned(corpus).note.startswith("characters") else "words"
    space = learned(shuffled(corpus.text[:LEARNED_FROM], rng=np.random.default_rng(CONTROL_SEED), by=by))
    return Space(space.texts[:most], space.counts[:most], _kept(space.vectors[:most]), space.note)


@shared(max_entries=24)
def shuffled_pieces(corpus: Corpus, most: int) -> Pieces:
    """The sentences of a text whose words were dealt out anew."""
    return sentences(shuffled(corpus.text[: READ[SENTENCES]], rng=np.random.default_rng(CONTROL_SEED)), most=most)


def _load(progress: Progress) -> encoder.Encoder:
    try:
        with WATCH.loading("encoder"):
            return loaded_encoder(encoder_place(), progress)
    except FileNotFoundError as missing:
        raise ValueError(str(missing)) from missing


def _encoded(model: encoder.Encoder, found: Pieces, progress: Progress) -> Space:
    started = time.monotonic()

    def report(done: int, total: int, share: float) -> None:
        # Long texts come first: the pace is that of the whole, told from the tokens read so far.
        pace = share * total / max(time.monotonic() - started, 1e-3)
        progress(share, f"{done:,} of {total:,}, {pace:.0f} a second on the whole")

    progress(0, "the first batch")
    vectors = encoder.embed(model, found.texts, progress=report)
    return Space(found.texts, found.counts, _kept(vectors), found.note)


def say_how_legible(key: Key, model: encoder.Encoder, texts: tuple[str, ...]) -> None:
    """What the encoder's tokenizer did to some texts that it cannot read well, and how much of them is [UNK]."""
    read = legibility_of(key, model, texts)
    if read.unknown > MUCH_UNKNOWN:
        st.warning(
            f"{read.unknown:.0%} of the tokens are [UNK]: the encoder has no sign for what stands there, "
            "and all texts of such tokens lie in one place."
        )
    elif read.tokens_per_character > SPELLED_OUT:
        st.warning(
            f"The encoder needs {read.tokens_per_character:.2f} tokens a character here (about 0.25 in English): "
            f"it spells this script rather than reads it (the first text begins {spelling(model.tokens(texts[0]))}; "
            f"{read.unknown:.1%} of all tokens are [UNK]). Its neighbours are alike in letters, hardly in meaning."
        )
    elif read.unknown:
        st.caption(f"{read.unknown:.2%} of the tokens are [UNK]: what stands there has no sign in the encoder.")
    if read.cut:
        st.caption(f"{read.cut:,} of the texts are longer than the encoder reads at once; their ends are not read.")


def spelling(tokens: encoder.Tokens, most: int = 5) -> str:
    """The first tokens of a text, in quotation marks, its special tokens left out."""
    pieces = tokens.pieces[1:-1]
    more = " …" if len(pieces) > most else ""
    read = plain(" ".join(visible(piece) for piece in pieces[:most]))
    return f"“{ISOLATED}{read}{more}{AGAIN}”"


def say_how_it_was_read(tokens: encoder.Tokens) -> None:
    """What the tokenizer did to a sentence that the encoder cannot read well; nothing for one that it can."""
    n = len(tokens.pieces) - encoder.SPECIAL
    if n < 1:
        st.warning("The encoder’s tokenizer leaves nothing of this sentence.")
        return
    words = sum(not piece.startswith("##") for piece in tokens.pieces) - encoder.SPECIAL
    if tokens.unknown:
        st.warning(
            f"{tokens.unknown} of {n} tokens are [UNK] ({tokens.unknown / n:.0%}): the encoder has no sign for what "
            "stands there, and gives one and the same vector to all of it."
        )
    elif n > 2.5 * max(words, 1):
        st.warning(
            f"The encoder spells this sentence: {n} tokens for {count(words, 'word')}, none of them [UNK] (it begins "
            f"{spelling(tokens)}). It was taught English; these pieces are letters to it, hardly words."
        )
    if tokens.cut:
        st.caption(f"The last {count(tokens.cut, 'token')} of the sentence are beyond what the encoder reads at once.")


def _kept(vectors: Floats) -> Floats:
    """A copy that no session can change."""
    copy = np.array(vectors)
    copy.setflags(write=False)
    return copy
