"""Counting n-grams by sorting each text once.

Let x_0 ... x_{n-1} be a text, b the bits of a token, K the highest order. A gram is written
as one number, its tokens side by side, so that grams in order are numbers in order:

    key(x_t ... x_{t+K-1}) = x_t | x_{t+1} | ... | x_{t+K-1}        K b bits, at most 64

The text's n - K + 1 keys are sorted, and equal ones lie together: the table of order K. What
Kneser-Ney asks of shorter grams is how many *different* tokens stand to their left: that is
how many different longer grams end in them. So the other tables need no text any more:

    grams of order k = the grams of order k + 1, each without its first token, sorted
    their counts     = how many of those are equal

The text's beginning counts as one more token to the left. All grams with the same context
lie side by side in order, which makes a table:

    offsets[c] : offsets[c+1]      where the grams with context c lie; c is a rank of order k-1
    tokens[g]                      the last token of gram g, rising within a context
    counts[g]                      how often g occurs, or has another token on its left

Where K b bits are more than 64, tokens stand in the key in groups of g, each as one number: the
rank of that g-gram among all of them. The last token stands alone, the first may be fewer:

    key(x_1 ... x_5) = rank(x_1 x_2) | rank(x_3 x_4) | x_5        g = 2
    key(x_2 ... x_5) = x_2 | rank(x_3 x_4) | x_5

A long text is gone through in blocks, whose numbers stay in the processor's cache meanwhile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids

Places = NDArray[np.int64]
Keys = NDArray[np.uint64]

UNSEEN = -1  # stands where a rank would, for a gram that the table does not have
KEY_BITS = 64
BLOCK = 1 << 16  # tokens


@dataclass(frozen=True, eq=False)
class Table:
    """The distinct grams of one order, sorted by context, then by last token."""

    offsets: Ids  # (C + 1,)
    tokens: Ids  # (G,)
    counts: Ids  # (G,)

    @property
    def contexts(self) -> Places:
        """The context of each gram, as a rank of the order below: (G,)."""
        return np.repeat(np.arange(len(self.offsets) - 1), np.diff(self.offsets))

    @property
    def totals(self) -> Ids:
        """The sum of the counts over each context, 0 where nothing follows: (C,)."""
        return self._sums(lambda counts: counts, np.int32)

    def sums_of(self, values: Floats) -> Floats:
        """The sum of values[count], or of the last beyond them, over each context: (m,) -> (C,)."""
        return self._sums(lambda counts: values.take(counts, mode="clip"), np.float64)

    def _sums(self, value: Callable[[Ids], NDArray[Any]], dtype: DTypeLike) -> NDArray[Any]:
        sums = np.zeros(len(self.offsets) - 1, dtype=dtype)
        for start in range(0, len(sums), BLOCK):
            offsets = self.offsets[start : start + BLOCK + 1]
            followed = np.flatnonzero(np.diff(offsets))
            if len(followed):
                sums[start + followed] = np.add.reduceat(
                    value(self.counts[offsets[0] : offsets[-1]]), offsets[followed] - offsets[0], dtype=dtype
                )
        return sums

    def find(self, contexts: Places, tokens: Ids) -> Places:
        """The ranks of the grams context + token, UNSEEN where there is none: (m,), (m,) -> (m,)."""
        low = self.offsets[contexts]
        size = self.offsets[contexts + 1] - low
        followed = size > 0
        # Binary search for all at once, each within its own context: low ... low + size hold the last gram that is
        # not beyond the token. One whose size is 1 stays where it is.
        for _ in range(int(size.max(initial=1) - 1).bit_length()):
            half = size // 2
            low += half * (self.tokens.take(low + half, mode="clip") <= tokens)
            size -= half
        found = followed & (self.tokens.take(low, mode="clip") == tokens)
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


class Group(NamedTuple):
    """The j-grams of a text, by rank."""

    n: int  # how many there are
    first: NDArray[np.uint32]  # the ranks of those that the text begins with: (<= K,)
    shorter: Keys  # of each, without its first token, the rank among those of j - 1: (n,); empty for j = 1


def count_ngrams(ids: Ids, vocabulary_size: int, *, order: int, left_neighbours: bool = False) -> list[Table]:
    """The tables of order 1 to `order` (at most n); the first has all V tokens, seen or not.

    With `left_neighbours`, every table but the last counts different tokens to the left, not occurrences.
    """
    V, K, b = vocabulary_size, min(order, len(ids)), _bits(vocabulary_size)
    keys, groups = _keys(np.ascontiguousarray(ids, dtype=np.int32).view(np.uint32), V, K)
    last = keys[-1:].copy()
    tables: list[Table] = []
    for k in range(K, 1, -1):
        keys, counts = _distinct(keys)
        if tables:
            tables[-1] = _with_context_of_the_end(tables[-1], int(keys.searchsorted(last[0])), len(keys))
        offsets = _offsets(keys >> np.uint64(b), V if k == 2 else None)
        tables.append(Table(offsets, (keys & _ones(b)).astype(np.int32), counts))
        _drop_first(keys, k, groups)
        _drop_first(last, k, groups)
        keys = np.append(keys, _written(k - 1, groups, [group.first for group in groups], 1))
    tokens = keys.astype(np.int64)
    every = np.arange(V, dtype=np.int32)
    tables.append(Table(np.array([0, V], dtype=np.int32), every, np.bincount(tokens, minlength=V).astype(np.int32)))
    tables.reverse()
    if not left_neighbours:
        _count_occurrences(tables, ids)
    return tables


def _count_occurrences(tables: list[Table], ids: Ids) -> None:
    """From the highest order down: a gram occurs as often as something follows it, and once where the text ends."""
    for k in range(len(tables) - 1, 0, -1):
        counts = tables[k].totals
        counts[rank_of(tables, ids[len(ids) - k :])] += 1
        tables[k - 1] = replace(tables[k - 1], counts=counts)


def _keys(text: NDArray[np.uint32], vocabulary_size: int, order: int) -> tuple[Keys, list[Group]]:
    """The keys of all grams of the highest order, and the groups that they are written in: (n - K + 1,), g groups."""
    groups, ranks = [Group(vocabulary_size, text[:order], np.empty(0, dtype=np.uint64))], [text]
    while sum(_widths(order, groups)) > KEY_BITS:
        places, new = in_order(ranks[-1][:-1], text[len(groups) :])
        longer = np.empty(len(places), dtype=np.uint32)
        longer[places] = np.cumsum(new, dtype=np.uint32) - np.uint32(1)
        shorter = ranks[-1][1:][places[new]].astype(np.uint64)
        groups.append(Group(len(shorter), longer[:order].copy(), shorter))
        ranks.append(longer)
    return _written(order, groups, ranks, len(text) - order + 1), groups


def _sizes(k: int, groups: Sequence[Group]) -> list[int]:
    """How many tokens stand in each group of a gram: they sum to k."""
    g = len(groups)
    first = (k - 2) % g + 1
    return [first, *[g] * ((k - 1 - first) // g), 1] if k > 1 else [1]


def _widths(k: int, groups: Sequence[Group]) -> list[int]:
    """How many bits each group of a gram takes."""
    return [_bits(groups[size - 1].n) for size in _sizes(k, groups)]


def _written(k: int, groups: Sequence[Group], ranks: Sequence[NDArray[np.uint32]], n: int) -> Keys:
    """The keys of the first n grams of order k, from the ranks of the groups that begin at each place: (n,)."""
    sizes = _sizes(k, groups)
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    columns = [ranks[size - 1][start : start + n] for size, start in zip(sizes, starts, strict=True)]
    return _side_by_side(columns, _widths(k, groups))


def _drop_first(keys: Keys, k: int, groups: Sequence[Group]) -> None:
    """Take the first token off keys of order k, in place: (m,)."""
    size, tail = _sizes(k, groups)[0], sum(_widths(k, groups)[1:])
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        first = block >> tail
        block &= _ones(tail)
        if size > 1:
            block |= groups[size - 1].shorter[first] << tail


def _side_by_side(columns: Sequence[NDArray[np.integer]], widths: Sequence[int]) -> Keys:
    """The numbers of each row as one, given how many bits each column takes: (n,) each -> (n,)."""
    keys = np.zeros(len(columns[0]), dtype=np.uint64)
    for start in range(0, len(keys), BLOCK):
        block = keys[start : start + BLOCK]
        for column, width in zip(columns, widths, strict=True):
            block <<= width
            block |= column[start : start + BLOCK].astype(np.uint64)
    return keys


def _distinct(keys: Keys) -> tuple[Keys, Ids]:
    """The different keys in order, and how often each stands there; `keys` are sorted in place: (m,) -> (G,), (G,)."""
    keys.sort()
    borders = np.append(np.flatnonzero(_new(keys)), len(keys)).astype(np.int32)
    return keys[borders[:-1]], np.diff(borders)


def _new(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a value differs from the one before: (m,) -> (m,)."""
    new = np.ones(len(values), dtype=bool)
    np.not_equal(values[1:], values[:-1], out=new[1:])
    return new


def _offsets(contexts: Keys, n_contexts: int | None) -> Ids:
    """Where each context begins in a sorted column, and its end; of 0 ... n_contexts - 1 where a number is given."""
    if n_contexts is None:
        return np.append(np.flatnonzero(_new(contexts)), len(contexts)).astype(np.int32)
    return np.append(0, np.cumsum(np.bincount(contexts.astype(np.int64), minlength=n_contexts))).astype(np.int32)


def _with_context_of_the_end(table: Table, rank: int, n_contexts: int) -> Table:
    """The table with room for the one context that nothing may follow, since the text ends with it."""
    if len(table.offsets) == n_contexts + 1:
        return table
    return replace(table, offsets=np.insert(table.offsets, rank, table.offsets[rank]))


def _bits(n: int) -> int:
    """How many bits write the numbers 0 ... n - 1; at least one."""
    return max(1, (n - 1).bit_length())


def _ones(bits: int) -> np.uint64:
    return np.uint64((1 << bits) - 1)


def in_order(contexts: NDArray[np.integer], tokens: NDArray[np.integer]) -> tuple[Places, NDArray[np.bool_]]:
    """Pairs by context, then token, then place: their places, and where another pair begins: (n,), (n,) -> (n,) x 2."""
    n = len(tokens)
    b, p = _bits(int(tokens.max(initial=0)) + 1), _bits(n)
    c = _bits(int(contexts.max(initial=0)) + 1)
    if c + b + p <= KEY_BITS:
        # Context, token and place as one number: sorting numbers is faster than sorting places by them.
        keys = _side_by_side([contexts, tokens, np.arange(n, dtype=np.uint32)], [c, b, p])
        keys.sort()
        new = _new(keys >> p)
        keys &= _ones(p)
        return keys.view(np.int64), new
    places = np.arange(n)
    # Digit by digit, the last first: numpy sorts digits of 16 bits by counting, without comparing.
    for column in (tokens, contexts):
        for shift in range(0, int(column.max(initial=0)).bit_length(), 16):
            digit = (column >> shift).astype(np.uint16)
            places = places[np.argsort(digit[places], kind="stable")]
    return places, _new(_side_by_side([contexts, tokens], [c, b])[places])


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
