"""README is held to the code."""

import doctest
import re
from pathlib import Path

from ladder.rungs import RUNGS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def command(name: str) -> str:
    return re.search(rf"<!-- the {name} command -->\n```sh\n(.+)\n```", README)[1]


def test_the_table_of_rungs_is_the_codes():
    rows = re.findall(r"^\| \[(\w+)\]\((\S+)\) \| (.+) \| (.+) \|$", README, re.MULTILINE)
    assert rows == [(rung.name, rung.package.replace(".", "/"), rung.question, rung.text_is) for rung in RUNGS]


def test_every_file_that_is_named_exists():
    names = re.findall(r"\]\(([\w/.]+)\)", README) + re.findall(r"^(ladder/[\w/.]+)", README, re.MULTILINE)
    assert len(names) > 12
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_each_command_is_one_line_that_sets_itself_up():
    for name in ("run", "test"):
        assert "\n" not in command(name)
        assert command(name).startswith("python3 -m venv .venv && .venv/bin/pip install -r requirements")


def test_the_example_says_what_it_gives():
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted > 5
    assert result.failed == 0


def test_every_setting_is_listed():
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "ladder").rglob("*.py"))
    used = set(re.findall(r"LADDER_[A-Z_]+", code))
    assert used == set(re.findall(r"^\| `(LADDER_[A-Z_]+)`", README, re.MULTILINE))


def test_the_machine_for_a_class_is_what_was_measured():
    measured = README.partition("<!-- measured: python -m tests.load -->")[2].partition("<!-- end of")[0]
    students, cores = re.search(r"(\d+) students, on (\d+) cores", measured).groups()
    megabytes = max(
        int(found.replace(",", ""))
        for found in re.findall(r"\| ([\d,]+) MB \| [\d.,]+ MB \| 0 \|$", measured, re.MULTILINE)
    )
    said = re.search(r"(\w+) students need a machine with (\d+) cores and (\d+) GB", README)
    assert (said[1], students, said[2]) == ("Thirty", "30", cores)
    assert megabytes < 0.65 * 1000 * int(said[3])  # the rest is the system's
