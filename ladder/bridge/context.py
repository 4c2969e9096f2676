"""What the identities are checked on: one text, its alphabet, and the model fitted to it.

train, held_out      the text in two parts, in the alphabet of the first
model                Kneser-Ney of order 3 on `train`
energies             E_i = max z - z_i for the model's logits z after the commonest token:
                     the likeliest token is the ground state, and lies at zero
vectors              where the tokens lie (PPMI and SVD), 8 dimensions
T                    the temperature of everything that has one
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ladder.geometry import ppmi_svd
from ladder.lenses.simplex import Floats
from ladder.math import SCHEMES, Encoding, fit_alphabet
from ladder.reality import Corpus, split
from ladder.reality.corpus import to_bytes
from ladder.statistics import NGram

ORDER = 3
DIMENSIONS = 8
READ = 200_000  # tokens whose company is counted
COLDEST = 1e-3


@dataclass(frozen=True, eq=False)
class Context:
    """A text, already fitted. Everything is computed once, when it is first asked for."""

    corpus: Corpus
    train: Encoding | None  # None where the text is too short to be cut in two
    held_out: Encoding | None
    T: float = 0.8
    seed: int = 0

    def __post_init__(self) -> None:
        if not (np.isfinite(self.T) and self.T >= COLDEST):
            raise ValueError(f"T must be a finite temperature of at least {COLDEST:g}, but is {self.T}")

    @classmethod
    def of(cls, corpus: Corpus, *, scheme: str = "bpe", vocabulary_size: int = 1024, T: float = 0.8) -> "Context":
        """The context of a corpus in an alphabet of its own. Lossy alphabets are refused."""
        if not SCHEMES[scheme].lossless:
            raise ValueError(f"scheme must be one that gives the text back, but is {scheme}")
        if len(corpus.text) < 2:
            return cls(corpus, None, None, T)
        parts = split(corpus)
        size = vocabulary_size if SCHEMES[scheme].sized else None
        alphabet = fit_alphabet(parts.train, scheme, vocabulary_size=size)
        return cls(corpus, alphabet.encode(parts.train), alphabet.encode(parts.held_out), T)

    @property
    def rng(self) -> np.random.Generator:
        """A new generator: every identity draws the same numbers again."""
        return np.random.default_rng(self.seed)

    @cached_property
    def byte_counts(self) -> NDArray[np.integer]:
        """How often each byte occurs that does: (V,)."""
        counts = np.bincount(np.frombuffer(to_bytes(self.corpus.text), dtype=np.uint8), minlength=256)
        return counts[counts > 0]

    @cached_property
    def model(self) -> NGram | None:
        """The fitted model, where there is a text to fit it to."""
        if self.train is None or len(self.train.ids) == 0:
            return None
        return NGram.fit(self.train.ids, self.train.vocabulary_size, order=min(ORDER, len(self.train.ids)))

    @cached_property
    def logits(self) -> Floats | None:
        """What the model says after the commonest token of `train`, in nats: (V,)."""
        if self.model is None or self.train is None:
            return None
        return self.model.logits(np.array([self.train.counts.argmax()], dtype=np.int32))

    @cached_property
    def energies(self) -> Floats | None:
        """E in nats, the ground state at zero: (V,)."""
        return None if self.logits is None else self.logits.max() - self.logits

    @cached_property
    def vectors(self) -> Floats:
        """Where the tokens of `train` lie: (V, 8); zero for tokens without company."""
        if self.train is None or len(self.train.ids) < 2:
            return np.zeros((self.train.vocabulary_size if self.train else 1, DIMENSIONS))
        return ppmi_svd(self.train.ids[:READ], self.train.vocabulary_size, dimensions=DIMENSIONS)
