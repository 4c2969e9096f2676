"""The sentence where a transformer is asked for and none has been trained, and the way to its training."""

import streamlit as st

from ladder.rungs import STATISTICS
from ladder.ui.frame import link_to


def train_first(sentence: str) -> None:
    """What is missing, and a button that goes to the panel Transformer with the same text."""
    st.caption(sentence)
    if st.button("Train one", key="train-first", icon="🏋️"):
        link_to(STATISTICS, panel="transformer")
