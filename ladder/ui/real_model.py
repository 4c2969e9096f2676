"""A real language model on the rung Probability: its next token, heated and cut; texts, honesty, a file."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.charts.measure import lines_of
from ladder.lenses.simplex import Floats
from ladder.math import Ids
from ladder.probability import energies, next_distribution, thermodynamics
from ladder.reality import Corpus
from ladder.statistics.pretrained import Pretrained
from ladder.ui import knobs, lm, real_belief, real_file, real_texts
from ladder.ui.asked import labels_of, parts_of, temperature_knob
from ladder.ui.cache import identity, shared
from ladder.ui.explain import explain
from ladder.ui.heat import TEMPERATURES, draw_body, per_nat_of
from ladder.ui.jobs import run_job
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

PARTS = {"next": "Next token", "texts": "Texts at three temperatures", "belief": "Is it honest?", "file": "A file"}
BEFORE = 300  # letters before the held-out part that are read where nothing is typed
SHOWN = 60  # of them
LONGEST = 1_000  # tokens of a prompt that are read
CANDIDATES = 15
CUT_AT = np.geomspace(0.3, 3, 25)
EXAMPLES = 6


class Question(NamedTuple):
    """What the model is asked to go on from."""

    model: Pretrained
    context: Ids
    vocabulary: tuple[bytes, ...]


@st.fragment
def real_model_panel(view: View) -> None:
    """The downloaded model under the same knobs as those that were fitted here."""
    parts = parts_of(view)
    if parts is None:
        return
    typed = knobs.text("prompt", "Prompt", placeholder="empty: the model reads what stands before the held-out part")
    part = knobs.choice("rmpart", "Part", PARTS, "next")
    model = lm.the_model()
    if model is None:
        return
    if part in ("belief", "file"):
        st.caption("It reads the held-out part of the corpus, whatever the prompt.")
        (real_belief if part == "belief" else real_file).draw(view, model)
        return
    text = typed or parts.train[-BEFORE:]
    ids = model.alphabet.encode(text).ids
    context = ids[-LONGEST:]
    said = f"It reads {len(context):,} tokens" + (f", the last of {len(ids):,}" if len(ids) > LONGEST else "")
    st.caption(f"{said}. Before the next: “…{plain(text[-SHOWN:])}”.")
    if part == "texts":
        real_texts.draw(view, model, context)
    else:
        draw_next(view, Question(model, context, model.alphabet.vocabulary))


@shared(max_entries=32)
def row_of(_model: Pretrained, name: str, corpus: Corpus, context: tuple[int, ...]) -> Floats:
    """ln q of the token that follows: (V,). Kept with the text, so that it is forgotten with it."""
    row = _model.logits(np.array(context, dtype=np.int32))
    row.setflags(write=False)
    return row


@shared(max_entries=32)
def kept_by(
    _logits: Floats, name: str, corpus: Corpus, context: tuple[int, ...], top_p: float, min_p: float
) -> tuple[list[int], list[int]]:
    """How many tokens each cut keeps, over CUT_AT."""
    rows = [
        [int(next_distribution(_logits, temperature=T, **cut).kept.sum()) for T in CUT_AT.tolist()]  # type: ignore[arg-type]
        for cut in ({"top_p": top_p}, {"min_p": min_p})
    ]
    return rows[0], rows[1]


def draw_next(view: View, asked: Question) -> None:
    """The distribution at T, the body that it is, and both cuts."""
    T = temperature_knob()
    key = (asked.model.name, view.corpus, tuple(asked.context.tolist()))
    ask = ("real row", key[0], identity(view.corpus), key[2])
    if not run_job(ask, "Reading the prompt", lambda progress: row_of(asked.model, *key) is not None):
        return
    logits = row_of(asked.model, *key)
    E = energies(logits)
    here = thermodynamics(E, T=T)
    p = next_distribution(logits, temperature=T).p
    top = np.argsort(-p, kind="stable")[:CANDIDATES]
    table = pd.DataFrame({"part": labels_of(asked.vocabulary, top.tolist()), "amount": p[top]})
    bits = float(here.S) / np.log(2)
    finding = (
        f"At T = {T:g}, {table['part'][0]} with {p[top[0]]:.1%}, and as if {2**bits:,.1f} of {len(p):,} tokens "
        "were equally likely"
    )
    show_chart(
        charts.summands(table, title=finding, of=f"probability at T = {T:g}"),
        table,
        key="real-next",
        alt=f"{finding}. Then {', '.join(table['part'][1:4])}.",
        width="stretch",
    )
    draw_body(view, thermodynamics(E, T=TEMPERATURES), here, prefix="real-")
    _cuts(view, logits, asked, T)
    per_nat = per_nat_of(view)
    explain(
        "real-next",
        formula=rf"""\begin{{aligned}}
F &= -T {view.lens.tex_log} Z = {here.F * per_nat:z.4f}\ \text{{{view.lens.unit}}} \\
S &= {here.S * per_nat:z.4f}, \qquad U - TS = {(here.U - T * here.S) * per_nat:z.4f} \\
C &= \mathrm{{Var}}(E)/T^2 = {here.C * per_nat:z.4f}
\end{{aligned}}""",
        source=[thermodynamics, next_distribution],
        question="Its vocabulary has tens of thousands of tokens, that of your n-gram a thousand. Which of the two "
        "suffers more from heat?",
        answer="The real one: its long tail of tokens, each hopeless alone, has far more mass together once T lifts "
        "it. That is why its samplers cut.",
    )


def _cuts(view: View, logits: Floats, asked: Question, T: float) -> None:
    """Top-p against min-p: how many tokens each leaves, over T."""
    st.markdown("##### Min-p against top-p")
    with st.container(horizontal=True):
        top_p = knobs.slider("rmtopp", "Top-p", 0.05, 0.99, 0.9, step=0.01, width=200)
        min_p = knobs.slider("rmminp", "Min-p", 0.01, 0.5, 0.1, step=0.01, width=200)
    names = [f"top-p {top_p:g}", f"min-p {min_p:g}"]
    counts = kept_by(logits, asked.model.name, view.corpus, tuple(asked.context.tolist()), top_p, min_p)
    table = pd.concat(
        pd.DataFrame({"x": CUT_AT, "line": name, "amount": row}) for name, row in zip(names, counts, strict=True)
    )
    wide, narrow = (
        next_distribution(logits, temperature=T, top_p=top_p),
        next_distribution(logits, temperature=T, min_p=min_p),
    )
    n, m = int(wide.kept.sum()), int(narrow.kept.sum())
    finding = f"At T = {T:g}, top-p keeps {n:,} of {len(logits):,} tokens, min-p {m:,}"
    show_chart(
        lines_of(
            table,
            names=names,
            title=finding,
            x="temperature T",
            y="tokens kept (log scale)",
            log_x=True,
            log_y=True,
            marked=T if CUT_AT[0] <= T <= CUT_AT[-1] else None,
        ),
        table,
        key="real-cuts",
        alt=f"{finding}. At T = {CUT_AT[-1]:g} they keep {counts[0][-1]:,} and {counts[1][-1]:,}.",
        width="stretch",
    )
    only = np.flatnonzero(wide.kept & ~narrow.kept)
    rare = only[np.argsort(wide.p[only], kind="stable")][:EXAMPLES].tolist()
    examples = ", ".join(f"“{plain(label)}”" for label in labels_of(asked.vocabulary, rare))
    st.caption(
        f"Bits that the cut costs: {view.lens.amount(wide.cost_bits, digits=2)} with top-p, "
        f"{view.lens.amount(narrow.cost_bits, digits=2)} with min-p. Top-p asks for a share of the mass, and heat "
        "spreads the mass over the tail; min-p asks how likely a token is beside the likeliest."
        + (f" Only top-p lets in, for example, {examples}." if examples else "")
    )
