"""“Is it cosine?”, parts one to three, and the senses of a word, with a stand-in whose answers are known."""

from functools import cache

import numpy as np
import pytest
import regex
import streamlit as st
from streamlit.testing.v1 import AppTest

from ladder.geometry import Layers, Tokens, encoder
from ladder.geometry.encoder import Vocabulary
from ladder.geometry.parameters import Parameter
from ladder.reality import Corpus
from tests.ui.conftest import STRANGE
from tests.ui.test_geometry_page import PROSE, StandIn, settled, shown

WORDS = ("king", "kings", "the", "sees", "queen", "bank", *(f"word{i}" for i in range(60)))
RIVER = "river: the bank of a river\nriver: a bank by the river\nmoney: the bank has money\nmoney: money in a bank"


@cache
def direction(name, d=24):
    """The same random direction for the same name, whenever it is asked for."""
    row = np.random.default_rng(list(name.encode("utf-8", "replace"))).standard_normal(d)
    return row / np.linalg.norm(row)


class Known(StandIn):
    """king and kings are one direction; every layer adds to a word what the sentence is about; lengths as one likes."""

    lengths_of_keys = 1.0  # the spread of their logarithms; 0: all keys are equally long
    square = False  # whether it keeps a table with a cell for every pair

    def tokens(self, sentence):
        found = [(m.group().casefold(), m.span()) for m in regex.finditer(r"[\w☃]+|[^\w\s]", sentence)][:60]
        pieces = ["[UNK]" if word == "☃" else word for word, _ in found]
        spans = ((0, 0), *(span for _, span in found), (0, 0))
        return Tokens(("[CLS]", *pieces, "[SEP]"), (0,) * len(spans), pieces.count("[UNK]"), 0, spans)

    def layers(self, sentence):
        tokens = self.tokens(sentence)
        topic = direction("river" if "river" in sentence else "money")
        hidden = np.stack([[direction(piece) + layer * topic for piece in tokens.pieces] for layer in range(3)])
        rng = np.random.default_rng(0)
        Q, K, V = rng.standard_normal((3, 2, 3, len(tokens.pieces), 4))
        K /= np.linalg.norm(K, axis=-1, keepdims=True)
        K *= np.exp(self.lengths_of_keys * rng.standard_normal((*K.shape[:-1], 1)))
        scores = np.exp(Q @ K.swapaxes(-1, -2) / 2)
        return Layers(tokens, hidden, Q, K, V, scores / scores.sum(axis=-1, keepdims=True))

    def vocabulary(self):
        return Vocabulary(WORDS, np.array([direction(word.removesuffix("s")) for word in WORDS], dtype=np.float32))

    def parameters(self):
        V = len(WORDS)
        words = Parameter("embeddings.word_embeddings.weight", (V, 24))
        return (words, Parameter("pairs.weight", (V, V))) if self.square else (words,)


@pytest.fixture
def known(monkeypatch):
    stand_in = Known()
    monkeypatch.setattr(encoder, "load_encoder", lambda place=None, *, step=None: stand_in)
    monkeypatch.setenv("LADDER_ENCODER", "known")  # a cache of its own
    return stand_in


def script(panel, corpus, lens):
    from importlib import import_module

    from ladder.ui.lens import LENSES
    from ladder.ui.view import View

    view = View(corpus, corpus, "test", "bytes", 300, LENSES[lens])
    getattr(import_module(f"ladder.ui.{panel}"), f"{panel}_panel")(view)


def parts_and_senses(corpus, sentence):
    """All of it in one run: three parts taken apart, then the word of that sentence in its senses."""
    from ladder.ui import cosine_alike, cosine_attention, cosine_stored, senses, spaces
    from ladder.ui.lens import LENSES
    from ladder.ui.verdict import draw_verdict
    from ladder.ui.view import View

    view = View(corpus, corpus, "test", "bytes", 300, LENSES["both"])
    model = spaces.the_encoder()
    if model is None:
        return
    if sentence.strip():
        layers = spaces.layers_of_sentence(spaces.encoder_place(), sentence, model)
        spaces.say_how_it_was_read(layers.tokens)
        alike, heads = cosine_alike.measured(sentence, model), cosine_attention.measured(sentence, layers)
        found = cosine_stored.measured(spaces.encoder_place(), model)
        for verdict in (cosine_alike.verdict(alike), cosine_stored.verdict(found), cosine_attention.verdict(heads)):
            draw_verdict("claimed", verdict)
        cosine_alike.draw(alike, layers)
        cosine_stored.draw(view, layers, found)
        cosine_attention.draw(heads, layers)
    senses.senses_panel(view)


def drive(panel, text=PROSE, lens="Shannon", **query):
    at = AppTest.from_function(script, args=(panel, Corpus.of("test", text), lens), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in query.items()})
    return settled(at.run())


@pytest.mark.parametrize("name", STRANGE)
def test_no_text_brings_cosine_or_senses_down_as_corpus_or_as_sentence(known, name):
    text = STRANGE[name]
    readable = text[:300].encode("utf-8", "replace").decode()  # a link holds no lone surrogate
    at = AppTest.from_function(parts_and_senses, args=(Corpus.of("test", text), readable), default_timeout=60)
    word = next(iter(readable.split()), "")
    at.query_params.update({"word": word[:40], "senses": f"one: {readable}\ntwo: {readable}"})
    at = settled(at.run())
    assert at.info or at.warning or at.get("vega_lite_chart")


@pytest.mark.parametrize("lens", ["Shannon", "Boltzmann", "both"])
def test_cosine_and_senses_stand_under_every_lens(known, lens):
    assert "1 · " in shown(drive("cosine", lens=lens, sentence="The king sees kings.", part="3 Attention?"))
    assert len(drive("senses", lens=lens, senses=RIVER).get("vega_lite_chart")) == 2


def test_an_empty_sentence_is_no_claim(known):
    assert "A sentence needs at least one word. Type one." in shown(drive("cosine", sentence="  "))


def test_one_direction_for_king_and_kings_makes_part_one_hold(known):
    text = shown(drive("cosine", sentence="The kings see a bank"))
    assert "**Holds.**] 1 of 1 pairs of one family are more alike than 99% of random pairs" in text
    assert "their mean cosine is 1.00" in text


def test_a_sentence_without_kin_leaves_part_one_open(known):
    assert "No word of this sentence has kin among the tokens" in shown(drive("cosine", sentence="道可道"))


def test_without_a_table_of_pairs_part_two_does_not_hold_and_with_one_it_does(known):
    pairs = len(WORDS) * (len(WORDS) - 1) // 2
    said = f"{pairs:,} pairs of tokens, {len(WORDS) * 24:,} parameters: {pairs / len(WORDS) / 24:.1f} times too few"
    assert said in shown(drive("cosine", sentence="the king", part="2 Stored?"))
    known.square = True
    st.cache_resource.clear()
    text = shown(drive("cosine", sentence="the king", part="2 Stored?"))
    assert "**Holds.**] 1 of its tables has a cell for every pair" in text


def test_where_all_keys_are_equally_long_attention_compares_by_cosine(known):
    known.lengths_of_keys = 0
    at = drive("cosine", sentence="the king sees the queen", part="3 Attention?")
    # lengths of queries differ, and a cosine takes one scale for all: the choices are the same, the bits are not
    assert "3 · Attention compares by cosine.* :orange" in shown(at)
    assert "another token first in 0 of 42 rows (0%)" in shown(at)


def test_where_lengths_differ_it_does_not_and_the_rows_are_listed(known):
    at = drive("cosine", sentence="the king sees the queen", part="3 Attention?", layer=2, head=3)
    assert "3 · Attention compares by cosine.* :red" in shown(at)
    assert {"by q·k", "by cosine"} <= set(at.dataframe[0].value.columns)


def test_what_the_encoder_cannot_read_is_said_with_its_share(known):
    assert "2 of 3 tokens are [UNK] (67%)" in shown(drive("cosine", sentence="king ☃ ☃"))
    assert "[UNK]: " in shown(drive("senses", word="bank", senses="one: ☃ ☃ bank ☃\ntwo: bank ☃ ☃"))


def test_senses_part_at_the_layer_that_heard_the_topic(known):
    at = drive("senses", "Nothing of it here.", senses=RIVER)
    title = at.get("vega_lite_chart")[0].proto.spec
    assert "Layer 2 parts the senses" in title.replace('", "', " ")


def test_sentences_of_the_text_go_to_the_nearest_sense(known):
    at = drive("senses", "He sat by the river bank.\nHe has money in the bank.", senses=RIVER)
    table = at.dataframe[0].value
    assert table["sense"].tolist() == ["river"] * 2 + ["money"] * 2 + ["river", "money"]
    assert table["said by"].tolist() == ["you"] * 4 + ["layer 2"] * 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"word": " "}, "Type a word that has more than one sense."),
        ({"word": "cabbage"}, "No sentence holds “cabbage”"),
        ({"word": "bank", "senses": "no colon here"}, "1 line left out"),
        ({"word": "bank", "senses": "one: a bank\none: the bank"}, "where there are at least two"),
    ],
)
def test_what_is_missing_for_senses_is_one_sentence(known, query, said):
    assert said in shown(drive("senses", "Nothing of it here.", **query))
