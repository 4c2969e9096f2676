"""The leaderboard: all models and compressors on one held-out part."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.math import encode
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, to_bytes
from ladder.statistics import (
    LogBilinear,
    NGram,
)
from ladder.statistics.leaderboard import leaderboard
from ladder.ui.cache import identity, split_of, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, lossless
from ladder.ui.view import View


@st.fragment
def leaderboard_panel(view: View) -> None:
    """All models and compressors on one held-out part."""
    if not lossless(view):
        return
    corpus = bounded(view.corpus)
    board = run_job(
        ("leaderboard", identity(corpus), view.scheme, view.vocabulary_size),
        "Leaderboard",
        lambda progress: board_of(corpus, view.scheme, view.vocabulary_size, progress),
    )
    if board is None:
        return
    in_unit = np.vectorize(view.lens.scale)
    table = board.assign(
        price=in_unit(board["bits_per_byte"]),
        whole=in_unit(board["whole_bits_per_byte"]),
        name=[
            f"{row.name} ({row.alphabet})" if row.kind == "static model" else row.name
            for row in board.itertuples(index=False)
        ],
    )
    best = {kind: table[table["kind"] == kind].iloc[0] for kind in ("static model", "compressor (adaptive)")}
    model, compressor = best["static model"], best["compressor (adaptive)"]
    n_held_out = len(to_bytes(split_of(corpus).held_out))
    beaten = int((table[table["kind"] != "static model"]["price"] > model["price"]).sum())
    n_compressors = int((table["kind"] != "static model").sum())
    finding = (
        f"{model['name']} pays {view.lens.amount(model['bits_per_byte'], per='byte')} and beats {beaten} of "
        f"{n_compressors} compressors; {compressor['name']} pays {view.lens.amount(compressor['bits_per_byte'])}"
    )
    show_chart(
        charts.leaderboard(table, title=finding, unit=view.lens.unit),
        table,
        key="leaderboard",
        alt=f"{finding}. "
        + "; ".join(f"{row.name} {row.price:.3f}" for row in table.itertuples())
        + f" {view.lens.unit} per byte.",
        width="stretch",
    )
    st.caption(
        f"The same {n_held_out:,} held-out bytes for all. A static model has stopped learning; a compressor has read "
        "the training part first and goes on learning while it reads, so the two kinds are no equal contest. Orders "
        "and α were chosen on a validation part, never on the held-out one."
    )
    whole_bytes = len(corpus.data)
    if model["size_bytes"] > whole_bytes:
        st.caption(
            f"The tables of the best static model take {int(model['size_bytes']):,} bytes, more than the text itself "
            f"({whole_bytes:,}): whoever had to send them along would do better to send the text."
        )
    shown = table[["name", "kind", "price", "whole", "size_bytes", "seconds"]].rename(
        columns={
            "price": f"held out, {view.lens.unit}/byte",
            "whole": "with the model",
            "size_bytes": "model, bytes",
        }
    )
    st.dataframe(shown.round(3), width="stretch", hide_index=True)
    st.caption(
        f"“With the model”: {view.lens.unit} per byte of the whole text, the model’s own bytes included; for a "
        "compressor, of the whole text with nothing given."
    )
    explain(
        "leaderboard",
        formula=r"\text{two-part price} = \frac{\text{bits of the model} + \text{bits of the whole text under it}}"
        rf"{{\text{{bytes}}}} = {model['whole_bits_per_byte']:.3f} \text{{ bits/byte for the best static model}}",
        source=[leaderboard, NGram.fit, LogBilinear.fit],
        question="A model could hold the whole text inside and then name it for nothing. Which column finds it out?",
        answer="Both do: the held-out part was never inside, and the price with the model itself counts every byte "
        f"of its tables. For the best static model that is {int(model['size_bytes']):,} bytes.",
    )


def board_of(corpus: Corpus, scheme: str, vocabulary_size: int, progress: Progress) -> pd.DataFrame:
    """The leaderboard of a corpus in an alphabet, and over bytes."""
    parts = split_of(corpus)
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    as_bytes = None if scheme == "bytes" else (encode(parts.train, "bytes"), encode(parts.held_out, "bytes"))
    codebook = codebook_bits(train_alphabet(corpus, scheme, vocabulary_size))
    return leaderboard(parts, train, held_out, bytes_too=as_bytes, codebook_bits=codebook, progress=progress)
