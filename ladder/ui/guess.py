"""The Shannon game: guess the next letter; what everybody's guesses say of the text."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import streamlit as st
from sqlalchemy.exc import SQLAlchemyError

from ladder.charts import branches as charts
from ladder.probability import rank_counts, shannon_bounds
from ladder.reality import Corpus
from ladder.rungs import STATISTICS
from ladder.ui import knobs
from ladder.ui.asked import parts_of
from ladder.ui.cache import shared, split_of
from ladder.ui.explain import explain
from ladder.ui.readers import ENOUGH, guessed_text, readers_of
from ladder.ui.shelf import shelf
from ladder.ui.show import show_chart
from ladder.ui.tokens import Token, count, plain, surprise_colour, token_strip
from ladder.ui.view import View
from ladder.ui.waterfall import climb_of

BEFORE = 240  # letters before the next one that are shown
LAST_START = 999_999
GUESS = "shannon-guess"
RANKS_SHOWN = 30


@dataclass
class Game:
    """One person's game, from a letter of the held-out part on."""

    name: str  # of the text
    start: int
    place: int
    tried: list[str] = field(default_factory=list)  # at this place
    ranks: list[int] = field(default_factory=list)  # of the letters found
    said: str = ""

    def guess(self, text: str, letter: str) -> int | None:
        """The rank once the letter is right, else None: a letter that was tried before costs nothing."""
        self.said = ""
        if letter in self.tried:
            self.said = f"“{plain(letter)}” was tried already."
            return None
        self.tried.append(letter)
        if letter != text[self.place]:
            return None
        rank = len(self.tried)
        self.ranks.append(rank)
        self.place, self.tried = self.place + 1, []
        return rank


@st.fragment
def guess_panel(view: View) -> None:
    """Guess the held-out part, letter by letter."""
    parts = parts_of(view)
    if parts is None:
        return
    text = parts.held_out
    last = min(len(text) - 1, LAST_START)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        start = knobs.number("letter", "Begin at letter", 0, last, 0, step=1, width=150)
        st.button("Somewhere else", icon="🎲", key="letter-anywhere", on_click=_anywhere, args=(last,))
    game = _game(view.corpus, int(start))
    _show_text(parts.train, text, game)
    if game.place < len(text):
        _ask_for_a_letter(view.corpus, text, game)
    else:
        st.success("That was the last letter of the held-out part.")
    _results(view, game)


def letters_by_frequency(text: str) -> tuple[str, ...]:
    """The letters of a text, the commonest first."""
    return tuple(letter for letter, _ in sorted(Counter(text).items(), key=lambda item: (-item[1], item[0])))


@shared(max_entries=32)
def _commonest(corpus: Corpus) -> tuple[str, ...]:
    return letters_by_frequency(split_of(corpus).train)


def _game(corpus: Corpus, start: int) -> Game:
    name = guessed_text(corpus)
    game = st.session_state.get("shannon-game")
    if game is None or (game.name, game.start) != (name, start):
        game = st.session_state["shannon-game"] = Game(name, start, start)
    return game


def _anywhere(last: int) -> None:
    st.session_state["letter"] = int(np.random.default_rng().integers(0, last + 1))


def _show_text(train: str, text: str, game: Game) -> None:
    found = [
        Token(letter, f"found at guess {rank}", surprise_colour(float(np.log2(rank)), most=5.0))
        for letter, rank in zip(text[game.start : game.place], game.ranks, strict=True)
    ]
    before = (train[-BEFORE:] + text[max(0, game.start - BEFORE) : game.start])[-max(BEFORE - len(found), 60) :]
    strip = [Token(before, "what stands before", ""), *found[-BEFORE:], Token("▮", "the letter to guess", "")]
    token_strip(strip, label="The text so far, found letters coloured by how many guesses they took")
    wrong = " ".join(f"“{plain(letter)}”" for letter in game.tried)
    st.markdown(f"**Which letter comes next?** {f'Not {wrong}.' if wrong else 'Capitals and marks count.'}")
    if game.said:
        st.caption(game.said)


def _ask_for_a_letter(corpus: Corpus, text: str, game: Game) -> None:
    def guess(letter: str) -> None:
        _found(game, game.guess(text, letter))

    def typed() -> None:
        letters = st.session_state[GUESS]
        if len(letters) == 1:
            guess(letters)
        else:
            game.said = "One letter at a time, please." if letters else "Type a letter; a space has its own button."

    def leave_it() -> None:
        rest = [letter for letter in _commonest(corpus) if letter not in game.tried]
        for letter in [*rest, text[game.place]]:  # a letter that the training part never had comes last
            if (rank := game.guess(text, letter)) is not None:
                _found(game, rank)
                return

    with st.form("shannon-form", clear_on_submit=True, border=False), st.container(horizontal=True):
        st.text_input("Next letter", key=GUESS, label_visibility="collapsed", placeholder="a letter", width=110)
        st.form_submit_button("Guess", on_click=typed, key="shannon-submit", type="primary")
    with st.container(horizontal=True):
        st.button("Space", key="shannon-space", on_click=guess, args=(" ",))
        st.button("New line", key="shannon-newline", on_click=guess, args=("\n",))
        st.button("Leave it to the commonest letters", key="shannon-leave", on_click=leave_it)


def _found(game: Game, rank: int | None) -> None:
    """Put a letter that was found into the pool."""
    if rank is None:
        return
    try:
        shelf().guesses.add(game.name, place=game.place - 1, rank=rank)
    except (ValueError, SQLAlchemyError) as refusal:
        reason = str(refusal) if isinstance(refusal, ValueError) else "The server cannot write it down."
        game.said = f"Right, but it was not pooled. {reason}"


def _results(view: View, game: Game) -> None:
    readers = readers_of(view.corpus)
    if readers is None:
        st.caption(
            "Nobody has guessed this text yet. Every letter found on this server goes into one pool, with its place "
            f"and the number of guesses, and nothing about you; from {ENOUGH} on, people get a line in the waterfall."
        )
        return
    climb = climb_of(view.corpus, view.scheme, view.vocabulary_size)
    if readers.n >= ENOUGH and climb.readers is None and climb.compressors:
        st.rerun()  # the line enters the waterfall
    per_byte = readers.letters_per_byte
    lower, upper = (view.lens.amount(bits * per_byte, per="byte") for bits in readers.bounds)
    model = next((step for step in climb.steps if step.rung == STATISTICS), None)
    against = f"; the {model.label} pays {view.lens.amount(model.bits_per_byte, per='byte')}" if model else ""
    first = readers.counts[0] / readers.n
    finding = f"{first:.0%} of {count(readers.n, 'letter')} were right at once: between {lower} and {upper}{against}"
    mine = rank_counts(game.ranks) if game.ranks else np.zeros(1, dtype=np.int64)
    ranks = np.arange(1, min(max(len(readers.counts), len(mine)), RANKS_SHOWN) + 1)
    table = pd.DataFrame(
        {
            "rank": ranks,
            "all": [readers.counts[r - 1] / readers.n if r <= len(readers.counts) else 0.0 for r in ranks],
            "you": [mine[r - 1] / max(len(game.ranks), 1) if r <= len(mine) else 0.0 for r in ranks],
        }
    )
    table["you"] = table["you"].replace(0.0, np.nan)
    show_chart(charts.guess_bars(table, title=finding), table, key="guesses", alt=finding + ".", width="stretch")
    legend = "Blue: everybody on this server. Orange: you, since the letter you began at."
    if game.ranks:
        own = shannon_bounds(rank_counts(game.ranks))
        low, high = (view.lens.amount(bits * per_byte, per="byte") for bits in own)
        legend += f" You found {count(len(game.ranks), 'letter')}: between {low} and {high}."
    if readers.n < ENOUGH:
        legend += f" {ENOUGH - readers.n} more letters, and people get their line in the waterfall."
    st.caption(legend)
    missing = (np.count_nonzero(readers.counts) - 1) / (2 * readers.n * np.log(2))
    log, H = view.lens.tex_log, view.lens.letter
    explain(
        "guess",
        formula=rf"\sum_i i\,(q_i - q_{{i+1}}) {log} i \;\le\; {H} \;\le\; -\sum_i q_i {log} q_i \\"
        rf"{view.lens.scale(readers.bounds.lower):.3f} \;\le\; {H} \;\le\; "
        rf"{view.lens.tex(readers.bounds.upper, per='letter', digits=3)}",
        source=[shannon_bounds],
        question="Why are numbers of guesses enough to bound the entropy, though nobody ever names a probability?",
        answer="The ranks can stand for the text: a twin of the guesser turns them back into letters, so coding the "
        "ranks by their shares costs no less than the text’s entropy, which gives the upper bound. With so few guesses "
        f"it comes out too low itself, by about {view.lens.amount(missing, digits=2)} a letter here.",
    )
