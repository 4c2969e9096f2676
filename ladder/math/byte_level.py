"""A borrowed alphabet: the byte-level BPE that a language model was trained with.

It writes each byte as one visible letter (the 188 that can be seen as themselves, the other
68 from U+0100 on), and its merges are those of somebody else's texts. Text that looks like a
control token, say <|im_start|>, is text here.

Some such vocabularies lack a few of the 256 bytes, which their texts never had. Those get ids
of their own after the last, so that every text can be written and read back:

    ids 0 ... V - 1       the tokenizer's own
    ids V ... V + m - 1   the m bytes that it lacks

Reference: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019).
"""

import json
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ladder.math.alphabet import SINGLE_BYTES, Alphabet
from ladder.math.encoding import N_BYTES, Ids
from ladder.reality.corpus import to_bytes

VISIBLE = (*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100))
HIDDEN = tuple(b for b in range(256) if b not in VISIBLE)
BYTE_OF = {chr(b): b for b in VISIBLE} | {chr(256 + i): b for i, b in enumerate(HIDDEN)}


@dataclass(frozen=True, eq=False)
class ByteLevel(Alphabet):
    """A tokenizer's alphabet, in its own numbers."""

    tokenizer: Any  # a tokenizers.Tokenizer, without its control tokens
    n_own: int  # V, the tokenizer's own pieces; those after it are the bytes that it lacks
    byte_ids: tuple[int, ...]  # the id of each single byte

    @property
    def scheme(self) -> str:
        """The name of its kind; it is none that is fitted here."""
        return "borrowed"

    @classmethod
    def read(cls, description: str, *, n_own: int) -> "ByteLevel":
        """The alphabet of a tokenizer.json; `n_own` is how many ids its model has logits for."""
        from tokenizers import Tokenizer

        parts = json.loads(description)
        control = {token["id"]: token["content"] for token in parts["added_tokens"]}
        parts |= {"added_tokens": [], "post_processor": None, "truncation": None, "padding": None}
        tokenizer = Tokenizer.from_str(json.dumps(parts))
        numbers: dict[bytes, int] = {}
        pieces = [b""] * n_own
        for i, content in control.items():
            pieces[i] = content.encode()
        for piece, i in tokenizer.get_vocab(with_added_tokens=False).items():
            if i not in control:
                pieces[i] = _bytes_of(piece)
                numbers[pieces[i]] = i
        for byte in SINGLE_BYTES:
            if byte not in numbers:
                numbers[byte] = len(pieces)
                pieces.append(byte)
        return cls(tuple(pieces), tokenizer, n_own, tuple(numbers[byte] for byte in SINGLE_BYTES))

    def ids(self, text: str) -> Ids:
        """The text in numbers: (n,)."""
        lacking = {b for b in range(N_BYTES) if self.byte_ids[b] >= self.n_own}
        odd = {letter for letter in set(text) if "\ud800" <= letter <= "\udfff" or lacking & set(to_bytes(letter))}
        found: list[int] = []
        for part in _stretches(text, odd):
            if part[0] in odd:
                found += [self.byte_ids[b] for b in to_bytes(part)]
            else:
                found += self.tokenizer.encode(part, add_special_tokens=False).ids
        return np.array(found, dtype=np.int32)


def _stretches(text: str, odd: set[str]) -> list[str]:
    """The text cut where letters that only single bytes can write begin and end."""
    if not odd:
        return [text] if text else []
    return [part for part in re.split(f"([{''.join(map(re.escape, sorted(odd)))}]+)", text) if part]


def _bytes_of(piece: str) -> bytes:
    try:
        return bytes(BYTE_OF[letter] for letter in piece)
    except KeyError:
        raise ValueError(
            f"This tokenizer’s piece “{piece[:20]}” stands for no bytes: only byte-level BPE can be read."
        ) from None
