"""The whole rung on a model that was fitted to a real text."""

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chisquare

from ladder.lenses import softmax
from ladder.probability import compress, decompress, sample
from ladder.probability.coder import HEADER_BYTES
from ladder.statistics import NGram

ALICE = Path(__file__).parents[2] / "../shared/corpora/alice29.txt"


@pytest.fixture(scope="module")
def alice():
    if not ALICE.exists():
        pytest.skip("the shared corpora are not here")
    return np.frombuffer(ALICE.read_bytes(), dtype=np.uint8).astype(np.int32)


@pytest.mark.parametrize("order", [1, 2, 4])
def test_a_real_text_comes_back_and_costs_its_surprisals(alice, order):
    train, held_out = alice[:120_000], alice[120_000:130_000]
    model = NGram.fit(train, 256, order=order)
    data = compress(held_out, model)
    np.testing.assert_array_equal(decompress(data, model), held_out)
    assert 0 <= len(data) - HEADER_BYTES - model.surprisals(held_out).sum() / 8 < 16


def test_a_file_of_another_order_or_another_text_is_refused(alice):
    data = compress(alice[-500:], NGram.fit(alice[:50_000], 256, order=3))
    for other in (NGram.fit(alice[:50_000], 256, order=2), NGram.fit(alice[:49_000], 256, order=3)):
        with pytest.raises(ValueError, match="another model"):
            decompress(data, other)


def test_a_model_of_one_letter_less_does_not_read_the_file_either(alice):
    data = compress(alice[-500:], NGram.fit(alice[:50_000], 256, order=3))
    with pytest.raises(ValueError, match=r"This file"):
        decompress(data, NGram.fit(alice[:49_999], 256, order=3))


def test_drawn_surprisals_are_the_models_own(alice):
    model = NGram.fit(alice, 256, order=4)
    prompt = alice[:20]
    draw = sample(model, prompt, n=500, rng=np.random.default_rng(0), top_p=0.9)
    np.testing.assert_allclose(draw.surprisals, model.surprisals(np.concatenate([prompt, draw.ids]))[20:], rtol=1e-9)
    assert (draw.surprisals_truncated <= draw.surprisals + 1e-9).all()


def test_draws_after_a_prompt_follow_the_model(alice):
    model = NGram.fit(alice[:20_000], 256, order=3)
    prompt = np.frombuffer(b"th", dtype=np.uint8)
    rng = np.random.default_rng(0)
    drawn = np.array([sample(model, prompt, n=1, rng=rng).ids[0] for _ in range(3_000)])
    expected = softmax(model.logits(prompt)) * len(drawn)
    common = expected > 5
    seen = np.bincount(drawn, minlength=256)
    assert (
        chisquare(
            np.append(seen[common], seen[~common].sum()), np.append(expected[common], expected[~common].sum())
        ).pvalue
        > 1e-4
    )


@pytest.mark.parametrize("text", [b"a", b"abc", b"aaaaaaaaaaaa", bytes(range(256))])
def test_the_smallest_texts_can_be_drawn_from_and_written(text):
    ids = np.frombuffer(text, dtype=np.uint8).astype(np.int32)
    model = NGram.fit(ids, 256, order=6)
    assert len(sample(model, [], n=20, rng=np.random.default_rng(0)).ids) == 20
    np.testing.assert_array_equal(decompress(compress(ids, model), model), ids)
