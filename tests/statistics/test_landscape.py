import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.special import gammaln

from ladder.statistics.landscape import (
    basin,
    flat,
    path_directions,
    plane,
    random_directions,
    row_lengths,
    thermal,
    unflat,
)
from ladder.statistics.tinynet import descend_net, net_loss, net_slope

H = np.array([1.0, 2.0, 4.0, 0.5])  # the curvatures of a quadratic basin
AT = {"x": np.array([[1.0, -1.0]]), "y": np.array([1.0, 1.0])}  # rows whose root mean square is 1
WHERE = flat(AT)


def bowl(weights):
    return 3.0 + float(0.5 * H @ (flat(weights) - WHERE) ** 2)


def test_the_volume_of_a_quadratic_basin_is_the_ellipsoids():
    found = basin(bowl, AT, level=0.1, rng=np.random.default_rng(1), rays=4000)
    exact = 2 * np.log(np.pi) - gammaln(3) + 2 * np.log(2 * 0.1) - 0.5 * np.log(H).sum()
    assert found.log_volume == pytest.approx(exact, abs=4 * found.error)
    assert found.error < 0.05
    assert found.dimensions == 4


def test_a_flatter_basin_has_more_entropy_by_half_the_logarithm_of_its_curvatures():
    def flatter(weights):
        return 3.0 + float(0.5 * (H / 9) @ (flat(weights) - WHERE) ** 2)

    a, b = (basin(f, AT, level=0.1, rng=np.random.default_rng(1)) for f in (bowl, flatter))
    assert b.log_volume - a.log_volume == pytest.approx(4 * np.log(3), abs=1e-4)


def test_the_free_energy_of_a_quadratic_basin_is_exact():
    T = 0.02
    found = thermal(bowl, AT, temperature=T, farthest=1.5, rng=np.random.default_rng(1), rays=1000, m=60)
    assert found.free_energy == pytest.approx(-T * (2 * np.log(2 * np.pi * T) - 0.5 * np.log(H).sum()), abs=0.15 * T)
    assert found.energy == pytest.approx(4 * T / 2, rel=0.05)  # equipartition
    assert found.free_energy == pytest.approx(found.energy - T * found.entropy, abs=1e-12)


def test_directions_have_the_rows_lengths():
    weights = {"A": np.array([[3.0, 4.0], [0.0, 0.0]]), "b": np.array([1.0, 1.0])}
    for d in random_directions(weights, np.random.default_rng(2)):
        rows = unflat(d, weights)
        assert np.linalg.norm(rows["A"][0]) == pytest.approx(5)
        assert np.linalg.norm(rows["b"]) == pytest.approx(np.sqrt(2))
    assert row_lengths(weights)[2:4] == pytest.approx(1)


def test_a_plane_holds_a_path_that_lies_in_it_and_its_middle_is_the_fit():
    rng = np.random.default_rng(3)
    directions = random_directions(AT, rng)
    steps = np.array([[0.8, 0.1], [0.3, -0.4], [0, 0]])
    found = plane(bowl, AT, directions, WHERE + steps @ directions, m=5)
    assert found.held == pytest.approx(1)
    assert found.path == pytest.approx(steps)
    a, b = found.a[1], found.b[3]
    assert found.loss[1, 3] == pytest.approx(bowl(unflat(WHERE + a * directions[0] + b * directions[1], AT)))
    astray = plane(bowl, AT, directions, WHERE + rng.normal(size=(9, 4)), m=2)
    assert 0 < astray.held < 1


def test_the_paths_own_directions_hold_more_of_it_than_random_ones():
    path = np.cumsum(np.random.default_rng(4).normal(size=(30, 4)), axis=0)
    weights = unflat(path[-1], AT)
    own = plane(bowl, weights, path_directions(path), path, m=2).held
    random = plane(bowl, weights, random_directions(weights, np.random.default_rng(1)), path, m=2).held
    assert own > random


COUNTS = np.random.default_rng(6).poisson(4, (6, 6)) + 1.0


def test_the_nets_slope_is_the_slope():
    weights = {name: np.random.default_rng(i).normal(size=(6, 2)) for i, name in enumerate("AB")}
    numeric = approx_fprime(flat(weights), lambda row: net_loss(unflat(row, weights), COUNTS), 1e-7)
    assert flat(net_slope(weights, COUNTS)) == pytest.approx(numeric, abs=1e-5)


def test_a_turned_unit_is_the_same_model():
    weights = {name: np.random.default_rng(i).normal(size=(6, 2)) for i, name in enumerate("AB")}
    turned = {name: w * np.array([1, -1]) for name, w in weights.items()}
    assert net_loss(turned, COUNTS) == pytest.approx(net_loss(weights, COUNTS), abs=1e-12)


SETTINGS = {"hidden": 3, "steps": 400, "rate": 1.0, "batch": 32, "decay": 0.0}


def test_descent_falls_and_early_stopping_is_best_on_the_validation_part():
    other = np.random.default_rng(7).poisson(2, (6, 6)) + 1.0
    to_end, early = (
        descend_net(COUNTS, other, early=e, rng=np.random.default_rng(1), **SETTINGS) for e in (False, True)
    )
    assert to_end.loss < np.log(6)
    assert early.validation <= to_end.validation
    assert np.array_equal(early.states[-1], flat(early.weights))
    assert early.steps == sorted(early.steps)


def test_bad_settings_are_refused():
    with pytest.raises(ValueError, match="level must be positive"):
        basin(bowl, AT, level=0, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="temperature and farthest"):
        thermal(bowl, AT, temperature=0, farthest=1, rng=np.random.default_rng(1))
