"""Charts of the inside of a language model: all its heads, its stream, what a number is the sum of."""

import altair as alt
import pandas as pd

from ladder.charts.geometry import AMOUNT
from ladder.charts.theme import GREY, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

CHOSEN = OKABE_ITO[5]


def heads_map(table: pd.DataFrame, *, title: str, value: str, form: str, layer: int, head: int) -> alt.LayerChart:
    """Every head as a cell: columns `layer`, `head`, `value`; click on one to open it, the open one is framed."""
    click = alt.selection_point(name="head", fields=["layer", "head"], empty=False)
    base = alt.Chart(table).encode(
        alt.X("layer:O").title("layer").axis(labelAngle=0, labelOverlap=True), alt.Y("head:O").title("head")
    )
    cells: alt.Chart = (
        base.mark_rect()
        .encode(
            alt.Color("value:Q")
            .scale(AMOUNT)
            .title(value)
            .legend(orient="bottom", gradientLength=180, tickCount=4, format=form),
            tooltip=["layer:O", "head:O", alt.Tooltip("value:Q", format=form, title=value)],
        )
        .add_params(click)
    )
    opened: alt.Chart = base.transform_filter((alt.datum.layer == layer) & (alt.datum.head == head)).mark_rect(
        fillOpacity=0, stroke=CHOSEN, strokeWidth=4
    )
    return alt.LayerChart(layer=[cells, opened]).properties(title=lines(title), height=alt.Step(24))


def by_layer(
    table: pd.DataFrame, *, title: str, y: str, names: list[str], layer: int, log: bool = False
) -> alt.LayerChart:
    """Lines over the layers: columns `layer`, `line`, `amount`, `word`; the open layer is marked."""
    across = alt.X("layer:Q").title("layer (0: the embedding rows)").axis(tickMinStep=1)
    up = alt.Y("amount:Q").title(y)
    if log:
        up = up.scale(type="log").axis(format="~g")
    colours = [P_COLOUR, Q_COLOUR, OKABE_ITO[2]][: len(names)]
    key = alt.Legend(title=None, orient="bottom", columns=2, symbolSize=120) if len(names) > 1 else None
    shape = alt.Shape("line:N", legend=key).scale(domain=names)
    colour = alt.Color("line:N", legend=key).scale(domain=names, range=colours)
    hover = ["layer:Q", "line:N", alt.Tooltip("amount:Q", format=".4f"), "word:N"]
    base = alt.Chart(table).encode(across, up, colour)
    rule = alt.Chart(pd.DataFrame({"layer": [layer]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2).encode(across)
    drawn: list[alt.Chart] = [
        rule,
        base.mark_line(strokeWidth=2),
        base.mark_point(filled=True, size=50).encode(shape, tooltip=hover),
    ]
    return alt.LayerChart(layer=drawn).properties(title=lines(title), height=420)


def summands(table: pd.DataFrame, *, title: str, of: str, chosen: str = "") -> alt.Chart:
    """What a number is the sum of: columns `part`, `amount`, in order; `chosen` stands out."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("amount:Q").title(of),
            alt.Y("part:N").sort(None).title(None).axis(labelLimit=130),
            color=alt.condition(alt.datum.part == chosen, alt.value(CHOSEN), alt.value(P_COLOUR)),
            tooltip=["part:N", alt.Tooltip("amount:Q", format=".5f")],
        )
        .properties(title=lines(title), height=alt.Step(22))
    )
