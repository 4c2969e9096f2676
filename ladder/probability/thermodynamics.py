"""A next-token distribution as a body at temperature T.

Read a model's q as energies, E_i = -ln q_i in nats (k = 1). Sampling at temperature T is
then the Gibbs distribution of that body, p_i = exp(-E_i / T) / Z, and it has

    Z = sum exp(-E / T)             partition function
    F = -T ln Z                     free energy
    U = sum p E                     mean energy
    S = -sum p ln p                 entropy: F = U - T S,  S = -dF/dT
    C = Var(E) / T^2                heat capacity: C = dU/dT = T dS/dT

At T = 1 the body is the model itself: Z = 1, F = 0, U = S. As T -> 0 all is in the ground
state, the likeliest token; as T -> infinity all tokens are alike and S -> ln V. Where C is
large, a small turn of the knob changes the text most.

Reference: J. W. Gibbs, "Elementary Principles in Statistical Mechanics" (1902).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.boltzmann import log_partition
from ladder.lenses.simplex import Floats, log_softmax

# Fourth-order differences at this share of T: truncation and rounding errors are about equal.
STEP = 1e-3


class Thermodynamics(NamedTuple):
    """A body at one temperature, or at each of m: every field is (m,) then."""

    T: Floats
    log_Z: Floats
    Z: Floats  # may be inf where exp overflows; log_Z never is
    F: Floats
    U: Floats
    S: Floats
    C: Floats


class Slopes(NamedTuple):
    """Derivatives by finite differences: the second route to S and C."""

    dF_dT: Floats  # = -S
    dU_dT: Floats  # = C
    T_dS_dT: Floats  # = C


def energies(logits: ArrayLike) -> Floats:
    """E = -ln q in nats for q = softmax(logits): (V,) -> (V,); infinite for what is ruled out."""
    return -log_softmax(logits) + 0.0  # + 0.0 turns -0 into 0


def thermodynamics(energies: ArrayLike, *, T: ArrayLike) -> Thermodynamics:
    """Z, F, U, S and C of energies (V,) in nats, at one T or at each of T (m,)."""
    temperatures = np.asarray(T, dtype=np.float64)
    if temperatures.ndim > 1 or temperatures.size == 0:
        raise ValueError(f"T must be a number or a row of them, but has shape {temperatures.shape}")
    E = np.asarray(energies, dtype=np.float64)
    if E.ndim != 1:
        raise ValueError(f"energies must be one row (V,), but have {E.ndim} axes")
    states = [_at(E, float(t)) for t in temperatures.ravel()]
    columns = [np.array(column).reshape(temperatures.shape)[()] for column in zip(*states, strict=True)]
    return Thermodynamics(*columns)


def slopes(energies: ArrayLike, *, T: ArrayLike) -> Slopes:
    """dF/dT, dU/dT and T dS/dT by fourth-order finite differences, at one T or at each of T (m,)."""
    temperatures = np.asarray(T, dtype=np.float64)
    h = STEP * temperatures
    far_below, below, above, far_above = (
        thermodynamics(energies, T=temperatures + step * h) for step in (-2, -1, 1, 2)
    )

    def slope(name: str) -> Floats:
        outer = getattr(far_below, name) - getattr(far_above, name)
        return (outer + 8 * (getattr(above, name) - getattr(below, name))) / (12 * h)

    return Slopes(slope("F"), slope("U"), temperatures * slope("S"))


def _at(E: Floats, T: float) -> tuple[float, ...]:
    """T, ln Z, Z, F, U, S and C at one temperature."""
    log_Z = float(log_partition(E, T=T))
    possible = np.isfinite(E)
    E = E[possible]
    log_p = -E / T - log_Z
    p = np.exp(log_p)
    U = float(p @ E)
    with np.errstate(over="ignore"):
        Z = float(np.exp(log_Z))
    # The variance around U, not <E^2> - U^2, which would lose all digits for small spreads.
    return (T, log_Z, Z, -T * log_Z, U, float(-(p @ log_p)), float(p @ (E - U) ** 2) / T**2)
