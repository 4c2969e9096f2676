import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.statistics.additive import AdditiveNGram

texts = st.lists(st.integers(0, 3), min_size=1, max_size=60)


def test_laplace_by_hand():
    # After 0 came 1 twice and 0 once: (2 + 1) / (3 + 2) and (1 + 1) / (3 + 2).
    model = AdditiveNGram.fit([0, 0, 1, 0, 1], 2, order=2, alpha=1)
    assert np.exp(model.logits([0])).tolist() == pytest.approx([2 / 5, 3 / 5])
    assert np.exp(model.logits([])).tolist() == pytest.approx([4 / 7, 3 / 7])
    assert model.surprisals([0, 1]).tolist() == pytest.approx([-math.log2(4 / 7), -math.log2(3 / 5)])


@given(texts, texts, st.integers(1, 5), st.floats(1e-3, 2))
@settings(max_examples=60, deadline=None)
def test_logits_and_surprisals_agree_and_every_row_sums_to_one(ids, other, order, alpha):
    model = AdditiveNGram.fit(ids, 5, order=order, alpha=alpha)
    surprisals = model.surprisals(other)
    for t, w in enumerate(other):
        z = model.logits(other[:t])
        assert np.exp(z).sum() == pytest.approx(1, abs=1e-12)
        assert -z[w] / math.log(2) == pytest.approx(surprisals[t], abs=1e-9)


def test_nltk_lidstone_says_the_same():
    lm = pytest.importorskip("nltk.lm")
    rng = np.random.default_rng(3)
    ids = rng.integers(0, 6, 300)
    words = [f"w{i}" for i in ids]
    theirs = lm.Lidstone(0.3, 3)
    trigrams = [[tuple(words[t : t + k]) for t in range(len(words) - k + 1)] for k in (1, 2, 3)]
    theirs.fit(trigrams, vocabulary_text=words)
    assert len(theirs.vocab) == 7  # six words and the unknown one
    ours = AdditiveNGram.fit(ids, 7, order=3, alpha=0.3)
    for h in ([0, 1], [5, 5], [2, 3]):
        z = ours.logits(h)
        for w in range(6):
            assert math.exp(z[w]) == pytest.approx(theirs.score(f"w{w}", [f"w{i}" for i in h]), rel=1e-12)


def test_held_out_price_is_a_u_and_train_price_falls():
    rng = np.random.default_rng(4)
    step = rng.choice(3, size=4000, p=[0.6, 0.3, 0.1])
    ids = np.cumsum(step) % 20  # a Markov chain of order 1
    train, held_out = [], []
    for order in range(1, 6):
        model = AdditiveNGram.fit(ids[:3000], 20, order=order, alpha=0.5)
        train.append(model.surprisals(ids[:3000]).mean())
        held_out.append(model.surprisals(ids[3000:]).mean())
    best = int(np.argmin(held_out))
    assert 0 < best < 4
    assert held_out[:2] == sorted(held_out[:2], reverse=True)
    assert held_out[best:] == sorted(held_out[best:])
    assert train[1] < train[0]


@pytest.mark.parametrize("alpha", [0, -1, math.nan, math.inf])
def test_alpha_must_be_positive(alpha):
    with pytest.raises(ValueError, match="alpha must be positive and finite"):
        AdditiveNGram.fit([0, 1], 2, order=1, alpha=alpha)
