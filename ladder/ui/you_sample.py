"""You are the sampler: pick every token yourself, and see what your taste costs.

The picks stand in the URL as token ids, `path=12.5.99`, and the branch to compare with as `fork`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import branches as charts
from ladder.lenses import surprisal
from ladder.lenses.simplex import Floats, softmax
from ladder.math import Ids, bits_per_byte
from ladder.probability import draw_one, sample
from ladder.reality import Corpus
from ladder.ui import knobs
from ladder.ui.asked import Asked, ask, labels_of
from ladder.ui.cache import shared, train_alphabet
from ladder.ui.chosen import Choice, Model
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, count, plain, surprise_colour, token_strip
from ladder.ui.view import View
from ladder.ui.written import DARKEST, readable

LONGEST = 60  # picks in a branch: a link stays short
OFFERED = 12  # tokens to pick from with one click
OWN_DRAWS = 20
BAR = 10  # blocks: the bar of the likeliest token
ISOLATE, END = "\u2068", "\u2069"  # a label in Arabic must not turn the number beside it
PATH = re.compile(r"\d{1,7}(\.\d{1,7})*")


class Branch(NamedTuple):
    """What somebody picked, and what it cost under the model."""

    ids: Ids  # (n,)
    surprisals: Floats  # (n,) bits
    n_bytes: int

    @property
    def bits_per_byte(self) -> float:
        """The price of what was picked."""
        return bits_per_byte(float(self.surprisals.sum()), self.n_bytes)


class OwnDraws(NamedTuple):
    """What the model picks itself, as far as a branch can go."""

    surprisals: Floats  # (OWN_DRAWS, LONGEST) bits
    n_bytes: Ids  # (OWN_DRAWS, LONGEST)


@st.fragment
def you_sample_panel(view: View) -> None:
    """Pick the tokens, rewind, fork, and compare."""
    asked = ask(view)
    if asked is None:
        return
    above = st.container()
    with st.expander("The link: both branches as token ids"):
        mine = knobs.text("path", "Your branch", placeholder="empty: nothing picked yet")
        theirs = knobs.text("fork", "The other branch", placeholder="empty: press Fork here")
        seed = knobs.number("seed", "Seed", 0, 999_999, 1, step=1)
    with above:
        try:
            branches = [branch_of(asked, token_path(text, len(asked.vocabulary))) for text in (mine, theirs)]
        except ValueError as refusal:
            st.warning(plain(str(refusal)))
            st.button("Begin anew", key="you-anew", on_click=_go, args=("", ""))
            return
        _offer(view, asked, branches[0], mine, seed)
        _steer(mine, theirs)
        _show_branches(view, branches)
        _compare(view, asked, branches, seed)


def token_path(text: str, vocabulary_size: int) -> tuple[int, ...]:
    """The ids that "12.5.99" stands for; ValueError, with a sentence, for anything else."""
    text = text.strip()
    if not text:
        return ()
    if not PATH.fullmatch(text):
        raise ValueError("A branch is token ids with dots between them, such as 12.5.99. Mend the link, or begin anew.")
    ids = tuple(map(int, text.split(".")))
    if len(ids) > LONGEST:
        raise ValueError(f"This branch has {len(ids)} tokens, but at most {LONGEST} fit. Begin anew, or cut it.")
    if max(ids) >= vocabulary_size:
        raise ValueError(
            f"This branch has token {max(ids)}, but the alphabet ends at {vocabulary_size - 1}: the link was made with "
            "another alphabet or text. Choose that one, or begin anew."
        )
    return ids


def branch_of(asked: Asked, picks: Sequence[int]) -> Branch:
    """The picks after the prompt, priced by the model."""
    ids = np.array(picks, dtype=np.int32)
    prices = asked.model.surprisals(np.concatenate([asked.context, ids]))[len(asked.context) :]
    return Branch(ids, prices, sum(len(asked.vocabulary[i]) for i in ids))


@shared(max_entries=64)
def own_draws(
    _model: Model,
    _vocabulary: Sequence[bytes],
    corpus: Corpus,
    scheme: str,
    vocabulary_size: int,
    choice: Choice,
    context: tuple[int, ...],
    seed: int,
) -> OwnDraws:
    """Draws of the model itself; model and vocabulary follow from the other arguments."""
    rng = np.random.default_rng(seed)
    draws = [sample(_model, np.array(context, dtype=np.int32), n=LONGEST, rng=rng) for _ in range(OWN_DRAWS)]
    lengths = np.array([len(piece) for piece in _vocabulary])
    return OwnDraws(
        np.array([draw.surprisals for draw in draws]), np.array([lengths[draw.ids] for draw in draws]).astype(np.int32)
    )


def _go(path: str, fork: str | None = None) -> None:
    st.session_state["path"] = path
    if fork is not None:
        st.session_state["fork"] = fork


def _longer(path: str, *ids: int) -> str:
    return ".".join([part for part in (path.strip(), *map(str, ids)) if part])


def _offer(view: View, asked: Asked, branch: Branch, path: str, seed: int) -> None:
    """The likeliest tokens as buttons, and a line for any other."""
    if len(branch.ids) >= LONGEST:
        st.info(f"A branch ends after {LONGEST} tokens: rewind it, or begin anew.")
        return
    q = softmax(asked.model.logits(np.concatenate([asked.context, branch.ids])))
    offered = np.argsort(-q, kind="stable")[:OFFERED].tolist()
    st.markdown("**What comes next? You are the sampler.**")
    with st.container(horizontal=True):
        for rank, (i, label) in enumerate(zip(offered, labels_of(asked.vocabulary, offered), strict=True)):
            bar = "▰" * max(1, round(BAR * q[i] / q[offered[0]]))
            st.button(
                f"{bar} {ISOLATE}{plain(label)}{END} {q[i]:.1%}",
                key=f"you-pick-{rank}",
                help=view.lens.amount(float(surprisal(q[i])), digits=2),
                on_click=_go,
                args=(_longer(path, i),),
            )
        drawn = draw_one(q, np.random.default_rng([seed, len(branch.ids)])).id
        st.button("Let the model draw", icon="🎲", key="you-draw", on_click=_go, args=(_longer(path, drawn),))
    rest = 1 - q[offered].sum()
    if len(q) > len(offered):
        st.caption(f"{len(q) - len(offered):,} other tokens hold {rest:.1%} together: write one of them, or a word.")
    _force(view, path, len(branch.ids))


def _force(view: View, path: str, n: int) -> None:
    """A line whose text is put in, whatever the model thinks of it."""

    def force() -> None:
        typed = st.session_state["you-text"]
        ids = train_alphabet(view.corpus, view.scheme, view.vocabulary_size).encode(typed).ids.tolist()
        _go(_longer(path, *ids[: LONGEST - n]))

    with st.form("you-force", clear_on_submit=True, border=False), st.container(horizontal=True):
        st.text_input(
            "Force",
            key="you-text",
            label_visibility="collapsed",
            placeholder="force any text",
            width=220,
            max_chars=200,
        )
        st.form_submit_button("Force it", key="you-force-it", on_click=force)


def _steer(mine: str, theirs: str) -> None:
    with st.container(horizontal=True):
        back = mine.rpartition(".")[0]
        st.button("One back", icon="↩️", key="you-back", on_click=_go, args=(back,), disabled=not mine)
        st.button("To the start", icon="⏮️", key="you-start", on_click=_go, args=("",), disabled=not mine)
        st.button("Fork here", icon="🍴", key="you-fork", on_click=_go, args=(mine, mine), disabled=not mine)
        st.button("Swap branches", icon="🔀", key="you-swap", on_click=_go, args=(theirs, mine), disabled=not theirs)


def _show_branches(view: View, branches: Sequence[Branch]) -> None:
    vocabulary = train_alphabet(view.corpus, view.scheme, view.vocabulary_size).vocabulary
    for name, branch in zip(("Your branch", "The other branch"), branches, strict=True):
        if not len(branch.ids):
            continue
        price = view.lens.amount(branch.bits_per_byte, per="byte")
        st.markdown(f"**{name}**: {count(len(branch.ids), 'token')} at {price}")
        token_strip(
            [
                Token(text, view.lens.amount(bits, digits=2), surprise_colour(bits, most=DARKEST))
                for text, bits in readable(branch.ids, branch.surprisals, vocabulary)
            ],
            label=f"{name}, each token coloured by its surprise",
        )


def _compare(view: View, asked: Asked, branches: Sequence[Branch], seed: int) -> None:
    n = max(len(branch.ids) for branch in branches)
    if n == 0:
        st.caption("Pick a token, and its surprise is drawn beside the model’s own draws.")
        return
    own = own_draws(
        asked.model,
        asked.vocabulary,
        view.corpus,
        view.scheme,
        view.vocabulary_size,
        asked.choice,
        tuple(asked.context.tolist()),
        seed,
    )
    prices = 1.0 * own.surprisals[:, :n].sum(axis=1) / own.n_bytes[:, :n].sum(axis=1)
    rows = [("the model’s own", f"draw {k}", own.surprisals[k, :n]) for k in range(OWN_DRAWS)]
    named = zip(("your branch", "the other branch"), branches, strict=True)
    rows += [(name, name, branch.surprisals) for name, branch in named if len(branch.ids)]
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "token": np.arange(len(bits) + 1),
                    "amount": [view.lens.scale(total) for total in np.append(0.0, np.cumsum(bits))],
                    "branch": name,
                    "line": line,
                }
            )
            for name, line, bits in rows
        ]
    )
    own_price = float(own.surprisals[:, :n].sum() / own.n_bytes[:, :n].sum())
    said = [
        f"{name} costs {view.lens.amount(branch.bits_per_byte, per='byte')}"
        for name, branch in zip(("your branch", "the other branch"), branches, strict=True)
        if len(branch.ids)
    ]
    finding = f"{' and '.join(said)}; the model’s own {OWN_DRAWS} draws {view.lens.amount(own_price, per='byte')}"
    finding = finding[0].upper() + finding[1:]
    show_chart(
        charts.race(table, title=finding, unit=view.lens.unit), table, key="race", alt=finding + ".", width="stretch"
    )
    longest = max(branches, key=lambda branch: len(branch.ids))
    below = int((prices < longest.bits_per_byte).sum())
    explain(
        "you",
        formula=rf"\frac{{-\sum_t {view.lens.tex_log} q(x_t \mid x_{{<t}})}}{{\text{{bytes}}}} = "
        rf"\frac{{{view.lens.scale(float(longest.surprisals.sum())):.2f}}}{{{longest.n_bytes}}} = "
        rf"{view.lens.tex(longest.bits_per_byte, per='byte', digits=3)}",
        source=[branch_of, draw_one],
        question=f"Always take the first button. Will your {view.lens.unit}/byte end below or above the model’s "
        f"own draws?",
        answer="Below: the likeliest token costs least, and the model itself takes it only as often as it believes in "
        f"it. Its draws cost its entropy on average. The longest branch costs more than {below} of {OWN_DRAWS} draws.",
    )
