"""The panel that looks into a language model, with a tiny random one."""

import time

import pytest

from ladder.statistics.pretrained import Pretrained
from ladder.ui import lm
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


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("All heads", "20 of the 111 tokens ask, evenly spread over the text; all answer"),
        ("Layer by layer", "the tokens after 20 of 111, evenly spread over the text"),
        ("One head", "All tokens are in the sums"),
    ],
)
def test_of_a_long_text_some_tokens_ask_and_that_is_said(open_app, monkeypatch, folder, part, said):
    monkeypatch.setenv("LADDER_LM", str(folder))
    monkeypatch.setattr(lm, "LONG", 20)
    text = "To be, or not to be. " * 10
    at = settled(open_app(PAGE, corpus="hamlet", panel="Text to token", lmtext=text, lmpart=part))
    assert not at.exception
    assert said in words(at)


def test_who_comes_back_to_a_text_that_is_no_longer_kept_has_it_read_again(open_app, monkeypatch, folder):
    monkeypatch.setenv("LADDER_LM", str(folder))
    monkeypatch.setattr(lm, "LONG", 20)
    read = []
    trace = Pretrained.trace
    monkeypatch.setattr(Pretrained, "trace", lambda self, ids, **how: read.append(len(ids)) or trace(self, ids, **how))
    for text in ("The rest is silence. " * 3, "To be, or not to be. " * 5, "The rest is silence. " * 3):
        at = settled(open_app(PAGE, corpus="hamlet", panel="Text to token", lmtext=text, lmpart="Tokens"))
        assert not at.exception
    assert len(read) == 3
    assert read[0] == read[2] != read[1]
