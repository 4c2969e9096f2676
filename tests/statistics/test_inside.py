import numpy as np
import pytest
import scipy.stats
from sklearn.metrics.pairwise import cosine_similarity

from ladder.geometry.rows import spread
from ladder.lenses.shannon import entropy
from ladder.statistics.inside import agreements, heads_of, induction_scores, lengths_of, logit_lens, read_out
from ladder.statistics.pretrained import Pretrained
from tests.statistics.tiny import make_tiny


@pytest.fixture(scope="module")
def trace(tmp_path_factory):
    model = Pretrained(make_tiny(tmp_path_factory.mktemp("tiny"))).load()
    once = np.arange(30, 42, dtype=np.int32)
    return model.trace(np.concatenate([once, once]))


def test_the_last_norm_is_found_from_the_trace(trace):
    assert np.abs(read_out(trace)(trace.x) - np.asarray(trace.logits)).max() < 1e-3


def test_the_last_layer_of_the_lens_is_the_model_itself(trace):
    lens = logit_lens(trace)
    z = np.asarray(trace.logits)
    q = np.exp(z - z.max(axis=1, keepdims=True), dtype=np.float64)
    q /= q.sum(axis=1, keepdims=True)
    follows = q[np.arange(len(q) - 1), trace.ids[1:]]
    assert lens.bits.shape == (4, len(trace.ids))
    assert np.abs(lens.bits[-1, :-1] + np.log2(follows)).max() < 1e-3
    assert (lens.bits[:, -1] == 0).all()  # nothing has come after the last
    assert np.abs(lens.entropy[-1] - entropy(q)).max() < 1e-3
    assert (lens.top[-1] == z.argmax(axis=1)).all()


def test_a_norm_of_another_kind_is_refused(trace):
    with pytest.raises(ValueError, match="neither an RMSNorm nor a LayerNorm"):
        read_out(trace._replace(final=np.tanh(trace.x)))


def test_a_head_hears_at_least_one_token_and_at_most_those_before_it(trace):
    heads = heads_of(trace)
    assert heads.effective.shape == agreements(trace).shape == (3, 4)
    assert (heads.effective >= 1).all()
    assert (heads.effective <= np.arange(1, len(trace.ids) + 1).mean() + 1e-6).all()
    assert (np.abs(agreements(trace)) <= 1 + 1e-9).all()


def test_some_places_are_asked_what_all_are(trace):
    some = spread(len(trace.ids), 7)
    assert some[[0, -1]].tolist() == [0, len(trace.ids) - 1]
    lens, all_of_it = logit_lens(trace, asks=some), logit_lens(trace)
    for part, whole in zip(lens[1:], all_of_it[1:], strict=True):
        assert part == pytest.approx(whole[:, some], rel=1e-4, abs=1e-4)
    one_by_one = [heads_of(trace, asks=np.array([t])) for t in some]
    assert heads_of(trace, asks=some).entropy == pytest.approx(np.mean([one.entropy for one in one_by_one], axis=0))
    assert heads_of(trace, asks=some).first == pytest.approx(np.mean([one.first for one in one_by_one[1:]], axis=0))
    seen = np.tri(len(trace.ids), dtype=bool)[some]
    theirs = scipy.stats.spearmanr(
        (trace.layers[1].q[2, some] @ trace.layers[1].k[2].T)[seen],
        cosine_similarity(trace.layers[1].q[2, some], trace.layers[1].k[2])[seen],
    )
    assert agreements(trace, asks=some)[1, 2] == pytest.approx(theirs.statistic, abs=1e-3)


def test_a_head_that_copies_from_last_time_scores_one(trace):
    n, period = len(trace.ids), 12
    weights = np.zeros((1, n, n))
    weights[0, np.arange(n), np.maximum(np.arange(n) - period + 1, 0)] = 1
    copies = trace._replace(layers=(trace.layers[0]._replace(weights=weights),))
    assert induction_scores(copies, period=period, start=1).tolist() == [[1.0]]
    with pytest.raises(ValueError, match="twice"):
        induction_scores(copies, period=13, start=1)


def test_lengths_are_those_of_the_parts(trace):
    lengths = lengths_of(trace)
    assert lengths.stream.shape == (4, len(trace.ids))
    assert lengths.stream[0, 5] == pytest.approx(np.linalg.norm(trace.embedded[5]))
    assert lengths.stream[3, 5] == pytest.approx(np.linalg.norm(trace.x[5]))
    assert lengths.attention[2, 5] == pytest.approx(np.linalg.norm(trace.layers[2].attention[5]))
    assert lengths.mlp[2, 5] == pytest.approx(np.linalg.norm(trace.layers[2].mlp[5]))
