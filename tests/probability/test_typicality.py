import itertools

import numpy as np
import pytest

from ladder.lenses import entropy
from ladder.probability.typicality import beam, draws


def entropy_rate(chain):
    """H of a Markov chain by its stationary distribution: the left eigenvector of the rows."""
    values, vectors = np.linalg.eig(chain.rows.T)
    stationary = np.real(vectors[:, np.argmin(np.abs(values - 1))])
    return float(stationary / stationary.sum() @ entropy(chain.rows))


@pytest.fixture(scope="module")
def drawn():
    """A bent coin, whose surprisals are independent."""
    from ladder.statistics import NGram

    coin = NGram.fit((np.random.default_rng(0).random(5_000) < 0.2).astype(np.int32), 2, order=1)
    return coin, draws(coin, [], m=150, n=400, rng=np.random.default_rng(1))


def test_the_surprise_of_a_draw_comes_to_the_entropy_rate(make_chain):
    chain = make_chain(6, np.random.default_rng(5))
    drawn = draws(chain, [0], m=40, n=500, rng=np.random.default_rng(0))
    H = entropy_rate(chain)
    assert drawn.entropy_rate == pytest.approx(H, abs=0.05)
    assert drawn.running_means[:, -1].mean() == pytest.approx(H, abs=0.05)


def test_the_spread_falls_with_the_square_root_of_n(drawn):
    coin, found = drawn
    q = np.exp(coin.logits([]))
    sigma = np.sqrt(q @ (-np.log2(q) - entropy(q)) ** 2)
    spread = found.running_means.std(axis=0)
    for n in (4, 25, 100, 400):
        assert spread[n - 1] * np.sqrt(n) == pytest.approx(sigma, rel=0.2)


def test_surprisals_are_the_models_own(make_chain):
    chain = make_chain(5, np.random.default_rng(1))
    drawn = draws(chain, [2], m=3, n=20, rng=np.random.default_rng(0))
    for ids, surprisals in zip(drawn.ids, drawn.surprisals, strict=True):
        np.testing.assert_allclose(chain.surprisals(np.array([2, *ids]))[1:], surprisals)
    assert drawn.entropies[0, 0] == pytest.approx(float(entropy(chain.rows[2])))


def test_a_wide_beam_finds_the_likeliest_of_all_texts(make_chain):
    chain = make_chain(4, np.random.default_rng(3))
    prices = {text: chain.surprisals(np.array([0, *text]))[1:].sum() for text in itertools.product(range(4), repeat=5)}
    best = min(prices, key=prices.get)
    found = beam(chain, [0], n=5, width=64)
    assert tuple(found.ids) == best
    assert found.bits == pytest.approx(prices[best])
    assert beam(chain, [0], n=5, width=1).bits >= found.bits - 1e-9


def test_the_likeliest_text_is_not_typical(drawn):
    coin, found = drawn
    likeliest = beam(coin, [], n=400, width=4)
    assert likeliest.ids.tolist() == [0] * 400
    assert likeliest.bits / 400 < found.running_means[:, -1].min()


def test_what_makes_no_sense_is_refused(chain):
    with pytest.raises(ValueError, match="m times n must lie between 1 and 200,000"):
        draws(chain, [], m=1_000, n=1_000, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="width must be at least 1"):
        beam(chain, [], n=3, width=0)
