"""Counting and adding: the n-gram model that overfits.

Let h be the n - 1 tokens before w. Pretend to have seen every gram alpha times more:

    q(w | h) = (c(h w) + alpha) / (c(h .) + alpha V)

alpha = 1 is Laplace's rule of succession, other values Lidstone's; alpha -> 0 is maximum
likelihood, which calls impossible what it has not seen. A context never seen leaves the
uniform 1/V. As the order grows the training text gets ever cheaper, and a new text, after
a while, dearer: that U is what overfitting looks like.

Reference: P.-S. Laplace, "Essai philosophique sur les probabilités" (1814).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids
from ladder.statistics.counts import UNSEEN, Table, count_ngrams, match, rank_of
from ladder.statistics.model import check_ids, check_text, last_tokens
from ladder.statistics.size import tables_size


@dataclass(frozen=True, eq=False)
class AdditiveNGram:
    """A model that adds alpha to every count; shorter contexts serve only where the text begins."""

    vocabulary_size: int
    order: int
    alpha: float
    tables: tuple[Table, ...]  # of order 1 to `order`

    @classmethod
    def fit(cls, ids: ArrayLike, vocabulary_size: int, *, order: int, alpha: float) -> Self:
        """The model of a text: (n,) ids; an order beyond its length becomes its length."""
        if not (np.isfinite(alpha) and alpha > 0):
            raise ValueError(f"alpha must be positive and finite, but is {alpha}")
        text = check_text(ids, vocabulary_size, order=order)
        tables = count_ngrams(text, vocabulary_size, order=order)
        return cls(vocabulary_size, len(tables), alpha, tuple(tables))

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats; only the last order - 1 tokens matter: (n,) -> (V,)."""
        h = last_tokens(context, self.vocabulary_size, n=self.order - 1)
        counts, total = np.zeros(self.vocabulary_size), 0.0
        c = rank_of(self.tables, h) if len(h) else 0
        if c != UNSEEN:
            table = self.tables[len(h)]
            grams = slice(table.offsets[c], table.offsets[c + 1])
            counts[table.tokens[grams]] = table.counts[grams]
            total = self._totals[len(h)][c]
        return np.log(counts + self.alpha) - np.log(total + self.alpha * self.vocabulary_size)

    def surprisals(self, ids: ArrayLike) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        counts = self.tables[0].counts[text].astype(np.float64)
        totals = np.full(len(text), self._totals[0][0])
        for k, (contexts, grams) in enumerate(match(self.tables, text), start=2):
            counts[k - 1 :] = np.where(grams == UNSEEN, 0, self.tables[k - 1].counts[grams])
            totals[k - 1 :] = np.where(contexts == UNSEEN, 0, self._totals[k - 1][contexts])
        return np.log2(totals + self.alpha * self.vocabulary_size) - np.log2(counts + self.alpha)

    @property
    def n_parameters(self) -> int:
        """How many counts the model keeps, and alpha."""
        return int(np.count_nonzero(self.tables[-1].counts)) + 1

    @cached_property
    def size_bytes(self) -> int:
        """The bytes of the model's tables when written down and zipped: its own price."""
        return tables_size(self.tables)

    @cached_property
    def _totals(self) -> list[Ids]:
        """c(h .) of each context, order by order: (C,) each."""
        return [table.totals for table in self.tables]
