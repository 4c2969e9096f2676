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
from ladder.ui.statistics import MOST_BYTES
from ladder.ui.train_first import train_first
from ladder.ui.trainings import newest, own_transformer
from ladder.ui.view import View
from ladder.waterfall import LARGEST_LOG_BILINEAR, ORDER

QUICK_FIT = 3_000_000  # bytes: the model of a longer text is counted in a job
ALPHA = 0.01
VALIDATION = 10  # one token in so many, at the end of the training part, weighs the models of a mixture
KNESER_NEY, ADDITIVE, VECTORS, MIXTURE = "kneser-ney", "additive", "vectors", "mixture"
TRANSFORMER = "transformer"
KINDS = {
    KNESER_NEY: "Kneser-Ney",
    ADDITIVE: "counts + α",
    VECTORS: "token vectors",
    MIXTURE: "mixture",
    TRANSFORMER: "your transformer",
}


class Model(LanguageModel, Protocol):
    """A language model that can be asked here: it has a price; one with an `order` looks back that far at most."""

    @property
    def size_bytes(self) -> int:
        """Its own price when written down."""
        ...


class Choice(NamedTuple):
    """A kind of model, and how many tokens it looks at, and one; of a transformer, which training it comes from."""

    kind: str
    order: int
    training: str = ""
    n_aside: int = 0  # tokens at the end of the training part that the training kept aside

    @property
    def title(self) -> str:
        """What the model is called in a sentence or a file's name."""
        return {
            KNESER_NEY: f"{self.order}-gram (Kneser-Ney)",
            ADDITIVE: f"{self.order}-gram (counts + {ALPHA:g})",
            VECTORS: "model over token vectors",
            TRANSFORMER: "transformer",
            MIXTURE: f"mixture of 1- to {self.order}-grams" if self.order > 1 else "mixture of one 1-gram",
        }[self.kind]


USUAL = Choice(KNESER_NEY, ORDER)


def model_knobs(view: View) -> Choice | None:
    """The kind of model, and its order where it has one; None, with a sentence, where it must be trained first."""
    left, right = st.columns([3, 2])
    with left:
        kind = knobs.choice("model", "Model", KINDS, KNESER_NEY, in_a_row=False)
    if kind == TRANSFORMER:
        return _trained(view)
    if kind == VECTORS:
        return Choice(kind, 2)
    with right:
        return Choice(kind, knobs.slider("order", "Order", 1, 6, ORDER))


def _trained(view: View) -> Choice | None:
    """The transformer that was trained last on this text in this alphabet."""
    trained = newest(view.corpus, view.scheme, view.vocabulary_size)
    if trained is not None:
        return Choice(TRANSFORMER, 0, trained.name, trained.n_aside)
    other = own_transformer(view.corpus, view.scheme, view.vocabulary_size)
    if other is None or len(view.corpus.data) > MOST_BYTES:
        train_first(
            "No transformer of this text in this alphabet is kept here"
            + (f"; one learns from at most {MOST_BYTES:,} bytes, so take a slice first" if other is not None else "")
            + ". It takes a minute, or a second where one is kept."
        )
    else:
        st.info("The transformer of this text was trained over bytes. Choose bytes as the alphabet in the sidebar.")
    return None


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
    if choice.kind == TRANSFORMER or (choice.kind in (KNESER_NEY, ADDITIVE) and len(view.corpus.data) <= QUICK_FIT):
        return model_of(*wanted)
    key = ("model", identity(view.corpus), view.scheme, view.vocabulary_size, choice)
    return run_job(key, f"Fitting the {choice.title}", lambda progress: model_of(*wanted))


@shared(max_entries=16)
def model_of(corpus: Corpus, scheme: str, vocabulary_size: int, choice: Choice) -> Model:
    """The chosen model of the training part."""
    if choice.kind == TRANSFORMER:
        trained = newest(corpus, scheme, vocabulary_size)
        if trained is None or trained.name != choice.training:
            raise ValueError("This transformer has been forgotten, or another one was trained. Choose the model again.")
        return trained.model
    train, _ = train_and_held_out(corpus, scheme, vocabulary_size)
    return fit(train.ids, train.vocabulary_size, choice)
