"""How often tokens occur by rank, and how new ones keep coming."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import math as charts
from ladder.math import Heaps, Line, PowerLaw, bare_words, fit_line, fit_power_law, hapax_share, heaps, ranked
from ladder.math.alphabet import number
from ladder.reality import Corpus, to_text
from ladder.ui import knobs
from ladder.ui.cache import encoding, shared
from ladder.ui.explain import explain
from ladder.ui.math import ask, read
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

RANKS = 250  # points of a rank-frequency chart


class Spread(NamedTuple):
    """How the tokens of a text are spread."""

    names: list[str]  # by rank, the commonest only
    n_r: np.ndarray  # counts by rank
    growth: Heaps
    law: PowerLaw | None
    why_no_law: str
    hapaxes: float


@st.fragment
def zipf_panel(view: View) -> None:
    """How often tokens occur by rank, and how new ones keep coming."""
    corpus = read(view.corpus)
    kinds = {"words": "words", "tokens": "tokens of the alphabet"}
    kind = knobs.choice("count", "Count", kinds, "words")
    scheme = view.scheme if kind == "tokens" else ""
    spread = ask(_spread, corpus, scheme, view.vocabulary_size)
    if spread is None:
        return
    n, V = int(spread.n_r.sum()), len(spread.n_r)
    st.markdown(
        f"**{V:,} distinct among {n:,}**, {spread.hapaxes:.1%} of them seen once (hapax legomena). The commonest: "
        + ", ".join(f"“{plain(name)}”" for name in spread.names[:8])
    )
    points, fits = _rank_tables(spread)
    if spread.law is None:
        finding = f"The commonest occurs {spread.n_r[0]:,} times; there is too little for a law"
        st.caption(f"No power law is fitted: {plain(spread.why_no_law)}.")
    else:
        finding = f"Zipf's exponent is {spread.law.s:.3f} ± {spread.law.s_stderr:.3f} by likelihood"
        if line := _naive(spread):
            finding += f", {-line.exponent:.3f} by a straight line"
    show_chart(charts.rank_frequency(points, fits, title=finding), points, key="zipf", alt=f"{finding}.")
    if spread.law is not None:
        st.caption(
            f"The likelihood fit takes the {spread.law.n_tail:,} with a count of {spread.law.k_min:,} or more, where "
            f"model and counts differ least (Kolmogorov-Smirnov distance {spread.law.distance:.3f}). "
            f"{len(points):,} of {V:,} ranks are drawn, evenly on the log scale."
        )
    _show_growth(spread)
    explain(
        "zipf",
        formula=_zipf_formula(spread.law, spread.growth),
        source=[fit_power_law, heaps],
        question="Read the same text twice as far. Will you have met twice as many words?",
        answer=_growth_answer(spread.growth),
    )


def _show_growth(spread: Spread) -> None:
    growth = spread.growth
    points = pd.DataFrame({"n": growth.n, "V": growth.V})
    curves = [pd.DataFrame({"n": growth.n, "V": growth.V_shuffled, "fit": "the same in random order"})]
    finding = f"After {growth.n[-1]:,} there are {growth.V[-1]:,} distinct ones"
    if growth.fit is not None:
        curves.insert(0, pd.DataFrame({"n": growth.n, "V": growth.fit(growth.n), "fit": "K n^β"}))
        finding = f"Heaps: V grows as {growth.fit.factor:.2f} n^{growth.fit.exponent:.3f}"
    gap = growth.V_shuffled / growth.V - 1
    worst = int(gap.argmax())
    if gap[worst] > 0.02:
        finding += f"; shuffled, {growth.n[worst]:,} tokens would show {gap[worst]:.0%} more: words come in bursts"
    show_chart(
        charts.growth(points, pd.concat(curves), title=finding),
        points.assign(V_shuffled=growth.V_shuffled),
        key="heaps",
        alt=f"{finding}.",
    )


def _zipf_formula(law: PowerLaw | None, growth: Heaps) -> str:
    parts = []
    if law is not None:
        parts.append(
            rf"\hat\alpha = {law.alpha:.3f} \pm {law.alpha_stderr:.3f},\quad "
            rf"s = \frac{{1}}{{\hat\alpha - 1}} = {law.s:.3f} \pm {law.s_stderr:.3f}"
        )
    if growth.fit is not None:
        parts.append(rf"V(n) = {growth.fit.factor:.3f}\,n^{{{growth.fit.exponent:.3f}}}")
    return r" \qquad ".join(parts) or r"n_r = C\,r^{-s}"


def _growth_answer(growth: Heaps) -> str:
    half = int(np.searchsorted(growth.n, growth.n[-1] / 2))
    return (
        f"No. The first {growth.n[half]:,} brought {growth.V[half]:,} distinct ones, all {growth.n[-1]:,} bring "
        f"{growth.V[-1]:,}: {growth.V[-1] / growth.V[half]:.2f} times as many. Old words return, but new ones never "
        "cease, which is why a vocabulary of words is never finished and the others fall back to bytes."
    )


@shared(max_entries=24)
def _spread(corpus: Corpus, scheme: str, vocabulary_size: int) -> Spread:
    """The spread of the tokens of a scheme, or of bare words where none is named."""
    if scheme:
        encoded = encoding(corpus, scheme, vocabulary_size)
        ids, names = encoded.ids, [to_text(piece) for piece in encoded.vocabulary]
    else:
        names, numbers = number(bare_words(corpus.text))
        ids = numbers.astype(np.int32)
    if len(ids) == 0:
        raise ValueError("There are no words in this text. Count the tokens of the alphabet instead.")
    counts = np.bincount(ids)
    by_rank = np.argsort(-counts, kind="stable")[:RANKS]
    law, why = None, ""
    try:
        law = fit_power_law(counts)
    except ValueError as refusal:
        why = str(refusal)
    return Spread([names[i] for i in by_rank], ranked(counts), heaps(ids), law, why, hapax_share(counts))


def _naive(spread: Spread) -> Line | None:
    return fit_line(np.arange(1, len(spread.n_r) + 1), spread.n_r) if len(spread.n_r) > 2 else None


def _rank_tables(spread: Spread) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Ranks evenly on a log scale; and the fits along them."""
    V = len(spread.n_r)
    ranks = np.unique(np.geomspace(1, V, RANKS).round().astype(int))
    names = [visible(spread.names[r - 1], spaces=True)[:40] if r <= len(spread.names) else "…" for r in ranks]
    points = pd.DataFrame({"rank": ranks, "count": spread.n_r[ranks - 1], "token": names})
    fits = []
    if spread.law is not None:
        k = np.unique(np.geomspace(spread.law.k_min, spread.n_r[0], 60).round().astype(int))
        rank = spread.law.rank(k)
        drawn = rank >= 1
        fits.append(pd.DataFrame({"rank": rank[drawn], "count": k[drawn], "fit": "likelihood"}))
        if line := _naive(spread):
            fits.append(pd.DataFrame({"rank": ranks, "count": line(ranks), "fit": "straight line (naive)"}))
    return points, pd.concat(fits) if fits else pd.DataFrame({"rank": [], "count": [], "fit": []})
