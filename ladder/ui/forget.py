"""Forget a text now: the file, its row in the index, what people guessed, and all that was computed from it."""

import hashlib

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ladder.reality import SAMPLES, Corpus
from ladder.ui.cache import forget_results
from ladder.ui.jobs import Job, pool
from ladder.ui.readers import guessed_text
from ladder.ui.shelf import climb_with, shelf
from ladder.ui.tokens import plain
from ladder.ui.trainings import forget_trainings

# What this session keeps of a text: what was drawn, tried, typed and uploaded.
OWN = ("live-draw", "shannon-game", "undo", "path", "fork", "prompt", "find", "after", "say", "query", "view")


def forget_button(whole: Corpus | None, reference: str, otherwise: str) -> None:
    """The button below the picker, for a text that somebody has uploaded."""
    if reference in SAMPLES or whole is None:
        return
    with st.popover("Forget this text now …", icon="🗑️", width="stretch", key="forget"):
        st.markdown(
            f"**{plain(whole.name)}** goes for everyone who has the link: the file, its entry, the guesses, and all "
            "that was computed from it. Whoever uploads the same file again brings the link back."
        )
        st.button("Forget it", type="primary", key="forget-now", on_click=_forget, args=(whole, reference, otherwise))
    if sentence := st.session_state.pop("forget-refusal", None):
        st.warning(plain(sentence))


def _forget(whole: Corpus, reference: str, otherwise: str) -> None:
    try:
        forget(whole, reference)
    except (ValueError, OSError) as refusal:
        said = str(refusal) if isinstance(refusal, ValueError) else "The server's disk refuses to delete the file."
        st.session_state["forget-refusal"] = f"The text could not be forgotten: {said}"
        return
    for key in [key for key in st.session_state if str(key).startswith("own_") or key in OWN]:
        del st.session_state[key]
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    climb_with(otherwise)


def forget(whole: Corpus, reference: str) -> None:
    """Remove a text and everything of it from disk, database and memory. Raises ValueError or OSError."""
    names = {whole.name}
    try:
        guessed = guessed_text(whole)
    except ValueError:  # a text of one piece: there is nothing to guess
        guessed = hashlib.sha256(b"").hexdigest()
    shelf().forget(reference)
    shelf().guesses.forget(guessed)
    forget_results(names, reference)
    pool().forget(lambda job: _speaks_of(job, names, reference))
    forget_trainings(whole)


def _speaks_of(job: Job, names: set[str], reference: str) -> bool:
    """Whether a job's key names the text: as a corpus' identity, or by its address."""
    left: list[object] = [job.key]
    while left:
        part = left.pop()
        if isinstance(part, tuple | list):
            left.extend(part)
        elif isinstance(part, str) and (part in names or part == reference):
            return True
    return False
