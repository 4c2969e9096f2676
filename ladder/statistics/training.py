"""A transformer learns: gibberish becomes language as one number falls.

    loss = mean of -ln q(next token | the ones before)    over a batch of stretches of the text
    w <- w - rate x step(gradient of loss)                again and again

Each matrix moves along its averaged gradient with all singular values made nearly equal, so
that no direction is left behind (Muon); embeddings and biases move by AdamW, which scales
each weight's step by how its gradient has varied. Weight decay pulls the matrices towards 0.
The rate rises over the first twentieth of the steps and then falls in a straight line to
nothing, so a training has a planned end; one that is stopped early keeps what it has. A row
of the memory is touched only when its phrase comes up: each of its steps has length
`memory_rate` / sqrt(the sum of its squared gradients so far) x gradient, and in training half
of the calls are dropped, so that the network does not come to rely on phrases that it has met
only once.

All chance is in one generator made from `seed`: the same seed gives the same curve, also
over a stop and a resume. Arithmetic is in single precision; what is kept is written in half
precision, as its price says.

Reference: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks" (2024),
and its constants; I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization"
(2019); J. Duchi et al., "Adaptive Subgradient Methods" (2011) for the memory's rows; N.
Srivastava et al., "Dropout" (2014).
"""

import json
from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from ladder.lenses.shannon import nats_to_bits
from ladder.math.encoding import Ids
from ladder.statistics.memory import rows_of, table_sizes
from ladder.statistics.model import check_text
from ladder.statistics.transformer import TINY, Settings, Shape, Transformer, turning

State = dict[str, NDArray]

MAX_VOCABULARY = 4096  # the logits of a batch are as wide as the vocabulary
WARM_UP = 0.05  # of the steps
BETAS = (0.9, 0.99)
MUON, MOMENTUM = 3.0, 0.95  # how much larger a matrix's rate is; what its averaged gradient keeps at each step
QUINTIC = (3.4445, -4.7750, 2.0315)  # a x + b x^3 + c x^5 brings singular values between 0 and 1 near 1
ITERATIONS = 5
LONGEST_GRADIENT = 1.0
LOST = 1.0  # bits above a uniform q: who says less than nothing about the text has diverged
LOOK_EVERY = 25  # steps: then the weights are remembered, should the loss never have been lower
SMOOTH = 0.98  # the running mean of the loss forgets one part in fifty at each step


class Diverged(ValueError):
    """The loss has left the numbers, or is worse than knowing nothing."""


class Stretch(NamedTuple):
    """A batch: where it stands in the text, what is read and what comes next."""

    read: torch.Tensor  # (B, T)
    next: torch.Tensor  # (B, T)
    rows: torch.Tensor | None  # (B, T, orders) rows of the memory


class Training:
    """A training that goes on step by step, and can be put down and taken up again."""

    def __init__(self, ids: Ids, vocabulary_size: int, settings: Settings) -> None:
        text = check_text(ids, vocabulary_size, order=2)
        if len(text) < 3:
            raise ValueError(f"A transformer needs at least 3 tokens to learn from, but the text has {len(text)}.")
        if vocabulary_size > MAX_VOCABULARY:
            raise ValueError(
                f"A transformer's softmax over {vocabulary_size:,} tokens takes too long: choose a vocabulary of at "
                f"most {MAX_VOCABULARY:,}."
            )
        self.settings, self.done = settings, 0
        self.rng = np.random.default_rng(settings.seed)
        sizes = table_sizes(text) if settings.memory else ()
        s = settings
        self.shape = Shape(vocabulary_size, s.width, s.layers, s.heads, s.context, sizes)
        self.text = torch.from_numpy(text.astype(np.int64))
        self.rows = torch.from_numpy(rows_of(text, sizes)) if sizes else None
        self.T = min(s.context, len(text) - 1)
        cos, sin = turning(self.T, s.width // s.heads)
        self.turning = torch.from_numpy(cos).float(), torch.from_numpy(sin).float()
        self.weights = {name: torch.from_numpy(W).requires_grad_() for name, W in _start(self.shape, text, self.rng)}
        self.memory = torch.zeros(sum(sizes), s.width)
        self.squares = torch.zeros(sum(sizes))  # of each row's gradients, summed up
        self.matrices = {name: torch.zeros_like(W) for name, W in self.weights.items() if "." in name}  # averages
        others = [W for name, W in self.weights.items() if name not in self.matrices]
        self.optimiser = torch.optim.AdamW(others, lr=s.rate, betas=BETAS, weight_decay=0.0, fused=True)
        self.smooth: float | None = None  # bits per token, a running mean
        self._best, self._least = self._copied(), np.inf

    @property
    def over(self) -> bool:
        """Whether the last of the planned steps is done."""
        return self.done >= self.settings.steps

    def step(self) -> float:
        """One step; the loss before it, in bits per token of the batch. Raises Diverged, the best weights kept."""
        batch = self._drawn()
        keep, called = None, None
        if batch.rows is not None:
            chance = self.rng.random((*batch.rows.shape, 1), dtype=np.float32)
            share = 1 - self.settings.memory_dropout
            keep = torch.from_numpy((chance < share).astype(np.float32) / np.float32(share))
            called = (self.memory[batch.rows] * keep).sum(-2).requires_grad_()
        z = self._forward(batch.read, called)
        loss = F.cross_entropy(z.flatten(0, 1), batch.next.flatten())
        bits = float(nats_to_bits(loss.item()))
        self._check(bits)
        loss.backward()
        rate = _rate(self.done / self.settings.steps)
        for group in self.optimiser.param_groups:
            group["lr"] = self.settings.rate * rate
        torch.nn.utils.clip_grad_norm_(list(self.weights.values()), LONGEST_GRADIENT)
        if self.done % LOOK_EVERY == 0 and self.smooth is not None and self.smooth <= self._least:
            self._best, self._least = self._copied(), self.smooth
        self.optimiser.step()
        self._move_matrices(self.settings.rate * rate * MUON)
        for W in self.weights.values():
            W.grad = None
        if called is not None and keep is not None and batch.rows is not None and called.grad is not None:
            # The mean over the batch is taken back: a row's own gradient does not hang on how much else was read.
            gradients = called.grad[..., None, :] * keep * batch.read.numel()
            self._remember(batch.rows.flatten(), gradients.flatten(0, -2), rate)
        self.done += 1
        return bits

    @torch.no_grad()
    def price(self, ids: Ids) -> float:
        """The surprise of another text in bits a token, read in windows that overlap by half: (n,) -> ()."""
        text, half = torch.from_numpy(np.asarray(ids).astype(np.int64)), max(1, self.T // 2)
        if len(text) < 2:
            raise ValueError(f"ids must hold at least 2 tokens to be priced, but hold {len(text)}")
        starts = torch.arange(0, max(1, len(text) - 1 - self.T + half), half)
        places = (starts[:, None] + torch.arange(self.T)).clamp(max=len(text) - 2)
        called = None
        if self.shape.memory:
            called = self.memory[torch.from_numpy(rows_of(ids, self.shape.memory))[places]].sum(-2)
        z = self._forward(text[places], called)
        nats = F.cross_entropy(z.flatten(0, 1), text[places + 1].flatten(), reduction="none").view(places.shape)
        told = (starts[:, None] + torch.arange(self.T) < len(text) - 1) & (torch.arange(self.T) >= half)
        told[0] = starts[0] + torch.arange(self.T) < len(text) - 1  # the first window tells its first half too
        return float(nats_to_bits(nats[told].double().mean().item()))

    def model(self) -> Transformer:
        """What has been learned so far, in half precision."""
        weights = {name: W.detach().numpy().astype(np.float16) for name, W in self.weights.items()}
        if self.shape.memory:
            weights["memory"] = self.memory.numpy().astype(np.float16)
        return Transformer(self.shape, weights)

    def state(self) -> State:
        """All that a resume needs, as arrays that can be written without pickle."""
        arrays = {f"weight {name}": W.detach().numpy().copy() for name, W in self.weights.items()}
        arrays |= {f"average {name}": average.numpy().copy() for name, average in self.matrices.items()}
        for i, moments in self.optimiser.state_dict()["state"].items():
            arrays |= {f"moment {i} {name}": value.numpy().copy() for name, value in moments.items()}
        if self.shape.memory:
            arrays |= {"memory": self.memory.numpy().copy(), "squares": self.squares.numpy().copy()}
        rest = {"done": self.done, "smooth": self.smooth, "rng": self.rng.bit_generator.state}
        return arrays | {"rest": np.frombuffer(json.dumps(rest).encode(), dtype=np.uint8)}

    def resume(self, state: Mapping[str, NDArray]) -> Self:
        """This training where `state` was taken, of the same text and settings; ValueError where it does not fit."""
        moments: dict[int, dict[str, torch.Tensor]] = {}
        with torch.no_grad():
            try:
                for name, W in self.weights.items():
                    W.copy_(torch.from_numpy(np.array(state[f"weight {name}"])))
                for name, average in self.matrices.items():
                    average.copy_(torch.from_numpy(np.array(state[f"average {name}"])))
                if self.shape.memory:
                    self.memory.copy_(torch.from_numpy(np.array(state["memory"])))
                    self.squares.copy_(torch.from_numpy(np.array(state["squares"])))
                rest = json.loads(bytes(state["rest"]))
                self.done, self.smooth = rest["done"], rest["smooth"]
                self.rng.bit_generator.state = rest["rng"]
            except (KeyError, RuntimeError) as misfit:
                raise ValueError(f"This checkpoint is of another text or of other settings: {misfit}.") from misfit
        for name in state:
            if name.startswith("moment "):
                _, i, moment = name.split(" ")
                moments.setdefault(int(i), {})[moment] = torch.from_numpy(np.array(state[name]))
        self.optimiser.load_state_dict(self.optimiser.state_dict() | {"state": moments})
        self._best, self._least = self._copied(), np.inf
        return self

    def _check(self, bits: float) -> None:
        mean = bits if self.smooth is None else SMOOTH * self.smooth + (1 - SMOOTH) * bits
        if not np.isfinite(bits) or (
            self.done > 1 / (1 - SMOOTH) and mean > np.log2(self.shape.vocabulary_size) + LOST
        ):
            with torch.no_grad():
                for name, W in self._best.items():
                    self.weights[name].copy_(W)
            raise Diverged(
                f"The training diverged at step {self.done:,}: the loss is {bits:.3g} bits a token. "
                "What was learned before is kept; choose a smaller learning rate."
            )
        self.smooth = mean

    def _drawn(self) -> Stretch:
        first = torch.from_numpy(self.rng.integers(0, len(self.text) - self.T, size=self.settings.batch))
        places = first[:, None] + torch.arange(self.T)
        return Stretch(self.text[places], self.text[places + 1], None if self.rows is None else self.rows[places])

    def _forward(self, read: torch.Tensor, called: torch.Tensor | None) -> torch.Tensor:
        """Logits, as `Transformer` makes them, but in a way that PyTorch can go back: (B, T) -> (B, T, V)."""
        w, (B, T), d, h = self.weights, read.shape, self.shape.width, self.shape.heads
        x = w["E"][read] if called is None else w["E"][read] + called
        for i in range(self.shape.layers):
            a = F.layer_norm(x, (d,), eps=TINY)
            together = torch.cat([w[f"{i}.{name}"] for name in ("Wq", "Wk", "Wv")], dim=1)  # one product, not three
            q, k, v = (a @ together).view(B, T, 3, h, d // h).permute(2, 0, 3, 1, 4)
            heads = F.scaled_dot_product_attention(self._turned(q), self._turned(k), v, is_causal=True)
            x = x + heads.transpose(1, 2).reshape(B, T, d) @ w[f"{i}.Wo"]
            x = x + F.relu(F.layer_norm(x, (d,), eps=TINY) @ w[f"{i}.W1"]).square() @ w[f"{i}.W2"]
        return w["g"] * (F.layer_norm(x, (d,), eps=TINY) @ w["E"].T) + w["b"]

    def _turned(self, x: torch.Tensor) -> torch.Tensor:
        cos, sin = self.turning
        a, b = x.chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)

    @torch.no_grad()
    def _move_matrices(self, rate: float) -> None:
        """One step of every matrix; those of one shape are straightened together."""
        by_shape: dict[torch.Size, list[tuple[str, torch.Tensor]]] = {}
        for name, average in self.matrices.items():
            gradient = self.weights[name].grad
            if gradient is not None:
                average.lerp_(gradient, 1 - MOMENTUM)
                by_shape.setdefault(average.shape, []).append((name, gradient.lerp(average, MOMENTUM)))
        for (n_in, n_out), found in by_shape.items():
            names, ahead = [name for name, _ in found], torch.stack([way for _, way in found])
            length = rate * max(1, n_out / n_in) ** 0.5
            for name, way in zip(names, straightened(ahead), strict=True):
                self.weights[name].mul_(1 - rate * self.settings.weight_decay).add_(way, alpha=-length)

    @torch.no_grad()
    def _remember(self, rows: torch.Tensor, gradients: torch.Tensor, rate: float) -> None:
        """One step of the memory's rows that were called: (m,), (m, d)."""
        self.squares.index_add_(0, rows, gradients.square().mean(-1))
        length = self.settings.memory_rate * rate
        steps = gradients / (self.squares[rows].sqrt()[:, None] + 1e-8)
        self.memory.index_add_(0, rows, steps, alpha=-length)

    def _copied(self) -> dict[str, torch.Tensor]:
        return {name: W.detach().clone() for name, W in self.weights.items()}


def straightened(G: torch.Tensor) -> torch.Tensor:
    """G with its singular values brought near 1, by Newton and Schulz's iteration: (..., m, n) -> (..., m, n)."""
    a, b, c = QUINTIC
    X = G / (G.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    tall = X.shape[-2] > X.shape[-1]
    X = X.mT if tall else X
    for _ in range(ITERATIONS):
        A = X @ X.mT
        X = a * X + (b * A + c * A @ A) @ X
    return X.mT if tall else X


def _rate(share: float) -> float:
    """The part of the learning rate that is used when that share of the steps is done: up to 1, then down to 0."""
    return min((share + 1e-3) / WARM_UP, (1 - share) / (1 - WARM_UP))


def _start(shape: Shape, text: Ids, rng: np.random.Generator) -> list[tuple[str, NDArray[np.float32]]]:
    """Weights before the first step: what writes into the stream begins at 0, so at first each layer does nothing."""
    unigram = np.bincount(text, minlength=shape.vocabulary_size) + 0.1
    weights = []
    for name, size in shape.weights.items():
        if name == "b":
            W = np.log(unigram / unigram.sum())
        elif name == "g":
            W = np.array(0.3)
        elif name == "E":
            W = rng.normal(0, 0.3, size)
        elif name.endswith(("Wo", "W2")):
            W = np.zeros(size)
        else:
            W = rng.normal(0, size[0] ** -0.5, size)
        if name != "memory":
            weights.append((name, W.astype(np.float32)))
    return weights
