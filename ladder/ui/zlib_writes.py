"""Any compressor as a writer: what would zlib write next?"""

import numpy as np
import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.probability import believed, written_by
from ladder.probability.compressors import WINDOW
from ladder.reality import to_bytes, to_text
from ladder.reality.yardsticks import COMPRESSORS
from ladder.ui import knobs
from ladder.ui.asked import parts_of
from ladder.ui.cache import identity
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.tokens import Token, count, token_strip
from ladder.ui.view import View

N_BYTES = 160  # that are written
BEFORE = 240  # letters before them that are shown
WRITERS = ("zlib", "bz2", "PPMd")
NEW, OLD = "rgba(0,114,178,.25)", ""


@st.fragment
def compressor_panel(view: View) -> None:
    """What a compressor would write after the training part."""
    parts = parts_of(view)
    if parts is None:
        return
    st.markdown(
        "A file of L bits is as good as a belief of 2⁻ᴸ: so every compressor can be asked which byte it expects, and "
        "drawn from like any other model."
    )
    left, right = st.columns(2)
    with left:
        name = knobs.choice("writer", "Compressor", list(WRITERS), "zlib")
    with right:
        seed = knobs.number("seed", "Seed", 0, 999_999, 1, step=1)
    before = to_bytes(parts.train)[-WINDOW:]
    key = ("writes", identity(view.corpus), name, seed)
    written = run_job(key, f"Letting {name} write", lambda progress: _write(before, name, seed, progress))
    if written is None:
        return
    q = _first_belief(name, before)
    n_best = int((q >= q.max() * 0.999).sum())
    st.markdown(
        f"**{name} wrote {count(N_BYTES, 'byte')}**, each drawn by how long its file would become. For the first of "
        f"them it finds {n_best} of the {count(len(q), 'different byte')} in the last "
        f"{count(len(before), 'byte')} equally good."
    )
    token_strip(
        [
            Token(to_text(before)[-BEFORE:], "the end of the training part", OLD),
            Token(to_text(written), f"written by {name}", NEW),
        ],
        label=f"The end of the training part, and in blue what {name} writes after it",
    )
    st.caption("In blue: what the compressor wrote. Nothing was trained: its file sizes are its beliefs.")
    explain(
        "zlib",
        formula=r"q(b \mid x) = \frac{2^{-8\,\mathrm{size}(xb)}}{\sum_{b'} 2^{-8\,\mathrm{size}(xb')}}"
        rf"\qquad \max_b q = {q.max():.4f}\ \text{{over {len(q)} bytes}}",
        source=[believed, written_by],
        question="zlib makes good files of English. Does it write good English?",
        answer="No. Its files end on whole bytes, so at most places all letters cost the same and it picks blindly; "
        "and once it has found something to repeat, it repeats it. What it saves, it saves over stretches of text, and "
        "not at each letter: of two models with the same file size, one may write and the other not.",
    )


def _write(before: bytes, name: str, seed: int, progress: Progress) -> bytes:
    make = COMPRESSORS[name]
    return written_by(
        lambda data: len(make(data)),
        before,
        n=N_BYTES,
        rng=np.random.default_rng(seed),
        progress=lambda share: progress(share, "weighing every byte"),
    )


def _first_belief(name: str, before: bytes) -> Floats:
    make = COMPRESSORS[name]
    return believed(lambda data: len(make(data)), before, bytes(sorted(set(before))))
