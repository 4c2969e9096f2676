"""A real file, written by the arithmetic coder that a real language model drives, and read back."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from ladder.charts import probability as charts
from ladder.math import bits_per_byte
from ladder.probability import compress, decompress
from ladder.probability.coder import HEADER_BYTES, PROBES
from ladder.reality import Corpus, Split, to_bytes, yardsticks
from ladder.statistics.pretrained import Pretrained
from ladder.statistics.stretch import stretch_of
from ladder.ui import knobs
from ladder.ui.cache import identity, split_of
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.show import show_chart
from ladder.ui.view import View

SIZES = (100, 200, 400, 800)  # bytes


class Coded(NamedTuple):
    """A file, and what it is measured against."""

    data: bytes
    text: str
    n_tokens: int
    bits: float  # the sum of surprisals
    same: bool  # whether the text came back byte for byte
    rivals: pd.DataFrame  # compressor, bytes, given the training part


def write_file(model: Pretrained, parts: Split, n_bytes: int, progress: Progress) -> Coded:
    """The first bytes of the held-out part, written and read back token by token."""
    text = stretch_of(parts, share=0.0, n_bytes=n_bytes).text
    ids = model.alphabet.encode(text).ids
    read, all_reads = 0, 2 * (PROBES + len(ids))  # each side looks at the model's fingerprint first

    def watch() -> None:
        nonlocal read
        read += 1
        half = "writing" if read <= all_reads // 2 else "reading back"
        progress(0.95 * min(read / all_reads, 1.0), f"{half}, token by token")

    data = compress(ids, model.repeatable(watch))
    back = decompress(data, model.repeatable(watch))
    progress(0.96, "the others’ files")
    return Coded(
        data,
        text,
        len(ids),
        float(model.surprisals(ids).sum()),
        b"".join(model.alphabet.vocabulary[i] for i in back.tolist()) == to_bytes(text),
        yardsticks(to_bytes(text), given=to_bytes(parts.train)),
    )


def draw(view: View, model: Pretrained) -> None:
    """The file beside what compressors make of the same bytes."""
    n_bytes = knobs.slider_of("rmbytes", "Bytes of the held-out part", SIZES, 200)
    corpus: Corpus = view.corpus
    coded = run_job(
        ("real file", identity(corpus), model.name, n_bytes),
        "Writing the file, and reading it back",
        lambda progress: write_file(model, split_of(corpus), n_bytes, progress),
        start_label="Write the file",
    )
    if coded is None:
        st.caption("Both sides must compute the same digits, so the model reads token by token: some seconds.")
        return
    n = len(to_bytes(coded.text))
    payload = len(coded.data) - HEADER_BYTES
    ways = [("this file, without header", payload, True), ("sum of surprises / 8", coded.bits / 8, True)]
    ways += [(row.compressor, row.bytes, False) for row in coded.rivals.itertuples()]
    table = pd.DataFrame(sorted(ways, key=lambda way: way[1]), columns=["way", "bytes", "ours"])
    table["bits_per_byte"] = 8 * table["bytes"] / n
    table["label"] = [
        f"{size:,.0f} · {view.lens.scale(bits):.2f} {view.lens.unit}/byte"
        for size, bits in zip(table["bytes"], table["bits_per_byte"], strict=True)
    ]
    best = coded.rivals.loc[coded.rivals["bytes"].idxmin()]
    finding = (
        f"{n} bytes become {payload} and a header of {HEADER_BYTES}; the best compressor, {best['compressor']}, "
        f"takes {int(best['bytes'])}"
    )
    show_chart(
        charts.file_bars(table, title=finding),
        table,
        key="real-file",
        alt=finding + ". " + "; ".join(f"{way}: {size:,.0f} bytes" for way, size, _ in ways) + ".",
        width="stretch",
    )
    price = view.lens.amount(bits_per_byte(8 * payload, n), per="byte")
    st.markdown(
        f"{'✅ Read back, byte for byte the same' if coded.same else '❌ Read back, but not the same'}: {n} bytes in "
        f"{coded.n_tokens} tokens, for {price}. The compressors were given the training part of this text; the model "
        f"has read others, and whoever reads the file needs its {model.size_bytes / 1e6:,.1f} MB."
    )
    st.download_button(
        "The file",
        coded.data,
        "held-out.ladder",
        "application/octet-stream",
        key="real-file-download",
        icon="💾",
        on_click="ignore",
    )
    explain(
        "real-file",
        formula=rf"\tfrac18 \textstyle\sum_t -\log_2 q(x_t \mid x_{{<t}}) = {coded.bits / 8:.1f}, \qquad "
        rf"\text{{payload}} = {payload}\ \text{{bytes}}",
        source=[compress, decompress],
        question="Why may the coder not read many tokens at once, as scoring does?",
        answer="The reader has only what it has decoded so far. And a sum of many products differs in its last digit "
        "with the order of adding; one part in 2³² elsewhere, and all that follows is another text.",
    )
