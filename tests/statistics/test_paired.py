import lzma
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_rel

from ladder.reality import Corpus, to_text
from ladder.statistics import references
from ladder.statistics.paired import by_stretch, compare
from ladder.statistics.references import REFERENCES, Reference, references_of

ALICE = Path(__file__).parents[3] / "shared" / "corpora" / "alice29.txt"


def test_stretches_by_hand():
    # 128 bytes in two stretches; the token in the middle gives each side half of its 4 bits.
    assert by_stretch([2.0, 4.0, 6.0], [48, 32, 48]) == pytest.approx([4 / 64, 8 / 64])
    assert by_stretch([3.0], [3]) == pytest.approx([1.0])


def test_the_mean_over_stretches_is_the_price():
    rng = np.random.default_rng(1)
    bits, lengths = rng.exponential(3, 5000), rng.integers(1, 9, 5000)
    prices = by_stretch(bits, lengths)
    assert len(prices) == 30
    assert prices.mean() == pytest.approx(bits.sum() / lengths.sum())


def test_the_interval_is_scipys():
    a, b = np.random.default_rng(2).normal(2, 0.3, (2, 25))
    found = compare(a, b)
    low, high = ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.difference == pytest.approx((a - b).mean())


def test_a_small_but_steady_gain_is_sure_and_noise_is_not():
    hard = np.linspace(1, 4, 30)
    noise = np.random.default_rng(3).normal(0, 0.01, 30)
    assert compare(hard - 0.02 + noise, hard).sure
    assert not compare(hard + noise - noise.mean(), hard).sure


def test_one_stretch_has_no_interval():
    with pytest.raises(ValueError, match="at least 2"):
        compare([1.0], [1.0])
    with pytest.raises(ValueError, match="NaN"):
        compare([1.0, np.nan], [1.0, 2.0])


def test_references_stand_beside_the_very_same_text_only():
    assert references_of(Corpus.of("another", "Alice was beginning to get very tired")) == ()
    assert all(r.source and r.covers in ("held-out tenth", "whole file") for rs in REFERENCES.values() for r in rs)


def test_a_text_without_a_published_digest_is_known_by_its_length_and_by_what_xz_makes_of_it(monkeypatch):
    text = "Far from the madding crowd. " * 40
    lines = (Reference("a", 1.0, "whole file", "b"),)
    monkeypatch.setattr(references, "REFERENCES", {(len(text), len(lzma.compress(text.encode()))): lines})
    assert references_of(Corpus.of("the text", text)) == lines
    assert references_of(Corpus.of("as long", text[:-9] + "the crowd")) == ()


@pytest.mark.skipif(not ALICE.exists(), reason="alice29.txt is not beside this checkout")
def test_xz_makes_of_alice29_what_was_published():
    alice = Corpus.of("alice29", to_text(ALICE.read_bytes()))
    (published,) = (r for r in references_of(alice) if r.name == "xz")
    assert 8 * len(lzma.compress(alice.data)) / len(alice.data) == pytest.approx(published.bits_per_byte, abs=5e-4)
