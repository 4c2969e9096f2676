"""A chart's tables go to the browser as Arrow, and its pictures hold the rows themselves."""

import altair as alt
import numpy as np
import pandas as pd
import pyarrow as pa

from ladder.ui.show import _picture, _spec_with_tables

TABLE = pd.DataFrame({"word": ["to", "be", "or"], "bits": [1.5, np.inf, np.nan], "rank": [1, 2, 3]}, index=[7, 8, 9])


def chart_of(table):
    return alt.Chart(table).mark_bar().encode(alt.X("rank:Q"), alt.Y("bits:Q"), tooltip=["word:N"])


def tables_of(spec):
    return {name: pa.ipc.open_stream(sent).read_pandas() for name, sent in spec["datasets"].items()}


def test_a_table_is_sent_whole_and_what_no_picture_has_room_for_is_missing():
    spec = _spec_with_tables(chart_of(TABLE))
    (sent,) = tables_of(spec).values()
    assert sent.to_dict("list")["word"] == ["to", "be", "or"]
    assert sent["rank"].tolist() == [1, 2, 3]
    assert sent["bits"][0] == 1.5
    assert sent["bits"].isna().tolist() == [False, True, True]
    assert np.isinf(TABLE["bits"].iloc[1])  # the page's own table is as it was


def test_the_same_rows_have_the_same_name_and_other_rows_another():
    names = [
        set(tables_of(_spec_with_tables(chart_of(table))))
        for table in (TABLE, TABLE.copy(), TABLE.assign(rank=[3, 2, 1]))
    ]
    assert names[0] == names[1] != names[2]


def test_layers_of_one_table_send_it_once():
    base = chart_of(TABLE)
    assert len(_spec_with_tables(alt.layer(base, base.mark_point()))["datasets"]) == 1


def test_a_picture_is_drawn_from_the_rows():
    svg = _picture(chart_of(TABLE.iloc[:1]), "svg")()
    assert "rank" in svg
    assert svg.count('aria-roledescription="bar"') == 1
