"""Charts of one head of attention, from its whole table to what a single weight hands over."""

import altair as alt
import pandas as pd

from ladder.charts.geometry import AMOUNT
from ladder.charts.theme import GREY, OKABE_ITO, P_COLOUR, lines

CHOSEN = OKABE_ITO[5]
TABLE = 640  # pixels that a table of many rows may be high
# Negative, none, positive: grey in the middle is legible on white and on black.
SIGNED = [OKABE_ITO[5], GREY, OKABE_ITO[4]]


def cell_map(table: pd.DataFrame, *, title: str, value: str, row: str, column: str) -> alt.LayerChart:
    """Who looks at whom; click on a cell to open it.

    One row a pair: columns `asks`, `answers` (tokens or bands of them) and `value`, missing where
    nothing may be seen; the pair `row`, `column` is framed.
    """
    n = max(table["asks"].nunique(), 1)
    click = alt.selection_point(name="cell", fields=["asks", "answers"], empty=False)
    x = alt.X("answers:N").sort(None).title("answers (k)").axis(labelAngle=-60, labelLimit=90)
    y = alt.Y("asks:N").sort(None).title("asks (q)").axis(labelLimit=90)
    base = alt.Chart(table).encode(x, y)
    cells: alt.Chart = (
        base.mark_rect()
        .encode(
            alt.Color("value:Q").scale(AMOUNT).title(value).legend(orient="bottom", gradientLength=180, tickCount=4),
            tooltip=["asks:N", "answers:N", alt.Tooltip("value:Q", format=".4f", title=value)],
        )
        .add_params(click)
    )
    asked: alt.Chart = base.transform_filter(alt.datum.asks == row).mark_rect(
        fillOpacity=0, stroke=CHOSEN, strokeWidth=1
    )
    opened: alt.Chart = base.transform_filter((alt.datum.asks == row) & (alt.datum.answers == column)).mark_rect(
        fillOpacity=0, stroke=CHOSEN, strokeWidth=4
    )
    step = max(15, min(26, TABLE // n))
    return alt.LayerChart(layer=[cells, asked, opened]).properties(title=lines(title), height=alt.Step(step))


def weight_bars(table: pd.DataFrame, *, title: str, column: str) -> alt.Chart:
    """One row's weights: columns `answers`, `weight`, `product`, `score`; that of `column` stands out."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("weight:Q").title("softmax weight"),
            alt.Y("answers:N").sort(None).title(None).axis(labelLimit=110),
            color=alt.condition(alt.datum.answers == column, alt.value(CHOSEN), alt.value(P_COLOUR)),
            tooltip=["answers:N", *(alt.Tooltip(f"{c}:Q", format=".4f") for c in ("product", "score", "weight"))],
        )
        .properties(title=lines(title), height=alt.Step(22))
    )


def component_strips(table: pd.DataFrame, *, title: str, of: str) -> alt.Chart:
    """Vectors as strips of their components: one row a component, columns `vector`, `component`, `value`."""
    return (
        alt.Chart(table)
        .mark_rect()
        .encode(
            alt.X("component:O").title(f"component of {of}").axis(labelAngle=0, labelOverlap=True),
            alt.Y("vector:N").sort(None).title(None).axis(labelLimit=130),
            alt.Color("value:Q")
            .scale(domainMid=0, range=SIGNED, interpolate="rgb")
            .title("value")
            .legend(orient="bottom", gradientLength=180, tickCount=5),
            tooltip=["vector:N", "component:O", alt.Tooltip("value:Q", format=".4f")],
        )
        .properties(title=lines(title), height=alt.Step(30))
    )


def ensemble_bars(table: pd.DataFrame, *, title: str, row: str) -> alt.Chart:
    """How many tokens each listens to: columns `asks`, `effective`, `entropy`, `energy`, `free energy`."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.X("asks:N").sort(None).title("asks (q)").axis(labelAngle=-60, labelLimit=90, labelOverlap=True),
            alt.Y("effective:Q").title("effective tokens"),
            color=alt.condition(alt.datum.asks == row, alt.value(CHOSEN), alt.value(P_COLOUR)),
            tooltip=["asks:N", *(alt.Tooltip(f"{c}:Q", format=".3f") for c in _THERMAL)],
        )
        .properties(title=lines(title), height=220)
    )


_THERMAL = ("effective", "entropy", "energy", "free energy")
