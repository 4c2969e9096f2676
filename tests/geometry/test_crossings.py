import numpy as np

from ladder.geometry.crossings import lines_from, worst_crossings

# Five points on a line in space; the map puts the last one at the other end.
LINE = np.arange(5.0)[:, None]
TORN = np.array([0.0, 1.0, 2.0, 3.0, -9.0])[:, None]


def test_lines_go_to_the_true_neighbours_with_their_ranks_on_the_map():
    lines = lines_from(LINE, TORN, 4, k=2)
    assert lines.a.tolist() == [4, 4]
    assert lines.b.tolist() == [3, 2]
    assert lines.rank.tolist() == [4, 3]


def test_the_worst_crossing_comes_first_and_each_pair_once():
    lines = worst_crossings(LINE, TORN, np.arange(5))
    assert (lines.a[0], lines.b[0], lines.rank[0]) == (4, 3, 4)
    pairs = {frozenset(pair) for pair in zip(lines.a.tolist(), lines.b.tolist(), strict=True)}
    assert len(pairs) == len(lines.a)


def test_a_map_without_distortion_has_no_crossing():
    vectors = np.random.default_rng(0).standard_normal((80, 2))
    assert not len(worst_crossings(vectors, 3 * vectors, np.arange(80)).a)


def test_no_more_lines_than_asked_for():
    rng = np.random.default_rng(0)
    lines = worst_crossings(rng.standard_normal((300, 9)), rng.standard_normal((300, 2)), np.arange(300), most=7)
    assert len(lines.a) == 7
    assert (np.diff(lines.rank) <= 0).all()
