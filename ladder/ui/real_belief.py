"""Is the real model honest? Whether its 70 % happen 70 times in 100 on the held-out part."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import measure as charts
from ladder.lenses.simplex import Floats
from ladder.probability.calibration import Reliability, ece_interval, honest_ece, reliability
from ladder.reality import Corpus
from ladder.statistics.pretrained import Pretrained
from ladder.ui.cache import identity, split_of
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.view import View

LETTERS = 3_000  # of the held-out part
TOKENS = 800
FEWEST = 40  # tokens
TEMPERATURES = np.geomspace(0.5, 2, 13)
BINS = 8


class Honest(NamedTuple):
    """The model at T = 1 on the second half of the stretch, and the T that the first half likes best."""

    T: float
    places: int
    as_it_is: Reliability
    interval: tuple[float, float]
    chance: tuple[float, float]
    prices: Floats  # (13,) bits/token over TEMPERATURES, on the second half


def measure(model: Pretrained, corpus: Corpus, progress: Progress) -> Honest:
    """Weigh a stretch of the held-out part; ValueError, with a sentence, where it is too short."""
    ids = model.alphabet.encode(split_of(corpus).held_out[:LETTERS]).ids[:TOKENS]
    if len(ids) < FEWEST:
        raise ValueError(
            f"Calibration needs {FEWEST} tokens of the held-out part, but it has {len(ids)}. Choose a longer text."
        )
    temperatures = sorted({1.0, *TEMPERATURES.tolist()})
    found = model.weigh(ids, temperatures=temperatures, progress=lambda share: progress(share, "reading"))
    progress(0.9, "resampling")
    half, one = len(ids) // 2, temperatures.index(1.0)
    confidence, hit = found.confidence[one, half:], found.hit[half:]
    prices = found.bits[[temperatures.index(T) for T in TEMPERATURES.tolist()]]
    return Honest(
        float(TEMPERATURES[prices[:, :half].mean(axis=1).argmin()]),
        len(ids) - half,
        reliability(confidence, hit, bins=BINS),
        ece_interval(confidence, hit, rng=np.random.default_rng(1), bins=BINS),
        honest_ece(confidence, rng=np.random.default_rng(2), bins=BINS),
        prices[:, half:].mean(axis=1),
    )


def draw(view: View, model: Pretrained) -> None:
    """The reliability diagram, and the price over T."""
    found = run_job(
        ("real belief", identity(view.corpus), model.name),
        f"{model.name} reads a stretch of the held-out part",
        lambda progress: measure(model, view.corpus, progress),
        start_label="Ask it",
    )
    if found is None:
        return
    left, right = st.columns(2)
    with left:
        _diagram(found)
    with right:
        _prices(view, found)
    explain(
        "real-belief",
        formula=rf"\mathrm{{ECE}} = \sum_B \tfrac{{|B|}}{{n}}\,|\bar c(B) - \mathrm{{hits}}(B)| = "
        rf"{found.as_it_is.ece:.4f}, \qquad T^* = {found.T:.3f}",
        source=[Pretrained.weigh, reliability],
        question="A model that has been trained to chat: must its percentages still be beliefs?",
        answer="No. It was trained on texts first, where only honest percentages pay, and then on answers that people "
        "like, where sure ones do. How much is left of the first, the diagram says, for this text.",
    )


def _diagram(found: Honest) -> None:
    diagram = found.as_it_is
    table = pd.DataFrame(
        {
            "model": "as it is",
            "confidence": diagram.confidence,
            "hits": diagram.hits,
            "places": diagram.places,
        }
    )
    gap = float(diagram.places @ (diagram.confidence - diagram.hits)) / found.places
    lean = "too sure of itself" if gap > 0 else "too modest"
    if diagram.ece <= found.chance[1]:
        lean = "honest, as far as chance can tell"
    low, high = found.interval
    finding = f"The real model is {lean}: calibration error {diagram.ece:.1%} ({low:.1%} to {high:.1%})"
    said = (
        f"An honest model would show {found.chance[0]:.1%} by chance alone on {found.places:,} places, and 95 of 100 "
        f"such less than {found.chance[1]:.1%}."
    )
    chart = charts.reliability_diagram(table, title=finding)
    show_chart(chart, table, key="real-reliability", alt=f"{finding}. {said}", width="stretch")
    st.caption(f"{said} The places are the second half of the stretch.")


def _prices(view: View, found: Honest) -> None:
    name = "price of the second half"
    table = pd.DataFrame({"x": TEMPERATURES, "line": name, "amount": found.prices * view.lens.scale(1.0)})
    gain = float(np.interp(1.0, TEMPERATURES, found.prices) - np.interp(found.T, TEMPERATURES, found.prices))
    better = f"costs {view.lens.amount(gain)} less" if gain >= 0 else f"costs {view.lens.amount(-gain)} more"
    finding = f"T = {found.T:.2f}, which the first half likes best, {better} a token than T = 1"
    chart = charts.lines_of(
        table,
        names=[name],
        title=finding,
        x="T (dashed: fitted)",
        y=f"{view.lens.unit}/token, second half",
        log_x=True,
        marked=found.T,
    )
    show_chart(chart, table, key="real-price", alt=f"{finding}.", width="stretch")
