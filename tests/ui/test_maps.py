"""The map panel's control, lines, selection and way, with a stand-in for the encoder."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from ladder.geometry import encoder, learned
from ladder.geometry.crossings import Lines
from ladder.geometry.pieces import sentences
from ladder.reality import Corpus
from ladder.ui import map_control, map_lines, map_names, map_selection, maps, room
from tests.ui.test_geometry_page import PROSE, StandIn, drive, settled, shown

TABLE = pd.DataFrame({"text": ["one", "Two", "three"], "x": [0.0, 1.0, 2.0], "y": [0.0, 5.0, 1.0]})


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch):
    monkeypatch.setattr(encoder, "load_encoder", lambda place=None, *, step=None: StandIn())


def numbers(at):
    return next(table.value for table in at.dataframe if "shuffled" in table.value.columns).set_index("")


@pytest.mark.parametrize("space", ["Learned here", "Words", "Sentences"])
def test_a_control_stands_beside_each_map(space):
    at = drive("map", PROSE, space=space)
    assert list(numbers(at).index)[-2:] == ["Groups on the map", "Same groups in space"]
    assert numbers(at)["this text"].notna().all()
    assert "In the control" in shown(at)


def test_without_a_control_the_map_stands_alone():
    at = drive("map", PROSE, control="false")
    assert "In the control" not in shown(at)
    assert len(at.get("vega_lite_chart")) == 1


def test_a_nonlinear_map_brings_its_control_and_its_way():
    at = drive("map", PROSE, space="Sentences", map="t-SNE", mapshare=0)
    next(button for button in at.button if button.label == "Draw the t-SNE map").click()
    at = settled(at.run())
    assert "In the control" in shown(at)
    assert "Each stop is a run of its own" in shown(at)
    assert at.select_slider(key="mapshare").value == 0


@pytest.mark.parametrize(
    ("true", "noise", "said"),
    [
        ((0.4, 0.2), (0.38, 0.0), "Noise makes groups too"),
        ((0.4, 0.2), (0.1, 0.0), "hold together (0.20), more than noise's (0.00)"),
        ((0.1, 0.01), (0.05, 0.0), "Neither map shows groups"),
        ((0.5, 0.01), (0.1, 0.0), "In space this map's groups touch"),
    ],
)
def test_the_verdict_is_that_of_the_numbers(true, noise, said):
    nobody = np.zeros(0)
    assert said in map_control.verdict(map_control.Groups(nobody, *true), map_control.Groups(nobody, *noise))


def test_lines_run_from_the_text_that_is_named():
    assert "from “king” to its" in shown(drive("map", PROSE, mark="KING"))
    assert "No text of the map is “cabbage”" in shown(drive("map", PROSE, mark="cabbage"))


def test_lines_can_be_left_out():
    assert "Lines:" in shown(drive("map", PROSE))
    assert "Lines:" not in shown(drive("map", PROSE, lines="false"))


def test_a_line_says_what_became_of_its_neighbour():
    lines = map_lines.lines_table(Lines(np.array([0, 0]), np.array([1, 2]), np.array([1.0, 40.0])), TABLE, 12)
    assert lines["torn"].tolist() == [False, True]
    assert lines[["x", "y", "x2", "y2"]].to_numpy().tolist() == [[0, 0, 1, 5], [0, 0, 2, 1]]
    assert lines["on the map"][1] == "neighbour number 40"


def test_a_text_is_found_as_it_is_or_whatever_its_capitals():
    assert map_lines.place_of("Two", TABLE["text"]) == 1
    assert map_lines.place_of("ONE", TABLE["text"]) == 0
    assert map_lines.place_of("four", TABLE["text"]) is None


def test_a_click_on_a_point_asks_for_its_lines(monkeypatch):
    state = {"chart": SimpleNamespace(selection={"clicked": [{"text": "one"}]})}
    monkeypatch.setattr(st, "session_state", state)
    maps._mark_clicked("chart")
    assert state["mark"] == "one"


def test_a_box_on_the_map_selects_what_lies_in_it():
    assert list(map_selection.selected(TABLE, {"x": [2.5, 0.5], "y": [0, 2]}, "")["text"]) == ["three"]
    assert list(map_selection.selected(TABLE, {}, "T")["text"]) == ["Two", "three"]


def test_a_selection_travels_with_its_vectors_and_is_read_back():
    vectors = np.arange(6.0).reshape(2, 3)
    with np.load(io.BytesIO(map_selection.packed(vectors, ["שלום", "a\udc80b"])), allow_pickle=False) as file:
        assert (file["vectors"] == vectors).all()
        assert file["texts"].tolist() == ["שלום", "a?b"]
    columns = pd.read_parquet(io.BytesIO(map_selection.columns_of(vectors, ["שלום", "a\udc80b"])))
    assert columns["text"].tolist() == ["שלום", "a?b"]
    assert np.stack(columns["vector"]).tolist() == vectors.tolist()


@pytest.mark.parametrize(
    ("space", "fourth", "find"), [("Sentences", "place", "queen"), ("Learned here", "count", "ee")]
)
def test_a_selected_row_is_the_point_that_is_drawn(space, fourth, find, monkeypatch):
    drawn, taken, chart_of = [], {}, maps.charts.text_map
    monkeypatch.setattr(maps.charts, "text_map", lambda table, *a, **k: drawn.append(table) or chart_of(table, *a, **k))
    monkeypatch.setattr(st, "download_button", lambda label, data, *a, **k: taken.update({label: data}))
    at = drive("map", PROSE, space=space, find=find, control="false")
    rows = next(table.value for table in at.dataframe if "whole" in table.value.columns)
    points = drawn[-1].set_index("text").rename(columns={"count": fourth})
    assert len(rows) > 1
    assert fourth in rows.columns
    for row in rows.to_dict("records"):
        assert {name: row[name] for name in points.columns} == points.loc[row["text"]].to_dict()
    assert taken["Texts (CSV)"]() == rows.to_csv(index=False)
    with np.load(io.BytesIO(taken["Vectors (NPZ)"]())) as file:
        assert file["texts"].tolist() == rows["text"].tolist()
        taught = learned(PROSE)
        own = dict(zip(taught.texts, taught.vectors, strict=True))
        texts = file["texts"].tolist()
        want = StandIn().encode(texts) if space == "Sentences" else [own[text] for text in texts]
        assert np.allclose(file["vectors"], want)


def test_what_is_found_can_be_taken_home():
    at = drive("map", PROSE, find="queen")
    assert {"Texts (CSV)", "Vectors (NPZ)", "Vectors (Parquet)"} <= {
        button.label for button in at.get("download_button")
    }


def test_cells_of_a_crowded_map_count_every_text():
    rng = np.random.default_rng(0)
    crowd = pd.DataFrame(
        {"text": [f"t{i}" for i in range(5000)], "x": rng.normal(size=5000), "y": rng.normal(size=5000)}
    )
    cells = map_names.cells_of(crowd)
    assert cells["texts"].sum() == 5000
    assert (cells["x2"] > cells["x"]).all()
    assert len(cells) <= 30 * 24


@pytest.mark.parametrize("shade", ["Strangers shown near", "Neighbours torn away", "True neighbours kept"])
def test_distortion_is_a_colour(shade):
    assert drive("map", PROSE, shade=shade).get("vega_lite_chart")


def test_a_hundred_thousand_sentences_are_sampled_and_it_is_said():
    found = sentences("\n".join(f"line {i} of many" for i in range(100_000)), most=500)
    assert len(found.texts) == 500
    assert found.note.startswith("a random sample of 500 of 100,000")


def test_the_shape_has_a_dimension_a_shell_and_a_typical_set():
    at = drive("shape", PROSE, space="Sentences")
    labels = [metric.label for metric in at.metric]
    assert "Intrinsic dimension (TwoNN)" in labels
    assert "Typical sentences" in labels
    assert "by 100 permutations" in shown(at)


def test_a_text_belongs_to_the_document_in_which_it_stands_first():
    corpus = Corpus("test", ("ab ", "cd"), ("one", "two"))
    assert room.documents_of(corpus, ("ab", "cd")).tolist() == [0, 1]
    assert room.documents_of(Corpus.of("test", "0123456789"), ("0", "9")).tolist() == [0, 9]


def test_four_words_equally_often_are_two_bits():
    assert room.word_bits(Corpus.of("test", "a b c d " * 5)) == pytest.approx(2)


def test_a_map_of_many_points_can_be_selected_on(monkeypatch):
    monkeypatch.setattr("ladder.charts.geometry.MANY", 10)
    at = drive("map", PROSE, space="Sentences", control="false")
    assert len(at.get("vega_lite_chart")) == 1
    assert "Drag over the map" in shown(at)
