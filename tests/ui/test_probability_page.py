"""The page Probability, by what it shows."""

import re
import time
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ladder.lenses import entropy, kl_divergence
from ladder.probability import compress, decompress, next_distribution
from ladder.probability.coder import HEADER_BYTES
from ladder.reality import Corpus, load_sample
from ladder.rungs import REALITY
from ladder.statistics import AdditiveNGram, LogBilinear, Mixture, NGram, Settings
from ladder.ui import chosen, trainings, written
from ladder.ui.belief import believe
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.coded_file import write_file
from ladder.ui.jobs import Progress
from ladder.ui.next_token import five_steps, shown_tokens
from ladder.ui.shelf import shelf
from ladder.ui.written import readable, surprises_table
from tests.ui.conftest import STRANGE

ROOT = Path(__file__).parents[2]
PANELS = ("next", "write", "temperature", "chain", "typical", "belief", "file")
HAVE_NO_ORDER = ("token vectors", "your transformer")
TEXT = "In the beginning was the word, and the word was with the text. " * 60


def shown(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.info, at.warning, at.subheader)
    return "\n".join([element.value for kind in kinds for element in kind])


def drive(panel: str, corpus: Corpus, scheme: str = "bpe", lens: str = "Shannon", **query: object) -> AppTest:
    """One panel on its own, with a corpus of ours and knobs as a link sets them."""

    def script(panel, corpus, scheme, lens):
        from ladder.ui import probability
        from ladder.ui.lens import LENSES
        from ladder.ui.view import View

        panels = {
            "next": probability.next_token_panel,
            "write": probability.write_panel,
            "temperature": probability.temperature_panel,
            "chain": probability.chain_panel,
            "typical": probability.typical_panel,
            "belief": probability.belief_panel,
            "file": probability.file_panel,
        }
        panels[panel](View(corpus, corpus, "test", scheme, 300, LENSES[lens]))

    at = AppTest.from_function(script, args=(panel, corpus, scheme, lens), default_timeout=60)
    at.query_params.update({key: str(value) for key, value in query.items()})
    at.run()
    assert not at.exception, at.exception
    return at


@pytest.fixture(scope="module")
def words() -> Corpus:
    return Corpus.of("words", TEXT)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("panel", PANELS)
def test_no_text_however_strange_breaks_a_panel(panel, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]), "bpe")
    assert shown(at)


@pytest.mark.parametrize("scheme", ["bytes", "characters", "words", "bpe"])
@pytest.mark.parametrize("panel", ["next", "write"])
def test_every_lossless_alphabet_can_be_asked(panel, scheme, words):
    assert "looks at the last" in shown(drive(panel, words, scheme))


@pytest.mark.parametrize("panel", PANELS)
def test_an_alphabet_that_loses_text_is_refused_with_a_way_out(panel, words):
    (sentence,) = [info.value for info in drive(panel, words, "wordpiece").info]
    assert "does not give the text back" in sentence
    assert "Choose BPE" in sentence


def table(at: AppTest, with_column: str) -> dict[str, list[float]]:
    (found,) = [t.value for t in at.table if with_column in t.value.columns]
    return {row: found.loc[row].tolist() for row in found.index}


def test_the_numbers_are_those_of_the_distribution(words):
    at = drive("next", words, "bytes", prompt="the wor", order=3, T=0.5, topk=2)
    train, _ = train_and_held_out(words, "bytes", 300)
    model = NGram.fit(train.ids, 256, order=3)
    q = next_distribution(model.logits(np.frombuffer(b"or", dtype=np.uint8)), temperature=0.5, top_k=2)
    assert table(at, "drawn from")["H, entropy in bits"] == [f"{entropy(p):z.4f}" for p in (q.before, q.tempered, q.p)]
    checks = table(at, "one route")
    price = next(row for name, row in checks.items() if name.startswith("price of the cut"))
    assert price[0] == price[1] == f"{kl_divergence(q.p, q.tempered):z.9f}"


@pytest.mark.parametrize("query", [{}, {"T": 0.05}, {"T": 5, "topk": 3, "topp": 0.5, "minp": 0.2}, {"bare": "true"}])
@pytest.mark.parametrize("panel", ["next", "temperature"])
def test_every_identity_holds_on_screen(panel, query, words):
    differences = [float(row[2]) for row in table(drive(panel, words, **query), "one route").values()]
    assert len(differences) == 4
    assert max(differences) < 1e-6


def test_the_seed_in_the_link_decides_what_is_drawn(words):
    def drawn(seed: int) -> str:
        return re.search(r"\*\*Seed \d+ draws (“.*?”)\*\*", shown(drive("next", words, seed=seed, bare="true")))[1]

    assert drawn(5) == drawn(5)
    assert len({drawn(seed) for seed in range(6)}) > 1


def test_reading_along_marks_the_token_that_really_follows(words):
    assert "really follows" in shown(drive("next", words))
    assert "really follows" not in shown(drive("next", words, prompt="word"))
    assert "how common" in shown(drive("next", words, bare="true"))


def test_letters_that_the_text_never_had_are_named(words):
    assert "never has “ж”" in shown(drive("next", words, "characters", prompt="wordж"))
    assert "never has" not in shown(drive("next", words, "characters", prompt="word"))


def test_a_prompt_is_shown_as_text_and_never_run(words):
    at = drive("write", Corpus.of("x", STRANGE["script"] * 5), "characters", prompt="<script>")
    assert "<script>" not in shown(at)


def test_a_setting_that_cannot_be_is_said(words):
    assert any("asks for T" in warning.value for warning in drive("next", words, T=-3).warning)


def test_three_temperatures_stand_side_by_side(words):
    text = shown(drive("write", words, temps="true"))
    assert all(f"**T = {T}**" in text for T in ("0.5", "1", "1.5"))


def test_boltzmanns_lens_speaks_nats(words):
    assert "nats/byte" in shown(drive("write", words, lens="Boltzmann"))
    assert "S, entropy in nats" in table(drive("next", words, lens="Boltzmann"), "drawn from")


def test_the_file_comes_back_and_its_price_is_shown(words):
    at = drive("file", words, "bpe")
    at.button[0].click().run()
    for _ in range(100):
        if "Read back" in shown(at):
            break
        time.sleep(0.1)
        at.run()
    text = shown(at)
    assert "✅ Read back, byte for byte the same" in text
    assert "bits/byte" in text


def test_a_draw_becomes_the_corpus_of_the_next_climb(words, monkeypatch):
    gone = []
    monkeypatch.setattr(written, "link_to", lambda rung, **settings: gone.append((rung, settings["corpus"])))
    at = drive("write", words, "bytes", n=50, seed=3)
    at.button(key="as-corpus").click().run()
    assert not at.exception
    ((rung, address),) = gone
    assert rung == REALITY
    drawn = shelf().get(address)
    assert (drawn.name, len(drawn.data)) == ("Drawn by a 5-gram (Kneser-Ney) at T = 1, seed 3", 50)


def test_what_was_cut_stays_in_sight_beside_the_drawn_and_the_real_token():
    q = next_distribution(-np.arange(100.0) / 10, top_k=40)
    assert shown_tokens(q, 30, 90) == [*range(18), 30, 40, 41, 42, 90]
    assert shown_tokens(next_distribution(np.zeros(3)), 1, None) == [0, 1, 2]


def test_readable_joins_the_tokens_of_one_character():
    vocabulary = (b"\xe9", b"\x81", b"\x93", b"a", b"\xff")
    pieces = list(readable(np.array([3, 0, 1, 2, 3, 4, 0]), np.arange(1.0, 8.0), vocabulary))
    assert pieces == [("a", 1.0), ("道", 9.0), ("a", 5.0), ("\udcff", 6.0), ("\udce9", 7.0)]


def test_readable_loses_no_byte_and_no_bit():
    vocabulary = tuple(bytes([b]) for b in range(256))
    ids = np.random.default_rng(0).integers(0, 256, 2_000)
    pieces = list(readable(ids, np.ones(len(ids)), vocabulary))
    assert "".join(text for text, _ in pieces).encode("utf-8", "surrogateescape") == bytes(ids.tolist())
    assert sum(bits for _, bits in pieces) == len(ids)


def test_the_surprises_of_a_draw_are_exported_token_by_token():
    from ladder.probability import Draw

    draw = Draw(np.array([1, 0]), np.array([2.0, 1.0]), np.array([0.5, 0.25]))
    exported = surprises_table(draw, (b" a", b"\n"))
    assert exported["token"].tolist() == ["⏎", "·a"]
    assert exported["surprisal_bits"].tolist() == [2.0, 1.0]


def test_five_steps_put_the_needles_stretch_where_the_cumulated_p_is():
    import pandas as pd

    table = pd.DataFrame(
        {
            "token": ["a", "b"],
            "id": [0, 1],
            "logit": [-1.0, -np.inf],
            "over_T": [-2.0, -np.inf],
            "before": [1.0, 0.0],
            "tempered": [1.0, 0.0],
            "p": [1.0, 0.0],
            "kept": [True, False],
            "start": [0.0, 1.0],
            "stop": [1.0, 1.0],
            "drawn": [True, False],
            "real": [False, False],
        }
    )
    steps = five_steps(table)
    assert len(steps) == 10
    last = steps[steps["step"] == 5]
    assert last["begin"].tolist() == [0.0, 1.0]
    assert last["end"].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("sample", ["hamlet"])
def test_the_page_opens_on_a_sample_by_its_link(sample, open_app):
    at = open_app(corpus=sample, panel="Write", n=50)
    at.switch_page("pages/5_probability.py").run()
    assert not at.exception
    assert load_sample(sample).name in shown(at)


def until_done(at: AppTest, wanted: str) -> str:
    """What the panel shows once its job is over."""
    for _ in range(150):
        if wanted in shown(at) or at.warning:
            break
        time.sleep(0.1)
        at.run()
    assert not at.exception, at.exception
    return shown(at)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize(
    ("panel", "wanted"), [("typical", "Drawn, and typical"), ("belief", "The same model as a menu")]
)
def test_strange_texts_come_through_the_jobs_too(panel, wanted, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]), "bytes", aepn=32)
    if at.info:
        return  # refused before the job
    text = until_done(at, wanted)
    assert wanted in text or "Calibration needs at least 20 tokens" in text


def test_the_false_friend_is_caught_and_the_two_roads_agree():
    letters = np.random.default_rng(0).choice(list("abcd "), 4_000, p=[0.35, 0.25, 0.2, 0.1, 0.1])
    at = drive("chain", Corpus.of("letters", "".join(letters)), "characters", prompt="a", order=2)
    assert "Token by token and the chain agree at T = 1; the false friend is caught" in shown(at)
    verdicts = table(at, "Gibbs’ measure?")
    assert [row[-1][0] for row in verdicts.values()] == ["✅", "✅", "✅", "❌"]


def test_token_by_token_is_another_measure_where_T_is_not_one(words):
    verdicts = table(drive("chain", words, "characters", prompt="the ", order=3, T=2), "Gibbs’ measure?")
    assert [row[-1][0] for row in verdicts.values()] == ["❌", "✅", "✅", "❌"]


def test_too_few_steps_are_seen(words):
    verdicts = table(drive("chain", words, "characters", prompt="the ", order=3, steps=5), "Gibbs’ measure?")
    assert verdicts["Metropolis"][-1].startswith("❌")


def test_draws_close_in_on_the_entropy_and_the_likeliest_text_is_cheap(words):
    text = until_done(drive("typical", words, "characters", aepn=64), "Drawn, and typical")
    assert re.search(r"band is H ± 1\.96 σ/√n", text)
    assert "typical texts out of" in text


def test_belief_is_judged_with_an_interval_and_mended_by_one_temperature(words):
    at = drive("belief", words, "characters")
    text = until_done(at, "The same model as a menu")
    assert re.search(r"With T = \d+\.\d\d, fitted on validation text: \d", text)
    assert "by chance alone on" in text
    ((met, expected, _),) = table(at, "one route").values()
    assert float(met) == pytest.approx(float(expected), abs=1e-5)


def test_the_text_around_the_peak_of_C_is_shown_with_what_it_repeats(words):
    text = shown(drive("temperature", words))
    assert "heat capacity peaks at **T = " in text
    assert "Z = 1 at T = 1" in text  # the chart's words
    below, above = (float(re.search(rf"\*\*{name}: .*?(\d+)% repeated", text)[1]) for name in ("Below", "Above"))
    assert below > above


def test_typical_and_penalty_can_be_set_by_a_link(words):
    at = drive("next", words, "bytes", typical=0.5, penalty=1.5, prompt="the the")
    assert "tokens are kept" in at.get("vega_lite_chart")[0].proto.spec or "costs" in shown(at)
    differences = [float(row[2]) for row in table(at, "one route").values()]
    assert max(differences) < 1e-6


def fitted(at: AppTest) -> str:
    """What a panel says once its model is there, or why it cannot be."""
    for _ in range(150):
        if shown(at):
            break
        time.sleep(0.1)
        at.run()
    assert not at.exception, at.exception
    return shown(at)


@pytest.mark.parametrize("kind", chosen.KINDS.values())
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_works_on_every_model(panel, kind, words):
    at = drive(panel, words, "bytes", model=kind, order=2)
    said = fitted(at)
    assert at.selectbox(key="model").value == {label: key for key, label in chosen.KINDS.items()}[kind]
    assert said
    assert not at.warning
    assert bool([slider for slider in at.slider if slider.key == "order"]) == (kind not in HAVE_NO_ORDER)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("kind", chosen.KINDS.values())
def test_no_text_however_strange_breaks_a_model(kind, name):
    assert fitted(drive("next", Corpus.of(name, STRANGE[name]), "bpe", model=kind))


LEARNED: list[trainings.Trained] = []  # once for all tests: each has an empty memory


@pytest.fixture
def trained(words) -> trainings.Trained:
    """A transformer of the words, over bytes."""
    if not LEARNED:
        settings = Settings(steps=20, width=16, heads=2, context=16, batch=4)
        LEARNED.append(trainings.learn(trainings.Wanted(words.sha, words, "bytes", 300, settings, True), Progress()))
    trainings._newest()[identity(words), "bytes", 300] = LEARNED[0]
    return LEARNED[0]


def test_where_no_transformer_was_trained_the_page_leads_to_its_training(words):
    at = drive("next", words, "bytes", model="your transformer")
    assert "No transformer of this text" in shown(at)
    assert "[Train one](statistics?panel=Transformer)" in shown(at)


def test_a_transformer_of_bytes_is_not_asked_in_another_alphabet(words, trained):
    at = drive("next", words, "bpe", model="your transformer")
    assert "Choose bytes as the alphabet" in at.info[0].value


def test_the_next_token_is_the_trained_transformers_own(words, trained):
    at = drive("next", words, "bytes", model="your transformer", prompt="the word, and the wor")
    assert "looks at the last 16 tokens" in shown(at)
    q = next_distribution(trained.model.logits(np.frombuffer(b"the word, and the wor", dtype=np.uint8)))
    assert table(at, "drawn from")["H, entropy in bits"] == [f"{entropy(p):z.4f}" for p in (q.before, q.before, q.p)]


def test_every_panel_works_on_a_trained_transformer(words, trained):
    wanted = {
        "write": "under the model for",
        "temperature": "A model that looks back 16 tokens",
        "chain": "Strings of",
        "typical": "Drawn, and typical",
        "belief": "The same model as a menu",
        "file": "driven by the transformer",
    }
    for panel, sentence in wanted.items():
        at = drive(panel, words, "bytes", model="your transformer", n=50, aepn=32)
        for _ in range(150):
            if sentence in shown(at):
                break
            time.sleep(0.1)
            at.run()
        assert not at.exception, at.exception
        assert not at.warning
        assert sentence in shown(at)


def test_the_transformers_file_is_read_back(words, trained):
    choice = chosen.Choice(chosen.TRANSFORMER, 0, trained.name, trained.n_aside)
    written_file = write_file(words, "bytes", 300, choice, Progress())
    assert written_file.same
    assert abs(len(written_file.data) - HEADER_BYTES - written_file.bits / 8) < 3
    with pytest.raises(ValueError, match="another one was trained"):
        chosen.model_of(words, "bytes", 300, choice._replace(training="an older one"))


def test_a_transformer_that_kept_nothing_aside_is_not_calibrated(words, trained):
    choice = chosen.Choice(chosen.TRANSFORMER, 0, trained.name, 0)
    with pytest.raises(ValueError, match="keeps a part aside"):
        believe(trained.model, choice, words, "bytes", 300, 10, Progress())


def test_a_choice_names_its_model_and_is_it():
    ids = np.random.default_rng(1).integers(0, 4, 200)
    kinds = {
        chosen.KNESER_NEY: (NGram, "3-gram (Kneser-Ney)"),
        chosen.ADDITIVE: (AdditiveNGram, "3-gram (counts + 0.01)"),
        chosen.VECTORS: (LogBilinear, "model over token vectors"),
        chosen.MIXTURE: (Mixture, "mixture of 1- to 3-grams"),
    }
    assert kinds.keys() == chosen.KINDS.keys() - {chosen.TRANSFORMER}
    for kind, (model, title) in kinds.items():
        choice = chosen.Choice(kind, 3)
        found = chosen.fit(ids, 4, choice)
        assert isinstance(found, model)
        assert choice.title == title
        assert found.order == (2 if kind == chosen.VECTORS else 3)
        # No more than it looks at: the rows that are kept depend on this.
        np.testing.assert_array_equal(found.logits(ids[:9]), found.logits(ids[9 - found.order + 1 : 9]))
        np.testing.assert_array_equal(decompress(compress(ids[:50], found), found), ids[:50])


@pytest.mark.parametrize(
    ("kind", "ids", "V", "why"),
    [
        (chosen.VECTORS, [0, 1, 2], 5000, "at most 4,096"),
        (chosen.VECTORS, [0], 4, "two tokens"),
        (chosen.MIXTURE, [0, 1, 2], 4, "at least 10 tokens"),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(kind, ids, V, why):
    with pytest.raises(ValueError, match=why):
        chosen.fit(np.array(ids), V, chosen.Choice(kind, 2))
