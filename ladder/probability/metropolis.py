"""Two roads to one measure: token by token, or by a random walk over whole strings.

Let s = s_1 ... s_L be a string of K tokens and E(s) = -ln q(s) its energy. Gibbs' measure
over whole strings is

    pi(s) = exp(-E(s) / T) / Z = q(s)^{1/T} / sum over s' of q(s')^{1/T}

At T = 1 this is q itself, and ancestral sampling, token by token, draws from it. Elsewhere
it does not: tempering each token divides by a Z_t that depends on what stands before, so

    product of q(s_t | s_<t)^{1/T} / Z_t(s_<t)    is not    q(s)^{1/T} / Z.

Metropolis' chain needs no Z. From s it proposes s', one token of s replaced by one drawn
from r, and goes there with probability

    min(1, exp(-(E(s') - E(s)) / T) r(s_i) / r(s'_i))

or else stays. Hastings' factor r(s_i) / r(s'_i) makes up for tokens proposed more often
than others. Without it the chain looks the same and runs the same, but its measure is
pi(s) r(s_1) ... r(s_L), up to a constant: a false friend.

Here K^L is small, so that everything is known exactly: pi, and the law of the chain after
any number of steps. Its distance from pi is TV = 1/2 sum |law - pi|, and the mixing time
is the first step at which TV is at most 1/4.

References: N. Metropolis et al. (1953); W. K. Hastings (1970); D. Levin and Y. Peres,
"Markov Chains and Mixing Times" (2017); A. Sokal (1997) for the autocorrelation time.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.special import chdtrc

from ladder.lenses.boltzmann import gibbs
from ladder.lenses.simplex import Floats, check_distribution, log_softmax, softmax
from ladder.probability.distribution import check_settings
from ladder.statistics.model import LanguageModel

States = NDArray[np.intp]

MAX_STATES = 100_000
FEWEST = 5.0  # outcomes that are expected less often than this are taken together
MIXED = 0.25
WINDOW = 5  # autocorrelation times: where its sum is cut off


class Strings(NamedTuple):
    """All K^L strings of a few tokens; string number sum of s_t K^(L-t)."""

    tokens: NDArray[np.int32]  # (K,) ids
    length: int  # L
    log_rows: tuple[Floats, ...]  # ln q( . | s_1 ... s_t), t = 0 ... L - 1: (K^t, K) each
    energies: Floats  # (K^L,) in nats

    def letters(self, states: ArrayLike) -> States:
        """The tokens' places, 0 ... K - 1, in each string: (m,) -> (m, L)."""
        return np.stack(np.unravel_index(np.asarray(states), (len(self.tokens),) * self.length), axis=-1)


class Agreement(NamedTuple):
    """Pearson's test of draws against a distribution."""

    statistic: float  # chi-square: sum of (seen - expected)^2 / expected
    freedom: int  # degrees of it
    p_value: float  # how often honest draws are at least as far off; small means: not from this


def strings(model: LanguageModel, context: ArrayLike, *, k: int, length: int) -> Strings:
    """The strings of `length` tokens out of the k that are likeliest after `context`.

    Each next-token distribution of the model is restricted to the k and renormalised.
    """
    before = np.asarray(context, dtype=np.int32)
    k = min(k, model.vocabulary_size)
    if k < 1 or length < 1 or k**length > MAX_STATES:
        raise ValueError(f"k and length must be at least 1, and k^length at most {MAX_STATES:,}, but are {k}, {length}")
    tokens = np.sort(np.argsort(-np.asarray(model.logits(before)), kind="stable")[:k]).astype(np.int32)
    log_rows, E = [], np.zeros(1)
    for t in range(length):
        prefixes = np.stack(np.unravel_index(np.arange(k**t), (k,) * t), axis=-1) if t else np.zeros((1, 0), int)
        logits = [model.logits(np.concatenate([before, tokens[prefix]]))[tokens] for prefix in prefixes]
        log_rows.append(log_softmax(np.stack(logits)))
        E = (E[:, None] - log_rows[-1]).ravel()
    return Strings(tokens, length, tuple(log_rows), E)


def ancestral(space: Strings, *, n: int, T: float, rng: np.random.Generator) -> States:
    """n strings drawn token by token, each token at temperature T: (n,) numbers of strings."""
    states = np.zeros(n, dtype=np.intp)
    for log_row in space.log_rows:
        cumulated = np.cumsum(softmax(log_row / T), axis=1)
        u = rng.random(n) * cumulated[states, -1]
        states = states * len(space.tokens) + (cumulated[states] <= u[:, None]).sum(axis=1)
    return states


def metropolis(
    space: Strings,
    *,
    T: float,
    steps: int,
    start: ArrayLike,
    rng: np.random.Generator,
    proposal: ArrayLike | None = None,
    corrected: bool = True,
) -> Iterator[States]:
    """As many independent chains as `start` has strings, after 0, 1, ... `steps` steps: (m,) each.

    New tokens are drawn from `proposal` (K,), by default evenly; without `corrected` Hastings' factor is left out.
    """
    log_pi = _log_pi(space, T)
    states = np.array(start, dtype=np.intp)
    if np.isneginf(log_pi[states]).any():
        raise ValueError("start must hold strings that are possible, but holds one of probability 0")
    r = _proposal(space, proposal)
    log_r, cumulated = np.log(r), np.cumsum(r)
    K, L = len(space.tokens), space.length
    yield states
    for _ in range(steps):
        unit = K ** rng.integers(L, size=len(states))
        old = states // unit % K
        new = cumulated.searchsorted(rng.random(len(states)) * cumulated[-1], side="right")
        there = states + (new - old) * unit
        gain = log_pi[there] - log_pi[states]
        if corrected:
            gain += log_r[old] - log_r[new]
        go = rng.random(len(states)) < np.exp(np.minimum(gain, 0))
        states = np.where(go, there, states)
        yield states


def transitions(space: Strings, *, T: float, proposal: ArrayLike | None = None, corrected: bool = True) -> csr_array:
    """The probability of each step, from each string (row) to each (column): (K^L, K^L)."""
    log_pi, r = _log_pi(space, T), _proposal(space, proposal)
    K, L = len(space.tokens), space.length
    here = np.arange(K**L)
    rows: list[States] = []
    columns: list[States] = []
    shares: list[Floats] = []
    stay = np.ones(K**L)
    for unit in K ** np.arange(L):
        old = here // unit % K
        for new in range(K):
            there = here + (new - old) * unit
            with np.errstate(invalid="ignore"):  # between two impossible strings: never asked
                gain = log_pi[there] - log_pi
            if corrected:
                gain += np.log(r[old]) - np.log(r[new])
            share = np.where(there == here, 0, r[new] / L * np.exp(np.minimum(np.nan_to_num(gain), 0)))
            stay -= share
            rows.append(here)
            columns.append(there)
            shares.append(share)
    entries = np.concatenate([*shares, stay])
    places = np.concatenate([*rows, here]), np.concatenate([*columns, here])
    return csr_array((entries, places), shape=(K**L, K**L))


def distances(
    space: Strings, *, T: float, steps: int, start: int, proposal: ArrayLike | None = None, corrected: bool = True
) -> Floats:
    """TV between pi and the chain's exact law after 0, 1, ... `steps` steps: (steps + 1,)."""
    pi = gibbs(space.energies, T=T)
    onward = transitions(space, T=T, proposal=proposal, corrected=corrected).T.tocsr()
    law = np.zeros(len(pi))
    law[start] = 1.0
    found = [np.abs(law - pi).sum() / 2]
    for _ in range(steps):
        law = onward @ law
        found.append(np.abs(law - pi).sum() / 2)
    return np.array(found)


def mixing_time(distances: ArrayLike) -> int | None:
    """The first step at which TV is at most 1/4; None where no step is that near."""
    near = np.flatnonzero(np.asarray(distances) <= MIXED)
    return int(near[0]) if len(near) else None


def agreement(states: ArrayLike, p: ArrayLike) -> Agreement:
    """Whether independent draws (n,) could have come from p (S,): Pearson's chi-square, rare outcomes together."""
    law = check_distribution(p)
    seen = np.bincount(np.asarray(states), minlength=len(law))
    expected = seen.sum() * law
    order = np.argsort(-expected, kind="stable")
    # The common ones stand alone, and the rare ones in groups that reach FEWEST together.
    alone = expected[order] >= FEWEST
    common = int(alone.sum())
    together = np.cumsum(expected[order][common:]) - expected[order][common:]
    number = np.append(np.arange(common), common + (together / FEWEST).astype(np.intp))
    while number[-1] and expected[order][number == number[-1]].sum() < FEWEST:  # too little to stand alone
        number[number == number[-1]] -= 1
    groups = np.empty(len(law), dtype=np.intp)
    groups[order] = np.unique(number, return_inverse=True)[1]
    seen_in, expected_in = np.bincount(groups, weights=seen), np.bincount(groups, weights=expected)
    if seen[expected == 0].any():
        return Agreement(float("inf"), len(seen_in) - 1, 0.0)
    possible = expected_in > 0
    statistic = float((((seen_in - expected_in) ** 2)[possible] / expected_in[possible]).sum())
    freedom = int(possible.sum()) - 1
    return Agreement(statistic, freedom, float(chdtrc(freedom, statistic)) if freedom else 1.0)


def autocorrelation(x: ArrayLike, *, lags: int) -> Floats:
    """The correlation of a row of numbers with itself, 0 to `lags` places later: (n,) -> (lags + 1,)."""
    values = np.asarray(x, dtype=np.float64)
    if not 0 <= lags < len(values):
        raise ValueError(f"lags must lie between 0 and {len(values) - 1}, but is {lags}")
    centred = values - values.mean()
    if not centred.any():
        return np.ones(lags + 1)  # it never moves
    spectrum = np.fft.rfft(centred, 2 * len(values))
    products = np.fft.irfft(np.abs(spectrum) ** 2)[: lags + 1]
    return products / products[0]


def autocorrelation_time(correlations: ArrayLike) -> float:
    """tau = 1 + 2 sum of the correlations, cut off at 5 tau: n steps are worth n / tau independent draws."""
    taus = 2 * np.cumsum(np.asarray(correlations)) - 1
    inside = np.flatnonzero(np.arange(len(taus)) >= WINDOW * taus)
    return float(max(taus[inside[0] if len(inside) else -1], 1.0))


def _log_pi(space: Strings, T: float) -> Floats:
    check_settings(temperature=T)
    return log_softmax(-space.energies / T)


def _proposal(space: Strings, proposal: ArrayLike | None) -> Floats:
    K = len(space.tokens)
    r = np.full(K, 1 / K) if proposal is None else check_distribution(proposal, "proposal")
    if r.shape != (K,) or (r == 0).any():
        raise ValueError(f"proposal must give each of {K} tokens a chance, but is {r}")
    return r
