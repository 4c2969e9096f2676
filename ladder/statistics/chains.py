"""Kneser-Ney over any chain of contexts, not only the last k tokens.

A chain is a row of questions about the text so far, each asking for more than the one before:

    grams    nothing, the last byte, the last two, ...
    words    nothing, the last byte, this word's beginning, with the word before, with two before
    lines    nothing, how far the line is, with the last byte, the last two, this word's beginning

The answer to question k at a place is a key h_k; what followed it is counted, and each key's belief
takes a little off every count and gives it to the question before (ladder/statistics/ngram.py):

    q_k(w) = (c(h_k, w) - D(c)) / c(h_k)  +  gamma(h_k) q_{k-1}(w)

c counts occurrences for the last question, and different keys h_{k+1} for those before. Keys are
numbers of 64 bits: strings are hashed by a polynomial, so that all places are asked at once.

    H(s, t) = sum_{s <= i < t} (x_i + 1) B^(t - 1 - i)   mod 2^64

What no text has shown has the same belief everywhere, so only the tokens of the text have a column,
and one more stands for each of the others.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids
from ladder.statistics.ngram import FALLBACK, estimate_discounts

Keys = NDArray[np.uint64]
Places = NDArray[np.int64]
Ask = Callable[[Ids], list[Keys]]

BASE = np.uint64(0x9E3779B97F4A7C15)  # odd, and its bits look random
NEWLINE, LINE = 10, 63  # a line's further places are one
NONE = np.uint64(0)  # the key where the text is too short to ask


class _Hashes:
    """The hash of any stretch of a text, from two running sums."""

    def __init__(self, symbols: Ids) -> None:
        n = len(symbols)
        self.powers = np.ones(n + 1, dtype=np.uint64)
        inverse = np.uint64(pow(int(BASE), -1, 1 << 64))
        falling = np.ones(n + 1, dtype=np.uint64)
        with np.errstate(over="ignore"):
            np.cumprod(np.full(n, BASE), out=self.powers[1:])
            np.cumprod(np.full(n, inverse), out=falling[1:])
            self.sums = np.zeros(n + 1, dtype=np.uint64)
            np.cumsum((symbols.astype(np.uint64) + np.uint64(1)) * falling[1:], out=self.sums[1:])

    def __call__(self, start: Places, stop: Places) -> Keys:
        """H(start, stop) for many stretches at once: (m,), (m,) -> (m,)."""
        with np.errstate(over="ignore"):
            return (self.sums[stop] - self.sums[start]) * self.powers[stop]


def _key(*parts: Keys | int) -> Keys:
    """One key for several: the order counts."""
    key = np.asarray(np.uint64(0x51ED270B))
    with np.errstate(over="ignore"):
        for part in parts:
            key = (key ^ np.asarray(part, dtype=np.uint64)) * BASE
            key = key ^ (key >> np.uint64(29))
    return key


def gram_keys(ids: Ids, order: int) -> list[Keys]:
    """Keys of the last 0, 1, ... order - 1 tokens at each place, the one behind the text too: (n + 1,) each."""
    H, t = _Hashes(ids), np.arange(len(ids) + 1)
    return [np.where(t >= k, _key(k, H(np.maximum(t - k, 0), t)), NONE) for k in range(order)]


class _WordPlaces(NamedTuple):
    """Where words begin and end around each place: (n + 1,) each."""

    folded: Ids  # (n,) bytes, capitals made small
    inside: NDArray[np.bool_]  # whether a word is being written
    start: Places  # where it began, or the place itself
    starts: tuple[Places, Places]  # where the word before began, and the one before that
    stops: tuple[Places, Places]


def _words(ids: Ids) -> _WordPlaces:
    n = len(ids)
    upper = (ids >= 65) & (ids <= 90)
    folded = np.where(upper, ids + 32, ids).astype(np.int32)
    # UTF-8 beyond ASCII counts as letters.
    letter = ((folded >= 97) & (folded <= 122)) | (ids == 39) | (ids >= 0x80)
    before = np.r_[False, letter]  # whether the byte before place t is a letter
    after = np.r_[letter, False]
    begins, ends = np.flatnonzero(~before & after), np.flatnonzero(before & ~after)
    t = np.arange(n + 1)
    done = ends.searchsorted(t, side="right")  # words that ended at or before t
    # One that ends just here may go on: it is the word that is being written.
    done = np.where(before, begins.searchsorted(t, side="left") - 1, done)
    start = np.where(before, begins[np.clip(done, 0, max(len(begins) - 1, 0))] if len(begins) else t, t)
    ends = ends if len(ends) else np.zeros(1, dtype=np.int64)
    begins = begins if len(begins) else np.zeros(1, dtype=np.int64)
    places = []
    for back in (1, 2):
        i = done - back
        there = i >= 0
        places.append((np.where(there, begins[np.maximum(i, 0)], 0), np.where(there, ends[np.maximum(i, 0)], 0)))
    return _WordPlaces(folded, before, start, (places[0][0], places[1][0]), (places[0][1], places[1][1]))


def _last_and_word(ids: Ids, w: _WordPlaces) -> tuple[Keys, Keys]:
    """The last byte, and the beginning of the word that is being written, or again the last byte: (n + 1,) each."""
    t, H = np.arange(len(ids) + 1), _Hashes(w.folded)
    last = np.r_[0, ids + 1].astype(np.uint64)
    return last, np.where(w.inside, _key(1, H(w.start, t)), _key(2, last))


def word_keys(ids: Ids) -> list[Keys]:
    """Keys of nothing, the last byte, the word's beginning, with the word before, with two before: (n + 1,) each."""
    w = _words(ids)
    H, (last, word) = _Hashes(w.folded), _last_and_word(ids, w)
    one, two = H(w.starts[0], w.stops[0]), H(w.starts[1], w.stops[1])
    return [_key(0, np.zeros_like(last)), _key(3, last), word, _key(word, one), _key(word, one, two)]


def line_keys(ids: Ids) -> list[Keys]:
    """Keys of nothing, the place in the line, with the last byte, with the last two, with the word: (n + 1,) each."""
    t = np.arange(len(ids) + 1)
    begins = np.r_[0, np.flatnonzero(ids == NEWLINE) + 1]
    column = np.minimum(t - begins[begins.searchsorted(t, side="right") - 1], LINE).astype(np.uint64)
    near, far = column // np.uint64(4), column // np.uint64(8)
    last, word = _last_and_word(ids, _words(ids))
    two = _Hashes(ids)(np.maximum(t - 2, 0), t)
    return [
        _key(0, np.zeros_like(last)),
        _key(1, near),
        _key(2, near, last),
        _key(5, far, two),
        _key(3, far, word),
    ]


def word_length(ids: Ids) -> Places:
    """How much of a word is written, 0 to 9, and 10 between words: (n + 1,)."""
    w, t = _words(ids), np.arange(len(ids) + 1)
    return np.where(w.inside, np.minimum(t - w.start, 9), 10)


class Beliefs(NamedTuple):
    """What a chain believes at m places."""

    q: Floats  # (m, L, K + 1), one row a question; the last column is for each token that never occurred
    depth: Places  # (m,) 4 times how many questions had been met before, plus how many followers, to 3


@dataclass(frozen=True, eq=False)
class Level:
    """What followed each key of one question: keys rise, grams lie key by key."""

    keys: Keys  # (C,)
    offsets: Places  # (C + 1,)
    columns: Ids  # (G,)
    counts: Ids  # (G,)
    own: Floats  # (G,) (c - D(c)) / c(h)
    gamma: Floats  # (C,)

    @property
    def size_bytes(self) -> int:
        """The bytes of keys and counts when written down and zipped."""
        numbers = (np.diff(self.offsets), self.columns, self.counts)
        return self.keys.nbytes + sum(len(zlib.compress(x.astype(np.int32).tobytes(), 1)) for x in numbers)


@dataclass(frozen=True, eq=False)
class Chain:
    """The beliefs of one chain of questions."""

    ask: Ask
    levels: tuple[Level, ...]

    @classmethod
    def fit(cls, ask: Ask, ids: Ids, column: Ids) -> Self:
        """The chain counted over a text (n,); `column` (V,) is each token's place among those that occur."""
        x, K = column[ids].astype(np.int64), int(column[ids].max()) + 1
        ranked = [np.unique(key[: len(ids)], return_inverse=True) for key in ask(ids)]
        levels = []
        for k, (keys, rank) in enumerate(ranked):
            gram = rank * K + x
            if k + 1 < len(ranked):  # different keys of the next question, each once
                n = len(ranked[k + 1][0])
                gram = np.unique(gram * n + ranked[k + 1][1]) // n
            grams, counts = np.unique(gram, return_counts=True)
            contexts, columns = np.divmod(grams, K)
            if keys[0] == NONE:
                asked = contexts > 0
                keys, contexts, columns, counts = keys[1:], contexts[asked] - 1, columns[asked], counts[asked]
            levels.append(_level(keys, contexts, columns.astype(np.int32), counts.astype(np.int32)))
        return cls(ask, tuple(levels))

    def beliefs(self, keys: list[Keys], K: int, vocabulary_size: int) -> Beliefs:
        """What is believed where the answers are `keys`, (m,) each; of V tokens K have occurred."""
        m = len(keys[0])
        now, q = np.full((m, K + 1), 1 / vocabulary_size), np.empty((m, len(self.levels), K + 1))
        depth, followers = np.zeros(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
        for k, (level, asked) in enumerate(zip(self.levels, keys, strict=True)):
            if len(level.keys):
                c = np.minimum(level.keys.searchsorted(asked), len(level.keys) - 1)
                rows = np.flatnonzero(level.keys[c] == asked)
                c = c[rows]
                now[rows] *= level.gamma[c][:, None]
                n = level.offsets[c + 1] - level.offsets[c]
                grams = np.arange(n.sum()) + np.repeat(level.offsets[c] - (np.cumsum(n) - n), n)
                now[np.repeat(rows, n), level.columns[grams]] += level.own[grams]
                depth[rows], followers[rows] = k + 1, n
            q[:, k] = now
        return Beliefs(q, depth * 4 + np.minimum(followers, 3))


def _level(keys: Keys, contexts: Places, columns: Ids, counts: Ids) -> Level:
    """One question's table, with its discounts taken off."""
    offsets = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum(np.bincount(contexts, minlength=len(keys)), out=offsets[1:])
    found = estimate_discounts(np.bincount(np.minimum(counts, 5), minlength=6))
    D = np.r_[0.0, FALLBACK if found is None else found][np.minimum(counts, 3)]
    total = np.bincount(contexts, weights=counts, minlength=len(keys))
    gamma = np.bincount(contexts, weights=D, minlength=len(keys)) / total
    return Level(keys, offsets, columns, counts, (counts - D) / total[contexts], gamma)
