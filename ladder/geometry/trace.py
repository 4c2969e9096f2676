"""What a causal transformer holds on the way from ids to logits, for every token and every layer.

    x_0                      embedding rows                                  (n, d)
    for each layer:
        a = norm(x)          what attention reads                            (n, d)
        q, k, v              for each head, as they are compared             (h, n, d_k)
        scores, weights      q . k / sqrt(d_k), then softmax of each row     (h, n, n)
        heads = weights v    what each head hands over                       (h, n, d_k)
        x <- x + heads W_o   the heads side by side, through the output projection
        x <- x + mlp(norm(x))
    logits = norm(x) U'      dot products with the rows of the output embedding U: (V, d)

Every part can be had, so that a page can show one number and all that it was made of, and a
test can put the parts together again and find the model's own logits. Where n is large, layers
are computed when they are looked at, and of tables with a side of n tokens their rows (`Rows`).

Reference: A. Vaswani et al., "Attention Is All You Need" (2017); the residual stream as in
N. Elhage et al., "A Mathematical Framework for Transformer Circuits" (2021).
"""

from collections.abc import Sequence
from typing import NamedTuple

from numpy.typing import NDArray

from ladder.lenses.simplex import Floats


class LayerTrace(NamedTuple):
    """One layer, from the residual stream that enters to the one that leaves."""

    x: Floats  # (n, d) residual stream on entry
    normed: Floats  # (n, d) what attention reads
    q: Floats  # (h, n, d_k) as compared: positions, if they turn vectors, are in
    k: Floats | Sequence[Floats]  # (h, n, d_k) repeated where heads share it
    v: Floats | Sequence[Floats]  # (h, n, d_k) repeated where heads share it
    scores: Floats | Sequence[Floats]  # (h, n, n) scaled; -inf where a token would look ahead
    weights: Floats | Sequence[Floats]  # (h, n, n) each row a distribution
    heads: Floats  # (h, n, d_k) weights v
    W_o: Floats  # (h d_k, d) output projection: concatenated heads @ W_o
    attention: Floats  # (n, d) what attention adds to the stream, bias and all
    mlp_normed: Floats  # (n, d) what the MLP reads
    hidden: Floats  # (n, m) the MLP's hidden layer, after its nonlinearity
    mlp: Floats  # (n, d) what the MLP adds to the stream


class Trace(NamedTuple):
    """A forward pass, whole."""

    ids: NDArray  # (n,)
    embedded: Floats  # (n, d) x_0, positions and all that is added at the input in
    layers: Sequence[LayerTrace]
    n_heads: int  # of each layer
    x: Floats  # (n, d) residual stream after the last layer
    final: Floats  # (n, d) after the last norm
    U: Floats  # (V, d) output embedding
    bias: Floats  # (V,) added to the logits; zeros where the model has none
    logits: Floats  # (n, V) final U' + bias, in nats: row t is asked for token t + 1
