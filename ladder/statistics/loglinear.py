"""The log-bilinear model: a logit is a dot product.

Let v_c in R^d be a fixed vector of the token c that came before, whitened, and let every
token w have an output vector u_w and a bias b_w:

    z_w = u_w . v_c + b_w          q(w | c) = exp(z_w) / sum_w' exp(z_w')

With the v_c fixed, the surprise of the text is convex in all u and b: one valley, and one
lowest point. There, but for the pull of l2, data and model agree on their moments:

    sum_c n(c) q(w | c) v_c  =  sum_c n(c, w) v_c        for every w

Of all models with these moments it is the one of largest entropy. It is fitted to the
counts n(c, w) with the full softmax. Where a text begins, v = 0 and q is softmax(b).

Reference: A. Mnih and G. Hinton, "Three New Graphical Models for Statistical Language
Modelling" (2007); A. Berger et al., "A Maximum Entropy Approach to Natural Language
Processing" (1996).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from threadpoolctl import threadpool_limits

from ladder.lenses.shannon import bits_to_nats, nats_to_bits
from ladder.lenses.simplex import Floats, log_softmax, relative_frequencies
from ladder.math.encoding import Ids
from ladder.statistics.model import check_ids, check_text, last_tokens
from ladder.statistics.size import weights_size

Weights = NDArray[np.float32]

MAX_VOCABULARY = 4096  # the full softmax has a table of V x V
ADDED = 0.5  # to each count, where the bias begins: what is unseen has a price too
FLAT = 1e-6  # a direction with less than this share of the largest variance holds rounding errors
BLOCK = 1 << 22  # how many logits are made at once


@dataclass(frozen=True, eq=False)
class LogBilinear:
    """A model whose logits are dot products of context vectors and output vectors."""

    v: Weights  # (V, d) context vectors, whitened
    u: Weights  # (V, d) output vectors
    b: Weights  # (V,) biases
    path: Floats  # (s + 1,) bits per token of the text, step by step

    order = 2  # it looks at one token before

    @classmethod
    def fit(
        cls,
        ids: ArrayLike,
        vocabulary_size: int,
        *,
        vectors: ArrayLike,
        l2: float = 1.0,
        steps: int = 60,
        progress: Callable[[float], None] | None = None,
    ) -> Self:
        """The model of a text (n,) for context vectors (V, d); l2 pulls u and b to where they began.

        The loss is the text's surprise in nats plus l2 / 2 (|u|^2 + |b - b_0|^2), with b_0 the unigram.
        """
        from scipy.optimize import minimize  # not at the top: who counts n-grams need not wait for scipy

        text = check_text(ids, vocabulary_size, order=2)
        check_l2(l2)
        v, b = start_of(text, vocabulary_size, vectors)
        if len(text) < 2 or steps == 0:
            return cls(v, np.zeros_like(v), b, np.array([]))
        problem = Problem(text, v, b, l2)
        path = [problem.bits_per_token(np.zeros(problem.size))]

        def after_step(weights: Floats) -> None:
            path.append(problem.last_bits)
            if progress is not None:
                progress(min(len(path) / steps, 1.0))

        settings = {"maxiter": steps, "maxcor": 20}
        start = np.zeros(problem.size)
        # Two threads that wait for each other cost twenty times the work, as soon as something else runs.
        with threadpool_limits(limits=1, user_api="blas"):
            found = minimize(
                problem.loss_and_gradient, start, jac=True, method="L-BFGS-B", callback=after_step, options=settings
            )
        u, moved = problem.parts(found.x)
        return cls(v, u, b + moved, np.array(path))

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return len(self.b)

    @property
    def n_parameters(self) -> int:
        """How many weights the model has, context vectors included."""
        return self.v.size + self.u.size + self.b.size

    @property
    def size_bytes(self) -> int:
        """The bytes of its weights in half precision: the model's own price."""
        return weights_size(self.n_parameters)

    def logits(self, context: ArrayLike) -> Floats:
        """ln q( . | context) in nats; only the last token matters: (n,) -> (V,)."""
        c = last_tokens(context, self.vocabulary_size, n=1)
        return log_softmax(self._scores(c)[0] if len(c) else self.b)

    def surprisals(self, ids: ArrayLike) -> Floats:
        """-log2 q(ids[t] | ids[t-1]) in bits: (n,) -> (n,)."""
        text = check_ids(np.asarray(ids), self.vocabulary_size)
        nats = np.empty(len(text))
        nats[:1] = -log_softmax(self.b)[text[:1]]
        # Each context is asked once, however often it occurs.
        contexts, row = np.unique(text[:-1], return_inverse=True)
        rows_at_once = max(1, BLOCK // self.vocabulary_size)
        for start in range(0, len(contexts), rows_at_once):
            log_q = log_softmax(self._scores(contexts[start : start + rows_at_once]))
            here = np.flatnonzero((row >= start) & (row < start + rows_at_once))
            nats[1 + here] = -log_q[row[here] - start, text[1 + here]]
        return nats_to_bits(nats)

    def _scores(self, contexts: Ids) -> Floats:
        """u . v + b in double precision: (m,) -> (m, V)."""
        return self.v[contexts].astype(np.float64) @ self.u.T.astype(np.float64) + self.b


def whiten(vectors: ArrayLike, counts: ArrayLike) -> Weights:
    """The vectors (V, d), turned and scaled so that over the text their mean is 0 and their covariance 1.

    Directions in which nothing varies are left out: (V, d) -> (V, d'), d' <= d.
    """
    v, weights = np.asarray(vectors, dtype=np.float64), np.asarray(counts)
    if v.ndim != 2 or len(v) != len(weights):
        raise ValueError(f"vectors must be (V, d) with V = {len(weights)}, but have shape {v.shape}")
    if not np.isfinite(v).all():
        raise ValueError("vectors must hold finite numbers, but have NaN or infinity in them")
    share = relative_frequencies(weights)
    v = v - share @ v
    variances, directions = np.linalg.eigh(v.T @ (share[:, None] * v))
    kept = variances > max(FLAT * variances.max(initial=0), np.finfo(np.float64).tiny)
    return (v @ (directions[:, kept] / np.sqrt(variances[kept]))).astype(np.float32)


def start_of(text: Ids, vocabulary_size: int, vectors: ArrayLike) -> tuple[Weights, Weights]:
    """Where every fit begins: the whitened context vectors (V, d) and the unigram's biases (V,)."""
    if vocabulary_size > MAX_VOCABULARY:
        raise ValueError(
            f"vocabulary_size must be at most {MAX_VOCABULARY:,} for a full softmax, but is {vocabulary_size:,}"
        )
    n_i = np.bincount(text, minlength=vocabulary_size)
    return whiten(vectors, n_i), np.log(relative_frequencies(n_i + ADDED)).astype(np.float32)


def check_l2(l2: float) -> None:
    """A ValueError where l2 pulls nowhere, or infinitely."""
    if not (np.isfinite(l2) and l2 > 0):
        raise ValueError(f"l2 must be positive and finite, but is {l2}")


def minus_log_posterior(model: LogBilinear, ids: ArrayLike, *, start: LogBilinear, l2: float) -> float:
    """-ln p(text | weights) - ln p(weights) in nats, where each weight is drawn from N(0, 1 / l2) around its start.

    But for what does not hang on the weights this is n times the loss, so its lowest point is the most probable
    setting (MAP), and l2 / (2 n) = 1 / (2 sigma^2 n) nats a token are the prior's.
    """
    from scipy.stats import norm  # a second to load

    check_l2(l2)
    moved = np.concatenate([(model.u - start.u).ravel(), model.b - start.b]).astype(np.float64)
    # A text's first token has no token before it: no pair, and no part of the loss.
    surprise = float(bits_to_nats(model.surprisals(ids)[1:].sum()))
    return surprise - float(norm.logpdf(moved, scale=l2**-0.5).sum())


class Problem:
    """The loss per token and its gradient, for weights u and b - b_0 side by side: (V, d + 1), flat."""

    def __init__(self, text: Ids, v: Weights, b: Weights, l2: float) -> None:
        from scipy.sparse import csr_array

        V, self.n = len(b), len(text) - 1
        pairs = csr_array((np.ones(self.n, dtype=np.float32), (text[:-1], text[1:])), shape=(V, V))
        contexts = np.flatnonzero(np.diff(pairs.indptr))  # only those that occur take part
        self.phi = np.column_stack([v[contexts], np.ones(len(contexts), dtype=np.float32)])
        self.n_c = np.asarray(pairs.sum(axis=1), dtype=np.float64)[contexts]
        self.moments = np.asarray(pairs[contexts].T @ self.phi, dtype=np.float64)  # what the data say
        self.b, self.l2 = b, l2
        self.fixed = float(self.moments[:, -1] @ b)  # what b_0 alone gives to the pairs' logits
        self.size = self.moments.size
        self.last_nats = self.last_bits = np.nan

    def parts(self, flat: Floats | Weights) -> tuple[Weights, Weights]:
        """u (V, d) and b - b_0 (V,)."""
        weights = flat.reshape(self.moments.shape).astype(np.float32)
        return weights[:, :-1], weights[:, -1]

    def bits_per_token(self, flat: Floats | Weights) -> float:
        """The text's surprise under these weights."""
        self.loss_and_gradient(flat)
        return self.last_bits

    def loss_and_gradient(self, flat: Floats | Weights) -> tuple[float, Floats]:
        """(surprise + l2 / 2 |weights|^2) / n in nats, and its gradient: model moments - data moments."""
        weights = flat.reshape(self.moments.shape)
        expected = self.expected(weights)
        loss = self.last_nats + self.l2 / 2 * float(np.vdot(weights, weights)) / self.n
        return loss, ((expected - self.moments + self.l2 * weights) / self.n).ravel()

    def expected(self, weights: Floats | Weights) -> Floats:
        """The model's moments, summed over the text's contexts: (V, d + 1) -> (V, d + 1); keeps the price."""
        log_Z, expected = 0.0, np.zeros(self.moments.shape)
        rows_at_once = max(1, BLOCK // len(self.b))
        for start in range(0, len(self.phi), rows_at_once):
            phi, n_c = self.phi[start : start + rows_at_once], self.n_c[start : start + rows_at_once]
            z = phi @ weights.T.astype(np.float32)
            z += self.b
            top = z.max(axis=1, keepdims=True)
            z -= top
            np.exp(z, out=z)
            Z = z.sum(axis=1)
            log_Z += float(n_c @ (np.log(Z) + top[:, 0]))
            # Each context's row of q counts as often as the context occurs.
            expected += z.T @ (phi * (n_c / Z).astype(np.float32)[:, None])
        self.last_nats = (log_Z - float(np.vdot(self.moments, weights)) - self.fixed) / self.n
        self.last_bits = float(nats_to_bits(self.last_nats))
        return expected
