"""Attention: one sentence inside the encoder."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import (
    Layers,
    attend,
    effective_tokens,
    products,
    sink_share,
)
from ladder.lenses import entropy
from ladder.math.wordpiece import load_wordpiece
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, plain, token_colour, token_strip, visible
from ladder.ui.view import View

SENTENCE = "The king is dead, long live the king."
LONGEST_DRAWN = 40  # tokens of a sentence in a heat map
SINK = 0.3  # the share of attention from where on a token is called a sink
STEPS = {"product": "q·k", "score": "scaled", "weight": "softmax"}


@st.fragment
def attention_panel(view: View) -> None:
    """One sentence inside the encoder: products, scaled scores, softmax weights, for each layer and head."""
    sentence = knobs.text("sentence", "Sentence", SENTENCE, max_chars=2000)
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
    spaces.say_unknown(layers.tokens)
    n_layers, n_heads = layers.attentions.shape[:2]
    pieces = [f"{i} {visible(piece)}" for i, piece in enumerate(layers.tokens.pieces)]
    left, middle, right = st.columns(3)
    with left:
        layer = knobs.slider("layer", "Layer", 1, n_layers, 1) if n_layers > 1 else 1
        head = knobs.slider("head", "Head", 1, n_heads, 1) if n_heads > 1 else 1
    with middle:
        step = knobs.choice("drawn", "Drawn", STEPS, "weight")
        heat = knobs.slider("heat", "Temperature, in √d", 0.25, 4.0, 1.0, step=0.25)
    with right:
        drawn = min(len(pieces), LONGEST_DRAWN)
        row = knobs.number("row", f"Token that asks (0 to {drawn - 1})", 0, LONGEST_DRAWN - 1, 2)
        if row >= drawn:
            row = drawn - 1
            st.caption(f"There is no such token; the last one, {row}, is opened.")
    _draw_attention(view, layers, pieces, layer - 1, head - 1, row, step, heat)


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
    view: View, layers: Layers, pieces: list[str], layer: int, head: int, row: int, step: str, heat: float
) -> None:
    Q, K, V = (part[layer, head] for part in (layers.Q, layers.K, layers.V))
    d = Q.shape[-1]
    attention = attend(Q, K, V, scale=1 / (heat * np.sqrt(d)))
    steps = {"product": products(Q, K), "score": attention.scores, "weight": attention.weights}
    deviation = float(np.abs(attend(Q, K, V).weights - layers.attentions[layer, head]).max())
    n, drawn = len(pieces), min(len(pieces), LONGEST_DRAWN)
    bits = float(entropy(attention.weights[row]))
    effective = float(effective_tokens(attention.weights)[row])
    _say_sink(layers, layer, head)
    table = pd.DataFrame(
        {
            "asks": np.repeat(pieces[:drawn], drawn),
            "answers": np.tile(pieces[:drawn], drawn),
            "value": steps[step][:drawn, :drawn].ravel(),
        }
    )
    top = int(attention.weights[row].argmax())
    finding = f"“{_piece(pieces[row])}” listens most to “{_piece(pieces[top])}” ({attention.weights[row, top]:.0%})"
    left, right = st.columns([3, 2])
    with left:
        show_chart(
            charts.attention_map(
                table, title=f"Layer {layer + 1}, head {head + 1}: {finding}", value=STEPS[step], row=pieces[row]
            ),
            table,
            key=f"attention-{step}",
            alt=f"{STEPS[step]} of {drawn} by {drawn} tokens in layer {layer + 1}, head {head + 1}. {finding}.",
            width="stretch",
        )
    opened = pd.DataFrame({"answers": pieces, **{name: values[row] for name, values in steps.items()}})
    with right:
        show_chart(
            charts.row_bars(
                opened.iloc[:drawn], title=f"“{_piece(pieces[row])}” listens to {effective:.1f} of {n} tokens"
            ),
            opened,
            key="row",
            alt=f"The weights of one token: {view.lens.amount(bits)}, {effective:.1f} effective tokens of {n}.",
            width="stretch",
        )
    if drawn < n:
        st.caption(f"Drawn: the first {drawn} of {n} tokens. All of them are in the sums.")
    st.metric("Entropy of the row", view.lens.amount(bits))
    effective_box, deviation_box = st.columns(2)
    effective_box.metric(
        "Effective tokens", f"{effective:.2f} of {n}", help="2 to the power of the entropy in bits: e to that in nats."
    )
    deviation_box.metric(
        "Off the network's own",
        f"{deviation:.1e}",
        help="The largest difference between softmax(QK'/√d) and its weights.",
    )
    with st.expander("The row in numbers"):
        st.dataframe(opened.rename(columns=STEPS), hide_index=True)
    _draw_heads(layers, layer, head)
    _explain_attention(view, steps, row, top, d, heat)


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
    title = f"{where} is the most decided: {sharpest['value']:.1f} tokens"
    show_chart(
        charts.head_map(table, title=title, value="effective tokens", layer=layer + 1, head=head + 1),
        table,
        key="heads",
        alt=f"Effective tokens of {n_layers} layers of {n_heads} heads. {title}.",
        width="stretch",
    )


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


def _piece(numbered: str) -> str:
    return numbered.split(" ", 1)[1]


def _explain_attention(view: View, steps: dict[str, np.ndarray], row: int, top: int, d: int, heat: float) -> None:
    product, score, weight = (float(steps[step][row, top]) for step in STEPS)
    boltzmann = (
        " In Boltzmann's words: energies −q·k, a temperature of √d, and the weights are their Gibbs distribution."
        if view.lens.boltzmann
        else ""
    )
    explain(
        "attention",
        formula=rf"\frac{{q_{{{row}}} \cdot k_{{{top}}}}}{{{heat:g}\sqrt{{{d}}}}} = "
        rf"\frac{{{product:.2f}}}{{{heat * np.sqrt(d):.2f}}} = {score:.2f}, \qquad "
        rf"w_{{{row},{top}}} = \frac{{e^{{{score:.2f}}}}}{{\sum_j e^{{s_{{{row},j}}}}}} = {weight:.3f}",
        source=[attend, effective_tokens, sink_share],
        question="Leave the √d out (a low temperature). What does each token do with its attention?",
        answer="It gives nearly all of it to one token: products of d numbers grow like √d, and softmax hardens into a "
        f"choice. Turn the temperature down and watch the effective tokens fall.{boltzmann}",
    )
