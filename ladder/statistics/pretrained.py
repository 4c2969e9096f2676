"""A language model that somebody else has trained, asked like every other model here.

    logits(context)    of the token that follows, in nats: log q, with the model's own softmax done
    surprisals(ids)    -log2 q of every token, many at a time
    trace(ids)         everything on the way from ids to logits

It reads at most W tokens at once. Before the first token stands a start token, on which heads
with nothing to say rest. In a longer text, each token is priced in a window that begins W/16
to W tokens before it, and windows begin at fixed places, so that it is clear what every token
was told; of what is read, one token in 16 is read twice:

    t <= W: from 0        else from the first multiple of 15W/16 that is at least t - W

Bytes that its vocabulary lacks get 2^-24 each, and all the rest is scaled down by their sum:
still a distribution, so that every text has a price.

While a text grows, keys and values of what was read are kept, so a further token costs one
token's work. The sum of a row's products depends, in its last digit, on how many rows are
done at once; whoever needs the same digits twice, as an arithmetic coder does, asks
`repeatable`, which reads token by token.
"""

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.geometry.trace import Trace
from ladder.lenses.simplex import Floats
from ladder.math.byte_level import ByteLevel
from ladder.math.encoding import Ids
from ladder.statistics.borrowed import Place, Step, place, unpacked
from ladder.statistics.llama import trace_of
from ladder.statistics.model import check_ids

WINDOW = 1024  # tokens that are read at once where a text is priced
ROWS = 128  # of logits at once: V of them are long
LACKING = 2.0**-24  # the probability of a byte that the vocabulary lacks
EVERYTHING = 1 << 30  # looks back as far as there is text
IDLE_SECONDS = 900.0
CHAINS = 3  # texts whose keys and values are kept


class Weighed(NamedTuple):
    """What a model believes at each of n places of a text, at m temperatures."""

    T: Floats  # (m,)
    confidence: Floats  # (m, n) of the likeliest token
    hit: Floats  # (n,) 1 where the likeliest token came
    bits: Floats  # (m, n) what the token that came costs
    entropy: Floats  # (m, n) in bits


class Pretrained:
    """One model, loaded when it is first asked and let go when nobody has asked for a while."""

    order = EVERYTHING

    def __init__(self, where: Place, *, window: int = WINDOW, idle_seconds: float = IDLE_SECONDS) -> None:
        self.where, self.name, self.size_bytes = where, where.name, where.size_bytes
        self.idle_seconds = idle_seconds
        self.loads = 0  # how often it was brought into memory
        self._asked_window = window
        self._network: Any = None
        self._alphabet: ByteLevel | None = None
        self._loading = threading.Lock()
        self._reading = threading.Lock()
        self._chains: list[_Chain] = []
        self._last_used = 0.0

    # -- loading --------------------------------------------------------------------------

    @property
    def loaded(self) -> bool:
        """Whether it can answer at once."""
        return self._network is not None

    def load(self, step: Step = lambda share, text: None) -> "Pretrained":
        """Bring it into memory, where it is not; once for all who ask at the same time."""
        with self._loading:
            if self._network is None:
                step(0.02, "importing torch")
                self._install(*load_network(self.where, step))
                self._last_used, self.loads = time.monotonic(), self.loads + 1
                threading.Thread(target=self._let_go_when_idle, name="idle model", daemon=True).start()
            self._last_used = time.monotonic()
        return self

    def release(self) -> None:
        """Let go of the weights; whoever asks again loads them again."""
        with self._reading:
            self._network, self._chains = None, []

    def _install(self, network: Any, alphabet: ByteLevel) -> None:
        self._alphabet = alphabet
        self.start = next(
            i for i in (network.config.bos_token_id, network.config.eos_token_id, 0) if isinstance(i, int)
        )
        self.context = network.config.max_position_embeddings - 1
        self.window = min(self._asked_window, self.context)
        self._network = network

    def _let_go_when_idle(self) -> None:
        while self._network is not None:
            left = self._last_used + self.idle_seconds - time.monotonic()
            if left <= 0:
                self.release()
                return
            time.sleep(min(left + 0.01, 5.0))

    def _ready(self) -> Any:
        """The network, loaded if need be."""
        network = self._network or self.load()._network
        self._last_used = time.monotonic()
        return network if network is not None else self._ready()

    # -- a language model -----------------------------------------------------------------

    @property
    def alphabet(self) -> ByteLevel:
        """Its own alphabet, in which it reads every text."""
        if self._alphabet is None:
            self._ready()
        assert self._alphabet is not None
        return self._alphabet

    @property
    def vocabulary_size(self) -> int:
        """V and the bytes that are lacking."""
        return len(self.alphabet.vocabulary)

    def logits(self, context: ArrayLike) -> Floats:
        """ln q of the token that follows: (n,) -> (V,)."""
        read = self._window_of(check_ids(np.asarray(context), self.vocabulary_size))
        network = self._ready()
        with self._reading:
            chain = max(self._chains, key=lambda chain: chain.shared(read), default=None)
            if chain is None or (chain.shared(read) < len(chain.tokens) // 2 and len(self._chains) < CHAINS):
                chain = _Chain(network)
            self._chains = [other for other in self._chains if other is not chain][: CHAINS - 1]
            self._chains.insert(0, chain)
            row = chain.extend(read)
        return self._whole_row(row)

    def surprisals(self, ids: ArrayLike, *, progress: Callable[[float], None] = lambda share: None) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        bits, own = np.empty(len(text)), self.alphabet.n_own
        for at, z, came in self._rows(text, progress):
            nats = z.logsumexp(-1) - z.gather(1, came[:, None])[:, 0]
            bits[at] = nats.double().numpy() / math.log(2)
        lacking = len(self.alphabet.vocabulary) - own
        bits -= math.log1p(-lacking * LACKING) / math.log(2)
        bits[text >= own] = -math.log2(LACKING)
        return bits

    def weigh(
        self,
        ids: ArrayLike,
        *,
        temperatures: Sequence[float],
        progress: Callable[[float], None] = lambda share: None,
    ) -> Weighed:
        """Confidence, hits, prices and entropies along a text: (n,) ids. Tokens that it lacks count as its id 0."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        n, m = len(text), len(temperatures)
        found = Weighed(np.array(temperatures), np.empty((m, n)), np.empty(n), np.empty((m, n)), np.empty((m, n)))
        for at, z, came in self._rows(text, progress):
            found.hit[at] = (z.argmax(-1) == came).double().numpy()
            for i, T in enumerate(temperatures):
                log_q = (z / T).log_softmax(-1)
                found.confidence[i, at] = log_q.amax(-1).exp().numpy()
                found.bits[i, at] = -log_q.gather(1, came[:, None])[:, 0].numpy() / math.log(2)
                found.entropy[i, at] = -(log_q.exp() * log_q).sum(-1).numpy() / math.log(2)
        return found

    def _rows(self, text: Ids, progress: Callable[[float], None]) -> Iterator[tuple[slice, Any, Any]]:
        """The network's own logits along a text, a few places at a time, and the tokens that came there."""
        import torch

        network, own = self._ready(), self.alphabet.n_own
        for begin, first, end in windows(len(text), self.window):
            progress(first / len(text))
            read = torch.from_numpy(self._read(text[begin : end - 1]).astype(np.int64))
            came = torch.from_numpy(np.where(text[first:end] < own, text[first:end], 0).astype(np.int64))
            with torch.inference_mode():
                hidden = network.model(read[None], use_cache=False)[0][0, first - begin :]
            for i in range(0, len(hidden), ROWS):
                with torch.inference_mode():
                    z = network.lm_head(hidden[i : i + ROWS])
                yield slice(first + i, first + i + len(z)), z, came[i : i + ROWS]
            self._last_used = time.monotonic()

    def repeatable(self, watch: Callable[[], None] = lambda: None) -> "Repeatable":
        """The same model, read token by token from the start: the same digits each time; `watch` is called at each."""
        return Repeatable(self, watch)

    def reader(self) -> "Reader":
        """The same model for one growing text, which nobody else's questions push out."""
        return Reader(self)

    # -- its inside -----------------------------------------------------------------------

    def trace(self, ids: ArrayLike, *, progress: Callable[[float], None] = lambda share: None) -> Trace:
        """All between the start token with ids and logits: n + 1 tokens, n at most its context. Else ValueError."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        self._ready()
        if len(text) > self.context:
            raise ValueError(f"It looks back over {self.context:,} tokens at most, but these are {len(text):,}.")
        return trace_of(self._ready, self._read(text), progress)

    # -- what it reads --------------------------------------------------------------------

    def _read(self, tokens: Ids) -> Ids:
        """The start token and the tokens, those that it does not know as the start token again."""
        return np.concatenate([[self.start], np.where(tokens < self.alphabet.n_own, tokens, self.start)]).astype(
            np.int32
        )

    def _window_of(self, context: Ids) -> Ids:
        return self._read(context[beginning(len(context), self.window) :])

    def _whole_row(self, row: Floats) -> Floats:
        lacking = len(self.alphabet.vocabulary) - len(row)
        top = row.max()
        row = row - (top + np.log(np.exp(row - top).sum()))
        return np.concatenate([row + math.log1p(-lacking * LACKING), np.full(lacking, math.log(LACKING))])


class Repeatable:
    """A pretrained model whose every answer is computed in the same order: token by token."""

    order = EVERYTHING

    def __init__(self, model: Pretrained, watch: Callable[[], None] = lambda: None) -> None:
        self._model, self.vocabulary_size, self._watch = model, model.vocabulary_size, watch
        self._chain: _Chain | None = None

    def logits(self, context: ArrayLike) -> Floats:
        """ln q of the token that follows: (n,) -> (V,)."""
        read = self._model._window_of(check_ids(np.asarray(context), self.vocabulary_size))
        network = self._model._ready()
        if self._chain is None or self._chain.shared(read) < len(self._chain.tokens):
            self._chain = _Chain(network)
        for n in range(len(self._chain.tokens) + 1, len(read) + 1):
            self._watch()
            self._chain.extend(read[:n])
        return self._model._whole_row(self._chain.row)

    def surprisals(self, ids: ArrayLike) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        return np.array([-self.logits(text[:t])[i] / math.log(2) for t, i in enumerate(text)])


class Reader:
    """A pretrained model that goes along with one text."""

    order = EVERYTHING

    def __init__(self, model: Pretrained) -> None:
        self._model, self.vocabulary_size = model, model.vocabulary_size
        self._chain = _Chain(model._ready())

    def logits(self, context: ArrayLike) -> Floats:
        """ln q of the token that follows: (n,) -> (V,)."""
        self._model._ready()
        read = self._model._window_of(check_ids(np.asarray(context), self.vocabulary_size))
        return self._model._whole_row(self._chain.extend(read))

    def surprisals(self, ids: ArrayLike) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        return self._model.surprisals(ids)


class _Chain:
    """A text that was read, with its keys and values, and the logits after its last token."""

    def __init__(self, network: Any) -> None:
        from transformers import DynamicCache

        self._network, self._cache = network, DynamicCache(config=network.config)
        self.tokens = np.zeros(0, dtype=np.int32)
        self.row: Floats = np.zeros(0)

    def shared(self, tokens: Ids) -> int:
        """How many of the first tokens are the same."""
        n = min(len(tokens), len(self.tokens))
        different = np.flatnonzero(tokens[:n] != self.tokens[:n])
        return int(different[0]) if len(different) else n

    def extend(self, tokens: Ids) -> Floats:
        """The logits after these tokens; what is known of them is not read again: (V,)."""
        import torch

        known = self.shared(tokens)
        if known == len(tokens) == len(self.tokens):
            return self.row
        known = min(known, len(tokens) - 1)
        if known < len(self.tokens):
            self._cache.crop(known - len(self.tokens))
        read = torch.from_numpy(tokens[known:].astype(np.int64))[None]
        with torch.inference_mode():
            hidden = self._network.model(read, cache=self._cache, use_cache=True)[0]
            self.row = self._network.lm_head(hidden[0, -1]).double().numpy()
        self.tokens = tokens.copy()
        return self.row


def beginning(n: int, window: int) -> int:
    """Where the window begins in which token n is priced, after n others."""
    stride = max(1, 15 * window // 16)
    return 0 if n <= window else -(-(n - window) // stride) * stride


def windows(n: int, window: int) -> list[tuple[int, int, int]]:
    """(where the window begins, first token priced in it, end) for a text of n tokens."""
    found, first = [], 0
    while first < n:
        begin = beginning(first, window)
        end = min(n, begin + window + 1)
        found.append((begin, first, end))
        first = end
    return found


def load_network(where: Place, step: Step = lambda share, text: None) -> tuple[Any, ByteLevel]:
    """The network and its alphabet; FileNotFoundError or ValueError, with a sentence, where they are not sound."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # before the first import, which reads it
    import torch
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    # Two threads collapse as soon as something else wants the cores; one core stays free for the pages.
    torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
    folder = unpacked(where, step)
    step(0.7, "reading the weights")
    try:
        network: Any = AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    except (OSError, ValueError, RuntimeError) as failure:
        raise FileNotFoundError(f"There is no causal language model at “{folder}” that can be loaded.") from failure
    step(0.95, "reading the vocabulary")
    description = (folder / "tokenizer.json").read_text(encoding="utf-8")
    return network.eval(), ByteLevel.read(description, n_own=network.config.vocab_size)


def load_pretrained(step: Step = lambda share, text: None) -> Pretrained:
    """The model that is installed, loaded."""
    return Pretrained(place()).load(step)
