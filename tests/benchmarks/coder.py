"""What the last rung promises of its coder, measured: `python -m tests.benchmarks.coder`.

Speeds are medians in CPU seconds. The library's range coder is given the same rows of the same
model, made in the same run, so that the two differ in the coding alone: in time and in length.
"""

import statistics
import time
from collections.abc import Callable

import constriction
import numpy as np

from ladder.lenses.simplex import softmax
from ladder.math import Ids, fit_alphabet
from ladder.probability import compress, decompress
from ladder.probability.coder import HEADER_BYTES
from ladder.probability.rows import remembered
from ladder.reality import Split, load_sample, split, to_bytes, to_text
from ladder.statistics import NGram

ORDER = 5
TEXT = 20_000  # bytes of the held-out part
ALPHABETS: dict[str, int | None] = {"bytes": None, "bpe": 1024}


def timed(work: Callable[[], object], *, runs: int = 3) -> float:
    """CPU seconds, the median of some runs."""
    found = []
    for _ in range(runs):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return statistics.median(found)


def theirs(ids: Ids, model: NGram) -> int:
    """The bytes of constriction's range coder over the same rows."""
    entropy_model = constriction.stream.model.Categorical
    row_of = remembered(
        model,
        lambda logits: entropy_model(softmax(logits).astype(np.float32), perfect=False),
        row_bytes=16 * model.vocabulary_size,
    )
    encoder = constriction.stream.queue.RangeEncoder()
    for t, i in enumerate(ids.tolist()):
        encoder.encode(i, row_of(ids[:t]))
    return 4 * len(encoder.get_compressed())


def measured(scheme: str, size: int | None, parts: Split) -> str:
    """One line: both ways' speed, and the library's time and length beside ours."""
    alphabet = fit_alphabet(parts.train, scheme, vocabulary_size=size)
    train, ours = alphabet.encode(parts.train), alphabet.encode(to_text(to_bytes(parts.held_out)[:TEXT]))
    model = NGram.fit(train.ids, train.vocabulary_size, order=ORDER)
    data = compress(ours.ids, model)
    if not np.array_equal(decompress(data, model), ours.ids):
        raise ValueError("the text did not come back")
    there, back = timed(lambda: compress(ours.ids, model)), timed(lambda: decompress(data, model))
    library, length = timed(lambda: theirs(ours.ids, model)), theirs(ours.ids, model)
    kilobytes = ours.n_bytes / 1000
    return (
        f"{scheme:6s} write {kilobytes / there:.1f} kB/s, read {kilobytes / back:.1f} kB/s (target: at least 20); "
        f"constriction writes in {library / there:.2f} x our time; "
        f"{len(data) - HEADER_BYTES:,} bytes here, {length:,} there"
    )


def main() -> None:
    """Measure and print."""
    parts = split(load_sample("hamlet"))
    for scheme, size in ALPHABETS.items():
        print(measured(scheme, size, parts))


if __name__ == "__main__":
    main()
