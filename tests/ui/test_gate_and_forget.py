"""The class password, and a text that is forgotten."""

import threading
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ladder.reality import Corpus, take
from ladder.reality.guesses import GuessPool
from ladder.reality.index import Index, IndexTrouble
from ladder.ui import trainings
from ladder.ui.cache import identity, readmit, shared, split_of
from ladder.ui.forget import forget
from ladder.ui.frame import corpus_of
from ladder.ui.gate import MOST_WRONG, WITHIN, Tries, same
from ladder.ui.jobs import pool
from ladder.ui.readers import guessed_text
from ladder.ui.shelf import keep, shelf

SECRET = "the quokka of Zanzibar sleeps. " * 30


def enter(at: AppTest, password: str) -> AppTest:
    at.text_input(key="gate-password").set_value(password)
    return at.button(key="gate-enter").click().run()


def test_nothing_is_drawn_before_the_password_and_the_link_survives_it(open_app, monkeypatch):
    monkeypatch.setenv("LADDER_PASSWORD", "open sesame")
    at = open_app(corpus="coin", lens="both")
    assert not at.selectbox
    assert not at.sidebar.button
    enter(at, "open barley")
    assert "not the password" in at.warning[0].value
    assert not at.selectbox
    enter(at, "open sesame")
    assert at.selectbox(key="corpus_picker").value == "coin"
    at.run()
    assert at.selectbox(key="corpus_picker").value == "coin"


@pytest.mark.parametrize("page", ["pages/1_reality.py", "pages/6_bridge.py"])
def test_no_page_goes_round_the_password(open_app, monkeypatch, page):
    monkeypatch.setenv("LADDER_PASSWORD", "open sesame")
    at = open_app(page, corpus="coin")
    assert at.text_input(key="gate-password")
    assert not at.selectbox


def test_after_too_many_wrong_tries_one_must_wait():
    tries = Tries()
    for _ in range(MOST_WRONG):
        assert not tries.too_many("here", 0.0)
        tries.note("here", 0.0)
    assert tries.too_many("here", WITHIN - 1)
    assert not tries.too_many("there", 1.0)
    assert not tries.too_many("here", WITHIN + 1)


def test_only_the_same_password_is_the_same():
    assert same("grüße 🗝️", "grüße 🗝️")
    assert not same("grüße", "grüße ")
    assert not same("\udcff", "?")


def test_a_wrong_setting_is_one_sentence_on_every_page(open_app, monkeypatch):
    monkeypatch.setenv("LADDER_DAYS", "soon")
    at = open_app()
    assert [error.value[:11] for error in at.error] == ["LADDER_DAYS"]
    assert not at.selectbox


def test_a_forgotten_text_leaves_nothing_behind(open_app, tmp_path):
    whole = Corpus.of("Zanzibar.txt", SECRET)
    address = keep(whole)
    at = open_app("pages/1_reality.py", corpus=address)
    assert any("Zanzibar.txt" in str(job.key) for job in pool().jobs.values())
    at.button(key="forget-now").click().run()
    assert not at.exception
    assert at.selectbox(key="corpus_picker").value == "hamlet"
    assert not any("Zanzibar.txt" in str(job.key) for job in pool().jobs.values())
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        for trace in (b"quokka", b"Zanzibar", address.encode()):
            assert trace not in path.read_bytes() + path.name.encode()
    assert [w.value for w in open_app(corpus=address).warning] == [
        "This text is not here (any more). Upload it again, and the same link will work."
    ]


def test_forgetting_one_text_keeps_what_was_computed_from_another():
    one, other = (Corpus.of(name, SECRET + name) for name in ("one", "other"))
    gone, kept = keep(one), keep(other)
    before = corpus_of(kept)
    corpus_of(gone)
    forget(one, gone)
    assert corpus_of(kept) is before
    with pytest.raises(KeyError):
        corpus_of(gone)


def test_a_text_of_the_same_name_keeps_what_was_computed_from_it():
    gone, kept = (keep(Corpus.of("essay.txt", SECRET + end)) for end in ("one", "other"))
    here, there = corpus_of(gone), corpus_of(kept)
    parts = split_of(there)
    split_of(here)
    job = pool().submit(("counts", identity(there)), "counts", lambda progress: 1, "ada")
    doomed = pool().submit(("counts", identity(take(here, stop=0.5))), "counts", lambda progress: 1, "ada")
    forget(here, gone)
    assert split_of(there) is parts
    assert pool().find(job.key) is job
    assert pool().find(doomed.key) is None
    assert doomed.result is None


def test_a_text_under_two_names_keeps_the_trainings_of_the_other():
    one, other = (corpus_of(keep(Corpus.of(name, SECRET))) for name in ("one", "other"))
    paths = [trainings.trainings_folder() / f"{trainings.name_of(corpus)[:32]}-x.npz" for corpus in (one, other)]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"weights")
    forget(one, one.source)
    assert [path.exists() for path in paths] == [False, True]


def test_many_askings_of_one_question_push_no_other_text_out_of_what_can_be_forgotten():
    asked = []

    @shared(max_entries=4)
    def answer(corpus: Corpus, context: tuple[int, ...]) -> str:
        asked.append(corpus.name)
        return corpus.name

    here, there = (corpus_of(keep(Corpus.of(name, SECRET + name))) for name in ("one", "other"))
    answer(here, (1,))
    for _ in range(9):
        answer(there, tuple([1, 2]))  # an equal tuple, and never the same
    forget(here, here.source)
    readmit(here.source)
    answer(here, (1,))
    assert asked == ["one", "other", "one"]


def test_what_a_page_still_open_asks_of_a_forgotten_text_is_not_kept():
    here = corpus_of(keep(Corpus.of("one", SECRET)))
    forget(here, here.source)
    assert split_of(here) is not split_of(here)
    assert keep(here) == here.source
    assert split_of(here) is split_of(here)


def test_a_classmate_who_has_it_open_gets_one_sentence(open_app):
    address = keep(Corpus.of("letter", SECRET))
    at = open_app("pages/1_reality.py", corpus=address)
    forget(corpus_of(address), address)
    at.run()
    (warning,) = at.warning
    assert "not here" in warning.value
    assert not at.get("vega_lite_chart")


def test_a_job_that_is_writing_is_waited_for():
    here = corpus_of(keep(Corpus.of("one", SECRET)))
    running, written = threading.Event(), []

    def work(progress):
        running.set()
        progress.cancelled.wait(5)
        time.sleep(0.2)
        written.append("a checkpoint")

    pool().submit(("training", identity(here)), "Training", work, "ada")
    assert running.wait(5)
    forget(here, here.source)
    assert written


@pytest.mark.parametrize("broken", ["index", "guesses", "file"])
def test_a_forgetting_that_fails_halfway_shows_nothing_and_is_finished_later(open_app, monkeypatch, tmp_path, broken):
    address = keep(Corpus.of("Zanzibar.txt", SECRET))
    here = corpus_of(address)
    shelf().guesses.add(guessed_text(here), place=0, rank=1)

    def fails(*args, **named):
        raise OSError(30, "Read-only file system") if broken == "file" else IndexTrouble("The list cannot be written.")

    at = open_app("app.py", corpus=address)
    with monkeypatch.context() as patched:
        if broken == "file":
            unlink = Path.unlink
            patched.setattr(Path, "unlink", lambda p, **k: fails() if p.suffix == ".zst" else unlink(p, **k))
        else:
            patched.setattr(*{"index": (Index, "compact"), "guesses": (GuessPool, "forget")}[broken], fails)
        at.button(key="forget-now").click().run()
        assert at.selectbox(key="corpus_picker").value == "hamlet"
        assert "gone for everyone" in at.warning[0].value
        assert not shelf().has(address)
        with pytest.raises(KeyError):
            corpus_of(address)
    shelf().expire()
    assert shelf().guesses.n(guessed_text(here)) == shelf().n() == 0
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        for trace in (b"quokka", b"Zanzibar", address.encode()):
            assert trace not in path.read_bytes() + path.name.encode()


def test_who_brings_a_text_back_has_it_though_its_forgetting_was_not_finished(monkeypatch):
    here = Corpus.of("one", SECRET)
    address = keep(here)
    with monkeypatch.context() as patched:
        patched.setattr(Index, "compact", lambda self: (_ for _ in ()).throw(OSError("disk")))
        with pytest.raises(OSError, match="disk"):
            forget(here, address)
    assert keep(here) == address
    shelf().expire()
    assert corpus_of(address) == here


def test_a_text_is_forgotten_on_a_disk_without_room(monkeypatch):
    address = keep(Corpus.of("one", SECRET))
    monkeypatch.setattr(Path, "write_text", lambda *a, **k: (_ for _ in ()).throw(OSError(28, "No space left")))
    forget(corpus_of(address), address)
    assert not shelf().has(address)
    assert shelf().n() == 0


def test_a_text_that_another_server_has_forgotten_is_gone_here_too(open_app):
    address = keep(Corpus.of("letter", SECRET))
    assert not open_app(corpus=address).warning
    shelf().forget(address)
    assert "not here" in open_app(corpus=address).warning[0].value


def test_a_sample_cannot_be_forgotten(open_app):
    assert "forget-now" not in [button.key for button in open_app(corpus="coin").button]
