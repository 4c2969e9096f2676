"""Identities of Probability: a next token is drawn from a body at temperature T.

softmax(z/T)         =  exp(-E/T) / Z
<E> - T S            =  -T ln Z                   F, the free energy
dF/dT                =  -S
dU/dT                =  Var E / T^2               C, the heat capacity
-1/n log2 q(x1..xn)  -> H                         AEP, on a long draw
bits of the file     =  sum of surprisals         the coder
KL(cut||q)           =  -log2 mass                the price of truncation
pi_i P_ij            =  pi_j P_ji                 detailed balance
ln Z0/Z1             =  integral of U d(1/T)      thermodynamic integration
<exp(-W)>            =  Z1 / Z0                   Jarzynski, on a long draw
"""

import numpy as np

from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, absent, amount, close, tex
from ladder.lenses import entropy, gibbs, kl_divergence, log_partition, relative_frequencies, softmax, surprisal
from ladder.lenses.shannon import NATS_PER_BIT
from ladder.probability import compress, decompress, next_distribution, slopes
from ladder.probability.coder import HEADER_BYTES
from ladder.rungs import PROBABILITY

NO_MODEL = "The text is too short to be cut in two and fitted."
DRAWN = 1 << 16
SIGMAS = 4.5  # a statistical error beyond it comes up about once in 150,000 draws
CODED = 600  # tokens
STATES = 24  # of the chain: the likeliest tokens
KEPT = 8  # tokens that truncation leaves
NODES = 64


def softmax_is_gibbs(context: Context) -> Identity:
    """Softmax of the logits against exp(-E/T)/Z: the token for which they differ most."""
    key, name = "gibbs", "Softmax = Gibbs"
    if context.energies is None or context.logits is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    T, weights = context.T, np.exp(-context.energies / context.T)
    Z, right = float(weights.sum()), softmax(context.logits / T)
    left = weights / Z
    i, j = int(np.abs(left - right).argmax()), int(np.abs(weights - right).argmax())
    return Identity(
        key, name, PROBABILITY, float(left[i]), float(right[i]), "",
        rf"\tfrac{{1}}{{{tex(Z)}}} e^{{-E_i/{T:g}}} = «L» \qquad "
        r"\text{softmax}(z/T)_i = «R»",
        1e-12,
        "both are below one; rounding",
        broken="exp(−E/T) without its normaliser Z",
        broken_boltzmann=float(weights[j]),
        broken_shannon=float(right[j]),
    )  # fmt: skip


def free_energy(context: Context) -> Identity:
    """Mean energy less T S against -T ln Z."""
    key, name = "free-energy", "F = −T ln Z"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    E, T = context.energies, context.T
    p = gibbs(E, T=T)
    U, H = float(p @ E), float(entropy(p))
    S = H * NATS_PER_BIT
    log_Z = float(log_partition(E, T=T))
    return Identity(
        key, name, PROBABILITY, -T * log_Z, U - T * S, "nats",
        rf"-T «log» Z = -{T:g} \times {amount(log_Z)} = «L» \qquad "
        rf"\langle E \rangle - T «H» = {amount(U)} - {T:g} \times {amount(S)} = «R»",
        close(U, T * S),
        "exact; rounding",
        broken="S counted in bits",
        broken_shannon=U - T * H,
    )  # fmt: skip


def slope_of_free_energy(context: Context) -> Identity:
    """The slope of F against -S."""
    key, name = "dF/dT", "dF/dT = −S"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    H = float(entropy(gibbs(context.energies, T=context.T)))
    left, right = float(slopes(context.energies, T=context.T).dF_dT), -H * NATS_PER_BIT
    return Identity(
        key, name, PROBABILITY, left, right, "nats",
        rf"\tfrac{{dF}}{{dT}}\Big|_{{{context.T:g}}} = «L» \qquad -«H» = «R»",
        close(right, relative=1e-6),
        "one road is a finite difference of fourth order",
        broken="S counted in bits",
        broken_shannon=-H,
    )  # fmt: skip


def heat_capacity(context: Context) -> Identity:
    """The slope of U against the spread of E."""
    key, name = "capacity", "C = Var E / T²"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    E, T = context.energies, context.T
    p = gibbs(E, T=T)
    U = float(p @ E)
    variance = float(p @ (E - U) ** 2)
    left = float(slopes(E, T=T).dU_dT)
    return Identity(
        key, name, PROBABILITY, left, variance / T**2, "nats",
        rf"\tfrac{{dU}}{{dT}} = «L» \qquad «ln2 in bits»\tfrac{{{amount(variance, power=2)}}}{{{T:g}^2}} = «R»",
        close(left, relative=1e-6),
        "one road is a finite difference of fourth order",
        broken="the mean is not taken off: ⟨E²⟩/T²",
        broken_shannon=float(p @ E**2) / T**2,
    )  # fmt: skip


def equipartition(context: Context) -> Identity:
    """A long draw of tokens: the mean surprise against the entropy."""
    key, name = "aep", "Asymptotic equipartition"
    if context.train is None or np.count_nonzero(context.train.counts) < 2:
        return absent(key, name, PROBABILITY, "There are no two different tokens to draw.")
    p = relative_frequencies(context.train.counts[context.train.counts > 0])
    bits = surprisal(p)
    H = float(entropy(p))
    drawn = np.searchsorted(np.cumsum(p), context.rng.random(DRAWN), side="right").clip(max=len(p) - 1)
    left = float(bits[drawn].mean())
    error = float(np.sqrt(p @ (bits - H) ** 2 / DRAWN))
    return Identity(
        key, name, PROBABILITY, left, H, "bits/token",
        rf"-\tfrac{{1}}{{{DRAWN}}} «log» p(x_1 \dots x_n) = «L» \qquad «H» = «R» \pm {amount(error, 3)}",
        SIGMAS * error + close(H),
        f"a sample: {SIGMAS} standard errors of a mean over {DRAWN:,} draws",
        broken="surprises counted in nats",
        broken_boltzmann=left * NATS_PER_BIT,
    )  # fmt: skip


def coder(context: Context) -> Identity:
    """A real file's bits against the sum of surprisals; infinitely many where it does not come back."""
    key, name = "coder", "Coder length = surprisal"
    if context.model is None or context.held_out is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    ids = context.held_out.ids[:CODED]
    file = compress(ids, context.model)
    back = np.array_equal(decompress(file, context.model), ids)
    left = 8.0 * (len(file) - HEADER_BYTES) if back else np.inf
    right = float(context.model.surprisals(ids).sum())
    return Identity(
        key, name, PROBABILITY, left, right, "bits",
        rf"8 «ln2 in nats»\times {len(file) - HEADER_BYTES}\ \text{{bytes}} = «L» \qquad "
        rf"-\sum_{{t=1}}^{{{len(ids)}}} «log» q(x_t) = «R»",
        16.0 + 1e-3 * right,
        "a file ends on a whole byte, and the coder's shares are whole parts of 2³²",
        broken="surprises counted in nats",
        broken_shannon=right * NATS_PER_BIT,
    )  # fmt: skip


def truncation(context: Context) -> Identity:
    """KL of the cut distribution against the mass that was kept."""
    key, name = "truncation", "Truncation's price"
    if context.logits is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    cut = next_distribution(context.logits, temperature=context.T, top_k=KEPT)
    left, right = float(kl_divergence(cut.p, cut.tempered)), -float(np.log2(cut.tempered[cut.kept].sum()))
    return Identity(
        key, name, PROBABILITY, left, right, "bits/token",
        rf"D(p_{{\text{{cut}}}} \| p) = «L» \qquad -«log» {tex(cut.kept_mass)} = «R»",
        close(left),
        "exact; rounding",
        broken="p and q swapped: D(p‖cut), infinite, since the cut calls impossible what can happen",
        broken_boltzmann=float(kl_divergence(cut.tempered, cut.p)),
    )  # fmt: skip


def detailed_balance(context: Context) -> Identity:
    """Metropolis among the likeliest tokens: the flows there and back, for the pair where they differ most."""
    key, name = "balance", "Detailed balance"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    E = np.sort(context.energies)[:STATES]
    target, m = gibbs(E, T=context.T), len(E)
    accept = np.minimum(1.0, np.exp(-(E[None, :] - E[:, None]) / context.T))
    P = np.where(np.eye(m, dtype=bool), 0.0, accept / m)
    P += np.diag(1 - P.sum(axis=1))
    # The chain's own stationary distribution, from pi P = pi and sum pi = 1.
    pi = np.linalg.lstsq(np.vstack([P.T - np.eye(m), np.ones(m)]), np.append(np.zeros(m), 1.0), rcond=None)[0]
    there, back = pi[:, None] * P, (target[:, None] * P).T
    always = target[:, None] / m * np.ones((m, m))
    between = ~np.eye(m, dtype=bool)  # a token that stays where it is balances whatever the rule
    i, j = np.unravel_index(np.where(between, np.abs(there - back), -1).argmax(), P.shape)
    k, b = np.unravel_index(np.abs(always - always.T).argmax(), P.shape)
    return Identity(
        key, name, PROBABILITY, float(there[i, j]), float(back[i, j]), "moves/step",
        rf"\pi_{{{i + 1}}} P_{{{i + 1} \to {j + 1}}} = «L» \qquad "
        rf"\tfrac{{e^{{-E_{{{j + 1}}}/T}}}}{{Z}} P_{{{j + 1} \to {i + 1}}} = «R»",
        1e-9,
        "flows are below one; a linear system of the chain is solved",
        broken="every proposal is accepted, whatever it costs",
        broken_boltzmann=float(always[k, b]),
        broken_shannon=float(always[b, k]),
    )  # fmt: skip


def integration(context: Context) -> Identity:
    """ln Z at two temperatures, and the mean energy all the way between."""
    key, name = "integration", "Thermodynamic integration"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    E, betas = context.energies, _betas(context)
    left = float(log_partition(E, T=1 / betas[0]) - log_partition(E, T=1 / betas[1]))
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    half = (betas[1] - betas[0]) / 2
    along = betas[0] + half * (nodes + 1)
    U = np.array([float(gibbs(E, T=1 / beta) @ E) for beta in along])
    right, wrong = half * float(weights @ U), half * float(weights @ (U * along))
    return Identity(
        key, name, PROBABILITY, left, right, "nats",
        rf"«log» Z_{{{tex(betas[0], 3)}}} - «log» Z_{{{tex(betas[1], 3)}}} = «L» \qquad "
        rf"\int_{{{tex(betas[0], 3)}}}^{{{tex(betas[1], 3)}}} \langle E \rangle\,d\beta = «R»",
        close(left, right),
        f"Gauss and Legendre's rule at {NODES} temperatures is exact for a polynomial of degree {2 * NODES - 1}",
        broken="integrated over ln β, not over β = 1/T",
        broken_shannon=wrong,
    )  # fmt: skip


def jarzynski(context: Context) -> Identity:
    """A sudden change of temperature: the mean of exp(-W) against Z1/Z0."""
    key, name = "jarzynski", "Jarzynski's equality"
    if context.energies is None:
        return absent(key, name, PROBABILITY, NO_MODEL)
    E, betas = context.energies, _betas(context)
    warm = gibbs(E, T=1 / betas[0])
    drawn = np.searchsorted(np.cumsum(warm), context.rng.random(DRAWN), side="right").clip(max=len(E) - 1)
    W = (betas[1] - betas[0]) * E
    left = float(np.exp(-W[drawn]).mean())
    exact = np.exp(-W)
    mean = float(warm @ exact)
    error = float(np.sqrt(warm @ (exact - mean) ** 2 / DRAWN))
    right = float(np.exp(log_partition(E, T=1 / betas[1]) - log_partition(E, T=1 / betas[0])))
    return Identity(
        key, name, PROBABILITY, left, right, "",
        rf"\langle e^{{-W}} \rangle_{{{DRAWN}}} = «L» \qquad Z_1 / Z_0 = «R» \pm {tex(error, 3)}",
        SIGMAS * error + 1e-9,
        f"a sample: {SIGMAS} standard errors of a mean over {DRAWN:,} draws; W lies above zero, so exp(−W) is tame",
        broken="exp(−⟨W⟩), as if no work were wasted",
        broken_boltzmann=float(np.exp(-W[drawn].mean())),
    )  # fmt: skip


def _betas(context: Context) -> tuple[float, float]:
    """Two inverse temperatures: the context's, and half of its temperature."""
    return 1 / context.T, 2 / context.T


OF_PROBABILITY = (
    softmax_is_gibbs,
    free_energy,
    slope_of_free_energy,
    heat_capacity,
    equipartition,
    coder,
    truncation,
    detailed_balance,
    integration,
    jarzynski,
)
