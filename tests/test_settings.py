"""Settings: what is wrong with one is said in one sentence that names it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ladder.settings import DAYS, SETTINGS, unknown_settings, value_of, wrong_settings

ROOT = Path(__file__).parents[1]


def test_readme_lists_every_setting():
    rows = re.findall(r"^\| `(LADDER_[A-Z_]+)`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(setting.name for setting in SETTINGS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LADDER_DAYS", "soon"),
        ("LADDER_DAYS", "0"),
        ("LADDER_DAYS", "nan"),
        ("LADDER_DATA", "not/a/full/path"),
        ("LADDER_DATA", "/dev/null"),
        ("LADDER_DATABASE_URL", "no url at all"),
        ("LADDER_DATABASE_URL", "oracle://secret@host/name"),
        ("LADDER_PASSWORD", "short"),
    ],
)
def test_a_wrong_value_gets_one_sentence_that_names_its_setting(name, value):
    (sentence,) = wrong_settings({name: value})
    assert sentence.startswith(name)
    assert ("secret" in sentence or "short" in sentence) is False


def test_what_is_not_set_is_its_default():
    assert wrong_settings({}) == []
    assert value_of(DAYS, {"LADDER_DAYS": ""}) == 30
    assert value_of(DAYS, {"LADDER_DAYS": "7"}) == 7


def test_a_slip_of_the_pen_is_noticed():
    assert unknown_settings({"LADDER_PASWORD": "x"}) == ["LADDER_PASWORD is no setting: is LADDER_PASSWORD meant?"]


def test_the_command_fails_where_a_setting_is_wrong():
    wrong = subprocess.run(
        [sys.executable, "-m", "ladder.settings"],
        cwd=ROOT,
        env={**os.environ, "LADDER_DAYS": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert wrong.returncode == 1
    assert "LADDER_DAYS" in wrong.stderr
