"""Analogies, honestly: what comes out with the inputs among the answers, and what a lazier guess would have won."""

import pandas as pd
import streamlit as st

from ladder.geometry import Analogy, Score, analogy, score
from ladder.ui import knobs
from ladder.ui.cache import identity, shared
from ladder.ui.explain import explain
from ladder.ui.lexicon import Lexicon, lexicons, unknown
from ladder.ui.tokens import plain, visible
from ladder.ui.view import View

FIRST = ("man", "king", "woman")
K = 5
# a : b = c : d, of four kinds; words that the encoder has as single tokens.
KINDS = {
    "capital of a country": "france paris germany berlin; italy rome spain madrid; england london japan tokyo; "
    "russia moscow china beijing; france paris japan tokyo; germany berlin spain madrid; egypt cairo greece athens",
    "woman for man": "man woman king queen; boy girl brother sister; father mother son daughter; he she his her; "
    "husband wife uncle aunt; actor actress prince princess; man woman boy girl",
    "comparative": "big bigger small smaller; long longer short shorter; strong stronger weak weaker; "
    "old older young younger; fast faster slow slower; high higher low lower; good better bad worse",
    "past tense": "go went see saw; take took give gave; sing sang drink drank; make made say said; "
    "run ran come came; write wrote speak spoke; buy bought think thought",
    "plural": "king kings queen queens; dog dogs cat cats; man men woman women; child children foot feet; "
    "house houses tree trees; car cars road roads; mouse mice tooth teeth",
}


def draw(view: View) -> None:
    """The user's own analogy in every lexicon, and a list of known ones, scored three ways."""
    a, b, c = st.columns(3)
    with a:
        first = knobs.text("a", "a", FIRST[0]).strip()
    with b:
        second = knobs.text("b", "is to b", FIRST[1]).strip()
    with c:
        third = knobs.text("c", "as c is to …", FIRST[2]).strip()
    asked = (first, second, third)
    if not all(asked):
        st.info("An analogy needs three words: a is to b as c is to what? Type all three.")
        return
    found = lexicons(view)
    answer = None
    for lexicon in found.values():
        answer = _draw_one(lexicon, asked) or answer
    if found:
        _draw_score(view, found)
    if answer is not None:
        _explain(asked, *answer)


def _draw_one(lexicon: Lexicon, asked: tuple[str, str, str]) -> tuple[Lexicon, Analogy] | None:
    st.markdown(f"**{plain(lexicon.name)}**")
    rows = [lexicon.find(word) for word in asked]
    for word, row in zip(asked, rows, strict=True):
        if row is None:
            st.info(unknown(word, lexicon))
            return None
    a, b, c = (row for row in rows if row is not None)
    try:
        found = analogy(lexicon.search, a, b, c, k=K)
    except ValueError as refusal:
        st.info(f"{plain(str(refusal.args[0]))} Choose other words.")
        return None
    st.markdown(finding(lexicon, found, asked))
    lists = {"nothing struck": found.everything, "inputs struck": found.without_inputs, "near b only": found.only_b}
    table = pd.DataFrame(
        {
            title: [f"{visible(lexicon.texts[i])[:24]}  {value:.2f}" for i, value in zip(*near, strict=True)]
            + [""] * (K - len(near.indices))
            for title, near in lists.items()
        }
    )
    st.dataframe(table, hide_index=True, width="stretch", height="content")
    return lexicon, found


def finding(lexicon: Lexicon, found: Analogy, asked: tuple[str, str, str]) -> str:
    """What an honest reader should take from it, in a sentence."""
    if not len(found.without_inputs.indices):
        return "There is nothing but the inputs to answer with."
    first, struck = int(found.everything.indices[0]), int(found.without_inputs.indices[0])
    best, after = plain(lexicon.texts[first]), plain(lexicon.texts[struck])
    if first not in found.inputs:
        return f"“{best}” comes out first, **with nothing struck from the list**."
    which = "abc"[found.inputs.index(first)]
    guess = int(found.only_b.indices[0]) == struck
    lazy = (
        f" And “{after}” is what is nearest to “{plain(asked[1])}” anyway: **the analogy adds nothing**."
        if guess
        else ""
    )
    return f"The answer is “{best}”, **the input {which} itself**; only once the inputs are struck, “{after}”.{lazy}"


@shared(max_entries=8)
def scores(note: str, text: tuple[str, str, int, str], _lexicon: Lexicon) -> dict[str, Score]:
    """Known analogies of each kind that a lexicon has all words for, scored."""
    found = {}
    for kind, listed in KINDS.items():
        rows = [tuple(_lexicon.places.get(word, -1) for word in question.split()) for question in listed.split(";")]
        questions = [(a, b, c, d) for a, b, c, d in rows if min(a, b, c, d) >= 0]
        if questions:
            found[kind] = score(_lexicon.search, questions)
    return found


def _draw_score(view: View, found: dict[str, Lexicon]) -> None:
    rows = [
        {
            "vectors": lexicon.name,
            "kind": kind,
            "asked": s.n,
            "nothing struck": s.everything,
            "inputs struck": s.without_inputs,
            "near b only": s.only_b,
        }
        for lexicon in found.values()
        for kind, s in scores(lexicon.note, identity(view.corpus), lexicon).items()
    ]
    if not rows:
        st.caption("None of the known analogies has all its words here.")
        return
    table = pd.DataFrame(rows)
    for name, right in table.groupby("vectors", sort=False)[table.columns[2:].tolist()].sum().iterrows():
        st.markdown(
            f"Known analogies, {plain(str(name)[:1].lower() + str(name)[1:])}: of {right['asked']}, "
            f"**{right['inputs struck']} come out right once the inputs are struck, {right['nothing struck']} if "
            f"nothing is**; {right['near b only']} by what is near b alone."
        )
    st.dataframe(table, hide_index=True, width="stretch", height="content")


def _explain(asked: tuple[str, str, str], lexicon: Lexicon, found: Analogy) -> None:
    value = f"{found.everything.values[0]:.3f}"
    explain(
        "analogy",
        formula=r"\arg\max_w \cos(u_w,\; u_b - u_a + u_c), \qquad \max = " + value,
        source=[analogy, score],
        question="King − man + woman: which word is nearest to where that leads, if no word is barred?",
        answer="Nearly always king: u_b − u_a + u_c goes two steps that nearly cancel, and lands beside b or c. "
        "Most programs strike the three inputs without saying so, and the famous answer is what is left.",
    )
