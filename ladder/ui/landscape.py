"""Optimisation has a goal: the loss around a fit, the path to it, and the entropy of its basin."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.lenses.shannon import nats_to_bits
from ladder.reality import Corpus
from ladder.statistics.bigrams import bigram_counts
from ladder.statistics.landscape import (
    Arrays,
    Basin,
    Plane,
    Thermal,
    basin,
    path_directions,
    plane,
    random_directions,
    thermal,
)
from ladder.statistics.tinynet import Path, descend_net, net_loss
from ladder.ui import knobs
from ladder.ui.cache import encoding, shared
from ladder.ui.explain import explain
from ladder.ui.landscape_fits import FITS, NET, PLANES, around_panel, draw_plane
from ladder.ui.statistics import bounded
from ladder.ui.tokens import plain
from ladder.ui.view import View

RATES, DECAYS, TEMPERATURES = (0.3, 1.0, 4.0), (0.0, 0.001, 0.01), (0.003, 0.01, 0.03)
BATCHES = {8: "8", 32: "32", 256: "256", 0: "all"}
SYMBOLS, HIDDEN, STEPS, RAYS = 16, 4, 2_000, 200
LEVEL = 0.05  # nats above the fit: the basin's rim
VALIDATION = 0.1


class Seen(NamedTuple):
    """One fit, looked at."""

    fit: Path
    plane: Plane
    basin: Basin
    thermal: Thermal


@st.fragment
def landscape_panel(view: View) -> None:
    """The loss around where a descent ended, and how wide its basin is beside another's."""
    corpus = bounded(view.corpus)
    fit = knobs.choice("lsfit", "Around which fit", FITS, NET)
    if fit != NET:
        around_panel(view, corpus, fit)
        return
    tables = tables_of(corpus, view.scheme, view.vocabulary_size)
    if tables is None:
        st.info(
            "This text has too few pairs of frequent tokens for a part to learn from and a part to judge by: there is "
            "no landscape. Choose a longer text."
        )
        return
    left, right = st.columns(2)
    with left:
        rate = knobs.choice("lsrate", "Learning rate", {r: f"{r:g}" for r in RATES}, 1.0)
        decay = knobs.choice("lsdecay", "Weight decay", {d: f"{d:g}" for d in DECAYS}, 0.0)
        batch = knobs.choice("lsbatch", "Batch: pairs a step", BATCHES, 32)
        early = knobs.toggle("lsearly", "Early stopping on a validation part")
    with right:
        which = knobs.choice("lsplane", "Directions of the plane", PLANES, "path")
        temperature = knobs.choice("lsT", "Temperature T, nats", {t: f"{t:g}" for t in TEMPERATURES}, 0.01)
        seed = knobs.number("lsseed", "Seed", 0, 999_999, 1, step=1)
    text = (corpus, view.scheme, view.vocabulary_size)
    try:
        yours = seen_of(*text, rate, decay, batch, early, which, temperature, seed)
        whole = seen_of(*text, 1.0, 0.0, 0, False, which, temperature, seed)
    except ValueError as refusal:
        st.warning(f"No landscape: {plain(str(refusal))}.")
        return
    _show_plane(view, yours, which)
    st.caption(
        f"The net has {HIDDEN} hidden units between {len(tables[0])} tokens and the {len(tables[0])} that may follow, "
        f"{yours.basin.dimensions} weights. White: the path, projected; cross: where it ended. A plane is all that a "
        "picture can show; most of a random plane's path lies outside it."
    )
    _show_basins(view, {"your descent": yours, "whole batches": whole}, temperature)
    wider = yours.basin.log_volume > whole.basin.log_volume
    T, seen = temperature, yours.thermal
    free_energy = float(nats_to_bits(seen.free_energy))
    energy, entropy = (view.lens.scale(float(nats_to_bits(nats))) for nats in (seen.energy, seen.entropy))
    explain(
        "landscape",
        formula=rf"F = \langle E \rangle - T {view.lens.letter} = "
        rf"{energy:.4f} - {T:g} \cdot {entropy:.2f} = {view.lens.tex(free_energy)}, \qquad "
        rf"\ln V = {yours.basin.log_volume:.1f}",
        source=[plane, basin, thermal, descend_net],
        question="Two fits cost about the same on the training part. Which would you trust on a new text?",
        answer="The flat one has more settings that serve as well: to name one needs fewer bits, and a shift of the "
        "landscape from one text to the next hurts it less. Here your descent’s basin is the "
        f"{'wider' if wider else 'narrower'} one (ln V {yours.basin.log_volume:.1f} against "
        f"{whole.basin.log_volume:.1f}), and its validation price is "
        f"{view.lens.amount(float(nats_to_bits(yours.fit.validation)), per='token')} against "
        f"{view.lens.amount(float(nats_to_bits(whole.fit.validation)), per='token')}: width alone does not decide, the "
        "loss counts too. That is the trade that F makes at a temperature.",
    )


@shared(max_entries=16)
def tables_of(corpus: Corpus, scheme: str, vocabulary_size: int) -> tuple[np.ndarray, np.ndarray] | None:
    """Counts of frequent pairs, (S, S), of the part to learn from and of the last tenth; None where there are none."""
    text = encoding(corpus, scheme, vocabulary_size)
    n = len(text.ids) - round(VALIDATION * len(text.ids))
    learned, chosen = bigram_counts(text.ids[:n], text.vocabulary_size, symbols=SYMBOLS)
    place = np.full(text.vocabulary_size, -1)
    place[chosen] = np.arange(len(chosen))
    x, y = place[text.ids[n:-1]], place[text.ids[n + 1 :]]
    both = (x >= 0) & (y >= 0)
    judged = np.zeros_like(learned)
    np.add.at(judged, (x[both], y[both]), 1)
    return (learned, judged) if len(learned) > 1 and learned.sum() > 0 and judged.sum() > 0 else None


@shared(max_entries=48)
def seen_of(
    corpus: Corpus,
    scheme: str,
    vocabulary_size: int,
    rate: float,
    decay: float,
    batch: int,
    early: bool,
    which: str,
    temperature: float,
    seed: int,
) -> Seen:
    """A descent and the landscape around its end: about half a second."""
    learned, judged = tables_of(corpus, scheme, vocabulary_size) or (np.ones((2, 2)), np.ones((2, 2)))
    fit = descend_net(
        learned,
        judged,
        hidden=HIDDEN,
        steps=STEPS,
        rate=rate,
        batch=batch,
        decay=decay,
        early=early,
        rng=np.random.default_rng(seed),
    )

    def loss(weights: Arrays) -> float:
        return net_loss(weights, learned)

    rng = np.random.default_rng(seed)
    directions = random_directions(fit.weights, rng) if which == "random" else path_directions(fit.states)
    around = basin(loss, fit.weights, level=LEVEL, rng=rng, rays=RAYS)
    farthest = 1.5 * float(around.radii.max())
    warm = thermal(loss, fit.weights, temperature=temperature, farthest=farthest, rng=rng, rays=RAYS, m=60)
    return Seen(fit, plane(loss, fit.weights, directions, fit.states), around, warm)


def _show_plane(view: View, seen: Seen, which: str) -> None:
    price = view.lens.amount(float(nats_to_bits(seen.fit.loss)), per="token")
    finding = f"The path ends at {price}; this plane holds {seen.plane.held:.0%} of its way"
    draw_plane(view, seen.plane, seen.fit.steps, seen.fit.loss, finding, which)


def _show_basins(view: View, fits: dict[str, Seen], temperature: float) -> None:
    st.markdown("###### Sharp and flat: what the basin is worth")
    scale = view.lens.scale
    rows = [
        {
            "fit": name,
            "learned": scale(float(nats_to_bits(seen.fit.loss))),
            "validation": scale(float(nats_to_bits(seen.fit.validation))),
            "ln V": seen.basin.log_volume,
            "± at least": seen.basin.error,
            "rim": float(np.median(seen.basin.radii)),
            "⟨E⟩": seen.thermal.energy,
            "S": seen.thermal.entropy,
            "F = ⟨E⟩ − T S": seen.thermal.free_energy,
        }
        for name, seen in fits.items()
    ]
    st.dataframe(pd.DataFrame(rows).round(4), width="stretch", hide_index=True)
    names, (first, second) = list(fits), [seen.basin.log_volume for seen in fits.values()]
    wider = names[0] if first > second else names[1]
    st.caption(
        f"Learned and validation part: {view.lens.unit} per token. Rim: the median way to it. "
        f"The basin of {wider} is larger by {abs(first - second):.0f} nats of ln V. The basin is where the loss is at "
        f"most {LEVEL:g} nats above the fit, along {RAYS} rays, in units of the weights' own rows. The longest rays "
        "carry the mean, so ln V is rather a lower bound, and an error near 1 says that one ray carries it. ⟨E⟩, S and "
        f"F are nats for weights drawn with exp(−E/T), T = {temperature:g}, E counted from the fit. “Whole batches” "
        "is the same net from the same start, rate 1, no decay."
    )
