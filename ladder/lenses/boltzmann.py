"""Counting microstates, in nats (k = 1).

A macrostate says how often each symbol occurs, n_1 ... n_V; the microstates are the
orders in which they can stand:

    Omega = n! / (n_1! ... n_V!)      S = ln Omega

Per symbol and for long texts, ln Omega / n tends to -sum p ln p, Shannon's entropy in
nats: two roads to one number. An energy makes some outcomes likelier than others:

    Z = sum exp(-E/T)                 p = exp(-E/T) / Z

Reference: L. Boltzmann (1877); J. W. Gibbs, "Elementary Principles in Statistical
Mechanics" (1902).
"""

from math import lgamma

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.shannon import bits_to_nats, entropy
from ladder.lenses.simplex import Floats, log_softmax


def log_multiplicity(counts: ArrayLike) -> float:
    """ln Omega in nats: the log of the number of orders of symbols that occur `counts` (V,) times."""
    n_i = np.asarray(counts)
    if n_i.size == 0 or (n_i < 0).any() or (n_i != np.floor(n_i)).any():
        raise ValueError("counts must be whole numbers, none negative, and at least one of them")
    return lgamma(n_i.sum() + 1) - sum(lgamma(n + 1) for n in n_i.tolist())


def boltzmann_entropy(p: ArrayLike) -> Floats:
    """S(p) = -sum p ln p in nats: (..., V) -> (...)."""
    return bits_to_nats(entropy(p))


def log_partition(energies: ArrayLike, *, T: float) -> Floats:
    """ln Z = ln sum exp(-E/T): (..., V) -> (...). An infinite energy is a state ruled out."""
    scaled = _reduced(energies, T)
    top = scaled.max(axis=-1, keepdims=True)
    if np.isneginf(top).any():
        raise ValueError("energies must leave at least one state possible, but all are infinite")
    return top[..., 0] + np.log(np.exp(scaled - top).sum(axis=-1))


def gibbs(energies: ArrayLike, *, T: float) -> Floats:
    """p = exp(-E/T) / Z: (..., V) -> (..., V): softmax of -E/T under its older name."""
    return np.exp(log_softmax(_reduced(energies, T)))


def _reduced(energies: ArrayLike, T: float) -> Floats:
    """-E/T, after a check that T and E make sense."""
    E = np.asarray(energies, dtype=np.float64)
    if not (np.isfinite(T) and T > 0):
        raise ValueError(f"T must be a positive, finite temperature, but is {T}")
    if E.ndim == 0 or E.shape[-1] == 0:
        raise ValueError("energies must hold at least one state, but are empty")
    if np.isnan(E).any() or np.isneginf(E).any():
        raise ValueError("energies must not hold NaN or -infinity")
    return -E / T
