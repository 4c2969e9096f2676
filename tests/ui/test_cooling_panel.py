"""The surprise map, and the leaderboard's table of the pretrained model, with a tiny random one."""

import pytest

from ladder.reality import Corpus
from ladder.ui.cooling import WHO
from ladder.ui.rated import NO_TRANSFORMER, OWN, REAL
from ladder.ui.shelf import keep
from tests.statistics.tiny import make_tiny
from tests.ui.conftest import STRANGE
from tests.ui.test_inside_page import settled, words

PAGE = "pages/4_statistics.py"
TEXT = "To be, or not to be, that is the question: whether it is nobler in the mind to suffer. " * 20


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tiny(tmp_path_factory.mktemp("tiny")).folder


def opened(open_app, **query):
    return settled(open_app(PAGE, **{"corpus": "markov", "scheme": "bytes", "panel": "Surprise map"} | query))


def test_a_stretch_costs_less_with_a_longer_memory(open_app):
    at = opened(open_app, heatall="true")
    assert "**unigram**" in words(at)
    assert "**5\\-gram" in words(at)
    assert not at.exception


def test_without_its_model_the_map_says_what_is_missing(open_app):
    assert NO_TRANSFORMER in words(opened(open_app, heatwho=OWN))
    assert "LADDER_LM names" in words(opened(open_app, heatwho=WHO[REAL]))


def test_the_real_model_joins_the_others_with_a_warning(open_app, monkeypatch, folder):
    monkeypatch.setenv("LADDER_LM", str(folder))
    at = opened(open_app, heatwho=WHO[REAL], heatlen="250")
    assert f"**{folder.name}**" in words(at)
    assert "may have read this very text before" in words(at)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
def test_strange_texts_have_a_map_or_one_sentence(open_app, text):
    reference = keep(Corpus.of("strange", text))
    assert not opened(open_app, corpus=reference).exception


def test_the_leaderboard_has_a_table_of_its_own_for_the_pretrained(open_app, monkeypatch, folder):
    monkeypatch.setenv("LADDER_LM", str(folder))
    at = opened(open_app, panel="Leaderboard", corpus=keep(Corpus.of("short", TEXT)))
    button = next(button for button in at.button if button.label == "Ask the pretrained model too")
    at = settled(button.click().run())
    (table,) = (frame.value for frame in at.dataframe if "pretrained" in frame.value)
    real = table[table["pretrained"].notna()]
    assert real["model"].tolist() == [folder.name]
    assert real["fitted here"].isna().all()
    assert "saves nothing against" in words(at)
