"""Charts for one question: is it a cosine?"""

import altair as alt
import pandas as pd

from ladder.charts.geometry import BELOW, NAME, TALL
from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

STACKED = alt.Legend(orient="bottom", title=None, columns=2)  # three names in a row are too many for a phone
ONE_EACH = alt.Legend(orient="bottom", title=None, columns=1, labelLimit=320)  # long names
SAME, OTHER = "same choice", "another choice"


def cosine_histogram(table: pd.DataFrame, pairs: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """How cosines of random pairs spread, and where some named pairs lie.

    `table`: columns `cosine`, `share`, `cloud`; `pairs`: columns `pair`, `cosine`, `height`.
    """
    x = alt.X("cosine:Q").title("cosine")
    spread: alt.Chart = (
        alt.Chart(table)
        .mark_line(interpolate="step", strokeWidth=2)
        .encode(
            x,
            alt.Y("share:Q").title("share of random pairs").axis(format="~%", tickCount=4),
            alt.Color("cloud:N").sort(None).scale(range=[P_COLOUR, GREY, OKABE_ITO[2]]).legend(ONE_EACH),
            alt.StrokeDash("cloud:N").sort(None).legend(ONE_EACH),
            tooltip=["cloud:N", alt.Tooltip("cosine:Q", format=".2f"), alt.Tooltip("share:Q", format=".2%")],
        )
    )
    base = alt.Chart(pairs).encode(x, alt.Y("height:Q"), tooltip=["pair:N", alt.Tooltip("cosine:Q", format=".3f")])
    marks: alt.Chart = base.mark_point(shape="triangle-down", filled=True, size=90, color=OKABE_ITO[5], opacity=1)
    # What lies far to the right has its name on its left, or a phone would cut it.
    names: alt.Chart = base.mark_text(
        dx={"expr": "datum.cosine > 0.45 ? -9 : 9"}, align={"expr": "datum.cosine > 0.45 ? 'right' : 'left'"}, **NAME
    ).encode(alt.Text("pair:N"))
    return alt.LayerChart(layer=[spread, marks, names]).properties(title=lines(title), height=TALL)


def parameter_bars(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """How many numbers of each kind: columns `kind`, `numbers`, `stored` (yes or no)."""
    base = alt.Chart(table).encode(
        alt.X("numbers:Q").title("numbers (logarithmic)").scale(type="log").axis(format="~s", tickCount=5, grid=False),
        alt.Y("kind:N").sort(None).title(None).axis(labelLimit=190),
        tooltip=["kind:N", alt.Tooltip("numbers:Q", format=",")],
    )
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(
        alt.Color("stored:N").scale(domain=["stored", "not stored"], range=[P_COLOUR, OKABE_ITO[5]]).legend(BELOW),
        alt.Shape("stored:N").scale(domain=["stored", "not stored"], range=["circle", "diamond"]).legend(BELOW),
    )
    names = base.mark_text(dy=-12, **NAME).encode(alt.Text("numbers:Q", format=",")).transform_filter("datum.named")
    return alt.LayerChart(layer=[dots, names]).properties(title=lines(title), height=alt.Step(30))


def product_scatter(table: pd.DataFrame, *, title: str) -> alt.Chart:
    """Pairs of tokens by cosine and by score: columns `asks`, `answers`, `cosine`, `score`, `row`."""
    kinds = [SAME, OTHER]
    return (
        alt.Chart(table)
        .mark_point(filled=True)
        .encode(
            alt.X("cosine:Q").title("cosine of q and k").scale(zero=False),
            alt.Y("score:Q").title("score q·k / √d").scale(zero=False),
            alt.Color("row:N").scale(domain=kinds, range=[P_COLOUR, OKABE_ITO[5]]).legend(BELOW),
            alt.Shape("row:N").scale(domain=kinds, range=["circle", "diamond"]).legend(BELOW),
            alt.Size("row:N").scale(domain=kinds, range=[30, 70]).legend(None),
            tooltip=[
                "asks:N",
                "answers:N",
                alt.Tooltip("cosine:Q", format=".3f"),
                alt.Tooltip("score:Q", format=".3f"),
            ],
        )
        .properties(title=lines(title), height=TALL)
    )


def with_and_without(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """The likeliest next tokens: bars for p with lengths, ticks for q by cosine; columns `token`, `p`, `q`."""
    base = alt.Chart(table).encode(
        alt.Y("token:N").sort(None).title(None).axis(labelLimit=120),
        tooltip=["token:N", alt.Tooltip("p:Q", format=".2%"), alt.Tooltip("q:Q", format=".2%")],
    )
    bars = base.mark_bar(color=P_COLOUR).encode(alt.X("p:Q").title("probability").axis(format="~%"))
    ticks = base.mark_tick(color=Q_COLOUR, thickness=4).encode(alt.X("q:Q"))
    return alt.LayerChart(layer=[bars, ticks]).properties(title=lines(title), height=alt.Step(22))


def length_and_count(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """Output vectors by how often their token occurs: columns `token`, `count`, `length`, `name`."""
    base = alt.Chart(table).encode(
        alt.X("count:Q")
        .title("occurrences in the training part")
        .scale(type="log")
        .axis(format="~s", tickCount=5, grid=False),
        alt.Y("length:Q").title("length of the output vector").axis(tickCount=4),
        tooltip=["token:N", "count:Q", alt.Tooltip("length:Q", format=".3f")],
    )
    dots = base.mark_point(filled=True, size=22, color=P_COLOUR, opacity=0.5)
    names = base.mark_text(dy=-10, **NAME).encode(alt.Text("name:N"))
    return alt.LayerChart(layer=[dots, names]).properties(title=lines(title), height=HEIGHT)


def by_layer(table: pd.DataFrame, *, title: str, value: str) -> alt.LayerChart:
    """A number at each layer, one line a kind: columns `layer`, `value`, `line`."""
    kinds = list(dict.fromkeys(table["line"]))
    legend = STACKED if len(kinds) > 1 else None  # one line is named by the title
    base = alt.Chart(table).encode(
        alt.X("layer:Q").title("layer (0: as it enters)").axis(tickMinStep=1, format="d", grid=False),
        alt.Y("value:Q").title(value).axis(tickCount=5),
        alt.Color("line:N").scale(domain=kinds, range=[P_COLOUR, OKABE_ITO[5], OKABE_ITO[2]]).legend(legend),
        tooltip=["line:N", "layer:Q", alt.Tooltip("value:Q", format=".3f")],
    )
    shapes = alt.Scale(domain=kinds, range=["circle", "square", "triangle-up"])
    line: alt.Chart = base.mark_line(strokeWidth=2.5)
    dots: alt.Chart = base.mark_point(filled=True, size=80, opacity=1).encode(
        alt.Shape("line:N").scale(shapes).legend(legend)
    )
    return alt.LayerChart(layer=[line, dots]).properties(title=lines(title), height=TALL)
