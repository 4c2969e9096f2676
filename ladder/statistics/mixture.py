"""Mixture: what several models believe together.

Let q_1 ... q_m be models over the same tokens and w_1 ... w_m weights that sum to one:

    q(x | h) = sum_i w_i q_i(x | h)

The weights are fitted to a validation part, which no q_i has seen, by expectation and
maximisation: ask of each token how likely it came from model i, and let w_i be the mean.

    r_i(t) = w_i q_i(x_t) / sum_j w_j q_j(x_t)          w_i <- mean over t of r_i(t)

No step makes the part dearer, and the price is convex in w: one valley, and no mixture
that EM ends in is dearer on its validation part than the best of its models alone.

Reference: A. Dempster, N. Laird and D. Rubin, "Maximum Likelihood from Incomplete Data
via the EM Algorithm" (1977); F. Jelinek and R. Mercer (1980).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats, check_distribution, log_softmax
from ladder.math.encoding import Ids
from ladder.statistics.model import LanguageModel

CLOSE = 1e-7  # bits per token that a step must still gain


class Weights(NamedTuple):
    """What EM found, and the way to it."""

    w: Floats  # (m,)
    path: Floats  # (s + 1,) bits per token of the validation part, from equal weights on


def fit_weights(surprisals: ArrayLike, *, steps: int = 500) -> Weights:
    """Weights for m models from what each token cost each of them in bits: (m, n) -> w (m,)."""
    bits = np.asarray(surprisals, dtype=np.float64)
    if bits.ndim != 2 or bits.size == 0:
        raise ValueError(f"surprisals must be a table of models and tokens, but have shape {bits.shape}")
    if np.isnan(bits).any() or (bits < 0).any():
        raise ValueError("surprisals must not be negative, and not NaN")
    least = bits.min(axis=0)
    if np.isinf(least).any():
        raise ValueError("each token must be possible under one model at least, but one is impossible under all")
    likelihoods = np.exp2(least - bits)  # the best model's is 1: nothing underflows for all
    w = np.full(len(bits), 1 / len(bits))
    path = [float((least - np.log2(w @ likelihoods)).mean())]
    for _ in range(steps):
        mixed = w @ likelihoods
        w = w * (likelihoods / mixed).mean(axis=1)
        w /= w.sum()  # rounding alone
        path.append(float((least - np.log2(w @ likelihoods)).mean()))
        if path[-2] - path[-1] < CLOSE:
            break
    return Weights(w, np.array(path))


def mixed(w: Floats, surprisals: ArrayLike) -> Floats:
    """What each token costs under the mixture, from what it costs under each model, in bits: (m,), (m, n) -> (n,)."""
    bits = np.asarray(surprisals, dtype=np.float64)
    least = bits.min(axis=0, initial=np.inf)
    return least - np.log2(w @ np.exp2(least - bits))


@dataclass(frozen=True, eq=False)
class Mixture:
    """A static model: fixed weights for fixed models."""

    models: tuple[LanguageModel, ...]
    w: Floats  # (m,)

    @classmethod
    def fit(cls, models: Sequence[LanguageModel], validation: Ids) -> Self:
        """The mixture whose weights are best on ids that none of the models has seen."""
        return cls(tuple(models), fit_weights([model.surprisals(validation) for model in models]).w)

    def __post_init__(self) -> None:
        sizes = {model.vocabulary_size for model in self.models}
        if len(sizes) != 1 or len(check_distribution(self.w, "w")) != len(self.models):
            raise ValueError("a mixture needs models over one vocabulary, and a weight for each")

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return self.models[0].vocabulary_size

    @property
    def order(self) -> int:
        """How many tokens its models look at, and one; an AttributeError where one of them does not say."""
        return max(int(model.order) for model in self.models)  # type: ignore[attr-defined]

    @property
    def size_bytes(self) -> int:
        """The bytes of all its models: the mixture's own price."""
        return sum(model.size_bytes for model in self.models)  # type: ignore[attr-defined]

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats: (n,) -> (V,)."""
        q = [np.exp(log_softmax(model.logits(np.asarray(context)))) for model in self.models]
        with np.errstate(divide="ignore"):
            return np.log(self.w @ np.array(q))

    def surprisals(self, ids: Ids) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        return mixed(self.w, [model.surprisals(ids) for model in self.models])
