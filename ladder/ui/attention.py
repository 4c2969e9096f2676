"""Attention: one sentence inside the encoder."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import Layers, attend, effective_tokens, sink_share
from ladder.geometry.cell import Head, cell_of, ensemble_of, head_from
from ladder.math.wordpiece import load_wordpiece
from ladder.ui import knobs, scene, spaces
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, plain, token_colour, token_strip
from ladder.ui.view import View

SENTENCE = "The king is dead, long live the king."
LONGEST_SENTENCE = 8000  # letters: more than any encoder here reads at once
SINK = 0.3  # the share of attention from where on a token is called a sink


@st.fragment
def attention_panel(view: View) -> None:
    """One sentence inside the encoder: products, scaled scores, softmax weights, for each layer and head."""
    sentence = knobs.text("sentence", "Sentence", SENTENCE, max_chars=LONGEST_SENTENCE)
    if not sentence.strip():
        st.info("A sentence needs at least one word. Type one.")
        return
    model = spaces.the_encoder()
    if model is None:
        _draw_wordpieces(sentence)
        return
    try:
        layers = spaces.layers_of_sentence(spaces.encoder_place(), sentence, model)
    except ValueError as refusal:
        st.info(plain(str(refusal)))
        return
    spaces.say_how_it_was_read(layers.tokens)
    n_layers, n_heads = layers.attentions.shape[:2]
    left, middle, right = st.columns(3)
    with left:
        layer = knobs.slider("layer", "Layer", 1, n_layers, 1) if n_layers > 1 else 1
        head = knobs.slider("head", "Head", 1, n_heads, 1) if n_heads > 1 else 1
    with middle:
        step = knobs.choice("drawn", "Drawn", scene.STEPS, "weight")
        heat = knobs.slider("heat", "Temperature, in √d", 0.25, 4.0, 1.0, step=0.25)
    with right:
        row, column = scene.choose_cell(len(layers.tokens.pieces))
    _draw_attention(view, layers, layer - 1, head - 1, row, column, step, heat)


def _draw_wordpieces(sentence: str) -> None:
    """What can be shown without the encoder: its tokens."""
    try:
        pieces = load_wordpiece()
    except FileNotFoundError as missing:
        st.info(plain(str(missing)))
        return
    encoding = pieces.encode(sentence)
    st.caption(f"Until the encoder is there, the {len(encoding.ids):,} tokens that it will read:")
    token_strip(
        [
            Token(surface, f"{pieces.vocabulary[i].decode()}, id {i}", token_colour(i))
            for i, surface in zip(encoding.ids.tolist(), encoding.surfaces, strict=True)
        ],
        label="The sentence in tokens",
    )


def _draw_attention(
    view: View, layers: Layers, layer: int, head: int, row: int, column: int, step: str, heat: float
) -> None:
    _say_sink(layers, layer, head)
    _draw_heads(layers, layer, head)
    opened = head_from(layers.Q[layer, head], layers.K[layer, head], layers.V[layer, head], heat=heat)
    column = scene.draw_scene(
        view,
        opened,
        layers.tokens.pieces,
        row=row,
        column=column,
        name=f"Layer {layer + 1}, head {head + 1}",
        step=step,
        own=layers.attentions[layer, head],
    )
    _explain_attention(view, opened, row, column, heat)


def _draw_heads(layers: Layers, layer: int, head: int) -> None:
    """All heads at once: how many tokens each listens to."""
    effective = effective_tokens(_rows_that_sum_to_one(layers.attentions)).mean(axis=-1)
    n_layers, n_heads = effective.shape
    table = pd.DataFrame(
        {
            "layer": np.repeat(np.arange(1, n_layers + 1), n_heads),
            "head": np.tile(np.arange(1, n_heads + 1), n_layers),
            "value": effective.ravel(),
            "to the first token": sink_share(layers.attentions).ravel(),
        }
    )
    sharpest = table.loc[table["value"].idxmin()]
    where = f"Layer {sharpest['layer']:.0f}, head {sharpest['head']:.0f}"
    title = f"{where} is the most decided: {sharpest['value']:.1f} tokens. Click on a head to open it"
    show_chart(
        charts.head_map(table, title=title, value="effective tokens", layer=layer + 1, head=head + 1),
        table,
        key="heads",
        alt=f"Effective tokens of {n_layers} layers of {n_heads} heads. {title}.",
        width="stretch",
        on_select=_open_clicked,
        selection_mode="opened",
    )


def _open_clicked() -> None:
    """Turn the knobs to the head that was clicked on."""
    for clicked in st.session_state["chart-heads"].selection.get("opened", [])[:1]:
        st.session_state.update(layer=int(clicked["layer"]), head=int(clicked["head"]))


def _rows_that_sum_to_one(weights: np.ndarray) -> np.ndarray:
    """The network's 32-bit weights in 64 bits, with what its rounding left of the sums taken out."""
    rows = weights.astype(np.float64)
    return rows / rows.sum(axis=-1, keepdims=True)


def _say_sink(layers: Layers, layer: int, head: int) -> None:
    first = layers.tokens.pieces[0]
    here = float(sink_share(layers.attentions[layer, head]))
    by_layer = sink_share(layers.attentions).mean(axis=1)
    if max(here, by_layer[layer]) > SINK:
        st.warning(
            f"Before you read this: {plain(first)} takes {here:.0%} of this head's attention and "
            f"{by_layer[layer]:.0%} of this layer's. It is a sink, where heads rest that have nothing to say."
        )


def _explain_attention(view: View, head: Head, row: int, column: int, heat: float) -> None:
    cell, d = cell_of(head, row, column), head.q.shape[-1]
    boltzmann = (
        " In Boltzmann's words: energies −q·k, a temperature of √d, and the weights are their Gibbs distribution."
        if view.lens.boltzmann
        else ""
    )
    explain(
        "attention",
        formula=rf"\frac{{q_{{{row}}} \cdot k_{{{column}}}}}{{{heat:g}\sqrt{{{d}}}}} = "
        rf"\frac{{{cell.product:.2f}}}{{{head.T:.2f}}} = {cell.score:.2f}, \qquad "
        rf"w_{{{row},{column}}} = \frac{{e^{{{cell.score:.2f}}}}}{{\sum_j e^{{s_{{{row},j}}}}}} = {cell.weight:.3f}",
        source=[attend, head_from, cell_of, ensemble_of, sink_share],
        question="Leave the √d out (a low temperature). What does each token do with its attention?",
        answer="It gives nearly all of it to one token: products of d numbers grow like √d, and softmax hardens into a "
        f"choice. Turn the temperature down and watch the effective tokens fall.{boltzmann}",
    )
