"""Menu or belief? Whether the model's 70 % happen 70 times in 100, and what it is good for at other temperatures."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import measure as charts
from ladder.lenses import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.probability import next_distribution
from ladder.probability.calibration import (
    Reliability,
    answers,
    choices_at,
    ece_interval,
    first_choices,
    fit_temperature,
    honest_ece,
    met_and_expected,
    price_at,
    reliability,
)
from ladder.reality import Corpus
from ladder.ui import knobs
from ladder.ui.asked import ask, checks, label_of
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.chosen import TRANSFORMER, Choice, Model, fit
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

PLACES = 2_000  # at most
LOGITS = 2_500_000  # numbers at most: fewer places where the vocabulary is large
FEWEST = 20  # places below which nothing can be said
VALIDATION = 0.1  # of the training part
TEMPERATURES = np.geomspace(0.25, 4, 17)
ORDERED = 12  # from the menu


class Belief(NamedTuple):
    """The model as it is, and at the temperature fitted on validation text."""

    T: float
    places: int
    before: Reliability
    after: Reliability
    intervals: tuple[tuple[float, float], tuple[float, float]]
    chance: tuple[float, float]  # the ECE of an honest model: its mean, and what 95 of 100 stay below
    met: tuple[float, float]  # on the validation part, at T: energy met and energy expected, nats
    prices: Floats  # (17,) bits/token of the held-out part over TEMPERATURES
    choices: Floats  # (17,) bits
    price_before: float
    price_after: float


def believe(
    model: Model, choice: Choice, corpus: Corpus, scheme: str, vocabulary_size: int, bins: int, progress: Progress
) -> Belief:
    """Fit T on the end of the training part, for a model of the rest; judge on the held-out part."""
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    most = max(200, min(PLACES, LOGITS // model.vocabulary_size))
    n_validation = choice.n_aside if choice.kind == TRANSFORMER else int(len(train.ids) * VALIDATION)
    if choice.kind == TRANSFORMER and not choice.n_aside:
        raise ValueError(
            "This transformer has learned from the whole training part, so no part is left to fit T on. Train one that "
            "stops early: it keeps a part aside."
        )
    if min(n_validation, len(held_out.ids)) < FEWEST:
        raise ValueError(
            f"Calibration needs at least {FEWEST} tokens to validate and {FEWEST} to judge on, but there are "
            f"{n_validation} and {len(held_out.ids)}. Choose a longer text, or a larger slice of it."
        )
    learned, validation = train.ids[:-n_validation], train.ids[-n_validation:]
    progress(0.1, "fitting a model without the validation part")
    # A transformer has not learned from there; the others are fitted once more, without it.
    of_the_rest = model if choice.kind == TRANSFORMER else fit(learned, model.vocabulary_size, choice)
    asked = answers(of_the_rest, validation, most=most)
    progress(0.3, "fitting T")
    T = fit_temperature(asked)
    met = met_and_expected(asked, T=T)
    progress(0.6, "asking about the held-out part")
    asked = answers(model, held_out.ids, most=most)
    diagrams, intervals = [], []
    for t in (1.0, T):
        c, hit = first_choices(asked, T=t)
        diagrams.append(reliability(c, hit, bins=bins))
        intervals.append(ece_interval(c, hit, rng=np.random.default_rng(1), bins=bins))
        progress(0.8, "resampling")
    chance = honest_ece(first_choices(asked)[0], rng=np.random.default_rng(2), bins=bins)
    prices = np.array([price_at(asked, T=float(t)) for t in TEMPERATURES])
    choices = np.array([choices_at(asked, T=float(t)) for t in TEMPERATURES])
    return Belief(
        T,
        len(asked.truths),
        diagrams[0],
        diagrams[1],
        (intervals[0], intervals[1]),
        chance,
        met,
        prices,
        choices,
        price_at(asked, T=1.0),
        price_at(asked, T=T),
    )


@st.fragment
def belief_panel(view: View) -> None:
    """A reliability diagram, calibration by one temperature, and the menu."""
    asked = ask(view)
    if asked is None:
        return
    bins = knobs.slider("bins", "Bins of the diagram", 4, 20, 10)
    model = asked.model
    found = run_job(
        ("belief", identity(view.corpus), view.scheme, view.vocabulary_size, asked.choice, bins),
        "Comparing what the model says with what happens",
        lambda progress: believe(model, asked.choice, view.corpus, view.scheme, view.vocabulary_size, bins, progress),
    )
    if found is None:
        return
    left, right = st.columns(2)
    with left:
        _diagram(found)
    with right:
        _price_and_choices(view, found)
    met, expected = found.met
    per_nat = view.lens.scale(float(nats_to_bits(1.0)))
    checks([(f"mean E met = mean U expected, {view.lens.unit}", met * per_nat, expected * per_nat)])
    st.caption("On the validation text, at the T fitted there: the best T is where the two are equal.")
    st.markdown("##### The same model as a menu")
    T = knobs.slider("menuT", "Temperature of the menu", 0.1, 4.0, 1.5, step=0.1)
    logits, rng = model.logits(asked.context), np.random.default_rng(1)
    for name, t in (("Belief", found.T), ("Menu", T)):
        p = next_distribution(logits, temperature=t).p
        drawn = rng.choice(len(p), size=ORDERED, p=p)
        dishes = " · ".join(f"“{plain(label_of(asked.vocabulary[i]))}”" for i in drawn)
        st.markdown(
            f"**{name}, T = {t:.2f}**: {len(set(drawn.tolist()))} different among {ORDERED}, the likeliest at "
            f"{p.max():.1%}: {dishes}"
        )
    st.caption(
        "For betting, for compressing, for saying how sure one is, only the fitted T will do: any other costs more. "
        "For ideas to choose from, a wider menu may serve better; then its percentages must not be read as beliefs."
    )
    explain(
        "belief",
        formula=rf"""\begin{{aligned}}
\mathrm{{ECE}} &= \sum_B \tfrac{{|B|}}{{n}}\,|\bar c(B) - \mathrm{{hits}}(B)| = {found.before.ece:.4f} \\
T^* &= \arg\min_T \sum_x -{view.lens.tex_log} q_T(x) = {found.T:.4f} \\
\mathrm{{ECE}}(T^*) &= {found.after.ece:.4f}
\end{{aligned}}""",
        source=[reliability, fit_temperature, met_and_expected],
        question="A model that names each token with its overall share in the text: can it be well calibrated? Is it a "
        "good model?",
        answer="It is nearly perfectly calibrated, and a poor model: set the order to 1 and look at the price. "
        "Calibration says that the percentages are honest, not that they are sharp.",
    )


def _diagram(found: Belief) -> None:
    fitted = f"at the fitted T = {found.T:.2f}"
    table = pd.concat(
        pd.DataFrame({"model": name, "confidence": diagram.confidence, "hits": diagram.hits, "places": diagram.places})
        for name, diagram in (("as it is", found.before), (fitted, found.after))
    )
    (low, high), (low_after, high_after) = found.intervals
    gap = float(found.before.places @ (found.before.confidence - found.before.hits)) / found.places
    lean = "too sure of itself" if gap > 0 else "too modest"
    if found.before.ece <= found.chance[1]:
        lean = "honest, as far as chance can tell"
    finding = f"The model is {lean}: calibration error {found.before.ece:.1%} ({low:.1%} to {high:.1%})"
    said = (
        f"{finding}. With T = {found.T:.2f}, fitted on validation text: {found.after.ece:.1%} ({low_after:.1%} to "
        f"{high_after:.1%}). An honest model would show {found.chance[0]:.1%} by chance alone on {found.places:,} "
        f"places, and 95 of 100 such less than {found.chance[1]:.1%}."
    )
    show_chart(charts.reliability_diagram(table, title=finding), table, key="reliability", alt=said, width="stretch")
    st.caption(
        said.split(". ", 1)[1] + " In brackets: 95 % intervals for the true error, without what "
        "chance adds, by resampling blocks of neighbouring places."
    )


def _price_and_choices(view: View, found: Belief) -> None:
    names = ["price of held-out text", "entropy: the menu"]
    scale = view.lens.scale(1.0)
    table = pd.concat(
        pd.DataFrame({"x": TEMPERATURES, "line": name, "amount": amounts * scale})
        for name, amounts in zip(names, (found.prices, found.choices), strict=True)
    )
    gain = found.price_before - found.price_after
    finding = f"The fitted T = {found.T:.2f} saves {view.lens.amount(gain, per='token')} against T = 1"
    if gain < 0:
        finding = f"The fitted T = {found.T:.2f} costs {view.lens.amount(-gain, per='token')} more than T = 1"
    chart = charts.lines_of(
        table,
        names=names,
        title=finding,
        x="T (dashed: fitted)",
        y=f"{view.lens.unit}/token",
        log_x=True,
        marked=found.T if TEMPERATURES[0] <= found.T <= TEMPERATURES[-1] else None,
    )
    wide, narrow = (2 ** np.interp(T, TEMPERATURES, found.choices) for T in (2, 1))
    said = f"{finding}. At T = 2 a token is chosen as if among {wide:,.1f} equal ones, at T = 1 among {narrow:,.1f}."
    show_chart(chart, table, key="belief-price", alt=said, width="stretch")
    st.caption(said.split(". ", 1)[1])
