"""Where people take part: the sampler's place, the Shannon game, files that come back, and the loop."""

import threading

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ladder.probability import compress, sample, shannon_bounds
from ladder.reality import Corpus, to_bytes
from ladder.rungs import REALITY
from ladder.statistics import NGram
from ladder.ui import loop as loop_ui
from ladder.ui import readers
from ladder.ui.cache import split_of, train_alphabet, train_and_held_out
from ladder.ui.chosen import KNESER_NEY, Choice
from ladder.ui.guess import Game, letters_by_frequency
from ladder.ui.jobs import Progress
from ladder.ui.lens import LENSES
from ladder.ui.live import Live
from ladder.ui.read_back import _read
from ladder.ui.readers import guessed_text, price_of_readers, readers_of
from ladder.ui.shelf import shelf
from ladder.ui.view import View
from ladder.ui.waterfall import Climb, picture
from ladder.ui.you_sample import LONGEST, token_path
from tests.ui.conftest import STRANGE

TEXT = "In the beginning was the word, and the word was with the text. " * 60
STRANGE_HERE = ("three bytes", "one repeated", "right to left", "no text", "script")


@pytest.fixture(scope="module")
def words() -> Corpus:
    return Corpus.of("words", TEXT)


def drive(panel: str, corpus: Corpus, *, until: str = "", scheme: str = "bpe", **query: object) -> AppTest:
    """One panel on its own, as a link opens it, once `until` stands on it."""

    def script(panel, corpus, scheme):
        from ladder.ui import probability
        from ladder.ui.lens import LENSES
        from ladder.ui.view import View

        getattr(probability, panel)(View(corpus, corpus, "test", scheme, 300, LENSES["Shannon"]))

    at = AppTest.from_function(script, args=(panel, corpus, scheme), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in query.items()})
    at.run()
    for _ in range(100):
        assert not at.exception, at.exception
        if until in shown(at):
            return at
        threading.Event().wait(0.1)
        at.run()
    raise AssertionError(f"“{until}” never came: {shown(at)}")


def shown(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.success)
    return "\n".join([element.value for kind in kinds for element in kind])


@pytest.mark.parametrize("name", STRANGE_HERE)
def test_no_text_however_strange_breaks_a_panel(name):
    corpus = Corpus.of(name, STRANGE[name])
    tiny = name == "three bytes"
    drive("you_sample_panel", corpus, until="You are the sampler", path="1.2")
    drive("guess_panel", corpus, until="Which letter").button(key="shannon-leave").click().run()
    drive("compressor_panel", corpus, until="zlib wrote")
    at = drive("loop_panel", corpus, until="" if tiny else "left of the language", turns=2, loopn=500)
    assert not at.exception


def test_the_branch_is_in_the_link_and_costs_what_the_model_says(words):
    train, _ = train_and_held_out(words, "bytes", 300)
    model = NGram.fit(train.ids, 256, order=3)
    at = drive("you_sample_panel", words, scheme="bytes", prompt="the w", order=3, path="111.114.100", fork="120")
    bits = model.surprisals(np.frombuffer(b" word", dtype=np.uint8))[2:].sum()
    assert f"**Your branch**: 3 tokens at {bits / 3:.3f} bits/byte" in shown(at)
    assert "**The other branch**: 1 token at" in shown(at)


def test_picks_force_rewind_and_fork_change_the_link(words):
    at = drive("you_sample_panel", words, scheme="bytes", prompt="the wor", order=4)
    at.button(key="you-pick-0").click().run()
    assert at.text_input(key="path").value == str(ord("d"))
    at.text_input(key="you-text").set_value("!?")
    at.button(key="you-force-it").click().run()
    assert at.text_input(key="path").value == "100.33.63"
    at.button(key="you-fork").click().run()
    at.button(key="you-back").click().run()
    assert (at.text_input(key="path").value, at.text_input(key="fork").value) == ("100.33", "100.33.63")
    at.button(key="you-swap").click().run()
    assert at.text_input(key="path").value == "100.33.63"
    at.button(key="you-start").click().run()
    at.button(key="you-draw").click().run()
    drawn = at.text_input(key="path").value
    at.button(key="you-back").click().run()
    at.button(key="you-draw").click().run()
    assert at.text_input(key="path").value == drawn  # the seed decides
    assert at.query_params["path"] == drawn


def test_a_path_is_read_and_bounded():
    assert token_path(" 3.0.12 ", 13) == (3, 0, 12)
    assert token_path("", 13) == ()


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("1..2", "dots between"),
        ("<b>", "dots between"),
        ("1.13", "alphabet ends at 12"),
        ("9" * 400, "dots"),
        ("²", "dots"),
        (".".join(["1"] * (LONGEST + 1)), "at most 60"),
    ],
)
def test_a_path_that_cannot_be_is_refused_with_a_way_out(path, why, words):
    with pytest.raises(ValueError, match=why):
        token_path(path, 13)


def test_a_broken_link_can_be_mended(words):
    at = drive("you_sample_panel", words, path="1.99999")
    assert "the link was made with another alphabet" in at.warning[0].value
    at.button(key="you-anew").click().run()
    assert not at.warning


def test_ranks_are_counted_as_shannon_did():
    game = Game("x", 0, 0)
    assert [game.guess("ab", letter) for letter in ("e", "e", "b", "a")] == [None, None, None, 3]
    assert game.guess("ab", "b") == 1
    assert (game.ranks, game.place) == ([3, 1], 2)


def test_letters_stand_in_order_of_frequency():
    assert letters_by_frequency("banana b") == ("a", "b", "n", " ")


def test_guesses_enter_the_pool_and_the_bounds_are_shown(words):
    first, second = split_of(words).held_out[:2]
    at = drive("guess_panel", words)
    assert "Nobody has guessed this text yet" in shown(at)
    at.text_input(key="shannon-guess").set_value("ж")
    at.button(key="shannon-submit").click().run()
    assert "Not “ж”" in shown(at)
    at.text_input(key="shannon-guess").set_value(first)
    at.button(key="shannon-submit").click().run()
    assert shelf().guesses.counts(guessed_text(words)).tolist() == [0, 1]
    at.button(key="shannon-leave").click().run()
    rank = 1 + letters_by_frequency(split_of(words).train).index(second)
    assert readers_of(words).n == 2
    assert readers_of(words).counts[rank - 1] >= 1
    assert "98 more letters" in shown(at)
    at.text_input(key="shannon-guess").set_value("two")
    at.button(key="shannon-submit").click().run()
    assert "One letter at a time" in shown(at)


def test_the_last_letter_ends_the_game(words):
    held_out = split_of(words).held_out
    at = drive("guess_panel", words, letter=len(held_out) - 1)
    at.button(key="shannon-leave").click().run()
    assert "the last letter" in shown(at)


def test_people_enter_the_waterfall_once_there_are_enough(words, monkeypatch):
    monkeypatch.setattr(readers, "ENOUGH", 8)
    for n in range(8):
        assert price_of_readers(words) is None
        shelf().guesses.add(guessed_text(words), place=n, rank=1 + n % 4)
    price = price_of_readers(words)
    assert price == pytest.approx(2.0)  # four ranks alike, and a letter a byte
    assert price == pytest.approx(shannon_bounds([1, 1, 1, 1]).upper)
    assert "people, at most 2.00" in picture(Climb(readers=price), None, LENSES["Shannon"])
    assert "people" not in picture(Climb(), None, LENSES["Shannon"])


def test_letters_of_several_bytes_share_their_price(monkeypatch):
    monkeypatch.setattr(readers, "ENOUGH", 8)
    corpus = Corpus.of("Hebrew", "אבגד" * 200)
    for n in range(8):
        shelf().guesses.add(guessed_text(corpus), place=n, rank=1 + n % 4)
    assert price_of_readers(corpus) == pytest.approx(1.0)


def test_a_file_comes_back_byte_for_byte_and_others_are_refused(words):
    view = View(words, words, "test", "bpe", 300, LENSES["Shannon"])
    letters = train_alphabet(words, "bpe", 300)
    train, held_out = train_and_held_out(words, "bpe", 300)
    data = compress(held_out.ids, NGram.fit(train.ids, train.vocabulary_size, order=3))
    back = _read(view, Choice(KNESER_NEY, 3), data, 200_000, Progress())
    assert back == (to_bytes(split_of(words).held_out), "")
    assert len(letters.vocabulary) == train.vocabulary_size
    for broken, order, why in (
        (data, 4, "another model"),
        (data[:-1], 3, "cut short"),
        (data[:20] + bytes([data[20] ^ 1]) + data[21:], 3, "damaged"),
        (b"PK\x03\x04", 3, "no file of Ladder"),
        (b"", 3, "no file of Ladder"),
    ):
        assert why in _read(view, Choice(KNESER_NEY, order), broken, 200_000, Progress()).refusal
    assert "at most 5 are read" in _read(view, Choice(KNESER_NEY, 3), data, 5, Progress()).refusal


def test_an_uploaded_file_shows_its_text(words):
    train, held_out = train_and_held_out(words, "bpe", 300)
    data = compress(held_out.ids, NGram.fit(train.ids, train.vocabulary_size, order=5))
    at = drive("file_panel", words)
    at.file_uploader(key="ladder-file").set_value(("a.ladder", data, "application/octet-stream")).run()
    for _ in range(100):
        if "byte for byte the beginning" in shown(at):
            break
        threading.Event().wait(0.1)
        at.run()
    assert f"{held_out.n_bytes:,} bytes of text, byte for byte" in shown(at)
    assert at.code[0].value.startswith(split_of(words).held_out[:40])


def test_token_by_token_draws_what_the_seed_draws_at_once(words):
    train, _ = train_and_held_out(words, "bytes", 300)
    model = NGram.fit(train.ids, 256, order=3)
    from ladder.probability import stream

    live = Live((), stream(model, [], n=50, rng=np.random.default_rng(4)), 50, running=True)
    live.go_on(1.0, 20, budget=60)
    assert (len(live.drawn), live.running) == (20, True)
    live.go_on(1.0, 1000, budget=60)
    assert (len(live.drawn), live.running) == (50, False)
    at_once = sample(model, [], n=50, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(live.draw.ids, at_once.ids)
    np.testing.assert_array_equal(live.draw.surprisals, at_once.surprisals)


def test_a_slow_model_is_stopped_by_the_budget_not_by_the_pace():
    slow = iter(lambda: threading.Event().wait(0.02), None)
    live = Live((), slow, 1000, running=True)
    live.go_on(1.0, 1000, budget=0.1)
    assert 1 <= len(live.drawn) <= 10


def test_a_stream_starts_stops_and_can_be_taken_away(words):
    at = drive("write_panel", words, scheme="bytes", live="true", n=5000, pace=10)
    assert "0 of 5,000 tokens" in shown(at)
    at.button(key="live-start").click().run()
    at.run()
    at.button(key="live-stop").click().run()
    n = len(at.session_state["live-draw"].drawn)
    assert 1 <= n < 5000
    at.run()
    assert len(at.session_state["live-draw"].drawn) == n
    assert at.button(key="as-corpus")


def test_a_shorter_text_brings_a_knob_back_within_its_ends():
    def script():
        import streamlit as st

        from ladder.ui import knobs

        hi = 5 if st.checkbox("short", key="short") else 50
        st.write(f"{knobs.number('one', 'One', 0, hi, 0, step=1)} {knobs.slider('two', 'Two', 0, hi, 0)}")

    at = AppTest.from_function(script)
    at.run()
    at.number_input(key="one").set_value(40)
    at.slider(key="two").set_value(30).run()
    at.checkbox(key="short").check().run()
    assert not at.exception
    assert at.markdown[-1].value == "5 5"


def test_the_loop_is_measured_and_any_generation_becomes_the_corpus(words, monkeypatch):
    gone = []
    monkeypatch.setattr(loop_ui, "link_to", lambda rung, **settings: gone.append((rung, settings["corpus"])))
    at = drive("loop_panel", words, until="of the language", scheme="characters", turns=3, loopn=500, gen=2)
    for _ in range(100):
        if at.code:
            break
        threading.Event().wait(0.1)
        at.run()
    at.button(key="loop-corpus").click().run()
    ((rung, address),) = gone
    assert rung == REALITY
    assert shelf().get(address).name == "Generation 2 of words, 0% kept, seed 1"
