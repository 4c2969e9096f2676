"""Home: what the ladder is, on one screen, and the way up."""

from collections.abc import Mapping

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ladder.rungs import RUNGS
from ladder.ui.show import fetch_charts
from ladder.ui.tokens import plain
from ladder.ui.view import View


def home(view: View, menu: Mapping[str, StreamlitPage]) -> None:
    """The page that `streamlit run app.py` opens."""
    st.header("One text climbs five rungs", anchor=False)
    st.markdown(
        f"**{plain(view.corpus.name)}** starts as bytes that cost {view.lens.amount(8, digits=2)} each. Every "
        f"rung learns something of it, "
        "and the price of a byte falls. What remains at the top can write, and what it writes can be climbed again."
    )
    for rung in RUNGS:
        name, meaning = st.columns([1, 3], vertical_alignment="center")
        with name:
            st.page_link(menu[rung.name], width="stretch")
        with meaning:
            st.markdown(f"{rung.question} The text is **{rung.text_is}**.")
    st.markdown(
        "Two lenses read every rung: **Shannon** counts bits, **Boltzmann** counts microstates; on your own numbers "
        "you can see that they see the same thing."
    )
    fetch_charts()
