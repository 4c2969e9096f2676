"""The scene of one head of attention, on arrays whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from ladder.geometry.cell import head_from
from ladder.ui import scene


def a_causal_head():
    parts = (np.random.default_rng(seed).standard_normal((9, 3)) for seed in range(3))
    return head_from(*parts, causal=True)


def test_the_blend_adds_up_to_the_output():
    head = a_causal_head()
    table = scene.blended(head, [f"{i} x" for i in range(9)], 8).pivot(
        index="vector", columns="component", values="value"
    )
    output = table.loc["output"]
    assert len(table) == scene.BLENDED + 2
    assert output.to_numpy() == pytest.approx(head.weights[8] @ head.v)
    assert table.drop("output").sum().to_numpy() == pytest.approx(output.to_numpy())


def test_a_row_lists_only_what_may_be_seen():
    table = scene.listed(a_causal_head(), [f"{i} x" for i in range(9)], 3)
    assert list(table["answers"]) == ["0 x", "1 x", "2 x", "3 x"]
    assert table["weight"].sum() == pytest.approx(1)
    assert (table["product"] / np.sqrt(3)).tolist() == pytest.approx(table["score"].tolist())


def test_what_may_not_be_seen_is_missing_from_the_table():
    table = scene.pairs(a_causal_head().scores[:], list("abcdefghi"), list("abcdefghi"))
    assert table["value"].isna().sum() == 9 * 8 / 2


@pytest.mark.parametrize(
    ("picked", "row", "column"),
    [({"asks": "4 king", "answers": "0 [CLS]"}, 4, 0), ({"asks": "6 to 9", "answers": "3"}, 6, 3)],
)
def test_a_click_on_a_cell_or_a_band_turns_the_knobs(monkeypatch, picked, row, column):
    state = {"chart-table": SimpleNamespace(selection={"cell": [picked]})}
    monkeypatch.setattr(st, "session_state", state)
    scene._open_clicked("chart-table", "lm")
    assert (state["lmrow"], state["lmcol"]) == (row, column)
