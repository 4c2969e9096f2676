import numpy as np
import pytest

from ladder.lenses import conditional_entropy
from ladder.statistics.bigrams import bigram_counts, count_bigrams_price, fit_bigrams

COUNTS = np.random.default_rng(4).integers(3, 60, (5, 5))
TEXT = np.frombuffer(b"the cat sees the dog, the dog sees the cow, and the cow hears the cat. " * 20, np.uint8)


def rng():
    return np.random.default_rng(0)


def test_counts_by_hand():
    table, chosen = bigram_counts([0, 1, 0, 1, 2, 0], 3, symbols=2)
    assert chosen.tolist() == [0, 1]
    assert table.tolist() == [[0, 2], [1, 0]]


def test_counting_pays_the_conditional_entropy():
    assert count_bigrams_price(COUNTS) == pytest.approx(float(conditional_entropy(COUNTS / COUNTS.sum())))


def test_gradient_descent_ends_where_counting_ends():
    counts = bigram_counts(TEXT, 256, symbols=10)[0]
    counts = counts[counts.sum(axis=1) > 0]
    fit = fit_bigrams(counts, rng=rng())
    assert (np.diff(fit.path) <= 1e-12).all()
    assert 0 <= fit.path[-1] - fit.least < 1e-3
    assert np.abs(fit.q - counts / counts.sum(axis=1, keepdims=True)).max() < 0.01


@pytest.mark.parametrize("road", ["nce", "contrastive"])
def test_roads_without_z_come_to_the_same_place(road):
    fit = fit_bigrams(COUNTS, road=road, steps=1500, rng=rng())
    assert 0 <= fit.path[-1] - fit.least < 2e-3
    assert np.abs(fit.q - COUNTS / COUNTS.sum(axis=1, keepdims=True)).max() < 0.02


def test_nce_learns_z_and_contrastive_divergence_does_not_care():
    assert np.abs(fit_bigrams(COUNTS, road="nce", steps=1500, rng=rng()).log_Z).max() < 0.05
    assert np.abs(fit_bigrams(COUNTS, road="contrastive", steps=1500, rng=rng()).log_Z).max() > 0.5


def test_the_same_seed_gives_the_same_curve():
    a, b = (fit_bigrams(COUNTS, road="nce", steps=50, rng=rng()).path for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_bad_tables_are_refused():
    with pytest.raises(ValueError, match="row 1 is empty"):
        fit_bigrams([[1, 2], [0, 0]], rng=rng())
    with pytest.raises(ValueError, match="finite"):
        fit_bigrams([[np.nan, 1]], rng=rng())
    with pytest.raises(ValueError, match="road"):
        fit_bigrams(COUNTS, road="score", rng=rng())
