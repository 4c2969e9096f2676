"""Most draws are alike, and the likeliest text is none of them."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import measure as charts
from ladder.probability.typicality import Draws, Found, beam, draws
from ladder.reality import to_text
from ladder.ui import knobs
from ladder.ui.asked import Asked, ask
from ladder.ui.cache import identity
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

TEXTS = 32
LENGTHS = (32, 64, 128, 256, 512)
WIDTH = 16
BEAM = 64  # tokens of the likeliest text, at most
SHOWN = 60
BAND = 1.96  # standard deviations: 95 of 100 texts, were they normal


class Typical(NamedTuple):
    """Draws, and the text that a beam search finds."""

    draws: Draws
    likeliest: Found


@st.fragment
def typical_panel(view: View) -> None:
    """The surprise of a draw is nearly always n H; the typical set, and what is not in it."""
    asked = ask(view)
    if asked is None:
        return
    left, right = st.columns(2)
    with left:
        n = knobs.slider_of("aepn", "Tokens in a text", LENGTHS, 256)
    with right:
        seed = knobs.number("seed", "Seed", 0, 999_999, 1, step=1)
    key = (view.scheme, view.vocabulary_size, asked.choice, tuple(asked.context.tolist()), n, seed)

    def work(progress: Progress) -> Typical:
        found = draws(asked.model, asked.context, m=TEXTS, n=n, rng=np.random.default_rng(seed), progress=progress)
        return Typical(found, beam(asked.model, asked.context, n=min(n, BEAM), width=WIDTH))

    found = run_job(("typical", identity(view.corpus), *key), f"Drawing {TEXTS} texts of {n} tokens", work)
    if found is None:
        return
    H = found.draws.entropy_rate
    means, sigma = found.draws.running_means, float(found.draws.surprisals.std())
    left, right = st.columns(2)
    with left:
        _concentration(view, found.draws, H, sigma)
    with right:
        _sizes(view, asked, H, n)
    _texts(view, asked, found, H)
    V, (scale, power, letter) = asked.model.vocabulary_size, (view.lens.scale, view.lens.power, view.lens.letter)
    log, mean, spread = view.lens.tex_log, scale(means[:, -1].mean()), scale(means[:, -1].std())
    base = "2" if view.lens.shannon else "e"
    explain(
        "typical",
        formula=rf"""\begin{{aligned}}
{letter} &= {view.lens.tex(H, per="token", digits=3)} \\
-\tfrac{{1}}{{n}} {log} q(x_1 \ldots x_n) &= {mean:.3f} \pm {spread:.3f}
\quad (n = {n}) \\
|\text{{typical set}}| &\approx {base}^{{n{letter}}} = {power(n * H)}
\quad\text{{of}}\quad V^n = {power(n * np.log2(V))}
\end{{aligned}}""",
        source=[draws, beam],
        question="Every typical text is less likely than the single likeliest one. Why is it never drawn?",
        answer=f"Because there are about ${power(n * H)}$ of the others. A choice that is made once, for the "
        "likeliest at each step, goes against a crowd: the probability lies where the texts are many.",
    )


def _concentration(view: View, found: Draws, H: float, sigma: float) -> None:
    means, scale = found.running_means, view.lens.scale(1.0)
    n = means.shape[1]
    places = np.unique(np.geomspace(1, n, 40).astype(int))
    table = pd.DataFrame(
        {
            "n": np.tile(places, len(means)),
            "text": np.repeat(np.arange(1, len(means) + 1), len(places)),
            "amount": (means[:, places - 1] * scale).ravel(),
        }
    )
    half = BAND * sigma / np.sqrt(places)
    band = pd.DataFrame({"n": places, "low": np.maximum(H - half, 0) * scale, "high": (H + half) * scale})
    first, last = means[:, 0].std() * scale, means[:, -1].std() * scale
    finding = (
        f"The surprise of {len(means)} draws closes in on {view.lens.letter} = {H * scale:.2f} {view.lens.unit}/token: "
        f"the spread falls from {first:.2f} to {last:.2f}"
    )
    foretold = sigma / np.sqrt(n) * scale
    said = (
        f"{finding}. Dashed: {view.lens.letter}. The band is {view.lens.letter} ± 1.96 σ/√n with σ = "
        f"{sigma * scale:.2f}, which foretells "
        f"{foretold:.2f} at n = {n}, were the surprisals independent."
    )
    chart = charts.concentration(table, band, H=H * scale, unit=view.lens.unit, title=finding)
    show_chart(chart, table, key="aep", alt=said, width="stretch")
    st.caption(said.split(". ", 1)[1])


def _sizes(view: View, asked: Asked, H: float, n: int) -> None:
    V = asked.model.vocabulary_size
    names = ["all strings, Vⁿ", "typical set, 2^(nH)" if view.lens.shannon else "typical set, e^(nS)"]
    lengths = np.linspace(0, n, 9)
    table = pd.concat(
        pd.DataFrame({"x": lengths, "line": name, "amount": lengths * bits * np.log10(2)})
        for name, bits in zip(names, (np.log2(V), H), strict=True)
    )
    share = n * (np.log2(V) - H) * np.log10(2)
    finding = f"At n = {n} one string in 10^{share:,.0f} is typical, and nearly all draws are among them"
    chart = charts.lines_of(table, names=names, title=finding, x="n, tokens", y="log₁₀ of how many")
    said = (
        f"{finding}: about 10^{n * H * np.log10(2):,.0f} typical texts out of 10^{n * np.log10(V) + 0.0:,.0f}, "
        f"with V = {V:,} tokens."
    )
    show_chart(chart, table, key="typical-set", alt=said, width="stretch")
    st.caption(f"A{said.split(': a', 1)[1]}")


def _texts(view: View, asked: Asked, found: Typical, H: float) -> None:
    """The likeliest text that was found beside one that was drawn."""
    n = len(found.likeliest.ids)
    per_token = found.likeliest.bits / n
    drawn = found.draws.surprisals[:, :n].mean(axis=1)
    below = float((drawn <= per_token).mean())
    st.markdown(
        f"**The likeliest {n} tokens (beam search, width {WIDTH}) cost {view.lens.amount(per_token, per='token')}, far "
        f"from {view.lens.letter}:** {below:.0%} of the draws are as cheap."
        if per_token < 0.9 * H
        else f"**The likeliest {n} tokens (beam search, width {WIDTH}) cost {view.lens.amount(per_token, per='token')}"
        ", about as much as a draw:** this model has little choice."
    )
    left, right = st.columns(2)
    middle = int(np.argsort(drawn)[len(drawn) // 2])
    for column, name, ids, bits in (
        (left, "Likeliest, and not typical", found.likeliest.ids, per_token),
        (right, "Drawn, and typical", found.draws.ids[middle][:n], float(drawn[middle])),
    ):
        with column:
            st.markdown(f"**{name}** · {view.lens.amount(bits, per='token', digits=2)}")
            st.markdown(plain(to_text(b"".join([asked.vocabulary[i] for i in ids[:SHOWN]]))))
    st.caption(
        "Where a model has seen a long passage once, its likeliest text is that passage by heart, or a circle. "
        "Beam search may miss the very likeliest; that one costs even less."
    )
