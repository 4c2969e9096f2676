"""Attention: each token asks, every token answers, and the answers are mixed.

    Q, K, V        what a token asks for, what it offers, what it hands over: (n, d)
    S = s Q K'     scores: dot products, scaled by s = 1 / sqrt(d)
    W = softmax(S) weights: each row is a distribution over the tokens that can be seen
    O = W V        outputs: the mixture

Without the scale the products grow like sqrt(d) and softmax would harden into a choice:
s is an inverse temperature. A row's entropy says how many tokens it really listens to:

    H(W_i) in bits        effective tokens = 2 ^ H(W_i)        1 ... n

Reference: A. Vaswani et al., "Attention Is All You Need" (2017).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.shannon import entropy
from ladder.lenses.simplex import Floats, softmax


class Attention(NamedTuple):
    """Scores, weights and outputs; never to be confused."""

    scores: Floats  # (..., n, m), scaled; -inf where nothing can be seen
    weights: Floats  # (..., n, m), each row a distribution
    outputs: Floats  # (..., n, d_v)


def attend(Q: ArrayLike, K: ArrayLike, V: ArrayLike, *, scale: float | None = None, causal: bool = False) -> Attention:
    """softmax(scale Q K') V: (..., n, d), (..., m, d), (..., m, d_v) -> Attention.

    The scale is 1 / sqrt(d) where none is given. `causal` hides what comes later: token i sees 0 ... i.
    """
    Q, K, V = (np.asarray(x, dtype=np.float64) for x in (Q, K, V))
    if min(Q.ndim, K.ndim, V.ndim) < 2 or Q.shape[-1] != K.shape[-1] or K.shape[-2] != V.shape[-2]:
        raise ValueError(
            f"Q (n, d), K (m, d) and V (m, d_v) must fit together, but are {Q.shape}, {K.shape} and {V.shape}"
        )
    if Q.shape[-1] == 0 or K.shape[-2] == 0:
        raise ValueError(f"attention needs at least one token and one dimension, but K is {K.shape}")
    if scale is None:
        scale = 1 / np.sqrt(Q.shape[-1])
    if not (np.isfinite(scale) and scale > 0):
        raise ValueError(f"scale must be positive and finite, but is {scale}")
    scores = scale * products(Q, K)
    if causal:
        later = np.triu(np.ones(scores.shape[-2:], dtype=bool), k=1)
        scores = np.where(later, -np.inf, scores)
    weights = softmax(scores)
    return Attention(scores, weights, weights @ V)


def products(Q: ArrayLike, K: ArrayLike) -> Floats:
    """q_i . k_j before any scale: (..., n, d), (..., m, d) -> (..., n, m)."""
    return np.asarray(Q, dtype=np.float64) @ np.swapaxes(np.asarray(K, dtype=np.float64), -1, -2)


def effective_tokens(weights: ArrayLike) -> Floats:
    """2 ^ H of each row: how many tokens it listens to, 1 to m: (..., n, m) -> (..., n)."""
    return 2 ** entropy(weights)


def sink_share(weights: ArrayLike, *, token: int = 0) -> Floats:
    """The share of all attention that goes to one token, averaged over who asks: (..., n, m) -> (...).

    In many encoders the first token is a sink: heads with nothing to say rest there.
    """
    return np.asarray(weights, dtype=np.float64)[..., :, token].mean(axis=-1)
