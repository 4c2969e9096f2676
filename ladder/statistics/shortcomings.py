"""What a text is too poor to teach, said in sentences.

Every model gives every text a finite price, also where there was nothing to learn. The
number is true then, but says little, and whoever reads it should know why:

    order above the length      there is no context of that length
    one type of token           nothing to tell apart: what follows is certain, and free
    a vocabulary of one         log2 1 = 0 bits: no model can be better or worse
    only unseen tokens          the held-out part is priced by what is kept for the unseen
"""

import numpy as np

from ladder.math.encoding import Encoding


def shortcomings(train: Encoding, held_out: Encoding, *, order: int) -> tuple[str, ...]:
    """Sentences for the reader on a split that models up to `order` are to be fitted to and judged on; mostly none."""
    n, V, told = len(train.ids), train.vocabulary_size, []
    if order > n:
        told.append(f"The training part has only {n:,} tokens, so no order beyond {n:,} can be fitted.")
    if V == 1:
        told.append("The vocabulary has one token: every text costs 0 bits, whatever the model.")
    elif n and (train.ids == train.ids[0]).all():
        told.append(
            "The training part is one token again and again: the model learns that nothing else happens, "
            "so repeats are nearly free and anything new is dear."
        )
    if len(held_out.ids) and not np.isin(held_out.ids, train.ids).any():
        told.append(
            "No token of the held-out part occurs in the training part: its price is only what the models keep for "
            "the unseen, not anything that they have learned."
        )
    return tuple(told)
