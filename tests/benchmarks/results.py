"""README's table of results, written by one command: `python -m tests.benchmarks.results [text ...]`.

Every model and compressor that the leaderboard lists, on the samples below and on each text whose
path is given, over BPE with 1024 pieces and over bytes. What stands still while it reads the
held-out part and what goes on learning are never in one table. A text that is not given this time
keeps the lines it has.
"""

import math
import re
import sys
from pathlib import Path

import pandas as pd

from ladder.math import encode, fit_alphabet
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, load_sample, read_corpus, split
from ladder.statistics.leaderboard import ADAPTIVE, STATIC, leaderboard, whole_adaptive

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BEGIN, END = "<!-- the results, written by `python -m tests.benchmarks.results` -->", "<!-- the end of the results -->"
SHOWN = ("hamlet", "hafez")
KINDS = ("Static: fitted once", "Adaptive: goes on learning while it reads")
COLUMNS = (
    "model",
    "alphabet",
    "held-out, bits/byte",
    "whole text with the model, bits/byte",
    "model, kB",
    "seconds",
)


def board(corpus: Corpus) -> pd.DataFrame:
    """The leaderboard's table for a corpus."""
    parts = split(corpus)
    alphabet = fit_alphabet(parts.train, "bpe", vocabulary_size=1024)
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    as_bytes = encode(parts.train, "bytes"), encode(parts.held_out, "bytes")
    found = leaderboard(parts, train, held_out, bytes_too=as_bytes, codebook_bits=codebook_bits(alphabet))
    if (found.table.kind == ADAPTIVE).any():
        found = found.with_whole(ADAPTIVE, whole_adaptive(found, *as_bytes))
    return found.table


def section(title: str, table: pd.DataFrame) -> str:
    """One corpus' results in Markdown, what is static and what adapts apart."""
    lines = [f"### {title}"]
    for kind, rows in zip(KINDS, (table[table.kind == STATIC], table[table.kind != STATIC]), strict=True):
        lines += ["", f"{kind}.", "", _row(COLUMNS), _row(["---", "---", *["---:"] * (len(COLUMNS) - 2)])]
        for entry in rows.itertuples():
            size = "" if pd.isna(entry.size_bytes) else f"{entry.size_bytes / 1000:,.1f}"
            whole = "" if math.isnan(entry.whole_bits_per_byte) else f"{entry.whole_bits_per_byte:.3f}"
            prices = [f"{entry.bits_per_byte:.3f}", whole, size, f"{entry.seconds:.2f}"]
            lines.append(_row([entry.name, entry.alphabet, *prices]))
    return "\n".join(lines)


def sections(readme: str) -> dict[str, str]:
    """The results in a README, by the corpus' title."""
    results = readme[readme.index(BEGIN) + len(BEGIN) : readme.index(END)].strip()
    parts = re.split(r"^(?=### )", results, flags=re.MULTILINE)
    return {part.splitlines()[0].removeprefix("### "): part.strip() for part in parts if part.strip()}


def with_sections(readme: str, results: dict[str, str]) -> str:
    """The README with other results."""
    before, after = readme[: readme.index(BEGIN) + len(BEGIN)], readme[readme.index(END) :]
    return before + "\n" + "\n\n".join(results.values()) + "\n" + after


def title_of(corpus: Corpus) -> str:
    """How a corpus is headed."""
    return f"{corpus.name}, {len(corpus.data):,} bytes"


def main(*paths: Path) -> None:
    """Measure, and rewrite README's results."""
    corpora = [load_sample(key) for key in SHOWN] + [read_corpus(path.read_bytes(), path.name) for path in paths]
    readme = README.read_text(encoding="utf-8")
    results = sections(readme)
    for corpus in corpora:
        results[title_of(corpus)] = section(title_of(corpus), board(corpus))
        print(results[title_of(corpus)], end="\n\n", flush=True)
    README.write_text(with_sections(readme, results), encoding="utf-8")


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
