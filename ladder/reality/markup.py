"""Pages as text: HTML without its tags, PDF without its layout, Word without its styles.

Only what a reader would read is kept: no script, no style sheet, no header, no comment. These files
come from anywhere, so whatever the parsers stumble over becomes one sentence.
"""

import codecs
import io
import logging
import re
import time
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from ladder.reality.plain_text import LEGACY, Reading, Refusal, careful, decode, lines_of, repair_surrogates

UNREAD = frozenset({"script", "style", "template", "noscript", "head", "svg", "iframe", "object"})
VERBATIM = frozenset({"pre", "textarea"})
BLOCKS = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "br", "center", "dd", "details", "dialog", "div", "dl"),
        *("dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header"),
        *("hr", "li", "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "tfoot"),
        *("thead", "tr", "ul"),
    }
)
CELLS = frozenset({"td", "th"})
# Encodings that a page may name; some of Python's other codecs are slow or no encodings of text.
DECLARED = frozenset(
    [codecs.lookup(codec).name for codec in LEGACY]
    + [f"iso8859-{i}" for i in range(2, 17) if i != 12]
    + ["gbk", "koi8-u"]
)
SPACE = str.maketrans("\t\n\r\f", "    ")
# A parser's tree takes a hundred times the bytes that it is written in. No page or letter has so many tags.
MOST_TAGS = 1_500_000
MOST_PAGE = 15_000_000  # bytes of one HTML page
MOST_SECONDS = 60.0  # for one PDF: its pages may all draw the same endless thing


def read_html(data: bytes, name: str) -> Reading:
    """The visible text of an HTML page, a line for each block. Raises ValueError where there is none."""
    from lxml import etree, html

    if len(data) > MOST_PAGE or data.count(b"<") > MOST_TAGS:
        raise ValueError(f"“{name}” is too large a page to be taken apart. Save it as text and upload that.")
    text, notes = _decode_html(data)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)  # a page may nest deeper than 256 elements
    # HTML has no NUL, and lone surrogates have no bytes to hand over.
    source = repair_surrogates(text)[0].replace("\0", "\ufffd").encode()
    root = careful(lambda: html.document_fromstring(source, parser=parser), name, "HTML page")
    if any("depth" in error.message.lower() for error in parser.error_log):
        raise ValueError(f"“{name}” nests its tags too deep to be read. Save the page as text and upload that.")
    pieces = "".join(_visible(etree.iterwalk(root, events=("start", "end", "comment", "pi"))))
    lines = io.StringIO()
    for line in lines_of(pieces):
        lines.write(line.rstrip() + "\n")
    visible = re.sub(r"\n{3,}", "\n\n", lines.getvalue()).strip("\n ")
    if not visible:
        raise ValueError(f"“{name}” shows no text once scripts and styles are left out. Choose another page.")
    notes.append(f"Tags, scripts and styles were left out: {len(data):,} → {len(visible.encode()) + 1:,} bytes.")
    return Reading([visible + "\n"], [name], notes)


def read_pdf(data: bytes, name: str, *, most_bytes: int) -> Reading:
    """A document for each page of a PDF. Raises ValueError for an encrypted, broken or scanned one."""
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what is wrong with the file is said below

    def pages() -> list[str]:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refusal(f"“{name}” is encrypted. Save it without a password and upload it again.")
        texts, size, began = [], 0, time.monotonic()
        for page in reader.pages:
            texts.append(repair_surrogates(page.extract_text())[0].strip())
            size += len(texts[-1])
            if size > most_bytes:
                raise Refusal(f"“{name}” holds more than {most_bytes:,} characters. Upload a part of it.")
            if time.monotonic() - began > MOST_SECONDS:
                raise Refusal(f"“{name}” takes more than {MOST_SECONDS:.0f} s to read. Upload some of its pages.")
        return texts

    texts = careful(pages, name, "PDF")
    if not any(texts):
        raise ValueError(
            f"“{name}” has {len(texts):,} pages but no text: it seems to be scanned. "
            "Run a text recognition (OCR) on it first."
        )
    kept = [(f"page {i}", text + "\n") for i, text in enumerate(texts, 1) if text]
    notes = ["Layout and pictures of the PDF were left out."]
    if len(kept) < len(texts):
        notes.append(f"{len(texts) - len(kept):,} of its {len(texts):,} pages hold no text.")
    return Reading([text for _, text in kept], [title for title, _ in kept], notes)


def read_docx(data: bytes, name: str, *, most_bytes: int) -> Reading:
    """The paragraphs of a Word document, those in tables too. Raises ValueError for a broken or bloated one."""
    import docx
    from docx.oxml.ns import qn
    from docx.text.paragraph import Paragraph

    def paragraphs() -> list[str]:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            # zipfile never unpacks more of a member than it declares here.
            if sum(member.file_size for member in archive.infolist()) > most_bytes:
                raise Refusal(f"“{name}” unpacks to more than {most_bytes:,} bytes. Save it as text.")
            tags = attributes = 0
            for member in archive.infolist():
                part = archive.read(member)
                tags, attributes = tags + part.count(b"<"), attributes + part.count(b"=")
            if max(tags, attributes) > MOST_TAGS:
                raise Refusal(f"“{name}” holds too much markup to be taken apart. Save it as text.")
        body = docx.Document(io.BytesIO(data)).element.body
        return [Paragraph(paragraph, None).text for paragraph in body.iter(qn("w:p"))]  # type: ignore[arg-type]

    text = repair_surrogates("\n".join(careful(paragraphs, name, "Word document")))[0].strip("\n")
    if not text.strip():
        raise ValueError(f"“{name}” holds no paragraph with text. Choose another document.")
    return Reading([text + "\n"], [name], ["Styles, headers, footnotes and pictures were left out."])


def _decode_html(data: bytes) -> tuple[str, list[str]]:
    """As any text, except that a page may name its own encoding."""
    text, notes = decode(data)
    named = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", data[:4096], re.IGNORECASE)
    if named is None or not notes or data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return text, notes
    label = named[1].decode().lower()
    try:
        codec = codecs.lookup(label).name
        # What pages call Latin-1 is Windows' extension of it (WHATWG).
        codec = "cp1252" if codec == "iso8859-1" else codec
        if codec not in DECLARED:
            return text, notes
        return data.decode(codec), [f"Read as {label}, as the page says."]
    except (UnicodeError, LookupError):
        return text, notes


def _visible(walk: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """Text and line breaks in reading order, white space drawn together as a browser does."""
    unread = verbatim = 0
    spaced = True  # whether what stands before is white space already
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unread += tag in UNREAD
            verbatim += tag in VERBATIM
            words = element.text
        else:
            unread -= tag in UNREAD
            verbatim -= tag in VERBATIM
            words = element.tail
        if unread:
            continue
        if tag in BLOCKS:
            spaced = True
            yield "\n"
        elif event == "end" and tag in CELLS:
            spaced = True
            yield "\t"
        if words and not verbatim:
            words = words.translate(SPACE)
            while "  " in words:  # as good as a regular expression, in a tenth of its memory
                words = words.replace("  ", " ")
            words = words.removeprefix(" ") if spaced else words
        if words:
            spaced = words[-1].isspace()
            yield words
