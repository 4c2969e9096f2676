import math

import numpy as np
import pytest
from scipy.optimize import minimize

from ladder.statistics.loglinear import LogBilinear, Problem, minus_log_posterior, start_of, whiten
from ladder.statistics.ngram import NGram


def chain(n: int, V: int, seed: int) -> np.ndarray:
    """A Markov chain whose rows are of low rank, as dot products make them."""
    rng = np.random.default_rng(7)
    z = rng.normal(size=(V, 3)) @ rng.normal(size=(3, V))
    rows = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    C = rows.cumsum(axis=1)
    ids, draws = [0], np.random.default_rng(seed).random(n)
    for u in draws[1:]:
        ids.append(min(int(C[ids[-1]].searchsorted(u)), V - 1))
    return np.array(ids, dtype=np.int32)


def vectors_of(ids: np.ndarray, V: int, d: int) -> np.ndarray:
    table = np.zeros((V, V))
    np.add.at(table, (ids[:-1], ids[1:]), 1)
    u, s, _ = np.linalg.svd(np.log1p(table))
    return u[:, :d] * s[:d]


TRAIN, HELD_OUT, V = chain(20_000, 30, 1), chain(5_000, 30, 2), 30
MODEL = LogBilinear.fit(TRAIN, V, vectors=vectors_of(TRAIN, V, 8), steps=200)


def test_it_beats_the_unigram_and_comes_near_the_bigram():
    ours = MODEL.surprisals(HELD_OUT).mean()
    unigram, bigram = (NGram.fit(TRAIN, V, order=k).surprisals(HELD_OUT).mean() for k in (1, 2))
    assert ours < unigram - 0.5
    assert ours < bigram + 0.1


def test_logits_and_surprisals_agree_and_rows_sum_to_one():
    surprisals = MODEL.surprisals(HELD_OUT[:50])
    for t in range(50):
        z = MODEL.logits(HELD_OUT[:t])
        assert np.exp(z).sum() == pytest.approx(1, abs=1e-12)
        assert -z[HELD_OUT[t]] / math.log(2) == pytest.approx(surprisals[t], abs=1e-9)


def test_a_slow_fit_in_double_precision_finds_the_same_model():
    ids = TRAIN[:2000]
    vectors = vectors_of(ids, V, 4)
    model = LogBilinear.fit(ids, V, vectors=vectors, l2=0.5, steps=500)
    n_i = np.bincount(ids, minlength=V)
    v = whiten(vectors, n_i).astype(np.float64)
    b = np.log((n_i + 0.5) / (n_i + 0.5).sum())

    def loss(flat):
        weights = flat.reshape(V, 5)
        z = v[ids[:-1]] @ weights[:, :4].T + b + weights[:, 4]
        log_q = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
        onto = np.exp(log_q)
        onto[np.arange(len(ids) - 1), ids[1:]] -= 1
        gradient = np.column_stack([onto.T @ v[ids[:-1]], onto.sum(axis=0)]) + 0.5 * weights
        nats = -log_q[np.arange(len(ids) - 1), ids[1:]].sum() + 0.25 * (weights**2).sum()
        return nats, gradient.ravel()

    slow = minimize(loss, np.zeros(V * 5), jac=True, method="L-BFGS-B", options={"maxiter": 2000}).x.reshape(V, 5)
    assert np.abs(slow[:, :4] - model.u).max() < 0.02
    assert loss(np.column_stack([model.u, model.b - b]).ravel())[0] == pytest.approx(loss(slow.ravel())[0], rel=1e-5)


def test_the_moments_of_model_and_data_agree_up_to_the_pull_of_l2():
    z = MODEL.v.astype(float) @ MODEL.u.T + MODEL.b
    q = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    table = np.zeros((V, V))
    np.add.at(table, (TRAIN[:-1], TRAIN[1:]), 1)
    of_data, of_model = table.T @ MODEL.v, (table.sum(axis=1)[:, None] * q).T @ MODEL.v
    assert np.abs(of_data - of_model - MODEL.u).max() < 0.002 * np.abs(of_data).max()


@pytest.mark.parametrize("l2", [0.3, 40.0])
def test_l2_is_a_gaussian_prior_and_the_lowest_loss_the_most_probable_setting(l2):
    v, b = start_of(TRAIN, V, vectors_of(TRAIN, V, 8))
    problem, start = Problem(TRAIN, v, b, l2), LogBilinear(v, np.zeros_like(v), b, np.array([]))
    rng, posteriors, losses = np.random.default_rng(3), [], []
    found = LogBilinear.fit(TRAIN, V, vectors=vectors_of(TRAIN, V, 8), l2=l2, steps=300)
    weights = np.column_stack([found.u, found.b - b])
    for theta in (np.zeros_like(weights), weights, weights + rng.normal(0, 0.05, weights.shape).astype(np.float32)):
        u, moved = problem.parts(theta)
        model = LogBilinear(v, u, b + moved, np.array([]))
        posteriors.append(minus_log_posterior(model, TRAIN, start=start, l2=l2))
        losses.append(problem.n * problem.loss_and_gradient(theta)[0])
    # The constant: a Gaussian's normaliser for every weight.
    constant = weights.size / 2 * np.log(2 * np.pi / l2)
    assert np.array(posteriors) - losses == pytest.approx(np.full(3, constant), abs=0.05)
    assert posteriors[1] == min(posteriors)


def test_whitened_vectors_have_mean_0_and_covariance_1_over_the_text():
    n_i = np.bincount(TRAIN, minlength=V)
    v = whiten(vectors_of(TRAIN, V, 5), n_i).astype(float)
    share = n_i / n_i.sum()
    assert np.abs(share @ v).max() < 1e-5
    assert np.abs(v.T @ (share[:, None] * v) - np.eye(5)).max() < 1e-4


def test_the_path_falls_and_the_same_text_gives_the_same_model():
    again = LogBilinear.fit(TRAIN, V, vectors=vectors_of(TRAIN, V, 8), steps=200)
    assert np.array_equal(again.u, MODEL.u)
    assert MODEL.path[-1] < MODEL.path[0]
    assert MODEL.path[-1] == pytest.approx(MODEL.surprisals(TRAIN)[1:].mean(), abs=1e-4)


def test_unseen_tokens_have_a_price():
    model = LogBilinear.fit([0, 1, 0, 1, 2], 6, vectors=np.eye(6, 3))
    assert np.isfinite(model.surprisals([5, 4, 3, 0, 5])).all()


def test_texts_of_one_token_and_vectors_without_a_direction_work():
    for ids, vectors in (([1], np.eye(3)), ([1, 1, 1], np.zeros((3, 2))), ([0, 1], np.ones((3, 1)))):
        model = LogBilinear.fit(ids, 3, vectors=vectors)
        assert np.exp(model.logits([1])).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"vectors": np.eye(2)}, r"vectors must be \(V, d\)"),
        ({"vectors": np.full((3, 2), np.nan)}, "NaN"),
        ({"vectors": np.eye(3), "l2": 0}, "l2 must be positive"),
    ],
)
def test_bad_settings_are_refused(settings, sentence):
    with pytest.raises(ValueError, match=sentence):
        LogBilinear.fit([0, 1, 2], 3, **settings)


def test_a_vocabulary_too_large_for_a_full_softmax_is_refused():
    with pytest.raises(ValueError, match="at most 4,096"):
        LogBilinear.fit([0, 1], 5000, vectors=np.eye(5000, 2))
