import numpy as np

from ladder.geometry import learned, nearest
from ladder.geometry.learned import READ

RNG = np.random.default_rng(0)
PETS = " . ".join(
    f"the {RNG.choice(['cat', 'dog'])} sleeps , we drink {RNG.choice(['tea', 'milk'])}" for _ in range(400)
)
POEM = "".join(RNG.choice(list("山水風月花鳥雲雨天地人心春秋日夜東西南北中上下大小多少來去見"), 4000))


def test_words_come_by_frequency_with_a_vector_each():
    space = learned(PETS)
    assert space.note == "words"
    assert set(space.texts) == {"the", "cat", "dog", "sleeps", "we", "drink", "tea", "milk"}
    assert list(space.counts) == sorted(space.counts, reverse=True)
    assert space.vectors.shape == (8, 64)
    assert space.vectors.any(axis=1).all()


def test_a_word_lies_next_to_the_one_in_its_company():
    space = learned(PETS)
    others = [i for i, text in enumerate(space.texts) if text != "cat"]
    q = space.vectors[space.texts.index("cat")]
    assert space.texts[others[nearest(q, space.vectors[others], k=1).indices[0]]] == "dog"


def test_a_text_without_spaces_is_placed_by_its_characters():
    space = learned(POEM)
    assert space.note == "characters"
    assert set(space.texts) == set(POEM)


def test_nothing_keeps_company_in_one_repeated_letter_or_in_marks():
    for text in ("", "a", "aaaa", "123 ! 456", "\udcff\udcfe"):
        assert learned(text).texts == ()


def test_what_is_not_read_is_said():
    assert "first 1,000,000 characters" in learned("to be or not to be " * (READ // 19 + 2)).note


def test_a_word_with_and_without_the_space_before_it_is_placed_once():
    space = learned("be\nbe to be or\nbe not to be\n" * 20)
    assert sorted(space.texts) == ["be", "not", "or", "to"]
