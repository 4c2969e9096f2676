"""Charts of the rung Probability: next tokens, the needle, curves over T, and files."""

from typing import Any

import altair as alt
import pandas as pd

from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

Layers = alt.LayerChart | alt.FacetChart

ROW = 23  # pixels for each token
FRAME = 96  # pixels for title and axis: on a page they count as height
WIDTH = 0.9  # of a column: the rest is air
HIT = OKABE_ITO[5]  # what was drawn, and what is real
TOKENS = alt.Axis(labelLimit=110, labelOverlap=False, labelFontSize=13)


def next_token_bars(table: pd.DataFrame, *, title: str, changed: bool) -> Layers:
    """Bars for what is drawn from, grey for what was cut, ticks for the model's belief.

    One row a token, in order: columns `token`, `before`, `tempered`, `p`, `kept`, `real`.
    """
    base = alt.Chart(table).encode(alt.Y("token:N").sort(None).title(None).axis(TOKENS))
    hover = [
        alt.Tooltip("token:N"),
        alt.Tooltip("before:Q", format=".4%", title="model"),
        alt.Tooltip("tempered:Q", format=".4%", title="at T"),
        alt.Tooltip("p:Q", format=".4%", title="drawn from"),
    ]
    cut = (
        base.transform_filter("!datum.kept")
        .mark_bar(color=GREY, opacity=0.45, size=ROW * 0.6)
        .encode(alt.X("tempered:Q"), tooltip=hover)
    )
    drawn_from = base.mark_bar(color=P_COLOUR, size=ROW * 0.6).encode(
        alt.X("p:Q").title("probability").axis(format="%"), tooltip=hover
    )
    real = (
        base.transform_filter("datum.real")
        .transform_calculate(furthest="max(datum.p, datum.before, datum.tempered)")
        .mark_text(text="◀ real", align="left", dx=6, color=HIT, fontSize=13, fontWeight="bold")
        .encode(alt.X("furthest:Q"), tooltip=hover)
    )
    layers: list[Any] = [drawn_from, cut]
    if changed:
        layers.append(
            base.mark_tick(color=Q_COLOUR, thickness=4, size=ROW * 0.75).encode(alt.X("before:Q"), tooltip=hover)
        )
    return alt.layer(*layers, real).properties(title=lines(title), height=ROW * len(table) + FRAME)


def five_steps(table: pd.DataFrame, u: float, *, T: float, title: str) -> Layers:
    """Logits, over T, softmax, cut, draw: one row of tokens through five columns, each with its own scale.

    One row a token and step: columns `token`, `step` (1 to 5), `begin` and `end` on [0, 1], `amount`, `grey`, `drawn`.
    """
    placed = table.assign(left=table["step"] + WIDTH * table["begin"], right=table["step"] + WIDTH * table["end"])
    columns = alt.Scale(domain=[0.98, 5.98], zero=False, nice=False)
    x = alt.X("left:Q").scale(columns).axis(None)
    base = alt.Chart(placed).encode(
        alt.Y("token:N").sort(None).title(None).axis(TOKENS),
        x,
        alt.X2("right:Q"),
        tooltip=[alt.Tooltip("token:N"), alt.Tooltip("step:O"), alt.Tooltip("amount:Q", format=".4g")],
    )
    grey = alt.Color("grey:N").scale(domain=[False, True], range=[P_COLOUR, GREY]).legend(None)
    hit = alt.Scale(domain=[False, True], range=[P_COLOUR, HIT])
    logits = base.transform_filter("datum.step < 3").mark_bar(size=3).encode(grey)
    shares = base.transform_filter("datum.step == 3 || datum.step == 4").mark_bar(size=ROW * 0.55).encode(grey)
    stretches = (
        base.transform_filter("datum.step == 5 && datum.end > datum.begin")
        .mark_bar(size=ROW * 0.55, strokeWidth=2)
        .encode(
            alt.Color("drawn:N").scale(hit).legend(None),
            alt.Stroke("drawn:N").scale(hit).legend(None),  # an edge, so that no stretch is too thin to be seen
        )
    )
    names = ["z", f"z / {T:g}", "softmax", "cut", "draw"]
    heads = pd.DataFrame({"left": [step + WIDTH / 2 for step in range(1, 6)], "name": names})
    heads["wall"] = heads["left"] - WIDTH / 2
    headings = (
        alt.Chart(heads)
        .mark_text(fontSize=13, fontWeight="bold", color=GREY, baseline="bottom")
        .encode(x, alt.Y(value=-6), text="name:N")
    )
    walls = alt.Chart(heads).mark_rule(color=GREY, opacity=0.5).encode(alt.X("wall:Q").scale(columns).axis(None))
    needle = alt.Chart(pd.DataFrame({"u": [5 + WIDTH * u]})).mark_rule(color=HIT, strokeDash=[5, 3], size=2)
    return (
        alt.layer(walls, logits, shares, stretches, needle.encode(alt.X("u:Q").scale(columns).axis(None)), headings)
        .resolve_scale(color="independent", stroke="independent")
        .properties(title=lines(title), height=ROW * table["token"].nunique() + FRAME)
    )


def curves(table: pd.DataFrame, marks: pd.DataFrame, *, names: list[str], title: str, unit: str, T: float) -> Layers:
    """Lines over T, the temperature in force dashed, and points that matter.

    Columns `T`, `quantity`, `amount`; `marks` has the same and `note`.
    """
    colour = (
        alt.Color("quantity:N")
        .scale(domain=names, range=[P_COLOUR, OKABE_ITO[5], OKABE_ITO[2]][: len(names)])
        .legend(title=None, orient="bottom", symbolType="stroke", symbolStrokeWidth=4, symbolSize=300)
    )
    dash = alt.StrokeDash("quantity:N").scale(domain=names, range=[[1, 0], [7, 3], [2, 2]][: len(names)]).legend(None)
    shown = [float(table["T"].min()), float(table["T"].max())]
    x = (
        alt.X("T:Q")
        .scale(type="log", domain=shown, nice=False)
        .title("temperature T")
        .axis(values=[0.1, 0.2, 0.5, 1, 2, 5], format="~g")
    )
    hover = [alt.Tooltip("quantity:N"), alt.Tooltip("T:Q", format=".3~f"), alt.Tooltip("amount:Q", format=".4f")]
    drawn = alt.Chart(table).mark_line(strokeWidth=2.5).encode(x, alt.Y("amount:Q").title(unit), colour, dash)
    now = alt.Chart(pd.DataFrame({"T": [T]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2).encode(x)
    points = alt.Chart(marks).encode(x, alt.Y("amount:Q"), colour, tooltip=hover)
    texts = points.mark_text(align="left", dx=8, dy=-8, fontSize=13).encode(text="note:N")
    return alt.layer(now, drawn, points.mark_point(filled=True, size=90), texts).properties(
        title=lines(title), height=HEIGHT + FRAME
    )


def file_bars(table: pd.DataFrame, *, title: str) -> Layers:
    """What each way of writing the same text takes: columns `way`, `bytes`, `bits_per_byte`, `ours`."""
    base = alt.Chart(table).encode(
        alt.Y("way:N").sort(None).title(None).axis(labelLimit=150, labelOverlap=False, labelFontSize=13),
        alt.X("bytes:Q").title("bytes").axis(format="~s"),
        tooltip=["way:N", alt.Tooltip("bytes:Q", format=","), alt.Tooltip("bits_per_byte:Q", format=".3f")],
    )
    colour = alt.Color("ours:N").scale(domain=[True, False], range=[P_COLOUR, GREY]).legend(None)
    bars = base.mark_bar(size=ROW * 0.7).encode(colour)
    texts = base.mark_text(align="left", dx=4, fontSize=13, color=GREY).encode(text=alt.Text("label:N"))
    return (bars + texts).properties(title=lines(title), height=(ROW + 4) * len(table) + FRAME)
