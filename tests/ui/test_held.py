"""Bytes of things whose sizes are known."""

import sys
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
import torch

from ladder.geometry.rows import Rows
from ladder.ui.held import weigh

MB = 1_000_000
TABLE = pd.DataFrame({"x": np.arange(MB / 8), "word": "a word"})


@dataclass
class Holder:
    numbers: np.ndarray
    name: str = "holder"


def bytes_of(*things):
    found, whole = weigh({"all": things}, seconds=10)
    assert whole
    return found["all"]


def remembering(array):
    return lambda: array


def an_array():
    return np.zeros(MB // 8)


@pytest.mark.parametrize(
    "make",
    [
        an_array,
        lambda: an_array()[:10].reshape(2, 5),
        lambda: [a := an_array(), a[5:], a.T],
        lambda: Holder(an_array()),
        lambda: {"here": (Holder(an_array()),)},
        lambda: Rows(an_array().__getitem__, (1, 1)),
        lambda: remembering(an_array()),
        lambda: torch.zeros(MB // 4),
        lambda: torch.zeros(MB // 4)[:10],
        lambda: torch.nn.Linear(500, 500, bias=False),
        lambda: (t := torch.zeros(MB // 4), t.numpy()),
        lambda: "x" * MB,
        lambda: [b"x" * 100_000 + bytes([i]) for i in range(10)],
    ],
)
def test_a_megabyte_is_a_megabyte_however_it_is_held(make):
    assert bytes_of(make()) == pytest.approx(MB, rel=0.02)


def test_a_table_takes_what_pandas_says():
    assert bytes_of(TABLE) == TABLE.memory_usage(deep=True).sum()


def test_what_lies_in_a_mapped_file_takes_no_memory(tmp_path):
    an_array().tofile(tmp_path / "numbers")
    assert bytes_of(np.memmap(tmp_path / "numbers", dtype=float)) == 0


def test_what_two_hold_counts_with_the_first():
    shared, name = an_array(), "x" * 1000
    found, _ = weigh({"a": [shared, name], "b": [shared[3:], name]}, seconds=10)
    assert found == {"a": MB + sys.getsizeof(name), "b": 0}


def test_a_thing_that_holds_itself_comes_to_an_end():
    thing = [an_array()]
    thing.append(thing)
    assert bytes_of(thing) == pytest.approx(MB, rel=0.01)


def test_who_has_no_time_says_so():
    _, whole = weigh({"all": [[str(i) for i in range(100_000)]]}, seconds=0)
    assert not whole
