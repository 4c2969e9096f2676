"""The transformer's panel: trained in a job, watched, stopped, taken up again, and kept."""

import subprocess
import sys
import time

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ladder.math import encode
from ladder.reality import Corpus, split
from ladder.statistics import Settings
from ladder.statistics.landscape import flat
from ladder.ui import landscape_fits, trainings
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
    # The path ends there too: at the look whose weights were kept.
    assert len(trained.states) == 1 + trained.curve.steps.index(best) + 1
    assert np.array_equal(trained.states[-1], flat(trained.model.network).astype(np.float16))


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


@pytest.mark.parametrize("memory", [False, True])
@pytest.mark.parametrize("which", ["path", "random"])
def test_the_landscape_around_a_training_ends_at_the_weights_that_were_kept(memory, which, monkeypatch):
    monkeypatch.setattr(landscape_fits, "POINTS", 3)
    trained, ids = (
        learn(wanted(40, memory=memory), Progress()),
        encode(split(Corpus.of("lines", LINES)).train, "bytes").ids,
    )
    seen = landscape_fits.around_transformer(trained, ids, which, 1, Progress())
    part = ids[len(ids) - trained.n_aside :][: landscape_fits.MOST_TOKENS]
    assert seen.loss == pytest.approx(trained.model.surprisals(part)[1:].mean() * np.log(2), abs=1e-9)
    assert seen.plane.path[-1] == pytest.approx([0, 0], abs=1e-9)
    assert (seen.plane.held > 0.3) == (which == "path")
    assert seen.steps == [0, *(step for step in trained.curve.steps if step <= trained.best)]
    assert seen.plane.loss.max() > seen.loss


FOUND = """
import sys
import numpy as np
from ladder.math import encode
from ladder.reality import Corpus, split
from ladder.ui.trainings import newest
found = newest(Corpus.of("lines", sys.argv[1]), "bytes", 256)
print(found.name, found.best, repr(found.text), found.curve == eval(sys.argv[2]), "torch" in sys.modules)
"""


@pytest.mark.parametrize("memory", [False, True])
def test_a_restarted_server_finds_the_training_that_ended_last(memory):
    learn(wanted(10), Progress())
    time.sleep(0.01)
    last = learn(wanted(60, memory=memory), Progress())
    st.cache_resource.clear()  # all that a server has in memory
    found = newest(*wanted()[1:4])
    assert found is not last
    assert (found.name, found.best, found.text, found.note) == (last.name, last.best, last.text, last.note)
    assert found.curve == last.curve
    assert np.array_equal(found.surprisals, last.surprisals)
    assert np.array_equal(found.states, last.states)
    assert np.array_equal(found.model.logits([116, 104]), last.model.logits([116, 104]))
    assert newest(Corpus.of("lines", LINES + "x"), "bytes", 256) is None


def test_another_process_finds_it_too_without_loading_pytorch():
    last = learn(wanted(20), Progress())
    curve = repr(tuple(last.curve))
    done = subprocess.run([sys.executable, "-c", FOUND, LINES, curve], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"{last.name} {last.best} {last.text!r} True False"


def damage(path):
    path.write_bytes(path.read_bytes()[:-200])


def exchange_a_weight(path):
    with np.load(path, allow_pickle=False) as state:
        arrays = dict(state)
    np.savez(path, allow_pickle=False, **(arrays | {"weight E": arrays["weight E"] + 1}))


def give_it_anothers_name(path):
    path.rename(wanted(41).path)


def hide_an_object_in_it(path):
    with np.load(path, allow_pickle=False) as state:
        arrays = dict(state)
    np.savez(path, allow_pickle=True, **(arrays | {"surprisals": np.array([print], dtype=object)}))


@pytest.mark.parametrize("harm", [damage, exchange_a_weight, give_it_anothers_name, hide_an_object_in_it])
def test_a_checkpoint_that_is_not_what_it_says_is_not_found(harm):
    ask = wanted()
    learn(ask, Progress())
    harm(ask.path)
    st.cache_resource.clear()
    assert newest(*ask[1:4]) is None


def test_a_training_that_has_not_ended_is_not_taken_for_one_that_has():
    ask = wanted()
    learn(ask, Progress())
    with np.load(ask.path, allow_pickle=False) as state:
        midway = {name: array for name, array in state.items() if name not in ("ended", "digest")}
    save(ask.path, midway)
    st.cache_resource.clear()
    assert newest(*ask[1:4]) is None
    assert checkpoint_step(ask.path) == 40


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
