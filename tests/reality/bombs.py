"""Small files that mean to be large, and large ones that mean to be larger, read in a process of little memory.

python -m tests.reality.bombs        a line for each: its name, and the sentence or the size that came of it
"""

import io
import sys
import zipfile
import zlib

from ladder.reality import columns_of, read_corpus
from tests.reality.fuzz import FILES, confine, short_of_memory
from tests.reality.making import pdf_of, zip_of

WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
LAUGHS = '<!DOCTYPE a [<!ENTITY a "ha">{}]>'.format(
    "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
)


def docx_with(document: str) -> bytes:
    """A Word file with another document inside."""
    source, written = zipfile.ZipFile(io.BytesIO(FILES["a.docx"])), io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in source.infolist():
            inner = member.filename == "word/document.xml"
            archive.writestr(member.filename, document if inner else source.read(member))
    return written.getvalue()


def pdf_drawing(stream: bytes, filters: int, pages: int = 1) -> bytes:
    """A PDF whose pages all draw one stream, packed so many times."""
    for _ in range(filters):
        stream = zlib.compress(stream, 9)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + b"3 0 R " * pages + b"] /Count %d >>" % pages,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Filter [" + b"/FlateDecode " * filters + b"] /Length %d >>\nstream\n" % len(stream) + stream
        + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]  # fmt: skip
    data, offsets = b"%PDF-1.4\n", []
    for i, part in enumerate(parts, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % i + part + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(data)
    return data + b"xref\n0 6\n0000000000 65535 f \n" + table + end


BOMBS = {
    "html, 100,000 deep": ("x.html", lambda: b"<div>" * 100_000 + b"deep"),
    "html, tags without end": ("x.html", lambda: b"<p>" * 16_000_000 + b"x"),
    "html, all the tags allowed": ("x.html", lambda: b"<p>x" * 1_490_000),
    "html, white space": ("x.html", lambda: b"x " * 7_400_000),
    "html, lines": ("x.html", lambda: b"<pre>" + b"ab\n" * 4_900_000),
    "html, entities of entities": ("x.html", lambda: (LAUGHS + "<html><body>&j;x</body></html>").encode()),
    "docx, entities of entities": ("x.docx", lambda: docx_with(LAUGHS + WORD.format("<w:p>&j;</w:p>"))),
    "docx, tags without end": ("x.docx", lambda: docx_with(WORD.format("<w:p/>" * 8_000_000))),
    "docx, all the tags allowed": ("x.docx", lambda: docx_with(WORD.format("<w:p/>" * 1_490_000))),
    "docx, 100,000 deep": ("x.docx", lambda: docx_with(WORD.format("<w:p>" * 100_000 + "</w:p>" * 100_000))),
    "jsonl, 100,000 deep": ("x.jsonl", lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "json, lists without end": ("x.json", lambda: b"[" * 20_000_000),
    "json, empty lists": ("x.json", lambda: b"[" + b"[]," * 15_000_000 + b"1]"),
    "jsonl, lines without end": ("x.jsonl", lambda: b"1\n" * 20_000_000),
    "jsonl, all the lines allowed": ("x.jsonl", lambda: b"".join(b'{"a":"%d"}\n' % i for i in range(399_000))),
    "csv, cells without end": ("x.csv", lambda: b"a,b\n" + b",,,,,,,,,\n" * 4_000_000),
    "csv, all the cells allowed": ("x.csv", lambda: b"a,b,c,d,e\n" + b"1,2,33,444,5555\n" * 399_000),
    "csv, rows without end": ("x.csv", lambda: b"a\n" * 12_000_000),
    "no text, 40 MB": ("x.bin", lambda: b"\xff\x01" * 20_000_000),
    "zip in zip": ("x.zip", lambda: zip_of(("i.zip", zip_of(("a.txt", bytes(40_000_000)))), ("a.txt", b"x"))),
    "zip of Word bombs": (
        "x.zip",
        lambda: zip_of(*((f"{i}.docx", BOMBS["docx, tags without end"][1]()) for i in "12")),
    ),
    "pdf, packed thrice": ("x.pdf", lambda: pdf_drawing(b"BT /F 9 Tf (x) Tj ET " * 4_000_000, 3)),
    "pdf, its own child": ("x.pdf", lambda: pdf_of("a", "b").replace(b"/Kids [4 0 R", b"/Kids [2 0 R")),
    "pdf, its own past": (
        "x.pdf",
        lambda: pdf_of("a").replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % pdf_of("a").rfind(b"xref\n0")),
    ),
}  # fmt: skip


def main() -> None:
    """Read them all; MemoryError and its kin end the process."""
    confine()
    for title, (name, make) in BOMBS.items():
        data = make()
        columns_of(data, name)
        try:
            became = f"{len(read_corpus(data, name).data)} bytes"
        except ValueError as refusal:
            assert not short_of_memory(refusal), title
            became = str(refusal)
        sys.stdout.write(f"{title}: {became}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
