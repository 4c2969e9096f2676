"""Charts of learning: two tables becoming one, prices on the way, the die of a given mean, paths between texts."""

from typing import Any

import altair as alt
import pandas as pd

from ladder.charts.statistics import room
from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

Layers = alt.LayerChart | alt.FacetChart | alt.Chart

SIDE = 300  # pixels of a square table
SMALL: dict[str, Any] = {"labelLimit": 50, "labelFontSize": 12, "labelOverlap": False}
LEGEND: dict[str, Any] = {"title": None, "orient": "bottom", "columns": 1, "labelLimit": 220}


def bigram_table(table: pd.DataFrame, *, title: str) -> Layers:
    """A table of shares as a map of colours: columns `before`, `after`, `share`."""
    return (
        alt.Chart(table)
        .mark_rect()
        .encode(
            alt.X("after:N")
            .sort(None)
            .title("then")
            .axis(labelAngle=-90, labelLimit=50, labelFontSize=12, labelOverlap=False),
            alt.Y("before:N").sort(None).title("after").axis(labelLimit=60, labelFontSize=12, labelOverlap=False),
            alt.Color("share:Q")
            .scale(scheme="cividis", type="sqrt", domain=[0, 1])
            .legend(format="%", title=None, orient="bottom"),
            tooltip=["before:N", "after:N", alt.Tooltip("share:Q", format=".2%")],
        )
        .properties(title=lines(title), height=room(SIDE, title, legend=True))
    )


def roads(table: pd.DataFrame, *, names: list[str], step: int, title: str, unit: str) -> Layers:
    """What each road still pays too much, step by step: columns `step`, `road`, `excess`."""
    colours = [P_COLOUR, OKABE_ITO[2], OKABE_ITO[5]]
    dashes = [[1, 0], [8, 3], [2, 2]]
    x = alt.X("step:Q").scale(type="symlog").title("step").axis(values=[0, 1, 3, 10, 30, 100, 300, 1000])
    base = alt.Chart(table).encode(x, tooltip=["road:N", "step:Q", alt.Tooltip("excess:Q", format=".3g")])
    drawn = base.mark_line(strokeWidth=2.5).encode(
        alt.Y("excess:Q").scale(type="log").title(f"above counting, {unit} per token").axis(format=".0e", tickCount=6),
        alt.Color("road:N").scale(domain=names, range=colours).legend(**LEGEND),
        alt.StrokeDash("road:N").scale(domain=names, range=dashes).legend(None),
    )
    now = alt.Chart(pd.DataFrame({"step": [step]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2).encode(x)
    return alt.layer(now, drawn).properties(title=lines(title), height=room(HEIGHT * 0.8, title, legend=True) + 70)


def ladder_of_energies(table: pd.DataFrame, *, mean: float, title: str, x_title: str) -> Layers:
    """Bars for the flat p, ticks for the one of largest entropy: columns `energy`, `flat`, `p`; the mean dashed."""
    states = table["energy"].tolist()
    base = alt.Chart(table).encode(
        alt.X("energy:Q")
        .title(x_title)
        .scale(zero=False, padding=20)
        .axis(values=states, format="g", labelOverlap=True),
        tooltip=["energy:Q", alt.Tooltip("flat:Q", format=".4f"), alt.Tooltip("p:Q", format=".6f")],
    )
    flat = base.mark_bar(color=P_COLOUR, opacity=0.45, size=14).encode(alt.Y("flat:Q").title("probability"))
    believed = base.mark_tick(color=Q_COLOUR, orient="horizontal", thickness=4, size=26).encode(alt.Y("p:Q"))
    rule = alt.Chart(pd.DataFrame({"energy": [mean]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2)
    return alt.layer(flat, believed, rule.encode(alt.X("energy:Q"))).properties(
        title=lines(title), height=room(HEIGHT * 0.7, title)
    )


def paths(table: pd.DataFrame, *, title: str, unit: str) -> Layers:
    """Where two paths lie between two ends: columns `t`, `path`, `from_p`, `to_q`; both axes are KLs."""
    names = ["e-geodesic", "m-geodesic"]
    return (
        alt.Chart(table)
        .mark_line(strokeWidth=3, point={"size": 35})
        .encode(
            alt.X("from_p:Q").title(f"KL from the first text, {unit}"),
            alt.Y("to_q:Q").title(f"KL to the second, {unit}"),
            alt.Color("path:N").scale(domain=names, range=[P_COLOUR, OKABE_ITO[5]]).legend(title=None, orient="bottom"),
            alt.StrokeDash("path:N").scale(domain=names, range=[[1, 0], [6, 3]]).legend(None),
            alt.Order("t:Q"),
            tooltip=[
                "path:N",
                alt.Tooltip("t:Q", format=".2f"),
                alt.Tooltip("from_p:Q", format=".4f"),
                alt.Tooltip("to_q:Q", format=".4f"),
            ],
        )
        .properties(title=lines(title), height=room(HEIGHT * 0.8, title, legend=True))
    )


def metric(table: pd.DataFrame, *, title: str) -> Layers:
    """The Fisher metric as a covariance (line) and as the Hessian of ln Z (points): `t`, `covariance`, `hessian`."""
    base = alt.Chart(table).encode(
        alt.X("t:Q").title("t: from the first text (0) to the second (1)"),
        tooltip=[
            alt.Tooltip("t:Q", format=".2f"),
            alt.Tooltip("covariance:Q", format=".8f"),
            alt.Tooltip("hessian:Q", format=".8f"),
        ],
    )
    line = base.mark_line(strokeWidth=3, color=P_COLOUR).encode(
        alt.Y("covariance:Q").title("Fisher metric g(t), nats²").scale(zero=True)
    )
    points = base.mark_point(filled=True, size=50, color=Q_COLOUR).encode(alt.Y("hessian:Q"))
    return alt.layer(line, points).properties(title=lines(title), height=room(HEIGHT * 0.7, title))
