"""The sentence where a transformer is asked for and none has been trained, and the way to its training."""

from urllib.parse import urlencode

import streamlit as st

from ladder.rungs import STATISTICS
from ladder.ui.frame import SHARED_KNOBS


def train_first(sentence: str) -> None:
    """What is missing, and a link to the panel Transformer with the same text."""
    carried = {key: st.query_params[key] for key in SHARED_KNOBS if key in st.query_params}
    # A choice stands in the URL by its label. No `switch_page`: it refuses what a knob of this page is bound to.
    there = urlencode({**carried, "panel": "Transformer"})
    st.caption(f"{sentence} 🏋️ [Train one]({STATISTICS.url}?{there})")
