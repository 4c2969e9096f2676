"""Ladder: run with `streamlit run app.py`."""

from ladder.ui.frame import draw_frame

draw_frame()
