import re
import time

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ladder.reality import Corpus
from ladder.statistics import Settings
from ladder.ui import board_more, by_order, fitted, landscape_fits, statistics, trainings
from ladder.ui.cache import encoding
from ladder.ui.jobs import Cancelled, Progress
from ladder.ui.lens import LENSES
from ladder.ui.view import View
from tests.ui.conftest import STRANGE

PRICED = (
    "by_order.ngrams_panel",
    "leaderboard.leaderboard_panel",
    "learned.learned_panel",
    "moments.moments_panel",
    "transformer.transformer_panel",
)
PANELS = (
    "fitted.fit_panel",
    *PRICED,
    "learning.learning_panel",
    "jaynes.jaynes_panel",
    "landscape.landscape_panel",
    "between.between_panel",
)
LINES = "".join(f"the {a} {b} the {c}\n" for a in ("cat", "dog", "cow") for b in ("sees", "hears") for c in "abcdef")


def script(panel: str, text: str, scheme: str, lens: str) -> None:
    from importlib import import_module

    from ladder.reality import Corpus
    from ladder.ui.lens import LENSES
    from ladder.ui.view import View

    corpus = Corpus.of("a text", text)
    module, _, name = panel.partition(".")
    getattr(import_module(f"ladder.ui.{module}"), name)(View(corpus, corpus, "a", scheme, 300, LENSES[lens]))


def show(panel, text=LINES * 10, *, scheme="words", lens="Shannon", **query):
    app = AppTest.from_function(script, args=(panel, text, scheme, lens), default_timeout=60)
    for key, setting in query.items():
        app.query_params[key] = setting
    app.run()
    for _ in range(160):
        assert not app.exception, app.exception[0].message
        if not any(button.label == "Cancel" for button in app.button):
            return app
        time.sleep(0.25)
        app.run()
    raise AssertionError("the job did not end")


def charts_of(app):
    return [element.proto.spec for element in app.get("vega_lite_chart")]


def words_of(app):
    return " ".join(element.value for kind in ("markdown", "caption", "info", "warning") for element in app.get(kind))


@pytest.mark.parametrize("panel", PANELS)
@pytest.mark.parametrize("name", STRANGE)
def test_no_text_brings_a_panel_down(panel, name):
    show(panel, STRANGE[name], scheme="characters", lens="both")


@pytest.mark.parametrize("panel", PRICED)
def test_a_lossy_alphabet_has_no_price_and_the_page_says_so(panel):
    app = show(panel, scheme="wordpiece")
    assert "does not give the text back" in app.info[0].value


def test_gradient_descent_shows_its_price_step_by_step():
    app = show("fitted.fit_panel")
    spec = " ".join(charts_of(app))
    for symbol in ("H(p)", "KL(p", "gradient descent", "L-BFGS", "counting", "rarest quarter"):
        assert symbol in spec
    assert app.select_slider(key="step").value == 20
    app.button(key="fit_next").click().run()
    assert app.select_slider(key="step").value == 30
    assert not app.exception


def test_a_rate_that_is_too_large_is_said():
    app = show("fitted.fit_panel", rate="64")
    assert "overshoot" in app.warning[0].value


def test_by_hand_there_is_a_slider_for_each_symbol():
    app = show("fitted.fit_panel", way="by hand")
    assert [app.slider(key=f"theta{i}").value for i in range(5)] == [0.0] * 5
    before = charts_of(app)
    app.slider(key="theta0").set_value(3.0).run()
    assert not app.exception
    assert charts_of(app) != before


def test_the_lens_changes_the_unit():
    assert "bits per token" in " ".join(charts_of(show("fitted.fit_panel")))
    boltzmann = show("fitted.fit_panel", lens="Boltzmann")
    assert "nats per token" in " ".join(charts_of(boltzmann))
    assert "ground state" in words_of(boltzmann)


def test_the_best_order_is_in_the_title_and_fallbacks_are_said():
    app = show("by_order.ngrams_panel")
    assert "Kneser-Ney is best at order" in charts_of(app)[0]
    assert "too few grams" in words_of(app)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("abc", "only 2 tokens, so no order beyond 2"),
        ("a" * 500, "one token again and again"),
        ("ab" * 45 + "\n" + "yz" * 5, "No token of the held-out part occurs in the training part"),
    ],
)
def test_what_a_text_is_too_poor_for_is_said(text, sentence):
    assert sentence in words_of(show("by_order.ngrams_panel", text, scheme="bytes"))


def test_the_leaderboard_says_that_all_of_the_held_out_part_is_new():
    app = show("leaderboard.leaderboard_panel", "ab" * 45 + "\n" + "yz" * 5, scheme="bytes")
    assert "No token of the held-out part occurs in the training part" in words_of(app)


def test_the_two_part_price_is_in_the_lens_unit():
    of = {
        lens: next(e.value for e in show("leaderboard.leaderboard_panel", lens=lens).latex if "two-part" in e.value)
        for lens in ("Shannon", "Boltzmann")
    }
    assert "bits of the model" in of["Shannon"]
    assert "bits" not in of["Boltzmann"]
    bits, nats = (float(of[lens].partition("bytes}} = ")[2].partition("\\")[0]) for lens in of)
    assert nats == pytest.approx(bits * np.log(2), abs=1e-3)


def test_the_leaderboard_holds_models_and_compressors():
    app = show("leaderboard.leaderboard_panel")
    names = {name for table in app.dataframe for name in table.value["name"]}
    assert any(name.startswith("Kneser-Ney") for name in names)
    assert "adaptive mixture" not in set(app.dataframe[0].value["name"])
    assert "zlib" in {name.lower() for name in names}
    assert "adaptive mixture" in names
    static, adaptive, paired = charts_of(app)  # never in one column
    assert "static model" in static
    assert "static model" not in adaptive
    assert "adaptive model" in adaptive
    assert "adaptive model" not in static
    assert "bits/byte" in paired


def test_who_reads_bytes_is_asked_once_for_all_alphabets(monkeypatch):
    asked, lines_of_bytes = [], board_more.lines_of_bytes
    monkeypatch.setattr(board_more, "lines_of_bytes", lambda *a, **b: asked.append(1) or lines_of_bytes(*a, **b))
    for scheme in ("words", "bytes"):
        names = set(show("leaderboard.leaderboard_panel", scheme=scheme).dataframe[0].value["name"])
        assert "product of chains (bytes)" in names
        assert f"unigram ({scheme})" in names
    assert len(asked) == 1


def test_the_adaptive_mixture_is_priced_on_the_whole_text_too():
    app = show("leaderboard.leaderboard_panel", scheme="bytes")
    lines = app.dataframe[1].value.set_index("name")
    assert 0 < lines.loc["adaptive mixture", "with the model, bits/byte"] < 8


def test_the_whole_of_a_long_text_is_priced_when_somebody_asks_for_it(monkeypatch):
    monkeypatch.setattr(board_more, "AT_ONCE", 1000)
    app = show("leaderboard.leaderboard_panel", scheme="bytes")
    assert np.isnan(app.dataframe[1].value.set_index("name").loc["adaptive mixture", "with the model, bits/byte"])
    assert "Price the whole text under the adaptive mixture too" in [button.label for button in app.button]


def test_where_no_transformer_was_trained_the_leaderboard_leads_to_its_training():
    app = show("leaderboard.leaderboard_panel", than="transformer")
    assert "No transformer of this text is kept here" in words_of(app)
    assert "[Train one](statistics?panel=Transformer)" in words_of(app)
    assert "transformer has no line in this table" in words_of(app)


@pytest.mark.parametrize("scheme", ["words", "bytes"])
def test_a_trained_transformer_stands_on_the_leaderboard_alone_and_mixed(scheme):
    corpus = Corpus.of("a text", LINES * 10)
    settings = Settings(steps=20, width=16, heads=2, context=16, batch=4)
    trained = trainings.learn(trainings.Wanted(corpus.sha, corpus, scheme, 300, settings, True), Progress())
    app = show("leaderboard.leaderboard_panel", scheme="words", better="mixture + transformer", than="transformer")
    lines = app.dataframe[0].value.set_index("name")
    alone, both = (lines.loc[f"{name} ({scheme})"] for name in ("transformer", "mixture + transformer"))
    assert alone["held out, bits/byte"] == pytest.approx(trained.bits_per_byte, abs=6e-4)
    assert alone["seconds"] == pytest.approx(trained.seconds_in_all, abs=6e-4)
    assert both["held out, bits/byte"] < alone["held out, bits/byte"]
    assert "is better than" in charts_of(app)[2].replace('", "', " ")  # a title's lines are a list


def test_a_model_is_no_better_than_itself():
    app = show("leaderboard.leaderboard_panel", better="mixture", than="mixture")
    assert "No telling whether mixture is better than" in charts_of(app)[2]
    assert "+0.0000" in charts_of(app)[2]


def test_the_passages_behind_a_prediction_are_shown():
    app = show("learned.learned_panel", after="the cat sees the")
    assert any("]→" in code.value and "the cat sees the" in code.value for code in app.code)


def test_markup_is_shown_as_text():
    app = show("learned.learned_panel", STRANGE["script"], scheme="bytes", after="<script>")
    assert any("<script>" in code.value for code in app.code)
    assert not any("<script>" in element.value for element in app.markdown)


def test_a_long_text_is_bounded_and_the_page_says_so(monkeypatch):
    monkeypatch.setattr(statistics, "MOST_BYTES", 1000)
    app = show("by_order.ngrams_panel")
    assert "The first 1,000 of" in words_of(app)


def test_counting_of_symbols_keeps_all_mass():
    corpus = Corpus.of("a", LINES)
    view = View(corpus, corpus, "a", "bytes", 256, LENSES["Shannon"])
    text = encoding(view.corpus, view.scheme, view.vocabulary_size)
    names, p = fitted.most_frequent(text, 3)
    assert len(names) == 4
    assert names[-1] == fitted.REST
    assert p.sum() == pytest.approx(1)
    assert p[0] == text.counts.max() / text.counts.sum()


def test_labels_are_never_alike():
    names = statistics.labels([b" abcdefghijklmnop", b" abcdefghijklmnoq", b"\xff", b"\n"])
    assert len(set(names)) == 4


def test_a_cancelled_fit_stops():
    progress = Progress()
    progress.cancelled.set()
    with pytest.raises(Cancelled):
        by_order.fit_orders(Corpus.of("a", LINES), "bytes", 256, 2, 1.0, progress)


def test_a_source_of_known_entropy_shows_its_floor():
    app = AppTest.from_function(known_source, default_timeout=60).run()
    for _ in range(160):
        assert not app.exception, app.exception[0].message
        if "own entropy rate, 1.492 bits/byte" in words_of(app):
            return
        time.sleep(0.25)
        app.run()
    raise AssertionError("the entropy rate was not shown")


def known_source() -> None:
    from ladder.reality import load_sample, take
    from ladder.ui import by_order
    from ladder.ui.lens import LENSES
    from ladder.ui.view import View

    corpus = take(load_sample("markov"), stop=0.05)
    by_order.ngrams_panel(View(corpus, corpus, "markov", "bytes", 256, LENSES["Shannon"]))


def test_the_learned_table_becomes_the_counted_one():
    early = show("learning.learning_panel", scheme="characters", rstep="1")
    assert "0.000" not in charts_of(early)[2].partition('"text": ')[2]
    late = show("learning.learning_panel", scheme="characters", rstep="2000")
    assert "0.000" in charts_of(late)[2].partition('"text": ')[2]  # less than a thousandth of a bit
    assert "learns Z = 1" in words_of(late)


def test_jaynes_roads_agree_on_the_page():
    app = show("jaynes.jaynes_panel", mean="70", lens="both")
    assert "Mean 4.50" in charts_of(app)[0]
    assert "differ by at most" in words_of(app)
    assert "in a laser" in words_of(app)


def test_a_text_is_compared_with_its_second_half_or_a_sample():
    app = show("between.between_panel")
    assert "Fisher metric" in charts_of(app)[1]
    app.selectbox(key="beside").set_value("markov").run()
    assert not app.exception
    assert charts_of(app)[0] != charts_of(show("between.between_panel"))[0]


def test_moments_of_model_and_data_meet_and_the_step_is_a_knob():
    app = show("moments.moments_panel", gdstep="1")
    price, moments = charts_of(app)
    assert "L-BFGS ends at" in price
    assert "Step 1: moments of model and data" in moments
    late = show("moments.moments_panel")
    assert "the pull of l2 = 1" in words_of(late)
    falls = re.findall(r"falls by ([\d.,]+) nats; n times what is descended by ([\d.,]+)\.", words_of(late))[0]
    by_prior, by_loss = (float(fall.rstrip(".").replace(",", "")) for fall in falls)
    assert by_prior == pytest.approx(by_loss, abs=0.05)
    assert by_loss > 10
    assert charts_of(late)[1] != moments


def test_a_job_can_be_watched_before_it_is_done():
    from ladder.statistics.descent import descend
    from ladder.ui.jobs import Progress

    progress, shown = Progress(), []
    assert progress.shown is None
    descend(
        [0, 1, 1, 0] * 50,
        2,
        vectors=[[0.0], [1.0]],
        rng=np.random.default_rng(1),
        steps=40,
        progress=lambda share, states, data: (progress.show(tuple(states)), shown.append(len(progress.shown))),
    )
    assert shown == sorted(shown)
    assert shown[0] < shown[-1]


def test_the_landscape_of_the_log_bilinear_model_is_a_valley_with_its_lowest_point_where_descent_ends(monkeypatch):
    monkeypatch.setattr(landscape_fits, "POINTS", 7)
    corpus = Corpus.of("words", LINES * 3)
    seen = landscape_fits.around_bilinear((corpus, "characters", 256), 0.03, 1.0, False, "path", 1, Progress())
    assert seen.plane.loss.shape == (7, 7)
    assert seen.plane.loss.min() > seen.loss - 1e-4
    for row in (*seen.plane.loss, *seen.plane.loss.T):  # convex: no middle lies above the line between its neighbours
        assert (row[:-2] + row[2:] - 2 * row[1:-1] > -1e-4).all()
    assert seen.plane.held > 0.5
    assert seen.plane.path[-1] == pytest.approx([0, 0], abs=1e-9)
    assert len(seen.steps) == len(seen.plane.path)
    assert (seen.basin.radii > 0).all()


def test_where_there_is_no_transformer_the_landscape_leads_to_its_training():
    app = show("landscape.landscape_panel", scheme="characters", lsfit="your transformer")
    assert "No transformer of this text is kept here" in words_of(app)


def test_the_landscape_shows_a_path_and_what_a_basin_is_worth():
    app = show("landscape.landscape_panel", scheme="characters")
    assert "of its way" in charts_of(app)[0]
    table = app.dataframe[0].value
    assert list(table["fit"]) == ["your descent", "whole batches"]
    assert (table["F = ⟨E⟩ − T S"] - (table["⟨E⟩"] - 0.01 * table["S"])).abs().max() < 0.01
    other = show("landscape.landscape_panel", scheme="characters", lsplane="random")
    assert charts_of(other)[0] != charts_of(app)[0]
