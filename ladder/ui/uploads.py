"""A person's own text: files or a paste, read once and kept on the shelf under its hash."""

from collections.abc import Sequence

import streamlit as st

from ladder.reality import Corpus, columns_of, read_corpora
from ladder.ui.shelf import climb_with, keep
from ladder.ui.tokens import count, plain, visible

PREVIEW = 300  # characters


def own_text() -> None:
    """The button in the sidebar, and the dialog behind it."""
    if st.button("Your own text …", icon="📄", width="stretch"):
        st.session_state["own_open"] = True
    # Drawn in every run until it is closed: a job that ends meanwhile has the page run again.
    if st.session_state.get("own_open"):
        _dialog()


def _close() -> None:
    st.session_state.pop("own_open", None)


@st.dialog("Your own text", width="large", on_dismiss=_close)
def _dialog() -> None:
    st.caption(
        "Any file will do: txt, md, csv, tsv, jsonl, html, pdf, docx, zip, several at once, even bytes that are no "
        "text. It stays on this server; whoever has the link can read it."
    )
    way = st.segmented_control("From", ["files", "paste"], default="files", required=True, key="own_way")
    if way == "paste":
        name = st.text_input("Name", "My text", key="own_name")
        pasted = st.text_area("Text", height=240, key="own_paste")
        files = [(f"{name}.txt", pasted.encode("utf-8", "surrogatepass"))] if pasted else []
    else:
        uploads = st.file_uploader("Files", accept_multiple_files=True, key="own_files")
        files = [(upload.name, upload.getvalue()) for upload in uploads]
    if not files:
        return
    try:
        corpus = read_corpora(files, column=_choose_column(files))
    except ValueError as refusal:
        st.warning(plain(str(refusal)))
        return
    st.markdown(
        f"**{plain(corpus.name)}**: {count(len(corpus.documents), 'document')}, {count(len(corpus.data), 'byte')}"
    )
    for note in corpus.notes:
        st.caption(plain(note))
    st.code("\n".join(map(visible, corpus.text[:PREVIEW].splitlines())), language=None, wrap_lines=True)
    # A callback, since only there may the knobs outside the dialog be set back.
    if st.button("Climb with this text", type="primary", key="own_go", on_click=_climb, args=(corpus,)):
        if sentence := st.session_state.pop("own_refusal", None):
            st.warning(plain(sentence))
        else:
            st.rerun()


def _climb(corpus: Corpus) -> None:
    try:
        climb_with(keep(corpus))
        _close()
    except (ValueError, OSError) as refusal:
        st.session_state["own_refusal"] = f"The text could not be kept: {refusal}"


def _choose_column(files: Sequence[tuple[str, bytes]]) -> str | None:
    """The column to read, where a file has columns to choose from."""
    columns = list(dict.fromkeys(column for name, data in files for column in columns_of(data, name)))
    if not columns:
        return None
    return st.selectbox("Column that holds the text", columns, index=None, placeholder="the one with most text")
