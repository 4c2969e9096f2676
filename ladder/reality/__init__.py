"""Reality: what is there, and what is left out?

A corpus is not the world. Somebody chose it, cut it, and wrote it down in bytes; all that the
rungs above can ever learn is in those bytes. So look at them first:

    read_corpus, read_corpora    any file becomes a corpus, and notes say what that did to it
    SAMPLES, load_sample         texts at hand, and sources whose entropy rate is known
    Store                        uploads under their hash
    take, split                  a slice; a part to learn from and a part to be judged on
    yardsticks                   what zlib, bz2, lzma, zstd and PPMd pay, in bits per byte

A byte costs 8 bits. Everything that follows is an attempt to pay less.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ladder.reality.corpus import Corpus, Split, split, take, to_bytes, to_text
from ladder.reality.decode import MAX_BYTES, columns_of, read_corpora, read_corpus
from ladder.reality.samples import SAMPLES, Sample, load_sample
from ladder.reality.sources import SOURCES
from ladder.reality.yardsticks import yardsticks

if TYPE_CHECKING:
    from ladder.reality.guesses import GuessPool
    from ladder.reality.store import Store, address_of

# Who only reads a text need not wait for a database.
_LATE = {"GuessPool": "guesses", "Store": "store", "address_of": "store"}

__all__ = [
    "MAX_BYTES",
    "SAMPLES",
    "SOURCES",
    "Corpus",
    "GuessPool",
    "Sample",
    "Split",
    "Store",
    "address_of",
    "columns_of",
    "load_sample",
    "read_corpora",
    "read_corpus",
    "split",
    "take",
    "to_bytes",
    "to_text",
    "yardsticks",
]


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
