"""Fit q to p: a histogram, by hand or step by step."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.lenses import bits_to_nats, cross_entropy, entropy, kl_divergence, nats_to_bits, softmax
from ladder.lenses.simplex import Floats
from ladder.math import Encoding
from ladder.statistics import (
    Fit,
    fit_softmax,
    halving_steps,
    kl_by_symbol,
    relative_frequencies,
)
from ladder.ui import knobs
from ladder.ui.cache import encoding, shared
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, labels, spoken
from ladder.ui.tokens import plain
from ladder.ui.view import View

WAYS = {"gradient": "gradient descent", "natural": "natural gradient", "lbfgs": "L-BFGS", "closed": "counting"}
HAND = "hand"
HAND_SYMBOLS = 4  # and the rest: so many sliders a person can hold in mind
STEPS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000, 3000)
RATES = {0.1: "0.1", 0.5: "0.5", 1.0: "1", 4.0: "4", 16.0: "16", 64.0: "64"}
NATURAL_RATE = 0.3  # a share of the way to p: a knob's rate beyond 1 would leave the simplex
SMALLEST = 1e-9  # what is less is drawn as this: a log axis has no zero
PLAY_SECONDS = 0.4
BANDS = ("commonest quarter", "2nd quarter", "3rd quarter", "rarest quarter")
MOST_SYMBOLS = 2_000  # in the picture of the stall
REST = "the rest"


@st.fragment
def fit_panel(view: View) -> None:
    """The smallest learning problem: a histogram p, and q = softmax(theta) that is to become like it."""
    counts = encoding(bounded(view.corpus), view.scheme, view.vocabulary_size)
    way = knobs.choice("way", "How", {HAND: "by hand", **WAYS}, "gradient")
    if len(np.flatnonzero(counts.counts)) < 2:
        st.info(
            "This text has only one kind of token: p is 1 for it, and there is nothing to fit. Choose another text."
        )
        return
    if way == HAND:
        _by_hand(view, counts)
    else:
        _by_steps(view, counts, way)


def _by_hand(view: View, text: Encoding) -> None:
    """Sliders for theta, and what the belief costs."""
    symbols, p = most_frequent(text, HAND_SYMBOLS)
    st.markdown("Move the logits θ until the orange ticks sit on the blue bars. Only their differences count.")
    theta = np.zeros(len(p))
    for i, column in enumerate(st.columns(len(p))):
        with column:
            theta[i] = knobs.slider(f"theta{i}", f"θ of {spoken(symbols[i])}", -6.0, 6.0, 0.0, step=0.1)
    q = softmax(theta)
    _show_histogram(view, symbols, p, q, "by hand")
    states = {"uniform": np.full(len(p), 1 / len(p)), "your q": q, "counting": p}
    _show_prices(view, p, states)
    _boltzmann(view, symbols, theta)
    worst = int(np.abs(q - p).argmax())
    explain(
        "hand",
        formula=_price_formula(view, p, q),
        source=[softmax, cross_entropy, kl_divergence],
        question=f"Your q errs most on {plain(spoken(symbols[worst]))}. By how much, and in which direction, should "
        "its θ move first?",
        answer=f"The slope of H(p, q) in θ is q − p = "
        f"{view.lens.amount(float(nats_to_bits(q[worst] - p[worst])), digits=4)} for each unit of θ: move it "
        f"{'down' if q[worst] > p[worst] else 'up'}. The lowest point is at θ = ln p: "
        + ", ".join(f"{plain(spoken(s))} {t:.2f}" for s, t in zip(symbols, np.log(p), strict=True))
        + ".",
    )


def _by_steps(view: View, text: Encoding, way: str) -> None:
    """The knobs of a descent, and the picture at one of its steps."""
    first, second = st.columns(2)
    with first:
        n_symbols = knobs.slider("symbols", "Symbols: the most frequent, and the rest", 5, 40, 24)
    with second:
        rate = knobs.choice("rate", "Learning rate", RATES, 1.0, disabled=way != "gradient")
    playing = st.session_state.get("fit_playing", False)
    # Only while it plays does the picture draw itself anew.
    st.fragment(_at_step, run_every=PLAY_SECONDS if playing else None)(view, text, way, n_symbols, rate)


def _at_step(view: View, text: Encoding, way: str, n_symbols: int, rate: float) -> None:
    _advance_if_playing()
    step = knobs.slider_of("step", "Step", STEPS, 20)
    playing = st.session_state.get("fit_playing", False)
    with st.container(horizontal=True):
        st.button("Next step", key="fit_next", on_click=_next_step, disabled=step == STEPS[-1])
        st.button("Stop" if playing else "Play", key="fit_play", on_click=_toggle_play, args=(step,))
    if playing != st.session_state.get("fit_playing", False):
        st.rerun()

    symbols, p = most_frequent(text, n_symbols)
    fits = {name: fit_of(tuple(p), name, rate if name == "gradient" else NATURAL_RATE, STEPS[-1] + 1) for name in WAYS}
    fit = fits[way]
    q = state_at(fit, step)
    _show_histogram(view, symbols, p, q, f"{WAYS[way]}, step {min(step, len(fit.path) - 1):,}")
    if fit.diverged:
        st.warning(
            f"At rate {rate:g} the steps overshoot and q ends worse than uniform: the descent stopped at step "
            f"{len(fit.path) - 1}, and its best state is shown. Up to 4 is safe: the curvature is nowhere above 1/2."
        )
    states = {"uniform": np.full(len(p), 1 / len(p)), f"q at step {step:,}": q, "counting": p}
    _show_prices(view, p, states)
    left, right = st.columns(2)
    with left:
        _show_ways(view, p, fits, way, step)
    with right:
        _show_stall(text, step, rate)
    _boltzmann(view, symbols, np.log(q) - np.log(q).mean())  # gradient descent keeps the mean of theta at 0
    pace = halving_steps(p, rate=rate)
    explain(
        "fit",
        formula=_price_formula(view, p, q)
        + rf"\\ \theta_i \leftarrow \theta_i - {rate:g}\,(q_i - p_i), \qquad "
        + rf"\text{{errors halve in about }} \frac{{\ln 2}}{{{rate:g}\, p_i}}\text{{ steps}}",
        source=[fit_softmax, kl_by_symbol],
        question="Which symbols are right first under plain gradient descent, and why not all at once?",
        answer="The frequent ones. The curvature of symbol i is about p_i, so an error in "
        f"{spoken(symbols[0])} halves in about {max(pace[0], 1):,.0f} steps, in "
        f"{spoken(symbols[int(p.argmin())])} in {pace.max():,.0f}. The "
        "natural gradient measures steps by the information in q and treats all alike; counting needs no steps.",
    )


@shared(max_entries=64)
def fit_of(p: tuple[float, ...], way: str, rate: float, keep: int) -> Fit:
    """A fit with about `keep` states of q at hand, once for all sessions."""
    return fit_softmax(p, steps=STEPS[-1], rate=rate, method=way, keep=keep)  # type: ignore[arg-type]


def most_frequent(text: Encoding, n: int) -> tuple[list[str], Floats]:
    """The names and shares of the n most frequent tokens and, where there are more, of the rest together."""
    order = np.argsort(-text.counts, kind="stable")
    order = order[text.counts[order] > 0]
    names, counts = labels([text.vocabulary[i] for i in order[:n]]), text.counts[order[:n]].tolist()
    if len(order) > n:
        names.append(REST)
        counts.append(int(text.counts[order[n:]].sum()))
    return names, relative_frequencies(counts)


def state_at(fit: Fit, step: int) -> Floats:
    """q at a step; the last state, or the best where the fit diverged, for a step beyond its end."""
    reached = np.flatnonzero(fit.kept <= step)
    return fit.q if step > fit.kept[-1] else fit.snapshots[reached[-1]]


def _show_histogram(view: View, symbols: list[str], p: Floats, q: Floats, where: str) -> None:
    table = pd.DataFrame({"symbol": symbols, "p": p, "q": q})
    price, least = float(cross_entropy(p, q)), float(entropy(p))
    finding = (
        f"q costs {view.lens.amount(price, per='token')} ({where}); no q can cost less than {view.lens.amount(least)}"
    )
    worst = int(np.abs(p - q).argmax())
    show_chart(
        charts.histogram(table, title=finding),
        table,
        key="histogram",
        alt=f"{finding}. Furthest off: {symbols[worst]}, p = {p[worst]:.3f}, q = {q[worst]:.3f}.",
        width="stretch",
    )
    st.caption("Blue bars: p, how often each token occurs in the text. Orange ticks: q, what the model believes.")


def _show_prices(view: View, p: Floats, states: dict[str, Floats]) -> None:
    H = view.lens.scale(float(entropy(p)))
    rows = []
    for state, q in states.items():
        KL = view.lens.scale(float(kl_divergence(p, q)))
        said = f"{H:.4f} + {KL:.4f} = {H + KL:.4f}"
        rows += [(state, "H(p)", 0.0, H, said), (state, "KL(p‖q)", H, H + KL, said)]
    table = pd.DataFrame(rows, columns=["state", "part", "start", "stop", "label"])
    now = list(states)[1]
    KL_now = float(kl_divergence(p, states[now]))
    finding = f"H(p, q) = H(p) + KL: believing {now} costs {view.lens.amount(KL_now, digits=4)} too much"
    show_chart(
        charts.price_bars(table, title=finding, unit=f"{view.lens.unit} per token"),
        table,
        key="prices",
        alt=f"{finding}. H(p) is {H:.4f} {view.lens.unit}.",
        width="stretch",
    )


def _show_ways(view: View, p: Floats, fits: dict[str, Fit], way: str, step: int) -> None:
    least = float(entropy(p))
    rows = [
        (t, WAYS[name], max(view.lens.scale(float(fit.path[t]) - least), SMALLEST))
        for name, fit in fits.items()
        for t in _thinned(len(fit.path))
    ]
    table = pd.DataFrame(rows, columns=["step", "way", "excess"])
    at = min(step, len(fits["gradient"].path) - 1)
    finding = (
        f"Counting is there in 1 step, L-BFGS in {len(fits['lbfgs'].path) - 1}; after {at:,} steps gradient descent "
        f"still pays {view.lens.amount(max(float(fits['gradient'].path[at]) - least, 0), digits=4)} too much"
    )
    show_chart(
        charts.ways(table, names=list(WAYS.values()), step=step, title=finding, unit=view.lens.unit),
        table,
        key="ways",
        alt=f"{finding}.",
        width="stretch",
    )
    st.caption(
        f"The natural gradient goes {NATURAL_RATE:.0%} of the way at each step. Less than 10⁻⁹ is drawn as 10⁻⁹."
    )


def _show_stall(text: Encoding, step: int, rate: float) -> None:
    """What plain descent still has to learn of all tokens, by how frequent they are."""
    p = most_frequent(text, MOST_SYMBOLS)[1]
    fit = fit_of(tuple(p), "gradient", rate, len(STEPS) * 4)
    quarters = np.array_split(np.argsort(-p, kind="stable"), len(BANDS))
    shares = kl_by_symbol(p, fit.snapshots)
    rows, now = [], {}
    for name, quarter in zip(BANDS, quarters, strict=True):
        error = np.sqrt(shares[:, quarter].sum(axis=1))
        if error[0] < SMALLEST:
            continue
        for i in _thinned(len(fit.kept)):
            rows.append((int(fit.kept[i]), name, max(error[i] / error[0], 1e-6)))
        now[name] = error[np.flatnonzero(fit.kept <= step)[-1]] / error[0]
    if not rows:
        return
    table = pd.DataFrame(rows, columns=["step", "band", "left"])
    (first, *_, last) = (*now, *now)
    finding = f"At step {step:,} the {first} has {now[first]:.1%} of its error left, the {last} {now[last]:.1%}"
    show_chart(
        charts.stall(table, names=list(BANDS), step=step, title=finding),
        table,
        key="stall",
        alt=f"{finding}.",
        width="stretch",
    )
    st.caption(
        f"Plain gradient descent at rate {rate:g} on {len(p):,} tokens. The error is the square root of the tokens’ "
        "share of KL. Rare tokens have little curvature: the gradient hardly feels them."
    )


def _boltzmann(view: View, symbols: list[str], theta: Floats) -> None:
    """The same fit read as energies in equilibrium."""
    if not view.lens.boltzmann:
        return
    F = -float(np.log(np.exp(theta - theta.max()).sum()) + theta.max())
    S = float(bits_to_nats(entropy(softmax(theta))))
    lowest = int(theta.argmax())
    st.caption(
        f"Boltzmann reads θ = −E/T at T = 1: the ground state is {spoken(symbols[lowest])} with E = "
        f"{-theta[lowest] + 0.0:.3f} nats, F = −ln Z = {F + 0.0:.3f} nats, S = {S:.3f} nats, "
        f"U = F + S = {F + S:.3f} nats."
    )


def _price_formula(view: View, p: Floats, q: Floats) -> str:
    H, KL = (view.lens.scale(float(x)) for x in (entropy(p), kl_divergence(p, q)))
    log = r"\log_2" if view.lens.shannon else r"\ln"
    return rf"H(p, q) = -\sum_i p_i {log} q_i = H(p) + \mathrm{{KL}}(p\|q) = {H:.4f} + {KL:.4f} = {H + KL:.4f}"


def _advance_if_playing() -> None:
    """One step further, each time that the picture draws itself."""
    if st.session_state.get("fit_playing", False):
        _next_step()


def _next_step() -> None:
    at = st.session_state.get("step", STEPS[0])
    later = [step for step in STEPS if step > at]
    if later:
        st.session_state["step"] = later[0]
    if len(later) <= 1:
        st.session_state["fit_playing"] = False


def _toggle_play(step: int) -> None:
    playing = not st.session_state.get("fit_playing", False)
    st.session_state["fit_playing"] = playing
    if playing and step == STEPS[-1]:
        st.session_state["step"] = STEPS[0]


def _thinned(n: int) -> list[int]:
    """Up to about 60 places of 0 ... n - 1, dense at the start."""
    return sorted({0, *np.geomspace(1, max(n, 2), 60).round().astype(int).clip(1, n).tolist(), n} - {n})
