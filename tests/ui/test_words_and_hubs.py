"""Words, hubs and part four of “Is it cosine?”, with stand-ins whose answers are known."""

import numpy as np
import pytest
from scipy.stats import skew
from sklearn.neighbors import NearestNeighbors
from streamlit.testing.v1 import AppTest

from ladder.geometry import encoder
from ladder.geometry.encoder import Parameter, Vocabulary
from ladder.math import fit_alphabet
from ladder.reality import Corpus, split
from ladder.statistics import Settings, Transformer
from ladder.ui import cosine_next, hubs, lexicon, trainings, words
from ladder.ui.lens import LENSES
from ladder.ui.view import View
from tests.ui.test_geometry_page import PROSE, STRANGE, StandIn, settled, shown

SAID = "the king sees the queen and the queen hears the king in the long night of the year\n" * 12


class WithMatrix(StandIn):
    """The stand-in, with an input matrix."""

    def vocabulary(self):
        tokens = ("[UNK]", "king", "queen", "night", "the")
        return Vocabulary(tokens, self.encode(tokens).astype(np.float32))

    def parameters(self):
        return (Parameter("embeddings.word", (5, 26)),)


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch):
    monkeypatch.setattr(encoder, "load_encoder", lambda place=None, *, step=None: WithMatrix())
    monkeypatch.setenv("LADDER_ENCODER", "stand-in")  # a cache of its own


@pytest.fixture(scope="module")
def trained():
    """A transformer of a few steps, as if its job had ended."""
    alphabet = fit_alphabet(split(Corpus.of("test", SAID)).train, "bpe", vocabulary_size=300)
    ids = alphabet.encode(split(Corpus.of("test", SAID)).train).ids
    settings = Settings(width=16, heads=2, context=16, batch=4, steps=20)
    model = Transformer.fit(ids, len(alphabet.vocabulary), settings=settings)
    return trainings.Trained(model, trainings.Curve(), 20, 20, 20, "", np.ones(1), 2.5, 1.0, "", 0, 1.0), alphabet


def script(module, panel, corpus, lens):
    from importlib import import_module

    from ladder.ui.lens import LENSES
    from ladder.ui.view import View

    getattr(import_module(f"ladder.ui.{module}"), panel)(View(corpus, corpus, "test", "bpe", 300, LENSES[lens]))


def drive(module, panel, text, lens="Shannon", **query):
    at = AppTest.from_function(script, args=(module, panel, Corpus.of("test", text), lens), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in query.items()})
    return settled(at.run())


def view_of(text):
    corpus = Corpus.of("test", text)
    return View(corpus, corpus, "test", "bpe", 300, LENSES["Shannon"])


@pytest.mark.parametrize("space", ["Learned here", "Sentences"])
@pytest.mark.parametrize("name", STRANGE)
def test_no_text_brings_hubs_down(name, space):
    at = drive("hubs", "hubs_panel", STRANGE[name], space=space)
    assert at.dataframe or at.info


@pytest.mark.parametrize("name", STRANGE)
def test_no_text_brings_words_down(name):
    assert drive("words", "words_panel", STRANGE[name]).dataframe


@pytest.mark.parametrize("lens", ["Shannon", "Boltzmann", "both"])
def test_hubs_stand_under_every_lens(lens):
    at = drive("hubs", "hubs_panel", PROSE, lens, space="Sentences", k=3, top=2)
    table = at.dataframe[0].value
    assert list(table["cloud"]) == ["as they are", "without their mean", "without mean and top 2"]
    assert table["neighbours kept"].iloc[0] == 1


def test_hubness_is_the_skewness_of_how_often_scikit_learn_finds_a_vector():
    vectors = np.random.default_rng(0).standard_normal((300, 30)) + 1
    found = hubs.crowds_of(("test", 1), vectors, 5, 2)
    theirs = NearestNeighbors(n_neighbors=5, metric="cosine", algorithm="brute").fit(vectors)
    counts = np.bincount(theirs.kneighbors(return_distance=False).ravel(), minlength=300)
    assert found.crowds[hubs.AS_IS].occurrences.tolist() == counts.tolist()
    assert found.crowds[hubs.AS_IS].hubness == pytest.approx(skew(counts))


def test_without_the_mean_and_the_top_a_square_keeps_its_short_side_by_hand():
    # corners of a flat box around (9, 9): the long side goes, and half of the neighbours with it
    box = np.array([[9 + x, 9 + y, 0] for x in (-4, -3, 3, 4) for y in (-1, 1)], dtype=float)
    found = hubs.crowds_of(("test", 2), box, 1, 1)
    last = found.crowds["without mean and top 1"]
    assert last.anisotropy == pytest.approx(-1 / 7)  # of 28 pairs, 12 are alike (1) and 16 opposite (-1)
    assert found.kept["without mean and top 1"] < 1


def test_vectors_that_are_the_mean_are_left_out_and_too_few_are_no_crowd():
    assert hubs.crowds_of(("test", 3), np.ones((9, 3)), 3, 1) is None
    cross = np.array([[2, 1], [0, 1], [1, 2], [1, 0], [1, 1]], dtype=float)
    assert hubs.crowds_of(("test", 4), cross, 3, 5).rows.tolist() == [0, 1, 2, 3]


def test_every_vector_is_in_one_bin_of_the_histogram():
    found = hubs.crowds_of(("test", 5), np.random.default_rng(1).standard_normal((100, 8)), 4, 1)
    table = hubs.occurrence_table(found.crowds)
    assert table["vectors"].groupby(table["cloud"]).sum().tolist() == [100, 100, 100]
    assert table["lists"].unique().tolist()[:5] == ["0", "1", "2–3", "4–7", "8–15"]
    first = table[table["cloud"] == hubs.AS_IS].set_index("lists")["vectors"]
    occurrences = found.crowds[hubs.AS_IS].occurrences
    assert first["0"] == (occurrences == 0).sum()
    assert first["4–7"] == ((occurrences >= 4) & (occurrences < 8)).sum()


def test_a_token_of_the_own_transformer_is_found_without_its_blank_and_has_its_row_of_E(trained):
    model, alphabet = trained
    ids = alphabet.encode(split(Corpus.of("test", SAID)).train)
    own = lexicon.own_lexicon(model, alphabet, ids.counts)
    row = own.find("Queen")
    assert own.texts[row] == " queen"
    token = alphabet.vocabulary.index(b" queen")
    assert own.search.rows[row].tolist() == model.model.weights["E"][token].tolist()
    assert sum(own.counts) == len(ids.ids)
    assert list(own.counts) == sorted(own.counts, reverse=True)
    assert 0 not in own.counts


def test_without_a_training_words_say_where_to_train():
    assert "Train one on the page Statistics" in shown(drive("words", "words_panel", PROSE, query="king"))
    assert "Train one on the page Statistics" in shown(
        drive("words", "words_panel", PROSE, do="Axis", vectors="Your transformer’s")
    )


@pytest.mark.parametrize("do", ["Search", "Analogy", "Axis"])
def test_the_own_transformer_stands_beside_the_others(trained, monkeypatch, do):
    monkeypatch.setattr(lexicon, "own_transformer", lambda *_: trained)
    at = drive("words", "words_panel", SAID, do=do, query="queen", vectors="Your transformer’s", axis="king - queen")
    assert "of your transformer" in shown(at) or "In your transformer" in shown(at) or at.get("vega_lite_chart")
    if do == "Search":
        assert len(at.dataframe) == 3
        assert "the transformer keeps what it needs" in shown(at)


def test_the_word_asked_as_an_example_is_known_to_all_or_to_all_but_the_last(trained):
    def of(*texts):
        return lexicon.lexicon_of("x", texts, (1,) * len(texts), np.eye(len(texts)), "words")

    assert words.telling_word([of("king", "queen"), of("the", "queen", "king")]) == "queen"
    assert words.telling_word([of("king"), of("the", "king"), of(" th", "e")]) == "king"
    assert words.telling_word([of("道")]) == "道"
    assert words.telling_word([of("with"), of("تو", "میان")]) == "میان"


def test_a_word_without_a_row_is_said_in_the_encoders_pieces():
    assert "The encoder reads it as “\u2068[UNK]\u2069”: 1 token, 1 of them [UNK]." in shown(
        drive("words", "words_panel", PROSE, query="☃")
    )


def test_logits_of_the_own_transformer_are_what_part_four_takes_apart(trained, monkeypatch):
    model, alphabet = trained
    monkeypatch.setattr(cosine_next, "own_transformer", lambda *_: trained)
    heard = cosine_next.measured_own(view_of(SAID), "the king sees the queen")
    ids = alphabet.encode("the king sees the queen").ids
    assert heard.ids.tolist() == ids.tolist()
    assert heard.found.log_p[-1] == pytest.approx(model.model.logits(ids))
    lengths = np.linalg.norm(heard.predictor.final, axis=1)
    assert lengths == pytest.approx(np.sqrt(16), rel=1e-3)  # the last norm: every v is sqrt(d) long


def test_the_own_transformer_has_a_verdict_of_its_own_beside_the_first(trained, monkeypatch):
    monkeypatch.setattr(cosine_next, "own_transformer", lambda *_: trained)
    at = drive(
        "cosine", "cosine_panel", SAID, sentence="the king sees", part="4 Next token?", nextwho="your transformer"
    )
    assert "4 · … by the transformer trained on this text, too." in shown(at)
    assert "Every vector v is 4.00 long here" in shown(at)


def test_untrained_part_four_says_where_to_train():
    at = drive(
        "cosine", "cosine_panel", SAID, sentence="the king sees", part="4 Next token?", nextwho="your transformer"
    )
    assert "Train one on the page Statistics" in shown(at)
