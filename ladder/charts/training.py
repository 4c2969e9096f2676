"""The price falls: a training's curve beside the lines that it has to beat."""

import altair as alt
import pandas as pd

from ladder.charts.statistics import Layers, room
from ladder.charts.theme import GREY, HEIGHT, P_COLOUR, Q_COLOUR, lines

TRAIN, VALIDATION = "batches, as learned from", "validation part, never learned from"
DASHES = [[1, 0], [8, 4], [2, 3]]


def falling(curve: pd.DataFrame, beaten: pd.DataFrame, *, planned: int, title: str, unit: str) -> Layers:
    """Lines over the steps: `curve` has `step`, `part`, `price`; `beaten` one level line a row, `name`, `price`."""
    names = beaten["name"].tolist()
    level = beaten.rename(columns={"name": "part"}).merge(pd.DataFrame({"step": [0, planned]}), how="cross")
    domain = [TRAIN, VALIDATION, *names]
    legend = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=280, symbolType="stroke", symbolSize=300)
    colour = alt.Color("part:N").scale(domain=domain, range=[P_COLOUR, Q_COLOUR, *[GREY] * len(names)]).legend(legend)
    dash = alt.StrokeDash("part:N").scale(domain=domain, range=[[1, 0], [1, 0], *DASHES[: len(names)]]).legend(legend)
    base = alt.Chart(pd.concat([curve, level])).encode(
        alt.X("step:Q").title("step").scale(domain=[0, planned]),
        alt.Y("price:Q").title(f"{unit} per byte").scale(zero=False, padding=8),
        colour,
        tooltip=["part:N", "step:Q", alt.Tooltip("price:Q", format=".3f")],
    )
    drawn = base.mark_line(strokeWidth=2.5).encode(dash)
    looks = (
        base.transform_filter(alt.FieldOneOfPredicate("part", [TRAIN, VALIDATION]))
        .mark_point(filled=True, size=40)
        .encode(alt.Shape("part:N").scale(domain=[TRAIN, VALIDATION], range=["circle", "square"]).legend(None))
    )
    return alt.layer(drawn, looks).properties(title=lines(title), height=room(HEIGHT, title, legend=True) + 90)
