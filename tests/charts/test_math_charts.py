"""Charts of the rung Math draw what their tables hold, with a title and units on the axes."""

import pandas as pd
import pytest
import vl_convert

from ladder.charts import math as charts

PARTS = {"order": [0, 1], "held_out": 5.0}
PRICES = pd.DataFrame({"alphabet": ["Bytes"] * 2, "part": ["tokens", "code-book"], "price": [4.8, 0.1], **PARTS})
SIZES = pd.DataFrame({"V": [256, 512], "quantity": ["a byte", "a byte"], "value": [4.8, 4.1]})
FORGOTTEN = pd.DataFrame({"map": ["lower case"] * 2, "part": ["kept", "forgotten"], "amount": [4, 0.3], **PARTS})
SEEN = pd.DataFrame({"seen": ["alone", "and 1"], "amount": [0.3, 0.1]})
RANKS = pd.DataFrame({"rank": [1, 2, 3], "count": [9, 4, 3], "token": ["a", "b", "c"]})
GROWTH = pd.DataFrame({"n": [1, 10, 100], "V": [1, 6, 30]})

CHARTS = {
    "prices": (charts.price_bars(PRICES, title="T", unit="bits"), "bits per byte of the original"),
    "sizes": (
        charts.size_curves(SIZES, title="T", y="bits per byte", chosen=512, colours=charts.BYTE_COLOURS),
        "vocabulary size V",
    ),
    "forgotten": (charts.forgotten_bars(FORGOTTEN, title="T", unit="nats"), "nats per character"),
    "restoring": (charts.restoring_bars(SEEN, title="T", unit="bits"), "bits per character to restore it"),
    "ranks": (charts.rank_frequency(RANKS, RANKS.assign(fit="likelihood"), title="T"), "rank r"),
    "ranks without a fit": (
        charts.rank_frequency(RANKS, pd.DataFrame({"rank": [], "count": [], "fit": []}), title="T"),
        "rank r",
    ),
    "growth": (charts.growth(GROWTH, GROWTH.assign(fit="K n^β"), title="T"), "tokens read n"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_with_its_title_and_units(name):
    chart, axis = CHARTS[name]
    svg = vl_convert.vegalite_to_svg(chart.to_dict())
    assert axis in svg
    assert ">T</text>" in svg
