"""What the first issue promises of speed, measured: `python -m tests.benchmarks`.

Every figure is a median, and every target a ratio to an empty Streamlit page in the same run,
in turn with ours, since machines are shared and noisy; only the ladder's CPU seconds stand alone.
"""

import statistics
import tempfile
import time
from pathlib import Path

from ladder.math import fit_alphabet
from ladder.reality import Corpus, Store, load_sample, split, to_text
from ladder.statistics import NGram
from ladder.waterfall import (
    ORDER,
    compressor_prices,
    geometry_steps,
    math_steps,
    reality_steps,
    statistics_steps,
)
from tests.benchmarks.paint import first_paint
from tests.benchmarks.servers import EMPTY_PAGE, running
from tests.load.client import Student

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
TURNS = 15

# A knob of each rung: page, panel, key, the widget's field, and two values to turn it between.
KNOBS = (
    ("reality", "Along+the+file", "window", "string_array_value", (["1024"], ["4096"])),
    ("math", "", "where", "double_array_value", ([10.0], [20.0])),
    ("geometry", "Neighbours", "k", "double_array_value", ([5.0], [9.0])),
    ("statistics", "", "step", "string_array_value", (["5"], ["50"])),
    ("probability", "", "T", "double_array_value", ([0.8], [1.2])),
)


def a_megabyte() -> Corpus:
    """The first million bytes of all of Shakespeare's plays."""
    return Corpus.of("A megabyte", to_text(load_sample("shakespeare").data[:MEGABYTE]))


def ladder_seconds(corpus: Corpus) -> float:
    """CPU seconds of every price of the waterfall but the coder's file, from text to the last compressor."""
    start = time.process_time()
    parts = split(corpus)
    alphabet = fit_alphabet(parts.train, "bpe", vocabulary_size=1024)
    train, held_out = alphabet.encode(parts.train), alphabet.encode(parts.held_out)
    model = NGram.fit(train.ids, train.vocabulary_size, order=ORDER)
    for steps in (
        reality_steps(parts),
        math_steps(train, held_out),
        geometry_steps(train, held_out),
        statistics_steps(model, held_out),
    ):
        list(steps)
    compressor_prices(parts)
    return time.process_time() - start


def knob_seconds(host: str, page: str, query: str, key: str, field: str, values: tuple) -> float:
    """The median time of a knob's rerun, back and forth between two values."""
    with Student(host, page, query) as student:
        student.open()
        time.sleep(4)  # until the jobs of the page are over
        student.open()
        turns = [student.turn(key, **{field: values[i % 2]}) for i in range(TURNS)]
        if student.exceptions:
            raise RuntimeError(f"{page} showed an exception")
    return statistics.median(turns)


def main() -> None:
    """Measure and print."""
    corpus = a_megabyte()
    seconds = min(ladder_seconds(corpus) for _ in range(3))
    print(f"the whole ladder for a new text of 1 MB: {seconds:.2f} s of CPU (target: under 5)")
    with tempfile.TemporaryDirectory() as folder:
        data, empty = Path(folder), Path(folder) / "empty.py"
        empty.write_text(EMPTY_PAGE)
        address = Store(data / "uploads").put(corpus)
        with running(ROOT / "app.py", data) as ours, running(empty, data) as peer:
            for page, panel, key, field, values in KNOBS:
                query = f"corpus={address}" + (f"&panel={panel}" if panel else "")
                theirs = knob_seconds(peer, "", "", "a", "double_array_value", ([1.0], [2.0]))
                mine = knob_seconds(ours, page, query, key, field, values)
                print(f"knob {key:8s} on {page:12s} {1000 * mine:6.1f} ms = {mine / theirs:4.2f} x an empty page's")
            quiet = knob_seconds(ours, "math", f"corpus={address}", *KNOBS[1][2:])
            with Student(ours, "geometry", f"corpus={address}&space=Sentences") as embedding:
                embedding.open()
                busy = knob_seconds(ours, "math", f"corpus={address}", *KNOBS[1][2:])
            print(
                f"knob where    on math, while the encoder embeds: {busy / quiet:4.2f} x what it is while all is quiet"
            )
        pairs = [
            (first_paint(ROOT / "app.py", data, "/math?corpus=hamlet"), first_paint(empty, data, "/")) for _ in range(5)
        ]
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        mine = statistics.median(mine for mine, _ in pairs)
        print(f"first paint after a server's start: {mine:.2f} s = {ratio:.2f} x an empty page's (target: 2)")


if __name__ == "__main__":
    main()
