"""How far the next byte can be guessed from the k bytes before it.

    H_k = H(X_t | X_{t-k} ... X_{t-1}) = H(k + 1 bytes) - H(k bytes)        bits/byte

falls with k towards the entropy rate h of the source. From a text of n bytes it can only be
estimated, and two of the estimates stand on either side of the truth:

    plug-in      on average too low      it has seen the very text that it prices
    held-out     on average too high     counts of the first nine tenths price the last tenth

Error bars. The estimate is a mean over the text of log2 p(byte | context), so its standard error is that
of the means of blocks of the text, which allows for what one byte tells about the next ones. What the counts
have not seen adds an error that does not average out: it shows in how far the estimate moves
between half of the text and all of it, since an error that falls as 1/n is then as large as that move.

    bar = 1.96 standard errors + |move|
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats
from ladder.reality.bias import ESTIMATORS, Counts, coverage

Numbers = NDArray[np.int64]

ORDERS = (0, 1, 2)
BLOCKS = 20
Z_95 = 1.96
HELD_OUT = 0.1
HELD_OUT_NAME = "held-out"
# Up to so many possible numbers a table of all of them is faster than sorting.
DENSE = 1 << 22
# Under this coverage most of what the source can do has not come up, and no estimate knows how much that is.
LEAST_COVERAGE = 0.98


class Grams(NamedTuple):
    """All runs of k + 1 bytes: what each is, and how often it and its first k bytes come up."""

    runs: Numbers  # (n - k,) the number of the run that ends at byte t = k ... n - 1
    contexts: Numbers  # (n - k,) the number of its first k bytes
    run_counts: Counts  # by number
    context_counts: Counts  # by number

    @property
    def surprisals(self) -> Floats:
        """-log2 n(run) / n(context) in bits, for every byte but the first k: (n - k,)."""
        return np.log2(self.context_counts)[self.contexts] - _safe_log2(self.run_counts)[self.runs]


def entropies(data: bytes) -> pd.DataFrame:
    """One row for each order and estimator: `order`, `estimator`, `bits`, `low`, `high`, `coverage`, `trusted`.

    Orders that the text is too short for have no rows; a held-out price needs ten bytes more than its order.
    """
    symbols = byte_symbols(data)
    halves = (symbols[: len(symbols) // 2], symbols[len(symbols) // 2 :])
    rows = []
    all_grams: list[Grams] = []
    for order in ORDERS:
        if len(symbols) <= order:
            break
        grams = count(symbols, order)
        all_grams.append(grams)
        error = _standard_error(grams.surprisals)
        seen = coverage(grams.run_counts)
        half_counts = [count(half, order) for half in halves if len(half) > order]
        for name, estimate in ESTIMATORS.items():
            bits = _difference(estimate, grams)
            move = bits - float(np.mean([_difference(estimate, half) for half in half_counts])) if half_counts else bits
            bar = Z_95 * error + abs(move)
            rows.append((order, name, bits, max(bits - bar, 0.0), bits + bar, seen, seen >= LEAST_COVERAGE))
        if len(symbols) >= 10 + order:
            surprisals = held_out_surprisals(all_grams)
            bits, bar = float(surprisals.mean()), Z_95 * _standard_error(surprisals)
            rows.append((order, HELD_OUT_NAME, bits, max(bits - bar, 0.0), bits + bar, seen, True))
    return pd.DataFrame(rows, columns=["order", "estimator", "bits", "low", "high", "coverage", "trusted"])


def count(symbols: Numbers, order: int) -> Grams:
    """The runs of order + 1 symbols and their contexts; symbols (n,) must be 0, 1, 2 ... without gaps."""
    contexts, n_contexts = np.zeros(len(symbols), dtype=np.int64), 1
    n_symbols = int(symbols.max()) + 1
    for k in range(order):
        contexts, n_contexts = _number(contexts[:-1] * n_symbols + symbols[k:-1], n_contexts * n_symbols)
    contexts = contexts[: len(symbols) - order]
    runs, n_runs = _number(contexts * n_symbols + symbols[order:], n_contexts * n_symbols)
    return Grams(runs, contexts, np.bincount(runs, minlength=n_runs), np.bincount(contexts, minlength=n_contexts))


def held_out_surprisals(all_grams: Sequence[Grams]) -> Floats:
    """Bits for each symbol of the last tenth of n, under counts of the rest: grams of orders 0 ... k -> (n / 10,).

    What has followed a context T different times n shares its place with the shorter context's belief
    (Witten and Bell 1991), and under all stands 1/256 for each byte:

        q_k = (n(context, symbol) + T(context) q_{k-1}) / (n(context) + T(context))
    """
    n = len(all_grams[0].runs)
    cut = round((1 - HELD_OUT) * n)
    q = np.full(n - cut, 1 / 256)
    for k, grams in enumerate(all_grams):
        learnt = cut - k  # the runs that end before the cut
        run_counts = np.bincount(grams.runs[:learnt], minlength=len(grams.run_counts))
        context_counts = np.bincount(grams.contexts[:learnt], minlength=len(grams.context_counts))
        # Each kind of run counts once for its context: T.
        context_of = np.empty(len(grams.run_counts), dtype=np.int64)
        context_of[grams.runs] = grams.contexts
        followers = np.bincount(context_of[run_counts > 0], minlength=len(grams.context_counts))
        context, run = grams.contexts[learnt:], grams.runs[learnt:]
        known = context_counts[context] > 0
        mixed = (run_counts[run] + followers[context] * q) / np.maximum(context_counts[context] + followers[context], 1)
        q = np.where(known, mixed, q)
    return -np.log2(q)


def byte_symbols(data: bytes) -> Numbers:
    """The bytes in use numbered 0, 1, 2 ... without gaps: (n,). Raises ValueError without data."""
    if not data:
        raise ValueError("data must hold at least one byte, but is empty")
    values = np.frombuffer(data, dtype=np.uint8)
    in_use = np.bincount(values, minlength=256) > 0
    return (in_use.cumsum() - 1)[values]


def _difference(estimate: Callable[[Counts], float], grams: Grams) -> float:
    """H(runs) - H(contexts) by one estimator, in bits; never below zero."""
    return max(estimate(grams.run_counts) - estimate(grams.context_counts), 0.0)


def _standard_error(values: Floats) -> float:
    """The standard error of a mean over neighbours that depend on each other, from the means of 20 blocks."""
    n_blocks = min(BLOCKS, len(values))
    if n_blocks < 2:
        return float("nan")
    means = [block.mean() for block in np.array_split(values, n_blocks)]
    return float(np.std(means, ddof=1) / np.sqrt(n_blocks))


def _number(codes: Numbers, n_codes: int) -> tuple[Numbers, int]:
    """The codes numbered 0, 1, 2 ... without gaps, and how many there are."""
    if n_codes > DENSE:
        distinct, numbers = np.unique(codes, return_inverse=True)
        return numbers, len(distinct)
    comes_up = np.zeros(n_codes, dtype=bool)
    comes_up[codes] = True
    return (comes_up.cumsum() - 1)[codes], int(comes_up.sum())


def _safe_log2(counts: Counts) -> Floats:
    return np.log2(np.maximum(counts, 1))
