"""The surprise map, and the leaderboard's table of the pretrained model, with a tiny random one."""

from types import SimpleNamespace

import pytest

from ladder.math import fit_alphabet
from ladder.reality import Corpus, load_sample, split
from ladder.statistics import NGram
from ladder.statistics.stretch import price_of, stretch_of
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


def test_a_transformer_of_ones_own_pays_for_the_same_stretch_and_its_words_are_named(open_app, monkeypatch):
    parts = split(load_sample("hamlet"))
    letters = fit_alphabet(parts.train, "characters")
    model = NGram.fit(letters.encode(parts.train).ids, len(letters.vocabulary), order=2)
    trained = SimpleNamespace(done=1, seconds=1.0, model=model)
    monkeypatch.setattr("ladder.ui.rated.own_transformer", lambda *asked: (trained, letters))
    at = opened(open_app, corpus="hamlet", heatwho=OWN, heatlen="250")
    stretch = stretch_of(parts, share=0.0, n_bytes=250)
    price = price_of(stretch, model, letters.encode).bits_per_byte
    assert f"**{OWN}**: {price:.3f} bits/byte" in words(at)
    assert "Dearer than with the 5\\-gram" in words(at)


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
