"""Drawing text from a model, one token after the other.

    x_t ~ p( . | x_1 ... x_{t-1})        p: q after temperature and truncation

A draw of one token walks along the cumulated p until it has passed u, uniform on [0, 1):
an outcome of probability 0 has no length there and can never be hit. Each token carries
two prices: its surprisal -log2 q under the model itself, and -log2 p under what it was
really drawn from.

The random generator is handed in: the same seed gives the same text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ladder.lenses.shannon import surprisal
from ladder.lenses.simplex import Floats, check_distribution
from ladder.math.encoding import Ids
from ladder.probability.distribution import Bends, check_settings, next_distribution
from ladder.probability.rows import remembered
from ladder.statistics.model import LanguageModel, check_ids

MAX_TOKENS = 100_000


class Token(NamedTuple):
    """One token that was drawn, and what it cost."""

    id: int
    surprisal: float  # -log2 q in bits
    surprisal_truncated: float  # -log2 p in bits


@dataclass(frozen=True, eq=False)
class Draw:
    """A text that was drawn, token by token."""

    ids: Ids  # (n,)
    surprisals: Floats  # (n,) in bits, under the model itself
    surprisals_truncated: Floats  # (n,) in bits, under what was drawn from

    @property
    def bits_per_token(self) -> float:
        """The mean surprisal under the model itself."""
        return float(self.surprisals.mean())


class _Row(NamedTuple):
    """One context's outcomes that can be drawn, ready for it."""

    ids: NDArray[np.intp]  # (k,)
    cumulated: Floats  # (k,)
    surprisals: Floats  # (k,)
    surprisals_truncated: Floats  # (k,)


class Hit(NamedTuple):
    """One outcome that was drawn, and where the needle fell."""

    id: int
    u: float  # uniform on [0, 1)
    start: float  # where the outcome's stretch of the cumulated p begins
    stop: float


def draw_one(p: ArrayLike, rng: np.random.Generator) -> Hit:
    """One outcome of p: (V,) -> its index, and u within its stretch of [0, 1)."""
    cumulated = np.cumsum(check_distribution(p))
    u = rng.random()
    i = int(_walk(cumulated, u))
    return Hit(i, u, float(cumulated[i - 1]) if i else 0.0, float(cumulated[i]))


def sample(
    model: LanguageModel,
    prompt: ArrayLike,
    *,
    n: int,
    rng: np.random.Generator,
    **bends: Unpack[Bends],
) -> Draw:
    """n tokens drawn after `prompt` (ids, may be empty); the prompt itself is not among them.

    The settings are those of `next_distribution`; its `seen` are here the prompt and what was drawn.
    """
    tokens = stream(model, prompt, n=n, rng=rng, **bends)
    columns = np.array(list(tokens), dtype=np.float64).reshape(-1, 3).T
    return Draw(columns[0].astype(np.int32), columns[1], columns[2])


def stream(
    model: LanguageModel,
    prompt: ArrayLike,
    *,
    n: int,
    rng: np.random.Generator,
    **bends: Unpack[Bends],
) -> Iterator[Token]:
    """The tokens of `sample`, each as soon as it is drawn."""
    if not 1 <= n <= MAX_TOKENS:
        raise ValueError(f"n must lie between 1 and {MAX_TOKENS:,} tokens, but is {n:,}")
    check_settings(**bends)
    start = check_ids(np.asarray(prompt), model.vocabulary_size)

    def make(logits: Floats, seen: ArrayLike = ()) -> _Row:
        result = next_distribution(logits, seen=seen, **bends)
        ids = np.flatnonzero(result.p)
        p = result.p[ids]
        return _Row(ids, np.cumsum(p), surprisal(result.before[ids]), surprisal(p))

    def tokens() -> Iterator[Token]:
        came = np.zeros(model.vocabulary_size, dtype=bool)
        came[start] = True
        if bends.get("repetition_penalty") is None:
            row_of = remembered(model, make, row_bytes=32 * model.vocabulary_size)
        else:  # then a row depends on all that came before, and only the model's own answer can be kept
            logits_of = remembered(model, lambda logits: logits, row_bytes=8 * model.vocabulary_size)

            def row_of(context: Ids) -> _Row:
                return make(logits_of(context), np.flatnonzero(came))

        text = np.concatenate([start, np.zeros(n, dtype=np.int32)])
        for t in range(len(start), len(text)):
            row = row_of(text[:t])
            i = _walk(row.cumulated, rng.random())
            text[t] = row.ids[i]
            came[text[t]] = True
            yield Token(int(row.ids[i]), float(row.surprisals[i]), float(row.surprisals_truncated[i]))

    return tokens()


def _walk(cumulated: Floats, u: float) -> np.intp:
    """The first place where the cumulated mass has passed the share u of the whole."""
    # side="right" steps over outcomes of probability 0, also for u = 0.
    return cumulated.searchsorted(u * cumulated[-1], side="right")
