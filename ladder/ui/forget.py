"""Forget a text now: the file, its row in the index, what people guessed, and all that was computed from it."""

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
WAIT_SECONDS = 8.0  # for what runs to end: it may be writing a checkpoint


def forget_button(whole: Corpus | None, reference: str, otherwise: str) -> None:
    """The button below the picker, for a text that somebody has uploaded."""
    if sentence := st.session_state.pop("forget-refusal", None):
        st.warning(plain(sentence))
    if reference in SAMPLES or whole is None:
        return
    with st.popover("Forget this text now …", icon="🗑️", width="stretch", key="forget"):
        st.markdown(
            f"**{plain(whole.name)}** goes for everyone who has the link: the file, its entry, the guesses, and all "
            "that was computed from it. Whoever uploads the same file again brings the link back."
        )
        st.button("Forget it", type="primary", key="forget-now", on_click=_forget, args=(whole, reference, otherwise))


def _forget(whole: Corpus, reference: str, otherwise: str) -> None:
    try:
        forget(whole, reference)
    except (ValueError, OSError) as refusal:
        said = str(refusal) if isinstance(refusal, ValueError) else "The server's disk refuses to delete the file."
        if shelf().has(reference):
            st.session_state["forget-refusal"] = f"The text could not be forgotten: {said}"
            return
        st.session_state["forget-refusal"] = (
            f"The text is gone for everyone, but not yet all of it is off the server: {said} Within the hour it tries "
            "again."
        )
    for key in [key for key in st.session_state if str(key).startswith("own_") or key in OWN]:
        del st.session_state[key]
    if context := get_script_run_ctx():
        context.uploaded_file_mgr.remove_session_files(context.session_id)
    climb_with(otherwise)


def forget(whole: Corpus, reference: str) -> None:
    """Remove a text and everything of it from memory, disk and database.

    Raises ValueError or OSError where something is left: the store takes up again within the hour what nobody
    sees any more, and what is still seen can be forgotten once more.
    """
    try:
        guessed = guessed_text(whole)
    except ValueError:  # a text of one piece: there is nothing to guess
        guessed = ""
    forget_results(reference)
    ended = pool().forget(lambda job: _speaks_of(job, reference), wait=WAIT_SECONDS)
    shelf().forget(reference, guessed)
    forget_trainings(reference)
    if not ended:
        raise ValueError("What was being computed from it has not ended yet.")


def _speaks_of(job: Job, reference: str) -> bool:
    """Whether a job's key names the text: as the source of a corpus, or by its address."""
    left: list[object] = [job.key]
    while left:
        part = left.pop()
        if isinstance(part, tuple | list):
            left.extend(part)
        elif part == reference:
            return True
    return False
