"""The n-gram engine against others, as ratios in one run: `python -m tests.benchmarks.ngrams [text]`.

nltk.lm fits Kneser-Ney of order 3 to all of the training words, but scores only the first few of
the held-out ones, since one word takes it milliseconds; its time for all of them follows from
that. Where `lmplz` is on the PATH, it and a query of its ARPA file run in turn with ours (A B A B);
lmplz also writes a file, which we don't. Peak memory is that of a process of its own.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ladder.math import fit_alphabet
from ladder.reality import load_sample, read_corpus, split
from ladder.statistics import NGram

SCORED = 40
MEGABYTES = (0.5, 1, 2, 4, 5)
TEXT = Path(__file__).parents[3] / "shared" / "corpora" / "tinyshakespeare.txt"


def ours(data: bytes, *, order: int, scheme: str = "words") -> tuple[float, float, int]:
    """Seconds of reading, encoding, fitting and scoring; the perplexity; and the number of training tokens."""
    start = time.perf_counter()
    parts = split(read_corpus(data, "text.txt"))
    alphabet = fit_alphabet(parts.train, scheme)
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    bits = NGram.fit(train.ids, train.vocabulary_size, order=order).surprisals(held_out.ids)
    return time.perf_counter() - start, float(2 ** bits.mean()), len(train.ids)


def nltks(data: bytes, *, order: int = 3) -> float:
    """Seconds of nltk.lm for the same, its scoring taken from the first few words."""
    from nltk.lm import KneserNeyInterpolated
    from nltk.util import everygrams

    start = time.perf_counter()
    parts = split(read_corpus(data, "text.txt"))
    alphabet = fit_alphabet(parts.train, "words")
    train, held_out = ([str(i) for i in alphabet.encode(part).ids.tolist()] for part in (parts.train, parts.held_out))
    model = KneserNeyInterpolated(order)
    model.fit([everygrams(train, max_len=order)], train)
    fitted = time.perf_counter()
    for t in range(order, order + SCORED):
        model.logscore(held_out[t], held_out[t - order + 1 : t])
    scoring = (time.perf_counter() - fitted) * len(held_out) / SCORED
    return fitted - start + scoring


def lmplz(data: bytes, *, order: int) -> float:
    """Wall seconds of lmplz and a query of its ARPA file on the same split."""
    parts = split(read_corpus(data, "text.txt"))
    with tempfile.TemporaryDirectory() as folder:
        train, held_out, arpa = (Path(folder) / name for name in ("train", "held_out", "arpa"))
        train.write_text(parts.train), held_out.write_text(parts.held_out)
        start = time.perf_counter()
        with train.open() as source, arpa.open("w") as sink:
            subprocess.run(["lmplz", "-o", str(order)], stdin=source, stdout=sink, check=True)
        with held_out.open() as source:
            subprocess.run(["query", str(arpa)], stdin=source, stdout=subprocess.DEVNULL, check=True)
        return time.perf_counter() - start


ALONE = """
import resource, sys, time
import numpy as np
from ladder.statistics import NGram
ids = np.frombuffer(sys.stdin.buffer.read(), dtype=np.uint8).astype(np.int32)
n = len(ids) * 9 // 10
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
base, start = peak(), time.process_time()
NGram.fit(ids[:n], 256, order=5).surprisals(ids[n:])
print(1e6 * (time.process_time() - start) / len(ids), peak(), base)
"""


def alone(data: bytes) -> tuple[float, float, float]:
    """CPU microseconds a byte of order 5, peak and base memory in MB, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", ALONE], input=data, capture_output=True, check=True)
    cost, peak, base = map(float, done.stdout.split())
    return cost, peak, base


def main(text: Path = TEXT) -> None:
    """Measure and print."""
    data = text.read_bytes() if text.exists() else load_sample("shakespeare").data[:1_000_000]
    seconds, perplexity, n = min(ours(data, order=5) for _ in range(3))
    theirs = nltks(data)
    print(f"order 5, {n:,} words: {seconds:.2f} s, perplexity {perplexity:.1f}")
    print(f"nltk.lm at order 3: {theirs:.0f} s = {theirs / seconds:,.0f} x ours (target: 200)")
    if shutil.which("lmplz") and shutil.which("query"):
        pairs = [(ours(data, order=5)[0], lmplz(data, order=5)) for _ in range(3)]
        print(
            f"lmplz and query: {np.median([b / a for a, b in pairs]):.2f} x ours (target: 3); lmplz also writes a file"
        )
    else:
        print("lmplz is not on the PATH: not compared")
    whole = load_sample("shakespeare").data
    for megabytes in MEGABYTES:
        cost, peak, base = alone(whole[: int(megabytes * 1e6)])
        print(
            f"{megabytes:4g} MB of bytes, order 5: {cost:.2f} µs of CPU a byte, peak {peak:.0f} MB ({base:.0f} before)"
        )


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
