"""Geometry's speed, measured: `python -m tests.benchmarks.geometry`.

A neighbour query on the encoder's input matrix against bare NumPy (a product, an argpartition);
sentences embedded a second against SentenceTransformer.encode. Medians, in turn with each other.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from ladder.geometry import Index, embed, encoder
from ladder.geometry.pieces import sentences
from ladder.reality import load_sample

K = 10
TURNS = 41
SENTENCES = 400


def in_turn(ours: Callable[[], object], theirs: Callable[[], object], *, turns: int) -> tuple[float, float]:
    """Median seconds of both, each turn one after the other."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for work, spent in zip((ours, theirs), seconds, strict=True):
            start = time.perf_counter()
            work()
            spent.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


def query(model: encoder.Encoder) -> str:
    """A neighbour query on the whole input matrix against bare NumPy, both by dot product, in single precision."""
    rows = np.ascontiguousarray(model.vocabulary().vectors, dtype=np.float32)
    index, q = Index.of(rows), rows[2000]

    def bare() -> object:
        return np.argpartition(-(rows @ q), K)[:K]

    parts = []
    for measure in ("dot", "cosine"):
        mine, theirs = in_turn(lambda measure=measure: index.nearest(q, k=K, measure=measure), bare, turns=TURNS)  # type: ignore[misc]
        parts.append(f"by {measure} {1000 * mine:.2f} ms = {mine / theirs:.2f} x bare NumPy's {1000 * theirs:.2f} ms")
    return f"neighbours in {rows.shape[0]:,} x {rows.shape[1]}: {'; '.join(parts)} (target: 1.2)"


def throughput(model: encoder.Encoder) -> str:
    """Sentences of Hamlet embedded a second, by `embed` and by SentenceTransformer.encode."""
    texts = sentences(load_sample("hamlet").text, most=SENTENCES).texts
    plain = model._model  # type: ignore[attr-defined]  # the very same network
    mine, theirs = in_turn(
        lambda: embed(model, texts), lambda: plain.encode(list(texts), show_progress_bar=False), turns=7
    )
    n = len(texts)
    return (
        f"{n} sentences embedded: {n / mine:.0f} a second = {theirs / mine:.2f} x "
        f"SentenceTransformer.encode's {n / theirs:.0f} (target: 1)"
    )


def main() -> None:
    """Measure and print."""
    model = encoder.load_encoder()
    print(query(model))
    print(throughput(model))


if __name__ == "__main__":
    main()
