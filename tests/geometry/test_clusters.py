import numpy as np
import pytest
from sklearn.metrics import mutual_info_score, silhouette_score

from ladder.geometry.clusters import k_means, silhouette, told


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def islands(n: int = 240) -> tuple[np.ndarray, np.ndarray]:
    group = np.arange(n) % 4
    return 20 * np.array([[0, 0], [0, 1], [1, 0], [1, 1]])[group] + rng().standard_normal((n, 2)), group


def test_islands_far_apart_are_found_as_they_are():
    points, group = islands()
    found = k_means(points, 4, rng=rng())
    assert len(set(zip(found.tolist(), group.tolist(), strict=True))) == 4


def test_silhouette_is_that_of_scikit_learn():
    vectors, labels = rng().standard_normal((200, 7)), rng(1).integers(5, size=200)
    assert silhouette(vectors, labels, rng=rng()) == pytest.approx(silhouette_score(vectors, labels), abs=1e-9)


def test_a_lone_point_has_no_silhouette():
    vectors, labels = [[0.0], [1.0], [9.0]], [0, 0, 1]
    assert silhouette(vectors, labels, rng=rng()) == pytest.approx(silhouette_score(np.array(vectors), labels))


def test_a_sample_of_points_comes_near_the_whole():
    points, group = islands(1200)
    whole = silhouette(points, group, rng=rng(), asked=1200)
    assert silhouette(points, group, rng=rng(), asked=300) == pytest.approx(whole, abs=0.02)


def test_what_clusters_tell_is_scikit_learns_mutual_information():
    c, d = rng().integers(6, size=500), rng(1).integers(4, size=500)
    assert told(c, d, rng=rng(), permutations=2).bits == pytest.approx(mutual_info_score(c, d) / np.log(2))


def test_strangers_tell_what_chance_tells_and_twins_tell_all():
    c, d = rng().integers(6, size=400), rng(1).integers(4, size=400)
    strangers = told(c, d, rng=rng())
    assert abs(strangers.bits - strangers.by_chance) < 4 * strangers.spread
    # The first-order bias of Miller and Madow: (6 - 1) (4 - 1) / (2 n ln 2)
    assert strangers.by_chance == pytest.approx(15 / (2 * 400 * np.log(2)), rel=0.15)
    twins = told(d, d, rng=rng())
    assert twins.bits == pytest.approx(twins.most)


def test_more_groups_than_points_are_refused():
    with pytest.raises(ValueError, match=r"1 \.\.\. 3"):
        k_means(np.eye(3), 4, rng=rng())


def test_points_in_one_place_are_one_group_whatever_is_asked():
    assert len(k_means(np.ones((6, 2)), 3, rng=rng())) == 6
