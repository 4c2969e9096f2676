"""Charts for words in space: an axis of one's own, ways through the layers, hubs."""

import altair as alt
import pandas as pd

from ladder.charts.geometry import BELOW, NAME, TALL
from ladder.charts.theme import GREY, OKABE_ITO, P_COLOUR, lines

DECADES = [0, 1, 10, 100, 1000, 10_000]


def word_axis(table: pd.DataFrame, *, title: str, ends: tuple[str, str], y: str, log: bool) -> alt.LayerChart:
    """Words along an axis: columns `word`, `x`, `y`, `name` (empty where none is written)."""
    base = alt.Chart(table).encode(
        alt.X("x:Q").title(f"← {ends[0]}   (cosine with the axis)   {ends[1]} →").scale(zero=False, padding=40),
        alt.Y("y:Q")
        .title(y)
        .scale(type="log" if log else "linear", zero=False, nice=False, padding=14)
        .axis(tickCount=4, grid=not log),
        tooltip=["word:N", alt.Tooltip("x:Q", format=".3f"), alt.Tooltip("y:Q", format=".3~g", title=y)],
    )
    zero: alt.Chart = (
        alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GREY, strokeDash=[5, 4]).encode(alt.X("x:Q"))
    )
    dots: alt.Chart = base.mark_point(filled=True, size=40, color=P_COLOUR, opacity=0.85)
    names: alt.Chart = base.mark_text(dy=-10, **NAME).encode(alt.Text("name:N"))
    return alt.LayerChart(layer=[zero, dots, names]).properties(title=lines(title), height=TALL)


def ways(table: pd.DataFrame, *, title: str, axes: tuple[str, str]) -> alt.LayerChart:
    """A word's ways through the layers: columns `sentence`, `number`, `sense`, `layer`, `x`, `y`, `last`."""
    senses = list(dict.fromkeys(table["sense"]))
    shapes = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down", "stroke"]
    colour = (
        alt.Color("sense:N").scale(domain=senses, range=[*OKABE_ITO[:2], OKABE_ITO[2], *OKABE_ITO[3:]]).legend(BELOW)
    )
    base = alt.Chart(table).encode(
        alt.X("x:Q").title(axes[0]).scale(zero=False, padding=16).axis(labels=False, ticks=False, grid=False),
        alt.Y("y:Q").title(axes[1]).scale(zero=False, padding=16).axis(labels=False, ticks=False, grid=False),
        colour,
        tooltip=["sentence:N", "sense:N", "layer:Q"],
    )
    way: alt.Chart = base.mark_line(strokeWidth=1.5, opacity=0.6).encode(alt.Detail("number:N"), alt.Order("layer:Q"))
    dots: alt.Chart = base.mark_point(filled=True, opacity=0.9).encode(
        alt.Shape("sense:N").scale(domain=senses, range=shapes[: len(senses)]).legend(BELOW),
        alt.Size("last:Q").scale(domain=[0, 1], range=[18, 130]).legend(None),
    )
    numbers: alt.Chart = (
        base.transform_filter("datum.last == 1")
        .mark_text(dy=-12, **NAME)
        .encode(alt.Text("number:N"), color=alt.value(NAME["color"]))
    )
    return alt.LayerChart(layer=[way, dots, numbers]).properties(title=lines(title), height=TALL + 60)


def occurrence_histogram(table: pd.DataFrame, *, title: str, k: int) -> alt.Chart:
    """In how many lists a vector stands: columns `lists` (a bin that doubles), `vectors`, `cloud`, in order."""
    clouds = list(dict.fromkeys(table["cloud"]))
    colours = alt.Scale(domain=clouds, range=[P_COLOUR, OKABE_ITO[5], OKABE_ITO[2]])
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("lists:O").sort(None).title(f"lists of {k} neighbours it stands in").axis(labelAngle=0),
            alt.XOffset("cloud:N").sort(clouds),
            # hubs are few: a linear axis would hide them
            alt.Y("vectors:Q")
            .title("vectors (logarithmic)")
            .scale(type="symlog", constant=1)
            .axis(values=DECADES, format="~s", labelOverlap=False),
            alt.Color("cloud:N").scale(colours).legend(orient="bottom", title=None, columns=1, symbolType="square"),
            tooltip=["cloud:N", "lists:O", "vectors:Q"],
        )
        .properties(title=lines(title), height=TALL)
    )
