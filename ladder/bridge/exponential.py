"""An exponential family over the tokens, and two ways to its member that fits.

    q(i; l) = exp(l f_i) / Z(l)          ln Z(l) = ln sum exp(l f_i)

    dual      choose l so that <f>_q = m: Newton on the convex ln Z(l) - l m    (maximum likelihood)
    primal    of all q with sum q = 1 and <f>_q = m, the one of largest entropy: Newton on q itself

Both must end at one q. f lies between 0 and 1.
"""

from typing import NamedTuple

import numpy as np

from ladder.lenses.simplex import Floats, softmax

STEPS = 200
ENOUGH = 1e-15


class Member(NamedTuple):
    """The member of the family whose mean of f is that of the data."""

    lam: float
    q: Floats  # (V,)


def log_Z(lam: float, f: Floats) -> float:
    """ln Z in nats at a natural parameter."""
    top = float((lam * f).max())
    return top + float(np.log(np.exp(lam * f - top).sum()))


def likeliest(f: Floats, m: float) -> Member:
    """The maximum-likelihood member, by Newton's steps with halving: f (V,), the data's mean m."""
    lam, loss = 0.0, log_Z(0.0, f)
    for _ in range(STEPS):
        q = softmax(lam * f)
        mean = float(q @ f)
        variance = float(q @ (f - mean) ** 2)
        if abs(mean - m) <= ENOUGH or variance == 0:
            break
        step = (m - mean) / variance
        while (ahead := log_Z(lam + step, f) - (lam + step) * m) > loss and abs(step) > ENOUGH:
            step /= 2
        if ahead >= loss and abs(mean - m) < 1e-12:
            break
        lam, loss = lam + step, ahead
    return Member(lam, softmax(lam * f))


def largest_entropy(f: Floats, m: float) -> Floats:
    """The q of largest entropy with sum q = 1 and <f>_q = m, by Newton on q with its two multipliers: (V,)."""
    A = np.vstack([np.ones_like(f), f])
    target = np.array([1.0, m])
    q, w = np.full(len(f), 1 / len(f)), np.zeros(2)

    def residual(q: Floats, w: Floats) -> float:
        return float(np.linalg.norm(np.concatenate([np.log(q) + 1 + A.T @ w, A @ q - target])))

    for _ in range(STEPS):
        now = residual(q, w)
        if now <= 1e-13 * len(f):
            break
        slope = np.log(q) + 1
        # The Hessian of sum q ln q is diag(1/q), so two equations are left for the multipliers.
        new_w = np.linalg.solve((A * q) @ A.T, A @ q - target - (A * q) @ slope)
        dq, dw, t = -q * (slope + A.T @ new_w), new_w - w, 1.0
        while t > 1e-12 and ((q + t * dq).min() <= 0 or residual(q + t * dq, w + t * dw) > (1 - 0.1 * t) * now):
            t /= 2
        if t <= 1e-12:
            break
        q, w = q + t * dq, w + t * dw
    return q
