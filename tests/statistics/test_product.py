from pathlib import Path

import numpy as np
import pytest

from ladder.lenses.simplex import softmax
from ladder.statistics.chains import NONE, Chain, gram_keys, line_keys, word_keys
from ladder.statistics.ngram import NGram
from ladder.statistics.product import STRETCHES, ChainProduct, set_aside

LINES = "".join(
    f"The {a} {b} the {c}, and {b} no {a}.\n"
    for a in ("cat", "dog", "cow", "émeu")
    for b in ("sees", "hears", "o'ertakes")
    for c in ("king", "queen", "kingdom", "Kent")
)
TEXT = np.frombuffer((LINES * 3).encode(), np.uint8).astype(np.int32)
MODEL = ChainProduct.fit(TEXT)


def test_a_chain_of_the_last_tokens_is_kneser_ney():
    column = np.arange(256, dtype=np.int32)
    chain = Chain.fit(lambda ids: gram_keys(ids, 5), TEXT[:2000], column)
    K = int(TEXT[:2000].max()) + 1
    here = TEXT[1900:2300]
    beliefs = chain.beliefs([key[: len(here)] for key in chain.ask(here)], K, 256)
    q = beliefs.q[np.arange(len(here)), -1, np.minimum(here, K)]
    assert -np.log2(q) == pytest.approx(NGram.fit(TEXT[:2000], 256, order=5).surprisals(here), abs=1e-9)


def test_each_belief_is_a_distribution():
    for chain in MODEL.chains:
        keys = [key[:300] for key in chain.ask(TEXT)]
        q = chain.beliefs(keys, len(MODEL.seen), 256).q
        sums = q[..., :-1].sum(axis=-1) + (256 - len(MODEL.seen)) * q[..., -1]
        assert sums == pytest.approx(1, abs=1e-12)


def test_logits_and_surprisals_agree_and_rows_sum_to_one():
    new = np.frombuffer("The dog o'ertakes\nthe \x00 Émeu, AND no queens; \n\n  kin".encode(), np.uint8).astype(
        np.int32
    )
    bits = MODEL.surprisals(new)
    for t in range(len(new)):
        q = softmax(MODEL.logits(new[:t]))
        assert q.sum() == pytest.approx(1, abs=1e-12)
        assert -np.log2(q[new[t]]) == pytest.approx(bits[t], abs=1e-9)


def test_what_is_written_later_changes_no_price():
    bits = MODEL.surprisals(TEXT[:400])
    for n in (1, 57, 399):
        assert MODEL.surprisals(TEXT[:n]) == pytest.approx(bits[:n], abs=1e-12)


def test_words_are_asked_for_without_their_capitals():
    keys = word_keys(np.frombuffer(b"the king The king", np.uint8).astype(np.int32))
    assert keys[2][3] == keys[2][12]  # "the", "The"
    assert keys[2][3] != keys[2][2]
    assert keys[3][8] == keys[3][17]  # "king" after "the"
    assert keys[4][8] != keys[4][17]  # two words before differ


def test_a_line_is_asked_for_its_place():
    keys = line_keys(np.frombuffer(b"abcdef\nabcdef\n", np.uint8).astype(np.int32))
    assert [key[2] for key in keys[:3]] == [key[9] for key in keys[:3]]
    assert gram_keys(TEXT[:3], 3)[2][1] == NONE


def test_the_stretches_set_aside_lie_all_over_the_text():
    aside = set_aside(10_000)
    assert aside.mean() == pytest.approx(0.2, abs=0.01)
    assert np.flatnonzero(np.diff(aside.astype(int)) == 1).size == STRETCHES
    assert not set_aside(1).all() or set_aside(1).sum() <= 1


def test_fitting_the_weights_pays_and_gives_the_same_model_again():
    assert MODEL.path[-1] < MODEL.path[0] - 0.05
    again = ChainProduct.fit(TEXT)
    assert all(np.array_equal(a, b) for a, b in zip(MODEL.tables, again.tables, strict=True))


@pytest.mark.parametrize("data", [b"a", b"ab", b"a" * 600, bytes(range(256)) * 3, "春眠不覺曉".encode() * 60])
def test_hostile_texts_have_a_finite_price(data):
    ids = np.frombuffer(data, np.uint8).astype(np.int32)
    model = ChainProduct.fit(ids)
    assert np.isfinite(model.surprisals(np.r_[ids, 0, 255].astype(np.int32))).all()
    assert np.exp(model.logits(ids)).sum() == pytest.approx(1)
    assert model.surprisals(ids[:0]).shape == (0,)


def test_other_alphabets_are_refused():
    with pytest.raises(ValueError, match="chains ask about bytes"):
        ChainProduct.fit([0, 1], 300)


def test_on_real_text_it_is_better_than_kneser_ney():
    path = Path(__file__).parents[2] / ".." / "shared" / "corpora" / "alice29.txt"
    if not path.exists():
        pytest.skip("needs ../shared/corpora/alice29.txt")
    ids = np.frombuffer(path.read_bytes(), np.uint8).astype(np.int32)
    cut = int(len(ids) * 0.8)  # the last fifth of it is the held-out part, which no choice has seen
    learn, judge = ids[: int(cut * 0.9)], ids[int(cut * 0.9) : cut]
    kneser_ney = min(NGram.fit(learn, 256, order=k).surprisals(judge).mean() for k in (4, 5, 6))
    assert ChainProduct.fit(learn).surprisals(judge).mean() < kneser_ney - 0.05
