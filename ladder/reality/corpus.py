"""A corpus: documents in order, and the bytes that they are written in.

    text = documents[0] + documents[1] + ...        nothing is lost between them
    data = text in UTF-8                             what every price is divided by

Bytes that are no UTF-8 stand in `text` as lone surrogates (PEP 383), so that text and
data hold the same thing in both directions, whatever the bytes are.

A corpus is a slice of the world that somebody has cut: `take` cuts again, and `split`
sets the last part aside, to be looked at once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, Self

# A document's end counts as "near" the wanted cut within this share of the text.
NEAR = 0.05


@dataclass(frozen=True)
class Corpus:
    """Texts in order under one name, with what reading them did to them."""

    name: str
    documents: tuple[str, ...]
    titles: tuple[str, ...]  # one for each document
    notes: tuple[str, ...] = ()  # sentences for the reader: what was decoded, replaced, left out
    source: str = field(default="", compare=False)  # the address in a store of the text that this is, or is cut from

    def __post_init__(self) -> None:
        if not any(self.documents):
            raise ValueError(f"“{self.name}” holds no text. Choose a file or a slice with at least one character.")
        if len(self.titles) != len(self.documents):
            raise ValueError(f"{len(self.documents)} documents need as many titles, but there are {len(self.titles)}")

    @classmethod
    def of(cls, name: str, text: str, notes: Sequence[str] = ()) -> Self:
        """The corpus of one document."""
        return cls(name, (text,), (name,), tuple(notes))

    @cached_property
    def text(self) -> str:
        """All documents, joined."""
        return "".join(self.documents)

    @cached_property
    def data(self) -> bytes:
        """The text in UTF-8; undecodable bytes as they came."""
        return to_bytes(self.text)

    @cached_property
    def sha(self) -> str:
        """The SHA-256 of the data, in hex: the corpus' identity in links, caches and the store."""
        return hashlib.sha256(self.data).hexdigest()


class Split(NamedTuple):
    """A text in two: what models may learn from, and what they are judged on."""

    train: str
    held_out: str


def to_bytes(text: str) -> bytes:
    """The bytes that a text stands for: UTF-8, and undecodable bytes as they came."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """The text of any bytes; `to_bytes` takes it back exactly."""
    return data.decode("utf-8", "surrogateescape")


def take(corpus: Corpus, *, documents: Sequence[int] | None = None, start: float = 0.0, stop: float = 1.0) -> Corpus:
    """The slice of a corpus: some of its documents, then the stretch from `start` to `stop` (shares of their text).

    Raises ValueError for a document that does not exist and for a slice without text.
    """
    if not 0 <= start < stop <= 1:
        raise ValueError(f"A stretch must begin before it ends, within 0 and 1, but runs from {start:g} to {stop:g}.")
    chosen = range(len(corpus.documents)) if documents is None else sorted(set(documents))
    if missing := [i for i in chosen if not 0 <= i < len(corpus.documents)]:
        raise ValueError(
            f"There is no document {missing[0] + 1} in “{corpus.name}”: "
            f"choose from 1 to {len(corpus.documents)}, or leave the field empty for all."
        )
    length = sum(len(corpus.documents[i]) for i in chosen)
    first, last = round(start * length), round(stop * length)
    kept, titles, offset = [], [], 0
    for i in chosen:
        document = corpus.documents[i]
        piece = document[max(0, first - offset) : max(0, last - offset)]
        offset += len(document)
        if piece:
            kept.append(piece)
            titles.append(corpus.titles[i])
    return Corpus(corpus.name, tuple(kept), tuple(titles), corpus.notes, corpus.source)


def split(corpus: Corpus, *, held_out: float = 0.1) -> Split:
    """The first part to learn from, the last `held_out` share to be judged on.

    The cut falls on the end of a document where one is near, else on the end of a line
    where one is near, else between two characters. Raises ValueError for a text of one character.
    """
    if not 0 < held_out < 1:
        raise ValueError(f"held_out must lie between 0 and 1, but is {held_out:g}")
    text = corpus.text
    if len(text) < 2:
        raise ValueError(
            "A text of one character cannot be split into a part to learn from and a part to be judged on."
        )
    wanted = round((1 - held_out) * len(text))
    cut = _nearest(_document_ends(corpus), wanted, len(text)) or _nearest(
        [text.rfind("\n", 0, wanted) + 1, text.find("\n", wanted) + 1], wanted, len(text)
    )
    cut = cut or min(max(wanted, 1), len(text) - 1)
    return Split(text[:cut], text[cut:])


def _document_ends(corpus: Corpus) -> list[int]:
    ends, offset = [], 0
    for document in corpus.documents:
        offset += len(document)
        ends.append(offset)
    return ends


def _nearest(ends: Sequence[int], wanted: int, length: int) -> int | None:
    """The end nearest to the wanted cut, or None where none lies near it."""
    near = [end for end in ends if 0 < end < length and abs(end - wanted) <= NEAR * length]
    return min(near, key=lambda end: abs(end - wanted), default=None)
