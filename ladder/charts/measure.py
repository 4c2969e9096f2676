"""Charts of the rung Probability that weigh whole texts: phases, chains, the typical set, calibration."""

from typing import Any

import altair as alt
import pandas as pd

from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

Layers = alt.LayerChart | alt.FacetChart

FRAME = 96  # pixels for title and axis: on a page they count as height
ROW = 20  # pixels for a line of the legend
TICKS = [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20]
COLOURS = [P_COLOUR, OKABE_ITO[5], OKABE_ITO[2], OKABE_ITO[3]]
DASHES = [[1, 0], [7, 3], [2, 2], [8, 2, 2, 2]]


def lines_of(
    table: pd.DataFrame,
    *,
    names: list[str],
    title: str,
    x: str,
    y: str,
    log_x: bool = False,
    log_y: bool = False,
    marked: float | None = None,
    level: float | None = None,
    percent: bool = False,
) -> Layers:
    """A few named lines: columns `x`, `line`, `amount`; an x in force and a level may be dashed."""
    key = alt.Legend(
        title=None,
        orient="bottom",
        symbolType="stroke",
        symbolStrokeWidth=4,
        symbolSize=300,
        columns=1,
        labelLimit=260,
    )
    colour = alt.Color("line:N", legend=key if len(names) > 1 else None).scale(
        domain=names, range=COLOURS[: len(names)]
    )
    dash = alt.StrokeDash("line:N").scale(domain=names, range=DASHES[: len(names)]).legend(None)
    scale = alt.Scale(type="log" if log_x else "linear", nice=False)
    across = (
        alt.X("x:Q").scale(scale).title(x).axis(**({"values": TICKS, "format": "~g"} if log_x else {"tickCount": 5}))
    )
    up = alt.Y("amount:Q").title(y)
    if log_y:
        up = up.scale(type="log", nice=False).axis(format="~g")
    if percent:
        up = up.axis(format="%")
    hover = [alt.Tooltip("line:N"), alt.Tooltip("x:Q", format=".3~f", title=x), alt.Tooltip("amount:Q", format=".4f")]
    layers = [alt.Chart(table).mark_line(strokeWidth=2.5).encode(across, up, colour, dash, tooltip=hover)]
    rule: dict[str, Any] = {"color": GREY, "strokeDash": [4, 4], "size": 2}
    if marked is not None:
        layers.insert(0, alt.Chart(pd.DataFrame({"x": [marked]})).mark_rule(**rule).encode(across))
    if level is not None:
        layers.insert(0, alt.Chart(pd.DataFrame({"amount": [level]})).mark_rule(**rule).encode(up))
    return alt.layer(*layers).properties(title=lines(title), height=HEIGHT + FRAME + ROW * len(names))


def concentration(table: pd.DataFrame, band: pd.DataFrame, *, H: float, unit: str, title: str) -> Layers:
    """Running means of texts over n, the band that sigma / sqrt n foretells, and H.

    Columns `n`, `text`, `amount`; `band` has `n`, `low`, `high`.
    """
    n = (
        alt.X("n:Q")
        .scale(type="log", nice=False)
        .title("n, tokens drawn")
        .axis(values=[1, 3, 10, 30, 100, 300], format="d")
    )
    amount = alt.Y("amount:Q").title(f"−1/n log q of the first n, {unit}/token")
    texts = (
        alt.Chart(table)
        .mark_line(strokeWidth=1, opacity=0.5, color=P_COLOUR)
        .encode(n, amount, detail="text:N", tooltip=["n:Q", alt.Tooltip("amount:Q", format=".3f")])
    )
    foretold = (
        alt.Chart(band).mark_area(color=Q_COLOUR, opacity=0.3, clip=True).encode(n, alt.Y("low:Q"), alt.Y2("high:Q"))
    )
    rate = alt.Chart(pd.DataFrame({"amount": [H]})).mark_rule(color=GREY, size=2, strokeDash=[4, 4]).encode(amount)
    return alt.layer(foretold, texts, rate).properties(title=lines(title), height=HEIGHT + FRAME)


def reliability_diagram(table: pd.DataFrame, *, title: str) -> Layers:
    """How often the named token came, over how sure the model was: columns `model`, `confidence`, `hits`, `places`."""
    names = list(dict.fromkeys(table["model"]))
    honest = alt.Chart(pd.DataFrame({"confidence": [0, 1], "hits": [0, 1]})).mark_line(color=GREY, strokeDash=[4, 4])
    x = alt.X("confidence:Q").title("confidence in the likeliest token").axis(format="%").scale(domain=[0, 1])
    y = alt.Y("hits:Q").title("how often it came").axis(format="%").scale(domain=[0, 1])
    key = alt.Legend(title=None, orient="bottom", symbolSize=160) if len(names) > 1 else None
    colour = alt.Color("model:N", legend=key).scale(domain=names, range=[Q_COLOUR, P_COLOUR][: len(names)])
    shape = alt.Shape("model:N", legend=key).scale(domain=names, range=["circle", "diamond"][: len(names)])
    hover = [
        "model:N",
        *(alt.Tooltip(f"{name}:Q", format=".1%") for name in ("confidence", "hits")),
        alt.Tooltip("places:Q", format=","),
    ]
    base = alt.Chart(table).encode(x, y, colour)
    dots = base.mark_point(filled=True, size=90, opacity=0.9).encode(shape, tooltip=hover)
    return alt.layer(honest.encode(x, y), base.mark_line(strokeWidth=1.5), dots).properties(
        title=lines(title), height=HEIGHT + FRAME
    )
