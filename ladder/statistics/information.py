"""Information geometry: what is straight between two distributions.

Let p_0 and p_1 have the same support. Two paths lead from one to the other, and both are straight:

    m-geodesic     p_t    =  (1 - t) p_0 + t p_1                 mix the probabilities
    e-geodesic     ln p_t =  (1 - t) ln p_0 + t ln p_1 - psi(t)  mix the logits; psi = ln Z

Along the e-geodesic with u = ln(p_1 / p_0), an exponential family in t,

    psi'(t)  =  <u>          psi''(t)  =  Var u  =  the Fisher metric g(t)

and the two KLs between the ends are areas under it:

    KL(p_0||p_1) = int (1 - t) g dt        KL(p_1||p_0) = int t g dt

so their sum, Jeffreys' divergence, is the whole area. For q = softmax(theta) the metric is the matrix

    g_ij  =  d2 ln Z / d theta_i d theta_j  =  cov(i, j)  =  diag(q) - q q^T

Reference: S. Amari and H. Nagaoka, "Methods of Information Geometry" (2000).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from ladder.lenses.shannon import jensen_shannon, kl_divergence
from ladder.lenses.simplex import Floats, check_distribution, log_softmax, softmax

if TYPE_CHECKING:
    import pandas as pd

H = 1e-3  # the step of second differences


def m_geodesic(p: ArrayLike, q: ArrayLike, t: ArrayLike) -> Floats:
    """Mixtures of the probabilities: (V,), (V,), (n,) -> (n, V)."""
    a, b = check_distribution(p), check_distribution(q, "q")
    t = np.asarray(t, dtype=np.float64)[..., None]
    return (1 - t) * a + t * b


def e_geodesic(p: ArrayLike, q: ArrayLike, t: ArrayLike) -> Floats:
    """Mixtures of the logits, normalised: (V,), (V,), (n,) -> (n, V)."""
    a, b = _log(p, "p"), _log(q, "q")
    t = np.asarray(t, dtype=np.float64)[..., None]
    return softmax((1 - t) * a + t * b)


def fisher_along(p: ArrayLike, q: ArrayLike, t: ArrayLike) -> Floats:
    """g(t) = Var ln(q/p) on the e-geodesic, in nats squared: (V,), (V,), (n,) -> (n,)."""
    u = _log(q, "q") - _log(p, "p")
    on = e_geodesic(p, q, t)
    return (on * (u - (on @ u)[..., None]) ** 2).sum(axis=-1)


def log_partition_along(p: ArrayLike, q: ArrayLike, t: ArrayLike) -> Floats:
    """psi(t) = ln sum p^(1-t) q^t in nats: (V,), (V,), (n,) -> (n,)."""
    a, b = _log(p, "p"), _log(q, "q")
    z = a + np.asarray(t, dtype=np.float64)[..., None] * (b - a)
    return z[..., 0] - log_softmax(z)[..., 0]


def second_difference(f: Callable[[Floats], Floats], t: ArrayLike, *, h: float = H) -> Floats:
    """f''(t) to fourth order in h: (n,) -> (n,)."""
    t = np.asarray(t, dtype=np.float64)
    return (-f(t - 2 * h) + 16 * f(t - h) - 30 * f(t) + 16 * f(t + h) - f(t + 2 * h)) / (12 * h * h)


def fisher_metric(theta: ArrayLike) -> Floats:
    """cov = diag(q) - q q^T for q = softmax(theta): (V,) -> (V, V)."""
    q = softmax(theta)
    return np.diag(q) - np.outer(q, q)


def hessian_log_partition(theta: ArrayLike, *, h: float = H) -> Floats:
    """The second differences of ln Z in theta: (V,) -> (V, V)."""
    z = np.asarray(theta, dtype=np.float64)

    def log_Z(at: Floats) -> float:
        return float(at[0] - log_softmax(at)[0])

    steps = h * np.eye(len(z))
    return np.array(
        [
            [(log_Z(z + a + b) - log_Z(z + a - b) - log_Z(z - a + b) + log_Z(z - a - b)) / (4 * h * h) for b in steps]
            for a in steps
        ]
    )


def jensen_shannon_distance(p: ArrayLike, q: ArrayLike) -> float:
    """The root of the Jensen-Shannon divergence in bits: a true distance, 0 to 1."""
    return float(np.sqrt(max(float(jensen_shannon(p, q)), 0.0)))


def along(p: ArrayLike, q: ArrayLike, *, points: int = 41) -> "pd.DataFrame":
    """One row a place and path: `t`, `path`, `from_p` = KL(p||p_t), `to_q` = KL(p_t||q) in bits."""
    import pandas as pd  # not at the top: who counts n-grams need not wait for pandas

    t = np.linspace(0, 1, points)
    tables = []
    for name, path in (("e-geodesic", e_geodesic), ("m-geodesic", m_geodesic)):
        on = path(p, q, t)
        on = on / on.sum(axis=1, keepdims=True)  # rounding alone
        ends = np.broadcast_to(np.asarray(p), on.shape), np.broadcast_to(np.asarray(q), on.shape)
        tables.append(
            pd.DataFrame(
                {"t": t, "path": name, "from_p": kl_divergence(ends[0], on), "to_q": kl_divergence(on, ends[1])}
            )
        )
    return pd.concat(tables, ignore_index=True)


def _log(p: ArrayLike, name: str) -> Floats:
    array = check_distribution(p, name)
    if (array == 0).any():
        raise ValueError(f"{name} must not call anything impossible here: add a little to each count first")
    return np.log(array)
