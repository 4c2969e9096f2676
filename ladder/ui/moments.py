"""Moments matched: the log-bilinear model by minibatch gradient descent, until data and model agree."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import descent as charts
from ladder.geometry import ppmi_svd
from ladder.lenses.shannon import bits_to_nats
from ladder.math import Encoding, bits_per_byte
from ladder.statistics import LogBilinear
from ladder.statistics.descent import State, batch_slope, descend, moment_gap
from ladder.statistics.loglinear import MAX_VOCABULARY, Problem, minus_log_posterior
from ladder.ui import knobs
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, labels, lossless
from ladder.ui.view import View

RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0)
DECAYS = (0.1, 1.0, 10.0, 100.0, 1000.0)
BATCHES = (32, 128, 512, 2048)
STEPS = 1000
DIMENSIONS = 16
DRAWN = 400  # moments in the picture
THINNED = 60  # batches in the picture
PLACES = (0, 1, 2, 4, 7, 12, 20, 35, 60, 100, 200, 350, 600, 1000)
SETTLED = 300  # steps of L-BFGS


class Way(NamedTuple):
    """What the picture needs of a descent."""

    steps: list[int]
    bits: list[float]  # per token
    validation: list[float]
    batches: np.ndarray  # (s,) bits per token
    gaps: list[float]  # the largest, per token
    data: np.ndarray  # (k,) the moments that are drawn
    model: list[np.ndarray]  # (k,) a state
    names: list[str]
    note: str
    best: int
    held_out: float  # bits per byte
    least: float  # bits per token, where L-BFGS ends
    least_held_out: float
    least_gap: float  # what l2 leaves
    posterior_fell: float  # nats, from the first state to the best one: -ln p(text | weights) - ln p(weights)
    loss_fell: float  # nats: n times what is descended, surprise and l2
    n: int  # pairs that were learned from


@st.fragment
def moments_panel(view: View) -> None:
    """Step by step the model's moments fall onto the data's."""
    if not lossless(view):
        return
    corpus = bounded(view.corpus)
    train, held_out = train_and_held_out(corpus, view.scheme, view.vocabulary_size)
    V = train.vocabulary_size
    if V > MAX_VOCABULARY or len(train.ids) < 40 or len(set(train.ids[:4000].tolist())) < 2:
        st.info(
            f"This panel needs at least 40 tokens of at least two kinds, from an alphabet of at most {MAX_VOCABULARY:,}"
            f"; this text has {len(train.ids):,} tokens, and its alphabet {V:,}. Choose another alphabet on the left, "
            "or a longer text."
        )
        return
    left, right = st.columns(2)
    with left:
        rate = knobs.choice("gdrate", "Learning rate", {r: f"{r:g}" for r in RATES}, 0.03, in_a_row=False)
        decay = knobs.choice("decay", "Weight decay, l2", {d: f"{d:g}" for d in DECAYS}, 1.0, in_a_row=False)
        stepper = knobs.choice("stepper", "Steps", ["Adam", "plain"], "Adam")
    with right:
        batch = knobs.choice("batch", "Batch: pairs of tokens a step", BATCHES, 512)
        seed = knobs.number("gdseed", "Seed of the batches", 0, 999_999, 1, step=1)
        early = knobs.toggle("early", "Early stopping on a validation part")
    step = knobs.slider_of("gdstep", "Step", PLACES, PLACES[-1])
    key = ("moments", identity(corpus), view.scheme, view.vocabulary_size, rate, decay, batch, stepper, early, seed)

    def work(progress: Progress) -> Way:
        return way_of(train, held_out, rate, decay, batch, stepper == "Adam", early, seed, progress)

    way = run_job(key, "Descending", work, draw=lambda shown: _show_live(view, shown[0], shown[1], seed))
    if way is None:
        return
    at = max(i for i, there in enumerate(way.steps) if there <= step)
    _show_price(view, way, at)
    _show_moments(way.names, way.data, way.model[at], way.gaps[at], way.steps[at], key="moments")
    st.caption(
        f"{len(way.data)} of {V * (min(DIMENSIONS, V - 1) + 1):,} moments: the largest half of them, and others at "
        f"random. A moment is the mean over the text of one coordinate of the vector of the token before, where a "
        f"certain token follows. Largest gap of all: {way.gaps[at]:.2g}; after L-BFGS {way.least_gap:.2g}, which is "
        f"the pull of l2 = {decay:g}. Seed {seed}."
    )
    sigma = decay**-0.5
    st.caption(
        f"l2 is a prior: each weight is drawn from a Gaussian around its start, σ = 1/√l2 = {sigma:.3g}, "
        f"and costs l2 w²/2n = w²/2σ²n = {decay / 2 / way.n:.2g} w² nats a token. So the lowest point is the most "
        f"probable setting (MAP). From first step to best −ln p(text | w) − ln p(w), by SciPy’s Gaussian and the "
        f"tokens’ prices, falls by {way.posterior_fell:,.2f} nats; n times what is descended by {way.loss_fell:,.2f}."
    )
    if way.note:
        (st.warning if "overshoot" in way.note else st.caption)(way.note)
    above = way.bits[way.best] - way.least
    st.caption(
        f"Held out: {view.lens.amount(way.held_out, per='byte')} by descent, "
        f"{view.lens.amount(way.least_held_out, per='byte')} by L-BFGS. On the training part descent ends "
        f"{view.lens.amount(abs(above), per='token', digits=4)} {'above' if above >= 0 else 'below'} it"
        + (", which learned from the validation part too." if early else ".")
    )
    explain(
        "moments",
        formula=r"\nabla_{u_w} = \underbrace{\textstyle\sum_c n(c)\, q(w|c)\, v_c}_{\text{model}} - "
        r"\underbrace{\textstyle\sum_c n(c, w)\, v_c}_{\text{data}} + \lambda u_w"
        rf" \qquad \lambda = {decay:g}, \quad \max|\text{{model}} - \text{{data}}|/n = {way.gaps[at]:.2g}",
        source=[descend, batch_slope, Problem.expected],
        question="Descent only ever asks for a lower price. Why do the dots end on the diagonal?",
        answer="The slope of the price is the model’s moments less the data’s: where no direction goes down, they are "
        f"equal, but for the pull of l2, here {way.least_gap:.2g} at most. Of all models with these moments it is the "
        "one of largest entropy: it believes what the moments say, and nothing else. Small batches show the slope "
        "with noise, so the rate must fall for the dots to settle.",
    )


def way_of(
    train: Encoding,
    held_out: Encoding,
    rate: float,
    decay: float,
    batch: int,
    adam: bool,
    early: bool,
    seed: int,
    progress: Progress,
) -> Way:
    """A descent and where L-BFGS ends, as the picture needs it."""
    V = train.vocabulary_size
    progress(0.0, "vectors of the tokens")
    vectors = ppmi_svd(train.ids, V, dimensions=min(DIMENSIONS, V - 1))

    def told(share: float, states: Sequence[State], data: np.ndarray) -> None:
        progress.show((tuple(states), data))
        progress(0.75 * share, f"step {round(share * STEPS):,} of {STEPS:,}")

    found = descend(
        train.ids,
        V,
        vectors=vectors,
        rng=np.random.default_rng(seed),
        l2=decay,
        steps=STEPS,
        rate=rate,
        batch=batch,
        adam=adam,
        early=early,
        progress=told,
    )
    settled = LogBilinear.fit(
        train.ids,
        V,
        vectors=vectors,
        l2=decay,
        steps=SETTLED,
        progress=lambda share: progress(0.75 + 0.25 * share, "L-BFGS, to compare"),
    )
    data = found.data_moments.ravel()
    chosen = chosen_moments(data, seed)
    d = found.data_moments.shape[1]
    names = [
        f"{labels([train.vocabulary[i // d]])[0]}, " + (f"coordinate {i % d + 1}" if i % d < d - 1 else "how often")
        for i in chosen.tolist()
    ]

    def priced(model: LogBilinear) -> float:
        return bits_per_byte(float(model.surprisals(held_out.ids).sum()), held_out.n_bytes)

    first, best = found.states[0], found.states[found.best]
    start = LogBilinear(found.model.v, np.zeros_like(found.model.u), found.start, np.array([]))
    learned = train.ids[: found.n + 1]
    posteriors = [minus_log_posterior(model, learned, start=start, l2=decay) for model in (start, found.model)]
    losses = [found.n * float(bits_to_nats(s.bits)) + decay / 2 * float((s.weights**2).sum()) for s in (first, best)]
    pull = decay * max(float(np.abs(settled.u).max(initial=0)), 0.0) / found.n
    return Way(
        [state.step for state in found.states],
        [state.bits for state in found.states],
        [state.validation for state in found.states],
        found.batch_bits,
        [moment_gap(state, found.data_moments) for state in found.states],
        data[chosen],
        [state.moments.ravel()[chosen] for state in found.states],
        names,
        found.note,
        found.best,
        priced(found.model),
        float(settled.path[-1]),
        priced(settled),
        pull,
        posteriors[0] - posteriors[1],
        losses[0] - losses[1],
        found.n,
    )


def chosen_moments(data: np.ndarray, seed: int) -> np.ndarray:
    """Which moments are drawn: the largest, and as many at random."""
    largest = np.argsort(-np.abs(data), kind="stable")[: DRAWN // 2]
    others = np.setdiff1d(np.flatnonzero(data), largest)
    drawn = np.random.default_rng(seed).choice(others, min(DRAWN // 2, len(others)), replace=False)
    return np.sort(np.r_[largest, drawn])


def _show_live(view: View, states: Sequence[State], data: np.ndarray, seed: int) -> None:
    """What there is so far, while it descends."""
    last = states[-1]
    st.markdown(
        f"Step {last.step:,}: {view.lens.amount(states[0].bits, per='token')} at the beginning, "
        f"**{view.lens.amount(last.bits, per='token')}** now."
    )
    chosen = chosen_moments(data.ravel(), seed)
    names = [f"moment {i:,}" for i in chosen.tolist()]
    model = last.moments.ravel()[chosen]
    _show_moments(names, data.ravel()[chosen], model, moment_gap(last, data), last.step, key="moments-live")


def _show_price(view: View, way: Way, at: int) -> None:
    scale = np.vectorize(view.lens.scale)
    some = np.unique(np.geomspace(1, len(way.batches), THINNED).round().astype(int))
    rows = [(int(t), charts.SERIES[0], float(scale(way.batches[t - 1]))) for t in some]
    rows += [(s, charts.SERIES[1], float(scale(b))) for s, b in zip(way.steps, way.bits, strict=True)]
    rows += [
        (s, charts.SERIES[2], float(scale(b))) for s, b in zip(way.steps, way.validation, strict=True) if np.isfinite(b)
    ]
    table = pd.DataFrame(rows, columns=["step", "series", "price"])
    finding = (
        f"Step {way.steps[at]:,}: {view.lens.amount(way.bits[at], per='token')}; L-BFGS ends at "
        f"{view.lens.amount(way.least)}"
    )
    show_chart(
        charts.falling(table, least=view.lens.scale(way.least), step=way.steps[at], title=finding, unit=view.lens.unit),
        table,
        key="descent",
        alt=f"{finding}. It began at {view.lens.amount(way.bits[0])}.",
        width="stretch",
    )
    st.caption("Dotted, orange: where L-BFGS ends. A batch’s own price is noisy: it is another little text each time.")


def _show_moments(names: list[str], data: np.ndarray, model: np.ndarray, gap: float, step: int, *, key: str) -> None:
    table = pd.DataFrame({"name": names, "data": 1000 * data, "model": 1000 * model})
    finding = f"Step {step:,}: moments of model and data differ by at most {1000 * gap:.2g} thousandths"
    worst = int(np.abs(data - model).argmax())
    show_chart(
        charts.moments(table, title=finding),
        table,
        key=key,
        alt=f"{finding}. Furthest of those drawn: {names[worst]}, data {1000 * data[worst]:.3f}, model "
        f"{1000 * model[worst]:.3f}.",
        width="stretch",
    )
