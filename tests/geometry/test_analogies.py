import numpy as np
import pytest

from ladder.geometry import Index, along, analogy, axis, score

# man, king, woman, queen, and a stranger: gender along x, crown along y
PLACES = np.array([[1.0, 0.0, 2.0], [1.0, 1.5, 2.0], [-1.0, 0.0, 2.0], [-1.0, 1.5, 2.0], [0.0, -3.0, 0.1]])


def test_where_an_analogy_is_built_in_it_comes_out_by_hand():
    index = Index.of(PLACES / np.linalg.norm(PLACES, axis=1, keepdims=True))
    found = analogy(index, 0, 1, 2, k=3)
    assert found.without_inputs.indices[0] == 3
    assert not set(found.without_inputs.indices) & {0, 1, 2}
    assert found.inputs == (0, 1, 2)


def test_an_offset_too_short_to_leave_c_gives_c_back():
    # b lies next to a, so b - a + c is hardly anything but c
    vectors = np.array([[1.0, 0.0], [0.99, 0.1], [0.0, 1.0], [-1.0, 0.5]])
    found = analogy(Index.of(vectors), 0, 1, 2, k=2)
    assert found.everything.indices[0] == 2
    assert found.without_inputs.indices.tolist() == [3]


def test_3cosadd_is_what_its_formula_says():
    vectors = np.random.default_rng(1).standard_normal((50, 6))
    u = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    target = u[7] - u[3] + u[11]
    cosines = u @ target / np.linalg.norm(target)
    found = analogy(Index.of(vectors), 3, 7, 11, k=5)
    assert found.everything.indices.tolist() == np.argsort(-cosines)[:5].tolist()
    assert found.everything.values == pytest.approx(np.sort(cosines)[::-1][:5])
    assert found.only_b.indices[0] == next(i for i in np.argsort(-(u @ u[7])) if i not in (3, 7, 11))


def test_an_analogy_that_goes_nowhere_is_refused():
    # 60 and 120 degrees: b - a is (-1, 0), and c is (1, 0)
    index = Index.of(np.array([[0.5, np.sqrt(0.75)], [-0.5, np.sqrt(0.75)], [1.0, 0.0]]))
    with pytest.raises(ValueError, match="points nowhere"):
        analogy(index, 0, 1, 2)


def test_the_score_counts_all_three_ways_of_answering():
    index = Index.of(PLACES / np.linalg.norm(PLACES, axis=1, keepdims=True))
    found = score(index, [(0, 1, 2, 3), (0, 1, 2, 4)])
    assert (found.n, found.without_inputs) == (2, 1)


def test_an_axis_goes_from_one_end_to_the_other():
    way = axis([[2.0, 0.0]], [[0.0, 5.0]])
    assert way == pytest.approx(np.array([-1, 1]) / np.sqrt(2))
    assert along([[0.0, 3.0], [1.0, 0.0], [1.0, 1.0]], way) == pytest.approx([np.sqrt(0.5), -np.sqrt(0.5), 0])
    with pytest.raises(ValueError, match="one place"):
        axis([[1.0, 0.0]], [[2.0, 0.0]])
