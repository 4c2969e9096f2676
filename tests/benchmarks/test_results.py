"""README's table of results is the command's: its texts, its rows, its form."""

import re

import pandas as pd

from ladder.reality import Corpus, load_sample, take
from ladder.statistics.leaderboard import ADAPTIVE, STATIC, Board, Entry
from ladder.statistics.with_net import NET, WITH_NET
from tests.benchmarks import results
from tests.benchmarks.results import (
    COLUMNS,
    KINDS,
    README,
    SHOWN,
    board,
    main,
    section,
    sections,
    table_of,
    title_of,
    with_sections,
)

TEXT = README.read_text(encoding="utf-8")


def rows_of(markdown):
    """(static or adaptive, cells) of each row of a section's tables."""
    found = []
    for part in re.split(r"\n\n(?=Static|Adaptive)", markdown)[1:]:
        kind, _, *lines = part.split("\n")
        found += [(kind.rstrip("."), line.strip("| ").split(" | ")) for line in lines[2:]]
    return found


def of_any_order(markdown):
    """What the rows are called, whatever order or alpha was chosen."""
    return {(kind, re.sub(r"order \d+|\+ [\d.]+", "", cells[0]), cells[1]) for kind, cells in rows_of(markdown)}


def test_readme_has_the_texts_and_the_rows_that_the_command_makes():
    written = sections(TEXT)
    assert [title_of(load_sample(key)) for key in SHOWN] == list(written)[: len(SHOWN)]
    assert any(title.startswith("tinyshakespeare") for title in written)
    made = section("a part", board(take(load_sample("hamlet"), stop=0.06), steps=20))
    assert {NET, WITH_NET} < {name for _, name, _ in of_any_order(made)}
    for markdown in written.values():
        assert of_any_order(markdown) == of_any_order(made)


def test_readmes_results_have_the_form_that_the_command_gives_them():
    for title, markdown in sections(TEXT).items():
        assert section(title, table_of(markdown)) == markdown
    assert with_sections(TEXT, sections(TEXT)) == TEXT


def test_only_the_transformers_lines_are_made_anew_where_only_they_are_asked_for(monkeypatch):
    lines = [(name, STATIC, "bytes", 1.0, 2.0, 3000, 4.0) for name in (NET, WITH_NET)]
    monkeypatch.setattr(results, "transformer_lines", lambda *parts: Board.of(map(Entry._make, lines), {}))
    corpus = take(load_sample("hamlet"), stop=0.01)
    markdown = sections(TEXT)[title_of(load_sample("hamlet"))]
    for _ in range(2):
        table = results.with_transformer(corpus, markdown)
        assert list(table["name"][:2]) == [NET, WITH_NET]
        markdown = section("x", table)
        others = {row for row in of_any_order(markdown) if row[1] not in (NET, WITH_NET)}
        assert len(rows_of(markdown)) == len(others) + 2


def test_what_adapts_never_stands_with_what_is_static():
    table = pd.DataFrame(
        [("a", STATIC, "bytes", 2.0, 3.0, 1500, 0.1), ("b", ADAPTIVE, "bytes", 1.0, float("nan"), None, 2.0)],
        columns=["name", "kind", "alphabet", "bits_per_byte", "whole_bits_per_byte", "size_bytes", "seconds"],
    )
    static, adaptive = rows_of(section("x", table))
    assert static == (KINDS[0], ["a", "bytes", "2.000", "3.000", "1.5", "0.10"])
    assert adaptive[0] == KINDS[1]
    assert adaptive[1][0] == "b"
    assert len(static[1]) == len(COLUMNS)


def test_a_text_that_is_not_given_keeps_its_lines(tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(results, "README", readme)
    monkeypatch.setattr(results, "SHOWN", ())
    monkeypatch.setattr(results, "board", lambda corpus: board(corpus, steps=20))
    given = tmp_path / "mine.txt"
    given.write_text("to be or not to be\n" * 40)
    main(given)
    after = sections(readme.read_text(encoding="utf-8"))
    assert list(after) == [*sections(TEXT), title_of(Corpus.of("mine.txt", "to be or not to be\n" * 40))]
    assert {title: after[title] for title in sections(TEXT)} == sections(TEXT)
