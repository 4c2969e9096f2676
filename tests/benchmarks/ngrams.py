"""The n-gram engine against others, as ratios in one run: `python -m tests.benchmarks.ngrams [text]`.

nltk.lm fits Kneser-Ney of order 3 to all of the training words, but scores only the first few of
the held-out ones, since one word takes it milliseconds; its time for all of them follows from that.

Where KenLM's `lmplz` and `query` are on the PATH, they and ours run in turn (A B A B), each from
the text to the last score in processes of its own. lmplz also writes a file, and query reads it
again; ours holds the model in memory. lmplz takes what memory it is given (-S, by default four
fifths of the machine's), so it runs twice: as it comes, and with the little that suits it best.
Python's own start is ours to pay, and is shown apart.

Texts of 1 to 100 MB are all of Shakespeare's plays again and again, each time with other words'
letters moved on, so that a longer text holds new words and new grams as a longer text would. The
curve is nearly flat, not quite: comparing in a sort takes log n steps for each token, and what a
longer text's tables hold lies in memory, no longer in the processor's cache, when a gram is looked up.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from ladder.math import fit_alphabet
from ladder.reality import load_sample, read_corpus, split
from ladder.statistics import NGram

SCORED = 40
TURNS = 5
MEGABYTES = (1, 3, 10, 30, 100)
LITTLE = "100M"
TEXT = Path(__file__).parents[3] / "shared" / "corpora" / "tinyshakespeare.txt"


class Cost(NamedTuple):
    """What one run took."""

    wall: float  # seconds
    cpu: float  # seconds
    peak: float  # MB


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


# In a process of its own: wall and CPU seconds from the text on, peak memory, what Python and the imports took before.
ALONE = """
import json, sys, time
from pathlib import Path
from ladder.math import fit_alphabet
from ladder.reality import Corpus, split, to_text
from ladder.statistics import NGram
# Not getrusage's maximum: that counts the parent's memory before exec, too.
peak = lambda: int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
before = [time.process_time(), peak()]
wall, cpu = time.perf_counter(), time.process_time()
parts = split(Corpus.of("text", to_text(Path(sys.argv[1]).read_bytes())))  # read_corpus takes 50 MB at most
alphabet = fit_alphabet(parts.train, sys.argv[2])
train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
encoded = time.process_time()
model = NGram.fit(train.ids, train.vocabulary_size, order=5)
fitted = time.process_time()
model.surprisals(held_out.ids)
end = time.process_time()
n = len(train.ids) + len(held_out.ids)
print(json.dumps({"cost": [time.perf_counter() - wall, end - cpu, peak()], "before": before, "tokens": n,
                  "parts": [encoded - cpu, fitted - encoded, end - fitted]}))
"""


def alone(text: Path, scheme: str) -> dict:
    """What reading, encoding, fitting and scoring a text takes in a process of its own."""
    done = subprocess.run([sys.executable, "-c", ALONE, str(text), scheme], capture_output=True, check=True)
    return json.loads(done.stdout)


def theirs(train: Path, held_out: Path, *, order: int, memory: str | None) -> Cost:
    """lmplz and a query of its ARPA file."""
    with tempfile.TemporaryDirectory() as folder:
        arpa = Path(folder) / "arpa"
        share = ["-S", memory] if memory else []
        # Where a text's counts of counts are strange, both fall back to fixed discounts.
        estimate = ["lmplz", "-o", str(order), "-T", folder, "--discount_fallback", *share]
        costs = [_timed(estimate, train, arpa), _timed(["query", str(arpa)], held_out, Path(folder) / "scores")]
    return Cost(sum(c.wall for c in costs), sum(c.cpu for c in costs), max(c.peak for c in costs))


# In a Python so small that its children's usage is the command's alone.
WATCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL, check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, file=sys.stderr)
"""


def _timed(command: list[str], source: Path, sink: Path) -> Cost:
    """What a command took that reads one file and writes another."""
    start = time.perf_counter()
    with source.open("rb") as read, sink.open("wb") as write:
        done = subprocess.run(
            [sys.executable, "-S", "-c", WATCH, *command], stdin=read, stdout=write, stderr=subprocess.PIPE, check=True
        )
    cpu, peak = map(float, done.stderr.split())
    return Cost(time.perf_counter() - start, cpu, peak)


def against_lmplz(data: bytes, *, turns: int) -> None:
    """Ours and theirs in turn on one text, printed as ratios."""
    parts = split(read_corpus(data, "text.txt"))
    with tempfile.TemporaryDirectory() as folder:
        whole, train, held_out = (Path(folder) / name for name in ("whole", "train", "held_out"))
        whole.write_bytes(data), train.write_text(parts.train), held_out.write_text(parts.held_out)
        for memory in (None, LITTLE):
            runs = [(alone(whole, "words"), theirs(train, held_out, order=5, memory=memory)) for _ in range(turns)]
            a = [median(run["cost"][i] for run, _ in runs) for i in range(3)]
            b = [median(cost[i] for _, cost in runs) for i in range(3)]
            wall, cpu, peak = (median(cost[i] / run["cost"][i] for run, cost in runs) for i in range(3))
            start = runs[0][0]["before"]
            print(
                f"lmplz {'as it comes' if memory is None else '-S ' + memory} and query, {len(data) / 1e6:.1f} MB: "
                f"{b[0]:.2f} s, {b[1]:.2f} s of CPU, {b[2]:.0f} MB; "
                f"ours {a[0]:.2f} s, {a[1]:.2f} s, {a[2]:.0f} MB "
                f"(after a start of {start[0]:.2f} s of CPU and {start[1]:.0f} MB). "
                f"Theirs is {wall:.1f} x ours in time (target: 3), {cpu:.1f} x in CPU (1.5), "
                f"and ours {1 / peak:.2f} x theirs in memory (at most 2 at 10 MB). lmplz also writes a file."
            )


def long_text(megabytes: int) -> bytes:
    """All of Shakespeare's plays again and again, some of each copy's words changed."""
    plays = np.frombuffer(load_sample("shakespeare").data, dtype=np.uint8)
    letters = (plays >= ord("a")) & (plays <= ord("z"))
    word = np.cumsum(~letters)  # which word each letter is in
    copies, length = [], 0
    while length < megabytes * 1_000_000:
        rng = np.random.default_rng(len(copies))
        # In every copy but the first a tenth of the words, at random, move on in the alphabet, each by its own step.
        steps = np.where(rng.random(word[-1] + 1) < 0.1, rng.integers(1, 26, word[-1] + 1), 0)[word] * bool(copies)
        moved = ord("a") + (plays.astype(np.int64) - ord("a") + steps) % 26
        copies.append(np.where(letters, moved, plays).astype(np.uint8).tobytes())
        length += len(plays)
    return b"".join(copies)[: megabytes * 1_000_000]


def curve(scheme: str, sizes: tuple[int, ...]) -> None:
    """A table: what a token costs as the text grows."""
    print(f"\norder 5 over {scheme}, CPU microseconds a token and peak memory:")
    print("  MB      tokens  encode    fit  score    all   peak MB")
    for megabytes in sizes:
        with tempfile.NamedTemporaryFile() as file:
            file.write(long_text(megabytes))
            file.flush()
            run = alone(Path(file.name), scheme)
        encode, fit, score = (1e6 * seconds / run["tokens"] for seconds in run["parts"])
        print(
            f"{megabytes:4d} {run['tokens']:11,d}  {encode:6.3f} {fit:6.3f} {score:6.3f} "
            f"{encode + fit + score:6.3f}  {run['cost'][2]:8,.0f}"
        )


def main(text: Path = TEXT, largest: str = "100") -> None:
    """Measure and print."""
    data = text.read_bytes() if text.exists() else load_sample("shakespeare").data[:1_000_000]
    seconds, perplexity, n = min(ours(data, order=5) for _ in range(3))
    print(f"order 5, {n:,} words: {seconds:.2f} s, perplexity {perplexity:.1f}")
    slow = nltks(data)
    print(f"nltk.lm at order 3: {slow:.0f} s = {slow / seconds:,.0f} x ours (target: 200)")
    if shutil.which("lmplz") and shutil.which("query"):
        against_lmplz(data, turns=TURNS)
        against_lmplz(long_text(10), turns=1)
    else:
        print("lmplz is not on the PATH: not compared")
    for scheme in ("bytes", "words"):
        curve(scheme, tuple(size for size in MEGABYTES if size <= int(largest)))


if __name__ == "__main__":
    main(*(Path(arg) if i == 0 else arg for i, arg in enumerate(sys.argv[1:])))
