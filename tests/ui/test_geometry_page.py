"""The page Geometry, by what it shows, with a stand-in for the encoder whose answers are known."""

import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ladder.geometry import Layers, Tokens, encoder
from ladder.reality import Corpus
from ladder.ui import maps
from tests.ui.conftest import STRANGE

# Those of words, cosine and senses want more of an encoder: they stand in files of their own, as does Text to token.
PANELS = ("map", "neighbours", "hubs", "attention", "shape")
PROSE = "\n".join(f"the {a} {b} the {c}." for a in ("king", "queen") for b in ("sees", "hears") for c in "abcdefgh")


class StandIn:
    """Vectors from a text's letters; attention that looks at the first token alone, by half."""

    name, dimensions, max_tokens = "stand-in", 26, 64

    def encode(self, texts):
        counts = np.array(
            [[text.casefold().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]
        )
        raw = counts + np.arange(26) / 26 + 0.1
        return raw / np.linalg.norm(raw, axis=1, keepdims=True)

    def lengths(self, texts):
        return [len(text) for text in texts]

    def tokens(self, sentence):
        words = sentence.split()[: self.max_tokens - 2]
        pieces = ("[CLS]", *("[UNK]" if word == "☃" else word for word in words), "[SEP]")
        return Tokens(pieces, tuple(range(len(pieces))), pieces.count("[UNK]"), 0)

    def layers(self, sentence):
        tokens = self.tokens(sentence)
        n = len(tokens.pieces)
        Q, K, V = np.ones((2, 3, n, 4)), np.zeros((2, 3, n, 4)), np.ones((2, 3, n, 4))
        K[:, :, 0] = np.log(n - 1) / 2  # q.k / sqrt(4) = ln (n - 1): as much as all the others together
        weights = np.full((2, 3, n, n), 0.5 / (n - 1))
        weights[..., 0] = 0.5
        return Layers(tokens, np.zeros((3, n, 12)), Q, K, V, weights)


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch):
    monkeypatch.setattr(encoder, "load_encoder", lambda place=None, *, step=None: StandIn())


def script(panel, corpus, lens):
    from importlib import import_module

    from ladder.ui.lens import LENSES
    from ladder.ui.view import View

    module = import_module("ladder.ui.maps" if panel == "map" else f"ladder.ui.{panel}")
    getattr(module, f"{panel}_panel")(View(corpus, corpus, "test", "bpe", 512, LENSES[lens]))


def drive(panel: str, text: str, lens: str = "Shannon", **query: object) -> AppTest:
    """One panel on its own, after its jobs are done."""
    at = AppTest.from_function(script, args=(panel, Corpus.of("test", text), lens), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in query.items()})
    return settled(at.run())


def settled(at: AppTest) -> AppTest:
    for _ in range(200):
        assert not at.exception, at.exception
        if not any(button.label == "Cancel" for button in at.button):
            return at
        time.sleep(0.05)
        at.run()
    raise AssertionError("a job did not come to its end")


def shown(at: AppTest) -> str:
    return "\n".join(element.value for kind in (at.markdown, at.caption, at.info, at.warning) for element in kind)


def number(at: AppTest, label: str) -> str:
    return next(metric.value for metric in at.metric if metric.label == label)


@pytest.mark.parametrize("space", ["Learned here", "Sentences"])
@pytest.mark.parametrize("panel", ["map", "neighbours", "shape"])
@pytest.mark.parametrize("name", STRANGE)
def test_no_text_brings_a_panel_down(panel, name, space):
    at = drive(panel, STRANGE[name], space=space)
    assert at.metric or at.dataframe or at.info


@pytest.mark.parametrize("lens", ["Shannon", "Boltzmann", "both"])
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_stands_under_every_lens(panel, lens):
    assert drive(panel, PROSE, lens).main.children


def test_the_first_map_needs_no_encoder(monkeypatch):
    def missing(place=None, *, step=None):
        raise FileNotFoundError("The encoder is not installed.")

    monkeypatch.setattr(encoder, "load_encoder", missing)
    at = drive("map", PROSE)
    assert 0 < float(number(at, "Trustworthiness")) <= 1
    assert "The encoder is not installed." in shown(at)


def test_while_the_encoder_is_missing_the_map_shows_what_there_is(monkeypatch):
    def missing(place=None, *, step=None):
        raise ValueError("There is no encoder here.")

    monkeypatch.setattr(encoder, "load_encoder", missing)
    at = settled(drive("map", PROSE, space="Words"))
    assert "There is no encoder here." in shown(at)
    assert "Until then, the vectors learned from this very text:" in shown(at)
    assert at.get("vega_lite_chart")


def test_words_are_placed_by_the_encoder_and_counted():
    assert "all 13 words with a letter in them" in shown(drive("map", PROSE, space="Words"))


def test_sentences_are_placed_by_the_encoder_and_counted():
    at = drive("map", PROSE, space="Sentences")
    assert "all 32 sentences" in shown(at)
    assert number(at, "True neighbours kept").endswith("%")


def test_a_nonlinear_map_waits_for_its_button_and_then_stands():
    at = drive("map", PROSE, space="Sentences", map="UMAP")
    assert "Meanwhile, the map by PCA:" in shown(at)
    next(button for button in at.button if button.label == "Draw the UMAP map").click()
    at = settled(at.run())
    assert "Meanwhile" not in shown(at)
    assert at.metric


def test_few_points_are_refused_for_umap_in_one_sentence():
    at = drive("map", "one line\ntwo lines\nthree lines\nfour", space="Sentences", map="UMAP")
    assert "at least 10 points, but this text gives 4. PCA can draw it." in shown(at)


def test_what_is_found_on_the_map_is_listed():
    at = drive("map", PROSE, space="Sentences", find="QUEEN")
    assert "16 of 32 texts:" in shown(at)
    assert at.dataframe[0].value["text"].str.contains("queen").all()


def test_neighbours_stand_side_by_side_with_the_lists_that_share_them():
    at = drive("neighbours", PROSE, query="king", k=3)
    assert [list(table.value.columns)[1] for table in at.dataframe] == ["cosine", "q·v", "|q−v|"]
    assert at.dataframe[0].value["text"][0] == "queen"
    assert "king" not in set(at.dataframe[0].value["text"])
    assert set(at.dataframe[0].value["lists"]) <= {"1/3", "2/3", "3/3"}


def test_on_vectors_of_length_one_all_lists_agree_and_the_page_says_why():
    at = drive("neighbours", PROSE, query="a quiet queen", space="Sentences")
    first, second, third = (list(table.value["text"]) for table in at.dataframe)
    assert set(first) == set(second) == set(third)
    assert "Every vector here has the same length" in shown(at)


def test_an_unknown_word_is_a_sentence_with_what_looks_like_it():
    text = shown(drive("neighbours", PROSE, query="quen"))
    assert "has no place here" in text
    assert "Did you mean queen" in text


def test_what_is_asked_for_is_shown_as_text():
    at = drive("neighbours", PROSE, query="<b>*x*</b>")
    markdown = " ".join(element.proto.body for element in [*at.caption, *at.info, *at.warning])
    assert "<b>" not in markdown
    assert "\\*x\\*" in markdown


def test_attention_shows_entropy_and_how_far_it_is_off_the_networks_own():
    # half on the first token, half on the other four: H = 1 + 1/2 log2 4 = 2 bits, four effective tokens
    at = drive("attention", PROSE, sentence="three words here", row=1)
    assert number(at, "Entropy of the row") == "2.000 bits"
    assert number(at, "Effective tokens") == "4.00 of 5"
    assert float(number(at, "Off the network's own")) < 1e-12
    assert "takes 50% of this head's attention" in shown(at)


def test_a_row_is_a_boltzmann_distribution_in_numbers():
    # q.k = 2 ln 4 for the first token, 0 for the four others, T = 2: Z = 4 + 4, F = -2 ln 8
    at = drive("attention", PROSE, sentence="three words here", row=1)
    assert number(at, "Free energy F = −T ln Z") == f"{-2 * np.log(8):.3f}"
    assert "F = U − TS: -4.159 = -1.386 − 2.000 × 1.386 nats" in shown(at)


def test_a_cell_is_opened_down_to_its_products():
    at = drive("attention", PROSE, sentence="three words here", row=1, col=0)
    assert r"q_{1} \cdot k_{0} &= (1.00)(0.69) \\ &\quad + (1.00)(0.69) + \cdots \\ &= 2.773" in at.latex[0].value
    assert "w_{1,0} &= e^{1.386} / e^{2.079} = 0.5000" in at.latex[0].value


def test_the_loudest_answers_where_no_cell_is_asked_for():
    assert "w_{3,0}" in drive("attention", PROSE, sentence="three words here", row=3).latex[0].value


def test_a_long_sentence_is_drawn_in_bands_and_close_by():
    at = drive("attention", PROSE, sentence="word " * 60, row=50)
    assert "Click on a band or a cell to open it." in shown(at)
    assert number(at, "Effective tokens").endswith("of 62")


def test_half_the_temperature_sharpens_a_row_but_is_still_held_against_the_networks_own():
    at = drive("attention", PROSE, sentence="three words here", row=1, heat=0.5)
    # weights 16 : 1 : 1 : 1 : 1
    assert number(at, "Entropy of the row") == f"{np.log2(20) - 0.8 * 4:.3f} bits"
    assert float(number(at, "Off the network's own")) < 1e-12


def test_attention_under_boltzmanns_lens_is_in_nats():
    at = drive("attention", PROSE, "Boltzmann", sentence="three words here", row=1)
    assert number(at, "Entropy of the row") == "1.386 nats"


def test_what_the_encoder_cannot_read_is_said():
    for panel, query in (
        ("attention", {"sentence": "hello ☃"}),
        ("neighbours", {"query": "hello ☃", "space": "Sentences"}),
    ):
        assert "1 of 2 tokens are [UNK] (50%)" in shown(drive(panel, PROSE, **query))


@pytest.mark.parametrize("panel", ["map", "neighbours", "shape", "hubs"])
def test_a_text_that_the_encoder_cannot_read_is_said_wherever_it_is_placed(panel):
    text = shown(drive(panel, "\n".join(f"hello {'☃ ' * i}" for i in range(1, 14)), space="Sentences"))
    assert "% of the tokens are [UNK]: the encoder has no sign for what stands there" in text


def test_a_script_that_is_spelled_is_said_with_its_pieces():
    text = shown(drive("shape", "a\nb\nc\nd e", space="Sentences"))
    assert (
        "spells this script rather than reads it (the first text begins “\u2068a\u2069”; 0.0% of all tokens are [UNK])"
        in text
    )


@pytest.mark.parametrize("sentence", ["x", "word " * 300, "<script>alert(1)</script>", "שלום", "a\u202eb"])
def test_no_sentence_brings_attention_down(sentence):
    assert drive("attention", PROSE, sentence=sentence).metric


def test_a_token_that_is_not_there_is_said():
    assert "the last one, 4, is opened" in shown(drive("attention", PROSE, sentence="three words here", row=30))


def test_a_link_to_the_page_stands_in_its_frame(open_app):
    at = open_app("pages/3_geometry.py", corpus="markov", panel="Shape")
    assert "Where does a token lie?" in [*(s.value for s in at.subheader), *(m.value.strip("# ") for m in at.markdown)]
    assert "Directions in use" in [metric.label for metric in at.metric]


def test_an_empty_sentence_is_one_sentence():
    assert shown(drive("attention", PROSE, sentence=" ")) == "A sentence needs at least one word. Type one."


def test_a_failing_encoder_leaves_the_tokens_to_look_at(monkeypatch):
    def missing(place=None, *, step=None):
        raise FileNotFoundError("The encoder is not installed.")

    monkeypatch.setattr(encoder, "load_encoder", missing)
    at = drive("attention", PROSE, sentence="hello world")
    assert "The encoder is not installed." in shown(at)
    assert "the 2 tokens that it will read" in shown(at)


def test_the_shape_of_a_cloud_is_in_the_lens_unit():
    assert number(drive("shape", PROSE), "Log-volume").endswith(" bits")
    assert number(drive("shape", PROSE, "Boltzmann"), "Log-volume").endswith(" nats")


def test_the_formula_of_the_volume_is_in_the_lens_unit():
    for lens, log, unit in (("Shannon", r"\log_2 V", "bits"), ("Boltzmann", r"\ln V", "nats")):
        at = drive("shape", PROSE, lens)
        formula = next(element.value for element in at.latex if " V = " in element.value)
        number_shown = number(at, "Log-volume").removesuffix(f" {unit}").replace(",", "")
        exact = formula.partition(r"\bigr) = ")[2].partition(rf"\ \text{{{unit}}}")[0]
        assert log in formula
        assert round(float(exact)) == int(number_shown)


def test_a_name_that_would_hide_another_is_left_out():
    import pandas as pd

    table = pd.DataFrame(
        {"text": ["a long name", "hidden", "free", "low"], "x": [0, 0.01, 1, 1], "y": [0.08, 0.09, 1, 0]}
    )
    assert list(maps.named(table, short=True)["text"]) == ["a long name", "free", "low"]


def test_names_on_the_map_are_the_most_frequent_of_their_cell():
    import pandas as pd

    table = pd.DataFrame({"text": ["first", "second", "far"], "x": [0.0, 0.01, 1.0], "y": [0.0, 0.01, 1.0]})
    assert list(maps.named(table, short=True)["text"]) == ["first", "far"]
