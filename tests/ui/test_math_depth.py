"""Math in depth, by what it shows: merges undone, two cuts, the language tax."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from ladder.math import encode, fit_bpe
from ladder.reality import Corpus, load_sample, to_text
from ladder.rungs import MATH
from ladder.ui.undone import is_text, named, named_hex
from tests.ui.conftest import STRANGE

PANELS = ("merges", "cuts", "tax")
TEXT = "the thing, the thing, then the theme; Hamlet thinks of this and that. " * 40


def shown(at: AppTest) -> str:
    return "\n".join(e.value for kind in (at.markdown, at.caption, at.info, at.warning) for e in kind)


def drive(panel: str, text: Corpus, scheme: str = "bpe", lens: str = "Shannon") -> AppTest:
    def script(panel, corpus, scheme, lens):
        from ladder.ui import merges
        from ladder.ui.lens import LENSES
        from ladder.ui.view import View

        panels = {"merges": merges.merges_panel, "cuts": merges.two_cuts_panel, "tax": merges.tax_panel}
        panels[panel](View(corpus, corpus, "test", scheme, 512, LENSES[lens]))

    return AppTest.from_function(script, args=(panel, text, scheme, lens), default_timeout=60).run()


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_bears_every_text(panel, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]))
    assert not at.exception
    assert shown(at)


def test_a_chosen_token_is_undone_to_its_bytes():
    at = drive("merges", Corpus.of("t", TEXT))
    at.text_input(key="undo").set_value(" the").run()
    assert not at.exception
    assert "The bytes: 20 74 68 65" in shown(at)
    assert "3 merges undone lead to its 4 bytes" in shown(at)


def test_one_merge_and_one_byte_are_said_in_good_grammar():
    at = drive("merges", Corpus.of("t", TEXT + "Q"))
    at.text_input(key="undo").set_value("th").run()
    assert "1 merge undone leads to its 2 bytes." in shown(at)
    at.text_input(key="undo").set_value("Q").run()
    assert "**“Q”**, a single byte, stands 1 time in the text." in shown(at)


def test_a_click_on_a_token_undoes_it():
    at = drive("merges", Corpus.of("t", TEXT))
    button = next(b for b in at.button if b.label == "“·the”")
    button.click().run()
    assert at.text_input(key="undo").value == " the"
    assert "The bytes: 20 74 68 65" in shown(at)


def test_a_piece_that_cannot_be_typed_is_named_in_hexadecimal():
    pieces = fit_bpe(TEXT)
    for i, piece in enumerate(pieces.vocabulary):
        assert named(pieces, named_hex(piece)) == i
        if is_text(piece):
            assert named(pieces, to_text(piece)) == i
    assert named(pieces, "0x0A") == 10
    at = drive("merges", Corpus.of("t", TEXT))
    at.text_input(key="undo").set_value("0xE2").run()
    assert "The bytes: E2" in shown(at)


def test_the_strip_holds_the_text_as_data_and_no_markup():
    script = "<script>alert(1)</script> " * 20
    strip = drive("merges", Corpus.of("t", script)).get("bidi_component")[0].proto
    assert script[:200] in "".join(text for text, _, _ in json.loads(strip.json)["tokens"])
    assert "alert" not in strip.js_content + strip.html_content + strip.css_content


def test_a_text_without_a_merge_is_undone_to_itself():
    at = drive("merges", Corpus.of("t", TEXT))
    at.text_input(key="undo").set_value("Ω").run()
    assert not at.exception
    assert "a single byte" in shown(at)


def test_fewer_merges_show_a_dearer_text():
    at = drive("merges", Corpus.of("t", TEXT))
    at.slider(key="moment").set_value(0).run()
    assert not at.exception
    assert any("After 0 merges" in caption.value for caption in at.caption)


def test_playing_draws_one_step_after_the_other():
    at = drive("merges", Corpus.of("t", TEXT))
    at.slider(key="moment").set_value(2).run()
    at.toggle(key="play").set_value(True).run()
    assert at.slider(key="moment").value == 3


def test_two_cuts_say_what_they_share():
    at = drive("cuts", Corpus.of("t", "aaa bbb " * 50))
    n = len(encode("aaa bbb " * 50, "words").ids)
    at.segmented_control(key="left").set_value("characters").run()
    assert not at.exception
    assert f"{n:,} tokens" in shown(at)
    at.segmented_control(key="left").set_value("words").run()
    assert "Choose two that differ" in shown(at)


def test_one_language_against_itself_has_no_tax():
    at = drive("tax", Corpus.of("t", TEXT))
    english = load_sample("languages").titles[0]
    at.selectbox(key="tongue2").set_value(english).run()
    assert not at.exception
    assert len(at.dataframe[0].value) == 1


def test_what_is_strange_to_the_alphabet_is_taxed():
    table = drive("tax", load_sample("hamlet")).dataframe[0].value
    tokens = [float(x) for x in table["this text's alphabet"]]
    assert tokens[1] > 2 * tokens[0]  # Thai in an English alphabet


@pytest.mark.parametrize("panel", ["Merges", "Side by side", "Language tax"])
def test_a_link_opens_the_panel_in_the_frame(open_app, panel):
    at = open_app(MATH.page, corpus="coin", panel=panel)
    assert shown(at)
