import time

import pytest

from ladder.reality import Corpus, address_of
from ladder.rungs import PROBABILITY, REALITY, RUNGS
from ladder.ui.frame import document_numbers
from ladder.ui.jobs import pool
from ladder.ui.lens import LENSES
from ladder.ui.shelf import keep
from ladder.ui.waterfall import Climb, picture
from ladder.waterfall import Step


def words_of(at) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption, *at.warning])


def test_home_shows_the_corpus_and_leads_up(open_app):
    at = open_app()
    assert "Hamlet" in words_of(at)
    for rung in RUNGS:
        assert rung.question in words_of(at)


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_a_link_to_a_page_brings_the_frame_along(open_app, rung):
    at = open_app(rung.page, corpus="coin", lens="both")
    assert at.selectbox(key="corpus_picker").value == "coin"
    assert at.segmented_control(key="lens").value == "both"
    assert rung.question in words_of(at)


def test_a_slice_cuts_what_enters(open_app):
    at = open_app(corpus="coin", **{"from": "50"})
    assert "of 200,000 bytes" in words_of(at)
    assert "100,000" in words_of(at)


def test_a_link_to_an_upload_finds_it(open_app):
    address = keep(Corpus.of("A letter", "Dear class, this is a letter.\n" * 20))
    at = open_app(corpus=address)
    assert "A letter" in words_of(at)
    assert at.selectbox(key="corpus_picker").value == address


def test_a_link_to_nothing_gets_one_sentence(open_app):
    nowhere = address_of(Corpus.of("Never kept", "nothing"))
    assert [w.value for w in open_app(corpus=nowhere).warning] == [
        "This text is not here (any more). Upload it again, and the same link will work."
    ]


@pytest.mark.parametrize("nasty", ["../../etc/passwd", "<img src=x onerror=alert(1)>", "\0", "' OR 1=1 --", "A" * 64])
def test_a_nasty_corpus_parameter_gets_one_sentence(open_app, nasty):
    at = open_app(corpus=nasty)
    assert [w.value for w in at.warning] == [
        "An address has 64 hexadecimal digits. Check the link, or choose a text from the list."
    ]


def test_a_setting_that_cannot_be_is_said_and_replaced(open_app):
    at = open_app(lens="Maxwell")
    assert "The link asks for lens = Maxwell, which is not one of Shannon, Boltzmann, both" in words_of(at)
    assert at.segmented_control(key="lens").value == "Shannon"


def test_a_document_that_is_not_there_gets_one_sentence_and_can_be_mended(open_app):
    at = open_app(corpus="coin", docs="7")
    assert "There is no document 7" in at.warning[0].value
    at.text_input(key="docs").set_value("").run()
    assert not at.warning


def test_document_numbers_are_read_as_people_write_them():
    assert document_numbers("1-3, 7") == (0, 1, 2, 6)
    assert document_numbers(" ") is None


@pytest.mark.parametrize("wrong", ["one", "1-", "-3", "1-2-3", "3-1", "²", "1;2"])
def test_what_is_no_document_number_is_refused(wrong):
    with pytest.raises(ValueError, match="document number"):
        document_numbers(wrong)


def test_an_endless_range_is_refused():
    with pytest.raises(ValueError, match="shorter range"):
        document_numbers("1-99999999")


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_a_text_of_one_character_gets_a_page_and_a_sentence(open_app, rung):
    at = open_app(rung.page, corpus=keep(Corpus.of("One letter", "a")))
    end = time.monotonic() + 60
    while not any("cannot be split" in caption.value for caption in at.caption):
        assert time.monotonic() < end, "the waterfall never said why it is empty"
        time.sleep(0.1)
        at.run()
    assert not at.exception


def test_the_waterfall_shows_no_number_before_the_first_price():
    empty = picture(Climb(), None, LENSES["Shannon"])
    assert "→" not in empty
    assert "bits per byte of the held-out text" in empty


def test_a_price_beyond_the_picture_is_marked_and_keeps_its_number():
    climb = Climb()
    climb.add(Step(REALITY, "raw bytes", 8.0))
    climb.add(Step(PROBABILITY, "coded file", 248.0))
    drawn = picture(climb, None, LENSES["Shannon"])
    assert "<i>8.00</i>" in drawn
    assert "<i>↑ 248</i>" in drawn
    assert drawn.count(" wf-cut") == 1
    assert "higher than the picture" in drawn


def test_a_text_too_short_for_a_compressor_shows_no_price_of_one(open_app):
    address = keep(Corpus.of("three", "abc"))
    at = open_app("app.py", corpus=address)
    for _ in range(100):
        if not any(job.state in ("waiting", "running") for job in pool().jobs.values()):
            break
        time.sleep(0.05)
    drawn = " ".join(html.proto.body for html in at.run().get("html"))
    assert "1 byte held out" in drawn
    assert "lzma" not in drawn
    assert "zlib" not in drawn


def test_the_dialog_for_ones_own_text_stays_open_when_a_job_has_the_page_run_again(open_app):
    at = open_app(corpus="coin")
    next(button for button in at.button if button.label == "Your own text …").click().run()
    at.run()
    assert at.segmented_control(key="own_way").value == "files"
