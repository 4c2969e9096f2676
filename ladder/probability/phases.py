"""Repetition, language, noise: what a text is like at a temperature.

Two numbers tell a text's phase, each a share of its trigrams of tokens:

    repeated     that stood earlier in the same text: near 1 where the text turns in circles
    known        that stand in the text learned from: near 0 where the text is noise

In between, where little is repeated and much is known, the text reads like language.

Reference: K. Nakaishi, Y. Nishikawa and K. Hukushima, "Critical Phase Transition in Large
Language Models" (2024).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

LENGTH = 3  # tokens
MAX_VOCABULARY = 2**21  # then three ids fit one number of 63 bits


def repeated(ids: ArrayLike) -> float:
    """The share of the trigrams of a text that stood in it before: (n,) -> [0, 1]; 0 for fewer than three tokens."""
    grams = _trigrams(ids)
    return 1 - len(np.unique(grams)) / len(grams) if len(grams) else 0.0


def known(ids: ArrayLike, text: ArrayLike) -> float:
    """The share of the trigrams of `ids` that stand in `text`: (n,), (m,) -> [0, 1]; 0 for fewer than three tokens."""
    grams, places = np.unique(_trigrams(ids), return_inverse=True)
    if len(grams) == 0:
        return 0.0
    # The text is long and the draw short: look up the text's trigrams among the draw's, not the other way round.
    stands = _trigrams(text)
    near = np.minimum(grams.searchsorted(stands), len(grams) - 1)
    met = np.zeros(len(grams), dtype=bool)
    met[near[grams[near] == stands]] = True
    return float(met[places].mean())


def _trigrams(ids: ArrayLike) -> NDArray[np.int64]:
    tokens = np.asarray(ids, dtype=np.int64)
    if tokens.size and not 0 <= tokens.min() <= tokens.max() < MAX_VOCABULARY:
        raise ValueError(f"ids must lie in 0 ... {MAX_VOCABULARY - 1:,}, but hold {tokens.min()} to {tokens.max()}")
    n = max(len(tokens) - LENGTH + 1, 0)
    return tokens[:n] * MAX_VOCABULARY**2 + tokens[1 : n + 1] * MAX_VOCABULARY + tokens[2 : n + 2]
