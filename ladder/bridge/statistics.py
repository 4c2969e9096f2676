"""Identities of Statistics: the nearest q, and what it costs not to be there.

<E>_p - F(q)          =  H(p) + KL(p||q)              E = -ln q: the price of believing q
d H(p, q) / d theta   =  q - p                        the only gradient there is
max S given <f>       =  max likelihood in exp(l f)   two problems, one answer
d ln Z / d l          =  <f>
d2 ln Z / d l2        =  Var f                        curvature = fluctuation = Fisher's information
KL(p||r)              =  KL(p||q*) + KL(q*||r)        Pythagoras at the m-projection q*
<E>_r - T S(r)        =  F + T KL(r||Gibbs)           so F is the least: the variational principle
"""

from typing import NamedTuple

import numpy as np

from ladder.bridge.context import Context
from ladder.bridge.exponential import largest_entropy, likeliest, log_Z
from ladder.bridge.identity import Identity, absent, amount, close, tex
from ladder.lenses import (
    boltzmann_entropy,
    entropy,
    gibbs,
    kl_divergence,
    log_partition,
    relative_frequencies,
    softmax,
)
from ladder.lenses.shannon import NATS_PER_BIT, nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax
from ladder.rungs import STATISTICS

SMALL = 1e-3  # the step of the finite differences
NO_MODEL = "The text is too short to be cut in two and fitted."
ALIKE = "All tokens of this text are alike in length, and its first bytes too: there is nothing to hold fixed."
SECOND_ORDER = "one road is a finite difference: its step and rounding leave about 10⁻⁸"


class Slope(NamedTuple):
    """A model on its way, and the direction in which its loss is differentiated."""

    p: Floats  # (V,) what the fitted model says
    theta: Floats  # (V,) logits in nats, half of the fitted ones
    v: Floats  # (V,)
    analytic: float  # (q - p) . v in nats


class Family(NamedTuple):
    """The tokens in use, the statistic held fixed, and the member that fits."""

    p: Floats  # (V,) the tokens' shares
    f: Floats  # (V,) 0 ... 1
    m: float  # <f>_p
    lam: float
    q: Floats  # (V,)
    what: str  # f in words


def cross_entropy_splits(context: Context) -> Identity:
    """Mean energy over p of the body whose Gibbs distribution is q, against H(p) + KL."""
    key, name = "cross-entropy", "Cross-entropy = entropy + KL"
    if context.logits is None or context.model is None:
        return absent(key, name, STATISTICS, NO_MODEL)
    p, log_q = softmax(context.logits), log_softmax(context.model.logits(np.array([], dtype=np.int32)))
    q = np.exp(log_q)
    left = float(nats_to_bits(-(p @ log_q)))
    H, KL = float(entropy(p)), float(kl_divergence(p, q))
    return Identity(
        key, name, STATISTICS, left, H + KL, "bits/token",
        rf"-\sum_i p_i «log» q_i = «L» \qquad {amount(H)} + {amount(KL)} = «R»",
        close(left),
        "exact; rounding",
        broken="p and q swapped in KL",
        broken_shannon=H + float(kl_divergence(q, p)),
    )  # fmt: skip


def gradient(context: Context) -> Identity:
    """The slope of the cross-entropy in one direction, as q - p and by finite differences."""
    key, name = "gradient", "The gradient is q − p"
    slope = slope_of(context)
    if slope is None:
        return absent(key, name, STATISTICS, NO_MODEL)
    p, theta, v, analytic = slope

    def loss(t: float) -> float:
        return -float(p @ log_softmax(theta + t * v))

    h = SMALL
    numeric = (loss(-2 * h) - 8 * loss(-h) + 8 * loss(h) - loss(2 * h)) / (12 * h)
    return Identity(
        key, name, STATISTICS, numeric, analytic, "nats",
        r"\tfrac{d}{dt} H(p, q_{\theta + t v}) = «L» \qquad «/ln2 in bits»(q - p) \cdot v = «R»",
        close(analytic, relative=1e-6),
        SECOND_ORDER,
        broken="the sign is wrong: p − q",
        broken_shannon=-analytic,
    )  # fmt: skip


def maximum_entropy(context: Context) -> Identity:
    """The largest entropy with the data's mean, against the best likelihood in the family."""
    key, name = "maxent", "MaxEnt = maximum likelihood"
    family = _family(context)
    if family is None:
        return absent(key, name, STATISTICS, ALIKE)
    left = float(boltzmann_entropy(_normal(largest_entropy(family.f, family.m))))
    likelihood = family.lam * family.m - log_Z(family.lam, family.f)  # mean over the text, nats per token
    return Identity(
        key, name, STATISTICS, left, -likelihood, "nats/token",
        rf"\max_{{\langle f \rangle = {tex(family.m, 4)}}} «H» = «L» \qquad "
        rf"-\max_\lambda \langle «log» q_\lambda \rangle_p = «R» \qquad f: \text{{{family.what}}}",
        close(likelihood, relative=1e-6),
        "one side is solved in the multipliers, the other in q itself, each to about 10⁻⁸",
        broken="the normaliser ln Z is left out of the likelihood",
        broken_shannon=-family.lam * family.m,
    )  # fmt: skip


def slope_is_mean(context: Context) -> Identity:
    """The slope of ln Z against the mean."""
    key, name = "slope", "∇ ln Z = mean"
    family = _family(context)
    if family is None:
        return absent(key, name, STATISTICS, ALIKE)
    lam, f, h = family.lam, family.f, SMALL
    at = {k: log_Z(lam + k * h, f) for k in (-2, -1, 1, 2)}
    left = (at[-2] - 8 * at[-1] + 8 * at[1] - at[2]) / (12 * h)
    unnormalised = float(np.exp(lam * f) @ f)
    return Identity(
        key, name, STATISTICS, left, float(family.q @ f), "",
        rf"\tfrac{{d \ln Z}}{{d\lambda}}\Big|_{{{tex(lam, 5)}}} = «L» \qquad \langle f \rangle_q = «R»",
        close(left, relative=1e-6),
        SECOND_ORDER,
        broken="the mean without its normaliser: Σ f exp(λf)",
        broken_shannon=unnormalised,
    )  # fmt: skip


def curvature_is_variance(context: Context) -> Identity:
    """The curvature of ln Z against the variance."""
    key, name = "curvature", "Hessian = covariance = Fisher"
    family = _family(context)
    if family is None:
        return absent(key, name, STATISTICS, ALIKE)
    lam, f, q, h = family.lam, family.f, family.q, 1e-2
    at = {k: log_Z(lam + k * h, f) for k in (-2, -1, 0, 1, 2)}
    left = (-at[-2] + 16 * at[-1] - 30 * at[0] + 16 * at[1] - at[2]) / (12 * h**2)
    mean = float(q @ f)
    right = float(q @ (f - mean) ** 2)
    return Identity(
        key, name, STATISTICS, left, right, "",
        r"\tfrac{d^2 \ln Z}{d\lambda^2} = «L» \qquad \langle (f - \langle f \rangle)^2 \rangle_q = «R»",
        close(right, relative=1e-6) * 1e-2,
        "a second difference with step 10⁻²: rounding leaves about 10⁻¹¹, the step about 10⁻⁹",
        broken="the mean is not taken off: ⟨f²⟩",
        broken_shannon=float(q @ f**2),
    )  # fmt: skip


def pythagoras(context: Context) -> Identity:
    """A right angle between data, the nearest member of the family, and any other member."""
    key, name = "pythagoras", "Pythagoras for KL"
    family = _family(context)
    if family is None:
        return absent(key, name, STATISTICS, ALIKE)
    p, q, r = family.p, family.q, softmax((family.lam + 2.0) * family.f)
    left = float(kl_divergence(p, r))
    a, b = float(kl_divergence(p, q)), float(kl_divergence(q, r))
    return Identity(
        key, name, STATISTICS, left, a + b, "bits/token",
        rf"D(p \| r) = «L» \qquad D(p \| q^*) + D(q^* \| r) = {amount(a)} + {amount(b)} = «R»",
        close(left),
        "exact at the projection; the solver is within 10⁻¹² of it",
        broken="the second leg walked the other way: D(r‖q*)",
        broken_shannon=a + float(kl_divergence(r, q)),
    )  # fmt: skip


def variational(context: Context) -> Identity:
    """The free energy of a rival distribution: never below F, and above it by T KL."""
    key, name = "variational", "F is the least ⟨E⟩ − T S"
    if context.energies is None:
        return absent(key, name, STATISTICS, NO_MODEL)
    E, T = context.energies, context.T
    body = gibbs(E, T=T)
    rival = 0.9 * body + 0.1 / len(E)
    speeds = 0.9 * _normal((E + 1e-3) ** 2 * np.exp(-E / T)) + 0.1 / len(E)
    left = float(rival @ E) - T * float(boltzmann_entropy(rival))
    F = -T * float(log_partition(E, T=T))
    KL, wrong = (T * NATS_PER_BIT * float(kl_divergence(rival, other)) for other in (body, speeds))
    return Identity(
        key, name, STATISTICS, left, F + KL, "nats",
        rf"\langle E \rangle_r - {T:g}\,«H»(r) = «L» \qquad "
        rf"F + T\,D(r \| \text{{Gibbs}}) = {amount(F)} + {amount(KL)} = «R»",
        close(left, float(rival @ E)),
        "exact; rounding",
        broken="a speed distribution (E² exp(−E/T)) poses as the Gibbs one",
        broken_shannon=F + wrong,
    )  # fmt: skip


def slope_of(context: Context) -> Slope | None:
    """Where and in which direction the gradient is checked; None where there is no model."""
    if context.logits is None:
        return None
    p, theta = softmax(context.logits), context.logits / 2
    # The direction of steepest climb, and a little of all others.
    v = np.sign(softmax(theta) - p) + 0.1 * context.rng.standard_normal(len(p))
    return Slope(p, theta, v, float((softmax(theta) - p) @ v))


def _family(context: Context) -> Family | None:
    """The exponential family of a statistic that differs between this text's tokens."""
    if context.train is None:
        return None
    used = np.flatnonzero(context.train.counts)
    pieces = [context.train.vocabulary[i] for i in used.tolist()]
    p = relative_frequencies(context.train.counts[used])
    statistics = {
        "length of the token": [len(piece) for piece in pieces],
        "number of its first byte": [piece[0] for piece in pieces],
    }
    for what, values in statistics.items():
        f = np.array(values, dtype=np.float64)
        if len(f) > 2 and np.ptp(f) > 0:
            f = (f - f.min()) / np.ptp(f)
            m = float(p @ f)
            lam, q = likeliest(f, m)
            return Family(p, f, m, lam, q, what)
    return None


def _normal(weights: Floats) -> Floats:
    return weights / weights.sum()


OF_STATISTICS = (
    cross_entropy_splits,
    gradient,
    maximum_entropy,
    slope_is_mean,
    curvature_is_variance,
    pythagoras,
    variational,
)
