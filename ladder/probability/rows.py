"""Each row of a model's table once.

A model of order m looks at the last m - 1 tokens only, so a text visits the same row of
its table again and again. `remembered` keeps what was made of a row. A model that says
nothing about its memory is asked anew at every place.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import numpy as np

from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids
from ladder.statistics.model import LanguageModel

Row = TypeVar("Row")

# How much memory the kept rows of one model may take; the longest unused go first.
BUDGET_BYTES = 64 * 2**20


def memory_of(model: LanguageModel) -> int | None:
    """How many of the last tokens the model looks at: its order - 1, or None for all of them."""
    order = getattr(model, "order", None)
    return None if order is None else int(order) - 1


def remembered(model: LanguageModel, make: Callable[[Floats], Row], *, row_bytes: int) -> Callable[[Ids], Row]:
    """The function context -> make(model.logits(context)), whose results of `row_bytes` bytes are kept."""
    memory = memory_of(model)
    if memory is None:
        return lambda context: make(model.logits(context))

    @lru_cache(maxsize=max(16, BUDGET_BYTES // row_bytes))
    def row(key: bytes) -> Row:
        return make(model.logits(np.frombuffer(key, dtype=np.int32)))

    return lambda context: row(context[max(0, len(context) - memory) :].tobytes())
