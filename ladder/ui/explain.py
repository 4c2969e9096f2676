"""Three things at hand on every panel: the formula with your numbers, the source that computed it, a question."""

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import streamlit as st


def explain(key: str, *, formula: str, source: Sequence[Callable[..., Any]], question: str, answer: str) -> None:
    """Draw the three buttons of a panel: LaTeX, the very functions, and a question to answer before looking."""
    with st.container(horizontal=True):
        with st.popover("Formula", icon="🧮", key=f"formula-{key}"):
            st.latex(formula)
        with st.popover("Source", icon="📜", key=f"source-{key}"):
            for function in source:
                st.code(_source(function), language="python")
        with st.popover("Predict", icon="🤔", key=f"predict-{key}"):
            st.markdown(question)
            if st.toggle("Show the answer", key=f"reveal-{key}"):
                st.markdown(answer)


@cache
def _source(function: Callable[..., Any]) -> str:
    return inspect.getsource(inspect.unwrap(function))
