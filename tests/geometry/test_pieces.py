from ladder.geometry.pieces import LONGEST, frequent_words, sentences


def test_words_come_most_frequent_first_without_marks_and_numbers():
    pieces = frequent_words("to be, or not to be: 1 2 3 !")
    assert pieces.texts == ("to", "be", "or", "not")
    assert pieces.counts == (2, 2, 1, 1)
    assert pieces.note == "all 4 words with a letter in them"


def test_a_cap_is_said():
    pieces = frequent_words("a a b c", most=2)
    assert pieces.texts == ("a", "b")
    assert pieces.note.startswith("the most frequent 2 of 3 ")


def test_sentences_end_in_a_full_stop_or_a_line():
    text = "One. Is pi 3.14? Yes!\nA verse\nanother\n\n---\n“Said.” Then"
    assert sentences(text).texts == ("One.", "Is pi 3.14?", "Yes!", "A verse", "another", "“Said.”", "Then")


def test_chinese_full_stops_need_no_space():
    assert sentences("床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。").texts == (
        "床前明月光，疑是地上霜。",
        "舉頭望明月，低頭思故鄉。",
    )


def test_a_sample_is_random_seeded_in_order_and_says_so():
    text = "\n".join(f"line {i}" for i in range(100))
    pieces = sentences(text, most=10, seed=4)
    assert pieces == sentences(text, most=10, seed=4)
    assert pieces != sentences(text, most=10, seed=5)
    numbers = [int(piece.split()[1]) for piece in pieces.texts]
    assert numbers == sorted(numbers)
    assert len(numbers) == 10
    assert "10 of 100" in pieces.note
    assert "seed 4" in pieces.note


def test_no_piece_is_endless_and_undecodable_bytes_are_marked():
    assert {len(piece) for piece in sentences("x" * (2 * LONGEST)).texts} == {LONGEST}
    assert sentences("a\udcff").texts == ("a\ufffd",)


def test_a_text_without_letters_has_no_pieces():
    assert sentences("123 \n ...").texts == ()
    assert frequent_words("123 ...").total == 0
