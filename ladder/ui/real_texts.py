"""The real model writes at several temperatures at once: side by side, watched, stopped when one likes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.math import Ids, bits_per_byte
from ladder.probability import draw_one, energies, next_distribution, thermodynamics
from ladder.statistics.pretrained import Pretrained
from ladder.ui import knobs
from ladder.ui.cache import identity
from ladder.ui.explain import explain
from ladder.ui.heat import per_nat_of
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import Token, surprise_colour, token_strip
from ladder.ui.view import View
from ladder.ui.written import DARKEST, readable

SIDE_BY_SIDE = (0.5, 1.0, 1.5)
CUTS: dict[str, dict[str, float]] = {"nothing": {}, "top-p 0.9": {"top_p": 0.9}, "min-p 0.1": {"min_p": 0.1}}


class Step(NamedTuple):
    """One token that was drawn, and the body that it was drawn from."""

    id: int
    bits: float  # -log2 q under the model itself
    S: float  # nats, at T, before any cut
    F: float
    C: float


Texts = tuple[tuple[Step, ...], ...]  # one for each temperature


def write(model: Pretrained, context: Ids, *, n: int, seed: int, cut: dict[str, float], progress: Progress) -> Texts:
    """n tokens at each temperature, a token each in turn, with the same random numbers for all."""
    readers = [model.reader() for _ in SIDE_BY_SIDE]
    rngs = [np.random.default_rng(seed) for _ in SIDE_BY_SIDE]
    texts: list[list[Step]] = [[] for _ in SIDE_BY_SIDE]
    for t in range(n):
        for T, reader, rng, text in zip(SIDE_BY_SIDE, readers, rngs, texts, strict=True):
            progress(t / n, f"token {t + 1} of {n}")
            text.append(_step(reader.logits(np.concatenate([context, _ids(text)])), T, cut, rng))
        progress.show(tuple(tuple(text) for text in texts))
        if progress.stopping:
            break
    return tuple(tuple(text) for text in texts)


def _step(logits: Floats, T: float, cut: dict[str, float], rng: np.random.Generator) -> Step:
    here = thermodynamics(energies(logits), T=T)
    hit = draw_one(next_distribution(logits, temperature=T, **cut).p, rng)  # type: ignore[arg-type]
    return Step(hit.id, float(-logits[hit.id] / np.log(2)), float(here.S), float(here.F), float(here.C))


def _ids(steps: Sequence[Step]) -> Ids:
    return np.array([step.id for step in steps], dtype=np.int32)


def draw(view: View, model: Pretrained, context: Ids) -> None:
    """The knobs, the job and what it has written so far."""
    with st.container(horizontal=True):
        n = knobs.slider("rmn", "Tokens", 10, 200, 40, step=10, width=200)
        seed = knobs.number("rmseed", "Seed of the texts", 0, 999_999, 1, width=200)
    cut = knobs.choice("rmcut", "Cut", list(CUTS), "nothing")
    key = ("real texts", model.name, identity(view.corpus), tuple(context.tolist()), n, seed, cut)

    def work(progress: Progress) -> Texts:
        return write(model, context, n=n, seed=seed, cut=CUTS[cut], progress=progress)

    def show(texts: Texts) -> None:
        show_texts(view, texts, model.alphabet.vocabulary)

    texts = run_job(key, "Three texts", work, start_label="Write", stop_label="That is enough", draw=show)
    if texts is None:
        return
    show(texts)
    hottest = texts[-1]
    st.caption(
        "All three draw with the same random numbers, so they part only where heat has moved them. S, F and C are "
        "those of each next token’s distribution at that T, before any cut, and the mean over the text."
    )
    per_nat = per_nat_of(view)
    mean = [float(np.mean([getattr(step, name) for step in hottest])) for name in ("F", "S")]
    explain(
        "real-texts",
        formula=rf"T = {SIDE_BY_SIDE[-1]:g}: \quad \overline F = \overline{{U - TS}} = "
        rf"{mean[0] * per_nat:z.3f}, \quad \overline S = {mean[1] * per_nat:z.3f}\ \text{{{view.lens.unit}}}",
        source=[write, _step, thermodynamics],
        question="Turn T from 1 to 1.5: does the entropy of the next token grow by half?",
        answer="By far more. Each token that heat lets in changes what is read from then on, and after nonsense the "
        "model is unsure of everything: the text melts rather than warms. Compare S at the three temperatures.",
    )


def show_texts(view: View, texts: Texts, vocabulary: tuple[bytes, ...]) -> None:
    """The texts in columns, coloured by surprise, with their means."""
    per_nat = per_nat_of(view)
    for column, T, steps in zip(st.columns(len(SIDE_BY_SIDE)), SIDE_BY_SIDE, texts, strict=True):
        with column:
            ids, bits = _ids(steps), np.array([step.bits for step in steps])
            S, F, C = (float(np.mean([getattr(step, name) for step in steps])) * per_nat for name in ("S", "F", "C"))
            st.markdown(f"**T = {T:g}** · S = {S:.2f}, F = {F:z.2f}, C = {C:.2f} {view.lens.unit}")
            token_strip(
                [
                    Token(text, view.lens.amount(cost, digits=2), surprise_colour(cost, most=DARKEST))
                    for text, cost in readable(ids, bits, vocabulary)
                ],
                label=f"The text at T = {T:g}, each token coloured by its surprise",
            )
            n_bytes = sum(len(vocabulary[i]) for i in ids.tolist())
            if n_bytes:
                price = view.lens.amount(bits_per_byte(float(bits.sum()), n_bytes), per="byte", digits=2)
                st.caption(f"{len(ids)} tokens; {price} under the model itself")
