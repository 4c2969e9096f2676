"""A chart on the page, with what it says in words and its data one click away."""

from collections.abc import Callable
from typing import Any

import altair
import pandas as pd
import streamlit as st
from altair.utils import schemapi

import ladder.charts.many  # noqa: F401  (importing it is what counts)
from ladder.ui.tokens import plain

# Tables come aggregated, and a picture's size is Streamlit's business, not a theme's.
altair.data_transformers.disable_max_rows()
altair.theme.enable("none")

# The tests check every chart against Vega-Lite's schema. Doing it again at every rerun, here and in each
# of Altair's constructors, would take half of the rerun.
CHECK = False
schemapi.disable_debug_mode()


def show_chart(chart: altair.TopLevelMixin, table: pd.DataFrame, *, key: str, alt: str, **options: Any) -> Any:
    """Draw the chart; `alt` is what a screen reader says; the table, PNG and SVG are one click away.

    Returns the selection where `on_select` is among the options.
    """
    spec = chart.to_dict(validate=CHECK)
    selection = st.vega_lite_chart(spec=spec, key=f"chart-{key}", alt=alt, **options)
    with st.popover("Data and export", key=f"export-{key}"):
        for label, data, form, mime in (
            ("Data (CSV)", lambda: table.to_csv(index=False), "csv", "text/csv"),
            ("Picture (SVG)", _picture(spec, "svg"), "svg", "image/svg+xml"),
            ("Picture (PNG)", _picture(spec, "png"), "png", "image/png"),
        ):
            st.download_button(label, data, f"{key}.{form}", mime, key=f"{form}-{key}", on_click="ignore")
        st.caption(plain(alt))  # it may name tokens, and Markdown has pictures
    return selection


def _picture(spec: dict[str, Any], form: str) -> Callable[[], bytes | str]:
    """The chart as a file, drawn only when somebody asks for it."""

    def draw() -> bytes | str:
        import vl_convert

        if form == "svg":
            return vl_convert.vegalite_to_svg(spec)
        return vl_convert.vegalite_to_png(spec, scale=2)

    return draw
