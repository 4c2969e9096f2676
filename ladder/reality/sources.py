"""Sources whose entropy rate is known exactly: the truth that every estimate is held to.

    coin       independent tosses                  h = H(p)
    markov     the next letter hangs on the last   h = sum_i pi_i H(P_i),  pi P = pi
    monkey     independent words and a space       h = H(words) / E[letters + 1]
    random     every byte as likely as any other   h = 8
    periodic   the same for ever                   h = 0

h is in bits per byte: what the best compressor in the world needs in the long run, and no
compressor beats. Each source is drawn with a fixed seed, so that a link means one text.

Reference: G. A. Miller, "Some effects of intermittent silence" (1957), for the monkey.
"""

import zlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ladder.lenses.shannon import entropy
from ladder.lenses.simplex import Floats

Rng = np.random.Generator

LENGTH = 200_000  # bytes

HEADS = 0.9
LETTERS = b"abcd"
# Row i: what follows letter i. Each letter likes to stay, and c hardly ever meets a.
TRANSITIONS = np.array(
    [
        [0.70, 0.20, 0.05, 0.05],
        [0.10, 0.60, 0.20, 0.10],
        [0.01, 0.19, 0.50, 0.30],
        [0.30, 0.10, 0.10, 0.50],
    ]
)
N_WORDS = 500
PERIOD = b"abc"


class Source(NamedTuple):
    """Something that writes, and what its writing is worth."""

    key: str
    write: Callable[[int, Rng], bytes]  # (bytes wanted, rng) -> about as many bytes
    entropy_rate: float  # bits/byte, exact


def coin(n: int, rng: Rng) -> bytes:
    """n tosses of a coin that shows `a` nine times out of ten and else `b`."""
    return bytes(np.where(rng.random(n) < HEADS, ord("a"), ord("b")).astype(np.uint8))


def markov(n: int, rng: Rng) -> bytes:
    """n letters of a chain over a, b, c, d that begins in its stationary distribution."""
    thresholds = TRANSITIONS.cumsum(axis=1)[:, :-1].tolist()
    state = int(rng.choice(len(LETTERS), p=stationary_distribution(TRANSITIONS)))
    letters = bytearray()
    for u in rng.random(n).tolist():
        letters.append(LETTERS[state])
        state = sum(u >= threshold for threshold in thresholds[state])
    return bytes(letters)


def monkey(n: int, rng: Rng) -> bytes:
    """Words of Zipf's frequencies, drawn independently, with a space behind each: about n bytes."""
    words, p = vocabulary(), zipf(N_WORDS)
    lengths = np.array([len(word) + 1 for word in words])
    drawn = rng.choice(N_WORDS, size=int(n / (p @ lengths)), p=p)
    return b" ".join([words[i] for i in drawn]) + b" "


def uniform(n: int, rng: Rng) -> bytes:
    """n bytes, every one of the 256 as likely as any other."""
    return rng.bytes(n)


def periodic(n: int, rng: Rng) -> bytes:
    """abcabcabc…, n bytes of it; chance has no part in it."""
    return (PERIOD * (n // len(PERIOD) + 1))[:n]


def stationary_distribution(P: Floats) -> Floats:
    """The pi with pi P = pi of an irreducible chain: (S, S) -> (S,)."""
    n_states = len(P)
    # pi (P - I) = 0 leaves one equation too few; sum pi = 1 takes its place.
    equations = np.vstack([(P.T - np.eye(n_states))[:-1], np.ones(n_states)])
    return np.linalg.solve(equations, np.eye(n_states)[-1])


def zipf(n_words: int) -> Floats:
    """p_r proportional to 1/r for the ranks r = 1 ... n_words: (n_words,)."""
    weights = 1 / np.arange(1, n_words + 1)
    return weights / weights.sum()


def vocabulary() -> list[bytes]:
    """The monkey's distinct words, short ones first: 2 to 6 letters, the same on every machine."""
    rng = np.random.default_rng(zlib.crc32(b"vocabulary"))
    words: dict[bytes, None] = {}
    while len(words) < N_WORDS:
        letters = rng.integers(ord("a"), ord("z") + 1, size=2 + 5 * len(words) // N_WORDS)
        words[bytes(letters.astype(np.uint8))] = None
    return list(words)


def _markov_rate() -> float:
    return float(stationary_distribution(TRANSITIONS) @ entropy(TRANSITIONS))


def _monkey_rate() -> float:
    p = zipf(N_WORDS)
    # No word holds a space, so the bytes tell the words and the words tell the bytes.
    return float(entropy(p) / (p @ [len(word) + 1 for word in vocabulary()]))


SOURCES = {
    source.key: source
    for source in (
        Source("coin", coin, float(entropy([HEADS, 1 - HEADS]))),
        Source("markov", markov, _markov_rate()),
        Source("monkey", monkey, _monkey_rate()),
        Source("random", uniform, 8.0),
        Source("periodic", periodic, 0.0),
    )
}


def draw(key: str, *, n: int = LENGTH, seed: int = 1) -> bytes:
    """About n bytes of a source."""
    return SOURCES[key].write(n, np.random.default_rng(seed))
