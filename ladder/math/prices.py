"""What a text costs in an alphabet, when no token knows its neighbours.

For a text of n tokens in which token i occurs n_i times, V pieces in all, in bits:

    uniform     n log2 V                               every token is as likely as any other
    unigram     n H(p) = -sum n_i log2 (n_i / n)       the shares are known beforehand, for nothing
    learned     -log2 of prod_t (n_i(t) + 1/2) / (t + V/2)     they are learned while reading
    held out    -sum m_i log2 q_i,  q_i = (n_i + 1/2) / (n + V/2)   learned on another text

The halves are Krichevsky and Trofimov's: no token is impossible, and the learner pays
little more than half a log2 n for each share that it has to learn.

A code-book must be handed over too, or the alphabet cheats: a single piece that is the
whole text would make every text cost nothing. Ours is plain, to be beaten by who likes:

    bpe         each merge names its two parts among the pieces so far: 2 log2 (pieces so far)
    others      each piece beyond the bytes: its bytes and an end mark, log2 257 bits each

and the number of pieces in front, in Elias' gamma code.

References: R. E. Krichevsky and V. K. Trofimov (1981); J. Rissanen, "Modeling by shortest
data description" (1978).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ladder.lenses import entropy, nats_to_bits, relative_frequencies, surprisal
from ladder.math.alphabet import SINGLE_BYTES, Alphabet
from ladder.math.bpe import BPEAlphabet
from ladder.math.encoding import N_BYTES, Encoding
from ladder.math.wordpiece import LossyEncoding


class Bill(NamedTuple):
    """All that one text costs in one alphabet that was learned from it, in bits."""

    scheme: str
    V: int
    n_tokens: int
    n_bytes: int
    uniform: float
    unigram: float
    learned: float
    lost: float  # what a lossy alphabet owes: the original's surfaces, given its tokens
    codebook: float

    @property
    def total(self) -> float:
        """The text from nothing: tokens whose shares are learned on the way, what they lost, and the code-book."""
        return self.learned + self.lost + self.codebook

    @property
    def tokens_per_byte(self) -> float:
        """How many tokens the text takes for each of its bytes."""
        return self.n_tokens / self.n_bytes


def bill(alphabet: Alphabet, encoding: Encoding) -> Bill:
    """The price of a text in an alphabet, part by part."""
    return Bill(
        scheme=encoding.scheme,
        V=encoding.vocabulary_size,
        n_tokens=len(encoding.ids),
        n_bytes=encoding.n_bytes,
        uniform=uniform_bits(encoding),
        unigram=unigram_bits(encoding),
        learned=learned_bits(encoding),
        lost=encoding.lost_bits if isinstance(encoding, LossyEncoding) else 0.0,
        codebook=codebook_bits(alphabet),
    )


def uniform_bits(encoding: Encoding) -> float:
    """n log2 V: the price when all pieces are equally likely."""
    return len(encoding.ids) * float(np.log2(encoding.vocabulary_size))


def unigram_bits(encoding: Encoding) -> float:
    """n H(p): the price when the shares of the pieces in this very text are known for nothing."""
    if len(encoding.ids) == 0:
        return 0.0
    return len(encoding.ids) * float(entropy(relative_frequencies(encoding.counts)))


def learned_bits(encoding: Encoding) -> float:
    """The price when the shares are learned while reading, from no knowledge at all."""
    from scipy.special import gammaln  # not at the top: the first page need not wait for scipy

    n_i, V = encoding.counts, encoding.vocabulary_size
    nats = gammaln(n_i.sum() + V / 2) - gammaln(V / 2) - (gammaln(n_i + 0.5) - gammaln(0.5)).sum()
    return max(0.0, float(nats_to_bits(nats)))


def held_out_bits(train: Encoding, held_out: Encoding) -> float:
    """The price of one text under the shares learned from another in the same alphabet."""
    if train.vocabulary_size != held_out.vocabulary_size:
        sizes = f"{train.vocabulary_size} and {held_out.vocabulary_size}"
        raise ValueError(f"both must have one vocabulary, but they have {sizes} pieces")
    return float(np.dot(held_out.counts, surprisal(smoothed_shares(train.counts))))


def smoothed_shares(counts: NDArray[np.integer]) -> NDArray[np.float64]:
    """q_i = (n_i + 1/2) / (n + V/2): (V,) -> (V,)."""
    return relative_frequencies(counts + 0.5)


def codebook_bits(alphabet: Alphabet) -> float:
    """What it costs to hand the alphabet over, in the plain way of this module."""
    learned = alphabet.vocabulary[N_BYTES:] if alphabet.vocabulary[:N_BYTES] == SINGLE_BYTES else alphabet.vocabulary
    if isinstance(alphabet, BPEAlphabet):
        pieces_so_far = np.array([merge.new for merge in alphabet.merges], dtype=np.float64)
        return _elias_gamma_bits(len(alphabet.merges) + 1) + float(2 * np.log2(pieces_so_far).sum())
    symbols = sum(len(piece) + 1 for piece in learned)
    return _elias_gamma_bits(len(learned) + 1) + symbols * float(np.log2(N_BYTES + 1))


def _elias_gamma_bits(n: int) -> int:
    """The bits of a positive whole number in Elias' gamma code."""
    return 2 * n.bit_length() - 1
