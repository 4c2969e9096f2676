"""Interpolated modified Kneser-Ney: what may follow, from what has followed.

Let h be the k - 1 tokens before w, and h' the same without its first. Each order takes
a little off every count and gives what it took to the order below:

    q_k(w | h) = (c(h w) - D(c)) / c(h .)  +  gamma(h) q_{k-1}(w | h')
    gamma(h)   = (D_1 N_1(h) + D_2 N_2(h) + D_3+ N_3+(h)) / c(h .)
    q_0(w)     = 1 / V

c counts occurrences at the highest order; below it, different tokens to the left: a word
that follows only "San" is no likely word elsewhere. N_i(h) is how many grams with context
h have count i. The discounts of an order follow from how many of its grams have count i,

    n_1 ... n_4      Y = n_1 / (n_1 + 2 n_2)      D_i = i - (i + 1) Y n_{i+1} / n_i

and where those are too few, they are set to 1/2, 1, 3/2, and `notes` says so. A text runs
on: no symbols for beginning and end, and only its first tokens have shorter contexts.

Reference: S. Chen and J. Goodman, "An Empirical Study of Smoothing Techniques for
Language Modeling" (1998); K. Heafield et al. (2013) for the fallback.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids
from ladder.statistics.counts import BLOCK, UNSEEN, Table, count_ngrams, match, rank_of
from ladder.statistics.model import check_ids, check_text, last_tokens
from ladder.statistics.size import tables_size

FALLBACK = (0.5, 1.0, 1.5)
NEVER = -99.0  # ARPA's log10 of zero


@dataclass(frozen=True, eq=False)
class NGram:
    """A Kneser-Ney model: one table of counts for each order."""

    vocabulary_size: int
    order: int
    tables: tuple[Table, ...]  # of order 1 to `order`
    discounts: Floats  # (order, 4): what is taken off a count of 0, 1, 2, 3 or more
    notes: tuple[str, ...]  # sentences for the reader

    @classmethod
    def fit(cls, ids: ArrayLike, vocabulary_size: int, *, order: int) -> Self:
        """The model of a text: (n,) ids; an order beyond its length becomes its length."""
        text = check_text(ids, vocabulary_size, order=order)
        notes = []
        if order > len(text):
            notes.append(f"The text has only {len(text):,} tokens, so the order is {len(text):,}, not {order}.")
        tables = count_ngrams(text, vocabulary_size, order=order, left_neighbours=True)
        discounts, fallen_back = np.zeros((len(tables), 4)), []
        for k, table in enumerate(tables):
            estimated = estimate_discounts(np.bincount(np.minimum(table.counts, 5), minlength=6))
            discounts[k, 1:] = FALLBACK if estimated is None else estimated
            if estimated is None:
                fallen_back.append(str(k + 1))
        if fallen_back:
            notes.append(
                f"Order {', '.join(fallen_back)}: too few grams have small counts to estimate discounts from, so they "
                f"are set to {FALLBACK[0]:g}, {FALLBACK[1]:g} and {FALLBACK[2]:g}."
            )
        return cls(vocabulary_size, len(tables), tuple(tables), discounts, tuple(notes))

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats; only the last order - 1 tokens matter: (n,) -> (V,)."""
        h = last_tokens(context, self.vocabulary_size, n=self.order - 1)
        q = self._unigram.copy()
        for k in range(2, len(h) + 2):
            c = rank_of(self.tables, h[len(h) - k + 1 :])
            if c == UNSEEN:  # then longer contexts are unseen too
                break
            table = self.tables[k - 1]
            grams = slice(table.offsets[c], table.offsets[c + 1])
            counts = table.counts[grams]
            q *= self._gammas[k - 1][c]
            q[table.tokens[grams]] += self._discounted(k, counts) / self._totals[k - 1][c]
        return np.log(q)

    def surprisals(self, ids: ArrayLike) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        bits = np.empty(len(text))
        for start in range(0, len(text), BLOCK):
            before = max(0, start - self.order + 1)  # what stands there has too short contexts, and is left out
            bits[start : start + BLOCK] = -np.log2(self._q(text[before : start + BLOCK])[start - before :])
        return bits

    def _q(self, text: Ids) -> Floats:
        """q(text[t] | text[:t]) for every t: (n,) -> (n,)."""
        q = self._unigram[text]
        for k, (contexts, grams) in enumerate(match(self.tables, text), start=2):
            seen = contexts != UNSEEN
            c, g = contexts[seen], grams[seen]
            counts = np.where(g == UNSEEN, 0, self.tables[k - 1].counts[g])
            own = self._discounted(k, counts) / self._totals[k - 1][c]
            q[k - 1 :][seen] = own + self._gammas[k - 1][c] * q[k - 1 :][seen]
        return q

    def matched(self, context: ArrayLike) -> int:
        """How many of the last tokens of `context` were seen side by side in the text: 0 to order - 1."""
        h = last_tokens(context, self.vocabulary_size, n=self.order - 1)
        lengths = [m for m in range(1, len(h) + 1) if rank_of(self.tables, h[len(h) - m :]) != UNSEEN]
        seen = [m for m in lengths if m > 1 or self.tables[0].counts[h[-1]] > 0]
        return max(seen, default=0)

    @property
    def n_parameters(self) -> int:
        """How many counts the model keeps, and its discounts."""
        return sum(int(np.count_nonzero(table.counts)) for table in self.tables) + 3 * self.order

    @cached_property
    def size_bytes(self) -> int:
        """The bytes of the model's tables when written down and zipped: its own price."""
        return tables_size(self.tables)

    def to_arpa(self, path: Path | str, vocabulary: Sequence[str]) -> None:
        """Write the model as an ARPA file, which KenLM and others read; `vocabulary` names the V tokens."""
        names = _check_names(vocabulary, self.vocabulary_size)
        lines = ["\\data\\", f"ngram 1={len(names) + 3}"]
        lines += [f"ngram {k}={len(table.tokens)}" for k, table in enumerate(self.tables[1:], start=2)]
        q, grams, tails = self._unigram, names, np.zeros(self.vocabulary_size, dtype=np.int64)
        for k, table in enumerate(self.tables, start=1):
            lines += ["", f"\\{k}-grams:"]
            if k == 1:
                lines += [f"{NEVER}\t{name}" for name in ("<unk>", "<s>", "</s>")]
            else:
                c = table.contexts
                tails = table.tokens.astype(np.int64) if k == 2 else self.tables[k - 2].find(tails[c], table.tokens)
                own = self._discounted(k, table.counts) / self._totals[k - 1][c]
                q = own + self._gammas[k - 1][c] * q[tails]
                grams = [f"{grams[i]} {names[w]}" for i, w in zip(c.tolist(), table.tokens.tolist(), strict=True)]
            logs = np.log10(q).tolist()
            if k < self.order:
                gammas = np.log10(self._gammas[k]).tolist()
                rows = zip(logs, grams, gammas, strict=True)
                lines += [f"{log:.9g}\t{gram}\t{gamma:.9g}" for log, gram, gamma in rows]
            else:
                lines += [f"{log:.9g}\t{gram}" for log, gram in zip(logs, grams, strict=True)]
        Path(path).write_text("\n".join([*lines, "", "\\end\\", ""]), encoding="utf-8")

    def _discounted(self, k: int, counts: Ids) -> Floats:
        """c - D(c), and 0 for c = 0: (m,) -> (m,)."""
        return counts - self.discounts[k - 1].take(counts, mode="clip")

    @cached_property
    def _totals(self) -> list[Ids]:
        """c(h .) of each context, order by order; 1 where nothing follows: (C,) each."""
        return [np.maximum(table.totals, 1) for table in self.tables]

    @cached_property
    def _gammas(self) -> list[Floats]:
        """gamma(h) of each context, order by order; 1 where nothing follows: (C,) each."""
        gammas = []
        for table, discounts, totals in zip(self.tables, self.discounts, self._totals, strict=True):
            gamma = table.sums_of(discounts) / totals
            gamma[np.diff(table.offsets) == 0] = 1.0
            gammas.append(gamma)
        return gammas

    @cached_property
    def _unigram(self) -> Floats:
        """q_1: (V,)."""
        own = self._discounted(1, self.tables[0].counts) / self._totals[0][0]
        return own + self._gammas[0][0] / self.vocabulary_size


def estimate_discounts(counts_of_counts: ArrayLike) -> Floats | None:
    """D_1, D_2, D_3+ from n_0, n_1, n_2, n_3, n_4: (>= 5,) -> (3,); None where those are too few."""
    n = np.asarray(counts_of_counts, dtype=np.float64)
    if (n[1:5] == 0).any():
        return None
    i = np.arange(1, 4)
    Y = n[1] / (n[1] + 2 * n[2])
    D = i - (i + 1) * Y * n[2:5] / n[1:4]
    return D if (D > 0).all() else None


def _check_names(vocabulary: Sequence[str], vocabulary_size: int) -> list[str]:
    names = list(vocabulary)
    if len(names) != vocabulary_size or len(set(names)) != len(names):
        raise ValueError(f"vocabulary must name {vocabulary_size} tokens, each differently")
    if wrong := [name for name in names if not name or len(name.split()) != 1 or name in ("<unk>", "<s>", "</s>")]:
        raise ValueError(f"vocabulary must hold words without spaces, and none of ARPA's own, but holds {wrong[0]!r}")
    return names
