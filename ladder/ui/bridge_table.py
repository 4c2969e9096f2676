"""The table of the seed idea, live: five rungs, three columns, one sentence and one number in each cell."""

from collections.abc import Callable
from math import log
from typing import TYPE_CHECKING

import streamlit as st

from ladder.lenses import entropy, log_multiplicity
from ladder.rungs import RUNGS
from ladder.ui.bridge import in_words, measures, say_what_is_read
from ladder.ui.bridge_mark import DEFAULT_T, ledger_of, mark_of
from ladder.ui.explain import explain
from ladder.ui.tokens import plain
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.bridge import Identity

# Each rung's row: the identity that carries it, and what each lens says of its two sides.
Say = Callable[["Identity"], str]
CELLS: dict[str, tuple[str, Say, Say, str]] = {
    "Reality": (
        "multiplicity",
        lambda i: (
            f"The bytes can stand in Ω orders, and {_log(i)} Ω is {_number(i.boltzmann)} {i.measure} for each byte."
        ),
        lambda i: f"By its share alone, a byte is worth {_number(i.shannon)} {i.measure}, Stirling's gap taken off.",
        "Counting orders is pricing bytes",
    ),
    "Math": (
        "macrostates",
        lambda i: (
            f"Seen by their kind only, texts fall into macrostates of {_number(i.boltzmann)} {i.measure} a character."
        ),
        lambda i: f"Forgetting all but the kind throws away {_number(i.shannon)} {i.measure} a character.",
        "What is forgotten is the room inside a macrostate",
    ),
    "Geometry": (
        "volume",
        lambda i: f"The cloud of tokens fills a log-volume of {_number(i.boltzmann)} {i.measure}.",
        lambda i: f"To say where a token lies costs {_number(i.shannon)} {i.measure}, in units of the map.",
        "Room is the price of a place",
    ),
    "Statistics": (
        "cross-entropy",
        lambda i: (
            f"In the body of the unigram q, the next token has a mean energy of {_number(i.boltzmann)} {i.measure}."
        ),
        lambda i: f"To believe q where p happens costs {_number(i.shannon)} {i.measure}: entropy and KL together.",
        "Energy is surprise, and excess free energy is KL",
    ),
    "Probability": (
        "free-energy",
        lambda i: f"The next token is a body of free energy {_number(i.boltzmann)} {i.measure}: −T {_log(i)} Z.",
        lambda i: (
            f"What the next token costs beyond the likeliest one, less T times its entropy, is "
            f"{_number(i.shannon)} {i.measure}."
        ),
        "Softmax is Gibbs' distribution",
    ),
}


@st.fragment
def table_panel(view: View) -> None:
    """Rows: the rungs. Columns: Boltzmann, Shannon, and the bridge between them."""
    say_what_is_read(view)
    found = ledger_of(view, DEFAULT_T)
    if found is None:
        return
    rows = {row.key: row for row in found}
    counted, priced = measures(view.lens)[-1], measures(view.lens)[0]
    for rung in RUNGS:
        key, boltzmann, shannon, bridge = CELLS[rung.name]
        row = rows[key]
        with st.container(border=True, gap="small"):
            st.markdown(f"{rung.icon} **{rung.name}** · {rung.question}")
            if not row.applies:
                st.caption(plain(row.why_not))
                continue
            left, middle, right = st.columns(3)
            left.markdown(f"**Boltzmann.** {boltzmann(row.read_in(counted))}")
            middle.markdown(f"**Shannon.** {shannon(row.read_in(priced))}")
            apart = row.read_in(priced)
            gap = f"{in_words(abs(apart.difference), 2)} {apart.unit}"
            right.markdown(f"**Bridge** {mark_of(row)} {bridge}: the two differ by {gap}.")
    row = rows["multiplicity"].read_in(priced)
    explain(
        "table",
        formula=row.written if row.applies else r"S = H \ln 2",
        source=[log_multiplicity, entropy],
        question="Boltzmann counts in nats and Shannon in bits. Is that all the difference between the columns?",
        answer=f"In the number, yes: a factor of ln 2 = {log(2):.6f}. In what one sees, no. Whoever counts orders asks "
        "how much a look at the whole leaves open; whoever prices messages asks what the next piece will cost.",
    )


def _number(x: float) -> str:
    return f"{x:.4f}".replace("-", "−")


def _log(row: "Identity") -> str:
    """The logarithm that counts in the row's unit."""
    return "ln" if row.measure == "nats" else "log₂"
