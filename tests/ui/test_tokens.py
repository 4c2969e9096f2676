import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from ladder.ui.tokens import plain, visible


def test_what_cannot_be_seen_gets_a_mark():
    assert visible("a\tb\nc\0") == "a⇥b⏎c⟨U+0000⟩"
    assert visible("a b", spaces=True) == "a·b"


def test_a_text_cannot_turn_the_text_around_it():
    assert visible("\u202eevil\u2066") == "⟨U+202E⟩evil⟨U+2066⟩"


def test_a_byte_that_is_no_text_shows_its_value():
    assert visible(b"\xff".decode("utf-8", "surrogateescape")) == "⟨FF⟩"


def test_an_emoji_with_joiners_stays_whole():
    assert visible("👩‍👩‍👧") == "👩‍👩‍👧"


@given(st.text(st.characters()))
def test_what_is_visible_can_be_sent_and_has_no_controls(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(ord(character) < 32 for character in shown)


@pytest.mark.parametrize("nasty", ["**bold**", "<b>x</b>", "[a](javascript:alert(1))", "$x$", ":material/home:", "`c`"])
def test_markdown_means_nothing_in_plain_text(nasty):
    escaped = plain(nasty)
    assert all(escaped[i - 1] == "\\" for i, c in enumerate(escaped) if c in "*<>[]()$:`" and c != "\\")


def strip_of_nasty_tokens():
    from ladder.ui.tokens import Token, token_strip

    token_strip([Token("<img src=x onerror=alert(1)>", '"><script>alert(2)</script>', "")], label='a "label"')


def test_tags_inside_tokens_are_shown_never_run():
    at = AppTest.from_function(strip_of_nasty_tokens).run()
    body = at.get("html")[0].proto.body
    assert "<img" not in body
    assert "<script" not in body
    assert "&lt;img" in body
