"""Which model is asked on the rung Probability: every one that is fitted on the rung below."""

from typing import NamedTuple, Protocol

import streamlit as st

from ladder.math import Ids
from ladder.reality import Corpus
from ladder.statistics import AdditiveNGram, LanguageModel, Mixture, NGram
from ladder.statistics.leaderboard import fit_log_bilinear
from ladder.ui import knobs
from ladder.ui.cache import identity, shared, train_and_held_out
from ladder.ui.jobs import run_job
from ladder.ui.view import View
from ladder.waterfall import LARGEST_LOG_BILINEAR, ORDER

QUICK_FIT = 3_000_000  # bytes: the model of a longer text is counted in a job
ALPHA = 0.01
VALIDATION = 10  # one token in so many, at the end of the training part, weighs the models of a mixture
KNESER_NEY, ADDITIVE, VECTORS, MIXTURE = "kneser-ney", "additive", "vectors", "mixture"
KINDS = {KNESER_NEY: "Kneser-Ney", ADDITIVE: "counts + α", VECTORS: "token vectors", MIXTURE: "mixture"}


class Model(LanguageModel, Protocol):
    """A language model that can be asked here: it looks back a known number of tokens, and has a price."""

    @property
    def order(self) -> int:
        """How many tokens it looks at, and one."""
        ...

    @property
    def size_bytes(self) -> int:
        """Its own price when written down."""
        ...


class Choice(NamedTuple):
    """A kind of model, and how many tokens it looks at, and one."""

    kind: str
    order: int

    @property
    def title(self) -> str:
        """What the model is called in a sentence or a file's name."""
        return {
            KNESER_NEY: f"{self.order}-gram (Kneser-Ney)",
            ADDITIVE: f"{self.order}-gram (counts + {ALPHA:g})",
            VECTORS: "model over token vectors",
            MIXTURE: f"mixture of 1- to {self.order}-grams" if self.order > 1 else "mixture of one 1-gram",
        }[self.kind]


USUAL = Choice(KNESER_NEY, ORDER)


def model_knobs() -> Choice:
    """The kind of model, and its order where it has one."""
    left, right = st.columns([3, 2])
    with left:
        kind = knobs.choice("model", "Model", KINDS, KNESER_NEY, in_a_row=False)
    if kind == VECTORS:
        return Choice(kind, 2)
    with right:
        return Choice(kind, knobs.slider("order", "Order", 1, 6, ORDER))


def fit(ids: Ids, vocabulary_size: int, choice: Choice) -> Model:
    """The chosen model of a text; ValueError, with a sentence, where it cannot be fitted."""
    if choice.kind == ADDITIVE:
        return AdditiveNGram.fit(ids, vocabulary_size, order=choice.order, alpha=ALPHA)
    if choice.kind == VECTORS:
        if vocabulary_size > LARGEST_LOG_BILINEAR:
            raise ValueError(
                f"A softmax over {vocabulary_size:,} tokens takes too long: choose a vocabulary of at most "
                f"{LARGEST_LOG_BILINEAR:,} for token vectors, or another model."
            )
        if len(ids) < 2:
            raise ValueError("Token vectors need two tokens side by side to learn from: choose a longer text.")
        return fit_log_bilinear(ids, vocabulary_size)
    if choice.kind == MIXTURE:
        return _mixture(ids, vocabulary_size, choice.order)
    return NGram.fit(ids, vocabulary_size, order=choice.order)


def _mixture(ids: Ids, vocabulary_size: int, order: int) -> Mixture:
    """Kneser-Ney models of every order up to this one, weighed on a tenth that they have not seen."""

    def models(text: Ids) -> list[NGram]:
        return [NGram.fit(text, vocabulary_size, order=k) for k in range(1, order + 1)]

    n_validation = len(ids) // VALIDATION
    if n_validation < 1:
        raise ValueError(f"A mixture needs at least {VALIDATION} tokens to find its weights: choose a longer text.")
    w = Mixture.fit(models(ids[:-n_validation]), ids[-n_validation:]).w
    return Mixture(tuple(models(ids)), w)


def fitted(view: View, choice: Choice) -> Model | None:
    """The chosen model of the training part: at once for usual counts, else in a job; None while it is not there."""
    wanted = (view.corpus, view.scheme, view.vocabulary_size, choice)
    if choice.kind in (KNESER_NEY, ADDITIVE) and len(view.corpus.data) <= QUICK_FIT:
        return model_of(*wanted)
    key = ("model", identity(view.corpus), view.scheme, view.vocabulary_size, choice)
    return run_job(key, f"Fitting the {choice.title}", lambda progress: model_of(*wanted))


@shared(max_entries=16)
def model_of(corpus: Corpus, scheme: str, vocabulary_size: int, choice: Choice) -> Model:
    """The chosen model of the training part."""
    train, _ = train_and_held_out(corpus, scheme, vocabulary_size)
    return fit(train.ids, train.vocabulary_size, choice)
