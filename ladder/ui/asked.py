"""What is asked of a model on the rung Probability: after which tokens, and how the answer is bent and cut."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.math import SCHEMES, Ids, bits_per_byte
from ladder.probability import Draw, sample
from ladder.probability.rows import memory_of
from ladder.reality import Corpus, Split, to_text
from ladder.statistics import NGram, Transformer
from ladder.ui import knobs
from ladder.ui.cache import shared, split_of, train_alphabet, train_and_held_out
from ladder.ui.chosen import Choice, Model, fitted, model_knobs
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

LABEL = 14  # letters of a token on an axis
OPENING = 60  # letters before the next token that are shown
FIRST_PLACE = 24  # tokens of the held-out part that are read at first
LAST_PLACE = 5_000
KNOB = 128  # pixels: seven in a row on a screen, two on a phone
TYPICAL_HELP = "Locally typical sampling: keeps the tokens whose surprise is nearest to the entropy, up to this mass."
PENALTY_HELP = (
    "Repetition penalty r: the logit of every token that was drawn, or that the model looks at before the first, is "
    "multiplied by r. Here logits are ln q, so q becomes q to the power of r."
)
TOP_K = (1, 2, 3, 5, 10, 20, 40, 80, 160, 320, 640, 1280, 0)  # 0 stands for no cut


class Asked(NamedTuple):
    """A question to a model: what may follow these tokens?"""

    model: Model
    choice: Choice
    vocabulary: tuple[bytes, ...]
    context: Ids  # as much of what stands before as the model looks at
    real: int | None  # the token that follows in the corpus, where that is known


class Settings(NamedTuple):
    """The sampler's knobs."""

    temperature: float
    top_k: int | None
    top_p: float | None
    min_p: float | None
    typical_p: float | None = None
    repetition_penalty: float | None = None


def ask(view: View) -> Asked | None:
    """The model, the prompt and its knobs; None, with a sentence, where nothing can be asked."""
    if not lossless(view) or parts_of(view) is None:
        return None
    left, right = st.columns([5, 4])
    with left:
        typed = knobs.text("prompt", "Prompt", placeholder="empty: the model reads the held-out part")
    with right:
        choice = model_knobs(view)
    if choice is None:
        return None
    try:
        model = fitted(view, choice)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return None
    if model is None:
        return None
    train, held_out = train_and_held_out(view.corpus, view.scheme, view.vocabulary_size)
    bare, place = (False, 0) if typed else _reading_knobs(len(held_out.ids))
    context, real = np.zeros(0, dtype=np.int32), None
    if typed:
        context = train_alphabet(view.corpus, view.scheme, view.vocabulary_size).encode(typed).ids
    elif not bare:
        context = np.concatenate([train.ids[-OPENING:], held_out.ids[:place]])
        real = int(held_out.ids[place]) if place < len(held_out.ids) else None
    _say_what_is_before(view, model, train.decode(context[-OPENING:]), context, typed)
    for note in model.notes if isinstance(model, NGram) else ():
        st.caption(plain(note))
    # No more than the model looks at: two prompts with the same end are the same question.
    memory = memory_of(model)
    seen = context if memory is None else context[max(0, len(context) - memory) :]
    return Asked(model, choice, train.vocabulary, seen, real)


def _reading_knobs(n_held_out: int) -> tuple[bool, int]:
    """Whether nothing stands before the next token; else how many tokens of the held-out part do."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with right:
        bare = knobs.toggle("bare", "Nothing before")
    last = min(n_held_out - 1, LAST_PLACE)
    if bare or last < 1:
        return bare, 0
    with left:
        label = "Read along: how many tokens of the held-out part stand before"
        return bare, knobs.slider("at", label, 0, last, min(FIRST_PLACE, last))


def _say_what_is_before(view: View, model: Model, before: bytes, context: Ids, typed: str) -> None:
    """The letters before the next token, and how much of them the model knows."""
    sentences = []
    if not typed and len(context):
        sentences.append(f"Before it: “…{plain(to_text(before)[-OPENING:])}”.")
    if new := sorted(set(typed) - letters_of(view.corpus)):
        shown = ", ".join(f"“{plain(letter)}”" for letter in new[:5]) + (" …" if len(new) > 5 else "")
        sentences.append(f"The training part never has {shown}: written in bytes, and the model knows nothing of them.")
    looked_at = min(looks_back(model), len(context))
    if looked_at == 0:
        sentences.append("The model looks at nothing before: it knows only how common each token is.")
    elif not isinstance(model, NGram):
        sentences.append(f"The model looks at the last {'token' if looked_at == 1 else f'{looked_at} tokens'}.")
    elif looked_at == 1:
        met = "met" if model.matched(context) else "never met"
        sentences.append(f"The model looks at the last token, which it has {met}.")
    else:
        met = f"{model.matched(context)} of them"
        sentences.append(f"The model looks at the last {looked_at} tokens; it has met {met} side by side.")
    st.caption(" ".join(sentences))


def looks_back(model: Model) -> int:
    """How many of the last tokens the model looks at, at most."""
    memory = model.shape.context if isinstance(model, Transformer) else memory_of(model)
    return LAST_PLACE if memory is None else memory


def lossless(view: View) -> bool:
    """Whether the alphabet gives texts back; a sentence where it does not."""
    scheme = SCHEMES[view.scheme]
    if not scheme.lossless:
        st.info(
            f"{scheme.title} does not give the text back, so no text can be drawn from it or read back from a file. "
            "Choose BPE, bytes, characters or words as the alphabet in the sidebar."
        )
    return scheme.lossless


def parts_of(view: View) -> Split | None:
    """The two parts of the text; None, with a sentence, where it has no two parts."""
    try:
        return split_of(view.corpus)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return None


@shared(max_entries=32)
def letters_of(corpus: Corpus) -> frozenset[str]:
    """The characters of the training part."""
    return frozenset(split_of(corpus).train)


@shared(max_entries=64)
def held_out_price(_model: Model, corpus: Corpus, scheme: str, vocabulary_size: int, choice: Choice) -> float:
    """What a byte of the held-out part costs under the model, in bits; the model follows from the other arguments."""
    _, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    return bits_per_byte(float(_model.surprisals(held_out.ids).sum()), held_out.n_bytes)


@shared(max_entries=64)
def draw_of(
    _model: Model,
    corpus: Corpus,
    scheme: str,
    vocabulary_size: int,
    choice: Choice,
    context: tuple[int, ...],
    n: int,
    seed: int,
    settings: Settings,
) -> Draw:
    """A drawn text; the model follows from the other arguments."""
    draw = sample(_model, np.array(context, dtype=np.int32), n=n, rng=np.random.default_rng(seed), **settings._asdict())
    for column in (draw.ids, draw.surprisals, draw.surprisals_truncated):
        column.setflags(write=False)
    return draw


def temperature_knob(**options: Any) -> float:
    """T."""
    return knobs.slider("T", "Temperature T", 0.05, 5.0, 1.0, step=0.05, **options)


def settings_knobs() -> tuple[Settings, int]:
    """The sampler's knobs, and the seed."""
    with st.container(horizontal=True):
        T = temperature_knob(width=KNOB)
        top_k = knobs.slider_of("topk", "Top-k", TOP_K, 0, format_func=lambda k: f"{k:,}" if k else "all", width=KNOB)
        top_p = knobs.slider("topp", "Top-p", 0.05, 1.0, 1.0, step=0.01, width=KNOB)
        min_p = knobs.slider("minp", "Min-p", 0.0, 1.0, 0.0, step=0.01, width=KNOB)
        typical_p = knobs.slider("typical", "Typical", 0.05, 1.0, 1.0, step=0.01, width=KNOB, help=TYPICAL_HELP)
        penalty = knobs.slider("penalty", "Repetition", 1.0, 3.0, 1.0, step=0.05, width=KNOB, help=PENALTY_HELP)
        seed = knobs.number("seed", "Seed", 0, 999_999, 1, step=1, width=KNOB)
    cuts = (top_k or None, top_p if top_p < 1 else None, min_p or None, typical_p if typical_p < 1 else None)
    return Settings(T, *cuts, penalty if penalty > 1 else None), seed


def label_of(piece: bytes) -> str:
    """A token for an axis: what cannot be seen gets marks, what is long is cut."""
    text = visible(to_text(piece), spaces=True)
    return text if len(text) <= LABEL else text[: LABEL - 1] + "…"


def labels_of(vocabulary: Sequence[bytes], rows: Sequence[int]) -> list[str]:
    """Labels of tokens, with the id where two would look the same."""
    labels = [label_of(vocabulary[i]) for i in rows]
    return [label if labels.count(label) == 1 else f"{label} #{i}" for label, i in zip(labels, rows, strict=True)]


def checks(rows: Sequence[tuple[str, float | Floats, float | Floats]]) -> None:
    """Identities, each side by its own route."""
    st.table(
        pd.DataFrame(
            [
                (name, f"{one:z.9f}", f"{two:z.9f}", f"{abs(one - two):.0e}" if one != two else "0")
                for name, one, two in rows
            ],
            columns=["identity", "one route", "the other", "difference"],
        ).set_index("identity")
    )
