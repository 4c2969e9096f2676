from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.geometry.control import dealt, shuffled
from ladder.geometry.learned import learned
from ladder.math.pieces import bare_words


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@given(st.text(st.sampled_from("aB 'é.,\n3"), max_size=60))
@settings(max_examples=60, deadline=None)
def test_shuffling_keeps_every_character(text):
    assert Counter(shuffled(text, rng=rng())) == Counter(text)


def test_shuffling_keeps_words_and_the_shape_of_sentences():
    text = "To be, or not to be: that is the question.\nWhether 'tis nobler in the mind!"
    other = shuffled(text, rng=rng())
    assert other != text
    assert Counter(bare_words(other)) == Counter(bare_words(text))
    assert [len(line.split()) for line in other.split("\n")] == [10, 6]
    assert other[-1] == "!"


def test_characters_are_shuffled_where_there_are_no_words():
    assert sorted(shuffled("道可道,非常道", rng=rng(), by="characters").replace(",", "")) == sorted("道可道非常道")


def test_shuffled_words_keep_no_company():
    text = "the king sees the crown. the queen hears the bell. " * 200
    true, noise = learned(text), learned(shuffled(text, rng=rng()))
    # The first word has no space before it, and so is another token.
    assert noise.counts[:5] == pytest.approx(true.counts[:5], abs=1)
    # What is left of company by chance is short.
    assert np.linalg.norm(noise.vectors, axis=1).mean() < 0.7 * np.linalg.norm(true.vectors, axis=1).mean()


def test_dealt_coordinates_keep_their_numbers_and_lose_their_ties():
    x = rng().standard_normal(500)
    other = dealt(np.column_stack([x, x]), rng=rng())
    assert np.sort(other, axis=0) == pytest.approx(np.sort(np.column_stack([x, x]), axis=0))
    assert abs(np.corrcoef(other.T)[0, 1]) < 0.15


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="by must be"):
        shuffled("a", rng=rng(), by="bytes")
