import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from ladder.lenses import softmax
from ladder.probability import sample
from ladder.probability.calibration import (
    Answers,
    answers,
    choices_at,
    ece_interval,
    first_choices,
    fit_temperature,
    honest_ece,
    met_and_expected,
    price_at,
    reliability,
)

RNG = np.random.default_rng


def overconfident(n=4_000, V=6, factor=2.0, seed=0):
    """Answers whose truths come at T = factor: the model is `factor` times too cold."""
    rng = RNG(seed)
    logits = rng.normal(scale=3, size=(n, V))
    q = softmax(logits / factor)
    truths = (np.cumsum(q, axis=1) < rng.random((n, 1))).sum(axis=1)
    return Answers(logits, truths.astype(np.int32))


def test_reliability_by_hand():
    found = reliability([0.9, 0.1, 0.7, 0.3], [1, 0, 0, 0], bins=2)
    np.testing.assert_allclose(found.confidence, [0.2, 0.8])
    np.testing.assert_allclose(found.hits, [0, 0.5])
    assert found.places.tolist() == [2, 2]
    assert found.ece == pytest.approx(0.5 * 0.2 + 0.5 * 0.3)


def test_one_place_is_a_diagram_too():
    assert reliability([0.25], [1.0]).ece == pytest.approx(0.75)


def test_an_honest_model_has_only_the_ece_of_chance():
    asked = overconfident(factor=1.0)
    c, hit = first_choices(asked)
    chance, most = honest_ece(c, rng=RNG(0))
    assert 0.003 < chance < most < 0.03
    assert reliability(c, hit).ece < most


def test_too_cold_a_model_is_found_and_mended():
    asked = overconfident()
    c, hit = first_choices(asked)
    low, high = ece_interval(c, hit, rng=RNG(0))
    assert low < reliability(c, hit).ece
    assert low < high
    assert low > 2 * honest_ece(c, rng=RNG(0))[1]
    fitted = fit_temperature(asked)
    assert fitted == pytest.approx(2, rel=0.1)
    mended = reliability(*first_choices(overconfident(seed=1), T=fitted)).ece
    assert mended < 0.03 < reliability(c, hit).ece


def test_the_fitted_temperature_costs_least_and_meets_the_energy_it_expects():
    asked = overconfident(n=500)
    fitted = fit_temperature(asked)
    theirs = minimize_scalar(lambda t: price_at(asked, T=t), bounds=(0.2, 10), method="bounded").x
    assert fitted == pytest.approx(theirs, rel=1e-3)
    met, expected = met_and_expected(asked, T=fitted)
    assert met == pytest.approx(expected, abs=1e-4)


def test_what_cannot_be_mended_ends_at_the_bounds():
    sure = Answers(np.array([[0.0, -1.0]]), np.array([0]))
    wrong = Answers(np.array([[0.0, -1.0]]), np.array([1]))
    assert (fit_temperature(sure), fit_temperature(wrong)) == (0.05, 20)
    assert fit_temperature(Answers(np.zeros((3, 2)), np.array([0, 1, 0]))) in (0.05, 20)


def test_the_menu_grows_with_temperature():
    asked = overconfident(n=50)
    assert np.all(np.diff([choices_at(asked, T=T) for T in (0.1, 0.5, 1, 2, 10)]) > 0)


def test_the_interval_holds_the_true_error_about_as_often_as_it_says():
    truth = reliability(*first_choices(overconfident(n=200_000, seed=99))).ece
    inside, honest = 0, 0
    for seed in range(40):
        low, high = ece_interval(*first_choices(overconfident(n=1_000, seed=seed)), rng=RNG(seed), rounds=100)
        inside += low <= truth <= high
        c, hit = first_choices(overconfident(n=1_000, factor=1.0, seed=seed))
        honest += reliability(c, hit).ece <= honest_ece(c, rng=RNG(seed), rounds=100)[1]
    assert inside >= 33
    assert honest >= 33


def test_blocks_make_the_interval_wider_where_neighbours_are_alike():
    rng = RNG(0)
    c = np.full(2_000, 0.9)
    together = np.repeat(rng.random(80) < 0.5, 25).astype(float)
    alone = rng.permutation(together)
    widths = [np.ptp(ece_interval(c, hit, rng=RNG(1), bins=1)) for hit in (together, alone)]
    assert widths[0] > 2 * widths[1]


def test_answers_are_the_models_logits_at_even_places(make_chain):
    chain = make_chain(5, RNG(0))
    ids = sample(chain, [], n=100, rng=RNG(1)).ids
    asked = answers(chain, ids, most=10)
    assert asked.truths.tolist() == ids[np.linspace(0, 99, 10).astype(int)].tolist()
    np.testing.assert_array_equal(asked.logits[0], np.log(chain.start))
    everything = answers(chain, ids, most=1_000)
    assert price_at(everything, T=1) == pytest.approx(chain.surprisals(ids).mean())


def test_what_makes_no_sense_is_refused(chain):
    with pytest.raises(ValueError, match="at least one place"):
        answers(chain, np.zeros(0, dtype=int), most=5)
    with pytest.raises(ValueError, match="same length"):
        reliability([0.5, 0.5], [1.0])
