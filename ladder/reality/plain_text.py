"""Any bytes as text: what a file says about its encoding, then what it looks like, then the bytes as they are.

    1. a byte-order mark      UTF-8, UTF-16 or UTF-32, as the mark says
    2. UTF-8                  the only encoding that random bytes hardly ever pass for
    3. a legacy encoding      where charset-normalizer is sure of one
    4. the bytes themselves   undecodable ones as lone surrogates (PEP 383), so that none is lost

Whatever is rewritten is said in a note, since the price of a byte is then that of UTF-8.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
    (b"\xff\xfe\x00\x00", "utf-32", "UTF-32"),  # before UTF-16, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32", "UTF-32"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
)
# What the web still holds; charset-normalizer's full list takes German for an encoding of DOS.
LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp874", "koi8_r",
    "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
WIDE = ("utf_16_le", "utf_16_be")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
SURROGATE = re.compile("[\ud800-\udfff]")
LEAD_BYTES = bytes(range(0xC0, 0x100))  # with these a character of several bytes begins
# Fewer bytes than this say too little about their encoding.
LEAST_EVIDENCE = 20
MOST_CHAOS = 0.1
LEAST_COHERENCE = 0.2
TITLE_LENGTH = 200


class Reading(NamedTuple):
    """What a reader made of one file."""

    documents: list[str]
    titles: list[str]  # one for each document
    notes: list[str]


def decode(data: bytes) -> tuple[str, list[str]]:
    """The text of any bytes, and a note for everything that was done to them. Never fails."""
    for mark, codec, title in MARKS:
        if data.startswith(mark):
            try:
                text = data.decode(codec)
                text.encode("utf-8")
            except UnicodeError:
                continue
            return text, [_rewritten(title, data, text) if codec != "utf-8-sig" else "A byte-order mark was left out."]
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        raw = data.decode("utf-8", "surrogateescape")
    clean = raw.encode("utf-8", "ignore")
    undecodable = len(data) - len(clean)
    multibyte = len(clean) - len(clean.translate(None, LEAD_BYTES))
    # Where more characters than that are good UTF-8, it is UTF-8 with damage.
    legacy = legacy_encoding(data) if undecodable > multibyte else None
    if legacy is not None:
        text = data.decode(legacy)
        return text, [_rewritten(legacy.replace("_", "-"), data, text)]
    return raw, [f"{undecodable:,} of {len(data):,} bytes are no UTF-8; they are kept as they are."]


def legacy_encoding(data: bytes) -> str | None:
    """The codec's name where the bytes look like text in a legacy encoding, else None."""
    import charset_normalizer  # takes 0.1 s to import

    candidates: Sequence[str] = LEGACY
    if b"\0" in data:
        candidates = WIDE
    elif CONTROL.search(data):
        return None
    if len(data) < LEAST_EVIDENCE:
        return None
    matches = [
        match
        for match in charset_normalizer.from_bytes(data, cp_isolation=list(candidates), enable_fallback=False)
        if match.chaos <= MOST_CHAOS and _decodes(data, match.encoding)
    ]
    if not matches:
        return None
    best = matches[0]
    rivals = [match.encoding for match in matches if match.coherence >= best.coherence - 0.05]
    if best.coherence < LEAST_COHERENCE and (len(rivals) > 1 or candidates is WIDE):
        return None
    return "cp1252" if "cp1252" in rivals else best.encoding


class Refusal(Exception):
    """A reason of our own, on its way out of a foreign parser's call."""


def careful(parse: Callable[[], Any], name: str, kind: str) -> Any:
    """What a foreign parser returns; whatever it raises on a broken file becomes one sentence."""
    try:
        return parse()
    except Refusal as refusal:
        raise ValueError(str(refusal)) from None
    except Exception as error:  # broken files make parsers raise anything
        raise ValueError(
            f"“{name}” is no {kind} that can be read ({type(error).__name__}). Save it anew, or upload its text."
        ) from error


def part_lines(reading: Reading) -> Reading:
    """A line break behind each document that has none, or its last word and the next first one would be one word."""
    open_ended = [i for i, text in enumerate(reading.documents[:-1]) if text and not text.endswith("\n")]
    for i in open_ended:
        reading.documents[i] += "\n"
    if open_ended:
        reading.notes.append(f"A line break was put behind {len(open_ended):,} files that end without one.")
    return reading


def lines_of(text: str) -> Iterator[str]:
    """What stands between line breaks, one after another: a list of them all would take many times the text."""
    at = 0
    while at <= len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[at:end]
        at = end + 1


def repair_surrogates(text: str) -> tuple[str, int]:
    """The text with U+FFFD for each lone surrogate, and how many there were."""
    return SURROGATE.subn("\ufffd", text)


def clean_title(name: str, otherwise: str = "untitled") -> str:
    """A name that can be shown: one line of at most 200 characters, without control characters."""
    if not name.isprintable():
        name = "".join(character if character.isprintable() else " " for character in name)
    line = " ".join(name.split())
    return line[: TITLE_LENGTH - 1] + "…" if len(line) > TITLE_LENGTH else line or otherwise


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec).encode("utf-8")
    except UnicodeError:
        return False
    return True


def _rewritten(title: str, data: bytes, text: str) -> str:
    return f"Read as {title} and rewritten as UTF-8: {len(data):,} → {len(text.encode()):,} bytes."
