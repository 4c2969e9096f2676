"""Counting is learning: the bigram table by gradient descent, and by two roads that never sum over all tokens."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import learning as charts
from ladder.lenses import nats_to_bits
from ladder.reality import Corpus
from ladder.statistics.bigrams import NOISE, BigramFit, bigram_counts, contrastive_slope, fit_bigrams, nce_slope
from ladder.ui import knobs
from ladder.ui.cache import encoding, identity, shared
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import labels
from ladder.ui.view import View

ROADS = {
    "gradient": "gradient descent",
    "nce": "noise-contrastive estimation",
    "contrastive": "contrastive divergence",
}
SYMBOLS = 12
STEPS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1200, 2000)
SEED = 1
SMALLEST = 1e-6  # what is less is drawn as this: a log axis has no zero


@st.fragment
def learning_panel(view: View) -> None:
    """Two tables becoming one: what counting writes down, and what descent arrives at."""
    names, counts = table_of(view.corpus, view.scheme, view.vocabulary_size)
    if len(counts) < 2:
        st.info("This text has fewer than two kinds of token that follow each other: there is no table to learn.")
        return
    road = knobs.choice("road", "How", ROADS, "gradient")
    step = knobs.slider_of("rstep", "Step of learning", STEPS, 5)
    key = ("roads", identity(view.corpus), view.scheme, view.vocabulary_size)
    fits = run_job(key, "Learning the table by three roads", lambda progress: fit_roads(counts, progress))
    if fits is None:
        return
    fit = fits[road]
    kept = int(np.flatnonzero(fit.kept <= step)[-1])
    q, p = fit.snapshots[kept], counts / counts.sum(axis=1, keepdims=True)
    excess = max(float(fit.path[step]) - fit.least, 0.0)
    left, right = st.columns(2)
    with left:
        _show_table(names, p, "counted", "Counted: one pass, no steps")
    with right:
        _show_table(names, q, "learned", f"Learned, step {fit.kept[kept]:,}: furthest off {np.abs(q - p).max():.1%}")
    _show_roads(view, fits, road, step, excess)
    worst_Z = {name: float(nats_to_bits(np.abs(fits[name].log_Z).max())) for name in ROADS}
    st.caption(
        f"With the exact Z at hand: at the end |{view.lens.log} Z| is at most {view.lens.amount(worst_Z['nce'])} "
        f"for noise-contrastive "
        f"estimation, which learns Z = 1 along with everything else, and "
        f"{view.lens.amount(worst_Z['contrastive'])} for contrastive "
        f"divergence, which never learns Z. The {len(counts)} most frequent tokens take part; steps use samples, seed "
        f"{SEED}."
    )
    end = {name: max(float(fits[name].path[-1]) - fits[name].least, 0.0) for name in ROADS}
    explain(
        "learning",
        formula=r"\theta_{hw} \leftarrow \theta_{hw} - \eta\,\big(q(w|h) - p(w|h)\big), \qquad "
        rf"\sum_h p(h)\,\mathrm{{KL}} = {view.lens.scale(excess):.5f}\ \text{{{view.lens.unit}}}",
        source=[fit_bigrams, nce_slope, contrastive_slope],
        question="Gradient descent knows nothing of counting. Where does it end?",
        answer=f"Where counting begins: after {STEPS[-1]:,} steps it pays "
        f"{view.lens.amount(end['gradient'], digits=5)} more a token. The slope is q − p, data against model, and "
        "it is zero only where the tables are one. "
        f"Noise-contrastive estimation ({NOISE} noise tokens for each real one) ends "
        f"{view.lens.amount(end['nce'], digits=5)} above, contrastive divergence "
        f"{view.lens.amount(end['contrastive'], digits=5)}.",
    )


@shared(max_entries=16)
def table_of(corpus: Corpus, scheme: str, vocabulary_size: int) -> tuple[list[str], np.ndarray]:
    """The names of the commonest tokens and how often each follows each; a token that none of them follows is out."""
    text = encoding(corpus, scheme, vocabulary_size)
    counts, chosen = bigram_counts(text.ids, text.vocabulary_size, symbols=SYMBOLS)
    while len(counts) and (empty := counts.sum(axis=1) == 0).any():
        counts, chosen = counts[~empty][:, ~empty], chosen[~empty]
    return labels([text.vocabulary[i] for i in chosen]), counts


def fit_roads(counts: np.ndarray, progress: Progress) -> dict[str, BigramFit]:
    """The three fits, each with the same seed."""
    fits = {}
    for i, road in enumerate(ROADS):
        progress(i / len(ROADS), ROADS[road])
        fits[road] = fit_bigrams(counts, road=road, steps=STEPS[-1], rng=np.random.default_rng(SEED))  # type: ignore[arg-type]
    return fits


def _show_table(names: list[str], shares: np.ndarray, key: str, finding: str) -> None:
    n = len(names)
    table = pd.DataFrame({"before": np.repeat(names, n), "after": names * n, "share": shares.ravel()})
    h, w = np.unravel_index(shares.argmax(), shares.shape)
    show_chart(
        charts.bigram_table(table, title=finding),
        table,
        key=f"table-{key}",
        alt=f"{finding}. Surest: after {names[h]} comes {names[w]} in {shares[h, w]:.1%}.",
        width="stretch",
    )


def _show_roads(view: View, fits: dict[str, BigramFit], road: str, step: int, excess: float) -> None:
    rows = [
        (t, ROADS[name], max(view.lens.scale(float(fit.path[t]) - fit.least), SMALLEST))
        for name, fit in fits.items()
        for t in STEPS
    ]
    table = pd.DataFrame(rows, columns=["step", "road", "excess"])
    finding = f"After {step:,} steps {ROADS[road]} pays {view.lens.amount(excess, digits=5)} more than counting"
    show_chart(
        charts.roads(table, names=list(ROADS.values()), step=step, title=finding, unit=view.lens.unit),
        table,
        key="roads",
        alt=f"{finding}.",
        width="stretch",
    )
