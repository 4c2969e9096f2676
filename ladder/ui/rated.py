"""Who is asked for the price of a stretch: the models fitted to the text, one's own transformer, the real one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.math import Ids
from ladder.reality import Corpus
from ladder.statistics.pretrained import Pretrained
from ladder.statistics.stretch import Priced, price_of, stretch_of
from ladder.ui import lm
from ladder.ui.cache import identity, split_of, train_alphabet
from ladder.ui.jobs import Progress, pool, run_job
from ladder.ui.statistics import ngram_of
from ladder.ui.trainings import Trained, own_transformer
from ladder.ui.view import View
from ladder.waterfall import ORDER

UNIGRAM, NGRAM, OWN, REAL = "unigram", "n-gram", "your transformer", "pretrained"
NO_TRANSFORMER = (
    "No transformer has been trained on this text yet. Train one on this page, under Transformer; it takes a minute."
)


class Rated(NamedTuple):
    """A model, and what the stretch costs under it."""

    title: str
    priced: Priced
    size_bytes: int  # of the model


@dataclass(frozen=True)
class Watched:
    """A pretrained model whose reading a progress bar follows."""

    model: Pretrained
    progress: Callable[[float], None]

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return self.model.vocabulary_size

    def logits(self, context: Ids) -> Floats:
        """ln q of the token that follows: (n,) -> (V,)."""
        return self.model.logits(context)

    def surprisals(self, ids: Ids) -> Floats:
        """-log2 q of each token: (n,) -> (n,)."""
        return self.model.surprisals(ids, progress=self.progress)


def rated(view: View, corpus: Corpus, *, share: float, n_bytes: int) -> dict[str, Rated] | None:
    """Those fitted to the text, dearest kind first, and your transformer where there is one; None while at work."""
    own = own_transformer(corpus, view.scheme, view.vocabulary_size)
    made = None if own is None else (own[0].done, own[0].seconds, own[1].scheme)  # a new training is a new question
    key = ("stretch", identity(corpus), view.scheme, view.vocabulary_size, share, n_bytes, made)
    stretch = stretch_of(split_of(corpus), share=share, n_bytes=n_bytes)

    def work(progress: Progress) -> dict[str, Rated]:
        letters = train_alphabet(corpus, view.scheme, view.vocabulary_size)
        found: dict[str, Rated] = {}
        for who, order in ((UNIGRAM, 1), (NGRAM, ORDER)):
            progress(0.3 * len(found), f"counting for the {who}")
            order = min(order, len(letters.encode(split_of(corpus).train).ids))
            model = ngram_of(corpus, view.scheme, view.vocabulary_size, order)
            name = who if who == UNIGRAM else f"{order}-gram (Kneser-Ney)"
            found[who] = Rated(name, price_of(stretch, model, letters.encode), model.size_bytes)
        if own is not None:
            progress(0.7, "reading with your transformer")
            found[OWN] = _own(own[0], price_of(stretch, own[0].model, own[1].encode))
        return found

    return run_job(key, "Pricing the stretch", work)


def _own(trained: Trained, priced: Priced) -> Rated:
    return Rated(OWN, priced, trained.model.size_bytes)


def rated_by_real(corpus: Corpus, *, share: float, n_bytes: int, start_label: str | None = None) -> Rated | None:
    """The stretch under the real model; None, with what is missing or under way, while it is not there."""
    if (found := known_by_real(corpus, share=share, n_bytes=n_bytes)) is not None:
        return found
    where = lm.installed()
    if isinstance(where, str):
        st.info(where)
        return None
    model = lm.borrowed(where)
    stretch = stretch_of(split_of(corpus), share=share, n_bytes=n_bytes)

    def work(progress: Progress) -> Rated:
        lm.load(model, progress)
        watched = Watched(model, lambda done: progress(done, f"reading {stretch.n_bytes:,} bytes"))
        return Rated(model.name, price_of(stretch, watched, model.alphabet.encode), model.size_bytes)

    key = _real_key(corpus, share, n_bytes)
    return run_job(key, f"{model.name} reads the stretch", work, start_label=start_label)


def known_by_real(corpus: Corpus, *, share: float, n_bytes: int) -> Rated | None:
    """The same where it has been asked before; nothing is started."""
    job = pool().find(_real_key(corpus, share, n_bytes))
    return job.result if job is not None and job.state == "done" else None


def _real_key(corpus: Corpus, share: float, n_bytes: int) -> tuple:
    where = lm.installed()
    name = where if isinstance(where, str) else str(where.folder)
    return ("stretch, pretrained", identity(corpus), share, n_bytes, name)


def warning() -> None:
    """What a pretrained model's price does not tell."""
    st.caption(
        "The real model may have read this very text before, as it has read much of what is famous: then its price is "
        "what it remembers, not what it can guess. A text of your own, written last week, is the fair test."
    )
