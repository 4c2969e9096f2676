"""How low a transformer gets on two cores, and how soon: `python -m tests.benchmarks.training FILE`.

Each row is one training from nothing on the first nine tenths of the file, of so many steps, on
one thread; then the last tenth is priced, once. The settings are the app's own, which were
chosen on a validation part of the training part. Seconds are of the clock, and of the
processor: where something else runs, the second say more. Kneser-Ney on the same alphabet
stands beside, for it counts in a second.
"""

import sys
import time
from pathlib import Path

import torch

from ladder.math import bits_per_byte, fit_alphabet
from ladder.reality import read_corpus, split
from ladder.statistics import NGram, Settings
from ladder.statistics.training import Training

VOCABULARY, ORDER = 1024, 7
ROWS = (
    ("plain", "bpe", Settings.usual(memory=False, steps=1_500)),
    ("with memory", "bytes", Settings.usual(memory=True, steps=900)),
    ("with memory", "bytes", Settings.usual(memory=True, steps=1_800)),
    ("with memory", "bytes", Settings.usual(memory=True, steps=3_900, width=96)),
)


def main(path: str) -> None:
    """Print one row a training."""
    torch.set_num_threads(1)
    parts = split(read_corpus(Path(path).read_bytes(), Path(path).name))
    print("| transformer | alphabet | width | steps | s | CPU s | held-out, bits/byte | Kneser-Ney there |")
    print("|---|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for name, scheme, settings in ROWS:
        alphabet = fit_alphabet(parts.train, scheme, vocabulary_size=VOCABULARY if scheme == "bpe" else None)
        train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
        counted = NGram.fit(train.ids, train.vocabulary_size, order=ORDER).surprisals(held_out.ids).sum()
        wall, cpu = time.perf_counter(), time.process_time()
        training = Training(train.ids, train.vocabulary_size, settings)
        while not training.over:
            training.step()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        price = bits_per_byte(training.model().surprisals(held_out.ids).sum(), held_out.n_bytes)
        print(
            f"| {name} | {scheme} | {settings.width} | {settings.steps:,} | {wall:.0f} | {cpu:.0f} | {price:.3f} "
            f"| {bits_per_byte(counted, held_out.n_bytes):.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python -m tests.benchmarks.training FILE, a text to learn from.")
    main(sys.argv[1])
