"""Charts of many sessions, built at the same moment."""

import sys
import threading

import altair as alt
import pytest

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
