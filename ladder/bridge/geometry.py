"""Identities of Geometry: room is entropy, and attention is a body at a temperature.

1/2 ln det(2 pi e Sigma)  =  -<ln N(x; mu, Sigma)>       the volume of the cloud, and a point's price
S(row)                    =  ln Z + <E> / T              attention's row: E = -score
softmax(QK'/sqrt d)       =  Gibbs at T = sqrt d         the scale is a temperature
2^(H - k s) P(A) <= |A| <= 2^(H + k s)                   the typical set, counted
"""

import numpy as np

from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, absent, amount, close
from ladder.geometry import attend
from ladder.geometry.attention import products
from ladder.geometry.volume import shape_of
from ladder.lenses import entropy, gibbs, log_partition, relative_frequencies, surprisal
from ladder.lenses.shannon import NATS_PER_BIT
from ladder.lenses.simplex import Floats
from ladder.rungs import GEOMETRY

FLAT = 1e-6  # directions with a smaller share of the largest variance hold rounding errors
LOOKS = 64  # tokens that attend to each other
BLOCK = 4  # bytes
NO_CLOUD = "Too few tokens of this text keep company beyond chance to make a cloud."


def volume(context: Context) -> Identity:
    """The log-volume of the cloud of tokens against the mean price of its points under its Gaussian."""
    key, name = "volume", "Log-volume and Gaussian entropy"
    x = _cloud(context)
    if x is None:
        return absent(key, name, GEOMETRY, NO_CLOUD)
    n, d = x.shape
    left = shape_of(x, ridge=0.0).log_volume
    centred = x - x.mean(axis=0)
    factor = np.linalg.cholesky(centred.T @ centred / n)
    squared = (np.linalg.solve(factor, centred.T) ** 2).sum(axis=0)  # Mahalanobis: (n,)
    log_det = 2 * float(np.log(np.diag(factor)).sum())
    priced = float((squared.mean() + log_det) / 2)
    right = priced + d / 2 * float(np.log(2 * np.pi))
    return Identity(
        key, name, GEOMETRY, left, right, "nats",
        rf"\tfrac12 «log»\det(2\pi e \Sigma_{{{d} \times {d}}}) = «L» \qquad "
        rf"-\tfrac1{{{n}}}\sum_i «log» N(x_i) = «R»",
        close(left, right, relative=1e-7),
        "eigenvalues against a Cholesky factor of a cloud whose variances span up to six powers of ten",
        broken="the density without its normaliser (2π)^(d/2)",
        broken_shannon=priced,
    )  # fmt: skip


def attention_row(context: Context) -> Identity:
    """The entropy of attention's rows, from their partition function and from their weights."""
    key, name = "attention", "A row of attention as a body"
    x = _words(context)
    if x is None:
        return absent(key, name, GEOMETRY, NO_CLOUD)
    seen = attend(x, x, x)
    E = -seen.scores
    log_Z = log_partition(E, T=1.0)
    U = (seen.weights * E).sum(axis=-1)
    left = float((log_Z + U).mean())
    right = float(entropy(seen.weights).mean()) * NATS_PER_BIT
    return Identity(
        key, name, GEOMETRY, left, right, "nats/row",
        r"\langle «log» Z \rangle + \langle E \rangle = "
        rf"{amount(float(log_Z.mean()), 5)} + ({amount(float(U.mean()), 4)}) = «L» "
        r"\qquad \langle «H»(W_i) \rangle = «R»",
        close(left, float(log_Z.mean())),
        "exact; rounding",
        broken="ln Z, the normaliser, is left out",
        broken_boltzmann=float(U.mean()),
    )  # fmt: skip


def scale_as_temperature(context: Context) -> Identity:
    """Attention scaled by 1/sqrt d against Gibbs at T = sqrt d: the weight where they differ most."""
    key, name = "scale", "1/√d is a temperature"
    x = _words(context)
    if x is None:
        return absent(key, name, GEOMETRY, NO_CLOUD)
    d = x.shape[1]
    cold = attend(x, x, x).weights
    warm, wrong = (gibbs(-products(x, x), T=T) for T in (np.sqrt(d), 1 / np.sqrt(d)))
    at, at_wrong = (np.unravel_index(np.abs(body - cold).argmax(), cold.shape) for body in (warm, wrong))
    return Identity(
        key, name, GEOMETRY, float(warm[at]), float(cold[at]), "weight",
        rf"\tfrac1Z e^{{q \cdot k / T}},\ T {{=}} \sqrt{{{d}}}: «L» \qquad "
        rf"\text{{softmax}}(q \cdot k / \sqrt{{{d}}}): «R»",
        1e-12,
        "both are below one; rounding",
        broken="T = 1/√d, the inverse temperature taken for the temperature",
        broken_boltzmann=float(wrong[at_wrong]),
        broken_shannon=float(cold[at_wrong]),
    )  # fmt: skip


def typical_set(context: Context) -> Identity:
    """The number of typical blocks of four bytes, counted, against their entropy."""
    key, name = "typical", "The typical set"
    data = context.corpus.data
    if len(data) < 2 * BLOCK:
        return absent(key, name, GEOMETRY, f"A text of {len(data)} bytes has no two blocks of {BLOCK} bytes.")
    symbols = np.frombuffer(data[: len(data) // BLOCK * BLOCK], dtype=np.dtype(f"u{BLOCK}"))
    p = relative_frequencies(np.unique(symbols, return_counts=True)[1])
    bits = surprisal(p)
    H = float(p @ bits)
    width = float(np.sqrt(p @ (bits - H) ** 2))
    typical = np.abs(bits - H) <= width + 1e-9
    left, mass = float(np.log2(typical.sum())), float(p[typical].sum())
    return Identity(
        key, name, GEOMETRY, left, H, "bits/block",
        rf"«log» |A| = «log» {int(typical.sum())} = «L» \qquad «H»(X_1 \dots X_{BLOCK}) = «R» \pm {amount(width, 4)}",
        width + 1e-9,
        "the theorem's own: A holds the blocks within one standard deviation of H, so "
        f"log₂|A| may exceed H by that much, and fall short by that and by log₂ of their share, {mass:.3f}",
        lowest=float(np.log2(mass)) - width - 1e-9,
        broken="all blocks that could be, 256⁴, are counted as typical",
        broken_boltzmann=8.0 * BLOCK,
    )  # fmt: skip


def _cloud(context: Context) -> Floats | None:
    """The tokens' vectors in the directions that have room: (n, d); None where there is no cloud."""
    placed = context.vectors[context.vectors.any(axis=1)]
    if len(placed) < 3:
        return None
    centred = placed - placed.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(placed))
    wide = variances > FLAT * variances[-1]
    if variances[-1] <= 1e-12:
        return None
    return centred @ axes[:, wide]


def _words(context: Context) -> Floats | None:
    """The vectors of the first tokens of the text, each both query and key: (n, 8)."""
    if context.train is None:
        return None
    x = context.vectors[context.train.ids[:LOOKS]]
    return x if len(x) > 1 and np.ptp(products(x, x)) > 1e-9 else None


OF_GEOMETRY = (volume, attention_row, scale_as_temperature, typical_set)
