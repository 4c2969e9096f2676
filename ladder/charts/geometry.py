"""Charts of the rung Geometry: maps, neighbours by three measures, attention, the shape of a cloud."""

from typing import Any

import altair as alt
import pandas as pd

from ladder.charts.theme import AMOUNT_SCHEME, GREY, HEIGHT, OKABE_ITO, P_COLOUR, lines

# Halfway between black and white, and bold: legible in light, in dark, and in an exported picture.
NAME: dict[str, Any] = {"color": "#7A7A7A", "fontSize": 13, "fontWeight": 600}
# What lies under a name: the page's own colour, a little beyond the letters, so that points do not run through them.
HALO: dict[str, Any] = {"stroke": {"expr": "background"}, "strokeWidth": 4, "strokeJoin": "round", "strokeOpacity": 0.8}
TALL = HEIGHT + 120  # with a legend below
MAP_HEIGHT = 640  # with axes and legend
AMOUNT = alt.Scale(scheme={"name": AMOUNT_SCHEME})
# Cividis without its darkest third, which drowns in a dark page.
LIGHT_CIVIDIS = ["#5b6272", "#7b7b78", "#9a9272", "#bcae6c", "#dfcc5b", "#ffe945"]
TORN = OKABE_ITO[5]
MANY = 2500  # points, from where on they are small and share their tooltips
CELL = 26  # pixels of a heat map's cell
BELOW = alt.Legend(orient="bottom", title=None, columns=2, labelLimit=320)
LISTS = ["cosine", "dot", "euclidean", "several", "other"]


def text_map(
    table: pd.DataFrame,
    names: pd.DataFrame,
    crossings: pd.DataFrame,
    *,
    title: str,
    axes: tuple[str, str],
    shade: str,
    column: str,
    counted: str,
    log: bool,
    height: int = MAP_HEIGHT,
) -> alt.LayerChart:
    """A map of texts, coloured by `column`; drag over it to select, click on a point to ask for its neighbours.

    One row a text: columns `text`, `x`, `y`, `count` (`counted` says of what), `kept`, `trust`, `whole`; `names` are
    the rows written out, `crossings` the lines between true neighbours: `x`, `y`, `x2`, `y2`, `from`, `to`,
    `on the map`.
    """
    brush = alt.selection_interval(name="brush")
    click = alt.selection_point(name="clicked", fields=["text"], on="click", empty=False)
    x, y = (
        alt.X("x:Q").title(axes[0]).scale(zero=False, nice=False, padding=12).axis(labels=False, ticks=False),
        alt.Y("y:Q").title(axes[1]).scale(zero=False, nice=False, padding=12).axis(labels=False, ticks=False),
    )
    n = len(table)
    many = n > MANY
    scale = alt.Scale(range=LIGHT_CIVIDIS, type="log" if log else "linear")
    tooltip = [
        "text:N",
        alt.Tooltip("count:Q", title=counted),
        alt.Tooltip("kept:Q", title="true neighbours kept"),
        alt.Tooltip("trust:Q", title="trustworthiness here"),
        alt.Tooltip("whole:Q", title="continuity here"),
    ]
    points: alt.Chart = (
        alt.Chart(table)
        .mark_point(**_dot(n, size=60))
        .encode(
            x,
            y,
            alt.Color(f"{column}:Q")
            .scale(scale)
            .title(shade)
            .legend(
                orient="bottom",
                gradientLength=220,
                tickCount=3,
                labelOverlap="greedy",
                labelSeparation=8,
                titleLimit=320,
            ),
            opacity=alt.value(0.9) if many else alt.condition(brush, alt.value(0.9), alt.value(0.2)),
            **({} if many else {"tooltip": tooltip}),
        )
        .add_params(brush, click)
    )
    across: alt.Chart = (
        alt.Chart(crossings)
        .mark_rule(color=TORN, strokeWidth=1.6, opacity=0.8)
        .encode(
            x,
            y,
            x2="x2:Q",
            y2="y2:Q",
            strokeDash=alt.condition("datum.torn", alt.value([5, 3]), alt.value([1, 0])),
            tooltip=["from:N", "to:N", "on the map:N"],
        )
    )
    written: alt.Chart = alt.Chart(names).mark_text(dy=-10, **NAME).encode(x, y, alt.Text("text:N"), tooltip=["text:N"])
    under: alt.Chart = alt.Chart(names).mark_text(dy=-10, **NAME, **HALO).encode(x, y, alt.Text("text:N"))
    layers: list[Any] = [points, across, under, written]
    return alt.LayerChart(layer=layers).properties(title=lines(title), height=height)


def cell_tooltips(chart: alt.LayerChart, cells: pd.DataFrame) -> alt.LayerChart:
    """A map of many points with one tooltip a cell of it: columns `x`, `x2`, `y`, `y2`, `texts`, `among them`."""
    over: alt.Chart = (
        alt.Chart(cells)
        .mark_rect(opacity=0.001)
        .encode(x="x:Q", x2="x2:Q", y="y:Q", y2="y2:Q", tooltip=["texts:Q", "among them:N"])
    )
    found: alt.LayerChart = chart + over  # a new LayerChart of the layers would lose their selections
    return found


def way_map(table: pd.DataFrame, names: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """A map on its way: columns `text`, `x`, `y`; `names` are the rows written out."""
    x, y = (
        alt.X("x:Q").title(None).scale(zero=False, nice=False, padding=12).axis(labels=False, ticks=False),
        alt.Y("y:Q").title(None).scale(zero=False, nice=False, padding=12).axis(labels=False, ticks=False),
    )
    points: alt.Chart = (
        alt.Chart(table).mark_circle(size=40, color=P_COLOUR, stroke=GREY, strokeWidth=1).encode(x, y, tooltip="text:N")
    )
    written: alt.Chart = alt.Chart(names).mark_text(dy=-10, **NAME).encode(x, y, alt.Text("text:N"))
    under: alt.Chart = alt.Chart(names).mark_text(dy=-10, **NAME, **HALO).encode(x, y, alt.Text("text:N"))
    return alt.LayerChart(layer=[points, under, written]).properties(title=lines(title), height=TALL)


def _dot(n: int, *, size: int) -> dict[str, Any]:
    """The mark of one of n points; of many, squares that stay as they are: a brush need not have them drawn anew.

    The more there are the smaller they are, or they would hide each other.
    """
    many = n > MANY
    return {
        "shape": "square" if many else "circle",
        "filled": True,
        "size": round(14 * (MANY / n) ** 0.5, 1) if many else size,
        "stroke": GREY,
        "strokeWidth": 0 if many else 1,
    }


def noise_map(table: pd.DataFrame, *, title: str, height: int = MAP_HEIGHT) -> alt.Chart:
    """A map of the control, by the same colours: columns `text`, `x`, `y`, `group`, a number."""
    many = len(table) > MANY
    return (
        alt.Chart(table)
        .mark_point(**_dot(len(table), size=40), opacity=0.9)
        .encode(
            alt.X("x:Q")
            .title("words shuffled")
            .scale(zero=False, nice=False, padding=12)
            .axis(labels=False, ticks=False),
            alt.Y("y:Q").title(None).scale(zero=False, nice=False, padding=12).axis(labels=False, ticks=False),
            alt.Color("group:N").scale(range=list(OKABE_ITO)).legend(None),
            **({} if many else {"tooltip": ["text:N"]}),
        )
        .properties(title=lines(title), height=height)
    )


def angle_and_length(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """All rows by cosine and by length; the picks of each list in its own colour and shape.

    Columns `text`, `cosine`, `norm`, `list` (one of `LISTS`), and `name`, empty where none is written.
    """
    # Where all are equally long, the axis would show what rounding left.
    flat = table["norm"].max() < 1.001 * table["norm"].min()
    length = alt.Scale(type="log", domain=[0.5, 2]) if flat else alt.Scale(type="log", nice=False, padding=10)
    base = alt.Chart(table).encode(
        alt.X("cosine:Q").title("cosine with the query").scale(zero=False, padding=30),
        alt.Y("norm:Q").title("length of the vector").scale(length).axis(tickCount=4, format="~g"),
        tooltip=["text:N", "list:N", alt.Tooltip("cosine:Q", format=".3f"), alt.Tooltip("norm:Q", format=".3f")],
    )
    looks = zip(
        LISTS[:4],
        [P_COLOUR, OKABE_ITO[5], OKABE_ITO[2], OKABE_ITO[3]],
        ["circle", "triangle-up", "square", "diamond"],
        strict=True,
    )
    here = [look for look in looks if (table["list"] == look[0]).any()]
    colours = alt.Scale(domain=[name for name, _, _ in here], range=[colour for _, colour, _ in here])
    shapes = alt.Scale(domain=[name for name, _, _ in here], range=[shape for _, _, shape in here])
    others: alt.Chart = base.transform_filter(alt.datum.list == "other").mark_point(
        color=GREY, size=12, opacity=0.5, filled=True
    )
    picks: alt.Chart = (
        base.transform_filter(alt.datum.list != "other")
        .mark_point(size=130, filled=True)
        .encode(
            alt.Color("list:N").scale(colours).legend(BELOW),
            alt.Shape("list:N").scale(shapes).legend(BELOW),
        )
    )
    names: alt.Chart = base.mark_text(dy=-13, **NAME).encode(alt.Text("name:N"))
    return alt.LayerChart(layer=[others, picks, names]).properties(title=lines(title), height=TALL)


def head_map(table: pd.DataFrame, *, title: str, value: str, layer: int, head: int) -> alt.LayerChart:
    """One number for each head: columns `layer`, `head`, `value`; the chosen one is framed, a click chooses."""
    click = alt.selection_point(name="opened", fields=["layer", "head"], empty=False)
    x, y = alt.X("head:O").title("head").axis(labelAngle=0), alt.Y("layer:O").title("layer")
    cells: alt.Chart = (
        alt.Chart(table)
        .mark_rect()
        .encode(
            x,
            y,
            alt.Color("value:Q").scale(AMOUNT).title(value).legend(orient="bottom", gradientLength=180, tickCount=4),
            tooltip=["layer:O", "head:O", alt.Tooltip("value:Q", format=".3f", title=value)],
        )
        .add_params(click)
    )
    frame: alt.Chart = (
        alt.Chart(table)
        .transform_filter((alt.datum.layer == layer) & (alt.datum.head == head))
        .mark_rect(fillOpacity=0, stroke=OKABE_ITO[5], strokeWidth=3)
        .encode(x, y)
    )
    return alt.LayerChart(layer=[cells, frame]).properties(title=lines(title), height=alt.Step(CELL))


def spectrum(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """Shares of variance by direction: columns `direction`, `share`, `cloud`; `a ball` is what a round cloud has."""
    base = alt.Chart(table).encode(
        alt.X("direction:Q")
        .title("direction, largest variance first")
        .scale(type="log", nice=False)
        .axis(tickCount=5, format="d"),
        alt.Y("share:Q").title("share of the variance").scale(type="log").axis(tickCount=5, format="~g"),
        alt.Color("cloud:N").sort(None).scale(range=[P_COLOUR, GREY]).legend(BELOW),
        tooltip=["cloud:N", "direction:Q", alt.Tooltip("share:Q", format=".5f")],
    )
    line = base.mark_line(strokeWidth=2.5).encode(alt.StrokeDash("cloud:N").sort(None).legend(BELOW))
    return line.properties(title=lines(title), height=TALL, padding={"top": 12, "right": 12, "left": 5, "bottom": 5})


def shell(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """How far points lie from the middle: columns `from`, `to` (shares of the root mean square), `points`."""
    return (
        alt.Chart(table)
        .mark_bar(color=P_COLOUR)
        .encode(
            alt.X("from:Q").bin("binned").title("distance from the middle / r.m.s.").scale(zero=True),
            alt.X2("to:Q"),
            alt.Y("points:Q").title("points"),
            tooltip=[alt.Tooltip("from:Q", format=".3f"), alt.Tooltip("to:Q", format=".3f"), "points:Q"],
        )
        .properties(title=lines(title), height=220)
    )
