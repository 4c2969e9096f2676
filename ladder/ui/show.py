"""A chart on the page, with what it says in words and its data one click away."""

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st


def show_chart(
    chart: alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.FacetChart,
    table: pd.DataFrame,
    *,
    key: str,
    alt: str,
    **options: Any,
) -> Any:
    """Draw the chart; `alt` is what a screen reader says; the table, PNG and SVG are one click away.

    Returns the selection where `on_select` is among the options.
    """
    selection = st.altair_chart(chart, key=f"chart-{key}", alt=alt, **options)
    with st.popover("Data and export", key=f"export-{key}"):
        for label, data, form, mime in (
            ("Data (CSV)", lambda: table.to_csv(index=False), "csv", "text/csv"),
            ("Picture (SVG)", _picture(chart, "svg"), "svg", "image/svg+xml"),
            ("Picture (PNG)", _picture(chart, "png"), "png", "image/png"),
        ):
            st.download_button(label, data, f"{key}.{form}", mime, key=f"{form}-{key}", on_click="ignore")
        st.caption(alt)
    return selection


def _picture(chart: Any, form: str) -> Callable[[], bytes | str]:
    """The chart as a file, drawn only when somebody asks for it."""

    def draw() -> bytes | str:
        import vl_convert

        spec = chart.to_dict()
        if form == "svg":
            return vl_convert.vegalite_to_svg(spec)
        return vl_convert.vegalite_to_png(spec, scale=2)

    return draw
