"""The product of chains: what many contexts believe together, with weights that a softmax makes a q of.

Every question of every chain (chains.py) has a belief q_i about the next byte. All are mixed as a
product, and at each place the weights are sums of a few rows of tables, one row for how deep each
chain is known there, one for how much of a word is written, one for the last byte:

    ln q(w) = sum_i lambda_i ln q_i(w) - ln Z          lambda = sum_s Lambda_s[row_s]

A mean of probabilities can only be as sure as its surest part; a product is surer than each where
they agree. The price is convex in all Lambda, and its slope is data - model again:

    d ln q(x) / d lambda_i  =  ln q_i(x) - sum_w q(w) ln q_i(w)

The weights are fitted to stretches all over the training text that the chains have not counted
(stacking); then they are frozen, and the chains count the whole of it. Nothing is learned while
reading: this is a static model.

Reference: G. Hinton, "Products of Experts" (1999); D. Wolpert, "Stacked Generalization" (1992).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax
from ladder.math.encoding import N_BYTES, Ids
from ladder.statistics.chains import Chain, Keys, Places, gram_keys, line_keys, word_keys, word_length
from ladder.statistics.model import check_ids, check_text
from ladder.statistics.size import weights_size

ORDER = 8
STRETCHES, SHARE = 8, 0.2  # so many stretches of the text are set aside, so much of it together
MOST_PLACES = 40_000  # that the weights are fitted to
MOST_BELIEFS = 40_000_000  # held at once while they are
FEWEST_PLACES = 50
PULL = 1e-4  # of the weights to where they begin, in nats a byte; chosen on a validation part
STEPS = 60
SHARES = (0.7, 0.3)  # of the last context of the grams, and of the last chain, where the weights begin
PLACES_AT_ONCE = 2_000
AT_ONCE = 1 << 21  # beliefs in one block

Told = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class ChainProduct:
    """A static model of bytes: frozen weights for the beliefs of three chains."""

    chains: tuple[Chain, ...]
    seen: Ids  # (K,) the bytes that occur in the text
    tables: tuple[Floats, ...]  # Lambda_s, (rows, L) each
    path: Floats  # (s + 1,) bits per byte of the places that the weights were fitted to

    vocabulary_size = N_BYTES

    @classmethod
    def fit(
        cls, ids: ArrayLike, vocabulary_size: int = N_BYTES, *, seed: int = 1, progress: Told | None = None
    ) -> Self:
        """The model of a text of bytes (n,)."""
        if vocabulary_size != N_BYTES:
            raise ValueError(f"chains ask about bytes: vocabulary_size must be {N_BYTES}, but is {vocabulary_size}")
        text, told = check_text(ids, vocabulary_size, order=1), progress or (lambda share: None)
        seen = np.unique(text).astype(np.int32)
        model = cls._counted(text, seen, told, 0.0, 0.4)
        aside = set_aside(len(text))
        L = sum(len(chain.levels) for chain in model.chains)
        most = min(MOST_PLACES, MOST_BELIEFS // (L * (len(seen) + 1)))
        if aside.sum() < FEWEST_PLACES or len(seen) < 2:
            return model
        trial = cls._counted(text[~aside], seen, told, 0.4, 0.3)
        places = np.flatnonzero(aside)
        places = np.sort(np.random.default_rng(seed).choice(places, min(most, len(places)), replace=False))
        tables, path = fit_tables(trial, text, places, lambda share: told(0.7 + 0.3 * share))
        return cls(model.chains, seen, tables, path)

    @classmethod
    def _counted(cls, text: Ids, seen: Ids, told: Told, start: float, width: float) -> Self:
        column = np.full(N_BYTES, len(seen), dtype=np.int32)
        column[seen] = np.arange(len(seen))
        chains = []
        asks = (lambda ids: gram_keys(ids, ORDER), word_keys, line_keys)
        for i, ask in enumerate(asks):
            told(start + width * i / len(asks))
            chains.append(Chain.fit(ask, text, column))
        sizes = [len(chain.levels) for chain in chains]
        rows = [4 * (n + 1) for n in sizes] + [11, N_BYTES + 1]
        tables = [np.zeros((n, sum(sizes))) for n in rows]
        tables[0][:, sizes[0] - 1], tables[0][:, -1] = SHARES
        return cls(tuple(chains), seen, tuple(tables), np.array([]))

    @property
    def n_parameters(self) -> int:
        """How many counts and weights the model keeps."""
        counts = sum(len(level.counts) for chain in self.chains for level in chain.levels)
        return counts + sum(table.size for table in self.tables)

    @cached_property
    def size_bytes(self) -> int:
        """The bytes of counts, keys and weights: the model's own price."""
        counts = sum(level.size_bytes for chain in self.chains for level in chain.levels)
        return counts + weights_size(sum(table.size for table in self.tables))

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats: (n,) -> (256,)."""
        ids = check_ids(np.asarray(context, dtype=np.int32), N_BYTES)
        z = self._scores(ids, *self.asked(ids), np.array([len(ids)]))[0]
        logits = np.full(N_BYTES, z[-1])
        logits[self.seen] = z[:-1]
        return log_softmax(logits)

    def surprisals(self, ids: Ids) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), N_BYTES)
        asked, nats = self.asked(text), np.empty(len(text))
        column = self.column
        rows = max(1, AT_ONCE // (self.tables[0].shape[1] * (len(self.seen) + 1)))
        for start in range(0, len(text), rows):
            t = np.arange(start, min(start + rows, len(text)))
            z = self._scores(text, *asked, t)
            nats[t] = self.log_Z(z) - z[np.arange(len(t)), column[text[t]]]
        return nats_to_bits(nats)

    @property
    def column(self) -> Ids:
        """Each byte's place among those that occur, K for all others: (256,)."""
        column = np.full(N_BYTES, len(self.seen), dtype=np.int32)
        column[self.seen] = np.arange(len(self.seen))
        return column

    def asked(self, ids: Ids) -> tuple[list[list[Keys]], Places]:
        """All answers at every place of a text, and how much of a word is written there."""
        return [chain.ask(ids) for chain in self.chains], word_length(ids)

    def believed(self, ids: Ids, keys: list[list[Keys]], length: Places, t: Places) -> tuple[Floats, list[Places]]:
        """ln q_i at places t, (m, L, K + 1), and which row of each table applies, (m,) each."""
        found = [
            chain.beliefs([key[t] for key in asked], len(self.seen), N_BYTES)
            for chain, asked in zip(self.chains, keys, strict=True)
        ]
        last = np.r_[0, ids.astype(np.int64) + 1][t]
        return np.log(np.concatenate([beliefs.q for beliefs in found], axis=1)), [
            *(beliefs.depth for beliefs in found),
            length[t],
            last,
        ]

    def log_Z(self, z: ArrayLike) -> Floats:
        """ln of the sum over all 256 bytes of exp(z), where the last column stands for many: (m, K + 1) -> (m,)."""
        others = N_BYTES - len(self.seen)
        top = np.max(z, axis=1)
        e = np.exp(z - top[:, None])
        return top + np.log(e[:, :-1].sum(axis=1) + others * e[:, -1])

    def _scores(self, ids: Ids, keys: list[list[Keys]], length: Places, t: Places) -> Floats:
        log_q, rows = self.believed(ids, keys, length, t)
        lambdas = np.sum([table[row] for table, row in zip(self.tables, rows, strict=True)], axis=0)
        return np.matmul(lambdas[:, None, :], log_q)[:, 0]


def set_aside(n: int) -> NDArray[np.bool_]:
    """Which tokens of a text the weights are fitted to: the end of each of STRETCHES stretches, (n,)."""
    stretch = max(n // STRETCHES, 1)
    return np.arange(n) % stretch >= round((1 - SHARE) * stretch)


def fit_tables(model: ChainProduct, ids: Ids, places: Places, told: Told) -> tuple[tuple[Floats, ...], Floats]:
    """The Lambda_s that are cheapest at places that the chains have not counted, and the prices on the way."""
    from scipy.optimize import minimize  # not at the top: who counts n-grams need not wait for scipy

    keys, length = model.asked(ids)
    log_q = np.empty((len(places), model.tables[0].shape[1], len(model.seen) + 1), dtype=np.float32)
    rows = [np.empty(len(places), dtype=np.int64) for _ in model.tables]
    for first in range(0, len(places), PLACES_AT_ONCE):
        block = slice(first, first + PLACES_AT_ONCE)
        log_q[block], found_rows = model.believed(ids, keys, length, places[block])
        for row, found_row in zip(rows, found_rows, strict=True):
            row[block] = found_row
    x, at = model.column[ids[places]], np.arange(len(places))
    others = np.r_[np.ones(len(model.seen)), N_BYTES - len(model.seen)].astype(np.float32)
    start = np.concatenate([table.ravel() for table in model.tables])
    ends = np.cumsum([table.size for table in model.tables])[:-1]
    path: list[float] = []

    def price(flat: Floats) -> tuple[float, Floats]:
        tables = [part.reshape(-1, log_q.shape[1]) for part in np.split(flat, ends)]
        lambdas = np.sum([table[row] for table, row in zip(tables, rows, strict=True)], axis=0).astype(np.float32)
        z = np.matmul(lambdas[:, None, :], log_q)[:, 0]
        log_Z = model.log_Z(z)
        nats = float((log_Z - z[at, x]).mean(dtype=np.float64))
        q = np.exp(z - log_Z[:, None]) * others
        q[at, x] -= 1  # model - data
        slope = np.matmul(log_q, q[:, :, None])[:, :, 0] / len(x)
        by_row = [
            np.column_stack([np.bincount(row, weights=s, minlength=len(table)) for s in slope.T])
            for table, row in zip(tables, rows, strict=True)
        ]
        moved = flat - start
        price.last = nats  # type: ignore[attr-defined]
        flat_slope = np.concatenate([part.ravel() for part in by_row])
        return nats + PULL / 2 * float(moved @ moved), flat_slope + PULL * moved

    def after_step(flat: Floats) -> None:
        path.append(float(nats_to_bits(price.last)))  # type: ignore[attr-defined]
        told(min(len(path) / STEPS, 1.0))

    path.append(float(nats_to_bits(price(start)[0])))
    with threadpool_limits(limits=1, user_api="blas"):
        found = minimize(
            price, start, jac=True, method="L-BFGS-B", callback=after_step, options={"maxiter": STEPS, "maxcor": 20}
        )
    tables = tuple(part.reshape(-1, log_q.shape[1]) for part in np.split(found.x, ends))
    return tables, np.array(path)
