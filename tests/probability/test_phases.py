import numpy as np
import pytest

from ladder.probability.phases import known, repeated


def test_by_hand():
    # abc bca cab abc bca: two of five stood there before.
    assert repeated([0, 1, 2, 0, 1, 2, 0]) == pytest.approx(2 / 5)
    assert known([0, 1, 2, 3], [5, 0, 1, 2]) == pytest.approx(1 / 2)


def test_a_text_knows_itself_and_a_circle_repeats_itself():
    ids = np.random.default_rng(0).integers(0, 50, 1_000)
    assert known(ids, ids) == 1
    assert repeated(np.zeros(1_000, dtype=int)) == pytest.approx(1 - 1 / 998)
    assert repeated(np.arange(1_000)) == 0


def test_large_ids_do_not_run_into_each_other():
    most = 2**21 - 1
    assert known([0, most, most], [1, 0, 0]) == 0
    with pytest.raises(ValueError, match="ids must lie in"):
        repeated([0, 1, most + 1])


def test_short_texts_have_no_trigrams():
    assert repeated([1, 2]) == known([1], [1, 2, 3]) == known([1, 2, 3], []) == 0
