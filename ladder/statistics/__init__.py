"""Statistics: which q is nearest to p?

    ids --fit--> q --surprisals--> bits, on a text that q has not seen

p is what the text does; q is what a model believes. Every fit here lowers one number, the
cross-entropy H(p, q) = H(p) + KL(p||q), and every model is judged by the same number on a
part of the text that was set aside: whoever learns by heart is found out there.

    fit_softmax      a histogram, by gradient descent or by counting
    NGram            interpolated modified Kneser-Ney of any order
    AdditiveNGram    counts with a little added: it overfits, and shows how
    LogBilinear      logits as dot products with the vector of the token before
    leaderboard      all of them and the compressors, in bits per byte

    >>> import numpy as np
    >>> abab = np.array([0, 1] * 20)
    >>> model = NGram.fit(abab, 2, order=2)
    >>> np.exp(model.logits([0])).round(3).tolist()
    [0.044, 0.956]
"""

from ladder.lenses.simplex import relative_frequencies
from ladder.statistics.additive import AdditiveNGram
from ladder.statistics.histogram import Fit, fit_softmax, halving_steps, kl_by_symbol
from ladder.statistics.loglinear import LogBilinear
from ladder.statistics.model import LanguageModel, check_ids
from ladder.statistics.ngram import NGram
from ladder.statistics.size import two_part_price

__all__ = [
    "AdditiveNGram",
    "Fit",
    "LanguageModel",
    "LogBilinear",
    "NGram",
    "check_ids",
    "fit_softmax",
    "halving_steps",
    "kl_by_symbol",
    "relative_frequencies",
    "two_part_price",
]
