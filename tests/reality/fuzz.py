"""The readers under fire: damaged, nested and hostile files, one after another, in a process of little memory.

    python -m tests.reality.fuzz            10,000 inputs
    python -m tests.reality.fuzz 300        a short form, as CI runs it

Each input becomes a corpus or one sentence (ValueError), within a few seconds and MEGABYTES more than the
libraries take; a sentence that too little memory has led to does not count. Anything else ends the
run: hypothesis prints the smallest input that it finds.
"""

import resource
import signal
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ladder.reality import columns_of, read_corpus, to_bytes
from ladder.reality.decode import KINDS
from tests.reality.making import docx_of, pdf_of, zip_of

MEGABYTES = 500
SECONDS = 20  # for one input: an alarm, not a measure, on a machine that others share

FILES = {
    "a.txt": "Größe, Übermut\n水\n".encode(),
    "a.csv": b'id,text\n1,"one, ""two"""\n2,three\n',
    "a.tsv": b"id\ttext\n1\tone\n",
    "a.jsonl": b'{"id": 1, "text": "one"}\n{"id": 2, "text": ["two", {"a": null}]}\n',
    "a.json": b'[{"text": "one"}, {"text": "\\ud83d\\ude00"}]',
    "a.html": b'<html><head><meta charset="iso-8859-2"></head><body><table><tr><td>x</td></tr></table>'
    b"<pre>a\n b</pre><p>One &amp; <!-- two --> <![CDATA[three]]></p></body></html>",
    "a.pdf": pdf_of("First page", "Second page"),
    "locked.pdf": pdf_of("secret", password="x"),
    "a.docx": docx_of("One", "Two"),
    "a.zip": zip_of(("a.txt", b"one"), ("b.html", b"<p>two"), ("c.pdf", pdf_of("three")), ("d.docx", docx_of("four"))),
}
# Pieces that mean something to one of the readers.
WORDS = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00\x00\xfe\xff", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\r\n", b'"',
    b",", b"<div>", b"</div>", b"<script>", b"<!--", b"]]>", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;",
    b"<meta charset=utf-7>", b"[", b"]", b"{", b'{"a":', b"\\ud800", b"1e999", b"-", b"9" * 5000, b"NaN",
    b"%PDF-1.7\n", b"stream\n", b"endstream", b"endobj", b"1 0 obj", b"2 0 R", b"/Kids [2 0 R]", b"/Parent 1 0 R",
    b"/Count 2147483647", b"/Length -1", b"/Filter /FlateDecode", b"<<", b">>", b"startxref\n0", b"/Prev 9",
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"word/document.xml", b"../../x", b"\xff\xff\xff\xff",
)  # fmt: skip


@st.composite
def hostile(draw) -> tuple[str, bytes]:
    """A file's name and its bytes: one of each kind, mistreated; or pieces that mean something, thrown together."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = FILES[name] if draw(st.booleans()) else b"".join(draw(st.lists(st.sampled_from(WORDS), max_size=20)))
    for _ in range(draw(st.integers(0, 6))):
        at, to = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.integers(0, 6)):
            case 0:
                data = data[:at] + draw(st.binary(min_size=1, max_size=8)) + data[at + 1 :]
            case 1:
                data = data[:at] + draw(st.sampled_from(WORDS)) + data[at:]
            case 2:
                data = data[:at] + data[to:]
            case 3:
                data = data[:at] + data[at:to] * draw(st.integers(2, 50)) + data[to:]
            case 4:
                data = data[:at] + draw(st.sampled_from(WORDS)) * draw(st.sampled_from((10, 1_000, 20_000))) + data[at:]
            case 5:
                data = data[:at] + FILES[draw(st.sampled_from(sorted(FILES)))] + data[to:]
            case 6:
                data = zip_of((name, data), ("b.txt", b"b"))
                name = draw(st.sampled_from(("x.zip", "x.docx")))
    suffix = draw(st.sampled_from(("", "", "", *KINDS)))
    return f"x{suffix}" if suffix else name, data[:5_000_000]


def read(name: str, data: bytes) -> None:
    """Read a file as the app does; raises anything but a sentence."""
    columns = columns_of(data, name)
    for column in (None, *columns[-1:]):
        try:
            corpus = read_corpus(data, name, column=column)
        except ValueError as refusal:
            assert type(refusal) is ValueError, refusal
            assert not short_of_memory(refusal), f"{name} ate all the memory, and said: {refusal}"
            assert str(refusal).endswith((".", "!")), refusal
            assert "\n" not in str(refusal)
            assert len(str(refusal)) < 2_000
        else:
            assert corpus.data == to_bytes(corpus.text)


def short_of_memory(refusal: BaseException) -> bool:
    """Whether a sentence is what a reader has made of too little memory: it caught more than damaged files."""
    behind: BaseException | None = refusal
    while behind is not None:
        if isinstance(behind, MemoryError) or "memory" in str(behind).lower() or "MemoryError" in repr(behind):
            return True
        behind = behind.__cause__ or behind.__context__
    return False


def confine(megabytes: int = MEGABYTES) -> None:
    """Let this process grow by so much from here on, and no further."""
    for name, data in FILES.items():  # every library is loaded
        read(name, data)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def too_slow(*_: object) -> None:
    """What the alarm says; no Exception, or a reader might take it for a damaged file."""
    raise KeyboardInterrupt(f"one input took more than {SECONDS} s")


def main(inputs: int, seed: int = 0) -> None:
    """So many inputs, each with an alarm."""
    slowest, borne = 0.0, 0
    confine()
    signal.signal(signal.SIGALRM, too_slow)

    @settings(
        max_examples=inputs, deadline=None, database=None, derandomize=seed == 0,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(hostile())
    def bear(file: tuple[str, bytes]) -> None:
        nonlocal slowest, borne
        signal.alarm(SECONDS)
        began = time.perf_counter()
        read(*file)
        slowest = max(slowest, time.perf_counter() - began)
        signal.alarm(0)
        borne += 1

    bear()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{borne:,} inputs, slowest {slowest:.2f} s, most memory {peak:,.0f} MB\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
