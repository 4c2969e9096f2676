"""Coarse-graining: many texts become one, and the entropy that goes is known exactly.

Let X be a character and f a map that forgets, such as "lower case". Then

    H(X) = H(f(X)) + H(X | f(X))                 the chain rule: f(X) is known once X is
    H(X | f(X)) = sum_y p(y) H(X | f(X) = y)     the bits that f throws away

Boltzmann counts instead. A text whose characters occur n_x times can be ordered in
W(X) = n! / prod n_x! ways (microstates); seen through f they fall into W(f(X)) groups
(macrostates), all of the same size Omega:

    ln W(X) = ln W(f(X)) + ln Omega              Omega = prod_y n_y! / prod_{x in y} n_x!
    ln Omega / n  ->  H(X | f(X)) ln 2           as the text grows: two roads, one loss

A map that drops a character sends it to the empty symbol. That symbol still tells *where*
something was dropped; in the text that is left even this is gone, another h(share dropped)
bits a character. And what is gone may be guessed again: a capital after a full stop is no
surprise. `restoring_bits` is what the original still costs for who sees the neighbours, coarse
as they are.

Reference: T. M. Cover and J. A. Thomas, "Elements of Information Theory", ch. 2.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ladder.lenses import entropy, log_multiplicity, nats_to_bits, relative_frequencies
from ladder.math.alphabet import number
from ladder.math.characters import code_points, distinct_points

DROPPED = ""
LARGEST_TABLE = 1 << 23


@dataclass(frozen=True)
class Coarsening:
    """A map of characters that forgets something."""

    key: str
    title: str
    of: Callable[[str], str]  # one character -> none, one or more

    def apply(self, text: str) -> str:
        """The text seen through the map, character by character."""
        return text.translate({ord(c): self.of(c) for c in set(text)})


def _lower(c: str) -> str:
    return c.lower()


def _without_accents(c: str) -> str:
    bare = (mark for mark in unicodedata.normalize("NFD", c) if unicodedata.category(mark) != "Mn")
    return unicodedata.normalize("NFC", "".join(bare))


def _digit_to_zero(c: str) -> str:
    return "0" if unicodedata.category(c) == "Nd" else c


def _without_punctuation(c: str) -> str:
    return DROPPED if unicodedata.category(c).startswith("P") else c


COARSENINGS = {
    f.key: f
    for f in (
        Coarsening("lower", "lower case", _lower),
        Coarsening("accents", "strip accents", _without_accents),
        Coarsening("digits", "digits to 0", _digit_to_zero),
        Coarsening("punctuation", "drop punctuation", _without_punctuation),
    )
}


def compose(coarsenings: Iterable[Coarsening]) -> Coarsening:
    """One map after the other; none of them is the map that forgets nothing."""
    chain = tuple(coarsenings)

    def through(c: str) -> str:
        for f in chain:
            c = "".join(map(f.of, c))
        return c

    title = ", then ".join(f.title for f in chain) or "nothing forgotten"
    return Coarsening("+".join(f.key for f in chain), title, through)


class ChainRule(NamedTuple):
    """H(X) = H(f(X)) + H(X | f(X)), each by its own route, in bits a character."""

    H_X: float
    H_fX: float
    H_X_given_fX: float
    H_place: float  # the part of H_fX that goes as well once dropped characters leave no gap


class Microstates(NamedTuple):
    """ln W(X) = ln W(f(X)) + ln Omega, in nats for the whole text."""

    ln_W_X: float
    ln_W_fX: float
    ln_Omega: float
    ln_preimages: float  # of all strings in the text's characters, however often each occurs


def entropy_lost(text: str, f: Coarsening) -> ChainRule:
    """What f keeps and what it throws away, in bits a character, by the shares in the text."""
    classes = _classes(text, f)
    n = sum(counts.sum() for counts in classes.values())
    n_y = np.array([counts.sum() for counts in classes.values()])
    within = [float(entropy(relative_frequencies(counts))) for counts in classes.values()]
    dropped = classes[DROPPED].sum() / n if DROPPED in classes else 0.0
    return ChainRule(
        H_X=float(entropy(relative_frequencies(np.concatenate(list(classes.values()))))),
        H_fX=float(entropy(relative_frequencies(n_y))),
        H_X_given_fX=float(np.dot(n_y / n, within)),
        H_place=float(entropy([dropped, 1 - dropped])),
    )


def microstates(text: str, f: Coarsening) -> Microstates:
    """How many orders of the text's characters there are, and how many look the same through f."""
    classes = _classes(text, f)
    n_y = [int(counts.sum()) for counts in classes.values()]
    sizes = [len(counts) for counts in classes.values()]
    return Microstates(
        ln_W_X=log_multiplicity(np.concatenate(list(classes.values()))),
        ln_W_fX=log_multiplicity(n_y),
        ln_Omega=sum(log_multiplicity(counts) for counts in classes.values()),
        ln_preimages=float(np.dot(n_y, np.log(sizes))),
    )


def restoring_bits(text: str, f: Coarsening, *, radius: int) -> float:
    """What it costs to write the text again for who holds f(text), in bits a character.

    Each character is foretold from its coarse self and `radius` coarse neighbours on either
    side (past the ends there is nothing, and that is a symbol too), by shares that are learned
    on the way with half a count for each character that f sends there (Krichevsky and Trofimov).
    So a window too wide to be learned from this text costs more, and never seems to know.
    """
    from scipy.special import gammaln  # not at the top: the first page need not wait for scipy

    if radius < 0:
        raise ValueError(f"radius must not be negative, but is {radius}")
    distinct, x = distinct_points(code_points(text))
    coarse, y_of = number(f.of(chr(c)) for c in distinct.tolist())
    y = y_of[x]
    beyond = np.full(radius, len(coarse))
    padded = np.concatenate([beyond, y, beyond])
    windows: NDArray[np.integer] = np.zeros(len(y), dtype=np.int64)
    for shift in range(2 * radius + 1):
        windows = _pair(windows, padded[shift : shift + len(y)])
    n_w, n_wx = np.bincount(windows), np.bincount(_pair(windows, x))
    choices = np.empty(len(n_w))
    choices[windows] = np.bincount(y_of)[y]
    nats = (gammaln(n_w + choices / 2) - gammaln(choices / 2)).sum() - (gammaln(n_wx + 0.5) - gammaln(0.5)).sum()
    return max(0.0, float(nats_to_bits(nats))) / len(x)


def _classes(text: str, f: Coarsening) -> dict[str, NDArray[np.int64]]:
    """For each coarse symbol y, how often the characters occur that f sends there."""
    if not text:
        raise ValueError("text must hold at least one character, but is empty")
    distinct, numbers = distinct_points(code_points(text))
    classes: dict[str, list[int]] = {}
    for c, n in zip(distinct.tolist(), np.bincount(numbers).tolist(), strict=True):
        classes.setdefault(f.of(chr(c)), []).append(n)
    return {y: np.array(counts) for y, counts in classes.items()}


def _pair(a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.integer]:
    """One number for each distinct pair (a, b): (n,), (n,) -> (n,), from 0 without gaps."""
    n_b = int(b.max()) + 1
    pairs = a.astype(np.int64) * n_b + b
    n_pairs = (int(a.max()) + 1) * n_b
    if n_pairs > LARGEST_TABLE:
        return np.unique(pairs, return_inverse=True)[1]
    number_of = np.zeros(n_pairs, dtype=np.int32)  # the same numbers without sorting, while a table has room
    number_of[pairs] = 1
    return (np.cumsum(number_of, dtype=np.int32) - 1)[pairs]
