"""The panel of the real model on the rung Probability, with a tiny random one."""

import numpy as np
import pytest

from ladder.lenses import entropy, softmax
from ladder.reality import Corpus, split
from ladder.statistics.pretrained import Pretrained
from ladder.ui.jobs import Progress
from ladder.ui.real_file import write_file
from ladder.ui.real_model import PARTS
from ladder.ui.real_texts import SIDE_BY_SIDE, write
from ladder.ui.shelf import keep
from tests.statistics.tiny import make_tiny
from tests.ui.conftest import STRANGE
from tests.ui.test_inside_page import settled, words

PAGE = "pages/5_probability.py"
STARTS = {"texts": "Write", "belief": "Ask it", "file": "Write the file"}
SHOWS = {"next": "Min-p against top-p", "texts": "T = 1.5", "belief": "An honest model", "file": "✅ Read back"}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return make_tiny(tmp_path_factory.mktemp("tiny"))


def opened(open_app, part, **query):
    at = settled(open_app(PAGE, **{"corpus": "hamlet", "panel": "A real model", "rmpart": PARTS[part]} | query))
    for button in at.button:
        if button.label == STARTS.get(part):
            return settled(button.click().run())
    return at


@pytest.mark.parametrize("part", PARTS)
def test_every_part_shows_what_it_promises(open_app, monkeypatch, place, part):
    monkeypatch.setenv("LADDER_LM", str(place.folder))
    at = opened(open_app, part, rmn="10", rmbytes="100")
    assert not at.exception
    assert SHOWS[part] in words(at)


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize("part", ["next", "belief"])
def test_strange_texts_are_read_or_refused_in_a_sentence(open_app, monkeypatch, place, part, text):
    monkeypatch.setenv("LADDER_LM", str(place.folder))
    assert not opened(open_app, part, corpus=keep(Corpus.of("strange", text)), scheme="bytes").exception


def test_without_a_model_one_sentence_says_what_is_missing(open_app):
    assert "LADDER_LM names" in words(opened(open_app, "next"))


def test_texts_side_by_side_are_what_each_would_be_alone(place):
    model = Pretrained(place).load()
    context = model.alphabet.encode("To be, or").ids
    texts = write(model, context, n=5, seed=3, cut={"min_p": 0.05}, progress=Progress())
    for T, steps in zip(SIDE_BY_SIDE, texts, strict=True):
        rng, text = np.random.default_rng(3), context
        for step in steps:
            z = model.reader().logits(text)
            p = softmax(z / T)
            assert pytest.approx(float(entropy(p)) * np.log(2), rel=1e-4) == step.S
            assert pytest.approx(float(-T * np.log(np.exp(z / T).sum())), rel=1e-4) == step.F
            p = np.where(p >= 0.05 * p.max(), p, 0)
            assert step.id == (np.cumsum(p) / p.sum()).searchsorted(rng.random(), side="right")
            text = np.append(text, step.id).astype(np.int32)


def test_a_text_that_is_enough_ends_early_and_is_kept(place):
    class Impatient(Progress):
        def show(self, value):
            self.stopped.set()

    texts = write(Pretrained(place), np.zeros(0, dtype=np.int32), n=50, seed=1, cut={}, progress=Impatient())
    assert [len(text) for text in texts] == [1, 1, 1]


def test_the_file_has_the_bytes_that_the_surprises_ask_for(place):
    parts = split(Corpus.of("short", "To be, or not to be, that is the question. " * 40))
    seen = []

    class Watched(Progress):
        def __call__(self, share, text=""):
            seen.append(share)

    coded = write_file(Pretrained(place), parts, 60, Watched())
    assert coded.same
    assert len(coded.data) <= coded.bits / 8 + 40
    assert seen == sorted(seen)
