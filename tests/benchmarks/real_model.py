"""What is promised of a real language model, measured: `python -m tests.benchmarks.real_model`.

Rates are ratios of two medians in the same run, in turn, on CPU time where both use it alike; loading and memory
are measured in a fresh process.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ladder.reality import load_sample
from ladder.statistics.pretrained import Pretrained, load_pretrained, windows

SENTENCE = "To be, or not to be, that is the question: whether 'tis nobler in the mind to suffer. "
SCORED = 1_500  # tokens
DRAWN = 40
ROUNDS = 3
FRESH = "--fresh"


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds of ours and of theirs, and how fast ours is beside theirs: medians of runs in turn."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    return mine, other, other / mine


def fresh() -> None:
    """A second load, a look inside, scoring and drawing, in this process; its peak of memory."""
    load = seconds(load_pretrained_now)
    model = LOADED[0]
    ids = model.alphabet.encode(SENTENCE * 4).ids[:50]
    model.trace(ids[:5])
    scene = seconds(lambda: [weights[:].sum() for weights in model.trace(ids).layers[0].weights])
    model.surprisals(model.alphabet.encode(load_sample("hamlet").text[:6_000]).ids)
    model.logits(ids)
    whole = model.alphabet.encode(load_sample("hamlet").text).ids[: model.context]
    inside = seconds(lambda: model.trace(whole))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"second load {load:.2f} s (target: under 5)")
    print(f"the scene of 50 tokens {scene:.2f} s (target: under 1)")
    print(f"looking into {len(whole):,} tokens {inside:.0f} s")
    print(f"peak memory {peak:.2f} GB (target: at most 1.6)")


LOADED: list[Pretrained] = []


def load_pretrained_now() -> None:
    """Keep the loaded model."""
    LOADED.append(load_pretrained())


def bare_scoring(network: Any, read: Any, spans: list[tuple[int, int, int]]) -> None:
    """A loop of model(ids) over the windows, and the prices of what came."""
    import torch

    with torch.inference_mode():
        for begin, first, end in spans:
            part = read[begin : end + 1]
            log_q = network(part[None, :-1]).logits[0, first - begin :].log_softmax(-1)
            log_q.gather(1, part[first - begin + 1 :, None])


def main() -> None:
    """Measure and print."""
    subprocess.run([sys.executable, "-m", "tests.benchmarks.real_model", FRESH], check=True)
    import torch

    model = load_pretrained()
    network = model._ready()
    ids = model.alphabet.encode(load_sample("hamlet").text).ids[:SCORED]
    read = torch.from_numpy(np.concatenate([[model.start], ids]).astype(np.int64))
    once = [(first, first, min(first + model.window, SCORED)) for first in range(0, SCORED, model.window)]
    for name, spans in (("the same windows", windows(SCORED, model.window)), ("windows without overlap", once)):
        mine, _, share = ratio(lambda: model.surprisals(ids), lambda spans=spans: bare_scoring(network, read, spans))
        print(f"scoring {SCORED / mine:,.0f} tokens/s, {share:.2f} x a bare model(ids) loop over {name} (target: 0.9)")

    prompt, rng = read[:30], np.random.default_rng(1)

    def ours() -> None:
        reader, text = model.reader(), ids[:29]
        for _ in range(DRAWN):
            q = np.exp(reader.logits(text))
            text = np.append(text, rng.choice(len(q), p=q / q.sum())).astype(np.int32)

    def theirs() -> None:
        with torch.inference_mode():
            network.generate(prompt[None], do_sample=True, top_k=0, max_new_tokens=DRAWN, min_new_tokens=DRAWN)

    mine, _, share = ratio(ours, theirs)
    print(f"drawing {DRAWN / mine:,.1f} tokens/s, {share:.2f} x generate (target: 0.9)")


if __name__ == "__main__":
    fresh() if FRESH in sys.argv else main()
