"""The held-out part as a real file, written by the arithmetic coder, beside what compressors make of it."""

from typing import NamedTuple

import pandas as pd
import streamlit as st

from ladder.charts import probability as charts
from ladder.math import bits_per_byte
from ladder.probability import compress, decompress
from ladder.probability.coder import HEADER_BYTES
from ladder.reality import Corpus, to_bytes, to_text, yardsticks
from ladder.rungs import PROBABILITY
from ladder.ui.asked import lossless, parts_of
from ladder.ui.cache import identity, split_of, train_alphabet
from ladder.ui.chosen import TRANSFORMER, USUAL, Choice, model_knobs, model_of
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.read_back import read_back
from ladder.ui.show import show_chart
from ladder.ui.view import View
from ladder.ui.waterfall import climb_of
from ladder.waterfall import Step

LARGEST_FILE = 200_000  # bytes of the held-out part that are written
LARGEST_BY_NET = 20_000  # the same for a transformer, which reads its whole window anew for each token


class Written(NamedTuple):
    """A file, and what it is measured against."""

    data: bytes
    n_bytes: int  # of the text
    n_tokens: int
    bits: float  # the sum of surprisals
    same: bool  # whether the text came back byte for byte
    rivals: pd.DataFrame  # compressor, bytes, given the training part
    alone: pd.DataFrame  # the same without it
    whole: bool  # whether it is all of the held-out part


@st.fragment
def file_panel(view: View) -> None:
    """The held-out part as a real file, and read back."""
    if not lossless(view):
        return
    choice = model_knobs(view)
    parts = parts_of(view)
    if choice is None or parts is None:
        return
    most = largest(choice)
    size = min(len(to_bytes(parts.held_out)), most)
    st.markdown(
        f"An arithmetic coder, driven by the {choice.title} of the training part, writes "
        f"{'the held-out part' if size < most else f'the first {most:,} bytes of the held-out part'} "
        f"({size:,} bytes) into a file, and reads it back."
    )
    key = ("file", identity(view.corpus), view.scheme, view.vocabulary_size, choice)
    written = run_job(
        key,
        "Writing the file",
        lambda progress: write_file(view.corpus, view.scheme, view.vocabulary_size, choice, progress),
        start_label="Write the file",
    )
    if written is not None:
        _show_file(view, written, choice)
    read_back(view, choice, most=LARGEST_FILE)


def largest(choice: Choice) -> int:
    """How many bytes of the held-out part are written."""
    return LARGEST_BY_NET if choice.kind == TRANSFORMER else LARGEST_FILE


def write_file(corpus: Corpus, scheme: str, vocabulary_size: int, choice: Choice, progress: Progress) -> Written:
    """The held-out part, or its beginning, written by the coder, read back and measured."""
    progress(0.01, "counting")
    model = model_of(corpus, scheme, vocabulary_size, choice)
    parts = split_of(corpus)
    text = to_text(to_bytes(parts.held_out)[: largest(choice)])
    encoding = train_alphabet(corpus, scheme, vocabulary_size).encode(text)
    data = compress(encoding.ids, model, progress=lambda share: progress(0.05 + 0.4 * share, "writing"))
    back = decompress(data, model, progress=lambda share: progress(0.45 + 0.4 * share, "reading back"))
    progress(0.9, "the others’ files")
    return Written(
        data,
        encoding.n_bytes,
        len(encoding.ids),
        float(model.surprisals(encoding.ids).sum()),
        encoding.decode(back) == to_bytes(text),
        yardsticks(to_bytes(text), given=to_bytes(parts.train)),
        yardsticks(to_bytes(text)),
        len(to_bytes(parts.held_out)) <= largest(choice),
    )


def _enter_waterfall(view: View, step: Step, choice: Choice, written: Written) -> None:
    """Put the price on top of the page where it is missing: of the whole part, under the model shown there."""
    climb = climb_of(view.corpus, view.scheme, view.vocabulary_size)
    if written.whole and choice == USUAL and not any(old.rung == PROBABILITY for old in climb.steps):
        climb.add(step)
        st.rerun()


def _show_two_parts(view: View, written: Written, model_bytes: int) -> None:
    """What the text costs somebody who has nothing: the model must travel too, the compressors learn as they go."""
    sizes = {f"this file with the model inside ({model_bytes:,} bytes, zipped)": len(written.data) + model_bytes}
    sizes |= {f"{row.compressor} alone": row.bytes for row in written.alone.itertuples()}
    rows = [
        (way, f"{size:,}", view.lens.amount(bits_per_byte(8 * size, written.n_bytes), per="byte"))
        for way, size in sorted(sizes.items(), key=lambda item: item[1])
    ]
    st.markdown("**And for somebody who has nothing**, neither the training part nor the model:")
    st.table(pd.DataFrame(rows, columns=["way", "bytes", "price"]).set_index("way"))


def _show_file(view: View, written: Written, choice: Choice) -> None:
    model = model_of(view.corpus, view.scheme, view.vocabulary_size, choice)
    n = written.n_bytes
    price = bits_per_byte(8 * len(written.data), n)
    _enter_waterfall(view, Step(PROBABILITY, "coded file", price), choice, written)
    ways = [("this file", len(written.data), True), ("sum of surprises / 8", written.bits / 8, True)]
    ways += [(row.compressor, row.bytes, False) for row in written.rivals.itertuples()]
    table = pd.DataFrame(sorted(ways, key=lambda way: way[1]), columns=["way", "bytes", "ours"])
    table["bits_per_byte"] = 8 * table["bytes"] / n
    table["label"] = [
        f"{size:,.0f} · {view.lens.scale(bits):.3f} {view.lens.unit}/byte"
        for size, bits in zip(table["bytes"], table["bits_per_byte"], strict=True)
    ]
    best = written.rivals.loc[written.rivals["bytes"].idxmin()]
    finding = (
        f"The file has {len(written.data):,} bytes, {len(written.data) - written.bits / 8:,.1f} more than the "
        f"surprises ask for; the best compressor, {best['compressor']}, takes {int(best['bytes']):,}"
    )
    show_chart(
        charts.file_bars(table, title=finding),
        table,
        key="file",
        alt=finding + ". " + "; ".join(f"{way}: {size:,.0f} bytes" for way, size, _ in ways) + ".",
        width="stretch",
    )
    st.markdown(
        f"{'✅ Read back, byte for byte the same' if written.same else '❌ Read back, but not the same'}: {n:,} bytes "
        f"in {written.n_tokens:,} tokens, for {view.lens.amount(price, per='byte')}; {HEADER_BYTES} bytes of the file "
        "are its header. The compressors were given the same training part."
    )
    _show_two_parts(view, written, model.size_bytes)
    st.download_button(
        "The file",
        written.data,
        "held-out.ladder",
        "application/octet-stream",
        key="file-download",
        icon="💾",
        on_click="ignore",
    )
    log = view.lens.tex_log
    eight = "8" if view.lens.shannon else r"8 \ln 2"
    explain(
        "file",
        formula=rf"""\begin{{aligned}}
\tfrac{{1}}{{{eight}}} \textstyle\sum_t -{log} q(x_t \mid x_{{<t}}) &= {written.bits / 8:.1f}\ \text{{bytes}} \\
\text{{file}} &= {HEADER_BYTES} + {len(written.data) - HEADER_BYTES} = {len(written.data)}\ \text{{bytes}} \\
{eight} \cdot {len(written.data)} / {n} &= {view.lens.tex(price, per="byte")}
\end{{aligned}}""",
        source=[compress, decompress],
        question="The decoder must hold the model. If the model travelled with the file, would this still be the "
        "shortest of the files?",
        answer=f"Written down, the model takes {model.size_bytes:,} bytes, so together they take "
        f"{len(written.data) + model.size_bytes:,}. For one short text a large model never pays; for many texts it is "
        "sent once.",
    )
