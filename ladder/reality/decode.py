"""Files become a corpus, whatever they are.

    read_corpus(data, name)      one file: its suffix, and where that says nothing its content, choose the reader
    read_corpora(files)          several files: one corpus, their documents in order
    columns_of(data, name)       the columns that a table offers, none for other files

Any bytes are welcome: what is no text is still a corpus of bytes. What is refused is refused with a
ValueError of one sentence: what is wrong, what to do.
"""

from collections.abc import Sequence
from pathlib import PurePosixPath

from ladder.reality.archive import read_zip
from ladder.reality.corpus import Corpus
from ladder.reality.markup import read_docx, read_html, read_pdf
from ladder.reality.plain_text import Reading, clean_title, decode, part_lines
from ladder.reality.tables import NoTable, csv_columns, json_columns, read_csv, read_json

MAX_BYTES = 50_000_000
# More notes than this are summed up: an archive of a thousand files would drown the page.
MOST_NOTES = 8

KINDS = {
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
    ".jsonl": "json", ".ndjson": "json", ".json": "json",
    ".html": "html", ".htm": "html", ".xhtml": "html",
    ".pdf": "pdf", ".docx": "docx", ".zip": "zip",
    ".txt": "text", ".md": "text", ".markdown": "text", ".text": "text",
}  # fmt: skip
MAGIC = {"pdf": b"%PDF-", "docx": b"PK\x03\x04", "zip": b"PK"}
# A PDF may have a little junk before its mark.
MAGIC_WITHIN = 1024


def read_corpus(data: bytes, name: str, *, column: str | None = None) -> Corpus:
    """The corpus in one file; `column` chooses the text of a table. Raises ValueError, and nothing else."""
    title = clean_title(name)
    _check_size(len(data), title)
    return _corpus(title, _read(data, title, column))


def read_corpora(files: Sequence[tuple[str, bytes]], name: str | None = None, *, column: str | None = None) -> Corpus:
    """The corpus of several files (name, data), in the order given. Raises ValueError as `read_corpus` does."""
    if not files:
        raise ValueError("No file was chosen. Choose at least one.")
    if len(files) == 1:
        corpus = read_corpus(files[0][1], files[0][0], column=column)
        return corpus if name is None else Corpus(clean_title(name), corpus.documents, corpus.titles, corpus.notes)
    _check_size(sum(len(data) for _, data in files), f"{len(files)} files together")
    documents: list[str] = []
    titles: list[str] = []
    notes: list[str] = []
    for file_name, data in files:
        title = clean_title(file_name)
        _check_size(len(data), title)
        reading = _read(data, title, column)
        documents.extend(reading.documents)
        alone = len(reading.documents) == 1
        titles.extend(title if alone else clean_title(f"{title}: {part}") for part in reading.titles)
        notes.extend(f"{title}: {note}" for note in reading.notes)
    together = clean_title(name or f"{len(files)} files: {', '.join(file_name for file_name, _ in files)}")
    return _corpus(together, part_lines(Reading(documents, titles, notes)))


def columns_of(data: bytes, name: str) -> list[str]:
    """The columns that a file offers as text; none where it is no table. Raises nothing."""
    try:
        match _kind(data, name):
            case "csv" | "tsv" as kind:
                return csv_columns(data, clean_title(name), tab=kind == "tsv")
            case "json":
                return json_columns(data, clean_title(name))
    except ValueError:
        pass  # what is wrong with it is said when it is read
    return []


def _read(data: bytes, name: str, column: str | None, *, inside: bool = False) -> Reading:
    match _kind(data, name):
        case "csv" | "tsv" as kind:
            try:
                return read_csv(data, name, column, tab=kind == "tsv")
            except NoTable as reason:
                return _plain(data, name, f"{reason} So the file was read as plain text.")
        case "json":
            return read_json(data, name, column)
        case "html":
            return read_html(data, name)
        case "pdf":
            return read_pdf(data, name, most_bytes=MAX_BYTES)
        case "docx":
            return read_docx(data, name, most_bytes=MAX_BYTES)
        case "zip" if not inside:
            return read_zip(data, name, _read_member, most_bytes=MAX_BYTES)
    suffix = _suffix(name)
    if KINDS.get(suffix) in MAGIC:
        return _plain(data, name, f"Its name ends in {suffix}, but its content is something else: read as plain text.")
    return _plain(data, name)


def _read_member(data: bytes, name: str) -> Reading:
    return _read(data, name, None, inside=True)


def _plain(data: bytes, name: str, *notes: str) -> Reading:
    text, decoding = decode(data)
    return Reading([text], [name], [*notes, *decoding])


def _kind(data: bytes, name: str) -> str:
    """The reader that a file asks for: by its suffix; where that is unknown, by its first bytes."""
    kind = KINDS.get(_suffix(name))
    head = data[:MAGIC_WITHIN]
    if kind in MAGIC:
        there = MAGIC["pdf"] in head if kind == "pdf" else head.startswith(MAGIC[kind])
        return kind if there else "text"
    if kind is None and head.startswith(MAGIC["pdf"]):
        return "pdf"
    if kind is None and head.startswith(b"PK\x03\x04"):
        return "docx" if b"word/" in data else "zip"
    return kind or "text"


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _check_size(size: int, title: str) -> None:
    if size == 0:
        raise ValueError(f"“{title}” is empty. Choose a file with at least one character.")
    if size > MAX_BYTES:
        raise ValueError(f"“{title}” has {size:,} bytes, more than {MAX_BYTES:,}. Upload a part of it.")


def _corpus(name: str, reading: Reading) -> Corpus:
    titles = tuple(clean_title(title) for title in reading.titles)
    notes = [clean_note(note) for note in reading.notes]
    if len(notes) > MOST_NOTES:
        notes = [*notes[: MOST_NOTES - 1], f"… and {len(notes) - MOST_NOTES + 1:,} more remarks of this kind."]
    return Corpus(name, tuple(reading.documents), titles, tuple(notes))


def clean_note(note: str) -> str:
    """A note on one line."""
    return " ".join(note.split())
