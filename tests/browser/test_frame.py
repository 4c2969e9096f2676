"""The frame in a real browser: links, the URL, the menu, reload, and nothing that leaves the server."""

import pytest

from ladder.rungs import CLASSROOM, GEOMETRY, MATH, PAGES, PROBABILITY, REALITY
from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_a_deep_link_is_right_as_the_first_thing_that_a_fresh_server_is_asked(tmp_path, visit):
    server = Server(tmp_path)
    try:
        visit.go(f"{server.url}/math?corpus=hafez&docs=1-30&lens=both&scheme=Characters&panel=Zipf+and+Heaps")
        visit.sees(MATH.question)
        assert visit.page.get_by_role("link", name="Probability").count()  # the menu
        assert visit.page.get_by_role("img", name="Price of a byte").count()  # the waterfall
        assert "Hafez" in visit.text()
        visit.sees("of 480,556 bytes")
        assert visit.page.get_by_role("combobox", name="Alphabet").input_value() == "Characters"
        assert visit.page.get_by_role("textbox", name="Documents").input_value() == "1-30"
        for chosen in ("both", "Zipf and Heaps"):
            assert visit.page.get_by_role("radio", name=chosen).get_attribute("aria-checked") == "true"
        for setting in ("corpus=hafez", "docs=1-30", "lens=both", "scheme=Characters", "panel=Zipf+and+Heaps"):
            assert setting in visit.page.url
        assert visit.hosts == {server.host}
        assert not visit.errors
    finally:
        server.stop()


@pytest.mark.parametrize("path", ["", *(page.url for page in (*PAGES, CLASSROOM))])
def test_no_page_asks_any_other_host_or_stumbles(server, visit, path):
    visit.go(f"{server.url}/{path}?corpus=coin")
    assert visit.hosts == {server.host}
    assert not visit.errors


def test_the_menu_carries_text_slice_alphabet_and_lens_from_page_to_page(server, visit):
    visit.go(f"{server.url}/math?corpus=hafez&docs=1-30&from=10&lens=Boltzmann&vocab=512")
    for rung in (PROBABILITY, GEOMETRY):
        visit.page.get_by_role("link", name=rung.name).first.click()
        visit.sees(rung.question)
        visit.settle()
        for setting in ("corpus=hafez", "docs=1-30", "from=10", "lens=Boltzmann", "vocab=512"):
            assert setting in visit.page.url


def test_a_knob_is_in_the_url_and_survives_a_reload(server, visit):
    visit.go(f"{server.url}/reality?corpus=coin")
    visit.page.get_by_text("Boltzmann", exact=True).first.click()
    visit.page.wait_for_url("**lens=Boltzmann**")
    visit.page.reload()
    visit.settle()
    visit.sees("nats per byte")


def test_back_brings_the_last_text_back(server, visit):
    visit.go(f"{server.url}/reality?corpus=coin")
    visit.page.get_by_test_id("stSelectbox").first.click()
    visit.page.get_by_role("option", name="Hafez").click()
    visit.page.wait_for_url("**corpus=hafez**")
    visit.sees("480,556 bytes")
    visit.page.go_back()
    visit.page.wait_for_url("**corpus=coin**")
    visit.sees("200,000 bytes")


def test_another_text_comes_whole_though_the_last_was_sliced(server, visit):
    visit.go(f"{server.url}/reality?corpus=hafez&docs=2-5&from=20&to=60")
    visit.page.get_by_test_id("stSelectbox").first.click()
    visit.page.get_by_role("option", name="Hamlet").click()
    visit.page.wait_for_url("**corpus=hamlet**")
    visit.sees("Hamlet")
    visit.settle()
    assert "docs=" not in visit.page.url
    assert "from=" not in visit.page.url


def test_a_drawn_text_becomes_the_corpus_whole_and_takes_the_lens_along(server, visit):
    visit.go(f"{server.url}/probability?corpus=markov&from=10&lens=both&scheme=Characters&panel=Write&n=200&T=0.5")
    visit.page.get_by_role("button", name="Make this the corpus").click()
    visit.sees(REALITY.question)
    visit.settle()
    visit.sees("Drawn by a")
    for setting in ("/reality?", "lens=both", "scheme=Characters"):
        assert setting in visit.page.url
    for setting in ("corpus=markov", "from=10", "panel=", "T=0.5"):
        assert setting not in visit.page.url
    assert len(visit.page.url.partition("corpus=")[2].partition("&")[0]) == 64


def test_the_waterfall_fills_by_itself(server, visit):
    visit.go(f"{server.url}/?corpus=markov")
    visit.page.get_by_role("img", name="Probability, coded file").wait_for()
    visit.sees("PPMd")


def test_a_refused_setting_is_said(server, visit):
    visit.go(f"{server.url}/math?corpus=coin&vocab=3")
    visit.sees("The link asks for vocab = 3")


@pytest.mark.parametrize("path", ["", *(page.url for page in (*PAGES, CLASSROOM))])
def test_nothing_hangs_over_the_edge_of_a_phone(server, browser, path):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{server.url}/{path}?corpus=coin")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=90_000)
    page.wait_for_timeout(500)
    overhang = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    context.close()
    assert overhang <= 0


def test_a_deep_link_keeps_every_setting_through_the_password(tmp_path, visit):
    server = Server(tmp_path, LADDER_PASSWORD="open sesame")
    try:
        settings = (
            "corpus=markov",
            "docs=1",
            "from=5",
            "lens=both",
            "scheme=Characters",
            "panel=Write",
            "T=0.5",
            "n=200",
        )
        visit.page.goto(f"{server.url}/probability?{'&'.join(settings)}")
        visit.page.get_by_label("Password of the class").fill("open sesame")
        assert visit.page.get_by_test_id("stSelectbox").count() == 0
        visit.page.keyboard.press("Enter")
        visit.sees(PROBABILITY.question)
        visit.settle()
        for setting in settings:
            assert setting in visit.page.url
        for chosen in ("both", "Write"):
            assert chosen in visit.page.locator('[aria-checked="true"]').all_inner_texts()
        assert visit.page.get_by_role("textbox", name="Documents").input_value() == "1"
    finally:
        server.stop()


def test_the_menu_can_be_walked_with_the_keyboard(server, visit):
    visit.go(f"{server.url}/?corpus=coin")
    link = visit.page.get_by_role("link", name="Math").first
    link.focus()
    visit.page.keyboard.press("Enter")
    visit.sees(MATH.question)
