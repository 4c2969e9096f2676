import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_score

from ladder.geometry import Layers, Tokens, find_word, layers_of, load_encoder, nearest_sense, paths, separation
from ladder.geometry.encoder import packaged_encoder
from ladder.geometry.senses import silhouette, states_of

needs_the_encoder = pytest.mark.skipif(packaged_encoder() is None, reason="the encoder is not installed")
LABELS = ["river", "river", "money", "money", "money"]


def test_senses_that_part_at_one_layer_are_found_there_by_hand():
    together = np.array([[1.0, 0.0], [1.0, 0.1], [1.0, -0.1], [1.0, 0.05], [1.0, -0.05]])
    apart = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [0.0, 1.0]])
    found = separation(np.stack([together, apart, together], axis=1), LABELS)
    assert found.best == 1
    assert found.silhouette[1] == pytest.approx(1)
    assert (found.within[1], found.between[1]) == pytest.approx((1, 0))
    assert found.silhouette[0] < 0.2


@given(st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_the_silhouette_is_scikit_learns(seed):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((9, 4))
    labels = np.array([0, 0, 1, 1, 1, 2, 2, 2, 3])  # the last sense has one sentence
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    assert silhouette(1 - unit @ unit.T, labels) == pytest.approx(silhouette_score(rows, labels, metric="cosine"))


def test_the_same_sentence_over_and_over_has_no_senses_to_part():
    assert separation(np.ones((4, 2, 3)), ["a", "a", "b", "b"]).silhouette.tolist() == [0, 0]


@pytest.mark.parametrize("senses", [["a"] * 5, ["a", "b", "c", "d", "e"]])
def test_one_sense_cannot_be_told_from_another(senses):
    with pytest.raises(ValueError, match="at least two"):
        separation(np.ones((5, 2, 3)), senses)


def test_ways_through_the_layers_lie_on_one_sheet():
    states = np.random.default_rng(2).standard_normal((5, 3, 6))
    unit = states / np.linalg.norm(states, axis=2, keepdims=True)
    theirs = PCA(n_components=2).fit(unit.reshape(-1, 6))
    found = paths(states)
    assert found.points.shape == (5, 3, 2)
    assert found.explained == pytest.approx(theirs.explained_variance_ratio_)
    assert np.abs(found.points.reshape(-1, 2)) == pytest.approx(np.abs(theirs.transform(unit.reshape(-1, 6))))


def test_a_word_is_found_whole_and_whatever_its_capitals():
    assert find_word("Bankers rob a Bank.", "bank") == (14, 18)
    assert find_word("Bankers rob.", "bank") is None
    assert find_word("anything", "") is None


def test_a_words_state_is_the_mean_of_its_pieces():
    tokens = Tokens(("[CLS]", "ri", "##ver", "[SEP]"), (1, 2, 3, 4), 0, 0, ((0, 0), (0, 2), (2, 5), (0, 0)))
    hidden = np.arange(8.0).reshape(1, 4, 2)
    empty = np.zeros((0, 0, 4, 1))
    layers = Layers(tokens, hidden, empty, empty, empty, np.zeros((0, 0, 4, 4)))
    assert states_of(layers, 0, 5).tolist() == [[3, 4]]
    assert states_of(layers, 7, 9) is None


def test_what_is_not_labelled_goes_to_the_nearest_sense():
    states = np.array([[[1.0, 0.0]], [[1.0, 0.2]], [[0.0, 1.0]], [[0.1, 1.0]], [[0.0, 2.0]]])
    assert nearest_sense(states, LABELS, [[[3.0, 1.0]], [[1.0, 9.0]]], 0) == ["river", "money"]


@needs_the_encoder
def test_the_encoder_parts_the_bank_of_a_river_from_that_of_money():
    sentences = [
        "We sat on the bank of the river and watched the water.",
        "The boat drifted to the muddy bank of the stream.",
        "She took her money to the bank.",
        "The bank refused to give them a loan.",
        "He works at the bank and counts the cash.",
    ]
    encoder = load_encoder()
    states = np.stack([states_of(layers_of(encoder, text), *find_word(text, "bank")) for text in sentences])
    found = separation(states, LABELS)
    assert states.shape == (5, 7, 384)
    assert found.best > 0
    assert found.silhouette.max() > found.silhouette[0] + 0.2
    assert nearest_sense(states[:4], LABELS[:4], states[4:], found.best) == ["money"]
