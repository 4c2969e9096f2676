"""Text becomes numbers, and the first choice is made: which alphabet?

    encoding.py      the type: ids, and the vocabulary that reads them back
    alphabet.py      pieces with numbers; each distinct symbol is spelled once
    raw_bytes.py     256 letters for every text in the world
    characters.py    one number for each character
    pieces.py        where a text may be cut
    words.py         one number for each word; there is always one more
    bpe.py           bytes, and the pairs that the text merges most
    undo.py          a token taken apart again, and two cuts of one text compared
    wordpiece.py     somebody else's pieces, and the bill for what they lose
    alphabets.py     the door to all five
    prices.py        what a text costs in an alphabet, with and without the code-book
    coarse.py        maps that forget, and exactly how much
    zipf.py          how often tokens occur, and how new ones keep coming

Whatever the alphabet, the bytes of the original stay the same. So

    bits/byte = bits/token x tokens/byte

>>> encoding = encode("to be or not to be", "words")
>>> len(encoding.ids), encoding.decode()
(6, b'to be or not to be')
"""

from ladder.math.alphabet import Alphabet, Scheme
from ladder.math.alphabets import SCHEMES, encode, fit_alphabet
from ladder.math.bpe import BPEAlphabet, Merge, fit_bpe
from ladder.math.coarse import (
    COARSENINGS,
    ChainRule,
    Coarsening,
    Microstates,
    compose,
    entropy_lost,
    microstates,
    restoring_bits,
)
from ladder.math.encoding import N_BYTES, Encoding, Ids, bits_per_byte
from ladder.math.pieces import bare_words
from ladder.math.prices import (
    Bill,
    bill,
    codebook_bits,
    held_out_bits,
    learned_bits,
    smoothed_shares,
    uniform_bits,
    unigram_bits,
)
from ladder.math.wordpiece import LossyEncoding, Lost
from ladder.math.zipf import Heaps, Line, PowerLaw, fit_line, fit_power_law, hapax_share, heaps, ranked

__all__ = [
    "COARSENINGS",
    "N_BYTES",
    "SCHEMES",
    "Alphabet",
    "BPEAlphabet",
    "Bill",
    "ChainRule",
    "Coarsening",
    "Encoding",
    "Heaps",
    "Ids",
    "Line",
    "LossyEncoding",
    "Lost",
    "Merge",
    "Microstates",
    "PowerLaw",
    "Scheme",
    "bare_words",
    "bill",
    "bits_per_byte",
    "codebook_bits",
    "compose",
    "encode",
    "entropy_lost",
    "fit_alphabet",
    "fit_bpe",
    "fit_line",
    "fit_power_law",
    "hapax_share",
    "heaps",
    "held_out_bits",
    "learned_bits",
    "microstates",
    "ranked",
    "restoring_bits",
    "smoothed_shares",
    "uniform_bits",
    "unigram_bits",
]
