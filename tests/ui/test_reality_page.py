"""The page Reality, by what it shows."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from ladder.reality import SOURCES, Corpus, load_sample, yardsticks
from ladder.reality.orders import entropies
from tests.ui.conftest import STRANGE

PANELS = ("bytes", "entropy", "compressors", "along", "slice", "missing")


def shown(at: AppTest) -> str:
    return "\n".join(
        [str(element.value) for kind in (at.markdown, at.caption, at.info, at.warning, at.code) for element in kind]
    )


def drive(
    panel: str, corpus: Corpus, *, whole: Corpus | None = None, reference="test", lens="Shannon", **state
) -> AppTest:
    """One panel on its own, with a corpus of ours."""

    def script(panel, corpus, whole, reference, lens):
        from ladder.ui.along import along_panel
        from ladder.ui.compressors import compressors_panel
        from ladder.ui.estimates import entropy_panel
        from ladder.ui.lens import LENSES
        from ladder.ui.missing import missing_panel
        from ladder.ui.raw_bytes import bytes_panel
        from ladder.ui.sliced import slice_panel
        from ladder.ui.view import View

        panels = {
            "bytes": bytes_panel,
            "entropy": entropy_panel,
            "compressors": compressors_panel,
            "along": along_panel,
            "slice": slice_panel,
            "missing": missing_panel,
        }
        panels[panel](View(corpus, whole, reference, "bpe", 512, LENSES[lens]))

    at = AppTest.from_function(script, args=(panel, corpus, whole or corpus, reference, lens), default_timeout=60)
    for key, value in state.items():
        at.session_state[key] = value
    return at.run()


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_bears_every_text(panel, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]), lens="both", other="hafez")
    assert not at.exception
    assert shown(at)


@pytest.mark.parametrize(
    ("panel", "sentence"),
    [
        ("Bytes", "65 of 256 bytes are in use"),
        ("Entropy", "H2 lies between"),
        ("Compressors", "PPMd does best"),
        ("Along the file", "Entropy runs from"),
        ("The slice", "100.0% of the text"),
        ("What is missing", "Most typical of Hamlet: “hamlet”"),
    ],
)
def test_a_link_opens_its_panel(open_app, panel, sentence):
    assert sentence in shown(open_app("pages/1_reality.py", corpus="hamlet", panel=panel))


def test_the_bytes_are_counted():
    corpus = load_sample("hafez")
    metrics = {metric.label: metric.value for metric in drive("bytes", corpus).metric}
    assert metrics["bytes"] == f"{len(corpus.data):,}"
    assert metrics["characters"] == f"{len(corpus.text):,}"
    assert metrics["bytes in use, of 256"] == str(len(set(corpus.data)))


def test_a_byte_beyond_the_end_shows_the_last_one():
    at = drive("bytes", Corpus.of("t", "abc"), byte=1_000_000)
    assert not at.exception


@pytest.mark.parametrize("key", SOURCES)
def test_a_source_shows_its_true_rate(key):
    at = drive("entropy", load_sample(key), reference=key)
    assert f"**{SOURCES[key].entropy_rate:,.4f} bits/byte**" in shown(at)


def test_nothing_is_said_of_a_true_rate_where_none_is_known():
    assert "true entropy rate" not in shown(drive("entropy", load_sample("hamlet"), reference="hamlet"))


def test_a_text_too_thin_for_its_order_is_said_to_be():
    assert "too short for that order" in shown(drive("entropy", load_sample("random"), reference="random"))


def test_boltzmann_counts_microstates():
    at = drive("entropy", Corpus.of("t", "abab"), lens="Boltzmann")
    # 4! / (2! 2!) = 6 orders, ln 6 = 1.79
    assert {metric.label: metric.value for metric in at.metric}["ln Ω, nats"] == "1.8"


def test_the_best_compressor_is_named_with_its_price():
    corpus = load_sample("hamlet")
    best = yardsticks(corpus.data).bits_per_byte.min()
    at = drive("compressors", corpus)
    assert f"PPMd does best: {best:.3f} bits/byte" in captions(at)


def captions(at: AppTest) -> str:
    return "\n".join(element.value for element in at.caption)


def test_the_last_tenth_alone_can_be_priced():
    at = drive("compressors", load_sample("hamlet"), given=True)
    assert "H2, held-out" in captions(at)


def test_along_the_file_reads_at_the_place_asked_for():
    at = drive("along", Corpus.of("t", "a" * 5000 + "here it is" + "b" * 5000), place=5000)
    assert any(element.value.startswith("here it is") for element in at.code)


def test_a_place_within_a_character_reads_from_its_beginning():
    at = drive("along", Corpus.of("t", "水火木金土" * 200), place=1, window=64)
    assert at.code[0].value == ("水火木金土" * 27)[:133]


def test_a_last_tenth_of_another_kind_is_said_to_be():
    at = drive("entropy", Corpus.of("t", "the quick brown fox jumps over it " * 90 + "a" * 400))
    assert "The last tenth is cheaper than the whole" in captions(at)


def test_the_slice_is_compared_with_the_whole():
    whole = load_sample("hamlet")
    part = Corpus("Hamlet", whole.documents[:2], whole.titles[:2])
    at = drive("slice", part, whole=whole)
    assert f"{len(part.data) / len(whole.data):.1%} of the text" in captions(at)
    assert len(at.dataframe[0].value) == 20
    assert "The slice is the whole text so far" in shown(drive("slice", whole))


def test_the_slices_numbers_are_the_librarys():
    part = Corpus.of("t", "to be or not to be " * 20)
    h0 = entropies(part.data).query("order == 0 and estimator == 'Miller-Madow'").bits.item()
    assert f"H0 slice: {h0:.3f}" in captions(drive("slice", part))


def test_what_hamlet_lacks_is_listed():
    at = drive("missing", load_sample("hamlet"), reference="hamlet")
    assert "“hamlet”" in captions(at)
    assert "antony" in set(at.dataframe[0].value.piece)


def test_a_text_is_not_compared_with_itself():
    assert "lacks nothing" in shown(drive("missing", load_sample("shakespeare"), reference="shakespeare"))


def test_a_place_that_is_no_number_is_the_beginning(open_app):
    at = open_app("pages/1_reality.py", corpus="coin", panel="Along the file", place="abc", window="x", byte="-3")
    assert "From byte 0, where a byte costs" in shown(at)


def test_a_large_text_is_measured_in_a_job_that_ends():
    at = drive("entropy", load_sample("shakespeare"), reference="shakespeare")
    deadline = time.monotonic() + 60
    while "H2 lies between" not in captions(at) and time.monotonic() < deadline:
        assert not at.exception
        time.sleep(0.5)
        at.run()
    assert "H2 lies between" in captions(at)
