"""From logits to the distribution that is drawn from.

Let z be a model's logits for the next token, in nats. Steps, always in this order:

    before     q = softmax(z)            what the model believes
    penalty    z_i r where z_i < 0, z_i / r elsewhere, for each i that has come before
    tempered   q_T = softmax(z / T)      T < 1 sharpens, T > 1 flattens
    top-k      keep the k likeliest      and what ties with the k-th
    top-p      keep the fewest whose mass reaches p
    min-p      keep what is at least min_p times as likely as the likeliest
    typical    keep the fewest whose mass reaches p, those first whose surprisal is
               nearest to the entropy, and what ties with the last

Each cut works on what the one before it left, renormalised (as transformers does, whose
order this is). What is kept is renormalised once more; that is the p to draw from. With
m the kept mass of q_T, the cut has a price, whatever was cut:

    KL(p || q_T) = sum_kept (q_T / m) log2(1 / m) = -log2 m

A constant added to all logits changes no belief, but it changes what the penalty does. The
ladder's models give z = ln q, so that here it turns q_i into q_i^r: what has come before is
cooled to T / r, and all the rest stays warm.

References: A. Fan et al. (2018) for top-k; A. Holtzman et al., "The Curious Case of
Neural Text Degeneration" (2020) for top-p; M. Nguyen et al. (2024) for min-p; C. Meister
et al., "Locally Typical Sampling" (2023); N. Keskar et al., "CTRL" (2019) for the penalty.
"""

from math import log2
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.simplex import Floats, softmax

Mask = NDArray[np.bool_]

# Outcomes are first laid into drawers by their bits.
DRAWERS_A_BIT = 8

# Sums of many shares miss their last digits; top-p must not take one token more for that.
ROUNDING = 1e-12


class Bends(TypedDict, total=False):
    """The settings that bend and cut a distribution, as `next_distribution` takes them."""

    temperature: float
    top_k: int | None
    top_p: float | None
    min_p: float | None
    typical_p: float | None
    repetition_penalty: float | None


class NextDistribution(NamedTuple):
    """What may come next, before and after penalty, temperature and truncation."""

    before: Floats  # (V,) softmax(z)
    tempered: Floats  # (V,) softmax(z / T), after the penalty
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
    typical_p: float | None = None,
    repetition_penalty: float | None = None,
    seen: ArrayLike = (),
) -> NextDistribution:
    """The next token's distribution, bent and cut in the order above; `seen` are ids that came before: (V,) -> (V,)."""
    check_settings(
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        min_p=min_p,
        typical_p=typical_p,
        repetition_penalty=repetition_penalty,
    )
    z = np.asarray(logits, dtype=np.float64)
    if z.ndim != 1:
        raise ValueError(f"logits must be one row (V,), but have {z.ndim} axes")
    tempered = before = softmax(z)
    if repetition_penalty is not None:
        z = penalised(z, seen, penalty=repetition_penalty)
    if temperature != 1 or repetition_penalty is not None:
        tempered = _temper(z, temperature)
    kept = tempered > 0
    if top_k is not None:
        kept &= likeliest(tempered, top_k)
    if top_p is not None and top_p < 1:
        kept &= nucleus(tempered * kept, top_p)
    if min_p is not None:
        kept &= tempered >= min_p * tempered.max()
    if typical_p is not None and typical_p < 1:
        kept &= typical(tempered * kept, typical_p)
    if np.count_nonzero(kept) == np.count_nonzero(tempered):
        return NextDistribution(before, tempered, tempered, kept, 1.0, 0.0)
    p = np.where(kept, tempered, 0)
    kept_mass = min(float(p.sum()), 1.0)
    return NextDistribution(before, tempered, p / kept_mass, kept, kept_mass, -log2(kept_mass))


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

    Among equals the lower id goes first.
    """
    possible = weights[weights > 0]
    wanted = share * possible.sum() * (1 - ROUNDING)
    last = possible[_last(np.log2(possible.max()) - np.log2(possible), possible, wanted)]
    mask = weights > last
    ties = np.flatnonzero(weights == last)
    if len(ties) > 1:
        n_ties = int(np.ceil((wanted - weights[mask].sum()) / last))
        ties = ties[: max(n_ties, 1)]
    mask[ties] = True
    return mask


def typical(weights: Floats, share: float) -> Mask:
    """Where the outcomes are whose surprisal is nearest to the entropy, up to `share` of the whole: (V,) -> (V,)."""
    possible = np.flatnonzero(weights)
    p = weights[possible] / weights.sum()
    log_p = np.log2(p)
    distance = np.abs(log_p - p @ log_p)
    mask = np.zeros(len(weights), dtype=bool)
    mask[possible[distance <= distance[_last(distance, p, share * (1 - ROUNDING))]]] = True
    return mask


def _last(bits: Floats, masses: Floats, wanted: float) -> int:
    """The place where the mass reaches `wanted`, if taken in ascending order of bits >= 0: (n,), (n,) -> its index.

    Only one drawer of the outcomes is sorted: a full sort would take longer than all the rest of a draw.
    """
    drawer = (bits * DRAWERS_A_BIT).astype(np.int32)  # no float has a surprisal above 1,074 bits
    filled = np.cumsum(np.bincount(drawer, weights=masses))
    d = min(int(filled.searchsorted(wanted)), len(filled) - 1)
    inside = np.flatnonzero(drawer == d)
    inside = inside[np.argsort(bits[inside], kind="stable")]
    missing = wanted - (filled[d - 1] if d else 0.0)
    return int(inside[min(int(np.cumsum(masses[inside]).searchsorted(missing)), len(inside) - 1)])


def penalised(logits: ArrayLike, seen: ArrayLike, *, penalty: float) -> Floats:
    """The logits, where each id in `seen` is made less likely, once however often it came: (V,), (n,) -> (V,)."""
    z = np.array(logits, dtype=np.float64)
    ids = np.asarray(seen, dtype=np.intp)
    if ids.size and not 0 <= ids.min() <= ids.max() < len(z):
        raise ValueError(f"seen must hold ids in 0 ... {len(z) - 1}, but holds {ids.min()} to {ids.max()}")
    z[ids] = np.where(z[ids] < 0, z[ids] * penalty, z[ids] / penalty)
    return z


def check_settings(
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
    typical_p: float | None = None,
    repetition_penalty: float | None = None,
) -> None:
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
    if typical_p is not None and not 0 < typical_p <= 1:
        raise ValueError(f"typical_p must lie above 0 and not above 1, but is {typical_p}")
    if repetition_penalty is not None and not (np.isfinite(repetition_penalty) and repetition_penalty > 0):
        raise ValueError(f"repetition_penalty must be positive and finite, but is {repetition_penalty}")


def _temper(z: Floats, T: float) -> Floats:
    """softmax(z / T), where z / T itself may overflow."""
    with np.errstate(over="ignore"):
        return softmax((z - z.max()) / T)
