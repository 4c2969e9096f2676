import numpy as np
import pytest
from scipy.stats import multivariate_normal

from ladder.geometry.volume import mean_cosine, shape_of


def ball(n: int = 4000, d: int = 5) -> np.ndarray:
    return np.random.default_rng(0).standard_normal((n, d))


def test_log_volume_is_scipys_entropy_of_the_gaussian():
    cloud = ball() * [1, 2, 3, 4, 5]
    theirs = multivariate_normal(cov=np.cov(cloud.T, bias=True)).entropy()
    assert shape_of(cloud, ridge=0).log_volume == pytest.approx(theirs)


def test_a_ball_uses_all_directions_and_lacks_nothing():
    shape = shape_of(ball())
    assert shape.participation == pytest.approx(5, rel=0.01)
    assert shape.deficit == pytest.approx(0, abs=0.01)
    assert shape.anisotropy == pytest.approx(0, abs=0.01)


def test_twice_as_long_is_d_ln_2_more_room_and_the_same_deficit():
    cloud = ball() * [1, 2, 3, 4, 5]
    small, large = shape_of(cloud), shape_of(2 * cloud)
    assert large.log_volume - small.log_volume == pytest.approx(5 * np.log(2))
    assert large.deficit == pytest.approx(small.deficit)
    assert small.deficit > 0


def test_a_line_uses_one_direction():
    assert shape_of(np.outer(np.arange(1, 9), [1.0, 2.0, 3.0])).participation == pytest.approx(1)


def test_mean_cosine_is_the_mean_over_all_pairs():
    cloud = ball(50) + 1
    u = cloud / np.linalg.norm(cloud, axis=1, keepdims=True)
    assert mean_cosine(cloud) == pytest.approx((u @ u.T)[np.triu_indices(50, 1)].mean())


def test_points_in_one_place_have_no_shape():
    with pytest.raises(ValueError, match="at least two points"):
        shape_of(np.ones((4, 2)))
