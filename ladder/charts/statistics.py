"""Charts of the rung Statistics: a histogram and its fit, the way there, n-grams by order, the leaderboard."""

import textwrap

import altair as alt
import pandas as pd

from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, TITLE_WIDTH, lines

Layers = alt.LayerChart | alt.FacetChart

ROW = 24  # pixels for each line of a bar chart
COLUMN = 22  # pixels for each symbol, at least


def histogram(table: pd.DataFrame, *, title: str) -> Layers:
    """Bars for p, ticks for q: one row a symbol, columns `symbol`, `p`, `q`."""
    base = alt.Chart(table).encode(
        alt.X("symbol:N").sort(None).title(None).axis(labelAngle=-60, labelLimit=80, labelOverlap=True),
        tooltip=["symbol:N", alt.Tooltip("p:Q", format=".4%"), alt.Tooltip("q:Q", format=".4%")],
    )
    happens = base.mark_bar(color=P_COLOUR).encode(
        alt.Y("p:Q").title("probability (root scale)").scale(type="sqrt").axis(format="%", tickCount=5)
    )
    believed = base.mark_tick(color=Q_COLOUR, thickness=4).encode(alt.Y("q:Q"))
    return alt.layer(happens, believed).properties(title=lines(title), height=HEIGHT + 60)


def price_bars(table: pd.DataFrame, *, title: str, unit: str) -> Layers:
    """H(p, q) as H(p) and KL end to end: columns `state`, `part`, `start`, `stop`, `label`."""
    base = alt.Chart(table).encode(
        alt.Y("state:N").sort(None).title(None).axis(labelLimit=130),
        tooltip=["state:N", "part:N", alt.Tooltip("label:N", title=unit)],
    )
    colour = (
        alt.Color("part:N")
        .scale(domain=["H(p)", "KL(p‖q)"], range=[P_COLOUR, Q_COLOUR])
        .legend(title=None, orient="bottom")
    )
    bars = base.mark_bar(size=ROW * 0.6, yOffset=8).encode(
        alt.X("start:Q").title(unit).axis(tickCount=5), alt.X2("stop:Q"), colour
    )
    sums = (
        base.transform_filter("datum.part == 'H(p)'")
        .mark_text(align="left", dx=3, dy=-10, fontSize=13, color=GREY, fontWeight="bold")
        .encode(alt.X("start:Q"), alt.Text("label:N"))
    )
    n_states = table["state"].nunique()
    return alt.layer(bars, sums).properties(title=lines(title), height=room(44 * n_states, title, legend=True))


def ways(table: pd.DataFrame, *, names: list[str], step: int, title: str, unit: str) -> Layers:
    """What is still to be learned, step by step, for each way: columns `step`, `way`, `excess`."""
    return _falling(table, "way", names, y=f"KL(p‖q) in {unit}", amount="excess", form=".0e", step=step, title=title)


def stall(table: pd.DataFrame, *, names: list[str], step: int, title: str) -> Layers:
    """What is still to be learned of frequent and of rare symbols: columns `step`, `band`, `left`."""
    return _falling(table, "band", names, y="share of the error left", amount="left", form="~%", step=step, title=title)


def by_order(table: pd.DataFrame, *, names: list[str], floor: float | None, title: str, unit: str) -> Layers:
    """Price by order: columns `order`, `model`, `part` ("held out" or "train"), `price`, `best`.

    `floor` is the source's own entropy rate, where it is known: a grey line.
    """
    colour = (
        alt.Color("model:N")
        .scale(domain=names, range=[P_COLOUR, OKABE_ITO[5]])
        .legend(title=None, orient="bottom", labelLimit=200)
    )
    dash = alt.StrokeDash("part:N").scale(domain=["held out", "train"], range=[[1, 0], [5, 4]]).legend(None)
    base = alt.Chart(table).encode(
        alt.X("order:O").title("order n").axis(labelAngle=0),
        alt.Y("price:Q").title(f"{unit} per byte").scale(zero=True),
        colour,
        tooltip=["model:N", "part:N", "order:O", alt.Tooltip("price:Q", format=".4f")],
    )
    drawn = base.mark_line(strokeWidth=2.5).encode(dash)
    points = base.mark_point(filled=True, size=45)
    best = base.transform_filter("datum.best").mark_point(size=260, strokeWidth=3, filled=False)
    texts = base.transform_filter("datum.best").mark_text(dy=-18, fontSize=14, fontWeight="bold")
    layers = [drawn, points, best, texts.encode(alt.Text("price:Q", format=".3f"))]
    if floor is not None:
        layers.append(
            alt.Chart(pd.DataFrame({"price": [floor]})).mark_rule(color=GREY, size=2).encode(alt.Y("price:Q"))
        )
    return alt.layer(*layers).properties(title=lines(title), height=HEIGHT + 120)


def leaderboard(table: pd.DataFrame, *, title: str, unit: str) -> Layers:
    """One bar a model: columns `name`, `kind`, `price`, `whole`; ticks for the price with the model itself."""
    colours = {"static model": P_COLOUR, "adaptive model": OKABE_ITO[2], "compressor (adaptive)": GREY}
    shown = [kind for kind in colours if kind in set(table["kind"])]
    base = alt.Chart(table).encode(
        alt.Y("name:N").sort(None).title(None).axis(labelLimit=190, labelOverlap=False),
        tooltip=[
            alt.Tooltip("name:N", title="model"),
            "kind:N",
            alt.Tooltip("price:Q", format=".4f", title=f"held out, {unit}/byte"),
            alt.Tooltip("whole:Q", format=".4f", title=f"whole text, model included, {unit}/byte"),
        ],
    )
    key = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=220) if len(shown) > 1 else None
    colour = alt.Color("kind:N", legend=key).scale(domain=shown, range=[colours[kind] for kind in shown])
    bars = base.mark_bar(size=ROW * 0.7).encode(alt.X("price:Q").title(f"{unit} per byte"), colour)
    texts = base.mark_text(align="left", dx=5, fontSize=13, color=GREY).encode(
        alt.X("price:Q"), alt.Text("price:Q", format=".3f")
    )
    return alt.layer(bars, texts).properties(
        title=lines(title), height=room((ROW + 2) * len(table), title, legend=True) + 20 * len(shown)
    )


def paired(table: pd.DataFrame, *, mean: float, low: float, high: float, title: str, unit: str) -> Layers:
    """A dot a stretch, 0 as a line, the mean and its interval in grey: columns `stretch`, `difference`."""
    dots = (
        alt.Chart(table)
        .mark_point(filled=True, size=60, color=P_COLOUR)
        .encode(
            alt.X("stretch:Q").title("stretch of the held-out part").axis(tickMinStep=1),
            alt.Y("difference:Q").title(f"A − B, {unit} per byte"),
            tooltip=["stretch:Q", alt.Tooltip("difference:Q", format="+.4f")],
        )
    )
    span = alt.Chart(pd.DataFrame({"low": [low], "high": [high]})).mark_rect(color=GREY, opacity=0.35)
    middle = alt.Chart(pd.DataFrame({"y": [mean]})).mark_rule(color=GREY, size=2)
    zero = alt.Chart(pd.DataFrame({"y": [0]})).mark_rule(strokeDash=[4, 4], size=2, color=Q_COLOUR)
    return alt.layer(
        span.encode(alt.Y("low:Q"), alt.Y2("high:Q")), middle.encode(alt.Y("y:Q")), zero.encode(alt.Y("y:Q")), dots
    ).properties(title=lines(title), height=HEIGHT)


def followers(table: pd.DataFrame, *, title: str) -> Layers:
    """Ticks for the model's belief, bars for what followed in the text: columns `token`, `q`, `share`."""
    base = alt.Chart(table).encode(
        alt.Y("token:N").sort(None).title(None).axis(labelLimit=110),
        tooltip=["token:N", "times:Q", alt.Tooltip("share:Q", format=".2%"), alt.Tooltip("q:Q", format=".2%")],
    )
    happened = base.mark_bar(color=P_COLOUR, size=ROW * 0.6).encode(
        alt.X("share:Q").title("bars: what followed; ticks: q").axis(format="%", tickCount=5)
    )
    believed = base.mark_tick(color=Q_COLOUR, thickness=4, size=ROW * 0.8).encode(alt.X("q:Q"))
    return alt.layer(happened, believed).properties(title=lines(title), height=room(ROW * len(table), title))


def _falling(
    table: pd.DataFrame, column: str, names: list[str], *, y: str, amount: str, form: str, step: int, title: str
) -> Layers:
    """Lines that fall over the steps, both axes by ratios, the present step dashed."""
    shown = [name for name in names if name in set(table[column])]
    colour = (
        alt.Color(f"{column}:N")
        .scale(domain=shown, range=[OKABE_ITO[i] for i in (5, 2, 3, 0)][: len(shown)])
        .legend(title=None, orient="bottom", columns=1, labelLimit=220)
    )
    dash = (
        alt.StrokeDash(f"{column}:N")
        .scale(domain=shown, range=[[1, 0], [8, 3], [2, 2], [8, 3, 2, 3]][: len(shown)])
        .legend(None)
    )
    x = alt.X("step:Q").scale(type="symlog").title("step").axis(values=[0, 1, 3, 10, 30, 100, 300, 1000, 3000])
    drawn = (
        alt.Chart(table)
        .mark_line(strokeWidth=2.5, clip=True)
        .encode(
            x,
            alt.Y(f"{amount}:Q").scale(type="log").title(y).axis(format=form, tickCount=6),
            colour,
            dash,
            tooltip=[f"{column}:N", "step:Q", alt.Tooltip(f"{amount}:Q", format=".3g")],
        )
    )
    now = alt.Chart(pd.DataFrame({"step": [step]})).mark_rule(color=GREY, strokeDash=[4, 4], size=2).encode(x)
    return alt.layer(now, drawn).properties(title=lines(title), height=room(HEIGHT * 0.8, title, legend=True) + 60)


def room(plot: float, title: str, *, legend: bool = False) -> float:
    """The height of a picture whose marks take `plot` pixels: Streamlit counts title, axis and legend in."""
    return plot + 22 * len(textwrap.wrap(title, TITLE_WIDTH)) + 70 + (60 if legend else 0)
