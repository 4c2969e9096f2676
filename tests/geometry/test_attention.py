import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.geometry.attention import attend, effective_tokens, products, sink_share


def draws(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("scale", [None, 0.3])
def test_outputs_are_those_of_pytorch(causal, scale):
    Q, K, V = draws(2, 3, 7, 8), draws(2, 3, 7, 8, seed=1), draws(2, 3, 7, 5, seed=2)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.from_numpy, (Q, K, V)), scale=scale, is_causal=causal
    )
    assert attend(Q, K, V, scale=scale, causal=causal).outputs == pytest.approx(theirs.numpy(), abs=1e-12)


def test_two_tokens_by_hand():
    # q.k = (0, ln 9), no scale: weights 1/10 and 9/10
    Q, K, V = [[1.0]], [[0.0], [np.log(9)]], [[0.0], [10.0]]
    attention = attend(Q, K, V, scale=1)
    assert attention.weights == pytest.approx(np.array([[0.1, 0.9]]))
    assert attention.outputs == pytest.approx(np.array([[9.0]]))


def test_nobody_sees_the_future():
    attention = attend(draws(5, 4), draws(5, 4, seed=1), draws(5, 4, seed=2), causal=True)
    assert not np.triu(attention.weights, 1).any()
    assert attention.weights[0, 0] == 1


@given(st.integers(1, 9), st.integers(1, 6), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_each_row_is_a_distribution_over_one_to_n_tokens(n, d, seed):
    attention = attend(draws(n, d, seed=seed), draws(n, d, seed=seed + 1), draws(n, 2, seed=seed + 2))
    assert attention.weights.sum(axis=-1) == pytest.approx(np.ones(n))
    effective = effective_tokens(attention.weights)
    assert (effective >= 1 - 1e-12).all()
    assert (effective <= n + 1e-9).all()


def test_equal_weights_listen_to_everybody_and_a_choice_to_one():
    assert effective_tokens(np.full((1, 8), 1 / 8)) == pytest.approx([8])
    assert effective_tokens(np.eye(8)) == pytest.approx(np.ones(8))


def test_scores_are_scaled_products():
    Q, K = draws(4, 9), draws(4, 9, seed=1)
    assert attend(Q, K, K).scores == pytest.approx(products(Q, K) / 3)


def test_the_sink_takes_the_mean_of_its_column():
    assert sink_share([[0.5, 0.5], [1.0, 0.0]]) == 0.75


@pytest.mark.parametrize(
    ("Q", "K", "V", "options"),
    [
        (np.ones((2, 3)), np.ones((2, 4)), np.ones((2, 4)), {}),
        (np.ones((2, 3)), np.ones((2, 3)), np.ones((5, 4)), {}),
        (np.ones(3), np.ones((2, 3)), np.ones((2, 3)), {}),
        (np.ones((2, 3)), np.ones((2, 3)), np.ones((2, 3)), {"scale": 0}),
        (np.ones((2, 0)), np.ones((2, 0)), np.ones((2, 0)), {}),
    ],
)
def test_what_does_not_fit_is_refused(Q, K, V, options):
    with pytest.raises(ValueError, match=r"must|needs"):
        attend(Q, K, V, **options)
