"""Every page by axe, the accessibility checker: nothing but what Streamlit and Vega draw themselves."""

import pytest

from ladder.rungs import CLASSROOM, PAGES

pytestmark = pytest.mark.browser

# Rule -> where it may be broken, since the markup there is not ours.
ALLOWED = {
    "empty-table-header": "stTable",  # st.table leaves the corner above its row names empty
    "scrollable-region-focusable": "katex-display",  # st.latex lets a wide formula scroll by touch alone
    "svg-img-alt": "-marks",  # Vega gives a layer without marks the role of a picture
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", *(page.url for page in (*PAGES, CLASSROOM))])
def test_a_page_has_no_barrier_of_our_making(server, browser, path, scheme):
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{server.url}/{path}?corpus=coin")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=90_000)
    page.wait_for_timeout(1500)
    violations = Axe().run(page).response["violations"]
    context.close()
    ours = [
        (violation["id"], node["html"][:200])
        for violation in violations
        for node in violation["nodes"]
        if ALLOWED.get(violation["id"], "nowhere") not in f"{node['target']} {node['html']}".replace("_", "-")
    ]
    assert ours == []
