"""What emerges inside a trained transformer, read off its trace.

    logit lens     logits_l = norm(x_l) U': what layer l would say, were it the last. Its price falls
                   layer by layer, as the price of a text falls rung by rung
    entropy        H of each row of a head: how many tokens it listens to, 2^H
    first          the share of attention that rests on the first token
    agreement      rank correlation of q.k with the cosine of q and k, over the pairs that are seen
    induction      on a random string, repeated: the attention of a token to what came after the
                   same token last time. Only a head that looks for a pattern, not for a word, can

Heads, agreement and lens may be asked at some of the tokens only, since a long text has
millions of pairs: evenly spread places are a sample, and who shows it says so.

The last norm is not in a trace, but what it has made of x is: with s the scale of a row,
final = g (x - m) / s + b, and g and b are found by least squares, exactly.

Reference: nostalgebraist, "interpreting GPT: the logit lens" (2020); C. Olsson et al.,
"In-context Learning and Induction Heads" (2022).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ladder.geometry.cosine import cosines, spearman
from ladder.geometry.rows import blocks, spread
from ladder.geometry.trace import LayerTrace, Trace
from ladder.lenses.shannon import entropy, nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids

MISFIT = 1e-3  # of the largest: beyond it, the last norm is none of those that are known here
ROWS = 64

FITTED = 256  # tokens that the last norm is found from

T = TypeVar("T")
Places = NDArray[np.intp]  # of the tokens that ask
ReadOut = Callable[[Floats], Floats]  # (n, d) a residual stream -> (n, V) logits


class Heads(NamedTuple):
    """All heads of a model on one text; each number is a mean over the tokens that ask."""

    entropy: Floats  # (L, h) bits
    effective: Floats  # (L, h) tokens listened to, 2^H of each row
    first: Floats  # (L, h) share of attention on the first token, the first token itself left out


class Lengths(NamedTuple):
    """Euclidean lengths, layer by layer."""

    stream: Floats  # (L + 1, n) on entry to each layer, and after the last
    attention: Floats  # (L, n) of what attention adds
    mlp: Floats  # (L, n) of what the MLP adds


class Lens(NamedTuple):
    """What each layer would say next, at m places of the text; the last is the model itself."""

    asks: Places  # (m,)
    top: Ids  # (L + 1, m) the likeliest token after each
    bits: Floats  # (L + 1, m) surprisal of the token that really followed; of the text's last token, 0
    chosen: Floats  # (L + 1, m) probability of what the whole model finds likeliest
    entropy: Floats  # (L + 1, m) bits


def heads_of(
    trace: Trace, *, asks: Places | None = None, progress: Callable[[float], None] = lambda share: None
) -> Heads:
    """Every head of a model, in three numbers each."""
    places = _all_of(trace) if asks is None else asks
    rows = _of_layers(lambda layer: _heads_of_layer(layer, places), trace, progress)
    return Heads(*(np.array(column) for column in zip(*rows, strict=True)))


def agreements(
    trace: Trace, *, asks: Places | None = None, progress: Callable[[float], None] = lambda share: None
) -> Floats:
    """Spearman's rank correlation of q.k and the cosine, over all pairs that those who ask may see: (L, h)."""
    places = _all_of(trace) if asks is None else asks
    return np.array(_of_layers(lambda layer: _agreements_of_layer(layer, places), trace, progress))


def _all_of(trace: Trace) -> Places:
    return np.arange(len(trace.ids))


def _of_layers(read: Callable[[LayerTrace], T], trace: Trace, progress: Callable[[float], None]) -> list[T]:
    found = []
    for i in range(len(trace.layers)):  # of a long text, only one layer at a time has room
        progress(i / len(trace.layers))
        found.append(read(trace.layers[i]))
    return found


def _heads_of_layer(layer: LayerTrace, asks: Places) -> tuple[Floats, Floats, Floats]:
    means = [_head_of(weights, asks) for weights in layer.weights]
    bits, effective, first = (np.array(column) for column in zip(*means, strict=True))
    return bits, effective, first


def _head_of(weights: Floats, asks: Places) -> tuple[float, float, float]:
    bits, first = np.empty(len(asks)), np.empty(len(asks))
    for rows in blocks(len(asks), len(weights)):
        w = np.asarray(weights[asks[rows]], dtype=np.float64)
        w = w / w.sum(axis=-1, keepdims=True)  # 32-bit rows sum to 1 to seven digits only
        bits[rows], first[rows] = entropy(w), w[:, 0]
    others = asks > 0
    return float(bits.mean()), float((2**bits).mean()), float(first[others].mean()) if others.any() else 1.0


def _agreements_of_layer(layer: LayerTrace, asks: Places) -> Floats:
    seen = np.arange(len(layer.x)) <= asks[:, None]
    return np.array(
        [
            spearman(np.asarray(scores[asks])[seen], cosines(q[asks], k)[seen])
            for scores, q, k in zip(layer.scores, layer.q, layer.k, strict=True)
        ]
    )


def lengths_of(trace: Trace, *, progress: Callable[[float], None] = lambda share: None) -> Lengths:
    """How long the stream is at every token, layer by layer, and how long what is added to it."""
    rows = _of_layers(lambda layer: tuple(map(_length, (layer.x, layer.attention, layer.mlp))), trace, progress)
    stream, attention, mlp = (np.array(part) for part in zip(*rows, strict=True))
    return Lengths(np.append(stream, [_length(trace.x)], axis=0), attention, mlp)


def _length(vectors: Floats) -> Floats:
    return np.concatenate(
        [np.linalg.norm(np.asarray(vectors[rows], dtype=np.float64), axis=1) for rows in blocks(*vectors.shape)]
    )


def induction_scores(trace: Trace, *, period: int, start: int = 0) -> Floats:
    """Each head's attention to the token after the last occurrence of the one that asks: (L, h).

    The trace is of `start` tokens and then a string of `period` tokens, twice.
    """
    n = len(trace.ids)
    if period < 2 or n < start + 2 * period:
        raise ValueError(f"a string of {period} tokens, twice, wants {start + 2 * period} tokens, not {n}")
    asks = np.arange(start + period, start + 2 * period - 1)
    return np.array(
        [[w[asks][np.arange(period - 1), asks - period + 1].mean() for w in layer.weights] for layer in trace.layers]
    )


def read_out(trace: Trace) -> ReadOut:
    """How this model turns a residual stream into logits, its last norm found from the trace itself."""
    some = spread(len(trace.ids), FITTED)
    x, final = (np.asarray(part[some], dtype=np.float64) for part in (trace.x, trace.final))
    fits = [_fit_norm(x, final, centred=centred) for centred in (False, True)]
    error, centred, g, b = min(fits, key=lambda fit: fit[0])
    if error > MISFIT:
        raise ValueError("This model's last norm is neither an RMSNorm nor a LayerNorm: its layers cannot be asked.")
    U, bias = trace.U, trace.bias.astype(np.float32)

    def logits(stream: Floats) -> Floats:
        return (g * _scaled(np.asarray(stream, dtype=np.float64), centred) + b).astype(np.float32) @ U.T + bias

    return logits


def logit_lens(
    trace: Trace, *, asks: Places | None = None, progress: Callable[[float], None] = lambda share: None
) -> Lens:
    """What each layer would say next, and the model at last."""
    places = _all_of(trace) if asks is None else asks
    say = read_out(trace)
    streams = getattr(trace.layers, "streams", None) or [*(layer.x for layer in trace.layers), trace.x]
    follow = np.append(trace.ids[1:], -1)[places]
    best = np.concatenate([trace.logits[places[rows]].argmax(axis=1) for rows in blocks(len(places), len(trace.U))])
    layers = []
    for i, stream in enumerate(streams):
        progress(i / len(streams))
        layers.append(_said(say, stream[places], follow, best))
    return Lens(places, *(np.array(column) for column in zip(*layers, strict=True)))


def _said(say: ReadOut, stream: Floats, follow: Ids, best: Ids) -> tuple[Ids, Floats, Floats, Floats]:
    top, bits, chosen, spread_out = [], [], [], []
    for i in range(0, len(stream), ROWS):
        z = say(stream[i : i + ROWS])
        z -= z.max(axis=1, keepdims=True)
        e = np.exp(z)
        Z = e.sum(axis=1, dtype=np.float64)
        row, came = np.arange(len(z)), follow[i : i + ROWS]
        top.append(z.argmax(axis=1))
        bits.append(np.where(came >= 0, nats_to_bits(np.log(Z) - z[row, came]), 0.0))  # after the last comes nothing
        chosen.append(e[row, best[i : i + ROWS]] / Z)
        spread_out.append(nats_to_bits(np.log(Z) - (e * z).sum(axis=1, dtype=np.float64) / Z))
    return np.concatenate(top), np.concatenate(bits), np.concatenate(chosen), np.concatenate(spread_out)


def _scaled(x: Floats, centred: bool) -> Floats:
    x = x - x.mean(axis=1, keepdims=True) if centred else x
    return x / np.sqrt((x**2).mean(axis=1, keepdims=True))


def _fit_norm(x: Floats, final: Floats, *, centred: bool) -> tuple[float, bool, Floats, Floats]:
    """The worst error, and g and b of final = g scaled(x) + b; b is 0 where x is not centred."""
    s = _scaled(x, centred)
    if centred and len(s) > 1:
        mean_s, mean_f = s.mean(axis=0), final.mean(axis=0)
        g = ((s - mean_s) * (final - mean_f)).sum(axis=0) / np.maximum(((s - mean_s) ** 2).sum(axis=0), 1e-300)
        b = mean_f - g * mean_s
    else:
        g = (s * final).sum(axis=0) / np.maximum((s**2).sum(axis=0), 1e-300)
        b = np.zeros_like(g)
    error = float(np.abs(g * s + b - final).max() / max(np.abs(final).max(), 1e-300))
    return error, centred, g, b
