"""The readers bear whatever comes, in time and in little memory: in a process that may grow by 500 MB."""

import subprocess
import sys
from pathlib import Path

import pytest

from ladder.reality import markup, read_corpus
from tests.reality.bombs import BOMBS, pdf_drawing

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to its memory")


def run(*arguments: str, seconds: float = 240) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@linux
def test_hostile_files_neither_crash_nor_hang_nor_eat_the_memory():
    assert "inputs, slowest" in run("tests.reality.fuzz", "300")


@linux
def test_every_bomb_is_a_corpus_or_a_sentence():
    said = dict(line.split(": ", 1) for line in run("tests.reality.bombs").splitlines())
    assert list(said) == list(BOMBS)
    for title in said:
        if "without end" in title or "deep" in title:
            assert said[title].endswith("."), (title, said[title])
    assert "too large a page" in said["html, tags without end"]
    assert "too much markup" in said["docx, tags without end"]
    assert "400,000 rows" in said["jsonl, lines without end"]
    assert int(said["csv, all the cells allowed"].split()[0]) > 1_000_000


def test_a_pdf_that_draws_without_end_is_left_in_time(monkeypatch):
    monkeypatch.setattr(markup, "MOST_SECONDS", 0.5)
    with pytest.raises(ValueError, match="takes more than"):
        read_corpus(pdf_drawing(b"BT /F 9 Tf (x) Tj ET " * 2_000, 1, pages=3_000), "x.pdf")
