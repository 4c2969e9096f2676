"""What people's guesses say of a text: the pool of this server, and the price that follows from it."""

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from ladder.reality import Corpus, to_bytes
from ladder.ui.cache import shared, split_of
from ladder.ui.shelf import shelf

if TYPE_CHECKING:
    from ladder.probability import GuessBounds

# Fewer guesses put the upper bound too low, by some (ranks - 1) / 2n nats, and anywhere by chance.
ENOUGH = 100


class Readers(NamedTuple):
    """All guesses for a text."""

    n: int
    counts: tuple[int, ...]  # right at guess 1, 2, ...
    bounds: "GuessBounds"  # bits a letter
    letters_per_byte: float


@shared(max_entries=64)
def guessed_text(corpus: Corpus) -> str:
    """The name under which guesses are pooled: the SHA-256 of the held-out part. ValueError where there is none."""
    return hashlib.sha256(to_bytes(split_of(corpus).held_out)).hexdigest()


def readers_of(corpus: Corpus) -> Readers | None:
    """The pooled guesses for a corpus; None where there are none."""
    try:
        counts = shelf().guesses.counts(guessed_text(corpus))
    except ValueError:  # a text of one piece: there is nothing to guess
        return None
    if not len(counts):
        return None
    from ladder.probability import shannon_bounds  # the first paint need not wait for it

    held_out = split_of(corpus).held_out
    per_byte = len(held_out) / len(to_bytes(held_out))
    return Readers(int(counts.sum()), tuple(counts.tolist()), shannon_bounds(counts), per_byte)


def price_of_readers(corpus: Corpus) -> float | None:
    """Shannon's upper bound in bits for a byte of the held-out part; None before there are enough guesses."""
    readers = readers_of(corpus)
    if readers is None or readers.n < ENOUGH:
        return None
    return readers.bounds.upper * readers.letters_per_byte
