"""Part four: is the next token picked by cosine? A model whose logits are dot products, with lengths and without."""

from typing import NamedTuple, cast

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from ladder.charts import cosine as charts
from ladder.geometry import ByCosine, spearman, without_norms
from ladder.geometry.cosine import best_scale, by_cosine
from ladder.lenses.simplex import Floats
from ladder.math import SCHEMES, Ids
from ladder.reality import to_text
from ladder.statistics import LogBilinear
from ladder.ui import knobs
from ladder.ui.cache import split_of, train_alphabet, train_and_held_out
from ladder.ui.chosen import VECTORS, Choice, fitted
from ladder.ui.explain import explain
from ladder.ui.lexicon import OWN, UNTRAINED
from ladder.ui.show import show_chart
from ladder.ui.spaces import AGAIN, ISOLATED
from ladder.ui.statistics import bounded, short
from ladder.ui.tokens import count, plain, visible
from ladder.ui.trainings import counts_in_training, own_transformer
from ladder.ui.verdict import OPEN, Verdict, of_likeness
from ladder.ui.view import View

MOST_TOKENS = 96  # of the sentence
SHOWN = 12  # next tokens in the bars
SAME_LENGTH = 0.01
WHO = {VECTORS: "over token vectors", OWN: "your transformer"}
ROWS = 12  # of a table before it scrolls
DOTS = 800
NAMED = 1
LABEL = 14


class Predictor(NamedTuple):
    """What predicts at every place of a text: any model whose logits are dot products, and a bias."""

    name: str
    final: Floats  # (n, d) the vector of each place
    U: Floats  # (V, d) output embeddings
    bias: Floats  # (V,)


class Following(NamedTuple):
    """The next token at every place of a sentence, with the lengths of the vectors and without."""

    predictor: Predictor
    found: ByCosine  # the bias is on both sides
    bare: ByCosine  # on neither
    ids: Ids  # (n,) the sentence
    vocabulary: tuple[bytes, ...]
    counts: NDArray[np.int64]  # (V,) in the training part


def measured(view: View, sentence: str) -> Following | None:
    """The sentence under the model over token vectors; None, with a sentence, where there is none yet."""
    if not SCHEMES[view.scheme].lossless:
        return None
    corpus = bounded(view.corpus)
    try:
        split_of(corpus)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return None
    model = fitted(view._replace(corpus=corpus), Choice(VECTORS, 2))
    if model is None:
        return None
    alphabet = train_alphabet(corpus, view.scheme, view.vocabulary_size)
    train = train_and_held_out(corpus, view.scheme, view.vocabulary_size)[0]
    ids = alphabet.encode(sentence).ids[:MOST_TOKENS]
    return following(log_bilinear(cast(LogBilinear, model), ids), ids, alphabet.vocabulary, train.counts)


def measured_own(view: View, sentence: str) -> Following | None:
    """The sentence under the transformer trained on this text; None where none was."""
    own = own_transformer(view.corpus, view.scheme, view.vocabulary_size)
    if own is None:
        return None
    trained, alphabet = own
    counts = counts_in_training(view.corpus, alphabet.scheme, view.vocabulary_size)
    trace = trained.model.trace(alphabet.encode(sentence).ids[:MOST_TOKENS])
    return following(
        Predictor("your transformer", trace.final, trace.U, trace.bias), trace.ids, alphabet.vocabulary, counts
    )


def log_bilinear(model: LogBilinear, ids: Ids) -> Predictor:
    """The model over token vectors at every place of a text."""
    wide = (np.asarray(part, dtype=np.float64) for part in (model.v[ids], model.u, model.b))
    return Predictor("the model over token vectors", *wide)


def following(predictor: Predictor, ids: Ids, vocabulary: tuple[bytes, ...], counts: NDArray[np.int64]) -> Following:
    """Any predictor at every place of a text, with lengths and without."""
    return Following(
        predictor,
        without_norms(predictor.final, predictor.U, predictor.bias),
        without_norms(predictor.final, predictor.U),
        ids,
        vocabulary,
        counts,
    )


def verdict(view: View, heard: Following | None) -> Verdict:
    """Whether the best cosine would predict the same."""
    if heard is None:
        if not SCHEMES[view.scheme].lossless:
            return Verdict(OPEN, "This alphabet does not give the text back: choose another one on the left.")
        return Verdict(OPEN, "It wants a model of this text whose logits are dot products.")
    found = heard.found
    same, bits = 1 - found.changed.mean(), found.bits.mean()
    outcome = of_likeness(same, bits)
    return Verdict(
        outcome,
        f"Logits are dot products with the output embedding. With every length taken out and the best single scale put "
        f"in, {plain(heard.predictor.name)} says another token first at {found.changed.sum()} of {len(heard.ids)} "
        f"places, and is {view.lens.amount(bits)} off on average.",
    )


def choose(heard: Following | None, own: Following | None) -> Following | None:
    """Which of the models is taken apart; None, with a sentence, where it is not there."""
    who = knobs.choice("nextwho", "Model", WHO, VECTORS)
    if who == OWN and own is None:
        st.info(UNTRAINED)
    return own if who == OWN else heard


def draw(view: View, heard: Following) -> None:
    """One place of the sentence with lengths and without, and the lengths themselves."""
    n = len(heard.ids)
    left, right = st.columns([2, 3])
    with left:
        with_bias = knobs.toggle("bias", "With the bias b, on both sides", True)
    with right:
        place = knobs.number("spot", f"After which token of the sentence (1 to {n})", 1, MOST_TOKENS, 3)
    if place > n:
        st.caption(f"The sentence has {n} tokens; the last one is taken.")
    t = min(int(place), n) - 1
    found = heard.found if with_bias else heard.bare
    left, right = st.columns([1, 1])
    with left:
        _draw_place(view, heard, found, t)
    with right:
        _draw_lengths(heard)
    _draw_places(view, heard, found)
    sizes = np.linalg.norm(heard.predictor.final, axis=1)
    if np.ptp(sizes) < SAME_LENGTH * sizes.max():
        st.caption(
            f"Every vector v is {sizes.mean():.2f} long here: the last norm sees to it. Only the lengths of the output "
            "vectors are left to tell the logits from cosines."
        )
    explain(
        "cosine-next",
        formula=r"z_w = u_w \cdot v + b_w = |u_w|\,|v| \cos(u_w, v) + b_w \;\to\; s \cos(u_w, v) + b_w, \qquad "
        rf"s^* = {float(found.scale):.2f}, \quad \overline{{KL}} = {view.lens.tex(float(found.bits.mean()), digits=3)}",
        source=[without_norms, by_cosine, best_scale],
        question="Make all output vectors of frequent tokens twice as long. No angle changes. Does the next token?",
        answer="Yes: their logits double, away from zero. A dot product can say “likely” by length, without turning; "
        "a cosine cannot. This is where a model without a bias keeps how frequent a token is.",
    )


def _draw_place(view: View, heard: Following, found: ByCosine, t: int) -> None:
    p, q = np.exp(found.log_p[t]), np.exp(found.log_q[t])
    shown = np.argsort(-np.maximum(p, q), kind="stable")[:SHOWN]
    shown = shown[np.argsort(-p[shown], kind="stable")]
    names = [f"{rank + 1} {_isolated(heard, i)}" for rank, i in enumerate(shown.tolist())]
    table = pd.DataFrame({"token": names, "p": p[shown], "q": q[shown]})
    first, other = _isolated(heard, int(p.argmax())), _isolated(heard, int(q.argmax()))
    said = f"both say “{first}”" if first == other else f"“{first}” with lengths, “{other}” by cosine"
    title = f"After “{_isolated(heard, int(heard.ids[t]))}”: {said}, {view.lens.amount(float(found.bits[t]))} apart"
    show_chart(
        charts.with_and_without(table, title=title),
        table,
        key="cosine-next",
        alt=f"{title}. "
        + ", ".join(f"{row.token} {row.p:.1%} against {row.q:.1%}" for row in table.itertuples())
        + ".",
        width="stretch",
    )
    st.caption("Blue bars: as the model says. Orange ticks: with every length taken out, at the best scale.")


def _draw_lengths(heard: Following) -> None:
    lengths = np.linalg.norm(heard.predictor.U, axis=1)
    seen = np.flatnonzero(heard.counts)
    rho = float(spearman(heard.counts[seen].astype(float), lengths[seen])) if len(seen) else 0.0
    kept = seen if len(seen) <= DOTS else seen[np.linspace(0, len(seen) - 1, DOTS).astype(int)]
    longest = set(kept[np.argsort(-lengths[kept])[:NAMED]].tolist())
    table = pd.DataFrame(
        {
            "token": [_name(heard, i) for i in kept.tolist()],
            "count": heard.counts[kept],
            "length": lengths[kept],
            "name": [_name(heard, i) if i in longest else "" for i in kept.tolist()],
        }
    )
    ratio = lengths[seen].max() / max(np.median(lengths[seen]), 1e-12) if len(seen) else 1.0
    title = f"The longest output vector is {ratio:.1f} times the median; with frequency: ρ = {rho:.2f}"
    show_chart(
        charts.length_and_count(table, title=title),
        table,
        key="lengths",
        alt=f"{title}. {len(kept):,} of {len(lengths):,} tokens are drawn.",
        width="stretch",
    )


def _draw_places(view: View, heard: Following, found: ByCosine) -> None:
    first, other = found.log_p.argmax(axis=1), found.log_q.argmax(axis=1)
    table = pd.DataFrame(
        {
            "after": [_name(heard, i) for i in heard.ids.tolist()],
            "with lengths": [_name(heard, i) for i in first.tolist()],
            "by cosine": [_name(heard, i) for i in other.tolist()],
            f"{view.lens.unit} off": [view.lens.scale(float(bits)) for bits in found.bits],
        }
    )
    st.markdown(f"The first choice differs at **{found.changed.sum()} of {len(heard.ids)}** places:")
    unseen = int((heard.counts[heard.ids] == 0).sum())
    if unseen:
        st.caption(
            f"{count(unseen, 'token')} of the sentence never stood in the training part: after them the model "
            "has learned nothing, and says the same. Type a sentence in the language of the text."
        )
    st.dataframe(table.style.format(precision=3), hide_index=True, height="content" if len(table) <= ROWS else 320)


def _isolated(heard: Following, token: int) -> str:
    """A token among other words: one that is written from right to left leaves them in their order."""
    return f"{ISOLATED}{_name(heard, token)}{AGAIN}"


def _name(heard: Following, token: int) -> str:
    return short(visible(to_text(heard.vocabulary[token]), spaces=True), LABEL)
