"""Byte-pair encoding: begin with bytes, and merge the commonest pair into a new piece, again and again.

    t h e _ t h i n g      merge 1:  t h  -> th     (256)
    th e _ th i n g        merge 2:  th e -> the    (257)
    the _ th i n g         ...

The vocabulary is what the merges made, in their order, so a small vocabulary is the
beginning of a large one. Nothing can fall outside it: it begins with all 256 bytes.
Merges stay within the pieces of `ladder.math.pieces.runs`, and a pair that occurs once is
not worth a number, so a short text may end with fewer pieces than were asked for.

The merging is done by Hugging Face `tokenizers`. It works on strings, so each byte b
travels as the character chr(b) (Latin-1), which is exact for every byte string.

Reference: R. Sennrich et al., "Neural Machine Translation of Rare Words with Subword
Units" (2016); P. Gage, "A New Algorithm for Data Compression" (1994).
"""

import json
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from tokenizers import Tokenizer, models, trainers

from ladder.math.alphabet import SINGLE_BYTES, Alphabet, check_size, number, spell
from ladder.math.encoding import N_BYTES, Ids
from ladder.math.pieces import runs
from ladder.reality.corpus import to_bytes

DEFAULT_SIZE = 1024


class Merge(NamedTuple):
    """One step: wherever `left` stands before `right`, write `new`."""

    left: int
    right: int
    new: int


@dataclass(frozen=True, eq=False)
class BPEAlphabet(Alphabet):
    """The bytes, and what merging made of them, in order."""

    merges: tuple[Merge, ...] = ()
    scheme = "bpe"

    def ids(self, text: str) -> Ids:
        """The text in pieces, each built by the merges in their order: (n,)."""
        distinct, numbers = number(runs(text))
        return spell(numbers, [self.spelling(to_bytes(piece)) for piece in distinct])

    def spelling(self, piece: bytes) -> list[int]:
        """The ids of one piece between two cuts."""
        return [token.id for token in self._model.tokenize(piece.decode("latin-1"))]

    def first(self, vocabulary_size: int) -> "BPEAlphabet":
        """The alphabet when it had `vocabulary_size` pieces: a beginning of this one."""
        check_size(vocabulary_size)
        merges = tuple(takewhile(lambda merge: merge.new < vocabulary_size, self.merges))
        return BPEAlphabet(self.vocabulary[:vocabulary_size], merges)

    @cached_property
    def _model(self) -> models.BPE:
        names = [piece.decode("latin-1") for piece in self.vocabulary]
        return models.BPE(
            vocab={name: i for i, name in enumerate(names)},
            merges=[(names[merge.left], names[merge.right]) for merge in self.merges],
        )


def fit_bpe(text: str, *, vocabulary_size: int | None = None) -> BPEAlphabet:
    """The merges that a text teaches, until there are `vocabulary_size` pieces or no pair occurs twice."""
    size = check_size(vocabulary_size) or DEFAULT_SIZE
    distinct, numbers = number(runs(text))
    travelling = [to_bytes(piece).decode("latin-1") for piece in distinct]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=2,
        show_progress=False,
        initial_alphabet=[chr(b) for b in range(N_BYTES)],
    )
    tokenizer = Tokenizer(models.BPE())
    tokenizer.train_from_iterator((travelling[i] for i in numbers.tolist()), trainer=trainer)
    return _alphabet_of(json.loads(tokenizer.to_str())["model"])


def _alphabet_of(model: dict) -> BPEAlphabet:
    """The alphabet in a trained model, as its JSON has it."""
    ids: dict[str, int] = model["vocab"]
    vocabulary = tuple(name.encode("latin-1") for name in sorted(ids, key=ids.__getitem__))
    if vocabulary[:N_BYTES] != SINGLE_BYTES:
        raise RuntimeError("the trainer did not number the 256 bytes first")
    merges = tuple(Merge(ids[left], ids[right], ids[left + right]) for left, right in model["merges"])
    return BPEAlphabet(vocabulary, merges)
