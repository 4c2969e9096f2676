"""The leaderboard: all models and compressors on one held-out part."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import statistics as charts
from ladder.lenses.simplex import Floats
from ladder.math import encode
from ladder.math.prices import codebook_bits
from ladder.reality import Corpus, to_bytes
from ladder.statistics.adaptive import Reader
from ladder.statistics.leaderboard import COMPRESSOR, MOST_ADAPTIVE, STATIC, Board, lines_of_bytes, quick_lines
from ladder.statistics.mixture import fit_weights
from ladder.statistics.paired import compare
from ladder.statistics.prequential import MOST, prequential
from ladder.statistics.product import fit_tables
from ladder.statistics.references import references_of
from ladder.statistics.shortcomings import shortcomings
from ladder.statistics.with_net import NET, WITH_NET, net_lines
from ladder.ui import knobs
from ladder.ui.board_more import with_lines_of_bytes, with_transformer, with_whole_adaptive
from ladder.ui.cache import identity, split_of, train_alphabet, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.pretrained_price import draw_pretrained
from ladder.ui.show import show_chart
from ladder.ui.statistics import bounded, lossless
from ladder.ui.tokens import plain
from ladder.ui.view import View

CONTESTANTS = (
    "mixture",
    "Kneser-Ney",
    "counts",
    "log-bilinear",
    "unigram",
    "mixture over bytes",
    "Kneser-Ney over bytes",
    "product of chains",
    NET,
    WITH_NET,
    "adaptive mixture",
)
OF_BYTES = ("product of chains", "adaptive mixture")  # whatever the alphabet


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
    board = with_transformer(view, corpus, with_lines_of_bytes(corpus, board))
    table = in_units(view, board.table)
    model = table[table["kind"] == STATIC].iloc[0]
    _show_kind(view, table, static=True)
    _show_kind(view, table, static=False)
    n_held_out = len(to_bytes(split_of(corpus).held_out))
    st.caption(
        f"The same {n_held_out:,} held-out bytes for all. A static model has stopped learning; a compressor has read "
        "the training part first and goes on learning while it reads, and so does the adaptive mixture: the two kinds "
        "are no equal contest, so they stand apart. Orders, α and weights were chosen on a validation part, never on "
        "the held-out one. The product of chains asks how the last bytes, this word and the one before, and the place "
        "in the line went on in the training part; its weights were fitted to stretches that its counts left out, and "
        "then frozen."
    )
    if len(corpus.data) > MOST_ADAPTIVE:
        st.caption(
            f"The product of chains and the adaptive mixture read texts of up to {MOST_ADAPTIVE:,} bytes; this one is "
            "longer."
        )
    for sentence in shortcomings(*train_and_held_out(corpus, view.scheme, view.vocabulary_size), order=1):
        st.caption(sentence)
    _show_references(view, view.whole if corpus.sha == view.whole.sha else corpus)
    _is_a_better(view, board)
    whole_bytes = len(corpus.data)
    if model["size_bytes"] > whole_bytes:
        st.caption(
            f"What the best static model knows takes {int(model['size_bytes']):,} bytes, more than the text itself "
            f"({whole_bytes:,}): whoever had to send them along would do better to send the text."
        )
    board = with_whole_adaptive(corpus, board)
    table = in_units(view, board.table)
    for static in (True, False):
        rows = table[(table["kind"] == STATIC) == static]
        price, whole = (f"{what}, {view.lens.unit}/byte" for what in ("held out", "with the model"))
        columns = {"name": "name", "price": price, "whole": whole, "size_bytes": "model, bytes", "seconds": "seconds"}
        if not static:  # their model is in the program that reads
            del columns["size_bytes"]
        form = {
            "name": st.column_config.TextColumn(width="medium"),
            price: st.column_config.NumberColumn(format="%.3f"),
            whole: st.column_config.NumberColumn(format="%.3f"),
            "model, bytes": st.column_config.NumberColumn(format="localized"),
            "seconds": st.column_config.NumberColumn(format="%.2f"),
        }
        shown = rows[list(columns)].rename(columns=columns)
        st.dataframe(shown, width="stretch", hide_index=True, column_config=form)
    st.download_button(
        "The whole table (CSV)",
        lambda: board.table.to_csv(index=False),
        "leaderboard.csv",
        "text/csv",
        on_click="ignore",
    )
    st.caption(
        f"“With the model”: {view.lens.unit} per byte of the whole text, the model’s own bytes included; for a "
        "compressor, of the whole text with nothing given. The adaptive mixture needs no model sent along: it is "
        f"fitted anew whenever the text read has doubled (at the latest after {MOST:,} bytes), and prices each block "
        "before it learns it."
    )
    draw_pretrained(view, corpus)
    explain(
        "leaderboard",
        formula=rf"\text{{two-part price}} = \frac{{\text{{{view.lens.unit} of the model}} + "
        rf"\text{{{view.lens.unit} of the whole text under it}}}}{{\text{{bytes}}}} = "
        rf"{view.lens.tex(model['whole_bits_per_byte'], per='byte', digits=3)} \text{{ for the best static model}}",
        source=[quick_lines, lines_of_bytes, fit_weights, fit_tables, Reader.believe, prequential, net_lines, compare],
        question="A model could hold the whole text inside and then name it for nothing. Which column finds it out?",
        answer="Both do: the held-out part was never inside, and the price with the model itself counts every byte "
        f"of its tables. For the best static model that is {int(model['size_bytes']):,} bytes.",
    )


def in_units(view: View, board: pd.DataFrame) -> pd.DataFrame:
    """The table in the lens' unit, each model named with its alphabet."""
    in_unit = np.vectorize(view.lens.scale)
    return board.assign(
        price=in_unit(board["bits_per_byte"]),
        whole=in_unit(board["whole_bits_per_byte"]),
        name=[
            f"{row.name} ({row.alphabet})" if row.kind == STATIC else row.name for row in board.itertuples(index=False)
        ],
    )


def _show_kind(view: View, table: pd.DataFrame, *, static: bool) -> None:
    """The bars of one kind: models that have stopped learning, or those and compressors that go on while they read."""
    rows = table[(table["kind"] == STATIC) == static]
    first, second = rows.iloc[:2].to_dict("records")
    price = view.lens.amount(first["bits_per_byte"], per="byte")
    compressors = table[table["kind"] == COMPRESSOR]
    beaten = int((compressors["price"] > first["price"]).sum())
    if static:
        finding = (
            f"Static: {first['name']} pays {price}, less than {beaten} of {len(compressors)} compressors, which go on "
            "learning"
        )
    else:
        finding = (
            f"Learning while they read: {first['name']} pays {price}, {second['name']} "
            f"{view.lens.amount(second['bits_per_byte'])}"
        )
    show_chart(
        charts.leaderboard(rows, title=finding, unit=view.lens.unit),
        rows,
        key="leaderboard" if static else "leaderboard-adaptive",
        alt=f"{finding}. Next is {second['name']}. {_spelled(view, rows)}",
        width="stretch",
    )


def _spelled(view: View, table: pd.DataFrame) -> str:
    return "; ".join(f"{row.name} {row.price:.3f}" for row in table.itertuples()) + f" {view.lens.unit} per byte."


def _show_references(view: View, corpus: Corpus) -> None:
    """What has been published on this very text."""
    for reference in references_of(corpus):
        st.caption(
            f"Published on the {reference.covers} of this text: {plain(reference.name)}, "
            f"{view.lens.amount(reference.bits_per_byte, per='byte')} ({plain(reference.source)})."
        )


def _is_a_better(view: View, board: Board) -> None:
    """The paired test of two models, stretch by stretch."""
    st.markdown("###### Is A better than B?")
    left, right = st.columns(2)
    with left:
        a = knobs.choice("better", "A", CONTESTANTS, "mixture", in_a_row=False)
    with right:
        b = knobs.choice("than", "B", CONTESTANTS, "Kneser-Ney", in_a_row=False)
    prices = {who: contestant(board, who, view.scheme) for who in (a, b)}
    if missing := [who for who, found in prices.items() if found is None]:
        st.info(f"{missing[0]} has no line in this table. Choose another.")
        return
    A, B = prices[a], prices[b]
    if A is None or B is None or len(A) < 2:
        st.info("The held-out part is too short to be cut into stretches: no interval. Choose a longer text.")
        return
    found = compare(A, B)
    better = f"{a} is {'better' if found.difference < 0 else 'worse'} than {b}"
    verdict = better if found.sure else f"No telling whether {a} is better than {b}"
    scaled = [view.lens.scale(x) for x in (found.difference, found.low, found.high)]
    finding = f"{verdict}: {scaled[0]:+.4f} {view.lens.unit}/byte, 95 % interval {scaled[1]:+.4f} to {scaled[2]:+.4f}"
    differences = np.vectorize(view.lens.scale)(found.differences)
    table = pd.DataFrame({"stretch": np.arange(1, len(A) + 1), "difference": differences})
    show_chart(
        charts.paired(table, mean=scaled[0], low=scaled[1], high=scaled[2], title=finding, unit=view.lens.unit),
        table,
        key="paired",
        alt=f"{finding}. A is cheaper in {int((found.differences < 0).sum())} of {len(A)} stretches.",
        width="stretch",
    )
    st.caption(
        f"A dot for each of {len(A)} stretches of the held-out part: A’s price less B’s, so below 0 A is better. Grey: "
        "the mean’s interval. Both read the same bytes, so what is hard for both drops out."
    )


def contestant(board: Board, name: str, scheme: str) -> Floats | None:
    """A model's prices by stretch; a name with "over bytes" is that of a model of bytes."""
    wanted, over_bytes = name.removesuffix(" over bytes"), name.endswith(" over bytes")
    alphabet = "bytes" if over_bytes or name in OF_BYTES else scheme
    for (who, of), prices in board.stretches.items():
        same = who == wanted or who.startswith((f"{wanted}, ", f"{wanted} + "))  # an order or an alpha may follow
        if same and (of == alphabet or wanted in (NET, WITH_NET)):
            return prices
    return None


def board_of(corpus: Corpus, scheme: str, vocabulary_size: int, progress: Progress) -> Board:
    """The quick lines of a corpus' leaderboard, in an alphabet and over bytes."""
    parts = split_of(corpus)
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    as_bytes = None if scheme == "bytes" else (encode(parts.train, "bytes"), encode(parts.held_out, "bytes"))
    codebook = codebook_bits(train_alphabet(corpus, scheme, vocabulary_size))
    return quick_lines(parts, train, held_out, bytes_too=as_bytes, codebook_bits=codebook, progress=progress)
