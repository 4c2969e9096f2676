import numpy as np
import pytest

from ladder.math.encoding import Encoding
from ladder.statistics import AdditiveNGram, NGram
from ladder.statistics.leaderboard import by_order, choose_order
from ladder.statistics.shortcomings import shortcomings


def encoded(ids, V):
    return Encoding("toy", np.array(ids, dtype=np.int32), tuple(bytes([i]) for i in range(V)), len(ids))


def kneser_ney(ids, V, order):
    return NGram.fit(ids, V, order=order)


def test_an_ordinary_split_has_none():
    assert shortcomings(encoded([0, 1, 2, 0], 3), encoded([1, 2], 3), order=3) == ()


@pytest.mark.parametrize(
    ("train", "held_out", "V", "sentence"),
    [
        ([0, 1], [1], 2, "only 2 tokens, so no order beyond 2"),
        ([1] * 50, [1, 0], 3, "one token again and again"),
        ([0] * 50, [0, 0], 1, "every text costs 0 bits"),
        ([0, 1] * 30, [2, 3, 2], 4, "No token of the held-out part occurs in the training part"),
    ],
)
def test_each_is_said_and_every_order_still_has_a_finite_price(train, held_out, V, sentence):
    a, b = encoded(train, V), encoded(held_out, V)
    assert sentence in " ".join(shortcomings(a, b, order=6))
    curve = by_order(kneser_ney, a, b, (1, 2, 3, 6))
    assert np.isfinite(curve.train + curve.held_out).all()
    assert sentence in " ".join(curve.notes)
    assert choose_order(a.ids, V) >= 1
    with_alpha = AdditiveNGram.fit(a.ids, V, order=2, alpha=0.1)
    for model in (NGram.fit(a.ids, V, order=6), with_alpha):
        q = np.exp(model.logits(b.ids))
        assert q.sum() == pytest.approx(1)
        assert (q > 0).all()


def test_only_unseen_tokens_cost_what_is_kept_for_them_by_hand():
    # 0 and 1 in turn: each has one or two kinds of left neighbours, so D_1 and D_2 are kept of 3 in all.
    model = NGram.fit([0, 1, 0, 1], 4, order=2)
    kept = (model.discounts[0, 2] + model.discounts[0, 1]) / 3
    assert model.surprisals([2]).tolist() == pytest.approx([-np.log2(kept / 4)])


def test_a_vocabulary_of_one_is_free_in_every_order():
    train, held_out = encoded([0] * 9, 1), encoded([0] * 3, 1)
    assert by_order(kneser_ney, train, held_out, (1, 2, 3)).held_out == pytest.approx((0, 0, 0), abs=1e-12)
