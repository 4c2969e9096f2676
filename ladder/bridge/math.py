"""Identities of Math: another alphabet, the same information.

H(X)       = H(f(X)) + H(X | f(X))               the chain rule, for every map that forgets
ln Omega   = n H(X | f(X)) ln 2 - gap            the microstates of one macrostate count the same loss
bits/byte  = bits/token x tokens/byte            the price does not know the alphabet
I(f(X); f(Y)) <= I(X; Y)                         no map adds information about the neighbour
"""

import unicodedata
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, absent, amount, close, tex
from ladder.bridge.reality import stirling_gap
from ladder.lenses import entropy, relative_frequencies
from ladder.lenses.shannon import NATS_PER_BIT
from ladder.math import COARSENINGS, Coarsening, compose, entropy_lost, microstates
from ladder.math.characters import code_points, distinct_points
from ladder.rungs import MATH


def _kind(c: str) -> str:
    return unicodedata.category(c)[0]


KIND = Coarsening("kind", "keep only the kind: letter, mark, number, space", _kind)
MAPS = (*COARSENINGS.values(), KIND)


def chain_rule(f: Coarsening) -> Callable[[Context], Identity]:
    """The chain rule for one map."""

    def identity(context: Context) -> Identity:
        key, name = f"chain-{f.key}", f"Chain rule, {f.title.partition(':')[0]}"
        if not context.corpus.text:
            return absent(key, name, MATH, "There is no text.")
        loss = entropy_lost(context.corpus.text, f)
        if loss.H_X_given_fX <= 1e-9:
            return absent(key, name, MATH, f"“{f.title}” merges no two characters of this text: nothing is forgotten.")
        _, x = distinct_points(code_points(context.corpus.text))
        n_x = np.bincount(x).astype(np.float64)
        H_X = float(np.log(n_x.sum()) - n_x @ np.log(n_x) / n_x.sum()) / NATS_PER_BIT
        return Identity(
            key, name, MATH, H_X, loss.H_fX + loss.H_X_given_fX, "bits/character",
            rf"«H»(X) = «L» \qquad {amount(loss.H_fX)} + {amount(loss.H_X_given_fX)} = «R»",
            close(H_X),
            "exact; rounding",
            broken="what is forgotten is not counted",
            broken_shannon=loss.H_fX,
        )  # fmt: skip

    return identity


def macrostates(context: Context) -> Identity:
    """Boltzmann's count of what the maps forget against Shannon's price of it."""
    key, name = "macrostates", "Microstates in a macrostate"
    text = context.corpus.text
    loss = entropy_lost(text, KIND)
    if loss.H_X_given_fX <= 1e-9:
        return absent(key, name, MATH, "No two characters of this text are of one kind: each macrostate is one state.")
    n, states = len(text), microstates(text, KIND)
    gaps = [stirling_gap(counts) for counts in _counts_by_class(text)]
    gap, error = sum(g for g, _ in gaps), sum(e for _, e in gaps)
    left, right = states.ln_Omega / n, loss.H_X_given_fX * NATS_PER_BIT - gap / n
    return Identity(
        key, name, MATH, left, right, "nats/character",
        rf"\tfrac{{1}}{{{n}}} «log» \Omega = «L» \qquad «H»(X \mid f(X)) - \tfrac{{\text{{gap}}}}{{n}} = "
        rf"{amount(loss.H_X_given_fX * NATS_PER_BIT)} - \tfrac{{{amount(gap)}}}{{{n}}} = «R»",
        error / n + close(left),
        "the next term of Stirling's series in each class, and rounding",
        broken="the characters may occur any number of times, not as often as they do",
        broken_boltzmann=states.ln_preimages / n,
    )  # fmt: skip


def price_of_a_byte(context: Context) -> Identity:
    """Every byte's share of its token's surprise, against the product of two averages."""
    key, name = "alphabets", "Bits per byte in any alphabet"
    if context.model is None or context.held_out is None:
        return absent(key, name, MATH, "The text is too short to be cut in two and priced.")
    bits = context.model.surprisals(context.held_out.ids)
    sizes = np.array([len(piece) for piece in context.held_out.vocabulary])[context.held_out.ids]
    left = float(np.repeat(bits / sizes, sizes).mean())
    per_token, density = float(bits.mean()), context.held_out.tokens_per_byte
    if (sizes == 1).all():
        return absent(key, name, MATH, "Each token is one byte here. Choose an alphabet of longer pieces at the left.")
    return Identity(
        key, name, MATH, left, per_token * density, "bits/byte",
        rf"\langle -\tfrac{{1}}{{|x|}}«log» q \rangle_{{\text{{bytes}}}} = «L» \qquad "
        rf"{amount(per_token)} \times {tex(density)} = «R»",
        close(left),
        "exact; rounding of a sum over the text",
        broken="tokens per byte turned upside down",
        broken_shannon=per_token / density,
    )  # fmt: skip


def data_processing(context: Context) -> Identity:
    """What a character tells about the next, along a chain of maps: the step where it rises most."""
    key, name = "processing", "Data-processing inequality"
    text = context.corpus.text
    if len(text) < 2:
        return absent(key, name, MATH, "A single character has no neighbour.")
    chain = [told(text, compose(MAPS[:steps])) for steps in range(len(MAPS) + 1)]
    if chain[0] - chain[-1] <= 1e-9:
        return absent(key, name, MATH, "No map of the chain loses anything about the neighbour here: all are equal.")
    rises = [after - before for before, after in pairwise(chain)]
    worst = int(np.argmax(rises))
    falls = r" \ge ".join(amount(bits, 4) for bits in chain[:3]) + r" \qquad \ge "
    falls += r" \ge ".join(amount(bits, 4) for bits in chain[3:])
    return Identity(
        key, name, MATH, chain[worst + 1], chain[worst], "bits",
        rf"{falls} \qquad \text{{nearest to a rise: }} «L» \le «R»",
        close(chain[0]),
        "a bound: the left side may be smaller by any amount, and larger only by rounding",
        lowest=-np.inf,
        broken="the chain is read backwards, as if forgetting taught something",
        broken_boltzmann=chain[0],
        broken_shannon=chain[-1],
    )  # fmt: skip


def told(text: str, f: Coarsening) -> float:
    """I(f(X); f(Y)) in bits for neighbouring characters X, Y of a text, by their shares."""
    y = _symbols(text, f)
    pairs = y[:-1] * (int(y.max()) + 1) + y[1:]
    H_pair = float(entropy(relative_frequencies(np.unique(pairs, return_counts=True)[1])))
    H_x, H_y = (float(entropy(relative_frequencies(np.bincount(part)))) for part in (y[:-1], y[1:]))
    return H_x + H_y - H_pair


def _symbols(text: str, f: Coarsening) -> NDArray[np.int64]:
    """Each character's coarse self as a number: (n,)."""
    distinct, x = distinct_points(code_points(text))
    numbers: dict[str, int] = {}
    coarse = [numbers.setdefault(f.apply(chr(c)), len(numbers)) for c in distinct.tolist()]
    return np.array(coarse, dtype=np.int64)[x]


def _counts_by_class(text: str) -> list[NDArray[np.int64]]:
    distinct, x = distinct_points(code_points(text))
    counts = np.bincount(x)
    kinds = np.array([KIND.of(chr(c)) for c in distinct.tolist()])
    return [counts[kinds == kind] for kind in np.unique(kinds)]


OF_MATH = (*map(chain_rule, MAPS), macrostates, price_of_a_byte, data_processing)
