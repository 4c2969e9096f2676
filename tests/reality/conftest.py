import pytest

from tests.reality.making import docx_of, pdf_of, zip_of


@pytest.fixture(scope="session")
def files() -> dict[str, bytes]:
    """One good file of each kind that is read."""
    return {
        "a.txt": "Größe 水\n".encode(),
        "a.md": b"# Title\n\ntext",
        "a.csv": b"id,text\n1,one two\n2,three\n",
        "a.tsv": b"id\ttext\n1\tone two\n",
        "a.jsonl": b'{"id": 1, "text": "one two"}\n{"id": 2, "text": "three"}\n',
        "a.json": b'[{"text": "one"}, {"text": "two"}]',
        "a.html": b"<html><body><p>One</p><script>two()</script></body></html>",
        "a.pdf": pdf_of("First page", "Second page"),
        "a.docx": docx_of("One", "Two"),
        "a.zip": zip_of(("one.txt", b"one\n"), ("two.txt", b"two\n")),
    }
