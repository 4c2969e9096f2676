"""What the last rung promises of drawing, measured: `python -m tests.benchmarks.sampling`.

Every figure is a ratio of two medians in the same run, in turn, since machines are shared and noisy.
"""

import statistics
import time
from collections.abc import Callable

import numpy as np
from nltk.lm import KneserNeyInterpolated
from nltk.lm.preprocessing import padded_everygram_pipeline

from ladder.math import fit_alphabet
from ladder.probability import sample
from ladder.reality import load_sample, split
from ladder.statistics import NGram

ORDER = 5
TOKENS = 10_000
THEIR_TOKENS = 5  # theirs are slow, and take the same time each
CUTS: dict[str, dict] = {
    "top-k 40": {"top_k": 40},
    "top-p 0.9": {"top_p": 0.9},
    "min-p 0.1": {"min_p": 0.1},
    "typical 0.9": {"typical_p": 0.9},
}


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one run."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    train = split(load_sample("hamlet")).train
    encoding = fit_alphabet(train, "bpe", vocabulary_size=1024).encode(train)
    model = NGram.fit(encoding.ids, encoding.vocabulary_size, order=ORDER)

    def ours(n: int = TOKENS, **cut: float) -> float:
        return seconds(lambda: sample(model, [], n=n, rng=np.random.default_rng(1), **cut))

    ours(500)
    for name, cut in CUTS.items():
        pairs = [(ours(2_000, **cut), ours(2_000)) for _ in range(5)]
        ratio = statistics.median(cut for cut, _ in pairs) / statistics.median(plain for _, plain in pairs)
        print(f"{name:12s} {ratio:4.2f} x plain sampling (target: at most 1.5)")
    theirs = KneserNeyInterpolated(ORDER)
    theirs.fit(*padded_everygram_pipeline(ORDER, [[str(i) for i in encoding.ids.tolist()]]))
    per_token = seconds(lambda: theirs.generate(THEIR_TOKENS, random_seed=1)) / THEIR_TOKENS
    mine = statistics.median(ours() for _ in range(3)) / TOKENS
    print(f"nltk.lm takes {1e3 * per_token:,.0f} ms a token = {per_token / mine:,.0f} x ours (target: at least 100)")


if __name__ == "__main__":
    main()
