"""Where did it learn this? The passages of a text behind a prediction, by a suffix array.

An n-gram model says only what it has read: what it believes after h comes from the places
where h stands in the text, and, where h is not in it, from those of a shorter h.

    order      the places of a text, sorted by what the text says from there on
    find       all places that begin with h lie side by side: two binary searches

The order is found by doubling: ranks by the first k tokens, side by side with the ranks k
places further on, give ranks by the first 2 k.

Reference: U. Manber and G. Myers, "Suffix Arrays" (1993).
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.math.encoding import Ids
from ladder.statistics.counts import in_order


@dataclass(frozen=True, eq=False)
class SuffixArray:
    """A text and the order of its suffixes."""

    ids: Ids  # (n,)
    order: NDArray[np.intp]  # (n,)

    @classmethod
    def of(cls, ids: ArrayLike) -> Self:
        """The array of a text (n,)."""
        text = np.asarray(ids, dtype=np.int32)
        n, k = len(text), 1
        order, ranks = np.argsort(text, kind="stable"), text
        while n > 1:
            order, new = in_order(ranks, _further(ranks, k))
            ranks = np.empty(n, dtype=np.int32)
            ranks[order] = np.cumsum(new) - 1
            k *= 2
            if k >= n or new.all():
                break
        return cls(text, order)

    def occurrences(self, gram: ArrayLike) -> NDArray[np.intp]:
        """The places t where the text goes on after `gram`, ids[t - k : t] = gram with t < n, rising: (k,) -> (m,)."""
        wanted = np.asarray(gram).tolist()
        k = len(wanted)

        def said(place: np.intp) -> list[int]:
            return self.ids[place : place + k].tolist()

        first = bisect_left(self.order, wanted, key=said)
        last = bisect_right(self.order, wanted, lo=first, key=said)
        ends = np.sort(self.order[first:last]) + k
        return ends[ends < len(self.ids)]

    def longest_match(self, context: ArrayLike) -> int:
        """How many of the last tokens of a context stand side by side in the text, and go on: 0 to its length."""
        tokens = np.asarray(context)
        low, high = 0, len(tokens)
        # What is found with m tokens is found with fewer.
        while low < high:
            middle = (low + high + 1) // 2
            if len(self.occurrences(tokens[len(tokens) - middle :])):
                low = middle
            else:
                high = middle - 1
        return low


def _further(ranks: Ids, k: int) -> Ids:
    """1 + the ranks k places on, and 0 beyond the end, which comes before everything: (n,) -> (n,)."""
    ahead = np.zeros(len(ranks), dtype=np.int32)
    ahead[: max(0, len(ranks) - k)] = ranks[k:] + 1
    return ahead
