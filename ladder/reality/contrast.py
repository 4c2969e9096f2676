"""What one corpus says more often than another, and what it never says.

Shares of rare pieces are noise. So each corpus is given `prior` tokens that it has not got, spread as
both corpora together spread theirs (the informative Dirichlet prior), and the odds of a piece w are
compared on a log scale, in units of their standard error:

    alpha_w = prior x (share of w in both)
    delta_w = ln  (y_w + alpha_w) / (n + prior - y_w - alpha_w)  -  the same for the other
    z_w     = delta_w / sqrt(1 / (y_w + alpha_w) + 1 / (y'_w + alpha_w))

|z| > 1.96 is more than chance for one piece chosen beforehand; among thousands look for more.

Reference: Monroe, Colaresi and Quinn, "Fightin' Words" (2008).
"""

import re
from collections import Counter

import numpy as np
import pandas as pd

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
PRIOR = 1000.0


def letters(text: str) -> Counter[str]:
    """How often each character comes up, white space left out."""
    return Counter({letter: n for letter, n in Counter(text).items() if not letter.isspace()})


def words(text: str) -> Counter[str]:
    """How often each run of letters comes up, in lower case."""
    return Counter(WORD.findall(text.casefold()))


def log_odds(here: Counter[str], there: Counter[str], *, prior: float = PRIOR) -> pd.DataFrame:
    """One row a piece, most typical of `here` first: `piece`, `here`, `there` (counts), `delta` (nats), `z`.

    Raises ValueError where a side is empty or the prior is not positive, and where both have one piece, the same.
    """
    if not here.total() or not there.total():
        raise ValueError(
            "Both texts must hold at least one piece to be compared. Compare letters, or choose another text."
        )
    if not prior > 0:
        raise ValueError(f"prior must be positive, but is {prior:g}")
    pieces = sorted(piece for piece in here.keys() | there.keys() if here[piece] or there[piece])
    if len(pieces) < 2:
        raise ValueError("Both texts hold one and the same piece: there is nothing to compare.")
    y = np.array([[counts[piece] for piece in pieces] for counts in (here, there)], dtype=np.float64)
    n = y.sum(axis=1, keepdims=True)
    alpha = prior * y.sum(axis=0) / y.sum()
    smoothed = y + alpha
    odds = np.log(smoothed) - np.log(n + prior - smoothed)
    delta = odds[0] - odds[1]
    z = delta / np.sqrt((1 / smoothed).sum(axis=0))
    table = pd.DataFrame({"piece": pieces, "here": y[0].astype(int), "there": y[1].astype(int), "delta": delta, "z": z})
    return table.sort_values("z", ascending=False, kind="stable", ignore_index=True)


def missing(here: Counter[str], there: Counter[str]) -> pd.DataFrame:
    """What `there` has and `here` has not, most surprising absence first: `piece`, `there`, `expected`, `chance`.

    `expected` is how often it would stand here with the other's share, `chance` how likely it would then be
    absent all the same: exp(-expected).
    """
    absent = sorted(
        ((n, piece) for piece, n in there.items() if n and not here[piece]), key=lambda row: (-row[0], row[1])
    )
    expected = np.array([n for n, _ in absent], dtype=np.float64) * here.total() / max(there.total(), 1)
    return pd.DataFrame(
        {
            "piece": [piece for _, piece in absent],
            "there": [n for n, _ in absent],
            "expected": expected,
            "chance": np.exp(-expected),
        }
    )
