"""A file of the coder, from wherever it comes, turned back into its text."""

import hashlib
from typing import NamedTuple

import streamlit as st

from ladder.probability import decompress
from ladder.reality import to_bytes, to_text
from ladder.ui.cache import identity, split_of, train_alphabet
from ladder.ui.chosen import Choice, model_of
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import count, plain, visible
from ladder.ui.view import View

SHOWN = 1_000  # letters of the text that came back
LARGEST_UPLOAD_MB = 2


class Back(NamedTuple):
    """What came out of a file: its text, or the sentence why there is none."""

    data: bytes
    refusal: str


def read_back(view: View, choice: Choice, *, most: int) -> None:
    """Upload a file, and get its text back byte for byte, or one sentence."""
    st.markdown("**And back again**: upload such a file, and the same model turns it into the text.")
    file = st.file_uploader(
        "A file that was written here",
        key="ladder-file",
        max_upload_size=LARGEST_UPLOAD_MB,
        accept_multiple_files=False,
    )
    if file is None:
        return
    data = file.getvalue()
    key = ("back", hashlib.sha256(data).hexdigest(), identity(view.corpus), view.scheme, view.vocabulary_size, choice)
    back = run_job(key, "Reading the file", lambda progress: _read(view, choice, data, most, progress))
    if back is None:
        return
    if back.refusal:
        st.warning(plain(back.refusal))
        return
    held_out = to_bytes(split_of(view.corpus).held_out)
    same = back.data == held_out[: len(back.data)]
    st.markdown(
        f"✅ {count(len(data), 'byte')} became {count(len(back.data), 'byte')} of text"
        + (", byte for byte the beginning of the held-out part." if same else ", which is not the held-out part.")
    )
    text = to_text(back.data)
    st.code(
        visible(text[:SHOWN]).replace("⏎", "\n") + ("…" if len(text) > SHOWN else ""), language=None, wrap_lines=True
    )
    st.download_button(
        "The text", back.data, "text.txt", "text/plain", key="back-download", icon="📄", on_click="ignore"
    )


def _read(view: View, choice: Choice, data: bytes, most: int, progress: Progress) -> Back:
    progress(0.01, "counting")
    model = model_of(view.corpus, view.scheme, view.vocabulary_size, choice)
    letters = train_alphabet(view.corpus, view.scheme, view.vocabulary_size)
    try:
        ids = decompress(data, model, most=most, progress=lambda share: progress(0.05 + 0.9 * share, "reading"))
    except ValueError as refusal:
        return Back(b"", str(refusal))
    return Back(b"".join([letters.vocabulary[i] for i in ids]), "")
