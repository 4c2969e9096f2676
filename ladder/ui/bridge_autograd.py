"""The ledger's one row that waits for PyTorch: asked for by a button, or at once where PyTorch is loaded already."""

import sys
from typing import TYPE_CHECKING

import streamlit as st

from ladder.ui.bridge_mark import DEFAULT_T, context_of, part_read, scheme_read
from ladder.ui.cache import identity
from ladder.ui.jobs import pool, run_job
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.bridge import Identity

START = "Ask autograd"


def autograd_row(view: View) -> "Identity | None":
    """The row once it has been computed; never asks for it."""
    job = pool().find(_key(view))
    return job.result if job is not None and job.state == "done" else None


def ask_autograd(view: View) -> None:
    """A card without a verdict, and the way to one."""
    from ladder.bridge import gradient_by_autograd, proved
    from ladder.bridge.autograd import NAME

    corpus, scheme, size = part_read(view.corpus), scheme_read(view), view.vocabulary_size
    with st.container(border=True, gap="small"):
        st.markdown(f"◻️ **{NAME}**")
        st.caption("Not computed yet: PyTorch, which differentiates the loss step by step, takes seconds to load.")
        row = run_job(
            _key(view),
            "The gradient by autograd",
            lambda progress: proved(gradient_by_autograd(context_of(corpus, scheme, size, DEFAULT_T))),
            start_label=None if torch_is_loaded() else START,
        )
    if row is not None:  # it was there all along, or came while this was drawn
        st.rerun()


def torch_is_loaded() -> bool:
    """Whether this server has PyTorch in memory, so that nobody has to wait for it."""
    return "torch" in sys.modules


def _key(view: View) -> tuple:
    return "autograd", identity(view.corpus), scheme_read(view), view.vocabulary_size
