"""README's table of results, written by one command: `python -m tests.benchmarks.results [text ...]`.

Every model and compressor that the leaderboard lists, on the samples below and on each text whose
path is given, over BPE with 1024 pieces and over bytes. What stands still while it reads the
held-out part and what goes on learning are never in one table. A text that is not given this time
keeps the lines it has.

The transformer is the app's own with a memory of phrases: so many steps, about a minute of one core,
kept where the last 8,000 bytes of the training part, kept aside, liked it best. Its seconds are the processor's. With
`--transformer` only it is trained, and its lines join the tables that stand.
"""

import math
import re
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from ladder.math import Encoding, encode, fit_alphabet
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, load_sample, read_corpus, split
from ladder.statistics import Settings
from ladder.statistics.leaderboard import ADAPTIVE, STATIC, Board, leaderboard, whole_adaptive
from ladder.statistics.transformer import kept_aside
from ladder.statistics.with_net import NET, WITH_NET, Net, net_lines

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
FIELDS = ["name", "kind", "alphabet", "bits_per_byte", "whole_bits_per_byte", "size_bytes", "seconds"]
STEPS = 2_000
ONLY_TRANSFORMER = "--transformer"


def board(corpus: Corpus, *, steps: int = STEPS) -> pd.DataFrame:
    """The leaderboard's table for a corpus, the transformer's lines with it."""
    parts = split(corpus)
    alphabet = fit_alphabet(parts.train, "bpe", vocabulary_size=1024)
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    as_bytes = encode(parts.train, "bytes"), encode(parts.held_out, "bytes")
    found = leaderboard(parts, train, held_out, bytes_too=as_bytes, codebook_bits=codebook_bits(alphabet))
    if (found.table.kind == ADAPTIVE).any():
        found = found.with_whole(ADAPTIVE, whole_adaptive(found, *as_bytes))
    return found.with_lines_of(transformer_lines(*as_bytes, steps=steps)).table


def transformer_lines(train: Encoding, held_out: Encoding, *, steps: int = STEPS) -> Board:
    """The lines of a transformer that is trained here, alone and mixed with the counts."""
    import torch

    from ladder.statistics.training import Training

    torch.set_num_threads(1)
    start = time.process_time()
    n_aside = kept_aside(len(train.ids))
    learned, aside = np.split(train.ids, [len(train.ids) - n_aside])
    settings = Settings.usual(memory=True, steps=steps)
    training, least, model = Training(learned, train.vocabulary_size, settings), np.inf, None
    while not training.over:
        training.step()
        if training.done % settings.steps_a_look == 0 or training.over:
            price = training.price(aside)
            if price <= least:
                least, model = price, training.model()
    if model is None:
        raise ValueError(f"{steps} steps have left no model that the part kept aside could price")
    surprisals = model.surprisals(held_out.ids)
    return net_lines(Net(model, surprisals, time.process_time() - start, n_aside), train, held_out)


def table_of(markdown: str) -> pd.DataFrame:
    """The lines of one corpus' results, read back."""
    entries = []
    for part in re.split(r"\n\n(?=Static|Adaptive)", markdown)[1:]:
        kind, _, *lines = part.split("\n")
        for line in lines[2:]:
            name, alphabet, price, whole, size, seconds = (cell.strip() for cell in line.strip("| ").split(" | "))
            number = [float(cell.replace(",", "") or "nan") for cell in (price, whole, size, seconds)]
            static = STATIC if kind.rstrip(".") == KINDS[0] else ADAPTIVE
            size_bytes = None if math.isnan(number[2]) else 1000 * number[2]
            entries.append((name, static, alphabet, number[0], number[1], size_bytes, number[3]))
    return pd.DataFrame(entries, columns=FIELDS).sort_values("bits_per_byte", kind="stable")


def with_transformer(corpus: Corpus, markdown: str) -> pd.DataFrame:
    """The lines that stand, and the transformer's anew."""
    parts = split(corpus)
    lines = transformer_lines(encode(parts.train, "bytes"), encode(parts.held_out, "bytes")).table
    others = table_of(markdown)
    together = pd.concat([others[~others["name"].isin((NET, WITH_NET))], lines])
    return together.sort_values("bits_per_byte", kind="stable")


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


def main(*paths: Path, only_transformer: bool = False) -> None:
    """Measure, and rewrite README's results."""
    corpora = [load_sample(key) for key in SHOWN] + [read_corpus(path.read_bytes(), path.name) for path in paths]
    readme = README.read_text(encoding="utf-8")
    results = sections(readme)
    for corpus in corpora:
        title = title_of(corpus)
        table = with_transformer(corpus, results[title]) if only_transformer else board(corpus)
        results[title] = section(title, table)
        print(results[title], end="\n\n", flush=True)
        README.write_text(with_sections(readme, results), encoding="utf-8")


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    given = [arg for arg in sys.argv[1:] if arg != ONLY_TRANSFORMER]
    main(*map(Path, given), only_transformer=ONLY_TRANSFORMER in sys.argv)
