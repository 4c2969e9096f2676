"""The price falls: a training's curve beside the lines that it has to beat."""

import altair as alt
import pandas as pd

from ladder.charts.statistics import Layers, room
from ladder.charts.theme import GREY, HEIGHT, P_COLOUR, Q_COLOUR, lines

TRAIN, VALIDATION = "batches, as learned from", "validation part, never learned from"


def falling(curve: pd.DataFrame, beaten: pd.DataFrame, *, planned: int, title: str, unit: str) -> Layers:
    """Lines over the steps: `curve` has `step`, `part`, `price`; `beaten` one rule a row, `name`, `price`."""
    names = beaten["name"].tolist()
    x = alt.X("step:Q").title("step").scale(domain=[0, planned])
    y = alt.Y("price:Q").title(f"{unit} per byte").scale(zero=False, padding=8)
    drawn = (
        alt.Chart(curve)
        .mark_line(strokeWidth=2.5, point=True)
        .encode(
            x,
            y,
            alt.Color("part:N")
            .scale(domain=[TRAIN, VALIDATION], range=[P_COLOUR, Q_COLOUR])
            .legend(title=None, orient="bottom", columns=1, labelLimit=280),
            alt.Shape("part:N").scale(domain=[TRAIN, VALIDATION], range=["circle", "square"]).legend(None),
            tooltip=["part:N", "step:Q", alt.Tooltip("price:Q", format=".3f")],
        )
    )
    rules = (
        alt.Chart(beaten)
        .mark_rule(size=2)
        .encode(
            y,
            alt.StrokeDash("name:N")
            .scale(domain=names, range=[[1, 0], [8, 4], [2, 3]][: len(names)])
            .legend(title="held-out price of", orient="bottom", columns=1, labelLimit=280, symbolType="stroke"),
            color=alt.value(GREY),
            tooltip=["name:N", alt.Tooltip("price:Q", format=".3f")],
        )
    )
    plot = alt.layer(rules, drawn).resolve_scale(color="independent", strokeDash="independent")
    return plot.properties(title=lines(title), height=room(HEIGHT, title, legend=True) + 110)
