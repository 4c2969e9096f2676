"""A zip file as a corpus: each member a document, read by the same reader as if it had come alone.

An archive can claim to be small and unpack without end, and its names can point anywhere. So
nothing is written to disk, a name is only a title, and unpacking stops at bounds that are
checked on what comes out, not on what the archive says of itself.
"""

import io
import zipfile
from collections.abc import Callable

from ladder.reality.plain_text import Reading, Refusal, careful, clean_title, part_lines

MOST_MEMBERS = 5_000
MOST_RATIO = 200  # plain text packs to a third, at best to a fiftieth
HARMLESS = 5_000_000  # bytes: below this no ratio does harm
HIDDEN = ("__MACOSX/", ".DS_Store", "Thumbs.db")

Reader = Callable[[bytes, str], Reading]


def read_zip(data: bytes, name: str, read: Reader, *, most_bytes: int) -> Reading:
    """A document for each member that `read` can read. Raises ValueError for a bomb and for an archive without text."""
    members, notes = careful(lambda: _members(data, name, most_bytes), name, "zip archive")
    documents: list[str] = []
    titles: list[str] = []
    for title, content in members:
        try:
            reading = read(content, title)
        except ValueError as refusal:
            notes.append(f"Left out: {refusal}")
            continue
        documents.append("".join(reading.documents))
        titles.append(title)
        notes.extend(f"{title}: {note}" for note in reading.notes)
    if not documents:
        reason = f" {notes[0]}" if notes else ""
        raise ValueError(f"“{name}” holds no file with text.{reason} Pack the texts themselves and upload again.")
    return part_lines(Reading(documents, titles, notes))


def _members(data: bytes, name: str, most_bytes: int) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Titles and contents of what is in an archive, and notes on what was left out."""
    contents: list[tuple[str, bytes]] = []
    notes: list[str] = []
    unpacked = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [member for member in archive.infolist() if not member.is_dir() and not _hidden(member.filename)]
        if len(members) > MOST_MEMBERS:
            raise Refusal(f"“{name}” holds {len(members):,} files. Upload at most {MOST_MEMBERS:,} at once.")
        for member in members:
            title = clean_title(member.filename)
            if member.flag_bits & 1:
                raise Refusal(f"“{name}” is encrypted. Pack it without a password and upload it again.")
            content = _unpack(archive, member, most_bytes - unpacked, name)
            unpacked += len(content)
            if unpacked > HARMLESS and unpacked > MOST_RATIO * len(data):
                raise Refusal(_bomb(name))
            if content.startswith(b"PK\x03\x04") and not title.lower().endswith(".docx"):
                notes.append(f"“{title}”, an archive inside the archive, was left out.")
            elif content:
                contents.append((title, content))
    return contents, notes


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, room: int, name: str) -> bytes:
    """A member's content, unless it is more than `room` bytes."""
    with archive.open(member) as stream:
        content = stream.read(room + 1)
    if len(content) > room:
        raise Refusal(_bomb(name))
    return content


def _bomb(name: str) -> str:
    return f"“{name}” unpacks to far more than it holds. Unpack it yourself and upload the texts that you want."


def _hidden(filename: str) -> bool:
    return filename.startswith(HIDDEN[0]) or filename.endswith(HIDDEN[1:])
