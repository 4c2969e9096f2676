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
A cell that may not be seen has the score -infinity and the weight 0.
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.geometry.attention import attend, effective_tokens, products
from ladder.lenses.boltzmann import boltzmann_entropy, log_partition
from ladder.lenses.simplex import Floats


class Head(NamedTuple):
    """One head while it reads n tokens."""

    q: Floats  # (n, d)
    k: Floats  # (n, d)
    v: Floats  # (n, d_v)
    scores: Floats  # (n, n) at temperature T; -inf where nothing can be seen
    weights: Floats  # (n, n) each row a distribution
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
    def k(self) -> Floats:
        """(h, n, d)."""
        ...

    @property
    def v(self) -> Floats:
        """(h, n, d_v)."""
        ...

    @property
    def scores(self) -> Floats:
        """(h, n, n)."""
        ...


def head_of(layer: Heads, head: int, *, heat: float = 1.0) -> Head:
    """One head of a layer, at `heat` times its own temperature; what it may not see stays unseen."""
    return head_from(layer.q[head], layer.k[head], layer.v[head], heat=heat, seen=np.isfinite(layer.scores[head]))


def head_from(q: ArrayLike, k: ArrayLike, v: ArrayLike, *, heat: float = 1.0, seen: ArrayLike | None = None) -> Head:
    """A head from its queries, keys and values: (n, d), (n, d), (n, d_v); `seen` (n, n) says what may be looked at."""
    if not (np.isfinite(heat) and heat > 0):
        raise ValueError(f"heat must be positive and finite, but is {heat}")
    q, k, v = (np.asarray(x, dtype=np.float64) for x in (q, k, v))
    T = heat * float(np.sqrt(q.shape[-1]))
    scores, weights, _ = attend(q, k, v, scale=1 / T)
    if seen is not None:
        scores = np.where(seen, scores, -np.inf)
        # Of energies, since a state that is ruled out has one: infinity.
        weights = np.exp(scores - log_partition(-scores, T=1)[:, None])
    return Head(q, k, v, scores, weights, T)


def cell_of(head: Head, row: int, column: int) -> Cell:
    """What the weight of one pair is made of: token `row` asks, token `column` answers."""
    terms = head.q[row] * head.k[column]
    weight = float(head.weights[row, column])
    return Cell(
        terms,
        float(terms.sum()),
        float(head.scores[row, column]),
        float(log_partition(-head.scores[row], T=1)),
        weight,
        weight * head.v[column],
    )


def ensemble_of(head: Head) -> Ensemble:
    """Each row as a Boltzmann distribution over the tokens that it sees."""
    seen = np.isfinite(head.scores)
    energies = np.where(seen, -products(head.q, head.k), np.inf)
    return Ensemble(
        seen.sum(axis=1),
        boltzmann_entropy(head.weights),
        effective_tokens(head.weights),
        np.where(seen, head.weights * np.where(seen, energies, 0), 0).sum(axis=1),
        -head.T * log_partition(energies, T=head.T),
    )


def bands(table: ArrayLike, *, most: int, of: str) -> tuple[Floats, NDArray[np.intp]]:
    """A table (n, n) in at most `most` bands of tokens, and where each begins, with n at the end.

    Weights (of="sum") are what the rows of a band give to a band, on average; other values
    (of="largest") the largest in it.
    """
    rows = np.asarray(table, dtype=np.float64)
    width = -(-len(rows) // most)
    edges = np.append(np.arange(0, len(rows), width), len(rows))
    if of == "largest":
        tall = np.maximum.reduceat(rows, edges[:-1], axis=0)
        return np.maximum.reduceat(tall, edges[:-1], axis=1), edges
    if of != "sum":
        raise ValueError(f"of must be sum or largest, but is {of!r}")
    tall = np.add.reduceat(rows, edges[:-1], axis=0) / np.diff(edges)[:, None]
    return np.add.reduceat(tall, edges[:-1], axis=1), edges
