import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from ladder.geometry.projection import METHODS, laid_upon, project, quality_of, trail


def clusters(n: int = 300, d: int = 20, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return 4 * rng.standard_normal((6, d))[rng.integers(6, size=n)] + rng.standard_normal((n, d))


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize("k", [1, 5, 12])
def test_trustworthiness_is_that_of_scikit_learn(k):
    vectors = clusters()
    points = project(vectors).points
    quality = quality_of(vectors, points, k=k, rng=rng())
    assert quality.trustworthiness == pytest.approx(trustworthiness(vectors, points, n_neighbors=k), abs=1e-12)


def test_continuity_is_trustworthiness_read_backwards():
    vectors = clusters()
    points = project(vectors).points
    quality = quality_of(vectors, points, rng=rng())
    assert quality.continuity == pytest.approx(trustworthiness(points, vectors, n_neighbors=12), abs=1e-12)


def test_five_points_on_a_line_folded_in_two_by_hand():
    line = np.arange(5.0)[:, None]
    folded = np.array([0.0, 1.1, 2.3, 3.6, 0.4])[:, None]
    # k = 1: the nearest on the map are 4 4 1 2 0; their ranks in space 4 4 1.5 1.5 4, ties in the middle
    quality = quality_of(line, folded, k=1, rng=rng())
    assert quality.trustworthiness == pytest.approx(1 - 2 / (5 * 1 * 6) * (3 + 3 + 0.5 + 0.5 + 3))
    assert quality.neighbours_kept == 0
    assert quality.by_chance == 1 / 4


def test_a_map_that_keeps_all_distances_is_perfect():
    flat = rng().standard_normal((200, 2))
    turned = flat @ np.array([[0.6, -0.8], [0.8, 0.6]])
    quality = quality_of(flat, turned, rng=rng())
    assert (quality.trustworthiness, quality.continuity, quality.neighbours_kept) == (1, 1, 1)


def test_a_map_thrown_at_random_keeps_what_chance_keeps():
    vectors, points = clusters(800), rng().standard_normal((800, 2))
    quality = quality_of(vectors, points, rng=rng())
    assert quality.trustworthiness == pytest.approx(0.5, abs=0.03)
    assert quality.continuity == pytest.approx(0.5, abs=0.03)
    assert quality.neighbours_kept == pytest.approx(quality.by_chance, abs=0.01)


def test_a_sample_of_centres_comes_near_the_whole():
    vectors = clusters(1500)
    points = project(vectors).points
    whole = quality_of(vectors, points, rng=rng())
    sample = quality_of(vectors, points, rng=rng(), centres=400)
    assert len(sample.centres) == 400
    assert sample.trustworthiness == pytest.approx(whole.trustworthiness, abs=0.01)
    assert sample.neighbours_kept == pytest.approx(whole.neighbours_kept, abs=0.02)


def test_twins_are_each_others_neighbours_whatever_rounding_does():
    vectors = np.repeat(clusters(40), 3, axis=0)
    quality = quality_of(vectors, vectors[:, :20], k=2, rng=rng())
    assert quality.neighbours_kept == 1
    assert quality.trustworthiness == 1


def test_principal_components_are_those_of_scikit_learn():
    vectors = clusters()
    ours, theirs = project(vectors), PCA().fit(vectors)
    assert ours.explained == pytest.approx(theirs.explained_variance_ratio_, abs=1e-12)
    points = theirs.transform(vectors)[:, :2]
    assert np.abs(ours.points) == pytest.approx(np.abs(points), abs=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_map(method):
    vectors = clusters(120)
    assert (project(vectors, method=method, seed=3).points == project(vectors, method=method, seed=3).points).all()


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_nonlinear_map_keeps_more_neighbours_than_a_shadow(method):
    vectors = clusters(400)
    assert project(vectors, method=method).neighbours_kept > project(vectors).neighbours_kept + 0.05


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n", [10, 11, 40])
def test_few_points_and_twins_make_a_map_all_the_same(method, n):
    vectors = clusters(n)
    vectors[1] = vectors[0]
    projection = project(vectors, method=method)
    assert projection.points.shape == (n, 2)
    assert np.isfinite(projection.points).all()
    assert 0 <= projection.neighbours_kept <= 1


def test_one_dimension_makes_a_flat_map():
    assert not project(np.arange(5.0)[:, None]).points[:, 1].any()


@pytest.mark.parametrize(
    ("vectors", "method", "message"),
    [
        (np.eye(2), "pca", "at least 3 points"),
        (np.eye(9), "umap", "at least 10 points"),
        (np.eye(9), "tsne", "at least 10 points"),
        (np.ones((20, 3)), "pca", "one place"),
        (np.eye(20), "lda", "lda"),
        (np.full((20, 3), np.nan), "pca", "NaN"),
    ],
)
def test_refusals_say_what_is_wrong(vectors, method, message):
    with pytest.raises(ValueError, match=message):
        project(vectors, method=method)


def test_each_points_own_distortion_averages_to_that_of_the_map():
    vectors = clusters()
    quality = quality_of(vectors, project(vectors).points, rng=rng())
    assert quality.trust.mean() == pytest.approx(quality.trustworthiness)
    assert quality.whole.mean() == pytest.approx(quality.continuity)


def test_many_points_are_asked_by_a_sample_and_few_are_all_asked():
    flat = rng().standard_normal((9000, 2))
    assert len(quality_of(flat, flat, rng=rng()).centres) == 1000
    assert len(quality_of(flat[:3000], flat[:3000], rng=rng()).centres) == 3000


@pytest.mark.parametrize("method", ["umap", "tsne"])
def test_a_trail_ends_at_the_map(method):
    vectors = clusters(120)
    stops = trail(vectors, method=method, seed=3)
    assert stops[-1].points == pytest.approx(project(vectors, method=method, seed=3).points, abs=1e-5)
    assert [stop.epochs for stop in stops] == sorted(stop.epochs for stop in stops)
    assert stops[-1].trustworthiness > stops[0].trustworthiness


def test_t_sne_sets_out_from_the_principal_components():
    vectors = clusters(60)
    start = trail(vectors, method="tsne")[0]
    assert start.epochs == 0
    assert quality_of(project(vectors).points, start.points, rng=rng()).neighbours_kept == 1


def test_a_map_laid_upon_its_mirror_image_is_there_again():
    points = rng().standard_normal((30, 2))
    turned = 3 * points @ np.array([[0.6, 0.8], [0.8, -0.6]]) + 5
    assert laid_upon(points, turned) == pytest.approx(turned)
