"""The way to a map by UMAP or t-SNE: the same start, stopped after more and more epochs."""

import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry.projection import SHARES, Stop
from ladder.ui import knobs
from ladder.ui.map_names import named
from ladder.ui.show import show_chart

PLAY_SECONDS = 1.2


def draw_trail(stops: tuple[Stop, ...], table: pd.DataFrame, title: str) -> None:
    """A slider along the way, and a button that plays it."""
    with st.expander("The way to this map", expanded=False):
        play = knobs.toggle("playmap", "Play")
        st.fragment(_stop, run_every=PLAY_SECONDS if play else None)(stops, table, title, play)


def _stop(stops: tuple[Stop, ...], table: pd.DataFrame, title: str, play: bool) -> None:
    """One stop; the next each time that it is drawn while playing."""
    if play and "mapshare" in st.session_state:
        at = SHARES.index(st.session_state["mapshare"])
        st.session_state["mapshare"] = SHARES[(at + 1) % len(SHARES)]
    share = knobs.slider_of("mapshare", "Share of the epochs, %", SHARES, SHARES[-1])
    stop = stops[min(SHARES.index(share), len(stops) - 1)]
    here = table.assign(x=stop.points[:, 0].round(4), y=stop.points[:, 1].round(4))
    finding = f"{title} after {stop.epochs} of {stops[-1].epochs} epochs: trustworthiness {stop.trustworthiness:.3f}"
    show_chart(
        charts.way_map(here, named(here, short=True), title=finding),
        here,
        key="map-trail",
        alt=f"The map on its way. {finding}.",
        width="stretch",
    )
    st.caption(
        "Each stop is a run of its own from the same start and seed, since the library hands out its end alone; "
        "it is turned and scaled to lie upon the last."
    )
