"""The transformer's panel: trained in a job, watched, stopped, taken up again, and kept."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ladder.reality import Corpus
from ladder.statistics import Settings
from ladder.ui import trainings
from ladder.ui.jobs import Progress
from ladder.ui.trainings import Wanted, checkpoint_step, forget_trainings, learn, newest, save

LINES = (
    "".join(f"the {a} {b} the {c}\n" for a in ("cat", "dog", "cow") for b in ("sees", "hears") for c in "abcdef") * 4
)
SMALL = {"width": 16, "heads": 2, "context": 16, "batch": 4}


def wanted(steps: int = 40, *, stop_early: bool = True, memory: bool = False, **others: object) -> Wanted:
    settings = Settings(steps=steps, memory=memory, **SMALL | others)
    corpus = Corpus.of("lines", LINES)
    return Wanted(corpus.sha, corpus, "bytes", 256, settings, stop_early)


class Stops(Progress):
    """A person who presses stop at a step."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def __call__(self, share: float, text: str = "") -> None:
        if text.startswith(f"step {self.at} "):
            self.stopped.set()
        super().__call__(share, text)


def words_of(at: AppTest) -> str:
    return " ".join(element.value for kind in (at.caption, at.info, at.markdown) for element in kind)


@pytest.mark.parametrize("memory", [False, True])
def test_a_training_that_was_stopped_goes_on_where_it_stood(memory):
    ask = wanted(memory=memory, stop_early=False)
    first = learn(ask, Stops(14))
    assert (first.done, first.note) == (14, "Stopped by hand.")
    assert checkpoint_step(ask.path) == 14
    second = learn(ask, Progress())
    assert second.done == 40
    ask.path.unlink()
    straight = learn(ask, Progress())
    assert second.curve == straight.curve
    assert second.bits_per_byte == straight.bits_per_byte


def test_a_finished_training_is_fetched_and_not_repeated():
    ask = wanted()
    first = learn(ask, Progress())
    again = learn(ask, Progress())
    assert again.curve == first.curve
    assert again.best == first.best
    assert again.bits_per_byte == first.bits_per_byte
    assert newest(*ask[1:4]) is again


def test_the_weights_that_the_validation_part_liked_best_are_kept():
    trained = learn(wanted(300, rate=0.05, weight_decay=0.0), Progress())
    best = trained.curve.steps[int(np.argmin(trained.curve.validation))]
    assert trained.best == best
    assert len(trained.curve.validation) == len(trained.curve.steps) > 1


def test_a_training_that_diverges_says_so_and_has_a_price_all_the_same():
    trained = learn(wanted(2000, rate=500.0, stop_early=False), Progress())
    assert "smaller learning rate" in trained.note
    assert np.isfinite(trained.bits_per_byte)


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), OSError(30, "Read-only file system")])
def test_a_training_that_cannot_be_kept_says_so_and_is_shown_all_the_same(monkeypatch, trouble):
    def refuses(*args, **named):
        raise trouble

    monkeypatch.setattr("ladder.ui.trainings.tempfile.NamedTemporaryFile", refuses)
    monkeypatch.setattr("ladder.ui.trainings.CHECKPOINT_SECONDS", 0.0)
    trained = learn(wanted(), Progress())
    assert trained.done == trained.planned
    assert trained.note == f"The training cannot be kept: {trouble.strerror}. Make room on the server’s disk."


def test_a_damaged_checkpoint_begins_anew():
    ask = wanted()
    ask.path.parent.mkdir(parents=True)
    ask.path.write_bytes(b"PK\x03\x04 half a file")
    assert checkpoint_step(ask.path) is None
    assert learn(ask, Progress()).done == 40


def test_of_all_checkpoints_the_newest_few_stay(tmp_path):
    for i in range(trainings.KEPT + 3):
        save(tmp_path / f"{i}.npz", {"x": np.zeros(1)})
        time.sleep(0.01)
    assert {path.name for path in tmp_path.iterdir()} == {f"{i}.npz" for i in range(3, trainings.KEPT + 3)}


def test_a_forgotten_text_leaves_no_training_behind():
    ask = wanted()
    learn(ask, Progress())
    forget_trainings(ask.corpus.sha)
    assert not list(ask.path.parent.iterdir())
    assert newest(*ask[1:4]) is None


def test_the_panel_trains_shows_its_price_and_the_lines_to_beat(open_app):
    link = {"corpus": "markov", "panel": "Transformer", "tsteps": "100", "twidth": "32", "tlayers": "1"}
    at = open_app("pages/4_statistics.py", **link)
    start = next(button for button in at.button if button.label == "Train it")
    start.click().run()
    deadline = time.monotonic() + 200
    while "What it writes after step" not in words_of(at) and time.monotonic() < deadline:
        time.sleep(0.5)
        at.run()
    assert not at.exception
    words = words_of(at)
    assert "What it writes after step" in words
    assert "The held-out part was priced once" in words
    specs = " ".join(str(chart.proto.spec) for chart in at.get("vega_lite_chart"))
    assert "Kneser-Ney, order" in specs
    assert "PPMd" in specs


def test_a_vocabulary_that_is_too_large_is_refused_in_a_sentence():
    ask = wanted()._replace(scheme="bpe", vocabulary_size=300)
    big = Corpus.of("many words", " ".join(f"w{i}" for i in range(6000)))
    with pytest.raises(ValueError, match="choose a vocabulary of at most"):
        learn(ask._replace(corpus=big, scheme="words"), Progress())
