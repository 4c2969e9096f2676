"""Geometry's speed, measured: `python -m tests.benchmarks.geometry`.

A neighbour query on the encoder's input matrix against bare NumPy (a product, an argpartition);
texts of several lengths embedded a second against SentenceTransformer.encode with its own settings; what the
page says of the time left. Medians, in turn with each other.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np

from ladder.geometry import Index, embed, encoder
from ladder.geometry.pieces import frequent_words, sentences
from ladder.reality import load_sample

K = 10
TURNS = 41
LINES = 400
PARAGRAPHS = 28


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


def kinds_of_text() -> dict[str, tuple[str, ...]]:
    """Short lines, long paragraphs, and both with single words among them."""
    text = load_sample("hamlet").text
    lines = sentences(text, most=LINES).texts
    paragraphs = tuple(" ".join(lines[i : i + 14]) for i in range(0, len(lines), 14))[:PARAGRAPHS]
    return {
        "lines": lines,
        "paragraphs": paragraphs,
        "mixed": (*frequent_words(text, most=150).texts, *lines[:150], *paragraphs[:15]),
    }


def throughput(model: encoder.Encoder) -> list[str]:
    """Texts embedded a second, by `embed` and by SentenceTransformer.encode as it comes."""
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(encoder.packaged_encoder()), device="cpu", local_files_only=True)
    said = []
    for kind, texts in kinds_of_text().items():
        mine, theirs = in_turn(
            lambda texts=texts: embed(model, texts),  # type: ignore[misc]
            lambda texts=texts: plain.encode(list(texts), show_progress_bar=False),  # type: ignore[misc]
            turns=5,
        )
        n = len(texts)
        said.append(
            f"{n} {kind} embedded: {n / mine:.0f} a second = {theirs / mine:.2f} x "
            f"SentenceTransformer.encode's {n / theirs:.0f} (target: 1)"
        )
    return said


def told_halfway(model: encoder.Encoder) -> str:
    """What the pace and the time left say in the middle of the mixed texts, against what came to be."""
    texts = kinds_of_text()["mixed"]
    seen: list[tuple[float, float]] = []
    start = time.perf_counter()
    embed(model, texts, progress=lambda done, total, share: seen.append((share, time.perf_counter() - start)))
    whole = seen[-1][1]
    share, spent = min(seen, key=lambda point: abs(point[1] - whole / 2))
    left = spent * (1 - share) / share
    return f"half-way, {left:.2f} s were said to be left, and it took {whole - spent:.2f} (target: within 20 %)"


def main() -> None:
    """Measure and print."""
    model = encoder.load_encoder()
    print(query(model))
    print("\n".join(throughput(model)))
    print(told_halfway(model))


if __name__ == "__main__":
    main()
