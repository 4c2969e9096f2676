"""The Shannon game: what a reader who guesses letter by letter knows of the text.

Somebody guesses the next letter until it is right. Let q_i be the share of letters that were
right at the i-th guess. Whoever has such a guesser can send the ranks in place of the
letters, and a twin of the guesser turns them back: so the ranks are worth what the letters are.

    lower  = sum_i i (q_i - q_{i+1}) log2 i      the entropy is no less,
    upper  = -sum_i q_i log2 q_i                 and no more than this, in bits a letter

The upper bound holds for every guesser; the lower one for one who always guesses in order of
probability, for whom q_1 >= q_2 >= ... Counts of a few guesses need not fall in that order:
then the nearest shares that do take their place (neighbours that rise are pooled). That can
only raise the upper bound, and keeps the lower one below it.

Reference: C. E. Shannon, "Prediction and Entropy of Printed English" (1951), his bounds (17).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import entropy


class GuessBounds(NamedTuple):
    """Between what the guesses put the entropy, in bits a letter."""

    lower: float
    upper: float


def shannon_bounds(counts: ArrayLike) -> GuessBounds:
    """Shannon's bounds from how many letters were right at guess 1, 2, ...: (m,) -> bits a letter."""
    from scipy.optimize import isotonic_regression  # who only draws need not wait for it

    n_i = np.asarray(counts, dtype=np.float64)
    if n_i.ndim != 1 or (n_i < 0).any() or not np.isfinite(n_i).all() or n_i.sum() == 0:
        raise ValueError("counts must be one row of numbers, none negative, and some letter must have been guessed")
    q = n_i / n_i.sum()
    falling = np.append(isotonic_regression(q, increasing=False).x, 0.0)
    falling /= falling.sum()
    i = np.arange(1, len(q) + 1)
    lower = float((i * (falling[:-1] - falling[1:]) * np.log2(i)).sum())
    return GuessBounds(max(lower, 0.0), float(entropy(falling)))


def rank_counts(ranks: ArrayLike) -> NDArray[np.int64]:
    """How often each rank came up, 1 first: (n,) -> (highest rank,)."""
    return np.bincount(np.asarray(ranks, dtype=np.int64), minlength=2)[1:]
