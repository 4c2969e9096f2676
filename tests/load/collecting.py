"""What a full collection after every rerun costs: `python -m tests.load collecting`.

Streamlit collects all garbage after each script run, which walks every object that pandas, Altair and
torch have made. `.streamlit/config.toml` switches that off, and Python's own collector goes on working.
This measures a knob's rerun and the server's memory after many of them, with and without.
"""

import statistics
import tempfile
from pathlib import Path

from tests.benchmarks.servers import running
from tests.load.client import Student
from tests.load.measure import megabytes_of

ROOT = Path(__file__).parents[2]
TURNS = 200
PAGE, QUERY, KNOB = "math", "corpus=hamlet", "where"


def measure(data: Path, collect: str) -> tuple[float, float]:
    """Median milliseconds of a rerun, and megabytes that the server holds after all of them."""
    with running(ROOT / "app.py", data, "--runner.postScriptGC", collect) as host:
        with Student(host, PAGE, QUERY) as student:
            student.open()
            turns = [student.turn(KNOB, double_array_value=[float(i % 90)]) for i in range(TURNS)]
        return 1000 * statistics.median(turns), megabytes_of(host)


def main() -> None:
    """Measure and print, there and back."""
    with tempfile.TemporaryDirectory() as folder:
        for collect in ("true", "false", "true", "false"):
            milliseconds, megabytes = measure(Path(folder), collect)
            print(f"postScriptGC = {collect:5s}: {milliseconds:6.1f} ms a rerun, {megabytes:6.0f} MB at the end")
