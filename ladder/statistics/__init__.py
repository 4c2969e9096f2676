"""Statistics: which q is nearest to p?

    ids --fit--> q --surprisals--> bits, on a text that q has not seen

p is what the text does; q is what a model believes. Every fit here lowers one number, the
cross-entropy H(p, q) = H(p) + KL(p||q), and every model is judged by the same number on a
part of the text that was set aside: whoever learns by heart is found out there.

    fit_softmax      a histogram, by gradient descent or by counting
    NGram            interpolated modified Kneser-Ney of any order
    AdditiveNGram    counts with a little added: it overfits, and shows how
    LogBilinear      logits as dot products with the vector of the token before
    Mixture          several models, weighed by expectation and maximisation
    Transformer      trained live, in PyTorch, and open at every place
    ChainProduct     a product of many contexts' beliefs, its weights frozen: the best static one
    AdaptiveMixture  goes on learning while it reads, as compressors do
    fit_bigrams      a table learned by gradient descent, and without Z: it ends where counting ends
    by_root, by_dual the belief of largest entropy with a given mean
    e_geodesic, ...  what is straight between two distributions
    compare          is A better than B?
    leaderboard      all of them and the compressors, in bits per byte

    >>> import numpy as np
    >>> abab = np.array([0, 1] * 20)
    >>> model = NGram.fit(abab, 2, order=2)
    >>> np.exp(model.logits([0])).round(3).tolist()
    [0.044, 0.956]
"""

from ladder.lenses.simplex import relative_frequencies
from ladder.statistics.adaptive import AdaptiveMixture
from ladder.statistics.additive import AdditiveNGram
from ladder.statistics.bigrams import BigramFit, bigram_counts, fit_bigrams
from ladder.statistics.histogram import Fit, fit_softmax, halving_steps, kl_by_symbol
from ladder.statistics.information import (
    e_geodesic,
    fisher_metric,
    jensen_shannon_distance,
    m_geodesic,
)
from ladder.statistics.loglinear import LogBilinear
from ladder.statistics.maxent import MaxEnt, by_dual, by_root
from ladder.statistics.mixture import Mixture, fit_weights
from ladder.statistics.model import LanguageModel, check_ids
from ladder.statistics.ngram import NGram
from ladder.statistics.paired import Paired, compare
from ladder.statistics.passages import SuffixArray
from ladder.statistics.product import ChainProduct
from ladder.statistics.size import two_part_price
from ladder.statistics.transformer import Settings, Shape, Transformer

__all__ = [
    "AdaptiveMixture",
    "AdditiveNGram",
    "BigramFit",
    "ChainProduct",
    "Fit",
    "LanguageModel",
    "LogBilinear",
    "MaxEnt",
    "Mixture",
    "NGram",
    "Paired",
    "Settings",
    "Shape",
    "SuffixArray",
    "Transformer",
    "bigram_counts",
    "by_dual",
    "by_root",
    "check_ids",
    "compare",
    "e_geodesic",
    "fisher_metric",
    "fit_bigrams",
    "fit_softmax",
    "fit_weights",
    "halving_steps",
    "jensen_shannon_distance",
    "kl_by_symbol",
    "m_geodesic",
    "relative_frequencies",
    "two_part_price",
]
