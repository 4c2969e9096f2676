"""The last step: a final vector becomes logits, a distribution and a draw; and what each layer would have said."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.geometry.cosine import without_norms
from ladder.geometry.rows import spread
from ladder.lenses import entropy, softmax
from ladder.probability import draw_one
from ladder.rungs import PROBABILITY
from ladder.statistics.inside import logit_lens, read_out
from ladder.ui import knobs, lm, scene
from ladder.ui.explain import explain
from ladder.ui.frame import link_to
from ladder.ui.lm import Seen
from ladder.ui.show import show_chart
from ladder.ui.tokens import plain
from ladder.ui.view import View

CANDIDATES = 12


def draw_next(view: View, seen: Seen, row: int) -> None:
    """Logits as dot products, softmax with T, a draw."""
    with st.container(horizontal=True):
        T = knobs.slider("lmT", "Temperature T", 0.05, 5.0, 1.0, step=0.05, width=200)
        seed = knobs.number("lmseed", "Seed of the draw", 0, 999_999, 1, width=200)
        rank = knobs.number("lmrank", "Candidate to open (1: the likeliest)", 1, CANDIDATES, 1, width=260)
    trace = seen.trace
    z = np.asarray(trace.logits[row], dtype=np.float64)
    p = softmax(z / T)
    top = np.argsort(-z, kind="stable")[:CANDIDATES]
    names = [f"{lm.piece_of(seen.vocabulary, i)} #{i}" for i in top.tolist()]
    opened, name = int(top[rank - 1]), names[rank - 1]
    table = pd.DataFrame({"part": names, "amount": p[top], "logit": z[top]})
    hit = draw_one(p, np.random.default_rng(seed))
    bits = float(entropy(p))
    H = view.lens.amount(bits, digits=2)
    first = lm.piece_of(seen.vocabulary, int(top[0]))
    title = f"After “{seen.pieces[row]}”: “{first}” with {p[top[0]]:.1%} at T = {T:g}, H = {H}"
    left, right = st.columns([3, 2])
    with left:
        show_chart(
            charts.summands(table, title=title, of=f"probability at T = {T:g}", chosen=name),
            table,
            key="lm-next",
            alt=f"{title}. Then {', '.join(names[1:4])}.",
            width="stretch",
        )
    with right:
        st.metric("Entropy", view.lens.amount(bits, digits=3))
        st.metric("As many equal choices as", f"{2**bits:,.1f} of {len(p):,}")
        st.markdown(f"**Drawn:** “{plain(lm.piece_of(seen.vocabulary, hit.id))}” (u = {hit.u:.4f})")
        if row + 1 < len(trace.ids):
            real = int(trace.ids[row + 1])
            cost = view.lens.amount(float(-np.log2(max(softmax(z)[real], 1e-300))), digits=2)
            st.markdown(f"**Really next:** “{plain(seen.pieces[row + 1])}”, which costs {cost} at T = 1")
        if st.button("Go on from here on Probability", icon="🎲", key="lm-go-on"):
            text = b"".join(seen.vocabulary[i] for i in trace.ids[seen.starts : row + 1].tolist()).decode(
                "utf-8", "replace"
            )
            link_to(PROBABILITY, prompt=text, panel="real" if seen.starts else "next")
    _draw_product(seen, row, opened, name, rank, T)
    _draw_without_norms(seen, row)
    log_Z = float(z.max() / T + np.log(np.exp((z - z.max()) / T).sum()))
    explain(
        "lm-next",
        formula=rf"z_i = x \cdot U_i, \qquad p_i = e^{{z_i/T}}/Z, \qquad \ln Z = {log_Z:.4f}, \quad "
        rf"F = -T \ln Z = {-T * log_Z:.4f}",
        source=[without_norms, draw_one],
        question="Every logit is a dot product with a row of a table. Which other table has it been seen in?",
        answer="In the first step: in a model with tied embeddings, the row that a token enters with is the row that "
        "it is predicted with.",
    )


def _draw_product(seen: Seen, row: int, opened: int, name: str, rank: int, T: float) -> None:
    """One logit: two vectors, their products, their sum."""
    x, u = (np.asarray(v, dtype=np.float64) for v in (seen.trace.final[row], seen.trace.U[opened]))
    terms, z, bias = x * u, float(seen.trace.logits[row][opened]), float(seen.trace.bias[opened])
    added = rf" + \underbrace{{({bias:.4f})}}_{{\text{{bias}}}}" if bias else ""
    first = scene.first_products(x, u, digits=3)
    st.latex(
        r"\begin{aligned}"
        rf"z_{{{opened}}} &= {first}{added} \\ &= {terms.sum() + bias:.4f} \\"
        rf"\text{{its own}} &: {z:.4f} \\"
        rf"z/T &= {z / T:.4f}"
        r"\end{aligned}"
    )
    loud = np.argsort(-np.abs(terms))[:CANDIDATES]
    rest = float(terms.sum() - terms[loud].sum())
    table = pd.DataFrame(
        {
            "part": [*(f"{i}: {x[i]:.2f} × {u[i]:.2f}" for i in loud.tolist()), "all others"],
            "amount": [*terms[loud], rest],
        }
    )
    piece, number = name.rsplit(" #", 1)
    title = f"Candidate {rank}, “{piece}” (id {number}): {len(x)} products add up to {terms.sum():.3f}"
    show_chart(
        charts.summands(table, title=title, of="x times U, number by number"),
        table,
        key="lm-product",
        alt=f"{title}. All others add {rest:.3f}.",
        width="stretch",
    )


def _draw_without_norms(seen: Seen, row: int) -> None:
    """Whether a cosine would have said the same."""
    found = without_norms(seen.trace.final[row : row + 1], seen.trace.U, seen.trace.bias)
    by_norm, by_cosine = int(found.log_p[0].argmax()), int(found.log_q[0].argmax())
    lengths = lm.lengths_of_rows(seen.trace.U)
    said = (
        "says the same" if by_norm == by_cosine else f"says “{plain(lm.piece_of(seen.vocabulary, by_cosine))}” instead"
    )
    st.caption(
        f"Is it a cosine? With the lengths of all rows taken out and the best single scale ({float(found.scale):.1f}) "
        f"put in their place, it {said}; the distribution is {float(found.bits[0]):.3f} bits off. Lengths of the rows: "
        f"{lengths.min():.2f} to {lengths.max():.2f}."
    )


def draw_lens(view: View, seen: Seen, layer: int, row: int) -> None:
    """The next token and the price of the text, layer by layer."""
    n = len(seen.pieces)
    asks = spread(n, lm.LONG)
    lens = lm.found_in(
        seen,
        "logit lens",
        f"Asking every layer at {len(asks):,} tokens",
        lambda trace, progress: logit_lens(trace, asks=asks, progress=progress),
    )
    if lens is None:
        return
    n_bytes = sum(len(seen.vocabulary[seen.trace.ids[t + 1]]) for t in asks.tolist() if t + 1 < n)
    if not n_bytes:
        return
    prices = lens.bits.sum(axis=1) / n_bytes
    here = logit_lens(seen.trace, asks=np.array([row]))
    words = [lm.piece_of(seen.vocabulary, i) for i in here.top[:, 0].tolist()]
    table = pd.DataFrame(
        {
            "layer": np.arange(len(prices)),
            "line": "price of the text",
            "amount": [view.lens.scale(price) for price in prices],
            "word": words,
        }
    )
    best = int(prices.argmin())
    title = (
        f"Its price falls from {view.lens.amount(prices[0], per='byte', digits=1)} at the embedding rows to "
        f"{view.lens.amount(prices[-1], per='byte', digits=2)} after layer {len(prices) - 1}"
    )
    show_chart(
        charts.by_layer(
            table, title=title, y=f"{view.lens.unit}/byte", names=["price of the text"], layer=layer, log=True
        ),
        table,
        key="lm-lens",
        alt=f"{title}. The lowest is that of layer {best}.",
        width="stretch",
    )
    settled = next(i for i in range(len(words)) if (here.top[i:] == here.top[-1]).all())
    st.markdown(
        f"After “{plain(seen.pieces[row])}” the model says “{plain(words[-1])}”; "
        f"from layer {settled} on, every layer does."
    )
    shown = pd.DataFrame(
        {
            "layer": np.arange(len(prices)),
            "would say": words,
            f"price, {view.lens.unit}/byte": table["amount"].round(3),
            "chance of the model’s own word": here.chosen[:, 0].round(4),
            f"entropy, {view.lens.unit}": [round(view.lens.scale(float(H)), 3) for H in here.entropy[:, 0]],
        }
    )
    st.dataframe(shown, hide_index=True, height=320, key="lm-lens-table")
    st.caption(
        f"Each layer’s stream is sent through the last norm and the output table, as if it were the last. {n_bytes:,} "
        f"bytes are priced: {_priced(seen, len(asks), n)}."
    )
    explain(
        "lm-lens",
        formula=rf"z^{{(l)}} = \mathrm{{norm}}(x^{{(l)}})\,U^\top, \qquad \text{{price}}_{{{layer}}} = "
        rf"{view.lens.tex(float(prices[min(layer, len(prices) - 1)]), per='byte', digits=3)}",
        source=[logit_lens, read_out],
        question="The first layers may pay more than 8 bits a byte, what random bytes cost. How can that be?",
        answer="They are sure of something false: the stream there is not made to be read by the output table, and "
        "whoever is sure and wrong pays more than whoever knows nothing.",
    )


def _priced(seen: Seen, asked: int, n: int) -> str:
    if asked < n:
        return f"the tokens after {asked:,} of {n:,}, evenly spread over the text"
    return f"the text {'from a start token on' if seen.starts else 'after its first token'}"
