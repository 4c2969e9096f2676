import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import spearmanr

from ladder.geometry import Parameter, attend, compare_heads, spearman, stored, without_norms
from ladder.geometry.cosine import cosines
from ladder.geometry.parameters import kind_of
from ladder.lenses import kl_divergence, softmax


def drawn(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def test_where_all_vectors_are_equally_long_a_cosine_does_the_same():
    U, final = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (drawn(1, 9, 4), drawn(2, 5, 4)))
    found = without_norms(3 * final, 2 * U)
    assert found.scale == pytest.approx(6)
    assert found.bits == pytest.approx(np.zeros(5), abs=1e-9)
    assert not found.changed.any()


def test_a_long_vector_wins_by_product_and_loses_by_angle_by_hand():
    # z = (1, 10 cos 60) = (1, 5): the second wins; the cosines are (1, 0.5): the first does
    U = np.array([[1.0, 0.0], [5.0, 5 * np.sqrt(3)]])
    found = without_norms([[1.0, 0.0]], U)
    assert np.exp(found.log_p[0]) == pytest.approx(softmax([1.0, 5.0]))
    # the truth goes against the cosine, so the best it can do is to say nothing
    assert found.scale == pytest.approx(0, abs=1e-6)
    assert found.bits[0] == pytest.approx(float(kl_divergence(softmax([1.0, 5.0]), [0.5, 0.5])), abs=1e-6)
    assert found.changed[0]


@given(st.integers(0, 10_000), st.floats(0.1, 8))
@settings(max_examples=25, deadline=None)
def test_no_other_scale_is_nearer(seed, length):
    final, U, bias = drawn(seed, 4, 3) * length, drawn(seed + 1, 7, 3), drawn(seed + 2, 7)
    found = without_norms(final, U, bias)
    C, p = cosines(final, U), np.exp(found.log_p)

    def mean_bits(s):
        return float(kl_divergence(p, softmax(s * C + bias)).mean())

    theirs = minimize_scalar(mean_bits, bounds=(0, 200), method="bounded", options={"xatol": 1e-9})
    assert mean_bits(float(found.scale)) == pytest.approx(found.bits.mean(), abs=1e-9)
    assert found.bits.mean() <= theirs.fun + 1e-7


def test_rank_correlation_is_scipys():
    a, b = drawn(3, 6, 40).round(1), drawn(4, 6, 40).round(1)  # rounded, so that there are ties
    assert spearman(a, b) == pytest.approx([spearmanr(x, y).statistic for x, y in zip(a, b, strict=True)])
    assert spearman(np.ones(5), np.arange(5)) == 0


def test_heads_are_compared_by_the_scores_that_attention_uses():
    Q, K = drawn(5, 2, 3, 8, 4), drawn(6, 2, 3, 8, 4)
    found = compare_heads(Q, K)
    assert found.products == pytest.approx(attend(Q, K, K).scores)
    assert np.exp(found.by_cosine.log_p) == pytest.approx(attend(Q, K, K).weights)
    assert found.rank_correlation.shape == found.by_cosine.scale.shape == (2, 3)
    one = found.rank_correlation[1, 2]
    assert one == pytest.approx(spearmanr(found.products[1, 2].ravel(), found.cosines[1, 2].ravel()).statistic)


def test_the_length_of_a_query_is_not_seen_within_its_row():
    Q, K = drawn(7, 8, 4), drawn(8, 8, 4)
    K /= np.linalg.norm(K, axis=1, keepdims=True)
    longer = Q * np.arange(1, 9)[:, None] ** 2
    found = compare_heads(longer, K)
    assert found.within_rows == pytest.approx(1)
    assert found.rank_correlation < 1
    assert not found.by_cosine.changed.any()
    assert found.by_cosine.bits.mean() > 0.01  # who wins stays, by how much does not


def test_a_vector_of_zeros_has_no_angle():
    found = without_norms([[0.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]])
    assert found.bits == pytest.approx(0)
    assert not found.changed[0]


def test_parameters_are_counted_by_kind_by_hand():
    parameters = [
        Parameter("embeddings.word_embeddings.weight", (10, 4)),
        Parameter("layer.0.attention.self.query.weight", (4, 4)),
        Parameter("layer.0.attention.self.query.bias", (4,)),
        Parameter("layer.0.attention.output.dense.weight", (4, 4)),
        Parameter("layer.0.output.dense.weight", (4, 16)),
        Parameter("layer.0.output.LayerNorm.bias", (4,)),
    ]
    found = stored(parameters, 10)
    assert found.by_kind == {"token embeddings": 40, "MLP": 64, "W_q": 16, "W_o": 16, "biases": 4, "norms": 4}
    assert next(iter(found.by_kind)) == "MLP"
    assert (found.total, found.pairs, found.tables, found.room) == (144, 45, (), True)
    assert not stored(parameters, 30).room
    assert stored([Parameter("cosines", (10, 10))], 10).tables == ("cosines",)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("model.layers.3.self_attn.q_proj.weight", "W_q"),
        ("model.layers.3.self_attn.o_proj.weight", "W_o"),
        ("model.layers.3.mlp.gate_proj.weight", "MLP"),
        ("model.layers.3.input_layernorm.weight", "norms"),
        ("model.embed_tokens.weight", "token embeddings"),
        ("encoder.layer.0.attention.output.LayerNorm.weight", "norms"),
        ("pooler.dense.bias", "biases"),
        ("something.else", "other"),
    ],
)
def test_a_parameters_name_says_what_it_is_for(name, kind):
    assert kind_of(name) == kind
