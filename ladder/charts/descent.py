"""Charts of descent: the price step by step, moments on their diagonal, and the landscape around a fit."""

import altair as alt
import pandas as pd

from ladder.charts.statistics import room
from ladder.charts.theme import AMOUNT_SCHEME, GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

Layers = alt.LayerChart | alt.FacetChart | alt.Chart

SERIES = ("each batch", "the whole part", "validation part")


def falling(table: pd.DataFrame, *, least: float, step: int, title: str, unit: str) -> Layers:
    """The price by step: columns `step`, `series` (of SERIES), `price`; `least` is where L-BFGS ends."""
    shown = [name for name in SERIES if name in set(table["series"])]
    colours = dict(zip(SERIES, (GREY, P_COLOUR, OKABE_ITO[5]), strict=True))
    widths = dict(zip(SERIES, (1, 3, 3), strict=True))
    x = alt.X("step:Q").scale(type="symlog").title("step").axis(values=[0, 1, 3, 10, 30, 100, 300, 1000, 3000])
    y = alt.Y("price:Q").title(f"{unit} per token").scale(zero=False)
    drawn = (
        alt.Chart(table)
        .mark_line()
        .encode(
            x,
            y,
            alt.Color("series:N")
            .scale(domain=shown, range=[colours[name] for name in shown])
            .legend(title=None, orient="bottom", columns=1),
            alt.StrokeDash("series:N").scale(domain=shown, range=[[1, 0], [1, 0], [6, 3]][: len(shown)]).legend(None),
            alt.StrokeWidth("series:N").scale(domain=shown, range=[widths[name] for name in shown]).legend(None),
            tooltip=["series:N", "step:Q", alt.Tooltip("price:Q", format=".4f")],
        )
    )
    end = alt.Chart(pd.DataFrame({"price": [least]})).mark_rule(color=Q_COLOUR, size=2, strokeDash=[2, 2]).encode(y)
    now = alt.Chart(pd.DataFrame({"step": [step]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2).encode(x)
    return alt.layer(drawn, end, now).properties(
        title=lines(title), height=room(HEIGHT * 0.7, title, legend=True) + 20 * len(shown)
    )


def moments(table: pd.DataFrame, *, title: str) -> Layers:
    """The model's moments against the data's, and the diagonal: columns `name`, `data`, `model`, in thousandths."""
    ends = [float(table[["data", "model"]].min().min()), float(table[["data", "model"]].max().max())]
    scale = alt.Scale(type="symlog", constant=0.3, domain=ends, nice=False)
    ticks = [t for t in (-100, -30, -10, -3, -1, 0, 1, 3, 10, 30, 100) if ends[0] <= t <= ends[1]]
    diagonal = (
        alt.Chart(pd.DataFrame({"data": ends, "model": ends}))
        .mark_line(color=GREY, strokeWidth=2)
        .encode(alt.X("data:Q").scale(scale), alt.Y("model:Q").scale(scale))
    )
    dots = (
        alt.Chart(table)
        .mark_point(filled=True, size=32, opacity=0.7, color=P_COLOUR, clip=True)
        .encode(
            alt.X("data:Q").scale(scale).title("data, thousandths").axis(values=ticks, format="d"),
            alt.Y("model:Q").scale(scale).title("model, thousandths").axis(values=ticks, format="d"),
            tooltip=["name:N", alt.Tooltip("data:Q", format=".4f"), alt.Tooltip("model:Q", format=".4f")],
        )
    )
    return alt.layer(diagonal, dots).properties(title=lines(title), height=room(HEIGHT * 0.9, title))


def landscape(table: pd.DataFrame, path: pd.DataFrame, *, title: str, unit: str, names: tuple[str, str]) -> Layers:
    """The loss on a plane, and a path on it: columns `a`, `b`, `a2`, `b2`, `excess`; `a`, `b`, `step`."""
    x = alt.X("a:Q").title(names[0]).scale(nice=False, zero=False)
    y = alt.Y("b:Q").title(names[1]).scale(nice=False, zero=False)
    ground = (
        alt.Chart(table)
        .mark_rect()
        .encode(
            x,
            y,
            alt.X2("a2:Q"),
            alt.Y2("b2:Q"),
            alt.Color("excess:Q")
            .scale(alt.Scale(scheme=AMOUNT_SCHEME, type="sqrt"))  # type: ignore[arg-type]
            .legend(title=f"above the fit, {unit}", orient="bottom", tickCount=4, labelOverlap="greedy"),
            tooltip=[alt.Tooltip("a:Q", format=".2f"), alt.Tooltip("b:Q", format=".2f"), "excess:Q"],
        )
    )
    way = alt.Chart(path).encode(x, y, alt.Order("step:Q"), tooltip=["step:Q"])
    line = way.mark_line(color="white", strokeWidth=2.5)
    dots = way.mark_point(color="white", filled=True, size=22)
    end = way.transform_filter(alt.datum.step == int(path["step"].max())).mark_point(
        color=OKABE_ITO[5], shape="cross", filled=True, size=160
    )
    return alt.layer(ground, line, dots, end).properties(
        title=lines(title), height=room(HEIGHT, title, legend=True) + 20
    )
