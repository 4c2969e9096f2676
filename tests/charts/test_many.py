"""Charts of many sessions, built at the same moment."""

import json
import re
import sys
import threading

import altair as alt
import pandas as pd
import pytest
from altair.utils import schemapi

import ladder.charts.many
from ladder.charts.many import described


def titles_mixed_up(threads: int = 8, charts: int = 60) -> int:
    """How many axes got a title of another thread's."""
    mixed = []

    def build(number: int) -> None:
        for _ in range(charts):
            axis = alt.X(f"field{number}:Q").title(f"title {number}").to_dict()
            if (axis["field"], axis["title"]) != (f"field{number}", f"title {number}"):
                mixed.append(axis)

    workers = [threading.Thread(target=build, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return len(mixed)


@pytest.fixture(autouse=True)
def _often():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def test_no_student_gets_another_ones_axis():
    assert titles_mixed_up() == 0


def test_altair_by_itself_mixes_them_up(monkeypatch):
    monkeypatch.setattr(ladder.charts.many.Setter, "__get__", described)
    assert titles_mixed_up() > 0


def test_an_encoding_in_plain_text_is_what_it_was():
    chart = alt.Chart().mark_bar().encode(x="a:Q", tooltip=["a:Q", "b:N"])
    assert chart.to_dict()["encoding"] == {
        "x": {"field": "a", "type": "quantitative"},
        "tooltip": [{"field": "a", "type": "quantitative"}, {"field": "b", "type": "nominal"}],
    }


def test_the_documentation_of_a_property_is_still_there():
    assert "axis" in (alt.X.axis.__doc__ or "").lower()


def layered(table: pd.DataFrame, *, knob: str = "click") -> alt.LayerChart:
    click = alt.selection_point(name=knob, fields=["a"])
    base = alt.Chart(table).encode(alt.X("a:Q").title("one"), y="b:Q")
    marks = base.mark_point(size=30, filled=True).transform_filter(alt.datum.a > 1).add_params(click)
    return alt.layer(base.mark_line(), marks).properties(title=["two", "lines"], height=200)


TABLE = pd.DataFrame({"a": [1, 2, 3], "b": [3.0, 2.0, 1.0]})


def test_a_chart_is_what_altair_by_itself_makes_of_it_but_for_its_names(monkeypatch):
    fast = layered(TABLE).to_dict()
    monkeypatch.setattr(schemapi, "_deep_copy", ladder.charts.many.copied)
    assert layered(TABLE).to_dict() == fast
    monkeypatch.setattr(alt.Chart, "_compute_hash", ladder.charts.many.named)
    slow = json.dumps(layered(TABLE).to_dict())
    (name,), (other,) = ({*re.findall(r"view_\w+", text)} for text in (slow, json.dumps(fast)))
    assert slow.replace(name, other) == json.dumps(fast)
    assert name != other


def test_a_copy_shares_nothing_that_can_be_changed():
    chart = layered(TABLE)
    before = chart.to_dict()
    copy = chart.copy()
    copy.layer[1].encoding.x.title = "another"
    copy.layer[1].mark.size = 1
    copy.title.append("a third line")
    assert chart.to_dict() == before
    assert copy.to_dict() != before


def test_views_that_a_knob_speaks_of_have_names_of_their_own():
    both = alt.hconcat(layered(TABLE), layered(TABLE.assign(a=TABLE["a"] + 1), knob="other")).to_dict()
    names = [layer["name"] for chart in both["hconcat"] for layer in chart["layer"] if "name" in layer]
    assert len(set(names)) == len(names) > 1
    assert {view for param in both["params"] for view in param["views"]} <= set(names)
