"""Charts of the rung Reality: which bytes there are, what they cost, and where."""

import altair as alt
import pandas as pd

from ladder.charts.theme import AMOUNT_SCHEME, GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

ROW = 30  # pixels for each bar
KINDS = {"alphabet": GREY, "order": OKABE_ITO[4], "compressor": P_COLOUR}
LEGEND = alt.Legend(orient="bottom", title=None, columns=2, labelLimit=320)


def byte_map(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """All 256 bytes in a square: columns `high`, `low` (hex digits), `byte`, `shows`, `count`."""
    return (
        alt.Chart(table)
        .mark_rect()
        .encode(
            alt.X("low:N").title("second hex digit").axis(labelAngle=0),
            alt.Y("high:N").title("first hex digit"),
            alt.Color("count:Q")
            .scale(alt.Scale(type="symlog", scheme={"name": AMOUNT_SCHEME}))
            .legend(orient="bottom", title="how often", gradientLength=220, tickCount=3),
            tooltip=["byte:N", "shows:N", alt.Tooltip("count:Q", format=",")],
        )
        .properties(title=lines(title), height=HEIGHT * 1.35)
    )


def byte_histogram(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """A bar for each byte value in use: columns `value`, `next` (value + 1), `byte`, `shows`, `share`, `count`."""
    return (
        alt.Chart(table)
        .mark_rect(color=P_COLOUR)
        .encode(
            alt.X("value:Q")
            .scale(domain=[0, 256], nice=False)
            .title("byte value")
            .axis(values=[0, 32, 64, 128, 192, 255]),
            alt.X2("next:Q"),
            alt.Y("share:Q").axis(format="%", tickCount=5).title("share of the text"),
            alt.Y2(datum=0),
            tooltip=["byte:N", "shows:N", alt.Tooltip("count:Q", format=","), alt.Tooltip("share:Q", format=".3%")],
        )
        .properties(title=lines(title), height=HEIGHT)
    )


def estimates(table: pd.DataFrame, *, title: str, unit: str, truth: float | None) -> alt.LayerChart:
    """A point and a bar of error for each estimate, order by order.

    Columns `row` (order and estimator), `estimator`, `value`, `low`, `high`, `trusted`.
    """
    base = alt.Chart(table).encode(alt.Y("row:N").sort(None).title(None).axis(labelLimit=220))
    colour = alt.Color("estimator:N").sort(None).scale(range=[*OKABE_ITO[:4], OKABE_ITO[5]]).legend(None)
    x = alt.X("low:Q").scale(zero=False).title(f"{unit} per byte")
    bars = base.mark_rule(strokeWidth=3).encode(x, alt.X2("high:Q"), colour)
    points = base.mark_point(size=90, strokeWidth=2.5).encode(
        alt.X("value:Q"),
        colour,
        alt.Shape("estimator:N").sort(None).legend(None),
        fill=alt.when(alt.datum.trusted).then(colour).otherwise(alt.value("transparent")),
        tooltip=[
            "row:N",
            alt.Tooltip("value:Q", format=".4f", title=f"{unit}/byte"),
            alt.Tooltip("low:Q", format=".4f"),
            alt.Tooltip("high:Q", format=".4f"),
            alt.Tooltip("coverage:Q", format=".1%"),
        ],
    )
    layers = bars + points
    if truth is not None:
        layers = _rule(truth, f"true rate, {unit}/byte") + layers
    return layers.properties(title=lines(title), height=alt.Step(24))


def price_bars(table: pd.DataFrame, *, title: str, unit: str, truth: float | None) -> alt.LayerChart:
    """A bar for each price: columns `name`, `kind` (alphabet, order, compressor), `price`, `label`."""
    base = alt.Chart(table).encode(alt.Y("name:N").sort(None).title(None).axis(labelLimit=180))
    bars = base.mark_bar(size=ROW * 0.65).encode(
        alt.X("price:Q").title(f"{unit} per byte"),
        alt.Color("kind:N").scale(domain=list(KINDS), range=list(KINDS.values())).legend(LEGEND),
        tooltip=["name:N", "kind:N", alt.Tooltip("price:Q", format=".4f", title=f"{unit}/byte"), "note:N"],
    )
    numbers = base.mark_text(align="left", dx=4, color=GREY, fontWeight="bold").encode(
        alt.X("price:Q"), alt.Text("label:N")
    )
    layers = bars + numbers
    if truth is not None:
        layers = layers + _rule(truth, f"true rate, {unit}/byte")
    return layers.properties(
        title=lines(title), height=alt.Step(ROW), padding={"left": 5, "right": 40, "top": 5, "bottom": 5}
    )


def along(table: pd.DataFrame, *, title: str, unit: str, place: int, mean: float) -> alt.LayerChart:
    """The price of a byte along the file, clickable: columns `start`, `stop`, `value`; `place` is marked."""
    pick = alt.selection_point(name="pick", fields=["start"], on="click", nearest=True)
    base = alt.Chart(table).encode(
        alt.X("start:Q").title("byte of the text").axis(format="~s", tickCount=6).scale(nice=False),
        alt.Y("value:Q").title(f"{unit} per byte").scale(zero=False),
    )
    line = base.mark_line(color=P_COLOUR, strokeWidth=2)
    points = (
        base.mark_point(size=50, filled=True, color=P_COLOUR, opacity=0.25)
        .encode(
            tooltip=[
                alt.Tooltip("start:Q", format=",", title="from byte"),
                alt.Tooltip("stop:Q", format=",", title="to byte"),
                alt.Tooltip("value:Q", format=".4f", title=f"{unit}/byte"),
            ]
        )
        .add_params(pick)
    )
    average = (
        alt.Chart(pd.DataFrame({"mean": [mean]}))
        .mark_rule(color=GREY, strokeDash=[6, 4], strokeWidth=2)
        .encode(alt.Y("mean:Q"), tooltip=[alt.Tooltip("mean:Q", format=".4f", title="mean")])
    )
    here = (
        alt.Chart(pd.DataFrame({"place": [place]}))
        .mark_rule(color=Q_COLOUR, strokeWidth=3)
        .encode(alt.X("place:Q"), tooltip=[alt.Tooltip("place:Q", format=",", title="you read at byte")])
    )
    return (average + line + here + points).properties(title=lines(title), height=HEIGHT)


def slice_and_whole(table: pd.DataFrame, *, title: str, unit: str) -> alt.Chart:
    """Bar beside bar, the slice and the whole: columns `name`, `of`, `price`."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.Y("name:N").sort(None).title(None).axis(labelLimit=180),
            alt.YOffset("of:N").sort(["slice", "whole"]),
            alt.X("price:Q").title(f"{unit} per byte"),
            alt.Color("of:N").scale(domain=["slice", "whole"], range=[P_COLOUR, GREY]).legend(LEGEND),
            tooltip=["name:N", "of:N", alt.Tooltip("price:Q", format=".4f", title=f"{unit}/byte")],
        )
        .properties(title=lines(title), height=alt.Step(16))
    )


def contrast_bars(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """To the right what is typical here, to the left what is typical there: columns `shows`, `z`, `side`, counts."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            alt.Y("shows:N").sort(None).title(None).axis(labelLimit=140),
            alt.X("z:Q").title("z: log-odds in standard errors"),
            alt.Color("side:N").sort(None).scale(range=[P_COLOUR, Q_COLOUR]).legend(LEGEND),
            tooltip=[
                "shows:N",
                alt.Tooltip("z:Q", format=".2f"),
                alt.Tooltip("delta:Q", format=".3f", title="log-odds (nats)"),
                alt.Tooltip("here:Q", format=",", title="count here"),
                alt.Tooltip("there:Q", format=",", title="count there"),
            ],
        )
        .properties(title=lines(title), height=alt.Step(22))
    )


def _rule(value: float, label: str) -> alt.Chart:
    """A line at a known truth."""
    return (
        alt.Chart(pd.DataFrame({"truth": [value]}))
        .mark_rule(color=OKABE_ITO[2], strokeWidth=3, strokeDash=[8, 4])
        .encode(alt.X("truth:Q"), tooltip=[alt.Tooltip("truth:Q", format=".4f", title=label)])
    )
