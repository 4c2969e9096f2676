"""Charts of people against models: guesses, branches, and generations."""

import altair as alt
import pandas as pd

from ladder.charts.theme import GREY, HEIGHT, OKABE_ITO, P_COLOUR, Q_COLOUR, lines

FRAME = 96  # pixels for title and axis: on a page they count as height


def guess_bars(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """How many letters were right at each guess: bars for all, ticks for one; columns `rank`, `all`, `you`."""
    base = alt.Chart(table).encode(alt.X("rank:O").title("right at guess").axis(labelAngle=0, labelOverlap=True))
    everybody = base.mark_bar(color=P_COLOUR).encode(
        alt.Y("all:Q").title("share of the letters").axis(format="%"),
        tooltip=[alt.Tooltip("rank:O"), alt.Tooltip("all:Q", format=".1%"), alt.Tooltip("you:Q", format=".1%")],
    )
    you = base.mark_tick(color=Q_COLOUR, thickness=4).encode(alt.Y("you:Q"))
    return (everybody + you).properties(title=lines(title), height=HEIGHT + FRAME)


def race(table: pd.DataFrame, *, title: str, unit: str) -> alt.LayerChart:
    """Surprise so far, token by token: columns `token`, `amount`, `branch`, `line` (one for each line)."""
    names = ["the model’s own", "your branch", "the other branch"]
    colour = (
        alt.Color("branch:N")
        .scale(domain=names, range=[GREY, P_COLOUR, Q_COLOUR])
        .legend(title=None, orient="bottom", columns=2, symbolType="stroke", symbolStrokeWidth=4, symbolSize=300)
    )
    base = alt.Chart(table).encode(
        alt.X("token:Q").title("tokens").axis(format="d", tickMinStep=1),
        alt.Y("amount:Q").title(f"{unit} so far"),
        colour,
        alt.Detail("line:N"),
        tooltip=["branch:N", "token:Q", alt.Tooltip("amount:Q", format=".2f")],
    )
    models = base.transform_filter(f"datum.branch == '{names[0]}'").mark_line(strokeWidth=1, opacity=0.6)
    people = base.transform_filter(f"datum.branch != '{names[0]}'").mark_line(strokeWidth=3, point=True)
    return (models + people).properties(title=lines(title), height=HEIGHT + FRAME)


def generation_curves(table: pd.DataFrame, *, names: list[str], title: str) -> alt.VConcatChart:
    """Quantities over the generations, one below the other: columns `generation`, `quantity`, `amount`, `kept`.

    `kept` says which series a point belongs to.
    """
    series = list(dict.fromkeys(table["kept"]))
    colours = [P_COLOUR, OKABE_ITO[5]][: len(series)]
    rows = []
    for name in names:
        part = alt.Chart(table[table["quantity"] == name])
        rows.append(
            part.mark_line(strokeWidth=2.5, point=alt.OverlayMarkDef(size=60))
            .encode(
                alt.X("generation:Q")
                .title("generation" if name == names[-1] else None)
                .axis(format="d", tickMinStep=1),
                alt.Y("amount:Q").title(None).scale(zero=False).axis(tickCount=4, format="~g"),
                alt.Color("kept:N")
                .scale(domain=series, range=colours)
                .legend(
                    title=None, orient="bottom", columns=1, symbolType="stroke", symbolStrokeWidth=4, symbolSize=300
                ),
                alt.StrokeDash("kept:N").scale(domain=series, range=[[1, 0], [6, 3]][: len(series)]).legend(None),
                tooltip=["kept:N", "generation:Q", alt.Tooltip("amount:Q", format=".3f")],
            )
            .properties(title=alt.TitleParams(name, anchor="start", fontSize=13), width="container", height=110)
        )
    return alt.vconcat(*rows).properties(title=lines(title))
