from itertools import islice

import numpy as np
import pytest

from ladder.lenses import softmax
from ladder.probability import generations
from ladder.probability.turns import counts_alone, measured, smoothed

V = 40


@pytest.fixture
def real():
    return np.random.default_rng(0).choice(V, 400, p=np.arange(1, V + 1) / (V * (V + 1) / 2)).astype(np.int32)


def turns(real, learner, kept=0.0, n=10):
    return list(measured(generations(real, learner, n=len(real), rng=np.random.default_rng(1), kept=kept), n=n))


def test_the_first_generation_is_no_way_from_itself(real):
    assert turns(real, counts_alone(V, order=2), n=1)[0].divergence == 0


def test_counts_alone_grow_poorer_and_a_share_of_the_real_text_stops_it(real):
    gone = turns(real, counts_alone(V, order=1), n=25)
    held = turns(real, counts_alone(V, order=1), kept=0.5, n=25)
    vocabulary = [turn.vocabulary for turn in gone]
    assert vocabulary == sorted(vocabulary, reverse=True)
    assert gone[-1].vocabulary < 0.7 * gone[0].vocabulary < held[-1].vocabulary
    assert gone[-1].entropy < held[-1].entropy
    assert gone[-1].divergence > 3 * held[-1].divergence


def test_a_smoothed_model_drifts_to_noise_instead(real):
    ids = np.tile(real[:10], 40)
    drifted = turns(ids, smoothed(V, order=2), n=8)
    assert drifted[-1].entropy > drifted[0].entropy


def test_the_divergence_is_kl_by_its_definition(real):
    loop = list(islice(generations(real, counts_alone(V, order=1), n=400, rng=np.random.default_rng(1)), 3))
    first, last = (generation.model for generation in (loop[0], loop[-1]))
    q_1, q_k = softmax(first.logits([])), softmax(last.logits([]))
    exact = float((q_k * np.log2(q_k / q_1)).sum())
    # Of a draw of 400 the mean is that far off at most, five times in a million.
    spread = np.sqrt((q_k * (np.log2(q_k / q_1) - exact) ** 2).sum() / 400)
    assert abs(list(measured(iter(loop), n=3))[-1].divergence - exact) < 4.6 * spread


def test_a_text_learned_as_a_ring_has_no_dead_end():
    model = counts_alone(V, order=3)(np.array([1, 2, 3], dtype=np.int32))
    assert softmax(model.logits([2, 3]))[1] == pytest.approx(1)
    assert softmax(model.logits([3, 1]))[2] == pytest.approx(1)
