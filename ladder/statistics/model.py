"""What a language model is, whatever is inside: a next-token distribution for every context.

    logits(context)     z in nats; softmax(z) = q( . | context), and it sums to one
    surprisals(ids)     -log2 q(ids[t] | ids[:t]) in bits, for every t at once

Both must agree: `surprisals` is only the fast way of asking `logits` at every place.
"""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids


class LanguageModel(Protocol):
    """A q that gives every text a finite price."""

    @property
    def vocabulary_size(self) -> int:
        """V, the number of tokens that the model knows."""
        ...

    def logits(self, context: Ids) -> Floats:
        """Logits in nats of the token that follows `context`: (n,) -> (V,)."""
        ...

    def surprisals(self, ids: Ids) -> Floats:
        """-log2 q(ids[t] | ids[:t]) in bits: (n,) -> (n,)."""
        ...


def check_ids(ids: Ids, vocabulary_size: int) -> Ids:
    """ids as int32 (n,), or a ValueError that names the id outside 0 ... V - 1."""
    array = np.asarray(ids)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(f"ids must be whole numbers in one row, but are {array.dtype} with {array.ndim} axes")
    if array.size and (array.min() < 0 or array.max() >= vocabulary_size):
        wrong = array.min() if array.min() < 0 else array.max()
        raise ValueError(f"ids must lie in 0 ... {vocabulary_size - 1}, but hold {wrong}")
    return array.astype(np.int32, copy=False)


def check_text(ids: ArrayLike, vocabulary_size: int, *, order: int) -> Ids:
    """A text to count in as int32 (n,), or a ValueError that says why nothing can be counted."""
    if order < 1 or order != int(order):
        raise ValueError(f"order must be a whole number of at least 1, but is {order}")
    if vocabulary_size < 1:
        raise ValueError(f"vocabulary_size must be at least 1, but is {vocabulary_size}")
    text = check_ids(np.asarray(ids), vocabulary_size)
    if len(text) == 0:
        raise ValueError("ids must hold at least one token, but are empty")
    return text


def last_tokens(context: ArrayLike, vocabulary_size: int, *, n: int) -> Ids:
    """The last n tokens of a context, or all where it is shorter: (m,) -> (min(m, n),)."""
    tokens = np.asarray(context)
    return check_ids(tokens[max(0, len(tokens) - n) :], vocabulary_size)
