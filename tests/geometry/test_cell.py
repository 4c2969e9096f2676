import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.geometry.cell import bands, cell_of, ensemble_of, head_from, head_of
from ladder.geometry.trace import LayerTrace


def draws(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def a_head(n: int = 6, d: int = 4, *, heat: float = 1.0, causal: bool = False, seed: int = 0):
    parts = (draws(n, d, seed=seed + part) for part in range(3))
    return head_from(*parts, heat=heat, causal=causal)


def test_a_cell_by_hand():
    # q = (1, 2), keys (3, 4) and (0, 0): products 11 and 0 at T = sqrt(2)
    head = head_from([[1, 2], [0, 1]], [[3, 4], [0, 0]], [[10, 0], [0, 2]])
    cell = cell_of(head, 0, 0)
    assert cell.terms.tolist() == [3, 8]
    assert cell.product == 11
    assert cell.score == pytest.approx(11 / np.sqrt(2))
    assert cell.log_Z == pytest.approx(np.log(np.exp(11 / np.sqrt(2)) + 1))
    assert cell.weight == pytest.approx(1 / (1 + np.exp(-11 / np.sqrt(2))))
    assert cell.handed == pytest.approx([10 * cell.weight, 0])


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("heat", [0.5, 1.0, 3.0])
def test_what_all_cells_of_a_row_hand_over_is_pytorchs_attention(causal, heat):
    head = a_head(heat=heat, causal=causal)
    theirs = torch.nn.functional.scaled_dot_product_attention(
        *map(torch.from_numpy, (head.q, head.k, head.v)), scale=1 / (heat * 2), is_causal=causal
    )
    for row in range(6):
        handed = sum(cell_of(head, row, column).handed for column in range(6))
        assert handed == pytest.approx(theirs[row].numpy(), abs=1e-12)


@given(st.integers(1, 8), st.floats(0.25, 4), st.booleans(), st.integers(0, 50))
@settings(max_examples=40, deadline=None)
def test_free_energy_is_energy_less_temperature_times_entropy(n, heat, causal, seed):
    head = a_head(n, heat=heat, causal=causal, seed=seed)
    rows = ensemble_of(head)
    assert rows.free_energy == pytest.approx(rows.energy - head.T * rows.entropy, abs=1e-9)
    assert rows.effective == pytest.approx(np.exp(rows.entropy))
    assert (rows.effective <= rows.visible + 1e-9).all()


def test_equal_energies_leave_all_tokens_free():
    # E = -1 for each of four tokens at T = 1: F = -1 - ln 4
    head = head_from(np.ones((4, 1)), np.ones((4, 1)), np.ones((4, 1)))
    rows = ensemble_of(head)
    assert rows.free_energy == pytest.approx(np.full(4, -1 - np.log(4)))
    assert rows.energy == pytest.approx(-np.ones(4))
    assert rows.effective == pytest.approx(np.full(4, 4))


def test_a_causal_layer_keeps_its_future_dark_at_any_heat():
    parts = [draws(2, 5, 3, seed=seed) for seed in range(3)]
    nothing = np.zeros(0)
    layer = LayerTrace(nothing, nothing, *parts, *[nothing] * 8)
    head = head_of(layer, 1, heat=2)
    assert not np.triu(head.weights[:], 1).any()
    assert cell_of(head, 0, 3).weight == 0
    assert cell_of(head, 0, 3).score == -np.inf
    assert ensemble_of(head).visible.tolist() == [1, 2, 3, 4, 5]


def test_bands_of_weights_still_sum_to_one_and_of_scores_show_the_largest():
    head = a_head(10)
    table, edges = bands(head.weights, most=4, of="sum")
    assert edges.tolist() == [0, 3, 6, 9, 10]
    assert table.sum(axis=1) == pytest.approx(np.ones(4))
    assert table[1, 3] == pytest.approx(head.weights[3:6, 9].mean())
    assert bands(head.scores, most=4, of="largest")[0][0, 2] == pytest.approx(head.scores[:3, 6:9].max())


def test_a_heat_that_is_none_is_refused():
    with pytest.raises(ValueError, match="heat must be positive"):
        a_head(heat=0)
