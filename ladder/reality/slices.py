"""Documents and stretches: what each is like, and what cutting does.

A document whose bytes are spread differently from the whole costs more when it is coded with the
whole's statistics than with its own, and the difference is a divergence:

    KL(document || whole) = sum p log2(p / q)  bits/byte,  p the document's shares, q the whole's

Titles of large values are where to look: another language, a table, a list of names.
"""

import numpy as np
import pandas as pd

from ladder.lenses.shannon import entropy, kl_divergence
from ladder.lenses.simplex import Floats, relative_frequencies
from ladder.reality.corpus import Corpus, to_bytes


def byte_shares(data: bytes) -> Floats:
    """The share of each of the 256 bytes: (256,). Raises ValueError without data."""
    return relative_frequencies(np.bincount(np.frombuffer(data, dtype=np.uint8), minlength=256))


def documents_of(corpus: Corpus, *, most: int) -> pd.DataFrame:
    """One row for each of the first documents, with its entropy `bits` and its `divergence`, both in bits per byte.

    Columns `number`, `title`, `bytes`, `bits`, `divergence`, `begins`.
    """
    whole = byte_shares(corpus.data)
    rows = []
    for i, (title, text) in enumerate(zip(corpus.titles[:most], corpus.documents[:most], strict=True), 1):
        data = to_bytes(text)
        if data:
            p = byte_shares(data)
            rows.append((i, title, len(data), float(entropy(p)), float(kl_divergence(p, whole)), text[:80]))
    return pd.DataFrame(rows, columns=["number", "title", "bytes", "bits", "divergence", "begins"])
