"""What a whole text costs under a model that learns from it, with no model sent along.

A decoder that learns as the encoder does needs nothing but the bits: after each block it has
read the same text, fits the same model to it, and reads on.

    the first F tokens              log2 V each: nothing is known
    the block from n to 2n          surprisals of a model fitted to the first n tokens

The blocks double until they are as long as `MOST`, so the fits cost little more than the last
ones. The sum is a two-part price whose first part is empty: no table is sent, and none is hidden.

Reference: A. P. Dawid, "The Prequential Approach" (1984); J. Rissanen, "Universal coding,
information, prediction, and estimation" (1984).
"""

from collections.abc import Callable, Iterator

import numpy as np

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids
from ladder.statistics.adaptive import AdaptiveMixture, Progress
from ladder.statistics.model import check_ids

FIRST = 256  # tokens
MOST = 1 << 17  # tokens of a block: what a reader learns in one takes memory

Learner = Callable[[Ids, int, Progress], AdaptiveMixture]


def learned(ids: Ids, vocabulary_size: int, progress: Progress) -> AdaptiveMixture:
    """The adaptive mixture of what has been read."""
    return AdaptiveMixture.fit(ids, vocabulary_size, progress=progress)


def blocks(n: int, *, first: int = FIRST, most: int = MOST) -> Iterator[tuple[int, int]]:
    """Where each block that a model prices begins and ends; what stands before the first has no model."""
    start = first
    while start < n:
        end = min(n, start + min(start, most))
        yield start, end
        start = end


def prequential(
    ids: Ids,
    vocabulary_size: int,
    *,
    fit: Learner = learned,
    first: int = FIRST,
    most: int = MOST,
    progress: Progress = lambda share: None,
) -> Floats:
    """-log2 q of each token in bits, each block under the model of all before it: (n,) -> (n,)."""
    text = check_ids(np.asarray(ids), vocabulary_size)
    bits = np.full(len(text), np.log2(vocabulary_size))
    for start, end in blocks(len(text), first=first, most=most):
        fitting, reading = _within(progress, len(text), start, end)
        model = fit(text[:start], vocabulary_size, fitting)
        bits[start:end] = model.surprisals(text[start:end], progress=reading)
    progress(1.0)
    return bits


def _within(progress: Progress, n: int, start: int, end: int) -> tuple[Progress, Progress]:
    """How a block's fit and its reading report: a quarter of its share of the text, and the rest."""

    def at(share: float) -> None:
        progress((start + share * (end - start)) / n)

    return lambda share: at(share / 4), lambda share: at(0.25 + 0.75 * share)
