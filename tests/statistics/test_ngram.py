import math
import shutil
import subprocess
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.statistics.ngram import FALLBACK, NGram, estimate_discounts

SHAKESPEARE = Path(__file__).parents[3] / "shared" / "corpora" / "tinyshakespeare.txt"


def zipfian(n: int, V: int, seed: int = 1) -> np.ndarray:
    """A text with structure: each token depends a little on the one before."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, V + 1)
    ids = rng.choice(V, size=n, p=weights / weights.sum())
    ids[1::2] = (ids[::2][: len(ids[1::2])] * 7 + rng.integers(0, 3, len(ids[1::2]))) % V
    return ids.astype(np.int32)


def test_the_bigram_model_of_abab_by_hand():
    # 0 1 0 1 1: bigrams 01 twice, 10 once, 11 once; left neighbours of 0: beginning, 1; of 1: 0, 1.
    model = NGram.fit([0, 1, 0, 1, 1], 2, order=2)
    D1, D2, _ = FALLBACK
    unigram = (2 - D2) / 4 + (2 * D2 / 4) / 2
    assert unigram == 0.5
    assert np.exp(model.logits([0])).tolist() == pytest.approx([D2 / 2 * unigram, (2 - D2) / 2 + D2 / 2 * unigram])
    assert np.exp(model.logits([1])).tolist() == pytest.approx([(1 - D1) / 2 + 2 * D1 / 2 * unigram] * 2)
    assert np.exp(model.logits([])).tolist() == pytest.approx([0.5, 0.5])
    assert model.notes[0].startswith("Order 1, 2: too few grams")


def test_a_token_that_follows_only_one_other_is_unlikely_elsewhere():
    # "Francisco" (2) occurs as often as "tea" (3), but only after "San" (1).
    ids = [1, 2, 1, 2, 1, 2, 4, 3, 5, 3, 6, 3, 4, 5, 6] * 3
    q = np.exp(NGram.fit(ids, 8, order=2).logits([7]))
    assert q[2] < q[3]


def test_discounts_by_hand():
    # Y = 4 / (4 + 2 * 2) = 1/2
    D = estimate_discounts([0, 4, 2, 1, 1])
    assert D.tolist() == pytest.approx([1 - 2 * 0.5 * 2 / 4, 2 - 3 * 0.5 * 1 / 2, 3 - 4 * 0.5 * 1 / 1])
    assert estimate_discounts([0, 4, 0, 1, 1]) is None
    assert estimate_discounts([0, 10, 1, 30, 1]) is None  # D_2 would be negative


def slow_kneser_ney(ids, V, order, discounts):
    """The formulas of the module, gram by gram, with dictionaries."""
    grams = [Counter(tuple(ids[t : t + k]) for t in range(len(ids) - k + 1)) for k in range(order + 1)]
    counts = [None] * (order + 1)
    counts[order] = grams[order]
    for k in range(1, order):
        lefts = defaultdict(set)
        for t in range(len(ids) - k + 1):
            lefts[tuple(ids[t : t + k])].add(ids[t - 1] if t else -1)
        counts[k] = {gram: len(seen) for gram, seen in lefts.items()}

    def q(w, h):
        k = len(h) + 1
        followers = {gram: n for gram, n in counts[k].items() if gram[:-1] == h}
        lower = q(w, h[1:]) if h else 1 / V
        if not followers:
            return lower
        total = sum(followers.values())
        taken = sum(discounts[k - 1][min(n, 3)] for n in followers.values())
        own = counts[k].get((*h, w), 0)
        return (own - discounts[k - 1][min(own, 3)]) / total + taken / total * lower

    return q


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_fast_model_is_the_slow_one(order):
    ids = zipfian(120, 6).tolist()
    model = NGram.fit(ids, 7, order=order)
    q = slow_kneser_ney(ids, 7, order, model.discounts)
    other = zipfian(40, 7, seed=2).tolist()
    expected = [-math.log2(q(w, tuple(other[max(0, t - order + 1) : t]))) for t, w in enumerate(other)]
    assert model.surprisals(other).tolist() == pytest.approx(expected, abs=1e-12)


texts = st.lists(st.integers(0, 5), min_size=1, max_size=80)


@given(texts, texts, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_logits_and_surprisals_agree_and_every_row_sums_to_one(ids, other, order):
    model = NGram.fit(ids, 7, order=order)
    surprisals = model.surprisals(other)
    for t, w in enumerate(other):
        z = model.logits(other[:t])
        assert np.exp(z).sum() == pytest.approx(1, abs=1e-12)
        assert -z[w] / math.log(2) == pytest.approx(surprisals[t], abs=1e-9)
    assert np.isfinite(surprisals).all()


def test_only_the_last_tokens_matter():
    model = NGram.fit(zipfian(500, 8), 8, order=3)
    assert np.array_equal(model.logits([7, 7, 7, 1, 2]), model.logits([1, 2]))
    assert model.order == 3


def test_a_text_shorter_than_the_order_is_said():
    model = NGram.fit([3], 5, order=4)
    assert model.order == 1
    assert model.notes[0] == "The text has only 1 tokens, so the order is 1, not 4."
    assert np.exp(model.logits([1, 2])).sum() == pytest.approx(1)


def test_one_repeated_token_is_nearly_free_and_others_still_have_a_price():
    surprisals = NGram.fit([0] * 1000, 3, order=3).surprisals([0, 0, 0, 0, 1])
    assert surprisals[3] < 0.01
    assert np.isfinite(surprisals[4])
    assert surprisals[4] > 5


def test_a_vocabulary_of_one_costs_nothing():
    model = NGram.fit([0, 0, 0], 1, order=2)
    assert model.surprisals([0, 0]).tolist() == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("ids", "V", "order", "sentence"),
    [
        ([], 3, 2, "at least one token"),
        ([3], 3, 2, "must lie in 0 ... 2, but hold 3"),
        ([0.5], 3, 2, "whole numbers"),
        ([1], 3, 0, "order must be a whole number of at least 1"),
        ([0], 0, 1, "vocabulary_size must be at least 1"),
    ],
)
def test_what_cannot_be_counted_is_refused(ids, V, order, sentence):
    with pytest.raises(ValueError, match=sentence):
        NGram.fit(ids, V, order=order)


def test_an_unseen_token_in_the_context_falls_back_to_shorter_contexts():
    model = NGram.fit(zipfian(300, 5), 8, order=3)
    assert model.logits([7]).tolist() == pytest.approx(model.logits([]).tolist())
    assert model.matched([7]) == 0
    assert model.matched([]) == 0


def test_matched_is_the_length_of_the_longest_context_seen():
    model = NGram.fit([0, 1, 2, 3, 0, 2], 5, order=4)
    assert model.matched([1, 2, 3]) == 3
    assert model.matched([3, 2, 3]) == 2
    assert model.matched([4, 1]) == 1
    assert model.matched([1, 4]) == 0


def test_a_known_source_is_learned_to_within_its_entropy_rate():
    # From token i go to i + 1 with probability 3/4, else to i: H = 0.811 bits.
    rng = np.random.default_rng(5)
    ids = np.cumsum(rng.random(40_000) < 0.75).astype(np.int32) % 6
    rate = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    surprisals = NGram.fit(ids[:30_000], 6, order=3).surprisals(ids[30_000:])
    error = surprisals.std() / math.sqrt(len(surprisals))
    assert abs(surprisals.mean() - rate) < 4 * error + 0.002


def test_kenlm_reads_our_arpa_and_says_the_same(tmp_path):
    kenlm = pytest.importorskip("kenlm")
    ids = zipfian(4000, 60)
    names = [f"t{i}" for i in range(62)]
    model = NGram.fit(ids, 62, order=4)
    model.to_arpa(tmp_path / "model.arpa", names)
    theirs = kenlm.Model(str(tmp_path / "model.arpa"))
    other = zipfian(300, 62, seed=9)
    state, after, scores = kenlm.State(), kenlm.State(), []
    theirs.NullContextWrite(state)
    for i in other.tolist():
        scores.append(-theirs.BaseScore(state, names[i], after) / math.log10(2))
        state, after = after, state
    assert model.surprisals(other).tolist() == pytest.approx(scores, abs=2e-5)


@pytest.mark.skipif(shutil.which("lmplz") is None, reason="no lmplz on PATH: KenLM's estimator is built from source")
def test_lmplz_estimates_the_same_model(tmp_path):
    kenlm = pytest.importorskip("kenlm")
    ids = zipfian(60_000, 400)
    names = [f"t{i}" for i in range(401)]
    line = " ".join(names[i] for i in ids) + "\n"
    command = ["lmplz", "-o", "3", "--discount_fallback", "-S", "20%", "-T", str(tmp_path)]
    arpa = subprocess.run(command, input=line.encode(), capture_output=True, check=True).stdout
    (tmp_path / "theirs.arpa").write_bytes(arpa)
    theirs = kenlm.Model(str(tmp_path / "theirs.arpa"))
    # lmplz ends the line with </s>, one more token; its <s> adds one gram to each order's counts of counts.
    seen = np.unique(ids)
    number = np.full(402, -1)
    number[seen] = np.arange(len(seen))
    V = len(seen) + 2  # and <unk>
    ours = NGram.fit([*number[ids], len(seen)], V, order=3)
    other = ids[20_000:21_000]
    state, after, scores = kenlm.State(), kenlm.State(), []
    theirs.NullContextWrite(state)
    for i in other.tolist():
        scores.append(-theirs.BaseScore(state, names[i], after) / math.log10(2))
        state, after = after, state
    assert np.abs(ours.surprisals(number[other]) - scores).max() < 5e-4
    assert ours.surprisals(number[other]).mean() == pytest.approx(np.mean(scores), abs=5e-5)


def test_arpa_refuses_names_that_it_could_not_read_back(tmp_path):
    model = NGram.fit([0, 1], 2, order=1)
    for names in (["a"], ["a", "a"], ["a", "b c"], ["a", "<s>"], ["", "a"]):
        with pytest.raises(ValueError, match="vocabulary must"):
            model.to_arpa(tmp_path / "x.arpa", names)


@pytest.mark.skipif(not SHAKESPEARE.exists(), reason="the shared corpora are not here")
def test_shakespeare_by_bytes_costs_what_it_is_known_to_cost():
    data = np.frombuffer(SHAKESPEARE.read_bytes(), dtype=np.uint8).astype(np.int32)
    cut = int(0.9 * len(data))
    prices = [NGram.fit(data[:cut], 256, order=k).surprisals(data[cut:]).mean() for k in (5, 7)]
    assert prices == pytest.approx([2.253, 2.189], abs=5e-4)
