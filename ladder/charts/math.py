"""Charts of the rung Math: what alphabets cost, what maps forget, how words are spread."""

import altair as alt
import pandas as pd

from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

ROW = 44  # pixels for each bar
TALL = HEIGHT + 100  # room for a legend below
TOKEN_COLOUR = (OKABE_ITO[2],)
BYTE_COLOURS = (P_COLOUR, OKABE_ITO[5])
LEGEND = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=320)


def price_bars(table: pd.DataFrame, *, title: str, unit: str) -> alt.LayerChart:
    """What each alphabet costs, part on part, and a tick for the held-out price.

    One row an alphabet and part, in order: columns `alphabet`, `part`, `price`, `held_out`.
    """
    base = alt.Chart(table).encode(alt.Y("alphabet:N").sort(None).title(None))
    parts = base.mark_bar(size=ROW * 0.6).encode(
        alt.X("price:Q").stack("zero").title(f"{unit} per byte of the original"),
        alt.Color("part:N").sort(None).scale(range=[P_COLOUR, OKABE_ITO[3], OKABE_ITO[4]]).legend(LEGEND),
        alt.Order("order:Q"),
        tooltip=["alphabet:N", "part:N", alt.Tooltip("price:Q", format=".4f", title=f"{unit}/byte")],
    )
    held_out = base.mark_tick(color=Q_COLOUR, thickness=4, size=ROW * 0.8).encode(
        alt.X("held_out:Q"),
        tooltip=["alphabet:N", alt.Tooltip("held_out:Q", format=".4f", title=f"held out, {unit}/byte")],
    )
    return (parts + held_out).properties(
        title=lines(title), height=alt.Step(ROW), padding={"left": 5, "right": 15, "top": 5, "bottom": 5}
    )


def size_curves(table: pd.DataFrame, *, title: str, y: str, chosen: int, colours: tuple[str, ...]) -> alt.LayerChart:
    """Prices by the size of the vocabulary, and a line where the knob stands: columns `V`, `quantity`, `value`."""
    x = alt.X("V:Q").scale(type="log", base=2, nice=False).title("vocabulary size V").axis(grid=False, tickCount=6)
    curves = (
        alt.Chart(table)
        .mark_line(point={"size": 60}, strokeWidth=2.5)
        .encode(
            x,
            alt.Y("value:Q").title(y).scale(zero=False),
            alt.Color("quantity:N").sort(None).scale(range=list(colours)).legend(LEGEND),
            alt.Shape("quantity:N").sort(None).legend(LEGEND),
            tooltip=["V:Q", "quantity:N", alt.Tooltip("value:Q", format=".4f", title=y)],
        )
    )
    here = (
        alt.Chart(pd.DataFrame({"V": [chosen]}))
        .mark_rule(color=GREY, strokeDash=[4, 4], strokeWidth=2)
        .encode(alt.X("V:Q"))
    )
    return (here + curves).properties(title=lines(title), height=TALL)


def forgotten_bars(table: pd.DataFrame, *, title: str, unit: str) -> alt.Chart:
    """What each map keeps and forgets: columns `map`, `part`, `order`, `amount`."""
    return (
        alt.Chart(table)
        .mark_bar(size=ROW * 0.6)
        .encode(
            alt.Y("map:N").sort(None).title(None).axis(labelLimit=150),
            alt.X("amount:Q").stack("zero").title(f"{unit} per character"),
            alt.Color("part:N").sort(None).scale(range=[P_COLOUR, OKABE_ITO[5]]).legend(LEGEND),
            alt.Order("order:Q"),
            tooltip=["map:N", "part:N", alt.Tooltip("amount:Q", format=".5f", title=f"{unit}/character")],
        )
        .properties(title=lines(title), height=alt.Step(ROW))
    )


def restoring_bars(table: pd.DataFrame, *, title: str, unit: str) -> alt.Chart:
    """What it costs to restore the text for who sees more neighbours: columns `seen`, `amount`."""
    return (
        alt.Chart(table)
        .mark_bar(size=ROW * 0.6, color=OKABE_ITO[5])
        .encode(
            alt.Y("seen:N").sort(None).title(None).axis(labelLimit=150),
            alt.X("amount:Q").title(f"{unit} per character to restore it"),
            tooltip=["seen:N", alt.Tooltip("amount:Q", format=".5f", title=f"{unit}/character")],
        )
        .properties(title=lines(title), height=alt.Step(ROW))
    )


def rank_frequency(points: pd.DataFrame, fits: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Counts by rank on log scales, with lines fitted: `rank`, `count`, `token`, and `rank`, `count`, `fit`."""
    x = alt.X("rank:Q").scale(type="log").title("rank r").axis(tickCount=5, format="~s")
    y = alt.Y("count:Q").scale(type="log", domainMin=1).title("count n_r").axis(tickCount=5, format="~s")
    seen = (
        alt.Chart(points)
        .mark_circle(color=P_COLOUR, size=45, opacity=0.8)
        .encode(x, y, tooltip=["token:N", "rank:Q", "count:Q"])
    )
    return (seen + _fitted(fits, x, y)).properties(title=lines(title), height=TALL)


def growth(points: pd.DataFrame, fits: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Distinct tokens against tokens read on log scales: `n`, `V`, and `n`, `V`, `fit`."""
    x = alt.X("n:Q").scale(type="log").title("tokens read n").axis(tickCount=5, format="~s")
    y = alt.Y("V:Q").scale(type="log", domainMin=1).title("distinct tokens V(n)").axis(tickCount=5, format="~s")
    seen = alt.Chart(points).mark_circle(color=P_COLOUR, size=45, opacity=0.8).encode(x, y, tooltip=["n:Q", "V:Q"])
    return (seen + _fitted(fits, x, y)).properties(title=lines(title), height=TALL)


def _fitted(fits: pd.DataFrame, x: alt.X, y: alt.Y) -> alt.Chart:
    return (
        alt.Chart(fits)
        .mark_line(strokeWidth=2.5, clip=True)
        .encode(
            x,
            y,
            alt.Color("fit:N").sort(None).scale(range=[Q_COLOUR, OKABE_ITO[2]]).legend(LEGEND),
            alt.StrokeDash("fit:N").sort(None).legend(LEGEND),
            tooltip=["fit:N"],
        )
    )


def tax_bars(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """Tokens for one entry by language and alphabet: columns `language`, `alphabet`, `tokens`."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("tokens:Q").title("tokens per entry"),
            alt.Y("alphabet:N").sort(None).title(None).axis(labelLimit=160),
            alt.YOffset("language:N").sort(None),
            alt.Color("language:N").sort(None).scale(range=[P_COLOUR, OKABE_ITO[1]]).legend(LEGEND),
            tooltip=["language:N", "alphabet:N", alt.Tooltip("tokens:Q", format=".2f")],
        )
        .properties(title=lines(title), height=alt.Step(22))
    )
