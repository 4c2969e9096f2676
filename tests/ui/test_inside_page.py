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
