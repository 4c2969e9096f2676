"""The entropy of a source, guessed from how often its symbols came up.

Symbol i came up n_i times among n. Putting shares n_i / n for the unknown p_i makes the text look
simpler than its source: what has not come up yet counts as impossible. Each correction adds what is
likely missing (K symbols came up, f_1 of them once):

    plug-in        -sum p log2 p,  p = n_i / n             too low, by about (K - 1) / 2n nats
    Miller-Madow   plug-in + (K - 1) / 2n                  the first term of that error
    Grassberger    log n - 1/n sum n_i G(n_i)              sums the errors of the logarithms
    Chao-Shen      weighs each symbol by its chance to come up at all, after shrinking
                   all shares by the coverage C = 1 - f_1 / n

All in bits, with counts (V,); zeros among them change nothing.

References: Miller (1955); Grassberger, "Entropy estimates from insufficient samplings" (2003);
Chao and Shen, "Nonparametric estimation of Shannon's index of diversity" (2003).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats

Counts = NDArray[np.int64]


def plug_in(counts: ArrayLike) -> float:
    """The entropy of the shares n_i / n, in bits."""
    n_i = seen(counts)
    n = n_i.sum()
    return _bits(np.log(n) - (n_i * np.log(n_i)).sum() / n)


def miller_madow(counts: ArrayLike) -> float:
    """The plug-in with its first-order bias taken back, in bits."""
    n_i = seen(counts)
    return plug_in(n_i) + _bits((len(n_i) - 1) / (2 * n_i.sum()))


def grassberger(counts: ArrayLike) -> float:
    """Grassberger's estimate of 2003, in bits."""
    n_i = seen(counts)
    n = n_i.sum()
    return _bits(np.log(n) - (n_i * _G(n_i)).sum() / n)


def chao_shen(counts: ArrayLike) -> float:
    """Chao and Shen's estimate, in bits."""
    n_i = seen(counts)
    n = n_i.sum()
    p = coverage(n_i) * n_i / n
    # 1 - (1 - p)^n, the chance to come up at all; expm1 and log1p keep it exact for small p.
    with np.errstate(divide="ignore"):
        comes_up = -np.expm1(n * np.log1p(-p))
    return _bits(-(p * np.log(p) / comes_up).sum()) + 0.0


def coverage(counts: ArrayLike) -> float:
    """Good and Turing's C = 1 - f_1 / n: the chance that the next symbol has come up before."""
    n_i = seen(counts)
    n, once = int(n_i.sum()), int((n_i == 1).sum())
    # Were everything new, C would be 0 and leave no shares; the usual way out is to take one as seen twice.
    return 1 - (once if once < n else n - 1) / n


def seen(counts: ArrayLike) -> Counts:
    """The counts above zero. Raises ValueError where there are none, or one is negative or no whole number."""
    array = np.asarray(counts)
    if (array < 0).any() or (array != np.floor(array)).any():
        raise ValueError("counts must be whole numbers, none negative")
    n_i = array[array > 0].astype(np.int64)
    if n_i.size == 0:
        raise ValueError("counts must hold at least one symbol that came up")
    return n_i


ESTIMATORS = {
    "plug-in": plug_in,
    "Miller-Madow": miller_madow,
    "Grassberger": grassberger,
    "Chao-Shen": chao_shen,
}


def _G(n_i: Counts) -> Floats:
    """Grassberger's G(n), which stands where the plug-in has ln n: (V,) -> (V,).

    G(1) = -gamma - ln 2,  G(2) = G(1) + 2,  G(2m + 1) = G(2m),  G(2m + 2) = G(2m) + 2 / (2m + 1)
    """
    steps = 2 / (2 * np.arange(int(n_i.max()) // 2) + 1)
    return -np.euler_gamma - np.log(2) + np.concatenate([[0.0], steps.cumsum()])[n_i // 2]


def _bits(nats: float) -> float:
    return float(nats_to_bits(nats))
