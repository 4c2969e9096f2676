"""Where did it learn this? The passages of a text behind a prediction.

An n-gram model says only what it has read: what it believes after h comes from the places
where h stands in the text, and, where h is not in it, from those of a shorter h.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.math.encoding import Ids


def occurrences(ids: Ids, gram: ArrayLike) -> NDArray[np.intp]:
    """The places t where the text goes on after `gram`, ids[t - k : t] = gram with t < n: (n,), (k,) -> (m,)."""
    wanted = np.asarray(gram)
    places = np.arange(len(wanted), len(ids))
    for i, token in enumerate(wanted[::-1], start=1):  # the last token first: few places remain
        places = places[ids[places - i] == token]
    return places
