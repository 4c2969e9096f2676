"""A transformer, small enough to be read, and open at every place.

    x = E[ids] (+ what the memory says)                             (n, d)
    in each layer:
        q, k, v = norm(x) Wq, norm(x) Wk, norm(x) Wv                 for each head; q and k turned by their place
        x <- x + softmax(q k' / sqrt(d_k)) v  Wo                     nobody looks ahead
        x <- x + relu(norm(x) W1)^2 W2
    z = g norm(x) E' + b                                             logits in nats

norm takes a row's mean away and divides by its standard deviation. A place t is written
into q and k by turning pairs of their coordinates by angles t w_j, so that q . k sees only
how far apart two tokens are. E serves at both ends; b starts as the logarithm of the
unigram, so the untrained model already knows which tokens are frequent.

It looks back C tokens at most. Over a long text it reads in windows that overlap by half:
the token at t is told from the last C / 2 to C tokens. Where a text begins, q = softmax(b).

Here it is only asked, in numpy and double precision; `training` teaches it, in PyTorch.

Reference: A. Vaswani et al., "Attention Is All You Need" (2017); J. Su et al., "RoFormer"
(2021) for the turning; D. So et al., "Primer" (2021) for relu^2; O. Press and L. Wolf,
"Using the Output Embedding" (2017) for E at both ends.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.trace import LayerTrace, Trace
from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax, softmax
from ladder.math.encoding import Ids
from ladder.statistics.memory import ORDERS, rows_of
from ladder.statistics.model import check_ids
from ladder.statistics.size import weights_size

TINY = 1e-5  # added to a variance, so that a row of equal numbers is not divided by zero
SLOWEST = 10_000.0  # the longest wave of the turning, in tokens
SHORT = 2_500  # steps of a short training
WINDOWS = 16  # how many are read at once
VALIDATION = 10  # one token in so many, at the end of the training part, is kept aside and watched
MOST_WATCHED = 8_000  # tokens of them: whatever is kept aside is not learned
LOOKS = 20  # at the part kept aside, in one training


@dataclass(frozen=True)
class Shape:
    """What must be known of a transformer before it has any weights."""

    vocabulary_size: int  # V
    width: int = 64  # d
    layers: int = 2
    heads: int = 4
    context: int = 64  # C, tokens
    memory: tuple[int, ...] = ()  # rows of each table of the memory; none, and it has no memory

    def __post_init__(self) -> None:
        if self.width % (2 * self.heads):
            raise ValueError(
                f"width must be a multiple of twice the heads, but {self.width} is none of 2 x {self.heads}"
            )
        if min(self.vocabulary_size, self.width, self.layers, self.heads) < 1 or self.context < 2 or self.context % 2:
            raise ValueError(f"sizes must be at least 1 and context even, but the shape is {self}")

    @property
    def weights(self) -> dict[str, tuple[int, ...]]:
        """The shape of every weight by its name, layer by layer; the memory, whose rows are learned apart, last."""
        d = self.width
        shapes: dict[str, tuple[int, ...]] = {"E": (self.vocabulary_size, d), "b": (self.vocabulary_size,), "g": ()}
        for layer in range(self.layers):
            sizes = {"Wq": (d, d), "Wk": (d, d), "Wv": (d, d), "Wo": (d, d), "W1": (d, 4 * d), "W2": (4 * d, d)}
            shapes |= {f"{layer}.{name}": size for name, size in sizes.items()}
        return shapes | ({"memory": (sum(self.memory), d)} if self.memory else {})


@dataclass(frozen=True)
class Settings:
    """What is decided before a training; the usual choices were made on validation parts."""

    steps: int = 2_000
    memory: bool = False
    width: int = 64
    layers: int = 2
    heads: int = 4
    context: int = 64
    batch: int = 16  # stretches of `context` tokens
    rate: float = 0.016
    weight_decay: float = 0.1
    memory_rate: float = 0.08
    memory_dropout: float = 0.5
    seed: int = 0

    @classmethod
    def usual(cls, *, memory: bool, steps: int = 2_000, **others: Any) -> "Settings":
        """What the validation part of an English text of 1 MB liked best.

        A memory that reads the text many times learns it by heart, unless more of its calls are dropped.
        """
        found: dict[str, Any] = {"rate": 0.016}
        if memory:
            found = {"rate": 0.012} if steps <= SHORT else {"rate": 0.01, "memory_dropout": 0.7}
        return cls(**({"memory": memory, "steps": steps} | found | others))

    @property
    def steps_a_look(self) -> int:
        """Steps from one look at the part kept aside to the next."""
        return max(1, self.steps // LOOKS)

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1:
            raise ValueError(f"steps and batch must be at least 1, but are {self.steps} and {self.batch}")
        if not (np.isfinite(self.rate) and self.rate > 0):
            raise ValueError(f"rate must be positive and finite, but is {self.rate}")
        if not (np.isfinite(self.weight_decay) and self.weight_decay >= 0):
            raise ValueError(f"weight_decay must be finite and not below 0, but is {self.weight_decay}")
        if not 0 <= self.memory_dropout < 1:
            raise ValueError(f"memory_dropout must lie in 0 ... 1, 1 left out, but is {self.memory_dropout}")


@dataclass(frozen=True, eq=False)
class Transformer:
    """A language model whose every number on the way can be looked at."""

    shape: Shape
    weights: Mapping[str, NDArray[np.floating]] = field(repr=False)  # as `shape.weights` says

    def __post_init__(self) -> None:
        for name, size in self.shape.weights.items():
            if self.weights[name].shape != size:
                raise ValueError(f"{name} must have shape {size}, but has {self.weights[name].shape}")
            if not np.isfinite(self.weights[name]).all():
                raise ValueError(f"{name} must hold finite numbers, but has NaN or infinity in it")

    @classmethod
    def fit(cls, ids: ArrayLike, vocabulary_size: int, *, settings: Settings | None = None) -> Self:
        """The model of a text (n,), trained from nothing; the same seed, the same model."""
        from ladder.statistics.training import Training  # torch takes seconds to load

        training = Training(np.asarray(ids), vocabulary_size, settings or Settings())
        while not training.over:
            training.step()
        found = training.model()
        return cls(found.shape, found.weights)

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return self.shape.vocabulary_size

    @property
    def n_parameters(self) -> int:
        """How many weights it has; of the memory, the rows that the text has called."""
        n = sum(W.size for name, W in self.weights.items() if name != "memory")
        if self.shape.memory:
            n += int(np.any(self.weights["memory"], axis=1).sum()) * self.shape.width
        return n

    @property
    def size_bytes(self) -> int:
        """The bytes of its weights in half precision, and one bit a row for which rows of the memory were called."""
        return weights_size(self.n_parameters) + sum(self.shape.memory) // 8

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats, told from the last C / 2 to C tokens: (n,) -> (V,)."""
        ids = check_ids(np.asarray(context), self.vocabulary_size)
        if len(ids) == 0:
            return log_softmax(self._double["b"])
        return log_softmax(self._read(self._last(ids), new=1)[-1])

    def surprisals(self, ids: ArrayLike, *, progress: Callable[[float], None] = lambda share: None) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        nats = np.empty(len(text))
        nats[:1] = -log_softmax(self._double["b"])[text[:1]]
        told = 1
        for places, log_q in self._windows(self._embedded(text[:-1])):
            nats[1 + places] = -log_q[np.arange(len(places)), text[1 + places]]
            told += len(places)
            progress(told / len(text))
        return nats_to_bits(nats)

    @property
    def network(self) -> dict[str, Floats]:
        """The weights of the network, without the memory's rows, in double precision."""
        return dict(self._double)

    def loss_of_network(self, ids: ArrayLike) -> Callable[[Mapping[str, Floats]], float]:
        """The mean surprise of a text's tokens but the first, in nats, by the weights of the network.

        The memory stays as it is: what it says at each place is looked up once.
        """
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        if len(text) < 2:
            raise ValueError(f"ids must hold at least 2 tokens to be priced, but hold {len(text)}")
        called = self._embedded(text[:-1]) - self._double["E"][text[:-1]]
        shape = replace(self.shape, memory=())

        def loss(weights: Mapping[str, Floats]) -> float:
            other = Transformer(shape, weights)
            told = other._windows(other._embedded(text[:-1]) + called)
            nats = [-log_q[np.arange(len(places)), text[1 + places]].sum() for places, log_q in told]
            return float(np.sum(nats) / (len(text) - 1))

        return loss

    def trace(self, ids: ArrayLike) -> Trace:
        """Everything on the way from the last tokens that are seen to their logits; the last row is `logits`."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        if len(text) == 0:
            raise ValueError("ids must hold at least one token to look at, but are empty")
        x = embedded = self._last(text)
        layers = []
        for layer in range(self.shape.layers):
            layers.append(self._layer(x, layer))
            x = x + layers[-1].attention + layers[-1].mlp
        w = self._double
        final, U = norm(x), w["g"] * w["E"]
        n_heads, z = self.shape.heads, final @ U.T + w["b"]
        return Trace(text[-len(x) :], embedded, tuple(layers), n_heads, x, final, U, w["b"], z)

    @cached_property
    def _double(self) -> dict[str, Floats]:
        """The weights in double precision, but for the memory, of which few rows are asked at once."""
        return {name: np.asarray(W, dtype=np.float64) for name, W in self.weights.items() if name != "memory"}

    def _embedded(self, text: Ids) -> Floats:
        """x_0 for each token of a text: (n,) -> (n, d)."""
        x = self._double["E"][text]
        if self.shape.memory:
            x += self.weights["memory"][rows_of(text, self.shape.memory)].sum(axis=-2, dtype=np.float64)
        return x

    def _last(self, text: Ids) -> Floats:
        """x_0 for the window of the last token: the last C / 2 to C tokens, (n,) -> (m, d)."""
        half = self.shape.context // 2
        first = max(0, ((len(text) - 1) // half - 1) * half)
        before = min(first, len(ORDERS))  # the memory's phrases may begin before the window
        return self._embedded(text[first - before :])[before:]

    def _windows(self, x: Floats) -> Iterator[tuple[NDArray[np.intp], Floats]]:
        """Places of a text, each once, and the log q told there, from its x_0 (n, d): (m,), (m, V)."""
        n, C, half = len(x), self.shape.context, self.shape.context // 2
        if n == 0:
            return
        whole = range(0, n - C + 1, half)
        for i in range(0, len(whole), WINDOWS):
            firsts = whole[i : i + WINDOWS]
            z = self._read(np.stack([x[first : first + C] for first in firsts]), new=half)
            for first, rows in zip(firsts, z, strict=True):
                yield np.arange(first + half, first + C), log_softmax(rows)
        # The first half of the first window, and what is left after the last.
        yield np.arange(min(half, n)), log_softmax(self._read(x[:half]))
        done = whole[-1] + C if len(whole) else half
        if done < n:
            yield np.arange(done, n), log_softmax(self._read(x[done - half :], new=n - done))

    def _read(self, x: Floats, *, new: int | None = None) -> Floats:
        """From x_0 to the logits, of the last `new` places where so many are wanted: (..., n, d) -> (..., new, V)."""
        for layer in range(self.shape.layers):
            part = self._layer(x, layer)
            x = x + part.attention + part.mlp
        w, last = self._double, x[..., x.shape[-2] - (new or x.shape[-2]) :, :]
        return w["g"] * (norm(last) @ w["E"].T) + w["b"]

    def _layer(self, x: Floats, layer: int) -> LayerTrace:
        """One layer, with all that it makes of x: (..., n, d)."""
        W = {name: self._double[f"{layer}.{name}"] for name in ("Wq", "Wk", "Wv", "Wo", "W1", "W2")}
        n, d_k = x.shape[-2], self.shape.width // self.shape.heads
        a = norm(x)
        q, k, v = (self._heads(a @ W[name]) for name in ("Wq", "Wk", "Wv"))
        cos, sin = turning(n, d_k)
        q, k = turned(q, cos, sin), turned(k, cos, sin)
        scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(d_k)
        scores[..., np.triu(np.ones((n, n), dtype=bool), k=1)] = -np.inf
        weights = softmax(scores)
        heads = weights @ v
        attention = np.swapaxes(heads, -3, -2).reshape(x.shape) @ W["Wo"]
        m = norm(x + attention)
        hidden = np.square(np.maximum(m @ W["W1"], 0))
        mlp = hidden @ W["W2"]
        return LayerTrace(x, a, q, k, v, scores, weights, heads, W["Wo"], attention, m, hidden, mlp)

    def _heads(self, y: Floats) -> Floats:
        """A row's coordinates shared out to the heads: (..., n, d) -> (..., h, n, d_k)."""
        return np.swapaxes(y.reshape(*y.shape[:-1], self.shape.heads, -1), -3, -2)


def kept_aside(n: int) -> int:
    """How many of n training tokens, the last ones, are watched and not learned from; none of a few."""
    n_watched = min(n // VALIDATION, MOST_WATCHED)
    return n_watched if n_watched >= 2 else 0


def norm(x: Floats) -> Floats:
    """Each row with mean 0 and variance 1: (..., d) -> (..., d)."""
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + TINY)


def turning(n: int, d_k: int) -> tuple[Floats, Floats]:
    """Cosine and sine of the angles t w_j by which place t turns pair j: (n, d_k / 2) each."""
    w = SLOWEST ** (-np.arange(d_k // 2) / (d_k // 2))
    angles = np.arange(n)[:, None] * w
    return np.cos(angles), np.sin(angles)


def turned(x: Floats, cos: Floats, sin: Floats) -> Floats:
    """The first half of a row's coordinates against the second, pair by pair: (..., n, d_k) -> (..., n, d_k)."""
    a, b = np.split(x, 2, axis=-1)
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], axis=-1)
