"""Undoing what merging made, and comparing two ways to cut one text.

undo       the    ->  th e  ->  t h e          the youngest merge first, down to the bytes
spans      where each token of a text begins and ends, in bytes
shared     a token that both cuts have: it begins and ends at the same bytes in both
"""

import numpy as np
from numpy.typing import NDArray

from ladder.math.bpe import BPEAlphabet
from ladder.math.encoding import Encoding

Spans = NDArray[np.int64]


def undo(alphabet: BPEAlphabet, token: int) -> list[list[int]]:
    """The ids that a token falls into as its merges are undone, one at a time: the token itself first, bytes last."""
    if not 0 <= token < len(alphabet.vocabulary):
        raise ValueError(f"token must lie in 0 ... {len(alphabet.vocabulary) - 1}, but is {token}")
    made_of = {merge.new: merge for merge in alphabet.merges}
    stages = [[token]]
    while (youngest := max(stages[-1])) in made_of:
        merge = made_of[youngest]
        stages.append([part for i in stages[-1] for part in ((merge.left, merge.right) if i == youngest else (i,))])
    return stages


def spans(encoding: Encoding) -> Spans:
    """First byte and the byte after the last of each token of a lossless encoding: (n, 2)."""
    sizes = np.array([len(piece) for piece in encoding.vocabulary], dtype=np.int64)[encoding.ids]
    ends = np.cumsum(sizes)
    return np.stack([ends - sizes, ends], axis=1)


def shared(a: Spans, b: Spans) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tokens of two cuts of one text are in both: (n, 2), (m, 2) -> (n,), (m,)."""
    length = int(max(a.max(initial=0), b.max(initial=0))) + 1
    codes_a, codes_b = (cut[:, 0] * length + cut[:, 1] for cut in (a, b))
    return np.isin(codes_a, codes_b), np.isin(codes_b, codes_a)
