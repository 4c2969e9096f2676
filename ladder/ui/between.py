"""Between two texts: the straight paths from one text's letters to another's, and the metric on the way."""

from collections import Counter

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import learning as charts
from ladder.lenses import kl_divergence, nats_to_bits
from ladder.lenses.simplex import Floats, relative_frequencies
from ladder.reality import SAMPLES, Corpus
from ladder.statistics.information import (
    along,
    e_geodesic,
    fisher_along,
    jensen_shannon_distance,
    log_partition_along,
    m_geodesic,
    second_difference,
)
from ladder.ui import knobs
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.frame import corpus_of
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

HALVES = "halves"
ADDED = 0.5  # to each count: what one text never says must have a logit too
MOST_CHARACTERS = 400_000
POINTS = 21


@st.fragment
def between_panel(view: View) -> None:
    """Two texts' letters as two points, and the ways between them."""
    options = {HALVES: "its own second half", **{key: sample.title for key, sample in SAMPLES.items()}}
    other = knobs.choice("beside", "The other text", options, "python", in_a_row=False)
    if len(view.corpus.text) < 2:
        st.info("A text of one character has no two halves. Choose another text.")
        return
    p, q = letters_of(view.corpus, other)
    name = "its second half" if other == HALVES else plain(SAMPLES[other].title)
    if len(p) < 2:
        st.info("Both texts are written with one and the same letter: they are one point. Choose another text.")
        return
    table = along(p, q, points=POINTS)
    table[["from_p", "to_q"]] = np.vectorize(view.lens.scale)(table[["from_p", "to_q"]].to_numpy())
    there, back = float(kl_divergence(p, q)), float(kl_divergence(q, p))
    distance = jensen_shannon_distance(p, q)
    finding = (
        f"From this text to {name}: KL {view.lens.amount(there)} there, {view.lens.amount(back)} back; "
        f"Jensen–Shannon distance {distance:.3f}"
    )
    show_chart(
        charts.paths(table, title=finding, unit=view.lens.unit), table, key="paths", alt=f"{finding}.", width="stretch"
    )
    st.caption(
        "Each dot is a distribution of letters between the two texts. The m-geodesic mixes probabilities, the "
        f"e-geodesic mixes logits. {len(p):,} different characters; {ADDED:g} is added to each count."
    )
    t = np.linspace(0, 1, POINTS)
    g = fisher_along(p, q, t)
    hessian = second_difference(lambda at: log_partition_along(p, q, at), t)
    apart = float(np.abs(hessian - g).max() / max(g.max(), 1e-300))
    metric_finding = f"Fisher metric = covariance = Hessian of ln Z: they differ by at most {apart:.0e} of it"
    metric = pd.DataFrame({"t": t, "covariance": g, "hessian": hessian})
    show_chart(
        charts.metric(metric, title=metric_finding),
        metric,
        key="metric",
        alt=f"{metric_finding}. g falls from {g.max():.4f} to {g.min():.4f} nats squared.",
        width="stretch",
    )
    fine = np.linspace(0, 1, 401)
    on = fisher_along(p, q, fine)
    area = float(np.trapezoid((1 - fine) * on, fine))
    st.caption(
        f"Line: the variance of ln(q/p) on the e-geodesic. Dots: ln Z differenced twice. The area under (1 − t) g is "
        f"{view.lens.amount(float(nats_to_bits(area)), digits=5)}, and KL(p‖q) is {view.lens.amount(there, digits=5)}."
    )
    explain(
        "between",
        formula=r"g(t) = \mathrm{Var}_{p_t}\!\left[\ln\tfrac{q}{p}\right] = \frac{d^2 \ln Z}{dt^2}, \qquad "
        rf"\int_0^1 (1-t)\, g\, dt = {area:.5f}\ \text{{nats}} = {view.lens.tex(there, digits=5)} = "
        r"\mathrm{KL}(p\|q)",
        source=[e_geodesic, m_geodesic, fisher_along, jensen_shannon_distance],
        question="KL there and KL back differ. Is there an honest distance between two texts?",
        answer=f"The root of the Jensen–Shannon divergence is one: here {distance:.4f}, from 0 for the same letters to "
        "1 for texts that share none. It is symmetric and keeps the triangle inequality; KL does neither.",
    )


@shared(max_entries=16)
def letters_of(corpus: Corpus, other: str) -> tuple[Floats, Floats]:
    """The shares of every character that occurs in either text, half a count added: (V,), (V,)."""
    middle = len(corpus.text) // 2
    first, second = (
        (corpus.text[:middle], corpus.text[middle:]) if other == HALVES else (corpus.text, corpus_of(other).text)
    )
    a, b = Counter(first[:MOST_CHARACTERS]), Counter(second[:MOST_CHARACTERS])
    characters = sorted(a | b)
    counts = [np.array([text[c] for c in characters]) + ADDED for text in (a, b)]
    return relative_frequencies(counts[0]), relative_frequencies(counts[1])
