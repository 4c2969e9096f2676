"""The panels of the rung Geometry: a map, neighbours by three measures, attention, the shape of the cloud."""

import difflib

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry import (
    MEASURES,
    Layers,
    Neighbours,
    Projection,
    Space,
    Tokens,
    attend,
    effective_tokens,
    nearest,
    overlap,
    ppmi_svd,
    products,
    project,
    quality_of,
    shape_of,
    sink_share,
)
from ladder.geometry.projection import LEAST, LEAST_NONLINEAR, principal_components
from ladder.lenses import entropy
from ladder.math.wordpiece import load_wordpiece
from ladder.ui import knobs, spaces
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.spaces import LEARNED, SENTENCES, Chosen
from ladder.ui.tokens import Token, plain, token_colour, token_strip, visible
from ladder.ui.view import View

SHADES = {"count": "Frequency", "kept": "True neighbours kept"}
METHODS = {"pca": "PCA", "umap": "UMAP", "tsne": "t-SNE"}
SENTENCE = "The king is dead, long live the king."
NAMED = 1  # neighbours of each list that are named on the chart
LONGEST_DRAWN = 40  # tokens of a sentence in a heat map
FLAT = 1e-8  # a share of the variance that is rounding, not variance
SINK = 0.3  # the share of attention from where on a token is called a sink
STEPS = {"product": "q·k", "score": "scaled", "weight": "softmax"}


# -- the map ----------------------------------------------------------------------------


@st.fragment
def map_panel(view: View) -> None:
    """A map of words or sentences, how far to believe it, and what lies in a corner of it."""
    kind = spaces.choose_kind()
    left, middle, right = st.columns([3, 3, 4])
    with left:
        method = knobs.choice("map", "Map", METHODS, "pca")
        seed = knobs.number("mapseed", "Seed of the map", 0, 999, 0, disabled=method == "pca")
    with middle:
        most = spaces.choose_most()
        find = knobs.text("find", "Find on the map", placeholder="part of a text")
    with right:
        shade = knobs.choice("shade", "Colour", SHADES, "count")
    chosen = spaces.space_of(view, kind, most)
    if chosen is None and spaces.can_be_encoded(view, kind, most):
        st.caption("Until then, the vectors learned from this very text:")
        chosen, method = spaces.space_of(view, LEARNED, most), "pca"
    if chosen is not None:
        _draw_map(chosen, method, shade, find, seed)
    if kind == LEARNED:
        spaces.the_encoder()  # what is learned here needs none: it is loaded beside the page


def _draw_map(chosen: Chosen, method: str, shade: str, find: str, seed: int) -> None:
    space, n = chosen.space, len(chosen.space.texts)
    least = LEAST if method == "pca" else LEAST_NONLINEAR
    if n < least:
        few = f"A {METHODS[method]} map needs at least {least} points, but this text gives {n}."
        st.info(few + (" Choose a longer text." if n < LEAST else " PCA can draw it."))
        return
    vectors = spaces.directions(space)
    if np.ptp(vectors, axis=0).max() < 1e-9:
        st.info(
            f"All {n} points lie in one place: there is no map of them. Choose a text that says more than one thing."
        )
        return
    projection = None if method == "pca" else spaces.projected(chosen, method, METHODS[method], seed)
    if projection is None:
        if method != "pca":
            st.caption("Meanwhile, the map by PCA:")
        method, projection = "pca", spaces.pca_of(chosen.key, vectors)
    _draw_quality(projection)
    table = map_table(chosen, projection)
    quality = projection.quality
    times = quality.neighbours_kept / quality.by_chance
    title = (
        f"The {METHODS[method]} map keeps {quality.neighbours_kept:.0%} of the {quality.k} nearest neighbours, "
        f"{times:.1f} times as many as chance"
    )
    picked = show_chart(
        charts.text_map(
            table,
            named(table, short=chosen.kind != SENTENCES),
            title=title,
            axes=_axes(method, projection),
            shade=_shade(shade, chosen.kind),
            log=chosen.kind != SENTENCES,
        ),
        table,
        key=f"map-{chosen.kind}-{method}",
        alt=f"A map of {n:,} points. {title}. Trustworthiness {quality.trustworthiness:.3f}.",
        on_select="rerun",
        width="stretch",
    )
    _list_texts(table, picked, find)
    st.caption(f"On the map: {plain(space.note)}. Near means near by angle: every vector is taken at length one.")
    _explain_map(projection, n)


def map_table(chosen: Chosen, projection: Projection) -> pd.DataFrame:
    """One row a text: `text`, `x`, `y`, `count` (place in the text for sentences), `kept` (of the points asked)."""
    space = chosen.space
    n = len(space.texts)
    kept = np.full(n, np.nan)
    kept[projection.quality.centres] = projection.quality.kept
    return pd.DataFrame(
        {
            "text": [visible(text)[:200] for text in space.texts],
            "x": projection.points[:, 0],
            "y": projection.points[:, 1],
            "count": space.counts if chosen.kind != SENTENCES else np.arange(1, n + 1),
            "kept": kept.round(3),
        }
    )


def named(table: pd.DataFrame, *, short: bool) -> pd.DataFrame:
    """The rows that are written out: the first in each cell of a grid, so that names don't cover each other."""
    columns, rows = (4, 12) if short else (2, 10)
    cells = pd.DataFrame(
        {axis: pd.cut(table[axis], n, labels=False) for axis, n in (("x", columns), ("y", rows)) if np.ptp(table[axis])}
    )
    first = table[~cells.duplicated()]
    return first.assign(text=first["text"].str.slice(0, 14 if short else 26))


def _axes(method: str, projection: Projection) -> tuple[str, str]:
    if projection.explained is None:
        return f"{METHODS[method]} (axes mean nothing: only nearness does)", ""
    shares = [*projection.explained[:2], 0.0]
    return tuple(f"direction {i + 1}: {shares[i]:.1%} of the variance" for i in range(2))  # type: ignore[return-value]


def _shade(shade: str, kind: str) -> str:
    if shade == "kept":
        return "true neighbours kept"
    return "place in the text" if kind == SENTENCES else "occurrences"


def _draw_quality(projection: Projection) -> None:
    quality = projection.quality
    trust, torn, kept = st.columns(3)
    trust.metric(
        "Trustworthiness",
        f"{quality.trustworthiness:.3f}",
        help="1: who is near on the map is near in space. 0.5: the map is no better than chance.",
    )
    torn.metric(
        "Continuity",
        f"{quality.continuity:.3f}",
        help="1: who is near in space is near on the map. 0.5: the map is no better than chance.",
    )
    kept.metric(
        "True neighbours kept",
        f"{quality.neighbours_kept:.1%}",
        help=f"Of the {quality.k} nearest on the map, those among the {quality.k} nearest in space. "
        f"Chance keeps {quality.by_chance:.1%}.",
    )
    n = len(projection.points)
    if len(quality.centres) < n:
        st.caption(f"Measured at {len(quality.centres):,} of the {n:,} points, drawn at random.")


def _list_texts(table: pd.DataFrame, picked: object, find: str) -> None:
    """The texts that are selected on the map, or found by a part of them."""
    rows = table
    box = getattr(picked, "selection", {}).get("brush", {})
    if not box and not find:
        st.caption("Drag over the map to read what lies there.")
        return
    for axis in ("x", "y"):
        if axis in box:
            rows = rows[rows[axis].between(*sorted(box[axis]))]
    if find:
        rows = rows[rows["text"].str.contains(find, case=False, regex=False)]
    if rows.empty:
        st.info("No text of the map is there.")
        return
    st.caption(f"{len(rows):,} of {len(table):,} texts:")
    st.dataframe(rows[["text", "count", "kept", "x", "y"]], hide_index=True, height=min(38 + 35 * len(rows), 320))


def _explain_map(projection: Projection, n: int) -> None:
    q = projection.quality
    explain(
        "map",
        formula=rf"T = 1 - \frac{{2}}{{n k (2n - 3k - 1)}} \sum_i \sum_{{j \in U_k(i)}} (r(i,j) - k)"
        rf" = {q.trustworthiness:.4f}, \qquad n = {n},\; k = {q.k}",
        source=[project, principal_components, quality_of, ppmi_svd],
        question=f"You throw the {n} points on paper at random. What share of the {q.k} nearest neighbours survives?",
        answer=f"{q.by_chance:.1%}, which is k / (n - 1). This map keeps {q.neighbours_kept:.1%}. Trustworthiness and "
        f"continuity would fall to about 0.5, not to 0: half of all ranks is what a stranger has.",
    )


# -- neighbours -------------------------------------------------------------------------


@st.fragment
def neighbours_panel(view: View) -> None:
    """The nearest by cosine, dot product and distance, side by side, and why they differ."""
    kind = spaces.choose_kind()
    left, middle, right = st.columns([4, 3, 3])
    with left:
        query = knobs.text("query", "Query", placeholder="a word, or a sentence for the encoder").strip()
    with middle:
        k = knobs.slider("k", "Neighbours", 3, 20, 8)
    with right:
        most = spaces.choose_most()
    chosen = spaces.space_of(view, kind, most)
    if chosen is not None:
        _draw_neighbours(view, chosen, query, k)
    if kind == LEARNED:
        spaces.the_encoder()


def _draw_neighbours(view: View, chosen: Chosen, query: str, k: int) -> None:
    if not query:
        query = a_telling_text(chosen.space)
        st.caption(f"Nothing is asked yet; as an example: {plain(query)}")
    space = chosen.space
    if chosen.kind == LEARNED:
        # Every word of the text may be asked for, its neighbours are among the frequent ones.
        known = spaces.everything_learned(view.corpus)
        row = place_of(query, known)
        if row is None:
            st.info(unknown_word(query, known))
            return
        q, text = known.vectors[row], known.texts[row]
    else:
        model = spaces.the_encoder()
        if model is None:
            return
        text = query
        q = spaces.query_vector(spaces.encoder_place(), query, model)
        _say_unknown(model.tokens(query))
    others = np.array([i for i, other in enumerate(space.texts) if other != text], dtype=np.intp)
    if not len(others):
        st.info("There is nothing else in this space to be near to. Choose a longer text.")
        return
    vectors = space.vectors[others]
    found = {measure: nearest(q, vectors, k=k, measure=measure) for measure in MEASURES}
    texts = [visible(space.texts[i])[:120] for i in others]
    lengths = np.linalg.norm(vectors, axis=1)
    for column, measure in zip(st.columns(3), MEASURES, strict=True):
        with column:
            st.markdown(f"**{_MEASURE_TITLES[measure]}**")
            st.dataframe(
                neighbour_table(found, measure, texts, lengths).style.apply(_mark_alone, axis=1).format(precision=3),
                hide_index=True,
                width="stretch",
                height="content",
                key=f"neighbours-{measure}",
            )
    st.markdown(why_they_differ(found, lengths, float(np.linalg.norm(q))))
    table = angle_table(q, vectors, texts, lengths, found)
    title = f"{_share(found):.0%} of the neighbours by cosine are neighbours by dot product"
    show_chart(
        charts.angle_and_length(table, title=title),
        table,
        key=f"angles-{chosen.kind}",
        alt=f"Cosine with the query against length for {len(table):,} vectors. {title}.",
        width="stretch",
    )
    drawn = "" if len(table) == len(vectors) else f" Drawn: {len(table):,} of them, all neighbours among them."
    st.caption(f"Searched: {plain(space.note)}.{drawn}")
    _explain_neighbours(found, float(np.linalg.norm(q)))


VALUES = {"cosine": "cosine", "dot": "q·v", "euclidean": "|q−v|"}
_MEASURE_TITLES = {"cosine": "Cosine (angle)", "dot": "Dot product", "euclidean": "Distance"}


def a_telling_text(space: Space) -> str:
    """The most frequent text of at least four characters, or the first one."""
    return next((text for text in space.texts if len(text) >= 4), space.texts[0])


def place_of(query: str, space: Space) -> int | None:
    """Where a word stands in a space: as it is, else whatever its capitals; None for an unknown one."""
    if query in space.texts:
        return space.texts.index(query)
    folded = [text.casefold() for text in space.texts]
    return folded.index(query.casefold()) if query.casefold() in folded else None


def unknown_word(query: str, space: Space) -> str:
    """A sentence for a word that the text does not have, with the words that look like it."""
    alike = difflib.get_close_matches(query[:40], space.texts[:5_000], n=3, cutoff=0.7)
    hint = f" Did you mean {' or '.join(plain(word) for word in alike)}?" if alike else ""
    return (
        f"“{plain(query[:40])}” has no place here: only single {space.note.split()[0]} of this very text do.{hint} "
        "The encoder places any text."
    )


def neighbour_table(found: dict[str, Neighbours], measure: str, texts: list[str], lengths: np.ndarray) -> pd.DataFrame:
    """One list: `text`, its value, the `length` of its vector, and in how many of the three `lists` it is."""
    indices, values = found[measure]
    return pd.DataFrame(
        {
            "text": [texts[i] for i in indices],
            VALUES[measure]: values,
            "length": lengths[indices],
            "lists": [f"{sum(i in other.indices for other in found.values())}/3" for i in indices],
        }
    )


def _mark_alone(row: pd.Series) -> list[str]:
    """A colour for what only this list has."""
    return ["background-color: rgba(213, 94, 0, 0.28)" if row["lists"] == "1/3" else ""] * len(row)


def why_they_differ(found: dict[str, Neighbours], lengths: np.ndarray, query_length: float) -> str:
    """What the lengths of the vectors did to the three lists, in words."""
    if np.ptp(lengths) < 1e-5 * lengths.max():
        return (
            "Every vector here has the same length, so the three measures must agree: "
            "|q − v|² = |q|² + |v|² − 2 q·v falls exactly as the cosine rises."
        )
    by_angle, by_product, by_distance = (lengths[found[measure].indices].mean() for measure in MEASURES)
    return (
        f"The query is {query_length:.2f} long. Neighbours by angle are {by_angle:.2f} long on average, "
        f"those by dot product {by_product:.2f}, those by distance {by_distance:.2f}: "
        "a product rewards length, and a distance prefers vectors that are not much longer than needed. "
        "Here frequent words are the long ones. Rows in colour are in one list only."
    )


def angle_table(
    q: np.ndarray,
    vectors: np.ndarray,
    texts: list[str],
    lengths: np.ndarray,
    found: dict[str, Neighbours],
    most: int = 400,
) -> pd.DataFrame:
    """One row a vector: `text`, `cosine`, `norm`, which `list` it is in, and its `name` where it comes first."""
    lists = np.full(len(texts), "other", dtype=object)
    for measure in MEASURES:
        indices = found[measure].indices
        lists[indices] = np.where(lists[indices] == "other", measure, "several")
    drawn = np.union1d(np.flatnonzero(lists != "other"), np.linspace(0, len(texts) - 1, most).astype(int))
    cosines = vectors[drawn] @ q / np.maximum(lengths[drawn] * np.linalg.norm(q), 1e-300)
    heads = np.concatenate([neighbours.indices[:NAMED] for neighbours in found.values()])
    return pd.DataFrame(
        {
            "text": [texts[i] for i in drawn],
            "cosine": cosines,
            "norm": lengths[drawn],
            "list": lists[drawn],
            "name": [texts[i][:18] if i in heads else "" for i in drawn],
        }
    )


def _share(found: dict[str, Neighbours]) -> float:
    return overlap(found["cosine"], found["dot"])


def _explain_neighbours(found: dict[str, Neighbours], query_length: float) -> None:
    first = found["cosine"]
    angle = float(first.values[0]) if len(first.values) else 0.0
    explain(
        "neighbours",
        formula=rf"\cos(q, v) = \frac{{q \cdot v}}{{|q|\,|v|}} = {angle:.3f}, \qquad "
        rf"|q - v|^2 = |q|^2 + |v|^2 - 2\, q \cdot v, \qquad |q| = {query_length:.3f}",
        source=[nearest, overlap],
        question="If every vector is stretched or shrunk to length one, what becomes of the three lists?",
        answer="They become one: on the unit sphere |q − v|² = 2 − 2 cos. The encoder's vectors all have length one; "
        "those learned here don't, since frequent words are longer.",
    )


# -- attention --------------------------------------------------------------------------


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
    _say_unknown(layers.tokens)
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


def _say_unknown(tokens: Tokens) -> None:
    if tokens.unknown:
        st.warning(
            f"{tokens.unknown} of {len(tokens.pieces)} tokens are [UNK]: the encoder has no sign for what stands there."
        )
    if tokens.cut:
        st.warning(f"The last {tokens.cut} tokens are beyond what the encoder reads at once and are left out.")


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


# -- the shape --------------------------------------------------------------------------


@st.fragment
def shape_panel(view: View) -> None:
    """How the cloud lies in its space: lengths, one-sidedness, directions in use, volume."""
    kind = spaces.choose_kind()
    chosen = spaces.space_of(view, kind, spaces.choose_most())
    if chosen is not None:
        _draw_shape(view, chosen)
    if kind == LEARNED:
        spaces.the_encoder()


def _draw_shape(view: View, chosen: Chosen) -> None:
    vectors = chosen.space.vectors
    n, d = vectors.shape
    if n < 2 or np.ptp(vectors, axis=0).max() < 1e-9:
        st.info("A cloud needs at least two points that differ. Choose a longer text.")
        return
    shape = shape_of(vectors)
    one, two = st.columns(2)
    three, four = st.columns([2, 3])
    one.metric(
        "Mean length", f"{shape.norms.mean():.3f}", help=f"From {shape.norms.min():.3f} to {shape.norms.max():.3f}."
    )
    two.metric("Mean cosine of pairs", f"{shape.anisotropy:.3f}", help="0: directions all around. 1: one direction.")
    three.metric("Directions in use", f"{shape.participation:.1f} of {d}", help="(Σλ)² / Σλ², the participation ratio.")
    # nats are Boltzmann's; the lens takes bits
    bits = shape.log_volume / np.log(2)
    four.metric("Log-volume", view.lens.amount(bits, digits=0), help="Entropy of the Gaussian with this covariance.")
    share = shape.variances / shape.variances.sum()
    shown = np.unique(np.geomspace(1, d, 80).astype(int)) - 1
    with_variance = shown[share[shown] > FLAT]
    table = pd.DataFrame(
        {
            "direction": np.concatenate([with_variance, shown]) + 1,
            "share": np.concatenate([share[with_variance], np.full(len(shown), 1 / d)]),
            "cloud": ["these vectors"] * len(with_variance) + ["a ball"] * len(shown),
        }
    )
    half = int(np.searchsorted(np.cumsum(share), 0.5)) + 1
    title = f"Half of the variance lies in {half} of {d} directions"
    show_chart(
        charts.spectrum(table, title=title),
        table,
        key=f"spectrum-{chosen.kind}",
        alt=f"Share of variance by direction, falling. {title}.",
        width="stretch",
    )
    lacking = view.lens.amount(shape.deficit / np.log(2), digits=1)
    st.markdown(
        f"A ball of the same total variance has {lacking} more room: "
        f"that is how much the {n:,} points have decided on a shape."
        + (" There are fewer points than dimensions, so most directions are flat." if n <= d else "")
    )
    st.caption(f"In the cloud: {plain(chosen.space.note)}.")
    explain(
        "shape",
        formula=r"\ln V = \tfrac12 \ln\det\bigl(2\pi e\,(\Sigma + \varepsilon I)\bigr) = "
        rf"{shape.log_volume:.1f}\ \text{{nats}}, \qquad "
        rf"\frac{{(\sum\lambda)^2}}{{\sum\lambda^2}} = {shape.participation:.2f}",
        source=[shape_of],
        question="Make all vectors twice as long. What happens to the log-volume, and to the directions in use?",
        answer=f"The log-volume grows by d ln 2 = {d * np.log(2):.1f} nats; the directions in use stay, "
        "since a participation ratio has no unit.",
    )
