"""The ladder loops: what was drawn becomes a reality.

    Corpus -> Encoding -> q -> Draw -> Corpus

A drawn text is a text like any other, and climbs like any other. Let q_1 be fitted to a
real text and each q_{k+1} to a text drawn from q_k: what is rare goes missing in a finite
draw and can never come back. Where a share of the real text is kept each time, it can.

Reference: I. Shumailov et al., "AI models collapse when trained on recursively generated
data" (2024).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ladder.math.encoding import Ids
from ladder.probability.sampler import Draw, sample
from ladder.reality.corpus import Corpus, to_text
from ladder.statistics.model import LanguageModel


class Generation(NamedTuple):
    """One turn of the loop."""

    number: int  # 1 for the model of the real text
    model: LanguageModel
    draw: Draw  # what the next generation learns from


def as_corpus(ids: Ids, vocabulary: Sequence[bytes], *, name: str) -> Corpus:
    """The drawn ids as a text: a new Reality."""
    data = b"".join([vocabulary[i] for i in ids])
    return Corpus.of(name, to_text(data), ("Drawn by a model, not written by a person.",))


def generations(
    ids: Ids,
    fit: Callable[[Ids], LanguageModel],
    *,
    n: int,
    rng: np.random.Generator,
    kept: float = 0.0,
) -> Iterator[Generation]:
    """Generation 1, 2, ... without end: each learns from n tokens of the one before, a share `kept` from `ids`."""
    if not 0 <= kept <= 1:
        raise ValueError(f"kept must lie between 0 and 1, but is {kept}")
    n_kept = round(kept * min(n, len(ids)))
    learned_from, number = ids, 0
    while True:
        number += 1
        model = fit(learned_from)
        draw = sample(model, [], n=n, rng=rng)
        yield Generation(number, model, draw)
        learned_from = np.concatenate([ids[:n_kept], draw.ids[: n - n_kept]])
