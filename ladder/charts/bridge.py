"""Charts of the bridge: how near to its tolerance each identity comes."""

import altair as alt
import pandas as pd

from ladder.charts.theme import P_COLOUR, Q_COLOUR, lines


def used_tolerance(table: pd.DataFrame, *, title: str) -> alt.LayerChart:
    """One dot an identity: columns `name`, `rung`, `used` (difference / tolerance), `verdict`."""
    dots = (
        alt.Chart(table)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            alt.X("used:Q")
            .scale(type="log", clamp=True, domain=[1e-7, 1e6])
            .axis(format="~e", tickCount=7)
            .title("difference / tolerance"),
            alt.Y("name:N").sort(None).title(None).axis(labelLimit=215, labelOverlap=False),
            alt.Color("verdict:N")
            .scale(domain=["holds", "fails"], range=[P_COLOUR, Q_COLOUR])
            .legend(orient="top", title=None),
            alt.Shape("verdict:N").scale(domain=["holds", "fails"], range=["circle", "cross"]).legend(None),
            [alt.Tooltip("name:N"), alt.Tooltip("rung:N"), alt.Tooltip("used:Q", format=".3g")],
        )
    )
    limit = (
        alt.Chart(pd.DataFrame({"used": [1.0]})).mark_rule(strokeDash=[4, 3], color=Q_COLOUR).encode(alt.X("used:Q"))
    )
    return (limit + dots).properties(title=lines(title), height=alt.Step(17))
