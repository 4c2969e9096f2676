"""Tables as documents: one row, one document, taken from the column that holds the text.

    csv, tsv        the first row names the columns
    jsonl, json     one object for each line, or one list of them; their keys are the columns

Where nobody chooses a column, the one with the most text is taken, and a note says so.
"""

import csv
import itertools
import json
import re
from collections import Counter
from typing import Any

from ladder.reality.plain_text import Reading, clean_title, decode, lines_of, repair_surrogates

DELIMITERS = ",;\t|"
# Enough to see the columns of a table without reading all of it.
HEAD = 200
# A row costs some 500 bytes beside its text, a cell 60.
MOST_ROWS = 400_000
MOST_CELLS = 2_000_000
LINE = re.compile(r"[^\n\r]*(?:\r\n|\n|\r)|[^\n\r]+")
MOST_NAMED = 20
Rows = list[tuple[str, dict[str, str]]]  # (title, cells by column)


class NoTable(ValueError):
    """The file is no table after all: it is to be read as plain text."""


def read_csv(data: bytes, name: str, column: str | None, *, tab: bool = False) -> Reading:
    """A document for each row of a csv or tsv file. Raises ValueError for a column that is not there."""
    text, notes = decode(data)
    header, rows = _csv_rows(text, name, tab)
    return _documents(header, rows, name, column, notes)


def read_json(data: bytes, name: str, column: str | None) -> Reading:
    """A document for each object or string of a jsonl file or of a JSON list. Raises ValueError for bad JSON."""
    text, notes = decode(data)
    reading = _documents(*_json_rows(_json_values(text, name)), name, column, notes)
    # What JSON escapes as half a pair stands for no character and has no bytes.
    repaired = [repair_surrogates(document) for document in reading.documents]
    if halves := sum(count for _, count in repaired):
        reading.notes.append(f"Halves of surrogate pairs, which stand for no character, became U+FFFD: {halves:,}.")
    return reading._replace(documents=[document for document, _ in repaired])


def csv_columns(data: bytes, name: str, *, tab: bool = False) -> list[str]:
    """The names in the first row."""
    return _csv_rows(decode(data)[0], name, tab)[0]


def json_columns(data: bytes, name: str) -> list[str]:
    """The keys of the first objects, in order."""
    columns, _ = _json_rows(_json_values(decode(data)[0], name)[:HEAD])
    return [column for column in columns if column]


def _csv_rows(text: str, name: str, tab: bool) -> tuple[list[str], Rows]:
    csv.field_size_limit(len(text) + 1)  # the library's own limit is 131,072 characters a cell
    first_line = text.lstrip("\n\r").partition("\n")[0]
    delimiter = "\t" if tab else max(DELIMITERS, key=first_line.count)
    if text.count(delimiter) > MOST_CELLS:
        raise ValueError(_too_many(name))
    # Line by line: a StringIO would take four bytes for each letter.
    lines = (line[0] for line in LINE.finditer(text))
    try:
        reader = csv.reader(lines, delimiter=delimiter)
        rows = list(itertools.islice((row for row in reader if row), MOST_ROWS + 2))
    except csv.Error as error:
        raise NoTable(f"Its rows cannot be told apart ({error}).") from None
    if len(rows) > MOST_ROWS + 1:
        raise ValueError(_too_many(name))
    if len(rows) < 2:
        raise NoTable("It has no row under its first one.")
    header = _distinct(repair_surrogates(title)[0].strip() for title in rows[0])
    # Short rows lack their last cells; what stands beyond the last column belongs to none.
    return header, [(f"row {i}", dict(zip(header, row, strict=False))) for i, row in enumerate(rows[1:], 1)]


def _too_many(name: str) -> str:
    return (
        f"“{name}” has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells. Upload a part of it, "
        "or rename it to .txt to read it as plain text."
    )


def _distinct(titles: Any) -> list[str]:
    """The titles, numbered where they are empty or have been there before."""
    seen: Counter[str] = Counter()
    header: list[str] = []
    for i, title in enumerate(titles, 1):
        title = title or f"column {i}"
        seen[title] += 1
        header.append(title if seen[title] == 1 else f"{title} ({seen[title]})")
    return header


def _json_values(text: str, name: str) -> list[Any]:
    # Each value beyond the first follows a comma or a line break, or stands in a list or an object of its own.
    if max(text.count(","), text.count("["), text.count("{"), text.count(":")) > MOST_CELLS:
        raise ValueError(_too_many(name))
    if text.lstrip().startswith("["):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            pass  # perhaps one list for each line
        else:
            return _few(value, name)
    values: list[Any] = []
    for i, line in enumerate(lines_of(text), 1):
        if line.strip():
            _few(values, name)
            try:
                values.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                if i == 1 or not values:
                    return [_whole(text, name)]
                raise ValueError(
                    f"Line {i} of “{name}” is no JSON ({str(error)[:80]}). Repair that line, or rename the file to "
                    ".txt to read it as plain text."
                ) from None
    return values


def _few(values: list[Any], name: str) -> list[Any]:
    """The values, unless they are too many to become rows."""
    if len(values) > MOST_ROWS:
        raise ValueError(_too_many(name))
    return values


def _whole(text: str, name: str) -> Any:
    """The one value of a file that holds one value."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(
            f"“{name}” is no JSON ({str(error)[:80]}). Repair it, or rename it to .txt to read it as plain text."
        ) from None


def _json_rows(values: list[Any]) -> tuple[list[str], Rows]:
    rows: Rows = []
    columns: dict[str, None] = {}
    for i, value in enumerate(values, 1):
        cells = value if isinstance(value, dict) else {"": value}
        shown = {repair_surrogates(key)[0]: _as_text(cell) for key, cell in cells.items() if cell is not None}
        columns |= dict.fromkeys(shown)
        rows.append((f"line {i}", shown))
    return list(columns), rows


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _documents(columns: list[str], rows: Rows, name: str, column: str | None, notes: list[str]) -> Reading:
    """The cells of one column as documents, each on lines of its own."""
    if column is None or columns == [""]:
        sizes: Counter[str] = Counter()
        for _, cells in rows:
            for key, cell in cells.items():
                sizes[key] += len(cell)
        column = max(columns, key=sizes.__getitem__, default="")
        if len(columns) > 1:
            notes = [*notes, f"Read from the column “{clean_title(column)}”, which holds the most text."]
    elif column not in columns:
        there = ", ".join(f"“{clean_title(title)}”" for title in columns[:MOST_NAMED])
        more = f" and {len(columns) - MOST_NAMED:,} more" if len(columns) > MOST_NAMED else ""
        raise ValueError(f"“{name}” has no column “{clean_title(column)}”. Choose one of those it has: {there}{more}.")
    documents, titles = [], []
    for title, cells in rows:
        if text := cells.get(column, ""):
            documents.append(text if text.endswith("\n") else text + "\n")
            titles.append(title)
    if empty := len(rows) - len(documents):
        notes = [*notes, f"{empty:,} of {len(rows):,} rows hold nothing there and were left out."]
    return Reading(documents, titles, notes)
