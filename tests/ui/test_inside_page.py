"""The panel that looks into a language model, with a tiny random one."""

import time

import pytest

from ladder.ui.inside import PARTS
from tests.statistics.tiny import make_tiny

PAGE = "pages/3_geometry.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tiny(tmp_path_factory.mktemp("tiny")).folder


def settled(at):
    """The page once its jobs are done."""
    for _ in range(200):
        if not any((button.key or "").startswith("cancel-") for button in at.button):
            return at
        time.sleep(0.1)
        at.run()
    raise AssertionError("a job does not end")


def words(at):
    return " ".join(element.value for kind in (at.caption, at.markdown, at.info, at.warning) for element in kind)


def test_without_a_model_one_sentence_says_what_is_missing(open_app):
    at = open_app(PAGE, corpus="hamlet", panel="Text to token")
    assert "LADDER_LM names" in words(at)


@pytest.mark.parametrize("part", PARTS.values())
def test_every_part_of_the_scene_is_drawn(open_app, monkeypatch, folder, part):
    monkeypatch.setenv("LADDER_LM", str(folder))
    at = settled(open_app(PAGE, corpus="hamlet", panel="Text to token", lmtext="To be, or not ܫ \x04", lmpart=part))
    assert not at.exception
    assert "the start token first" in words(at)


def test_a_text_longer_than_its_context_is_read_in_bands_and_that_is_said(open_app, monkeypatch, folder):
    monkeypatch.setenv("LADDER_LM", str(folder))
    at = settled(open_app(PAGE, corpus="hamlet", panel="Text to token", lmtext="To be, or not to be. " * 60, lmfrom=7))
    assert "tokens 8 to 262 are read and looked into at once" in words(at)
    assert "all 256 tokens in bands of 7" in " ".join(chart.proto.spec for chart in at.get("vega_lite_chart"))


def test_heads_are_held_against_the_cosine_when_that_is_asked(open_app, monkeypatch, folder):
    monkeypatch.setenv("LADDER_LM", str(folder))
    drawn = {"panel": "Text to token", "lmtext": "To be", "lmpart": "All heads", "lmmap": "q·k like a cosine"}
    at = settled(open_app(PAGE, corpus="hamlet", **drawn))
    assert "k like a cosine" in " ".join(chart.proto.spec for chart in at.get("vega_lite_chart"))
