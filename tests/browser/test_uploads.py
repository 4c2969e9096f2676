"""A person's own text: from the dialog to the shelf, over a restart, and never in the way of what was there."""

import io
import json
import zipfile

import pytest

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser

LETTER = ("Dear class, a corpus is a slice of the world, and somebody has cut it. " * 40).encode()


def upload(visit, *files: tuple[str, bytes]) -> None:
    visit.page.get_by_role("button", name="Your own text").click()
    visit.page.locator("input[type=file]").set_input_files(
        [{"name": name, "mimeType": "application/octet-stream", "buffer": data} for name, data in files]
    )


def climb(visit) -> str:
    """Press the button and wait; the address of the text that is climbed."""
    visit.page.get_by_role("button", name="Climb with this text").click()
    visit.page.wait_for_url("**corpus=*")
    visit.page.get_by_role("dialog").wait_for(state="detached")
    visit.settle()
    return visit.page.url.partition("corpus=")[2][:64]


def test_an_upload_is_climbed_and_found_again_after_a_restart_and_by_a_classmate(tmp_path, browser, visit):
    server = Server(tmp_path)
    visit.go(f"{server.url}/reality?docs=1-2")
    upload(visit, ("letter.txt", LETTER))
    visit.sees("1 document, 2,840 bytes")
    address = climb(visit)
    visit.sees("letter.txt")
    server.stop()
    again = Server(tmp_path)
    try:
        classmate = browser.new_context().new_page()
        classmate.goto(f"{again.url}/math?corpus={address}")
        classmate.get_by_text("2,840 bytes").first.wait_for(timeout=90_000)
    finally:
        again.stop()


def test_several_files_become_documents_of_one_corpus(server, visit):
    visit.go(f"{server.url}/reality")
    upload(visit, ("a.txt", b"first file"), ("b.md", b"# second file\n"))
    visit.sees("2 documents")
    climb(visit)


def test_the_column_of_a_table_can_be_chosen(server, visit):
    visit.go(f"{server.url}/reality")
    upload(visit, ("t.csv", b"id,said\n1,good morning to all of you\n2,good night and good luck\n"))
    visit.page.get_by_text("Column that holds the text").wait_for()
    visit.sees("2 documents")
    climb(visit)


def test_a_pasted_text_is_climbed(server, visit):
    visit.go(f"{server.url}/reality")
    visit.page.get_by_role("button", name="Your own text").click()
    visit.page.get_by_text("paste", exact=True).click()
    visit.page.get_by_role("dialog").locator("textarea").fill("the same again and the same again " * 30)
    visit.page.keyboard.press("Control+Enter")
    climb(visit)


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for i in range(30):
            archive.writestr(f"zeros{i}.txt", bytes(10_000_000))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [("empty.txt", b""), ("bomb.zip", bomb()), ("not.pdf", b"%PDF-1.4 torn"), ("broken.docx", b"PK\x03\x04torn")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_read_gets_one_sentence_and_nothing_is_lost(server, visit, name, data):
    visit.go(f"{server.url}/reality?corpus=hafez")
    upload(visit, (name, data))
    alert = visit.page.get_by_role("dialog").get_by_test_id("stAlert")
    alert.wait_for()
    assert 10 < len(alert.inner_text()) < 400
    assert "Traceback" not in visit.text()
    visit.page.keyboard.press("Escape")
    assert "corpus=hafez" in visit.page.url
    visit.sees("480,556 bytes")


NASTY = {
    "three.txt": b"abc",
    "same.txt": b"a" * 5000,
    "bytes.bin": bytes(range(256)) * 20,
    "utf16.txt": "\ufeffgood morning, good morning\n".encode("utf-16-le") * 20,
    "nul.txt": b"good\0morning\0" * 100,
    "chinese.txt": "床前明月光疑是地上霜".encode() * 50,
    "arabic.txt": ("السلام عليكم ورحمة الله وبركاته\n" * 50).encode(),
    "emoji.txt": ("👩‍👩‍👧 👍🏽 🏳️‍🌈 are joined\n" * 60).encode(),
    "surrogate.jsonl": b'{"text": "broken \\ud800 half"}\n' * 40,
    "script.html": b"<p>before</p><script>document.title='owned'</script><p>after the script</p>" * 20,
    "tags.txt": b"<img src=x onerror=\"document.title='owned'\"> </span><script>document.title='owned'</script> " * 40,
    "rows.json": json.dumps([{"text": f"line number {i}"} for i in range(60)]).encode(),
}


@pytest.mark.parametrize("name", NASTY)
def test_every_page_of_a_nasty_text_is_right_or_says_why_not(server, visit, name):
    visit.go(f"{server.url}/reality")
    upload(visit, (name, NASTY[name]))
    visit.page.get_by_role("button", name="Climb with this text").wait_for()
    address = climb(visit)
    for path in ("reality", "math", "geometry", "statistics", "probability"):
        visit.go(f"{server.url}/{path}?corpus={address}")
        assert visit.page.get_by_test_id("stException").count() == 0
        assert "owned" not in visit.page.title()
        assert "NaN" not in visit.text() or "NaN" in NASTY[name].decode("utf-8", "replace")
    assert not visit.errors
    assert visit.hosts == {server.host}
