"""From text to next token in one scene: a real language model, opened down to the single number.

The scene takes a trace, whichever model has left it: `READERS` lists those that can be chosen.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.charts import scene as scene_charts
from ladder.geometry.cell import head_of
from ladder.geometry.trace import Trace
from ladder.statistics.llama import layer_of
from ladder.ui import inside_heads, inside_next, inside_stream, knobs, lm, scene
from ladder.ui.asked import parts_of
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress
from ladder.ui.lexicon import UNTRAINED
from ladder.ui.lm import Seen
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, plain, token_colour, token_strip
from ladder.ui.trainings import own_transformer
from ladder.ui.view import View

PARTS = {
    "tokens": "Tokens",
    "heads": "All heads",
    "attention": "One head",
    "stream": "Stream and MLP",
    "next": "Next token",
    "lens": "Layer by layer",
}
OPENING = 160  # letters of the held-out part that are read where nothing is typed
LONGEST = 40_000  # letters
STRIP = 60  # tokens before and after the one that asks, where a long text is shown


@st.fragment
def inside_panel(view: View) -> None:
    """A text, and everything that happens to it until there is a next token."""
    typed = knobs.text("lmtext", "Text", placeholder="empty: the held-out part of the corpus begins", max_chars=LONGEST)
    text = typed or _opening(view)
    if not text.strip():
        st.info("A text needs at least one word. Type one.")
        return
    reader = knobs.choice("lmwho", "Model", {key: title for key, (title, _) in READERS.items()}, next(iter(READERS)))
    try:
        seen = READERS[reader][1](view, text)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return
    if seen is not None:
        _draw(view, seen)


def read_by_pretrained(view: View, text: str) -> Seen | None:
    """The text inside the real model; None while it is loaded or reads."""
    model = lm.the_model()
    if model is None:
        return None
    ids = model.alphabet.encode(text).ids
    most, start = model.context, 0
    if len(ids) > most:
        start = knobs.slider("lmfrom", "From token", 0, len(ids) - most, 0)
    lacking = int((ids >= model.alphabet.n_own).sum())
    if lacking:
        st.caption(f"{lacking} bytes are not in its vocabulary: it reads a start token in the place of each.")
    return lm.seen_in(model, lm.band_of(ids, start, most))


def read_by_own(view: View, text: str) -> Seen | None:
    """The text inside the transformer that was trained on this corpus. ValueError where none was."""
    found = own_transformer(view.corpus, view.scheme, view.vocabulary_size)
    if found is None:
        raise ValueError(UNTRAINED)
    trained, alphabet = found
    ids = alphabet.encode(text).ids
    window = trained.model.trace(ids)
    if len(window.ids) < len(ids):
        st.caption(f"It sees the last {len(window.ids)} of these {len(ids)} tokens.")
    return Seen("your transformer", window, alphabet.vocabulary, starts=False)


READERS: dict[str, tuple[str, Callable[[View, str], Seen | None]]] = {
    "pretrained": ("SmolLM2-135M or LADDER_LM", read_by_pretrained),
    "own": ("your transformer", read_by_own),
}


def _opening(view: View) -> str:
    """The first words of the held-out part."""
    parts = parts_of(view)
    return "" if parts is None else parts.held_out.strip()[:OPENING].rsplit(" ", 1)[0]


def _draw(view: View, seen: Seen) -> None:
    trace, pieces = seen.trace, seen.pieces
    n, n_layers = len(pieces), len(trace.layers)
    part = knobs.choice("lmpart", "Part", PARTS, "attention")
    with st.container(horizontal=True):
        layer = knobs.slider("lmlayer", "Layer", 1, n_layers, 1, width=200) if n_layers > 1 else 1
        head = knobs.slider("lmhead", "Head", 1, trace.n_heads, 1, width=200) if trace.n_heads > 1 else 1
        row = knobs.number("lmrow", f"Token that asks (0 to {n - 1}; -1: the last)", -1, scene.MOST_ASKED, -1)
        column = -1
        if part == "attention":
            column = knobs.number("lmcol", "Token that answers (-1: the loudest)", -1, scene.MOST_ASKED, -1)
    if row >= n or column >= n:
        st.caption(f"There is no such token; the last one, {n - 1}, is opened.")
    row, column = (n - 1 if row < 0 else min(row, n - 1)), min(column, n - 1)
    _draw_strip(seen, row)
    if part == "tokens":
        _draw_embedding(seen, row)
    elif part == "heads":
        inside_heads.draw(seen, layer, head)
    elif part == "attention":
        _draw_head(view, seen, layer, head, row, column)
    elif part == "stream":
        inside_stream.draw(seen, layer, row)
    elif part == "next":
        inside_next.draw_next(view, seen, row)
    else:
        inside_next.draw_lens(view, seen, layer, row)


def _draw_strip(seen: Seen, row: int) -> None:
    first = max(0, row - STRIP)
    tokens = [
        Token(piece, f"token {first + t}, id {i}", "rgba(213,94,0,.55)" if first + t == row else token_colour(i))
        for t, (piece, i) in enumerate(
            zip(seen.pieces[first : row + STRIP], seen.trace.ids[first : row + STRIP].tolist(), strict=True)
        )
    ]
    token_strip(tokens, label="The text in tokens; the one that asks is darkest")
    begun = ", the start token first" if seen.starts else ""
    st.caption(
        f"{len(seen.pieces)} tokens{begun}, with ids {', '.join(map(str, seen.trace.ids[:8]))}"
        f"{' …' if len(seen.pieces) > 8 else ''}. Orange asks: token {row}, “{plain(seen.pieces[row])}”."
    )


def _draw_embedding(seen: Seen, row: int) -> None:
    """The row of the table that stands for the token, and the rows that point alike."""
    x = np.asarray(seen.trace.embedded[row], dtype=np.float64)
    cosine = seen.trace.U @ x.astype(np.float32)
    cosine = cosine / (lm.lengths_of_rows(seen.trace.U) * np.linalg.norm(x) + 1e-12)
    near = np.argsort(-cosine)[:6]
    names = [f"{lm.piece_of(seen.vocabulary, i)} #{i}" for i in near.tolist()]
    table = pd.DataFrame({"part": names, "amount": cosine[near]})
    title = f"“{seen.pieces[row]}” is row {seen.trace.ids[row]} of a table of {len(seen.trace.U):,} by {len(x)}"
    strips = scene.components({f"{seen.pieces[row]}": x})
    show_chart(
        scene_charts.component_strips(strips, title=title, of="the embedding row"),
        strips,
        key="lm-embedding",
        alt=f"{title}. Its length is {np.linalg.norm(x):.3f}.",
        width="stretch",
    )
    nearest = f"Of all output rows, “{names[0]}” points most alike: cosine {cosine[near[0]]:.3f}"
    show_chart(
        charts.summands(table, title=nearest, of="cosine with the embedding row"),
        table,
        key="lm-nearest",
        alt=f"{nearest}. Then {', '.join(names[1:])}.",
        width="stretch",
    )
    st.caption(
        "What enters is a row of numbers, the same wherever the token stands: position comes in only where queries "
        "and keys are turned by it."
        if cosine[near[0]] > 0.999
        else "What enters is not a row of the output table: the two tables differ, or something was added to it."
    )
    explain(
        "lm-embedding",
        formula=rf"x_0 = E_{{{seen.trace.ids[row]}}} \in \mathbb{{R}}^{{{len(x)}}}, \qquad "
        rf"|x_0| = {np.linalg.norm(x):.4f}",
        source=[layer_of],
        question="The same word stands twice in the text. Do its two embedding rows differ?",
        answer="No: the table knows no positions. They differ after the first layer, which has looked at what stands "
        "before each.",
    )


def _draw_head(view: View, seen: Seen, layer: int, head: int, row: int, column: int) -> None:
    name, n = f"Layer {layer}, head {head}", len(seen.pieces)
    survey = None
    if n > lm.LONG:  # it takes seconds
        asked = f"{name} goes through {n * (n + 1) // 2:,} pairs"
        survey = lm.found_in(
            seen, f"{layer}.{head}", asked, lambda trace, progress: _survey(trace, layer, head, progress)
        )
        if survey is None:
            return
    inner = seen.trace.layers[layer - 1]
    column = scene.draw_scene(
        view,
        head_of(inner, head - 1),
        seen.pieces,
        row=row,
        column=column,
        name=name,
        prefix="lm",
        own=inner.weights[head - 1],
        survey=survey,
    )
    _draw_output(seen, layer, head, row)
    explain(
        "lm-head",
        formula=rf"""\begin{{aligned}}
\text{{scores}} &= q_i \cdot k_j / \sqrt{{{inner.q.shape[-1]}}}, \quad j \le i \\
\text{{weights}} &= \mathrm{{softmax}}(\text{{scores}}) \\
\text{{to the stream}} &= [\text{{weights}}\, v \text{{ of all {len(inner.q)} heads}}]\, W_o
\end{{aligned}}""",
        source=[layer_of, head_of],
        question="Why may a token not look at those after it?",
        answer="It is asked for the next one. With it in sight, the answer would be copied, and nothing learned.",
    )


def _survey(trace: Trace, layer: int, head: int, progress: Progress) -> scene.Survey:
    progress(0.01, f"opening layer {layer}")
    inner = trace.layers[layer - 1]
    return scene.survey_of(head_of(inner, head - 1), own=inner.weights[head - 1], progress=progress)


def _draw_output(seen: Seen, layer: int, head: int, row: int) -> None:
    """The output projection: one number of the stream, as a sum over all heads."""
    inner = seen.trace.layers[layer - 1]
    d, d_k = inner.attention.shape[1], inner.heads.shape[-1]
    wanted = knobs.number("lmdim", f"Number of the stream (0 to {d - 1}; -1: the largest change)", -1, 100_000, -1)
    c = int(np.abs(inner.attention[row]).argmax()) if wanted < 0 else min(wanted, d - 1)
    W = np.asarray(inner.W_o[:, c], dtype=np.float64).reshape(-1, d_k)
    parts = np.einsum("hd,hd->h", np.asarray(inner.heads[:, row], dtype=np.float64), W)
    table = pd.DataFrame({"part": [f"head {h + 1}" for h in range(len(parts))], "amount": parts})
    title = (
        f"{len(parts)} heads add {parts.sum():.4f} to number {c} of “{seen.pieces[row]}”; head {head} gives "
        f"{parts[head - 1]:.4f}"
    )
    show_chart(
        charts.summands(table, title=title, of=f"heads times W_o, number {c}", chosen=f"head {head}"),
        table,
        key="lm-output",
        alt=f"{title}.",
        width="stretch",
    )
    terms = np.asarray(inner.heads[head - 1, row], dtype=np.float64) * W[head - 1]
    first = scene.first_products(inner.heads[head - 1, row], W[head - 1], digits=3)
    st.latex(
        r"\begin{aligned}"
        rf"\text{{head {head}}} &: {first} \\ &= {terms.sum():.4f} \\"
        rf"\text{{all heads}} &: {parts.sum():.4f} \\"
        rf"\text{{its own}} &: {inner.attention[row, c]:.4f}"
        r"\end{aligned}"
    )
