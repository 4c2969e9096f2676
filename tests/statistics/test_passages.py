import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.statistics.passages import SuffixArray

BANANA = np.frombuffer(b"banana", np.uint8)


def test_banana_by_hand():
    assert SuffixArray.of(BANANA).order.tolist() == [5, 3, 1, 0, 4, 2]
    assert SuffixArray.of(BANANA).occurrences(list(b"an")).tolist() == [3, 5]
    assert SuffixArray.of(BANANA).occurrences(list(b"na")).tolist() == [4]  # after the last, nothing follows
    assert SuffixArray.of(BANANA).occurrences(list(b"x")).tolist() == []


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.lists(st.integers(0, 3), max_size=4))
@settings(max_examples=150, deadline=None)
def test_python_sorts_and_finds_the_same(text, gram):
    array = SuffixArray.of(text)
    assert array.order.tolist() == sorted(range(len(text)), key=lambda i: text[i:])
    k = len(gram)
    assert array.occurrences(gram).tolist() == [t for t in range(k, len(text)) if text[t - k : t] == gram]
    match = array.longest_match(gram)
    assert match == max(
        m for m in range(k + 1) if m == 0 or any(text[t - m : t] == gram[k - m :] for t in range(m, len(text)))
    )


@pytest.mark.parametrize("text", [[0] * 3000, list(range(256)) * 8, np.random.default_rng(0).integers(0, 90_000, 5000)])
def test_long_repeats_and_large_ids(text):
    text = np.asarray(text)
    order = SuffixArray.of(text).order
    rows = [tuple(text[i : i + 300]) for i in order]
    assert rows == sorted(rows)
    assert sorted(order.tolist()) == list(range(len(text)))


def test_an_empty_text_has_no_places():
    assert SuffixArray.of([]).occurrences([1]).tolist() == []
