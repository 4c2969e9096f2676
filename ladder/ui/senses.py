"""One word in many sentences: its ways through the layers, and where its senses part."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import cosine as lines
from ladder.charts import words as charts
from ladder.geometry import Separation, encoder, find_word, nearest_sense, paths, separation, states_of
from ladder.geometry.senses import silhouette
from ladder.lenses.simplex import Floats
from ladder.reality import Corpus
from ladder.ui import knobs, spaces
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import count, plain, visible
from ladder.ui.view import View

WORD = "bank"
EXAMPLES = """river: We sat on the bank of the river and watched the water.
river: The boat drifted to the muddy bank of the stream.
river: Willows grow along the left bank, where the fish hide.
river: The flood broke the bank and drowned the fields.
money: She took all her money to the bank this morning.
money: The bank refused to give them a loan.
money: He works at the bank and counts the cash.
money: My bank has closed the account."""
MOST_LABELLED = 40
MOST_FOUND = 8  # sentences of the text that hold the word
ROWS = 16  # of a table before it scrolls
DRAWN = 16
MOST_SENSES = 6
PARTED = 0.1  # a silhouette below it is no parting
OWN = "in this text"


class Sample(NamedTuple):
    """A sentence that holds the word."""

    sense: str  # empty where nobody has said
    text: str


class Read(NamedTuple):
    """What was read of them."""

    samples: tuple[Sample, ...]  # m
    states: Floats  # (m, L + 1, d)


@st.fragment
def senses_panel(view: View) -> None:
    """Sentences labelled by sense, and those of the text, layer by layer."""
    word = knobs.text("word", "Word", WORD, max_chars=40).strip()
    written = knobs.area("senses", "Sentences, one a line, each after its sense and a colon", EXAMPLES, height=140)
    if not word:
        st.info("Type a word that has more than one sense.")
        return
    labelled, wrong = labelled_sentences(written, word)
    if wrong:
        st.info(wrong)
    own = found_in(view.corpus, word)
    samples = (*labelled, *(Sample("", text) for text in own))
    if not samples:
        st.info(f"No sentence holds “{plain(word)}”: write some, each after its sense and a colon.")
        return
    model = spaces.the_encoder()
    if model is None:
        return
    texts = tuple(sample.text for sample in samples)
    spaces.say_how_legible(("senses", spaces.encoder_place(), texts), model, texts)
    found = run_job(
        ("senses", spaces.encoder_place(), word, samples),
        f"Reading {count(len(samples), 'sentence')}",
        lambda progress: read(model, word, samples, progress),
    )
    if found is not None:
        _draw(word, found)


def labelled_sentences(written: str, word: str) -> tuple[tuple[Sample, ...], str]:
    """The lines that have a sense and hold the word, and a sentence about those that do not."""
    kept, without = [], 0
    for line in filter(str.strip, written.splitlines()):
        sense, colon, text = line.partition(":")
        if colon and sense.strip() and find_word(text, word):
            kept.append(Sample(sense.strip()[:20], text.strip()[:400]))
        else:
            without += 1
    senses = list(dict.fromkeys(sample.sense for sample in kept))[:MOST_SENSES]
    kept = [sample for sample in kept if sample.sense in senses][:MOST_LABELLED]
    said = (
        f"{count(without, 'line')} left out: a line is a sense, a colon, and a sentence that holds “{plain(word)}”."
        if without
        else ""
    )
    return tuple(dict.fromkeys(kept)), said


@shared(max_entries=24)
def found_in(corpus: Corpus, word: str) -> tuple[str, ...]:
    """The first sentences of a text that hold a word."""
    everything = spaces.pieces_of(corpus, spaces.SENTENCES, 1_000_000)
    return tuple([text for text in everything.texts if find_word(text, word)][:MOST_FOUND])


def read(model: encoder.Encoder, word: str, samples: tuple[Sample, ...], progress: Progress) -> Read:
    """The word in every sentence, but for those where the encoder's window ends before it."""
    kept, states = [], []
    for done, sample in enumerate(samples):
        progress(done / len(samples), f"{done} of {len(samples)}")
        place = find_word(sample.text, word)
        state = states_of(encoder.layers_of(model, sample.text), *place) if place else None
        if state is not None and np.linalg.norm(state, axis=1).all():
            kept.append(sample)
            states.append(state)
    if not kept:
        raise ValueError(f"The encoder reads “{word}” in none of these sentences: they are too long for it.")
    table = np.stack(states)
    table.setflags(write=False)
    return Read(tuple(kept), table)


def _draw(word: str, found: Read) -> None:
    senses = [sample.sense for sample in found.samples]
    known = np.array([bool(sense) for sense in senses])
    parted = None
    try:
        parted = separation(found.states[known], [sense for sense in senses if sense])
    except ValueError as refusal:
        st.info(plain(str(refusal)))
    if parted is not None:
        _draw_layers(word, parted)
        senses = _guess(found, senses, known, parted)
    _draw_ways(word, found, senses)
    if parted is not None:
        _draw_guesses(word, found, senses, known, parted)
        _explain(word, found, parted)


def _guess(found: Read, senses: list[str], known: np.ndarray, parted: Separation) -> list[str]:
    """The senses, with those of the text's own sentences put in by the nearest mean direction."""
    if known.all():
        return senses
    own = [sense for sense in senses if sense]
    guessed = iter(nearest_sense(found.states[known], own, found.states[~known], parted.best))
    return [sense or next(guessed) for sense in senses]


def _draw_layers(word: str, parted: Separation) -> None:
    kinds = {"silhouette": parted.silhouette, "one sense": parted.within, "two senses": parted.between}
    table = pd.concat([pd.DataFrame({"layer": range(len(v)), "value": v, "line": name}) for name, v in kinds.items()])
    best, score = parted.best, parted.silhouette.max()
    if score < PARTED:
        title = f"No layer parts the senses of “{visible(word)}”: the silhouette stays at {score:.2f} or below"
    else:
        title = (
            f"Layer {best} parts the senses of “{visible(word)}” best: silhouette {score:.2f}, "
            f"on entry {parted.silhouette[0]:.2f}"
        )
    show_chart(
        lines.by_layer(table, title=title, value="silhouette, mean cosine"),
        table,
        key="senses",
        alt=f"{title}. Silhouettes by layer: " + ", ".join(f"{value:.2f}" for value in parted.silhouette) + ".",
        width="stretch",
    )
    st.caption(
        "One sense, two senses: the mean cosine of the word with itself in two sentences. Where the lines part, the "
        f"layer hears the sense: at layer {best} two senses are {parted.ratio[best]:.2f} times as far apart as one."
    )


def _draw_ways(word: str, found: Read, senses: list[str]) -> None:
    kept = np.arange(len(senses))[:DRAWN]
    if len(found.samples) < 2:
        st.info("Ways that can be compared need two sentences. Write another one.")
        return
    ways = paths(found.states)
    n_layers = ways.points.shape[1]
    rows = [
        {
            "number": str(i + 1),
            "sentence": visible(found.samples[i].text)[:120],
            "sense": senses[i] or OWN,
            "layer": layer,
            "x": ways.points[i, layer, 0],
            "y": ways.points[i, layer, 1],
            "last": int(layer == n_layers - 1),
        }
        for i in kept
        for layer in range(n_layers)
    ]
    table = pd.DataFrame(rows)
    share = ways.explained.sum()
    title = f"“{visible(word)}” in {len(kept)} sentences, from layer 0 to {n_layers - 1}: this sheet shows {share:.0%}"
    show_chart(
        charts.ways(
            table,
            title=f"{title} of the variance",
            axes=(_axis(ways.explained, 0), _axis(ways.explained, 1)),
        ),
        table,
        key="ways",
        alt=f"{title} of the variance. A line is a sentence, its large mark the last layer.",
        width="stretch",
    )
    st.caption(
        "A line is one sentence; it begins where the word enters, nearly one place for all, and ends at the large mark."
        + (f" Drawn: the first {DRAWN} of {len(senses)}." if len(senses) > DRAWN else "")
    )


def _axis(explained: Floats, i: int) -> str:
    return f"direction {i + 1}: {explained[i]:.0%} of the variance"


def _draw_guesses(word: str, found: Read, senses: list[str], known: np.ndarray, parted: Separation) -> None:
    table = pd.DataFrame(
        {
            "": range(1, len(senses) + 1),
            "sense": senses,
            "said by": np.where(known, "you", f"layer {parted.best}"),
            "sentence": [visible(sample.text) for sample in found.samples],
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", height="content" if len(table) <= ROWS else 320)
    if not known.all():
        st.caption(
            f"{count(int((~known).sum()), 'sentence')} of this text with “{plain(word)}”: each goes to the sense whose "
            f"mean direction is nearest at layer {parted.best}, though it may have a sense that you did not name."
        )


def _explain(word: str, found: Read, parted: Separation) -> None:
    explain(
        "senses",
        formula=r"s = \overline{\frac{b_i - a_i}{\max(a_i, b_i)}} = "
        rf"{parted.silhouette[parted.best]:.3f} \ \text{{at layer }} {parted.best}, \qquad \frac{{\text{{between}}}}"
        rf"{{\text{{within}}}} = {parted.ratio[parted.best]:.2f}",
        source=[separation, silhouette, states_of, paths],
        question=f"On entry, at layer 0, “{plain(word)}” has the same row of the matrix in every sentence. Are its "
        "vectors there equal?",
        answer=f"Not quite: its place in the sentence is added. Their mean cosine is {parted.within[0]:.2f} within a "
        f"sense and {parted.between[0]:.2f} between senses: place, not meaning. What tells the senses apart comes in "
        "by attention, from the words around.",
    )
