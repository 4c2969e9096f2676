"""A knob's rerun while jobs run beside it: `python -m tests.load beside`.

Jobs are threads. Two cores and one interpreter lock: does a student who turns a knob feel that
others train? Each kind of work is held against the same knob on an idle server, and jobs as threads
against the same work in processes of their own, which leave the lock alone but not the cores.
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable

import numpy as np

from ladder.ui.work import Pool, Progress

TURNS = 40


def python_loop(progress: Progress) -> None:
    """Work in Python alone, which lets go of the lock only when it has to."""
    total = 0
    while not progress.stopping:
        for i in range(20_000):
            total += i * i


def numpy_steps(progress: Progress) -> None:
    """Descent in numpy: many small operations."""
    rng = np.random.default_rng(1)
    weights, batch = rng.normal(size=(256, 256)), rng.normal(size=(64, 256))
    while not progress.stopping:
        scores = batch @ weights
        weights -= 1e-4 * batch.T @ np.tanh(scores)


def torch_steps(progress: Progress) -> None:
    """A small network's steps, as a transformer's training has them."""
    import torch

    torch.set_num_threads(1)
    net = torch.nn.TransformerEncoderLayer(64, 4, 256, batch_first=True)
    descent = torch.optim.AdamW(net.parameters())
    batch = torch.randn(16, 64, 64)
    while not progress.stopping:
        descent.zero_grad()
        net(batch).pow(2).mean().backward()
        descent.step()


def rerun() -> float:
    """Seconds of what a knob's rerun is made of: building a chart, and counting a text."""
    import altair as alt
    import pandas as pd

    start = time.perf_counter()
    table = pd.DataFrame({"x": np.arange(100), "y": np.arange(100) ** 2, "name": [str(i) for i in range(100)]})
    for _ in range(2):
        alt.Chart(table).mark_bar().encode(alt.X("x:Q").title("x"), alt.Y("y:Q").title("y"), color="name:N").to_dict()
    return time.perf_counter() - start


def median_rerun() -> float:
    """The median of many reruns, as a thread beside others."""
    return statistics.median(rerun() for _ in range(TURNS))


def beside_threads(work: Callable[[Progress], None], n: int) -> float:
    """A rerun while n such jobs run in the pool."""
    pool = Pool(workers=n)
    jobs = [pool.submit((work.__name__, i), work.__name__, work, f"student {i}", stoppable=True) for i in range(n)]
    time.sleep(2)
    try:
        return median_rerun()
    finally:
        for job in jobs:
            pool.stop(job)
        while pool.running:
            time.sleep(0.01)


def alone(work: Callable[[Progress], None]) -> None:
    """The work in a process of its own, until that is ended."""
    work(Progress())


def beside_processes(work: Callable[[Progress], None], n: int) -> float:
    """A rerun while n such jobs run in processes."""
    processes = [multiprocessing.get_context("spawn").Process(target=alone, args=(work,)) for _ in range(n)]
    for process in processes:
        process.start()
    time.sleep(6)
    try:
        return median_rerun()
    finally:
        for process in processes:
            process.kill()
            process.join()


def main() -> None:
    """Measure and print."""
    import ladder.charts.many  # noqa: F401

    rerun()
    idle = median_rerun()
    print(f"a rerun on an idle server: {1000 * idle:.1f} ms")
    for work in (python_loop, numpy_steps, torch_steps):
        for n in (1, 2):
            threads, processes = beside_threads(work, n), beside_processes(work, n)
            name = f"{n} × {work.__name__}"
            print(f"beside {name:16s}: {threads / idle:4.1f} x as threads, {processes / idle:4.1f} x as processes")


if __name__ == "__main__":
    main()
