"""The class password, and a text that is forgotten."""

import pytest
from streamlit.testing.v1 import AppTest

from ladder.reality import Corpus
from ladder.ui.forget import forget
from ladder.ui.frame import corpus_of
from ladder.ui.gate import MOST_WRONG, WITHIN, Tries, same
from ladder.ui.jobs import pool
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


def test_a_text_that_another_server_has_forgotten_is_gone_here_too(open_app):
    address = keep(Corpus.of("letter", SECRET))
    assert not open_app(corpus=address).warning
    shelf().forget(address)
    assert "not here" in open_app(corpus=address).warning[0].value


def test_a_sample_cannot_be_forgotten(open_app):
    assert "forget-now" not in [button.key for button in open_app(corpus="coin").button]
