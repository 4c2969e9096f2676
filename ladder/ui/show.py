"""A chart on the page, with what it says in words and its data one click away."""

import hashlib
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import altair
import numpy as np
import pandas as pd
import streamlit as st
from altair.utils import schemapi
from altair.utils.data import to_values
from streamlit.dataframe_util import convert_anything_to_arrow_bytes

import ladder.charts.many  # noqa: F401  (importing it is what counts)
from ladder.ui.tokens import plain

# A chart's tables on their way to the browser, by name: as Arrow at once, since Altair would make a dictionary of
# each row, from which Streamlit would make a table again. None where a chart is to hold its rows itself.
TABLES: ContextVar[dict[str, bytes] | None] = ContextVar("tables", default=None)


def _by_name(data: Any) -> Any:
    """A table as its name, under which it is sent; the same rows have the same name."""
    tables = TABLES.get()
    if tables is None or not isinstance(data, pd.DataFrame):
        return to_values(data)
    unbounded = [column for column in data.select_dtypes("floating") if np.isinf(data[column].to_numpy()).any()]
    if unbounded:  # no picture has room for them
        data = data.assign(**{column: data[column].replace([np.inf, -np.inf], np.nan) for column in unbounded})
    sent = convert_anything_to_arrow_bytes(data.reset_index(drop=True))
    name = hashlib.blake2b(sent, digest_size=12).hexdigest()
    tables[name] = sent
    return {"name": name}


# Tables on a page are short. Where pyarrow kept their words, each touch would let go of the interpreter, and a
# student would wait for 29 others before going on.
pd.set_option("mode.string_storage", "python")

altair.data_transformers.register("by name", _by_name)
altair.data_transformers.enable("by name")
altair.theme.enable("none")  # a picture's size is Streamlit's business, not a theme's

# The tests check every chart against Vega-Lite's schema. Doing it again at every rerun, here and in each
# of Altair's constructors, would take half of the rerun.
CHECK = False
schemapi.disable_debug_mode()


def show_chart(chart: altair.TopLevelMixin, table: pd.DataFrame, *, key: str, alt: str, **options: Any) -> Any:
    """Draw the chart; `alt` is what a screen reader says; the table, PNG and SVG are one click away.

    Returns the selection where `on_select` is among the options.
    """
    selection = st.vega_lite_chart(spec=_spec_with_tables(chart), key=f"chart-{key}", alt=alt, **options)
    with st.popover("Data and export", key=f"export-{key}"):
        for label, data, form, mime in (
            ("Data (CSV)", lambda: table.to_csv(index=False), "csv", "text/csv"),
            ("Picture (SVG)", _picture(chart, "svg"), "svg", "image/svg+xml"),
            ("Picture (PNG)", _picture(chart, "png"), "png", "image/png"),
        ):
            st.download_button(label, data, f"{key}.{form}", mime, key=f"{form}-{key}", on_click="ignore")
        st.caption(plain(alt))  # it may name tokens, and Markdown has pictures
    return selection


def fetch_charts() -> None:
    """Have the browser fetch what draws charts while somebody reads: the first one then comes in half the time."""
    nothing = {"data": {"values": []}, "mark": {"type": "point", "aria": False}, "width": 1, "height": 1}
    with st.container(height=1, border=False):
        st.vega_lite_chart(spec=nothing, key="no-chart", alt="An empty chart.")


def _spec_with_tables(chart: altair.TopLevelMixin) -> dict[str, Any]:
    """The chart for Streamlit: Vega-Lite's description, and its tables as Arrow."""
    tables: dict[str, bytes] = {}
    token = TABLES.set(tables)
    try:
        spec = chart.to_dict(validate=CHECK)
    finally:
        TABLES.reset(token)
    return spec | {"datasets": spec.get("datasets", {}) | tables}


def _picture(chart: altair.TopLevelMixin, form: str) -> Callable[[], bytes | str]:
    """The chart as a file, drawn only when somebody asks for it."""

    def draw() -> bytes | str:
        import vl_convert

        spec = chart.to_dict(validate=False)
        if form == "svg":
            return vl_convert.vegalite_to_svg(spec)
        return vl_convert.vegalite_to_png(spec, scale=2)

    return draw
