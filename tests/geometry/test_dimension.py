import numpy as np
import pytest

from ladder.geometry.dimension import shell_of, two_nn
from ladder.geometry.volume import shape_of


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_a_flat_cloud_in_many_dimensions_has_its_own(d):
    sheet = rng().uniform(size=(2000, d)) @ rng().standard_normal((d, 12))
    found = two_nn(sheet)
    assert found.value == pytest.approx(d, abs=4 * found.error)
    assert found.error == pytest.approx(found.value / np.sqrt(found.points - 2))


def test_three_distances_by_hand():
    # 0, 1, 3, 7, 15: r1 = 1 1 2 4 8 and r2 = 3 2 3 6 12
    found = two_nn(np.array([0.0, 1.0, 3.0, 7.0, 15.0])[:, None])
    logs = np.log(np.array([3 / 1, 2 / 1, 3 / 2, 6 / 4, 12 / 8]))
    assert found.value == pytest.approx(4 / logs.sum())
    assert found.error == pytest.approx(found.value / np.sqrt(3))


def test_twins_are_left_out_and_counted():
    cloud = rng().standard_normal((50, 3))
    found = two_nn(np.concatenate([cloud, cloud[:7]]))
    assert found.twins == 7
    assert found.value == pytest.approx(two_nn(cloud).value, rel=1e-6)


def test_a_gaussian_cloud_lies_on_the_shell_that_its_variances_foretell():
    shell = shell_of(rng().standard_normal((20_000, 100)) * np.linspace(1, 2, 100))
    assert shell.spread == pytest.approx(shell.gaussian, rel=0.05)
    assert (shell.radii**2).mean() == pytest.approx(1)


def test_the_shell_knows_the_participation_ratio_of_the_shape():
    cloud = rng().standard_normal((60, 7)) * np.arange(1, 8)
    assert shell_of(cloud).gaussian == pytest.approx(1 / np.sqrt(2 * shape_of(cloud).participation))


@pytest.mark.parametrize("vectors", [np.ones((9, 2)), np.eye(3), np.eye(8)])
def test_no_dimension_where_there_is_none_to_read(vectors):
    with pytest.raises(ValueError, match=r"points that differ|equally far"):
        two_nn(vectors)
