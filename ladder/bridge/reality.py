"""Identities of Reality: bytes are counted, and counting is pricing.

ln n!/prod n_i!  =  n H ln 2 - gap                     Stirling: orders of the bytes, and their price
gap              =  1/2 sum ln(2 pi n_i) - 1/2 ln(2 pi n) + sum 1/(12 n_i) - 1/(12 n)
H <= L < H + 1                                         Huffman's code of length L
sum 2^-l_i       =  1                                  Kraft: a full code is a distribution
price            =  H(p) + KL(p||q)                    the shares of one part on the other
Q                =  k T ln 2 x bits  =  T S            Landauer: the heat of forgetting the file
"""

import heapq

import numpy as np
from numpy.typing import ArrayLike

from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, absent, amount, close, tex
from ladder.lenses import entropy, kl_divergence, log_multiplicity, relative_frequencies, surprisal
from ladder.lenses.shannon import NATS_PER_BIT
from ladder.math.prices import smoothed_shares
from ladder.rungs import REALITY

BOLTZMANN_CONSTANT = 1.380649e-23  # joules per kelvin, exact since 2019
ROOM = 300.0  # kelvin


def multiplicity(context: Context) -> Identity:
    """The orders of the text's bytes, counted, against their price."""
    key, name = "multiplicity", "Multiplicity and entropy"
    n_i = context.byte_counts
    if len(n_i) < 2:
        return absent(key, name, REALITY, "One repeated byte can stand in one order only: ln Ω = H = 0.")
    n = int(n_i.sum())
    H = float(entropy(relative_frequencies(n_i)))
    gap, error = stirling_gap(n_i)
    left, right = log_multiplicity(n_i) / n, H * NATS_PER_BIT - gap / n
    return Identity(
        key, name, REALITY, left, right, "nats/byte",
        rf"\tfrac{{1}}{{{n}}} «log» \tfrac{{{n}!}}{{\prod n_i!}} = «L» \qquad "
        rf"«H» - \tfrac{{\text{{gap}}}}{{n}} = {amount(H * NATS_PER_BIT)} - \tfrac{{{amount(gap)}}}{{{n}}} = «R»",
        error / n + close(left),
        "the next term of Stirling's series, sum of 1/(360 nᵢ³), and rounding",
        broken="bits are taken for nats",
        broken_shannon=H - gap / n,
    )  # fmt: skip


def huffman(context: Context) -> Identity:
    """Huffman's code against the entropy."""
    key, name = "huffman", "Huffman's code and entropy"
    n_i = context.byte_counts
    if len(n_i) < 2:
        return absent(key, name, REALITY, "One repeated byte needs no code words.")
    p = relative_frequencies(n_i)
    L, H = float(p @ huffman_lengths(n_i)), float(entropy(p))
    return Identity(
        key, name, REALITY, L, H, "bits/byte",
        rf"«H» \le L < «H» + {amount(1.0, 4)}: \qquad L = «L» \qquad «H» = «R»",
        1.0,
        "no tolerance but the theorem's own: L exceeds H by less than one bit, and is never below it",
        lowest=-close(H),
        broken="each code word has lost its last bit, so that words can no longer be told apart",
        broken_boltzmann=L - 1,
    )  # fmt: skip


def kraft(context: Context) -> Identity:
    """The lengths of a full code as a distribution."""
    key, name = "kraft", "Kraft's sum"
    n_i = context.byte_counts
    if len(n_i) < 2:
        return absent(key, name, REALITY, "One repeated byte needs no code words.")
    lengths = huffman_lengths(n_i)
    total = float((0.5**lengths).sum())
    return Identity(
        key, name, REALITY, total, 1.0, "",
        rf"\sum_{{i=1}}^{{{len(lengths)}}} 2^{{-\ell_i}} = «L» \qquad \textstyle\sum_i q_i = «R»",
        1e-12,
        "powers of two add up without rounding",
        broken="each code word has lost its last bit",
        broken_boltzmann=2 * total,
    )  # fmt: skip


def plug_in_and_held_out(context: Context) -> Identity:
    """What the held-out part costs under the shares of the rest, walking through it and from its shares."""
    key, name = "held-out", "Held-out price and plug-in entropy"
    if context.train is None or context.held_out is None:
        return absent(key, name, REALITY, "The text is too short to be cut in two.")
    q = smoothed_shares(context.train.counts)
    p = relative_frequencies(context.held_out.counts)
    left = float(surprisal(q)[context.held_out.ids].mean())
    H, KL = float(entropy(p)), float(kl_divergence(p, q))
    return Identity(
        key, name, REALITY, left, H + KL, "bits/token",
        rf"-\tfrac1{{{len(context.held_out.ids)}}}\sum_t «log» q(x_t) = «L» \qquad "
        rf"{amount(H)} + {amount(KL)} = «R»",
        close(left),
        "exact; rounding of a sum over the text",
        broken="the plug-in entropy alone, as if the shares had been known",
        broken_shannon=H,
    )  # fmt: skip


def landauer(context: Context) -> Identity:
    """The least heat for erasing the file, from its microstates and from its bits."""
    key, name = "landauer", "Landauer's heat"
    n_i = context.byte_counts
    if len(n_i) < 2:
        return absent(key, name, REALITY, "One repeated byte holds no information to erase.")
    n = int(n_i.sum())
    kT = BOLTZMANN_CONSTANT * ROOM
    bits = n * float(entropy(relative_frequencies(n_i)))
    S = n * np.log(n) - float(n_i @ np.log(n_i))  # nats, without any share
    return Identity(
        key, name, REALITY, kT * S * 1e15, kT * NATS_PER_BIT * bits * 1e15, "fJ",
        rf"T\,\Delta S = {ROOM:g}\,k \times {tex(S)} = «L»\ \text{{fJ}} \qquad "
        rf"k\,T \ln 2 \times {tex(bits)}\ \text{{bits}} = «R»\ \text{{fJ}}",
        1e-9 * kT * S * 1e15,
        "one part in 10⁹: rounding of sums over the bytes",
        broken="the factor ln 2 is left out",
        broken_shannon=kT * bits * 1e15,
    )  # fmt: skip


def stirling_gap(counts: ArrayLike) -> tuple[float, float]:
    """n H ln 2 - ln Omega by Stirling's series, and the most that the rest of the series can be, in nats."""
    n_i = np.asarray(counts, dtype=np.float64)
    n_i = n_i[n_i > 0]
    n = n_i.sum()
    gap = 0.5 * np.log(2 * np.pi * n_i).sum() - 0.5 * np.log(2 * np.pi * n) + (1 / (12 * n_i)).sum() - 1 / (12 * n)
    return float(gap), float((n_i**-3.0).sum() + n**-3.0) / 360


def huffman_lengths(counts: ArrayLike) -> np.ndarray:
    """The lengths of Huffman's code words in bits, by merging the two rarest again and again: (V,) -> (V,)."""
    n_i = np.asarray(counts)
    lengths = np.zeros(len(n_i))
    heap = [(int(n), i, [i]) for i, n in enumerate(n_i)]
    heapq.heapify(heap)
    while len(heap) > 1:
        a, b = heapq.heappop(heap), heapq.heappop(heap)
        members = a[2] + b[2]
        lengths[members] += 1
        heapq.heappush(heap, (a[0] + b[0], min(a[1], b[1]), members))
    return lengths


OF_REALITY = (multiplicity, huffman, kraft, plug_in_and_held_out, landauer)
