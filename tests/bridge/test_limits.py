import pytest

from ladder.bridge import Context, limits
from ladder.reality import Corpus, load_sample, take


def test_a_text_that_changes_halfway_is_a_bad_belief_about_itself():
    found = limits(Context.of(Corpus.of("t", "ab" * 2000 + "xy" * 2000)))
    assert found.KL_halves > 8
    assert found.KL_shuffled < 0.1


def test_a_wide_window_sees_other_neighbours():
    found = limits(Context.of(take(load_sample("hamlet"), stop=0.3)))
    assert 0 < found.same_neighbours < 1


def test_learning_by_heart_is_best_only_for_what_was_read():
    found = limits(Context.of(take(load_sample("hamlet"), stop=0.3)))
    assert found.best_read > found.best_new
    assert found.training < found.held_out


def test_at_temperature_one_the_menu_is_the_belief():
    corpus = take(load_sample("hamlet"), stop=0.1)
    assert limits(Context.of(corpus, T=1.0)).KL_menu == pytest.approx(0, abs=1e-12)
    assert limits(Context.of(corpus, T=0.5)).KL_menu > 0.01


@pytest.mark.parametrize("text", ["é", "ab", "abc", "a" * 500, "道可道非常道" * 9])
def test_small_texts_have_gaps_and_no_errors(text):
    assert limits(Context.of(Corpus.of("t", text))).bits_per_byte[0] >= 0
