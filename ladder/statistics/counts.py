"""Counting n-grams by sorting, all orders in one pass.

Let x_0 ... x_{n-1} be a text. The k-gram that ends at t is the (k-1)-gram that ends at
t - 1, followed by x_t; so numbers for the shorter grams give numbers for the longer ones:

    rank_1[t] = x_t
    rank_k[t] = the place of (rank_{k-1}[t-1], x_t) among all such pairs, in order

All grams with the same context then lie side by side, which makes a table of order k:

    offsets[c] : offsets[c+1]      where the grams with context c lie; c is a rank of order k-1
    tokens[g]                      the last token of gram g, rising within a context
    counts[g]                      how often g occurs

Kneser-Ney asks shorter grams another thing: how many *different* tokens stand to their
left. That is the number of longer grams that end in them. The text's beginning counts as
one more token to the left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ladder.math.encoding import Ids

Places = NDArray[np.int64]

UNSEEN = -1  # stands where a rank would, for a gram that the table does not have


@dataclass(frozen=True, eq=False)
class Table:
    """The distinct grams of one order, sorted by context, then by last token."""

    offsets: Places  # (C + 1,)
    tokens: Ids  # (G,)
    counts: Ids  # (G,)

    @property
    def contexts(self) -> Places:
        """The context of each gram, as a rank of the order below: (G,)."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    def find(self, contexts: Places, tokens: Ids) -> Places:
        """The ranks of the grams context + token, UNSEEN where there is none: (m,), (m,) -> (m,)."""
        low, end = self.offsets[contexts], self.offsets[contexts + 1]
        high, last = end, len(self.tokens) - 1
        # Binary search for all at once, each within its own context.
        for _ in range(int((end - low).max(initial=0)).bit_length()):
            middle = (low + high) // 2
            further = (self.tokens[np.minimum(middle, last)] < tokens) & (low < high)
            low, high = np.where(further, middle + 1, low), np.where(further, high, middle)
        found = (low < end) & (self.tokens[np.minimum(low, last)] == tokens)
        return np.where(found, low, UNSEEN)

    def find_one(self, context: int, token: int) -> int:
        """The rank of one gram, or UNSEEN."""
        start, stop = self.offsets[context], self.offsets[context + 1]
        place = int(start + self.tokens[start:stop].searchsorted(token))
        return place if place < stop and self.tokens[place] == token else UNSEEN


class Match(NamedTuple):
    """Where the windows of a text stand in a table of order k; window i ends at i + k - 1."""

    contexts: Places  # (n - k + 1,) ranks of order k - 1, or UNSEEN
    grams: Places  # (n - k + 1,) ranks of order k, or UNSEEN


def count_ngrams(ids: Ids, vocabulary_size: int, *, order: int, left_neighbours: bool = False) -> list[Table]:
    """The tables of order 1 to `order` (at most n); the first has all V tokens, seen or not.

    With `left_neighbours`, every table but the last counts different tokens to the left, not occurrences.
    """
    V = vocabulary_size
    all_tokens = np.arange(V, dtype=np.int32)
    tables = [Table(np.array([0, V]), all_tokens, np.bincount(ids, minlength=V).astype(np.int32))]
    ranks = ids
    for k in range(2, min(order, len(ids)) + 1):
        places = order_of(ranks[:-1], ids[k - 1 :])
        keys = (ranks[:-1].astype(np.int64) * V + ids[k - 1 :])[places]
        new = np.empty(len(keys), dtype=bool)
        new[0] = True
        np.not_equal(keys[1:], keys[:-1], out=new[1:])
        starts = np.flatnonzero(new)
        keys = keys[starts]
        if left_neighbours:
            ends_in = ranks[1:][places[starts]]
            lefts = np.bincount(ends_in, minlength=len(tables[-1].tokens)).astype(np.int32)
            lefts[ranks[0]] += 1
            tables[-1] = replace(tables[-1], counts=lefts)
        contexts, tokens = np.divmod(keys, V)
        offsets = np.zeros(len(tables[-1].tokens) + 1, dtype=np.int64)
        np.cumsum(np.bincount(contexts, minlength=len(tables[-1].tokens)), out=offsets[1:])
        counts = np.diff(starts, append=len(places))
        tables.append(Table(offsets, tokens.astype(np.int32), counts.astype(np.int32)))
        ranks = np.empty(len(places), dtype=np.int32)
        ranks[places] = np.cumsum(new, dtype=np.int32) - 1
    return tables


def order_of(contexts: Ids, tokens: Ids) -> NDArray[np.intp]:
    """The places of pairs in order: by context, then by token: (n,), (n,) -> (n,).

    Digit by digit, the last first: numpy sorts digits of 16 bits by counting, without comparing.
    """
    places = np.arange(len(tokens))
    for column in (tokens, contexts):
        for shift in range(0, int(column.max(initial=0)).bit_length(), 16):
            digit = (column >> shift).astype(np.uint16)
            places = places[np.argsort(digit[places], kind="stable")]
    return places


def match(tables: Sequence[Table], ids: Ids) -> Iterator[Match]:
    """Where a text stands in each table from order 2 on."""
    ranks = ids.astype(np.int64)
    for k in range(2, min(len(tables), len(ids)) + 1):
        contexts = ranks[:-1]
        ranks = np.full(len(contexts), UNSEEN)
        seen = contexts >= 0
        ranks[seen] = tables[k - 1].find(contexts[seen], ids[k - 1 :][seen])
        yield Match(contexts, ranks)


def rank_of(tables: Sequence[Table], gram: Ids) -> int:
    """The rank of one gram of at least one token in the table of its own order, or UNSEEN."""
    rank = int(gram[0])
    for k in range(2, len(gram) + 1):
        if rank == UNSEEN:
            break
        rank = tables[k - 1].find_one(rank, int(gram[k - 1]))
    return rank
