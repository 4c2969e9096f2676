import numpy as np
import pytest

from ladder.lenses.simplex import softmax
from ladder.statistics.adaptive import LONGEST_WORD, AdaptiveMixture, Grams, Reader, Words
from ladder.statistics.ngram import NGram

LINE = b"the cat sees the dog, the dog sees the cow, and the cow hears the cat. "
TEXT = np.frombuffer(LINE * 6, np.uint8).astype(np.int32)
NOISE = np.random.default_rng(5).integers(0, 4, 900).astype(np.int32)


def test_reading_counts_what_fitting_counts():
    # Update exclusion is Kneser-Ney: from the longest context down to the first that knew the token.
    counted, read = NOISE[:500], NOISE[500:]
    grams = Grams(NGram.fit(counted, 4, order=4))
    reader = Reader(4, (grams,), 0.0, exclusion=True)
    reader.go_to_end_of(counted)
    reader.read(read)
    whole = NGram.fit(NOISE, 4, order=4)
    cursor = Grams(whole).cursor()
    for token in NOISE.tolist():
        for level, h in enumerate(cursor.contexts()):
            node = reader.nodes[0][level].get(h)
            if node is not None:
                assert node.counts == cursor.counts(level)
        cursor.advance(token)
    assert reader.nodes[0][0][()].counts == dict(enumerate(whole.tables[0].counts.tolist()))


def test_what_has_not_learned_yet_agrees_with_kneser_ney():
    model = NGram.fit(NOISE, 4, order=3)
    reader = Reader(4, (Grams(model),), 0.0)
    assert reader.believe() == pytest.approx(model.logits([]), abs=1e-12)
    reader.go_to_end_of(NOISE[:50])
    assert reader.believe() == pytest.approx(model.logits(NOISE[:50]), abs=1e-12)


@pytest.mark.parametrize("text", [TEXT, TEXT[:1], TEXT[:3], np.zeros(40, np.int32)], ids=["lines", "1", "3", "same"])
def test_logits_and_surprisals_agree_and_asking_changes_nothing(text):
    model = AdaptiveMixture.fit(text, 256)
    held_out = np.frombuffer(b"the cow sees \xff the cow sees \xff", np.uint8).astype(np.int32)
    bits = model.surprisals(held_out)
    for t in (0, 1, 13, len(held_out) - 1):
        q = softmax(model.logits(held_out[:t]))
        assert q.sum() == pytest.approx(1, abs=1e-12)
        assert -np.log2(q[held_out[t]]) == pytest.approx(bits[t], abs=1e-9)
    np.testing.assert_array_equal(model.surprisals(held_out), bits)


def test_it_learns_while_it_reads():
    new = np.frombuffer(b"Zebras quietly jump. " * 12, np.uint8).astype(np.int32)
    bits = AdaptiveMixture.fit(TEXT, 256).surprisals(new)
    assert bits[-21:].mean() < 0.2 * bits[:21].mean()
    static = NGram.fit(TEXT, 256, order=5).surprisals(new)
    assert bits.sum() < 0.5 * static.sum()


def test_words_are_kept_apart_by_the_words_before():
    chain = Words.fit(np.frombuffer(b"a cat. a cow.", np.uint8).astype(np.int32))
    assert chain.tables[2][b"c"] == {ord("a"): 1, ord("o"): 1}
    assert chain.tables[3][(b"a", b"c")] == {ord("a"): 1, ord("o"): 1}
    assert chain.tables[4][(b"cat", b"a", b"c")] == {ord("o"): 1}


def test_a_text_that_is_one_word_is_remembered_in_bounded_pieces():
    # A word without an end would be kept whole at each of its places: bytes that grow with the square of the text.
    chain = Words.fit(np.tile(np.frombuffer(b"abcdefghij", np.uint8), 60).astype(np.int32))
    words = list(chain.tables[2])
    assert max(map(len, words)) == LONGEST_WORD
    assert len(words) < LONGEST_WORD + 12


def test_the_slope_of_the_lambdas_is_that_of_the_surprise():
    reader = Reader(4, (Grams(NGram.fit(NOISE[:400], 4, order=3)),), 0.0)
    reader.go_to_end_of(NOISE[:400])
    log_q = reader.believe()
    slope = reader.log_beliefs[:, 2] - reader.log_beliefs @ np.exp(log_q)
    (lambdas,) = reader.chosen
    for i in range(3):
        lambdas[i] += 1e-6
        assert (reader.believe()[2] - log_q[2]) / 1e-6 == pytest.approx(slope[i], abs=1e-4)
        lambdas[i] -= 1e-6


def test_a_rate_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="rate"):
        AdaptiveMixture.fit(TEXT, 256, rate=float("nan"))
    with pytest.raises(ValueError, match="at least one token"):
        AdaptiveMixture.fit([], 256)
