"""Two roads to Gibbs' measure of whole strings, and a false friend that looks like the second."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import measure as charts
from ladder.lenses import gibbs
from ladder.lenses.simplex import Floats
from ladder.math import Ids
from ladder.probability.metropolis import (
    Agreement,
    agreement,
    ancestral,
    autocorrelation,
    autocorrelation_time,
    distances,
    metropolis,
    mixing_time,
    strings,
)
from ladder.reality import Corpus, to_text
from ladder.ui import knobs
from ladder.ui.asked import Asked, ask, label_of, temperature_knob
from ladder.ui.cache import shared
from ladder.ui.chosen import Choice, Model
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

K = 8  # tokens
DRAWS = 10_000
CURVE = 300  # steps of the exact law
LONG = 8_000  # steps of one chain
LAGS = 400
PASSES = 0.001  # p-values below it are taken for a failure
TOKEN_BY_TOKEN, CHAIN, HASTINGS, FRIEND = (
    "token by token",
    "Metropolis",
    "Metropolis–Hastings",
    "without Hastings’ factor",
)


class Roads(NamedTuple):
    """Draws from four samplers, held against the exact measure."""

    tokens: Ids  # (K,)
    n_strings: int
    tests: dict[str, Agreement]
    curves: dict[str, Floats]  # TV after each step, exact
    mixing: dict[str, int | None]
    correlations: Floats  # of the energy along one chain
    tau: float
    likeliest: tuple[Ids, ...]  # strings
    shares: Floats  # pi, and the share of each sampler's draws: (5, samplers + 1)


@shared(max_entries=32)
def roads_of(
    _model: Model,
    corpus: Corpus,
    scheme: str,
    vocabulary_size: int,
    choice: Choice,
    context: tuple[int, ...],
    length: int,
    T: float,
    steps: int,
) -> Roads:
    """The four samplers on the same few strings; the model follows from the other arguments."""
    space = strings(_model, np.array(context, dtype=np.int32), k=K, length=length)
    pi = gibbs(space.energies, T=T)
    even = np.full(len(space.tokens), 1 / len(space.tokens))
    r = 0.5 * even + 0.5 * np.exp(space.log_rows[0][0])
    start = int(pi.argmin())
    chains = {CHAIN: (None, True), HASTINGS: (r, True), FRIEND: (r, False)}
    drawn = {TOKEN_BY_TOKEN: ancestral(space, n=DRAWS, T=T, rng=np.random.default_rng(1))}
    curves = {}
    for seed, (name, (proposal, corrected)) in enumerate(chains.items(), start=2):
        rng = np.random.default_rng(seed)
        walk = metropolis(
            space,
            T=T,
            steps=steps,
            start=np.full(DRAWS, start),
            rng=rng,
            proposal=proposal,
            corrected=corrected,
        )
        for states in walk:
            drawn[name] = states
        curves[name] = distances(
            space, T=T, steps=max(CURVE, steps), start=start, proposal=proposal, corrected=corrected
        )
    one = metropolis(space, T=T, steps=LONG, start=[start], rng=np.random.default_rng(9))
    energies = np.array([space.energies[state[0]] for state in one])[LONG // 20 :]
    correlations = autocorrelation(energies, lags=LAGS)
    likeliest = np.argsort(-pi, kind="stable")[:5]
    counted = [np.bincount(states, minlength=len(pi))[likeliest] / DRAWS for states in drawn.values()]
    return Roads(
        space.tokens,
        len(pi),
        {name: agreement(states, pi) for name, states in drawn.items()},
        curves,
        {name: mixing_time(curve) for name, curve in curves.items()},
        correlations,
        autocorrelation_time(correlations),
        tuple(space.tokens[row] for row in space.letters(likeliest)),
        np.stack([pi[likeliest], *counted], axis=1),
    )


@st.fragment
def chain_panel(view: View) -> None:
    """Token by token, or by a random walk over whole strings: the same measure, and one that only looks the same."""
    asked = ask(view)
    if asked is None:
        return
    with st.container(horizontal=True):
        T = temperature_knob(width=200)
        length = knobs.slider("len", "Tokens in a string", 2, 4, 3, width=200)
        steps = knobs.slider("steps", "Steps of each chain", 5, 500, 200, step=5, width=200)
    context = tuple(asked.context.tolist())
    found = roads_of(
        asked.model, view.corpus, view.scheme, view.vocabulary_size, asked.choice, context, length, T, steps
    )
    tokens = ", ".join(f"“{plain(label_of(asked.vocabulary[i]))}”" for i in found.tokens)
    st.caption(
        f"Strings of {length} tokens out of the {len(found.tokens)} likeliest ({tokens}): {found.n_strings:,} in all, "
        "so that Gibbs’ measure ∝ q(s)^(1/T) is known exactly. The model is restricted to these tokens. Every chain "
        f"starts at the least likely string, walks {steps} steps, and gives one draw; {DRAWS:,} draws each."
    )
    _tests(found, T)
    left, right = st.columns(2)
    with left:
        _mixing(found, steps)
    with right:
        _memory(view, found)
    _shares(asked, found)
    explain(
        "chain",
        formula=rf"""\begin{{aligned}}
\pi(s) &= q(s)^{{1/{T:g}}} \Big/ \textstyle\sum_{{s'}} q(s')^{{1/{T:g}}} \\
a(s \to s') &= \min\Big(1,\ e^{{-(E' - E)/{T:g}}}\ \frac{{r(s_i)}}{{r(s'_i)}}\Big) \\
\chi^2 &= {found.tests[CHAIN].statistic:.1f}\ \text{{on}}\ {found.tests[CHAIN].freedom}\ \text{{degrees}}
\end{{aligned}}""",
        source=[metropolis, ancestral, agreement],
        question="Set T to 0.5. Drawing token by token at T = 0.5 is what every chatbot does. Is it the same as "
        "drawing whole texts in proportion to q(s)²?",
        answer="No, but at T = 1. Each token is divided by a sum of its own, which depends on what stands before: a "
        "beginning whose continuations are spread out is paid too well. How far apart the two are depends on how "
        "much these sums differ.",
    )


def _tests(found: Roads, T: float) -> None:
    fails = [name for name, test in found.tests.items() if test.p_value < PASSES]
    rows = [
        (
            name,
            f"{test.statistic:,.1f} on {test.freedom:,}",
            f"{test.p_value:.2g}",
            "❌ not from it" if name in fails else "✅ may be from it",
        )
        for name, test in found.tests.items()
    ]
    columns = ["sampler", "chi-square, degrees", "p-value", "Gibbs’ measure?"]
    honest = "Token by token and the chain agree" if not {TOKEN_BY_TOKEN, CHAIN} & set(fails) else "The roads part"
    caught = "the false friend is caught" if FRIEND in fails else "the false friend is not caught here"
    st.markdown(f"**{honest} at T = {T:g}; {caught}.**")
    st.table(pd.DataFrame(rows, columns=columns).set_index("sampler"))
    st.caption(
        "Token by token: each drawn at T after those before it. Metropolis proposes all tokens evenly; "
        "Metropolis–Hastings proposes common ones more often, and makes up for it by a factor. Without that factor it "
        "is the false friend: it runs, mixes and writes plausible strings, all from another measure. A failure of the "
        "others means too few steps (turn the knob), or, token by token, that T is not 1."
    )


def _mixing(found: Roads, steps: int) -> None:
    table = pd.concat(
        pd.DataFrame({"x": np.arange(len(curve)), "line": name, "amount": curve})[: CURVE + 1 : 2]
        for name, curve in found.curves.items()
    )
    mixing = found.mixing[CHAIN]
    when = f"after {mixing} steps" if mixing is not None else f"after more than {len(found.curves[CHAIN]) - 1} steps"
    finding = f"Metropolis’ chain is mixed {when}; the false friend stays {found.curves[FRIEND][-1]:.2f} away"
    chart = charts.lines_of(
        table,
        names=list(found.curves),
        title=finding,
        x="steps",
        y="distance TV",
        marked=steps,
        level=0.25,
    )
    said = f"{finding}. Exact distances; dashed: the {steps} steps chosen, and 1/4, where a chain counts as mixed."
    show_chart(chart, table, key="mixing", alt=said, width="stretch")


def _memory(view: View, found: Roads) -> None:
    lags = int(min(LAGS, max(20, 8 * found.tau)))
    table = pd.DataFrame(
        {"x": np.arange(lags + 1), "line": "E with E, later", "amount": found.correlations[: lags + 1]}
    )
    finding = f"One step is worth 1/{found.tau:.1f} of an independent draw"
    chart = charts.lines_of(
        table,
        names=["E with E, later"],
        title=finding,
        x="steps apart",
        y="correlation",
        level=0,
    )
    said = f"{finding}: the autocorrelation time of the energy, along one chain of {LONG:,} steps, is {found.tau:.1f}."
    show_chart(chart, table, key="autocorrelation", alt=said, width="stretch")


def _shares(asked: Asked, found: Roads) -> None:
    texts = [
        plain(to_text(b"".join([asked.vocabulary[i] for i in ids]))).replace("\n", " ") or " "
        for ids in found.likeliest
    ]
    rows = [[f"{share:.2%}" for share in row] for row in found.shares]
    table = pd.DataFrame(rows, columns=["exactly", *found.tests])
    table.insert(0, "string", [f"“{text}”" for text in texts])
    st.markdown("The likeliest strings, and how often each sampler drew them:")
    st.table(table.set_index("string"))
