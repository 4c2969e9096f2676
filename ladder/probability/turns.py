"""What the loop does to a language: one row a generation.

    entropy      mean surprisal of what q_k draws, under q_k itself: bits a token
    vocabulary   different tokens in that draw
    KL(q_k||q_1) = E_k[log2 q_k - log2 q_1], on what q_k draws: bits a token

Neither q_k nor q_1 has learned from the draw that they are compared on, so nothing is
flattered. Two ways of learning go wrong in two ways: counts alone lose whatever was not drawn
(the tails go first), and a smoothed model gives a little to everything and drifts to noise.

Reference: I. Shumailov et al., "AI models collapse when trained on recursively generated
data" (2024).
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np

from ladder.math.encoding import Ids
from ladder.probability.loop import Generation
from ladder.statistics.additive import AdditiveNGram
from ladder.statistics.model import LanguageModel
from ladder.statistics.ngram import NGram

ALMOST_NOTHING = 1e-9  # added to counts so that no text is impossible


class Turn(NamedTuple):
    """One generation, measured."""

    number: int
    entropy: float  # bits a token
    vocabulary: int
    divergence: float  # KL(q_k || q_1), bits a token
    ids: Ids  # what it drew


def counts_alone(vocabulary_size: int, *, order: int) -> Callable[[Ids], LanguageModel]:
    """How to learn by counting and nothing else; the text is closed to a ring, so that it has no dead end."""

    def fit(ids: Ids) -> LanguageModel:
        ring = np.concatenate([ids, np.resize(ids, order - 1)])
        return AdditiveNGram.fit(ring, vocabulary_size, order=order, alpha=ALMOST_NOTHING)

    return fit


def smoothed(vocabulary_size: int, *, order: int) -> Callable[[Ids], LanguageModel]:
    """How to learn by interpolated Kneser-Ney."""
    return lambda ids: NGram.fit(ids, vocabulary_size, order=order)


def measured(loop: Iterable[Generation], *, n: int) -> Iterator[Turn]:
    """The first n generations of a loop, each against the first."""
    first = None
    for generation in islice(loop, n):
        first = first or generation.model
        draw = generation.draw
        divergence = first.surprisals(draw.ids) - generation.model.surprisals(draw.ids)
        yield Turn(
            generation.number,
            draw.bits_per_token,
            len(np.unique(draw.ids)),
            float(divergence.mean()),
            draw.ids,
        )
