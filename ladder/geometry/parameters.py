"""What a network stores: its parameters by kind, and whether a table of cosines would fit among them.

    V (V - 1) / 2        cosines of all pairs of V tokens
    V d                  numbers from which every one of them can be computed: the embeddings

A network that stored the pairs would hold a table of V x V somewhere. None of its parameters has
that shape; and where V is large, all of them together are too few.
"""

import math
from collections.abc import Iterable
from typing import NamedTuple

import regex

KINDS = {
    "token embeddings": r"word_embeddings|embed_tokens|wte|tok_embeddings",
    "position embeddings": r"position_embeddings|wpe",
    "type embeddings": r"token_type_embeddings",
    "norms": r"norm|ln_\w*\.",
    "W_q": r"query|q_proj|q_lin",
    "W_k": r"\bkey|k_proj|k_lin",
    "W_v": r"value|v_proj|v_lin",
    "W_o": r"attention\.output|o_proj|out_lin",
    "pooler": r"pooler",
    "MLP": r"intermediate|output\.dense|mlp|ffn",
}
BIAS = "biases"
OTHER = "other"


class Parameter(NamedTuple):
    """One table of weights."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


class Stored(NamedTuple):
    """What is stored, and what would have to be."""

    by_kind: dict[str, int]  # kind -> numbers, largest first
    total: int
    pairs: int  # V (V - 1) / 2
    tables: tuple[str, ...]  # parameters of the shape V x V

    @property
    def room(self) -> bool:
        """Whether all pairs would fit, if the network stored nothing else."""
        return self.total >= self.pairs


def kind_of(name: str) -> str:
    """What a parameter of that name is for; biases go by themselves, those of norms with the norms."""
    lowered = name.casefold()
    kind = next((kind for kind, pattern in KINDS.items() if regex.search(pattern, lowered)), OTHER)
    return BIAS if lowered.endswith("bias") and kind != "norms" else kind


def stored(parameters: Iterable[Parameter], vocabulary_size: int) -> Stored:
    """A network's parameters by kind, beside the number of pairs of its V tokens."""
    own = tuple(parameters)
    by_kind: dict[str, int] = {}
    for parameter in own:
        kind = kind_of(parameter.name)
        by_kind[kind] = by_kind.get(kind, 0) + parameter.size
    V = vocabulary_size
    tables = tuple(parameter.name for parameter in own if parameter.shape == (V, V))
    ranked = dict(sorted(by_kind.items(), key=lambda item: -item[1]))
    return Stored(ranked, sum(by_kind.values()), V * (V - 1) // 2, tables)
