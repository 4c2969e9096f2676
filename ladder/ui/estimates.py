"""The entropies of a text: five estimates of each, and what can be known about their errors."""

import pandas as pd
import streamlit as st

from ladder.charts import reality as charts
from ladder.lenses import boltzmann_entropy, log_multiplicity
from ladder.reality.bias import chao_shen, coverage, grassberger, miller_madow, plug_in
from ladder.reality.orders import HELD_OUT_NAME, LEAST_COVERAGE, count, entropies, held_out_surprisals
from ladder.ui.explain import explain
from ladder.ui.reality import ask, bounded, byte_counts, entropies_of, said, true_rate
from ladder.ui.show import show_chart
from ladder.ui.view import View


@st.fragment
def entropy_panel(view: View) -> None:
    """H_0, H_1 and H_2, five estimates of each, with what can be known about their errors."""
    corpus = bounded(view.corpus)
    table = ask(entropies_of, corpus, title="Entropies")
    if table is None:
        return
    truth = true_rate(view)
    shown = table.assign(
        row=[f"{view.lens.letter}{row.order} · {row.estimator}" for row in table.itertuples()],
        value=table.bits.map(view.lens.scale),
        low=table.low.map(view.lens.scale),
        high=table.high.map(view.lens.scale),
    )
    last = int(table.order.max())
    of_last = table[table.order == last].set_index("estimator").bits
    title = _between(view, last, of_last)
    chart = charts.estimates(
        shown, title=title, unit=view.lens.unit, truth=None if truth is None else view.lens.scale(truth)
    )
    show_chart(chart, shown, key="entropy", alt=f"{title}. {said(shown, 'row', 'value')}")
    if truth is not None:
        st.markdown(
            f"The green line is the true entropy rate of this source, "
            f"**{view.lens.amount(truth, per='byte', digits=4)}**. "
            "No order falls below it but by chance; an order reaches it once it looks back as far as the source does."
        )
    if not table.trusted.all():
        thin = table[~table.trusted]
        st.info(
            f"Hollow points: only {thin.coverage.min():.0%} of the next runs of bytes have come up before (Good and "
            f"Turing), "
            f"less than {LEAST_COVERAGE:.0%}. The text is too short for that order: believe the two sides, no point "
            f"between."
        )
    if view.lens.boltzmann:
        _microstates(view)
    counts = byte_counts(corpus.data)
    n, K = int(counts.sum()), int((counts > 0).sum())
    letter, per_bit = view.lens.letter, r" \ln 2" if view.lens.shannon else ""
    explain(
        "entropy",
        formula=rf"\hat {letter}_{{MM}} = -\sum_i \frac{{n_i}}{{n}} {view.lens.tex_log} \frac{{n_i}}{{n}} + "
        rf"\frac{{K - 1}}{{2 n{per_bit}}} = {view.lens.scale(plug_in(counts)):.4f} + "
        rf"\frac{{{K} - 1}}{{2 \cdot {n}{per_bit}}} = {view.lens.tex(miller_madow(counts), per='byte')}",
        source=[entropies, count, plug_in, miller_madow, grassberger, chao_shen, coverage, held_out_surprisals],
        question="You estimate the entropy of a fair die from six throws by putting shares for chances. Too low or "
        "too high?",
        answer="Too low, nearly always: six throws seldom show all six faces equally often, and what did not come up "
        "counts "
        "as impossible. The plug-in is too low on average, for every source. The price of held-out text is too high on "
        "average, since nobody codes better than with the true chances. So the truth lies between.",
    )


def _between(view: View, order: int, bits: pd.Series) -> str:
    """What is known of H_k from below, by the plug-in, and from above, by the held-out part."""
    below, H = view.lens.amount(bits["plug-in"]), f"{view.lens.letter}{order}"
    if HELD_OUT_NAME not in bits:
        return f"{H} is at least about {below} per byte; the text is too short to hold a part out"
    above = view.lens.amount(bits[HELD_OUT_NAME])
    if bits[HELD_OUT_NAME] < bits["plug-in"]:
        return f"The last tenth is cheaper than the whole: {H} is {above} per byte there, {below} overall"
    return f"{H} lies between {below} and {above} per byte"


def _microstates(view: View) -> None:
    """Boltzmann's road to the same number: in how many orders could these very bytes stand?"""
    counts = byte_counts(view.corpus.data)
    n = int(counts.sum())
    log_omega = log_multiplicity(counts)
    by_shannon = n * float(boltzmann_entropy(counts / n))
    with st.container(horizontal=True):
        st.metric("ln Ω, nats", f"{log_omega:,.1f}", width="content")
        st.metric("n S(p), nats", f"{by_shannon:,.1f}", width="content")
        st.metric("difference, nats/byte", f"{(by_shannon - log_omega) / n:.6f}", width="content")
    st.markdown(
        f"These {n:,} bytes can stand in Ω = n! / ∏ nᵢ! different orders, one of which is this text. Per byte, ln Ω "
        f"falls "
        f"short of Shannon's entropy by {(by_shannon - log_omega) / n:.2g} nats, and by ever less the longer the text."
    )
