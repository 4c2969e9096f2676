"""Hostile names, texts and links: one sentence or a page, and nothing of them is more than text.

What every panel makes of a hostile text is looked at in that page's own tests: here are the other
entrances. Whatever is drawn is searched by `look_for_harm` (see conftest).
"""

import io
import zipfile

import pytest
from streamlit.testing.v1 import AppTest

from ladder.geometry import encoder
from ladder.reality import Corpus, read_corpora, read_corpus
from ladder.ui import frame
from ladder.ui.shelf import keep, shelf
from ladder.ui.tokens import plain
from tests.ui.hostile import HOSTILE, HOSTILE_TEXT, harm_in_markdown

PICTURE = HOSTILE[2]
ALL = " ".join(HOSTILE)
# The panels that people type into, and what into: a link can do the same.
TYPED = {
    ("pages/1_reality.py", "What is missing"): (),
    ("pages/2_math.py", "Alphabets"): ("say",),
    ("pages/2_math.py", "Merges"): ("undo",),
    ("pages/3_geometry.py", "Map"): ("find", "mark"),
    ("pages/3_geometry.py", "Neighbours"): ("query",),
    ("pages/3_geometry.py", "Words"): ("query", "axis", "axis2", "a", "b", "c"),
    ("pages/3_geometry.py", "Attention"): ("sentence",),
    ("pages/3_geometry.py", "Senses"): ("word", "senses"),
    ("pages/4_statistics.py", "Where did it learn this?"): ("after",),
    ("pages/4_statistics.py", "Fit q to p"): (),
    ("pages/5_probability.py", "The next token"): ("prompt",),
    ("pages/5_probability.py", "You sample"): ("path", "fork"),
}


@pytest.fixture
def address() -> str:
    """A text whose name, title, note and words are all hostile."""
    words = "".join(f"{PICTURE} and {HOSTILE[0]} again {i}\n" for i in range(8))
    return keep(Corpus(PICTURE + ALL, (HOSTILE_TEXT + words,), (PICTURE,), (f"A note on {ALL}.",)))


@pytest.fixture
def no_encoder(monkeypatch):
    def missing(place=None, *, step=None):
        raise ValueError(f"There is no encoder at {PICTURE}.")

    monkeypatch.setattr(encoder, "load_encoder", missing)


@pytest.mark.parametrize(("page", "panel"), TYPED, ids=lambda value: value.rpartition("/")[2])
def test_what_a_link_types_into_a_panel_is_text(open_app, address, no_encoder, page, panel):
    typed = dict.fromkeys(TYPED[page, panel], PICTURE)
    if "senses" in typed:
        typed["senses"] = f"{PICTURE}: one {PICTURE}\n{PICTURE}: another {PICTURE}"
    at = open_app(page, corpus=address, panel=panel, scheme="Words", **typed)
    for answer in (toggle for toggle in at.toggle if toggle.label == "Show the answer"):
        answer.set_value(True)
    at.run()
    assert not at.exception


def test_settings_that_no_knob_can_take_are_told_as_text(open_app, address):
    knobs = dict.fromkeys(("panel", "scheme", "lens", "vocab", "from", "to", "byte", "T", "mapseed"), ALL)
    at = open_app("pages/1_reality.py", corpus=address, **knobs)
    assert sum("A valid setting is shown" in warning.value for warning in at.warning) >= 6


@pytest.mark.parametrize("docs", [PICTURE, ALL, "9" * 1_000_000], ids=["picture", "all", "a million nines"])
def test_documents_that_cannot_be_are_one_short_sentence_at_most(open_app, address, docs):
    for warning in open_app("app.py", corpus=address, docs=docs).warning:
        assert "is no document number" in warning.value
        assert len(warning.value) < 400


@pytest.mark.parametrize("reference", [*HOSTILE, "../" * 30 + "etc/passwd", "f" * 63, "F" * 64, "f" * 10**6, ""])
def test_an_address_that_is_none_leads_to_no_file(reference):
    for ask in (shelf().get, shelf().has, shelf().forget):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            ask(reference)


def test_a_link_to_an_address_that_is_none_is_one_sentence(open_app):
    (warning,) = open_app("app.py", corpus=ALL).warning
    assert "64 hexadecimal digits" in warning.value


def test_a_refusal_that_names_the_text_names_it_as_text(open_app, address):
    (warning,) = open_app("app.py", corpus=address, docs="7").warning
    assert "There is no document 7" in warning.value


def test_every_name_from_outside_is_one_short_line(open_app):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for i, name in enumerate((*HOSTILE, "../" * 20 + "evil.txt", "n" * 60_000)):
            archive.writestr(f"{i}{name}.txt", f"text {i}\n")
    columns = ",".join('"' + name.replace('"', '""') + '"' for name in HOSTILE)
    corpora = [
        read_corpus(packed.getvalue(), "![x](http://evil.test/x.png).zip"),
        read_corpus(f"{columns}\n{'a long cell,' * len(HOSTILE)}\n".encode(), "a.csv"),
        read_corpora([("n" * 10_000_000 + ".txt", b"one"), (ALL, b"two")]),
        read_corpus(b"three", "n" * 10_000_000),
    ]
    for corpus in corpora:
        for name in (corpus.name, *corpus.titles):
            assert len(name) <= 200
            assert name.isprintable()
        assert all("\n" not in note for note in corpus.notes)
    assert len(corpora[0].documents) == len(HOSTILE) + 2
    at = open_app("pages/1_reality.py", corpus=keep(corpora[0]), panel="The slice")
    assert not at.exception


def test_the_index_keeps_a_name_that_is_sql_as_a_name():
    name = "'); DROP TABLE uploads; --\0"
    keep(Corpus.of(name, "one"))
    keep(Corpus.of("other", "two"))
    assert {entry.name for entry in shelf().recent(5)} == {name.replace("\0", " "), "other"}


def test_a_paste_in_the_dialog_is_told_as_text():
    def script() -> None:
        from ladder.ui import uploads

        uploads._dialog.__wrapped__()

    at = AppTest.from_function(script).run()
    at.segmented_control(key="own_way").set_value("paste").run()
    at.text_input(key="own_name").set_value(PICTURE + ALL)
    at.text_area(key="own_paste").set_value(HOSTILE_TEXT).run()
    assert any("document" in markdown.value for markdown in at.markdown)


@pytest.mark.parametrize("body", [*HOSTILE[:4], *HOSTILE[5:8]])
def test_the_search_for_harm_finds_it(body):
    """Or all the tests above would prove nothing."""
    assert harm_in_markdown(body)
    assert not harm_in_markdown(plain(body))


@pytest.mark.parametrize(
    ("place", "body"),
    [("label", PICTURE), ("table", PICTURE), ("html", HOSTILE[0]), ("help", PICTURE), ("expander", PICTURE)],
)
def test_the_search_for_harm_looks_into_labels_tables_and_html(place, body):
    def drawn(place: str, body: str) -> None:
        import pandas as pd
        import streamlit as st

        match place:
            case "label":
                st.button(body)
            case "table":
                st.table(pd.DataFrame({"a": [body]}))
            case "html":
                st.html(f"<p>{body}</p>")
            case "help":
                st.metric("a", 1, help=body)
            case "expander":
                st.expander(body).write("x")

    with pytest.raises(AssertionError, match="evil" if body == PICTURE else "img"):
        AppTest.from_function(drawn, args=(place, body)).run()


def test_a_link_between_rungs_sets_knobs_by_their_keys(open_app):
    at = AppTest.from_file(str(frame.ROOT / "pages/5_probability.py"), default_timeout=60)
    at.query_params["corpus"] = "markov"
    at.session_state[frame.ON_ARRIVAL] = {"panel": "next", "prompt": "abc", "lens": "both"}
    at.run()
    assert at.text_input(key="prompt").value == "abc"
    assert at.segmented_control(key="lens").value == "both"
