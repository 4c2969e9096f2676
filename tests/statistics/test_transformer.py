"""The transformer: learned in PyTorch, asked in numpy, and open at every place."""

import numpy as np
import pytest

from ladder.geometry import attend
from ladder.lenses.simplex import softmax
from ladder.statistics import NGram
from ladder.statistics.memory import ORDERS, rows_of, table_sizes
from ladder.statistics.training import MAX_VOCABULARY, Diverged, Training
from ladder.statistics.transformer import Settings, Shape, Transformer, kept_aside, norm, turned, turning

SMALL = {"width": 16, "layers": 2, "heads": 2, "context": 12, "batch": 8}
SEED = 5


@pytest.fixture(scope="module")
def text() -> np.ndarray:
    """Words over nine tokens, where the next one hangs on the last two."""
    rng = np.random.default_rng(SEED)
    words = [rng.integers(0, 9, size=length) for length in (3, 4, 5, 6)]
    return np.concatenate([words[i] for i in rng.integers(0, 4, size=400)]).astype(np.int32)


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "memory"])
def training(request: pytest.FixtureRequest, text: np.ndarray) -> Training:
    """Sixty steps of a small one, of either form."""
    training = Training(text, 9, Settings(steps=60, memory=request.param, **SMALL))
    while not training.over:
        training.step()
    return training


@pytest.fixture(scope="module")
def model(training: Training) -> Transformer:
    """What it has learned."""
    return training.model()


def test_the_price_of_a_text_is_what_the_logits_say_one_by_one(model, text):
    for n in (1, 2, 5, 6, 7, 12, 13, 41):
        one_by_one = [-np.log2(softmax(model.logits(text[:t]))[text[t]]) for t in range(n)]
        np.testing.assert_allclose(model.surprisals(text[:n]), one_by_one, rtol=0, atol=1e-9)


def test_the_loss_by_the_networks_weights_is_the_price_and_moves_with_them(model, text):
    part = text[:150]
    loss, network = model.loss_of_network(part), model.network
    assert loss(network) == pytest.approx(model.surprisals(part)[1:].mean() * np.log(2), abs=1e-10)
    moved = network | {"b": network["b"] + np.linspace(0, 1, len(network["b"]))}
    other = Transformer(model.shape, {**model.weights, **moved})
    assert loss(moved) == pytest.approx(other.surprisals(part)[1:].mean() * np.log(2), abs=1e-10)
    with pytest.raises(ValueError, match="at least 2 tokens"):
        model.loss_of_network(text[:1])


def test_every_row_sums_to_one(model, text):
    for t in (0, 1, 30):
        assert np.exp(model.logits(text[:t])).sum() == pytest.approx(1, abs=1e-12)


def test_numpy_asks_the_network_that_pytorch_taught(training, model, text):
    read = training.text[None, : training.T]
    called = None if training.rows is None else training.memory[training.rows[: training.T]].sum(-2)[None]
    z = training._forward(read, called).detach().numpy()[0]
    np.testing.assert_allclose(model.trace(text[: training.T]).logits, z, atol=2e-2)  # half precision is kept
    single = {name: W.detach().numpy() for name, W in training.weights.items()}
    if training.rows is not None:
        single["memory"] = training.memory.numpy()
    exact = Transformer(model.shape, single)
    np.testing.assert_allclose(exact.trace(text[: training.T]).logits, z, atol=1e-4)


def test_the_parts_of_a_trace_put_together_are_the_models_own_logits(model, text):
    trace = model.trace(text[:30])
    np.testing.assert_array_equal(trace.ids, text[30 - len(trace.ids) : 30])
    x = trace.embedded
    for layer in trace.layers:
        np.testing.assert_allclose(layer.x, x, atol=1e-12)
        opened = attend(layer.q, layer.k, layer.v, causal=True)
        np.testing.assert_allclose(layer.scores, opened.scores, atol=1e-12)
        np.testing.assert_allclose(layer.weights, opened.weights, atol=1e-12)
        np.testing.assert_allclose(layer.heads, opened.outputs, atol=1e-12)
        concatenated = np.concatenate(list(layer.heads), axis=-1)
        np.testing.assert_allclose(layer.attention, concatenated @ layer.W_o, atol=1e-12)
        x = x + layer.attention + layer.mlp
    np.testing.assert_allclose(trace.final, norm(x), atol=1e-12)
    z = trace.final @ trace.U.T + trace.bias
    np.testing.assert_allclose(z, trace.logits, atol=1e-12)
    np.testing.assert_allclose(softmax(z[-1]), np.exp(model.logits(text[:30])), atol=1e-12)


def test_attention_is_pytorchs_own(model, text):
    torch = pytest.importorskip("torch")
    for layer in model.trace(text[:12]).layers:
        q, k, v = (torch.from_numpy(part) for part in (layer.q, layer.k, layer.v))
        theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        np.testing.assert_allclose(layer.heads, theirs.numpy(), atol=1e-10)


def test_nobody_looks_ahead(model, text):
    other = text[:12].copy()
    other[8:] = (other[8:] + 1) % 9
    np.testing.assert_allclose(model.trace(other).logits[:8], model.trace(text[:12]).logits[:8], atol=1e-12)


def test_turning_lets_a_product_see_only_how_far_apart_two_tokens_are():
    rng = np.random.default_rng(0)
    q, k = rng.normal(size=(2, 8))
    cos, sin = turning(20, 8)
    Q, K = turned(np.tile(q, (20, 1)), cos, sin), turned(np.tile(k, (20, 1)), cos, sin)
    products = Q @ K.T
    for apart in range(4):
        np.testing.assert_allclose(np.diagonal(products, apart), products[0, apart], atol=1e-9)
    assert products[0, 0] == pytest.approx(q @ k)


def test_training_lowers_the_price_below_the_unigrams(model, text):
    unigram = NGram.fit(text, 9, order=1).surprisals(text).mean()
    assert model.surprisals(text).mean() < 0.8 * unigram


def test_before_the_first_step_the_model_is_nearly_the_unigram(text):
    untrained = Training(text, 9, Settings(steps=1, **SMALL)).model()
    share = (np.bincount(text, minlength=9) + 0.1) / (len(text) + 0.9)
    np.testing.assert_allclose(np.exp(untrained.logits([])), share, rtol=2e-3)
    price = untrained.surprisals(text).mean()
    assert price == pytest.approx(-np.log2(share[text]).mean(), rel=0.2)


def test_the_same_seed_gives_the_same_curve_and_another_seed_another(text):
    def curve(seed: int) -> list[float]:
        training = Training(text, 9, Settings(steps=9, memory=True, seed=seed, **SMALL))
        return [training.step() for _ in range(9)]

    assert curve(1) == curve(1)
    assert curve(1) != curve(2)


@pytest.mark.parametrize("memory", [False, True])
def test_a_training_that_is_taken_up_again_goes_on_as_if_it_had_never_stopped(text, memory, tmp_path):
    settings = Settings(steps=20, memory=memory, **SMALL)
    straight = Training(text, 9, settings)
    whole = [straight.step() for _ in range(20)]
    first = Training(text, 9, settings)
    begun = [first.step() for _ in range(8)]
    np.savez(tmp_path / "state.npz", **first.state())
    with np.load(tmp_path / "state.npz", allow_pickle=False) as state:
        second = Training(text, 9, settings).resume(state)
    assert begun + [second.step() for _ in range(12)] == whole
    for name, W in straight.model().weights.items():
        np.testing.assert_array_equal(second.model().weights[name], W)


def test_a_checkpoint_of_another_shape_is_refused(text):
    state = Training(text, 9, Settings(steps=5, **SMALL)).state()
    with pytest.raises(ValueError, match="another text or of other settings"):
        Training(text, 9, Settings(steps=5, **SMALL | {"width": 32})).resume(state)


def test_a_straightened_matrix_turns_alike_and_stretches_nothing():
    import torch

    from ladder.statistics.training import straightened

    rng = np.random.default_rng(3)
    for shape in ((12, 12), (8, 20), (20, 8)):
        G = rng.normal(size=shape)
        U, _, Vt = np.linalg.svd(G, full_matrices=False)
        X = straightened(torch.from_numpy(G)).numpy()
        stretch = U.T @ X @ Vt.T
        assert np.abs(stretch - np.diag(np.diag(stretch))).max() < 1e-6
        assert np.diag(stretch).min() > 0.3
        assert np.diag(stretch).max() < 1.3


def test_a_training_that_diverges_says_so_and_keeps_the_last_good_weights(text):
    training = Training(text, 9, Settings(steps=400, **SMALL))
    for _ in range(3):
        training.step()
    with np.errstate(all="ignore"):
        training.weights["E"].data.fill_(float("nan"))
        with pytest.raises(Diverged, match="diverged at step 3"):
            training.step()
    assert np.isfinite(training.model().surprisals(text)).all()


def test_a_rate_beyond_reason_diverges(text):
    training = Training(text, 9, Settings(steps=4_000, rate=300.0, **SMALL))

    def go_on() -> None:
        for _ in range(1_000):
            training.step()

    with pytest.raises(Diverged, match="smaller learning rate"):
        go_on()
    assert np.isfinite(training.model().surprisals(text[:100])).all()


def test_the_price_on_the_way_is_the_price_that_is_kept(training, model, text):
    nats_first = -np.log2(softmax(model.logits([]))[text[0]])  # no network tells the first token
    for n in (2, 5, 12, 13, 40, 301):
        bits = (model.surprisals(text[:n]).sum() - nats_first) / (n - 1)
        assert training.price(text[:n]) == pytest.approx(bits, rel=5e-3)


def test_a_phrase_calls_the_same_row_wherever_it_stands_and_others_seldom(text):
    sizes = table_sizes(text)
    rows = rows_of(text, sizes)
    phrases: dict[tuple[int, ...], set[int]] = {}
    for k, order in enumerate(ORDERS):
        for t in range(order - 1, len(text)):
            phrases.setdefault(tuple(text[t - order + 1 : t + 1].tolist()), set()).add(int(rows[t, k]))
    assert all(len(called) == 1 for called in phrases.values())
    assert rows.min() >= 0
    assert rows.max() < sum(sizes)
    in_tables = [len(np.unique(rows[:, k])) for k in range(len(ORDERS))]
    distinct = [sum(len(phrase) == order for phrase in phrases) for order in ORDERS]
    assert all(rows_used > 0.6 * n for rows_used, n in zip(in_tables, distinct, strict=True))


def test_the_price_of_the_model_counts_only_rows_that_were_called(text):
    training = Training(text, 9, Settings(steps=2, memory=True, **SMALL))
    for _ in range(2):
        training.step()
    model = training.model()
    called = np.any(model.weights["memory"], axis=1).sum()
    plain = Training(text, 9, Settings(steps=1, **SMALL)).model()
    assert 0 < called < sum(model.shape.memory)
    assert model.n_parameters == plain.n_parameters + called * 16
    assert model.size_bytes == 2 * model.n_parameters + sum(model.shape.memory) // 8


@pytest.mark.parametrize("ids", [[0], [0, 1], []])
def test_too_short_a_text_is_refused_in_a_sentence(ids):
    with pytest.raises(ValueError, match="at least"):
        Training(np.array(ids, dtype=np.int32), 2, Settings())


def test_a_text_shorter_than_the_context_is_learned_all_the_same():
    training = Training(np.array([0, 1] * 4, dtype=np.int32), 2, Settings(steps=30, memory=True, **SMALL))
    while not training.over:
        training.step()
    assert np.isfinite(training.model().surprisals(np.array([0, 1, 1, 1, 1, 0] * 5))).all()


def test_one_token_type_costs_nothing_in_the_end():
    training = Training(np.zeros(50, dtype=np.int32), 1, Settings(steps=3, **SMALL))
    while not training.over:
        training.step()
    assert training.model().surprisals(np.zeros(5, dtype=np.int32)) == pytest.approx(0, abs=1e-12)


def test_sizes_that_do_not_fit_are_refused_by_name():
    with pytest.raises(ValueError, match="width must be a multiple"):
        Shape(9, width=18, heads=4)
    with pytest.raises(ValueError, match="most 4,096"):
        Training(np.arange(10, dtype=np.int32), MAX_VOCABULARY + 1, Settings())
    with pytest.raises(ValueError, match="rate must be positive"):
        Settings(rate=float("nan"))
    broken = Training(np.array([0, 1] * 9, dtype=np.int32), 2, Settings(steps=1, **SMALL)).model()
    with pytest.raises(ValueError, match="finite"):
        Transformer(broken.shape, {**broken.weights, "b": np.array([np.nan, 0.0])})


def test_fit_is_the_training_to_its_end(text):
    settings = Settings(steps=6, **SMALL)
    training = Training(text, 9, settings)
    while not training.over:
        training.step()
    fitted = Transformer.fit(text, 9, settings=settings)
    np.testing.assert_array_equal(fitted.logits(text[:5]), training.model().logits(text[:5]))


def test_a_tenth_is_kept_aside_and_never_more_than_is_worth_watching():
    assert [kept_aside(n) for n in (19, 20, 1_005, 80_000, 1_000_000)] == [0, 2, 100, 8_000, 8_000]


def test_a_training_is_looked_at_twenty_times_or_at_every_step():
    assert [Settings(steps=steps).steps_a_look for steps in (5, 20, 2_000, 2_019)] == [1, 1, 100, 100]
