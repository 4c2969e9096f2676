"""What the map is not: short boxes, each with an experiment on the text at hand."""

from typing import TYPE_CHECKING

import streamlit as st

from ladder.math import SCHEMES
from ladder.reality import SAMPLES
from ladder.ui import knobs
from ladder.ui.bridge import say_what_is_read
from ladder.ui.bridge_mark import DEFAULT_T, context_of, part_read, scheme_read
from ladder.ui.cache import identity
from ladder.ui.explain import explain
from ladder.ui.jobs import run_job
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

if TYPE_CHECKING:
    from ladder.bridge import Limits

TOO_SMALL = "This text is too small for the experiment."


@st.fragment
def limits_panel(view: View) -> None:
    """Seven warnings, each with a number of this very text."""
    from ladder.bridge import limits

    say_what_is_read(view)
    corpus, scheme, size = part_read(view.corpus), scheme_read(view), view.vocabulary_size
    found = run_job(
        ("limits", identity(view.corpus), scheme, size),
        "What the map is not",
        lambda progress: limits(context_of(corpus, scheme, size, DEFAULT_T)),
    )
    if found is None:
        return
    boxes = _boxes(view, found, SCHEMES[scheme].title)
    for at in range(0, len(boxes), 2):
        for column, (title, claim, experiment) in zip(st.columns(2), boxes[at : at + 2], strict=False):
            with column, st.container(border=True, gap="small", height="stretch"):
                st.markdown(f"**{title}**")
                st.markdown(claim)
                st.markdown(experiment if experiment == TOO_SMALL else f"*On this text:* {experiment}")
    with st.container(border=True, gap="small"):
        st.markdown("**Every arrow hides choices**")
        st.markdown("Nothing on this page is *the* number of this text. These choices made it, some yours, some ours:")
        st.code("\n".join(_choices(view)), language=None, wrap_lines=True)
    a, b = found.bits_per_token
    explain(
        "limits",
        formula=rf"{view.lens.tex(a, per='byte token')} \ne {view.lens.tex(b, per='token')}",
        source=[limits],
        question="Which of these boxes would go away with a longer text?",
        answer="Hardly any. More text makes the estimates sharper, but which text, which alphabet, which aim and which "
        "temperature remain somebody's choice.",
    )


def _boxes(view: View, found: "Limits", alphabet: str) -> list[tuple[str, str, str]]:
    amount = view.lens.amount
    (bytes_token, token), (bytes_byte, byte) = found.bits_per_token, found.bits_per_byte
    drift = twice = goal = near = menu = TOO_SMALL
    if found.KL_halves is not None and found.KL_shuffled is not None:
        drift = (
            f"who believes the first half pays {amount(found.KL_halves, per='byte', digits=4)} too much in the second; "
            f"with the same bytes in random order it would be {amount(found.KL_shuffled, per='byte', digits=4)}."
        )
    if found.same_neighbours is not None:
        near = (
            f"with a window of one token instead of five, {found.same_neighbours:.0%} of the five nearest neighbours "
            "stay the same. The window was our choice, the nearness came of it."
        )
    if found.training is not None and found.held_out is not None and found.expected is not None:
        twice = (
            f"training left {amount(found.training, per='token')} on the part that was read. At the start of the other "
            f"part the model expects to pay {amount(found.expected, per='token')}, and pays "
            f"{amount(found.held_out, per='token')}."
        )
    if found.best_read is not None and found.best_new is not None:
        goal = (
            f"of contexts of up to four tokens, order {found.best_read} is best for the part that was read, and order "
            f"{found.best_new} for a part that was not. Both are optima."
        )
        if found.best_read == found.best_new:
            goal = f"order {found.best_read} is best for the part that was read and for the other; it need not be so."
    if found.KL_menu is not None:
        menu = (
            f"at T = {DEFAULT_T:g} the next token is drawn from a distribution that lies "
            f"{amount(found.KL_menu, per='token', digits=4)} from the one that was fitted. Nobody believes it."
        )
    return [
        (
            "The map is not the territory",
            "A price is of a text in an alphabet.",
            f"in bytes a token costs {amount(bytes_token)}, in {alphabet} {amount(token)}; a byte, "
            f"{amount(bytes_byte)} and {amount(byte)}. One text, two maps.",
        ),
        ("The slice inherits its bias", "What was not let in cannot be learned.", drift),
        (
            "Geometry is put in, and comes out",
            "Nearness is explicit where we define it, emergent where it follows.",
            near,
        ),
        (
            "Statistics appears twice",
            "Once in training, when q is fitted; once in every forward pass, when it is used.",
            twice,
        ),
        ("Optimisation has a goal", "Best is always best for something.", goal),
        ("Probabilities may be menus, not beliefs", "What a model is drawn from is not what it was fitted to.", menu),
    ]


def _choices(view: View) -> list[str]:
    """All settings of this view: those of the link first, then what was left as it was."""
    from ladder.bridge.context import DIMENSIONS, ORDER

    link = {key: st.query_params[key] for key in st.query_params}
    ours = {key: value for key, value in knobs.DEFAULTS.items() if key not in link and value not in ("", None)}
    corpus = link.get("corpus", view.reference)
    if corpus not in SAMPLES:  # an upload's address is long and says nothing
        corpus = visible(view.corpus.name)
    if "corpus" in link:
        link["corpus"] = corpus
    shared = {"corpus": corpus, "scheme": view.scheme, "vocab": view.vocabulary_size}
    ours = {**shared, **{key: ours[key] for key in ("lens", "from", "to") if key in ours}}
    lines = [f"{plain_key(key)} = {value}   (in the link)" for key, value in link.items()]
    lines += [f"{key} = {value}   (as it comes)" for key, value in ours.items() if key not in link]
    return [
        *lines,
        f"T = {DEFAULT_T:g}   (ours)",
        "held out = the last tenth   (ours)",
        f"model = Kneser-Ney of order {ORDER}   (ours)",
        f"vectors = PPMI and SVD, {DIMENSIONS} dimensions   (ours)",
    ]


def plain_key(key: str) -> str:
    """A key of the link as it is shown."""
    return plain(key[:40]).replace("\\", "")
