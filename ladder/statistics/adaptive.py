"""Adaptive mixture: it goes on learning while it reads, as compressors do.

Two chains of contexts, each longer than the one before, count what followed:

    grams    nothing, the last token, the last two, ...
    words    nothing, the last byte, this word's beginning, with the word before, with two before

Over a chain, Kneser-Ney's formula gives one belief q_i a context (ladder/statistics/ngram.py).
All beliefs are mixed as a product, which a softmax makes a distribution again:

    ln q(w) = sum_i lambda_i ln q_i(w) - ln Z
    d ln q(x) / d lambda_i = ln q_i(x) - sum_w q(w) ln q_i(w)         data - model

and after each token x the lambdas climb that slope. There is a set of lambdas for each depth
that the contexts reach in the text read so far: what a long match says deserves more belief.

Then the counts learn. With update exclusion they do so from the longest context down, and no
further than to the first context that has seen x before. That alone makes a short context count
how many *different* longer ones x has followed: the training part is counted so, and reading with
exclusion gives the same counts as fitting. Without it, what has just been read weighs more in the
short contexts than what was counted long ago, and on a validation part that was cheaper.

Nothing here is static, so its price never stands in one column with static models.

Reference: J. Cleary and I. Witten, "Data Compression Using Adaptive Coding and Partial
String Matching" (1984); M. Mahoney, "Adaptive Weighing of Context Models" (2005).
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.math.encoding import N_BYTES, Ids
from ladder.statistics.counts import UNSEEN
from ladder.statistics.model import check_ids, check_text
from ladder.statistics.ngram import FALLBACK, NGram, estimate_discounts

ORDER = 6
RATE = 0.0015
TAIL = 20_000  # tokens at the end of the training part, read rather than counted: there the lambdas are learned
WORD_LEVELS = 5
SHARES = (0.6, 0.4)  # of the lambdas where they begin: the grams', the words'
REPORT_EVERY = 1_000
LONGEST_WORD = (
    64  # bytes that are remembered of one; a text without blanks is one word, and every place its own context
)

Counts = dict[int, int]
Progress = Callable[[float], None]


class Cursor(Protocol):
    """A place in a text, as one chain sees it."""

    def contexts(self) -> list[Hashable]:
        """The contexts that apply here, from the shortest on."""
        ...

    def counts(self, level: int) -> Counts:
        """What followed the context of that level in the text that was counted."""
        ...

    def advance(self, token: int) -> None:
        """Go one token further."""
        ...


@dataclass(frozen=True, eq=False)
class Grams:
    """The chain of the last tokens, counted by `NGram`."""

    model: NGram

    @property
    def discounts(self) -> list[list[float]]:
        """What is taken off a count of 0, 1, 2, 3 or more, level by level."""
        return self.model.discounts.tolist()

    def cursor(self) -> Cursor:
        """The beginning of a text."""
        return _GramCursor(self.model)


class _GramCursor:
    def __init__(self, model: NGram) -> None:
        self.model = model
        self.tokens: tuple[int, ...] = ()
        self.ranks = [0]  # of the last k tokens, in the table of order k

    def contexts(self) -> list[Hashable]:
        n = len(self.tokens)
        return [self.tokens[n - k :] for k in range(len(self.ranks))]

    def counts(self, level: int) -> Counts:
        c, table = self.ranks[level], self.model.tables[level]
        if c == UNSEEN:
            return {}
        grams = slice(table.offsets[c], table.offsets[c + 1])
        pairs = zip(table.tokens[grams].tolist(), table.counts[grams].tolist(), strict=True)
        return {token: count for token, count in pairs if count}

    def advance(self, token: int) -> None:
        order, tables = self.model.order, self.model.tables
        longer = [
            UNSEEN if c == UNSEEN else tables[k].find_one(c, token)
            for k, c in enumerate(self.ranks[1 : order - 1], start=1)
        ]
        self.ranks = [0, token, *longer][:order]
        self.tokens = (*self.tokens, token)[-(order - 1) :] if order > 1 else ()


@dataclass(frozen=True, eq=False)
class Words:
    """The chain of the word that is being written and the ones before it; tokens are bytes."""

    tables: tuple[dict[Hashable, Counts], ...]
    discounts: list[list[float]]

    @classmethod
    def fit(cls, ids: Ids, *, progress: Progress | None = None) -> Self:
        """The chain of a text, counted with update exclusion."""
        tables: tuple[dict[Hashable, Counts], ...] = tuple({} for _ in range(WORD_LEVELS))
        cursor = _WordCursor(tables)
        for t, x in enumerate(ids.tolist()):
            if progress is not None and t % REPORT_EVERY == 0:
                progress(t / len(ids))
            contexts = cursor.contexts()
            for level in range(WORD_LEVELS - 1, -1, -1):
                counts = tables[level].setdefault(contexts[level], {})
                counts[x] = counts.get(x, 0) + 1
                if counts[x] > 1:
                    break
            cursor.advance(x)
        discounts = []
        for table in tables:
            seen = np.bincount([min(c, 5) for counts in table.values() for c in counts.values()], minlength=6)
            estimated = estimate_discounts(seen)
            discounts.append([0.0, *(FALLBACK if estimated is None else estimated.tolist())])
        return cls(tables, discounts)

    def cursor(self) -> Cursor:
        """The beginning of a text."""
        return _WordCursor(self.tables)


class _WordCursor:
    def __init__(self, tables: tuple[dict[Hashable, Counts], ...]) -> None:
        self.tables, self.last = tables, b""
        self.word = self.before = self.two_before = b""

    def contexts(self) -> list[Hashable]:
        words = (self.two_before, self.before, self.word)
        return [b"", self.last, self.word, words[1:], words]

    def counts(self, level: int) -> Counts:
        return self.tables[level].get(self.contexts()[level], {})

    def advance(self, token: int) -> None:
        self.last = bytes((token,))
        if self.last.isalpha() or self.last == b"'" or token >= 0x80:  # UTF-8 beyond ASCII counts as letters
            going_on = self.word[:1].isalpha() or self.word[:1] > b"\x7f"
            self.word = (self.word + self.last.lower())[-LONGEST_WORD:] if going_on else self.last.lower()
        else:
            if self.word[:1].isalpha() or self.word[:1] > b"\x7f":
                self.two_before, self.before = self.before, self.word
            self.word = self.last


@dataclass(frozen=True, eq=False)
class AdaptiveMixture:
    """A model that learns from the context too; asking it never changes it."""

    vocabulary_size: int
    chains: tuple[Grams | Words, ...]
    rate: float
    reader: "Reader"  # with what it has learned from the end of the training part

    @classmethod
    def fit(
        cls,
        ids: ArrayLike,
        vocabulary_size: int,
        *,
        order: int = ORDER,
        rate: float = RATE,
        progress: Progress | None = None,
    ) -> Self:
        """The model of a text (n,): most of it counted, its last part read. The words' chain needs V = 256, bytes."""
        text = check_text(ids, vocabulary_size, order=order)
        if not (np.isfinite(rate) and rate >= 0):
            raise ValueError(f"rate must be finite and not negative, but is {rate}")
        tail = min(TAIL, len(text) // 4)
        counted, read = text[: len(text) - tail], text[len(text) - tail :]
        report = progress or (lambda share: None)
        chains: list[Grams | Words] = [Grams(NGram.fit(counted, vocabulary_size, order=order))]
        if vocabulary_size == N_BYTES:
            chains.append(Words.fit(counted, progress=lambda share: report(share / 2)))
        reader = Reader(vocabulary_size, tuple(chains), rate)
        reader.go_to_end_of(counted)
        reader.read(read, progress=lambda share: report(0.5 + share / 2))
        return cls(vocabulary_size, tuple(chains), rate, reader)

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats, after learning from the context: (n,) -> (V,)."""
        reader = self.reader.copy()
        reader.read(check_ids(np.asarray(context), self.vocabulary_size))
        return reader.believe()

    def surprisals(self, ids: ArrayLike, *, progress: Progress | None = None) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits, learning from each token once it is paid: (n,) -> (n,)."""
        return self.reader.copy().read(check_ids(np.asarray(ids), self.vocabulary_size), progress=progress)


class _Node:
    """What followed one context, and the belief that it gives."""

    __slots__ = ("counts", "gamma", "own", "stale", "tokens")

    def __init__(self, counts: Counts) -> None:
        self.counts, self.stale = counts, True
        self.tokens: NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.own, self.gamma = np.empty(0), 1.0

    def copy(self) -> "_Node":
        return _Node(dict(self.counts))

    def learn(self, token: int) -> bool:
        """Count the token; whether it was known."""
        n = self.counts.get(token, 0)
        self.counts[token] = n + 1
        self.stale = True
        return n > 0

    def discount(self, discounts: list[float]) -> None:
        """Kneser-Ney's shares of this context, from its counts as they are now."""
        counts = list(self.counts.values())
        taken = [discounts[n] if n < 3 else discounts[3] for n in counts]
        total = sum(counts)
        self.tokens = np.fromiter(self.counts, dtype=np.intp, count=len(counts))
        self.own = np.array([(n - D) / total for n, D in zip(counts, taken, strict=True)])
        self.gamma, self.stale = sum(taken) / total, False


class Reader:
    """One reading of a text: what it has learned on the way, and where it is."""

    def __init__(
        self, vocabulary_size: int, chains: tuple[Grams | Words, ...], rate: float, *, exclusion: bool = False
    ) -> None:
        self.V, self.chains, self.rate, self.exclusion = vocabulary_size, chains, rate, exclusion
        self.levels = [len(chain.discounts) for chain in chains]
        self.discounts = [chain.discounts for chain in chains]
        self.nodes: list[list[dict[Hashable, _Node]]] = [[{} for _ in range(n)] for n in self.levels]
        self.lambdas: dict[Hashable, Floats] = {}
        self.cursors = [chain.cursor() for chain in chains]

    def copy(self) -> "Reader":
        """The same knowledge, at the beginning of a new text."""
        other = Reader(self.V, self.chains, self.rate, exclusion=self.exclusion)
        other.nodes = [[{h: node.copy() for h, node in level.items()} for level in chain] for chain in self.nodes]
        other.lambdas = {key: lambdas.copy() for key, lambdas in self.lambdas.items()}
        return other

    def go_to_end_of(self, ids: Ids) -> None:
        """Stand behind the last few tokens of a text that was counted."""
        for token in ids[-200:].tolist():
            for cursor in self.cursors:
                cursor.advance(token)

    def read(self, ids: Ids, *, progress: Progress | None = None) -> Floats:
        """-log2 q of each token in bits, (n,) -> (n,), learning from each once it is paid."""
        nats = np.empty(len(ids))
        for t, x in enumerate(ids.tolist()):
            if progress is not None and t % REPORT_EVERY == 0:
                progress(t / len(ids))
            log_q = self.believe()
            nats[t] = -log_q[x]
            if self.rate:
                # Data - model, the same slope for every set of lambdas that was summed.
                slope = self.rate * (self.log_beliefs[:, x] - self.log_beliefs @ np.exp(log_q))
                for lambdas in self.chosen:
                    lambdas += slope
            self._learn(x)
        return nats_to_bits(nats)

    def believe(self) -> Floats:
        """ln q of what comes next, in nats: (V,)."""
        beliefs = np.empty((sum(self.levels), self.V))
        self.here: list[list[_Node]] = []
        depths, row = [], 0
        for i, cursor in enumerate(self.cursors):
            q, depth, nodes = np.full(self.V, 1 / self.V), 0, self._nodes(i, cursor)
            for level, node in enumerate(nodes):
                if node.counts:
                    if node.stale:
                        node.discount(self.discounts[i][level])
                    q = q * node.gamma
                    q[node.tokens] += node.own
                    depth = level + 1
                beliefs[row + level] = q
            beliefs[row + len(nodes) : row + self.levels[i]] = q  # where the text begins, longer contexts say no more
            row += self.levels[i]
            deepest = len(nodes[depth - 1].counts) if depth else 0
            depths.append((i, depth, min(deepest, 3)))
            self.here.append(nodes)
        self.chosen = [self._lambdas(depth) for depth in depths]
        self.log_beliefs = np.log(beliefs, out=beliefs)
        z = np.add.reduce(self.chosen) @ beliefs
        z -= z.max()
        return z - np.log(np.exp(z).sum())

    def _nodes(self, i: int, cursor: Cursor) -> list[_Node]:
        found = []
        for level, h in enumerate(cursor.contexts()):
            node = self.nodes[i][level].get(h)
            if node is None:
                node = self.nodes[i][level][h] = _Node(dict(cursor.counts(level)))
            found.append(node)
        return found

    def _lambdas(self, depth: tuple[int, int, int]) -> Floats:
        lambdas = self.lambdas.get(depth)
        if lambdas is None:
            shares = SHARES if len(self.chains) > 1 else (1.0,)
            lambdas = np.zeros(sum(self.levels))
            lambdas[np.cumsum(self.levels) - 1] = np.array(shares) / len(self.chains)
            self.lambdas[depth] = lambdas
        return lambdas

    def _learn(self, x: int) -> None:
        for cursor, nodes in zip(self.cursors, self.here, strict=True):
            for node in reversed(nodes):
                if node.learn(x) and self.exclusion:
                    break
            cursor.advance(x)
