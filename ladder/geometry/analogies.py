"""a is to b as c is to what? And words on an axis of one's own.

    3CosAdd     argmax_w cos(w, u_b - u_a + u_c),  u = v / |v|
    axis        u_to - u_from, at length one; a word's place on it is u_w . axis

The answer is nearly always b or c itself, since u_b - u_a is short: so most programs quietly
strike a, b and c from the list. `Analogy` gives both lists, and a third that should lose: what
is nearest to b, with a and c never asked. An analogy that this guess wins as well shows nothing.

Reference: T. Mikolov et al., "Linguistic Regularities in Continuous Space Word Representations"
(2013); T. Linzen, "Issues in Evaluating Semantic Spaces Using Word Analogies" (2016);
M. Nissim et al., "Fair Is Better than Sensational: Man Is to Doctor as Woman Is to Doctor" (2020).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.geometry.neighbours import Index, Neighbours, unit
from ladder.lenses.simplex import Floats


class Analogy(NamedTuple):
    """What comes out of a : b = c : ?"""

    everything: Neighbours  # nothing struck from the list
    without_inputs: Neighbours  # a, b and c struck
    only_b: Neighbours  # nearest to b alone, a, b and c struck
    inputs: tuple[int, int, int]  # a, b, c


def analogy(index: Index, a: int, b: int, c: int, *, k: int = 10) -> Analogy:
    """3CosAdd over the rows of an index, with the inputs among the answers and without them."""
    u_a, u_b, u_c = unit(np.asarray(index.rows[[a, b, c]], dtype=np.float64))
    target = u_b - u_a + u_c
    if np.linalg.norm(target) < 1e-9:
        raise ValueError("b - a + c is zero: it points nowhere, so nothing is near it.")
    found = index.nearest(target, k=k + 3)
    near_b = index.nearest(u_b, k=k + 3)
    return Analogy(_cut(found, (), k), _cut(found, (a, b, c), k), _cut(near_b, (a, b, c), k), (a, b, c))


def _cut(found: Neighbours, struck: Sequence[int], k: int) -> Neighbours:
    kept = ~np.isin(found.indices, list(struck))
    return Neighbours(found.indices[kept][:k], found.values[kept][:k])


def axis(start: ArrayLike, stop: ArrayLike) -> Floats:
    """The direction from some vectors to others, at length one: (m, d), (m', d) -> (d,).

    Each side is the mean of its vectors at length one.
    """
    way = unit(stop).mean(axis=0) - unit(start).mean(axis=0)
    length = np.linalg.norm(way)
    if length < 1e-9:
        raise ValueError("Both ends of the axis lie in one place, so there is no way from one to the other.")
    return way / length


def along(vectors: ArrayLike, direction: ArrayLike) -> Floats:
    """The cosine of each row with a direction: (n, d), (d,) -> (n,), -1 ... 1."""
    return unit(vectors) @ unit(np.atleast_2d(direction))[0]


class Score(NamedTuple):
    """How many of a list of analogies came out right."""

    n: int
    everything: int  # with a, b and c among the answers
    without_inputs: int  # with a, b and c struck
    only_b: int  # by the guess that never looks at a and c


def score(index: Index, questions: Sequence[tuple[int, int, int, int]]) -> Score:
    """Right answers to rows of (a, b, c, d): is the first answer d?"""
    right = np.zeros(3, dtype=int)
    for a, b, c, d in questions:
        found = analogy(index, a, b, c, k=1)
        lists = (found.everything, found.without_inputs, found.only_b)
        right += np.array([answers.indices[:1].tolist() == [d] for answers in lists], dtype=int)
    return Score(len(questions), *right.tolist())
