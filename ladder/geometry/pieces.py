"""What is put on the map: a corpus cut into words or into sentences.

    words       the most frequent ones that have a letter in them, with their counts
    sentences   stretches that end in . ! ? or their kin (。！？؟ ...) or in a line's end

A sentence here is what an encoder reads at once. Verse and lists have no full stops, so every
line's end is an end too. Where there are more than asked for, a random sample is drawn, and
`note` says so.
"""

from collections import Counter
from typing import NamedTuple

import numpy as np
import regex

from ladder.math.pieces import words

MOST = 2000
LONGEST = 400  # characters; an encoder reads a few hundred tokens and no more
_LETTER = regex.compile(r"\p{L}")
_UNDECODABLE = regex.compile("[\ud800-\udfff]")
# A full stop needs white space after it, or 3.14 would be two sentences; 。 needs none.
_SENTENCE = regex.compile(
    rf"[^\n]{{1,{LONGEST}}}?(?:[.!?؟।…]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”]*|(?=\n)|$)|[^\n]{{1,{LONGEST}}}"
)


class Pieces(NamedTuple):
    """Texts for a map, in the order of the corpus or by frequency."""

    texts: tuple[str, ...]  # n, all different
    counts: tuple[int, ...]  # n, how often each occurs
    total: int  # how many different ones the corpus has
    note: str  # how they were chosen, in a sentence


def frequent_words(text: str, *, most: int = MOST) -> Pieces:
    """The most frequent words that have a letter in them, most frequent first."""
    counts = Counter(map(str.strip, words(_readable(text))))
    ranked = [(word, n) for word, n in counts.most_common() if _LETTER.search(word)]
    note = f"{_all_or(len(ranked), most, 'the most frequent')} words with a letter in them"
    return Pieces(tuple(w for w, _ in ranked[:most]), tuple(n for _, n in ranked[:most]), len(ranked), note)


def sentences(text: str, *, most: int = MOST, seed: int = 0) -> Pieces:
    """Sentences and lines that have a letter in them, in the order of the corpus; of too many, a random sample."""
    found = Counter(map(str.strip, _SENTENCE.findall(_readable(text))))
    kept = [(sentence, n) for sentence, n in found.items() if _LETTER.search(sentence)]
    chosen = range(len(kept))
    if len(kept) > most:
        chosen = np.sort(np.random.default_rng(seed).choice(len(kept), most, replace=False)).tolist()
    note = f"{_all_or(len(kept), most, 'a random sample of')} sentences and lines that differ" + (
        f", drawn with seed {seed}" if len(kept) > most else ""
    )
    return Pieces(tuple(kept[i][0] for i in chosen), tuple(kept[i][1] for i in chosen), len(kept), note)


def _readable(text: str) -> str:
    """The text with undecodable bytes as �: what no tokenizer of characters can read."""
    return _UNDECODABLE.sub("\ufffd", text)


def _all_or(total: int, most: int, chosen: str) -> str:
    return f"all {total:,}" if total <= most else f"{chosen} {most:,} of {total:,}"
