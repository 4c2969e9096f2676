"""From logits to the distribution that is drawn from.

Let z be a model's logits for the next token, in nats. Five steps, always in this order:

    before     q = softmax(z)            what the model believes
    tempered   q_T = softmax(z / T)      T < 1 sharpens, T > 1 flattens
    top-k      keep the k likeliest      and what ties with the k-th
    top-p      keep the fewest whose mass reaches p
    min-p      keep what is at least min_p times as likely as the likeliest

Each cut works on what the one before it left, renormalised (as transformers does, whose
order this is). What is kept is renormalised once more; that is the p to draw from. With
m the kept mass of q_T, the cut has a price, whatever was cut:

    KL(p || q_T) = sum_kept (q_T / m) log2(1 / m) = -log2 m

References: A. Fan et al. (2018) for top-k; A. Holtzman et al., "The Curious Case of
Neural Text Degeneration" (2020) for top-p; M. Nguyen et al. (2024) for min-p.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import surprisal
from ladder.lenses.simplex import Floats, softmax

Mask = NDArray[np.bool_]

# So many weights are sorted rather than halved again.
FEW = 64

# Sums of many shares miss their last digits; top-p must not take one token more for that.
ROUNDING = 1e-12


class NextDistribution(NamedTuple):
    """What may come next, before and after temperature and truncation."""

    before: Floats  # (V,) softmax(z)
    tempered: Floats  # (V,) softmax(z / T)
    p: Floats  # (V,) what is drawn from; 0 where cut
    kept: Mask  # (V,)
    kept_mass: float  # m, the share of `tempered` that was kept
    cost_bits: float  # -log2 m = KL(p || tempered)


def next_distribution(
    logits: ArrayLike,
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> NextDistribution:
    """The next token's distribution after temperature, then top-k, then top-p, then min-p: (V,) -> (V,)."""
    check_settings(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    z = np.asarray(logits, dtype=np.float64)
    if z.ndim != 1:
        raise ValueError(f"logits must be one row (V,), but have {z.ndim} axes")
    before = softmax(z)
    tempered = before if temperature == 1 else _temper(z, temperature)
    kept = tempered > 0
    if top_k is not None:
        kept &= likeliest(tempered, top_k)
    if top_p is not None and top_p < 1:
        kept &= nucleus(np.where(kept, tempered, 0), top_p)
    if min_p is not None:
        kept &= tempered >= min_p * tempered.max()
    kept_mass = min(float(tempered[kept].sum()), 1.0)
    if kept.sum() == np.count_nonzero(tempered):
        return NextDistribution(before, tempered, tempered, kept, 1.0, 0.0)
    p = np.where(kept, tempered, 0) / kept_mass
    return NextDistribution(before, tempered, p, kept, kept_mass, float(surprisal(kept_mass)))


def greedy(logits: ArrayLike) -> int:
    """The id of the likeliest token, the lowest id among equals: the limit of T -> 0."""
    return int(softmax(logits).argmax())


def likeliest(p: Floats, k: int) -> Mask:
    """Where the k likeliest outcomes are, with whatever ties with the k-th: (V,) -> (V,)."""
    if k >= len(p):
        return np.ones(len(p), dtype=bool)
    return p >= np.partition(p, -k)[-k]


def nucleus(weights: Floats, share: float) -> Mask:
    """Where the fewest outcomes are whose weight reaches `share` of the whole: (V,) -> (V,).

    Among equals the lower id goes first. Halving the candidates finds the last weight to keep
    in time that grows as V; a full sort would take longer.
    """
    total = weights.sum()
    wanted = missing = share * total * (1 - ROUNDING)
    # All lighter ones together weigh less than 1 - share.
    rest = weights[weights >= (1 - share) * total / len(weights)]
    while len(rest) > FEW:
        half = len(rest) // 2
        rest = np.partition(rest, half)
        mass = rest[half:].sum()
        if mass >= missing:
            rest = rest[half:]
        else:
            missing -= mass
            rest = rest[:half]
    rest = np.sort(rest)[::-1]
    last = rest[min(int(np.cumsum(rest).searchsorted(missing)), len(rest) - 1)]
    mask = weights > last
    ties = np.flatnonzero(weights == last)
    n_ties = int(np.ceil((wanted - weights[mask].sum()) / last))
    mask[ties[: max(n_ties, 1)]] = True
    return mask


def check_settings(*, temperature: float, top_k: int | None, top_p: float | None, min_p: float | None) -> None:
    """Nothing, or a ValueError that names the setting, its rule and the value found."""
    if not (np.isfinite(temperature) and temperature > 0):
        limit = "; for T = 0 use greedy" if temperature == 0 else ""
        raise ValueError(f"temperature must be positive and finite, but is {temperature}{limit}")
    if top_k is not None and (top_k < 1 or top_k != int(top_k)):
        raise ValueError(f"top_k must be a whole number of at least 1, but is {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise ValueError(f"top_p must lie above 0 and not above 1, but is {top_p}")
    if min_p is not None and not 0 <= min_p <= 1:
        raise ValueError(f"min_p must lie between 0 and 1, but is {min_p}")


def _temper(z: Floats, T: float) -> Floats:
    """softmax(z / T), where z / T itself may overflow."""
    with np.errstate(over="ignore"):
        return softmax((z - z.max()) / T)
