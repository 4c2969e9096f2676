"""A token of the running text, undone by mouse and by keyboard in a real browser."""

import pytest

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("panel", ["Tokens", "Merges"])
def test_a_token_in_the_running_text_is_undone_by_click_and_by_keyboard(server, visit, panel):
    visit.go(f"{server.url}/math?corpus=hamlet&to=10&panel={panel}")
    strip = visit.page.get_by_role("toolbar")
    tokens = strip.get_by_role("button")
    tokens.nth(2).click()
    visit.page.wait_for_url("**undo=**")
    first = visit.page.url
    visit.sees("undone lead")
    tokens.nth(2).press("ArrowRight")  # the focus has stayed in the strip
    tokens.nth(3).press("Enter")
    visit.page.wait_for_function("first => location.href !== first", arg=first)
    visit.settle()
    assert strip.locator('[tabindex="0"]').count() == 1  # one Tab leads past the strip
    said = visit.page.get_by_role("textbox", name="or a token").input_value()
    shared = visit.page.url
    visit.go(shared)
    assert visit.page.get_by_role("textbox", name="or a token").input_value() == said
    assert visit.hosts == {server.host}
    assert not visit.errors
