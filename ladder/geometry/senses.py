"""One word in many sentences: where do its senses part?

Let x_i be the word's vector in sentence i at one layer, s_i its sense, and d = 1 - cos. Then

    a_i          mean d to the other sentences of the same sense
    b_i          mean d to the nearest other sense
    silhouette   mean of (b_i - a_i) / max(a_i, b_i)        -1 ... 1; 0 where a sense has one sentence
    ratio        mean d between senses / mean d within       1: the senses are not told apart

A word enters with one vector wherever it stands, but for its place; each layer lets in what
stands around it. The layer of largest silhouette is where the senses lie apart best.

Reference: P. Rousseeuw, "Silhouettes" (1987); G. Wiedemann et al., "Does BERT Make Any Sense?
Interpretable Word Sense Disambiguation with Contextualized Embeddings" (2019).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.encoder import Layers
from ladder.geometry.neighbours import unit
from ladder.geometry.projection import principal_components
from ladder.lenses.simplex import Floats


class Separation(NamedTuple):
    """How far the senses of a word lie apart, layer by layer."""

    silhouette: Floats  # (L + 1,)
    within: Floats  # (L + 1,) mean cosine of two sentences of one sense
    between: Floats  # (L + 1,) mean cosine of two sentences of two senses

    @property
    def ratio(self) -> Floats:
        """Mean distance between over mean distance within: (L + 1,)."""
        return (1 - self.between) / np.maximum(1 - self.within, 1e-12)

    @property
    def best(self) -> int:
        """The layer of largest silhouette, 0 being the embeddings."""
        return int(self.silhouette.argmax())


class Paths(NamedTuple):
    """The ways of some vectors through the layers, on one sheet."""

    points: Floats  # (m, L + 1, 2)
    explained: Floats  # (2,) share of the variance of all points in all layers


def find_word(sentence: str, word: str) -> tuple[int, int] | None:
    """Where a word first stands in a sentence, whatever its capitals; None where it does not."""
    found = regex.search(rf"(?<!\w){regex.escape(word)}(?!\w)", sentence, regex.IGNORECASE)
    return found.span() if found and word else None


def states_of(layers: Layers, start: int, stop: int) -> Floats | None:
    """The mean state of the tokens that stand for sentence[start:stop], at every layer: (L + 1, d).

    None where the encoder's window ends before the word.
    """
    tokens = [i for i, (first, last) in enumerate(layers.tokens.spans) if first < stop and last > start]
    return np.asarray(layers.hidden[:, tokens], dtype=np.float64).mean(axis=1) if tokens else None


def separation(states: ArrayLike, senses: Sequence[str]) -> Separation:
    """How far the senses lie apart at each layer: (m, L + 1, d), m senses -> Separation.

    Raises ValueError where there are not two senses, one of them in two sentences.
    """
    x = np.asarray(states, dtype=np.float64)
    labels = np.unique(np.asarray(senses), return_inverse=True)[1]
    sizes = np.bincount(labels)
    if len(sizes) < 2 or sizes.max() < 2:
        raise ValueError("Senses can be told apart where there are at least two, one of them in two sentences.")
    same = labels[:, None] == labels
    others = ~np.eye(len(labels), dtype=bool)
    parts = []
    for layer in range(x.shape[1]):
        cosine = unit(x[:, layer]) @ unit(x[:, layer]).T
        parts.append((silhouette(1 - cosine, labels), cosine[same & others].mean(), cosine[~same].mean()))
    return Separation(*(np.array(column) for column in zip(*parts, strict=True)))


def silhouette(distances: Floats, labels: NDArray[np.intp]) -> float:
    """The mean silhouette of labelled points: (m, m), (m,) -> -1 ... 1."""
    sizes = np.bincount(labels)
    sums = np.stack([distances[:, labels == label].sum(axis=1) for label in range(len(sizes))], axis=1)
    own = sizes[labels]
    rows = np.arange(len(labels))
    a = sums[rows, labels] / np.maximum(own - 1, 1)
    means = sums / sizes
    means[rows, labels] = np.inf
    b = means.min(axis=1)
    largest = np.maximum(a, b)
    values = np.where((own > 1) & (largest > 1e-12), (b - a) / np.where(largest > 0, largest, 1), 0)
    return float(values.mean())


def nearest_sense(states: ArrayLike, senses: Sequence[str], asked: ArrayLike, layer: int) -> list[str]:
    """The sense whose mean direction is nearest: (m, L + 1, d), (k, L + 1, d) -> k senses."""
    known, unknown = np.asarray(states)[:, layer], np.asarray(asked)[:, layer]
    names = sorted(set(senses))
    own = np.asarray(senses)
    centres = np.stack([unit(known[own == name]).mean(axis=0) for name in names])
    return [names[i] for i in (unit(unknown) @ unit(centres).T).argmax(axis=1)]


def paths(states: ArrayLike) -> Paths:
    """All vectors of all layers, at length one, along their two directions of largest variance: (m, L + 1, d)."""
    x = np.asarray(states, dtype=np.float64)
    points, explained = principal_components(unit(x.reshape(-1, x.shape[-1])))
    return Paths(points.reshape(*x.shape[:2], 2), explained[:2])
