"""Every file becomes a corpus or one sentence, and nothing else."""

import io
import json
import os
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.reality import columns_of, read_corpora, read_corpus, to_bytes
from ladder.reality.decode import KINDS, MAX_BYTES
from tests.reality.making import pdf_of, zip_of

SUFFIXES = [*KINDS, ".bin", ""]


def read(data, name="a.txt", **settings):
    corpus = read_corpus(data, name, **settings)
    assert corpus.data == to_bytes(corpus.text)
    assert len(corpus.titles) == len(corpus.documents)
    assert all(0 < len(title) <= 200 and title.isprintable() for title in corpus.titles)
    return corpus


def refusal(data, name, **settings):
    with pytest.raises(ValueError, match=r"^.+\.$") as caught:
        read_corpus(data, name, **settings)
    assert type(caught.value) is ValueError
    assert "\n" not in str(caught.value)
    return str(caught.value)


def corpus_or_sentence(data, name):
    try:
        read(data, name)
    except ValueError:
        refusal(data, name)


# --- any bytes ------------------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=150)
@given(st.binary(min_size=1, max_size=300), st.sampled_from(SUFFIXES))
def test_any_bytes_under_any_name_are_a_corpus_or_a_sentence(data, suffix):
    columns_of(data, f"x{suffix}")
    corpus_or_sentence(data, f"x{suffix}")


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_a_damaged_file_is_a_corpus_or_a_sentence(files, chance):
    name = chance.draw(st.sampled_from(sorted(files)))
    data = bytearray(files[name])
    for _ in range(chance.draw(st.integers(1, 8))):
        data[chance.draw(st.integers(0, len(data) - 1))] = chance.draw(st.integers(0, 255))
    data = bytes(data[: chance.draw(st.integers(len(data) // 2, len(data)))])
    corpus_or_sentence(data, name)


@given(st.binary(min_size=1, max_size=200))
def test_bytes_that_are_no_text_are_kept_as_they_are(data):
    data = b"\0\xff\x01\x80" + data  # no legacy encoding holds these control characters
    assert read(data, "x.bin").data == data


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_utf_8_is_taken_byte_for_byte(text):
    data = text.encode()
    assert read(b"." + data).data == b"." + data


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_is_obeyed_and_said(codec):
    corpus = read("Größe 水 🙂\n".encode(codec))
    assert corpus.text == "Größe 水 🙂\n"
    assert len(corpus.notes) == 1


def test_big_endian_marks_too():
    assert read(b"\xfe\xff" + "水".encode("utf-16-be")).text == "水"
    assert read(b"\x00\x00\xfe\xff" + "水".encode("utf-32-be")).text == "水"


@pytest.mark.parametrize("data", [b"\xff\xfea", b"\xff\xfe\x00\xd8", b"\xff\xfe\0\0\1"])
def test_a_mark_that_lies_loses_nothing(data):
    assert read(data).data == data


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("cp1252", "Die Würde des Menschen ist unantastbar. Sie zu achten ist Verpflichtung aller Gewalt."),
        ("cp1251", "Привет, как дела? Сегодня хорошая погода, и мы идём гулять."),
        ("koi8_r", "Привет, как дела? Сегодня хорошая погода, и мы идём гулять."),
        ("cp1250", "Zażółć gęślą jaźń. Litwo, Ojczyzno moja! ty jesteś jak zdrowie; Ile cię trzeba cenić"),
        ("big5", "床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。"),
    ],
)
def test_a_legacy_encoding_is_found_and_the_rewriting_said(codec, text):
    data = text.encode(codec)
    corpus = read(data)
    assert corpus.text == text
    assert f"rewritten as UTF-8: {len(data):,} → {len(text.encode()):,} bytes" in corpus.notes[0]


def test_utf_8_with_a_broken_byte_is_not_taken_for_something_else():
    data = "Größe, Übermut, Länge\n".encode() * 3 + b"\xff"
    assert read(data).data == data


def test_nul_bytes_are_kept():
    assert read(b"a\0b").text == "a\0b"


def test_an_empty_file_is_refused():
    assert refusal(b"", "leer.txt").startswith("“leer.txt” is empty.")


def test_a_file_beyond_the_bound_is_refused_with_the_bound():
    assert f"{MAX_BYTES:,}" in refusal(b"a" * (MAX_BYTES + 1), "x.txt")


def test_a_name_is_made_fit_to_be_shown():
    assert read(b"x", "a\nb\0\u202ec" + "d" * 300).name == ("a b c" + "d" * 300)[:199] + "…"
    assert read(b"x", "\n").name == "untitled"


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_row_is_a_document_from_the_column_with_the_most_text():
    corpus = read(b"id;text\n1;one; two\n2;\n3;three\n".replace(b"one; two", b'"one; two"'), "t.csv")
    assert corpus.documents == ("one; two\n", "three\n")
    assert corpus.titles == ("row 1", "row 3")
    assert any("“text”" in note for note in corpus.notes)
    assert any("1 of 3 rows" in note for note in corpus.notes)


def test_the_chosen_column_is_read(files):
    assert read(files["a.csv"], "a.csv", column="id").documents == ("1\n", "2\n")
    assert read(files["a.tsv"], "a.tsv", column="id").documents == ("1\n",)
    assert read(files["a.jsonl"], "a.jsonl", column="id").documents == ("1\n", "2\n")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl"])
def test_a_column_that_is_not_there_is_refused_with_those_that_are(files, name):
    sentence = refusal(files[name], name, column="nope")
    assert "“nope”" in sentence
    assert "“id”, “text”" in sentence


def test_columns_are_those_of_the_table_and_other_files_have_none(files):
    assert {name: columns_of(data, name) for name, data in files.items() if columns_of(data, name)} == {
        "a.csv": ["id", "text"],
        "a.tsv": ["id", "text"],
        "a.jsonl": ["id", "text"],
        "a.json": ["text"],
    }


def test_equal_and_empty_column_names_are_told_apart():
    assert columns_of(b"a,a,\n1,2,3\n", "t.csv") == ["a", "a (2)", "column 3"]


def test_a_csv_of_one_row_is_read_as_text():
    assert read(b"just one line", "t.csv").text == "just one line"


def test_a_cell_may_be_longer_than_the_librarys_limit():
    assert len(read(b"text\n" + b"x" * 300_000 + b"\n", "t.csv").text) == 300_001


def test_a_lone_surrogate_in_json_becomes_u_fffd_and_is_said():
    corpus = read(b'{"text": "a\\ud800b"}\n{"text": "\\ud83d\\ude00"}', "t.jsonl")
    assert corpus.documents == ("a\ufffdb\n", "😀\n")
    assert any("U+FFFD" in note for note in corpus.notes)


def test_a_json_list_of_strings_is_a_document_each():
    assert read(json.dumps(["one", None, 3]).encode(), "t.json").documents == ("one\n", "3\n")


def test_bad_json_names_the_line():
    assert "Line 2 of “t.jsonl”" in refusal(b'{"a": 1}\nfoo\n', "t.jsonl")


def test_json_nested_without_end_is_refused():
    refusal(b"[" * 200_000, "t.json")


# --- pages ----------------------------------------------------------------------------------------------------------


def test_html_is_read_without_tags_scripts_and_styles():
    page = b"""<html><head><title>T</title><style>p {}</style></head><body><h1>Head</h1>
        <script>alert(1)</script><p>One  <b>two</b>
        three &amp; four</p><!-- no --><pre>a\n  b</pre>tail</body></html>"""
    assert read(page, "p.html").text.split("\n") == ["Head", "", "One two three & four", "", "a", "  b", "tail", ""]


def test_html_is_decoded_as_it_says():
    page = '<meta charset="iso-8859-2"><p>Zażółć gęślą'.encode("iso-8859-2")
    assert read(page, "p.html").text == "Zażółć gęślą\n"


@pytest.mark.parametrize("page", [b"<script>1</script>", b"<div>" * 100_000 + b"deep"])
def test_html_without_text_or_without_bottom_is_refused(page):
    refusal(page, "p.html")


def test_a_pdf_is_a_document_a_page(files):
    corpus = read(files["a.pdf"], "a.pdf")
    assert corpus.documents == ("First page\n", "Second page\n")
    assert corpus.titles == ("page 1", "page 2")


def test_an_encrypted_and_a_scanned_pdf_are_refused_with_what_to_do():
    assert "password" in refusal(pdf_of("secret", password="x"), "a.pdf")
    assert "scanned" in refusal(pdf_of("", ""), "a.pdf")


def test_a_word_document_is_its_paragraphs_in_order(files):
    assert read(files["a.docx"], "a.docx").text == "One\nTwo\nin a table\n"


def test_what_a_file_is_counts_more_than_its_name(files):
    assert read(files["a.pdf"], "download").documents == ("First page\n", "Second page\n")
    assert read(files["a.docx"], "download").text.startswith("One\n")
    corpus = read(b"hello", "no.pdf")
    assert corpus.text == "hello"
    assert "read as plain text" in corpus.notes[0]


# --- archives -------------------------------------------------------------------------------------------------------


def test_each_member_is_a_document_read_as_if_it_had_come_alone(files):
    corpus = read(zip_of(*files.items()), "all.zip")
    members = {name: data for name, data in files.items() if name != "a.zip"}
    assert corpus.titles == tuple(members)
    for title, document in zip(corpus.titles, corpus.documents, strict=True):
        assert document.rstrip("\n") == read(members[title], title).text.rstrip("\n")
    assert any("archive inside the archive" in note for note in corpus.notes)


def test_a_path_in_an_archive_is_only_a_title(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    corpus = read(zip_of(("../../evil.txt", b"a"), ("/abs.txt", b"b")), "x.zip")
    assert corpus.titles == ("../../evil.txt", "/abs.txt")
    assert corpus.text == "a\nb"
    assert list(tmp_path.rglob("*")) == []


def test_a_bomb_is_refused_before_it_is_unpacked():
    assert "unpacks to far more" in refusal(zip_of(("bomb.txt", bytes(20_000_000))), "x.zip")
    assert "unpacks to far more" in refusal(zip_of(*((f"{i}.txt", bytes(4_000_000)) for i in range(14))), "x.zip")


def test_a_bomb_never_fills_the_memory():
    bomb = zip_of(("bomb.txt", bytes(3 * MAX_BYTES)))
    tracemalloc.start()
    refusal(bomb, "x.zip")
    assert tracemalloc.get_traced_memory()[1] < 2.5 * MAX_BYTES
    tracemalloc.stop()


def test_a_bloated_word_document_is_refused(files):
    bloated = io.BytesIO(files["a.docx"])
    with zipfile.ZipFile(bloated, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/bomb.bin", bytes(MAX_BYTES))
    assert "unpacks to more than" in refusal(bloated.getvalue(), "a.docx")


def test_a_small_text_that_packs_well_is_no_bomb():
    assert len(read(zip_of(("a.txt", b"a" * 1_000_000)), "x.zip").data) == 1_000_000


def test_a_damaged_name_in_an_archive_is_one_sentence():
    # the directory says that its names are UTF-8, and one is not
    damaged = zip_of(("ö.txt", b"text")).replace("ö".encode(), b"\xb8\xb8")
    assert "UnicodeDecodeError" in refusal(damaged, "x.zip")


def test_an_archive_without_text_is_refused():
    refusal(zip_of(), "x.zip")
    refusal(zip_of(("empty.txt", b""), ("folder/", b"")), "x.zip")
    refusal(zip_of(("inner.zip", zip_of(("a.txt", b"a")))), "x.zip")


# --- several files --------------------------------------------------------------------------------------------------


def test_several_files_are_one_corpus_and_their_words_do_not_glue(files):
    corpus = read_corpora([("one.txt", b"one"), ("a.pdf", files["a.pdf"]), ("two.txt", b"two")])
    assert corpus.documents == ("one\n", "First page\n", "Second page\n", "two")
    assert corpus.titles == ("one.txt", "a.pdf: page 1", "a.pdf: page 2", "two.txt")
    assert any("line break" in note for note in corpus.notes)


def test_one_file_among_several_is_that_file():
    assert read_corpora([("a.txt", b"abc")]) == read_corpus(b"abc", "a.txt")
    assert read_corpora([("a.txt", b"abc")], "mine").name == "mine"


def test_no_file_and_too_much_together_are_refused():
    with pytest.raises(ValueError, match="Choose at least one"):
        read_corpora([])
    half = os.urandom(1) * (MAX_BYTES // 2 + 1)
    with pytest.raises(ValueError, match="2 files together"):
        read_corpora([("a.txt", half), ("b.txt", half)])
