"""One head of attention, down to one number: what a cell of its table is made of.

    q_i . k_j = sum_c q_ic k_jc      the products that a query and a key add up to
    s_ij = q_i . k_j / T             T = sqrt(d), times the knob's heat
    w_ij = exp(s_ij) / Z_i           Z_i = sum_j exp(s_ij)
    o_i  = sum_j w_ij v_j            what token i takes away

Each row is a Boltzmann distribution: the states are the tokens that can be seen, with energies
E_j = -q_i . k_j at the temperature T, which has the unit of the energies (k = 1). So

    F_i = -T ln Z_i = U_i - T S_i    free energy      U_i = sum_j w_ij E_j    S_i in nats
    2 ^ H_i                          effective tokens, H_i in bits

The functions take arrays, not networks: an encoder's head and a causal model's head alike.
A cell that may not be seen has the score -infinity and the weight 0. Rows are computed when
they are asked for, so that a head over thousands of tokens has room.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.attention import effective_tokens, products
from ladder.geometry.rows import Places, blocks, by_rows
from ladder.lenses.boltzmann import boltzmann_entropy, log_partition
from ladder.lenses.simplex import Floats


class Head(NamedTuple):
    """One head while it reads n tokens."""

    q: Floats  # (n, d)
    k: Floats  # (n, d)
    v: Floats  # (n, d_v)
    scores: Floats  # (n, n) at temperature T; -inf where nothing can be seen; computed row by row
    weights: Floats  # (n, n) each row a distribution; computed row by row
    T: float  # what divides the products


class Cell(NamedTuple):
    """All that one weight is made of."""

    terms: Floats  # (d,) q_ic k_jc
    product: float  # their sum
    score: float  # divided by T; -inf where j may not be seen
    log_Z: float  # ln Z of the row
    weight: float
    handed: Floats  # (d_v,) w_ij v_j


class Ensemble(NamedTuple):
    """The rows of a head as Boltzmann distributions."""

    visible: NDArray[np.intp]  # (n,) how many tokens can be seen
    entropy: Floats  # (n,) S in nats
    effective: Floats  # (n,) e ^ S
    energy: Floats  # (n,) U, the mean energy
    free_energy: Floats  # (n,) F = -T ln Z


class Heads(Protocol):
    """A layer with all its heads, as a `LayerTrace` is one."""

    @property
    def q(self) -> Floats:
        """(h, n, d)."""
        ...

    @property
    def k(self) -> Floats | Sequence[Floats]:
        """(h, n, d)."""
        ...

    @property
    def v(self) -> Floats | Sequence[Floats]:
        """(h, n, d_v)."""
        ...


def head_of(layer: Heads, head: int, *, heat: float = 1.0) -> Head:
    """One head of a causal layer, at `heat` times its own temperature."""
    return head_from(layer.q[head], layer.k[head], layer.v[head], heat=heat, causal=True)


def head_from(q: ArrayLike, k: ArrayLike, v: ArrayLike, *, heat: float = 1.0, causal: bool = False) -> Head:
    """A head from its queries, keys and values: (n, d), (n, d), (n, d_v); `causal` hides what comes later."""
    if not (np.isfinite(heat) and heat > 0):
        raise ValueError(f"heat must be positive and finite, but is {heat}")
    q, k, v = (np.asarray(x, dtype=np.float64) for x in (q, k, v))
    n, T = len(q), heat * float(np.sqrt(q.shape[-1]))
    places = np.arange(n)

    def scores(rows: Places) -> Floats:
        s = products(q[rows], k) / T
        if causal:
            s[places > places[rows][:, None]] = -np.inf
        return s

    def weights(rows: Places) -> Floats:
        s = scores(rows)
        # Of energies, since a state that is ruled out has one: infinity.
        return np.exp(s - log_partition(-s, T=1)[:, None])

    return Head(q, k, v, by_rows(scores, (n, n)), by_rows(weights, (n, n)), T)


def cell_of(head: Head, row: int, column: int) -> Cell:
    """What the weight of one pair is made of: token `row` asks, token `column` answers."""
    terms, scores = head.q[row] * head.k[column], head.scores[row]
    weight = float(head.weights[row, column])
    return Cell(
        terms,
        float(terms.sum()),
        float(scores[column]),
        float(log_partition(-scores, T=1)),
        weight,
        weight * head.v[column],
    )


def ensemble_of(head: Head, rows: slice = slice(None)) -> Ensemble:
    """Each row as a Boltzmann distribution over the tokens that it sees; of all rows or of some."""
    places = range(len(head.q))[rows]
    parts = [
        _ensemble_of(head, slice(places[b.start], places[b.stop - 1] + 1)) for b in blocks(len(places), len(head.q))
    ]
    return Ensemble(*map(np.concatenate, zip(*parts, strict=True)))


def _ensemble_of(head: Head, rows: slice) -> Ensemble:
    scores = head.scores[rows]
    seen = np.isfinite(scores)
    log_Z = log_partition(-scores, T=1)
    weights = np.exp(scores - log_Z[:, None])
    energies = np.where(seen, -head.T * scores, 0)  # -q . k; those that are ruled out have no weight
    return Ensemble(
        seen.sum(axis=1),
        boltzmann_entropy(weights),
        effective_tokens(weights),
        (weights * energies).sum(axis=1),
        -head.T * log_Z,
    )


def deviation(head: Head, own: Floats) -> float:
    """How far softmax(QK'/sqrt d), at any heat of the head, is off the weights (n, n) of its network, at most."""
    worst, T = 0.0, np.sqrt(head.q.shape[-1])
    for rows in blocks(len(head.q), len(head.q)):
        s = head.scores[rows] * (head.T / T)
        e = np.exp(s - s.max(axis=1, keepdims=True))
        worst = max(worst, float(np.abs(e / e.sum(axis=1, keepdims=True) - own[rows]).max()))
    return worst


def bands(table: Floats, *, most: int, of: str) -> tuple[Floats, NDArray[np.intp]]:
    """A table (n, n) in at most `most` bands of tokens, and where each begins, with n at the end.

    Weights (of="sum") are what the rows of a band give to a band, on average; other values
    (of="largest") the largest in it.
    """
    if of not in ("sum", "largest"):
        raise ValueError(f"of must be sum or largest, but is {of!r}")
    n = len(table)
    edges = np.append(np.arange(0, n, -(-n // most)), n)
    found = []
    for a, b in pairwise(edges.tolist()):
        rows = np.asarray(table[a:b], dtype=np.float64)
        if of == "largest":
            found.append(np.maximum.reduceat(rows.max(axis=0), edges[:-1]))
        else:
            found.append(np.add.reduceat(rows.mean(axis=0), edges[:-1]))
    return np.array(found), edges
