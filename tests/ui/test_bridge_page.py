"""The page Bridge and the mark on the rungs, by what they show."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from ladder.bridge import CHECKS, READINGS, Context, identities
from ladder.reality import Corpus, load_sample, take
from ladder.rungs import BRIDGE, MATH, PAGES, RUNGS
from ladder.ui.bridge import COMMANDS, LONGEST_LINE, in_words
from ladder.ui.bridge_autograd import START
from ladder.ui.jobs import pool
from ladder.ui.lens import LENSES
from tests.ui.conftest import STRANGE

PANELS = ("ledger", "table", "limits")


def shown(at: AppTest) -> str:
    return "\n".join(
        element.value for kind in (at.markdown, at.caption, at.info, at.warning, at.code, at.latex) for element in kind
    )


def settled(at: AppTest) -> AppTest:
    """The page once its jobs are over."""
    for job in list(pool().jobs.values()):
        while not job.over:
            time.sleep(0.01)
    return at.run()


def drive(panel: str, text: Corpus, scheme: str = "bpe", lens: str = "Shannon", **query: str) -> AppTest:
    def script(panel, corpus, scheme, lens):
        from ladder.ui import bridge, bridge_limits, bridge_table
        from ladder.ui.lens import LENSES
        from ladder.ui.view import View

        panels = {
            "ledger": bridge.ledger_panel,
            "table": bridge_table.table_panel,
            "limits": bridge_limits.limits_panel,
        }
        panels[panel](View(corpus, corpus, "test", scheme, 512, LENSES[lens]))

    at = AppTest.from_function(script, args=(panel, text, scheme, lens), default_timeout=60)
    at.query_params.update(query)
    return settled(at.run())


@pytest.fixture(scope="module")
def hamlet() -> Corpus:
    return take(load_sample("hamlet"), stop=0.1)


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("panel", PANELS)
def test_every_panel_bears_every_text(panel, name):
    at = drive(panel, Corpus.of(name, STRANGE[name]))
    assert not at.exception
    assert shown(at)


def test_the_ledger_shows_its_rows_with_the_numbers_of_this_text(hamlet):
    at = drive("ledger", hamlet, rows="Probability")
    ledger = identities(Context.of(hamlet, vocabulary_size=512))
    coder = next(row for row in ledger if row.key == "coder")
    assert coder.written.split(r"\qquad")[0].strip().rpartition("= ")[2] in shown(at)
    applying = [row for row in ledger if row.applies]
    assert f"**{len(applying)} of {len(applying)} identities hold on this text**" in shown(at)
    assert "✅ **Coder length = surprisal**" in shown(at)


def test_the_switch_breaks_every_row(hamlet):
    at = drive("ledger", hamlet)
    at.toggle(key="break").set_value(True)
    at = settled(at.run())
    applying = sum(row.applies for row in identities(Context.of(hamlet, vocabulary_size=512)))
    assert f"Broken on purpose, {applying} of {applying} fail" in shown(at)
    assert "✅" not in shown(at)


def test_autograds_row_has_no_tick_before_it_is_computed(hamlet, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr("ladder.ui.bridge_autograd.torch_is_loaded", lambda: False)
    at = drive("ledger", hamlet, rows="Statistics")
    applying = sum(row.applies for row in identities(Context.of(hamlet, vocabulary_size=512)))
    assert f"**{applying} of {applying} identities hold" in shown(at)
    assert "◻️ **The gradient is q − p, by autograd**" in shown(at)
    assert len(at.dataframe[0].value) == len(CHECKS)
    at = settled(next(b for b in at.button if b.label == START).click().run())
    assert "✅ **The gradient is q − p, by autograd**" in shown(at)
    assert f"**{applying + 1} of {applying + 1} identities hold" in shown(at)
    assert len(at.dataframe[0].value) == len(CHECKS) + 1
    at.toggle(key="break").set_value(True)
    assert "❌ **The gradient is q − p, by autograd**" in shown(settled(at.run()))


def test_autograd_is_asked_at_once_where_torch_is_loaded(hamlet, monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr("ladder.ui.bridge_autograd.torch_is_loaded", lambda: True)
    at = settled(drive("ledger", hamlet, rows="Statistics"))
    assert "✅ **The gradient is q − p, by autograd**" in shown(at)


def test_the_whole_ledger_is_one_table(hamlet):
    table = drive("ledger", hamlet).dataframe[0].value
    assert len(table) == len(CHECKS)
    assert set(table["page"]) == {rung.name for rung in RUNGS}


def test_a_row_that_does_not_apply_says_why_and_has_no_tick():
    text = shown(drive("ledger", Corpus.of("t", "abc"), rows="Math"))
    assert "Does not apply" in text
    repeated = shown(drive("ledger", Corpus.of("t", "a" * 99)))
    assert "➖ **Multiplicity and entropy**" in repeated
    assert "one order only" in repeated.replace("\\", "")


def test_the_table_has_five_rungs_and_both_lenses(hamlet):
    text = shown(drive("table", hamlet))
    assert text.count("**Boltzmann.**") == text.count("**Shannon.**") == 5
    assert text.count("**Bridge** ✅") == 5


def test_the_ledger_speaks_the_lens(hamlet):
    row = next(row for row in identities(Context.of(hamlet, vocabulary_size=512)) if row.key == "cross-entropy")
    said = {lens: shown(drive("ledger", hamlet, rows="Statistics", lens=lens)) for lens in LENSES}
    bits, nats = (row.read_in(measure).written.split(r" \qquad")[0] for measure in ("bits", "nats"))
    assert bits in said["Shannon"]
    assert nats not in said["Shannon"]
    assert nats in said["Boltzmann"]
    assert bits not in said["Boltzmann"]
    assert nats in said["both"]
    assert bits in said["both"]
    words = READINGS["cross-entropy"]
    assert words.shannon in said["Shannon"]
    assert words.boltzmann not in said["Shannon"]
    assert words.boltzmann in said["Boltzmann"]
    assert words.shannon not in said["Boltzmann"]


def test_the_table_of_the_rungs_speaks_the_lens(hamlet):
    drawn = {lens: drive("table", hamlet, lens=lens).markdown for lens in LENSES}
    said = {lens: "".join(m.value for m in cells if m.value.startswith("**")) for lens, cells in drawn.items()}
    assert " nats" not in said["Shannon"]
    assert " bits" not in said["Boltzmann"]
    assert " nats" in said["both"]
    assert " bits" in said["both"]
    assert "log₂ Ω" in said["Shannon"]
    assert "ln Ω" in said["Boltzmann"]


def test_the_choices_of_this_view_are_listed(hamlet):
    text = shown(drive("limits", hamlet, lens="Boltzmann", corpus="hamlet"))
    assert "corpus = hamlet   (in the link)" in text
    assert "vocab = 512   (as it comes)" in text
    assert "nats/byte" in text


def test_an_upload_is_named_among_the_choices_and_its_address_is_not(hamlet):
    text = shown(drive("limits", Corpus.of("letter.txt", hamlet.text), corpus="f" * 64))
    assert "corpus = letter.txt   (in the link)" in text
    assert "ffff" not in text


def test_a_small_number_is_written_as_on_a_blackboard():
    assert in_words(3.42e-9) == "3.42·10⁻⁹"
    assert in_words(-8.9e-16, 2) == "−8.9·10⁻¹⁶"
    assert in_words(-0.03731) == "−0.0373"
    assert in_words(0.0) == "0"
    assert in_words(1.5e7) == "1.5·10⁷"
    assert in_words(float("inf")) == "∞"


def test_no_line_of_the_ledger_is_too_long_for_a_phone():
    at = drive("ledger", Corpus.of("abc", "abc"), rows="Reality")
    heat = next(element.value for element in at.latex if "k\\,T" in element.value)
    assert max(len(COMMANDS.sub("", line)) for line in heat.split(r" \\ ")) <= LONGEST_LINE


def test_a_lossy_alphabet_is_replaced_and_said_to_be(hamlet):
    assert "does not give the text back" in shown(drive("ledger", hamlet, scheme="wordpiece"))


def test_the_page_is_in_the_menu_and_opens_from_a_link(open_app):
    assert PAGES[-1] == BRIDGE
    at = open_app(BRIDGE.page, corpus="coin")
    assert BRIDGE.question in shown(at)


def test_a_rung_carries_the_mark_once_the_waterfall_is_there(open_app):
    at = settled(open_app(MATH.page, corpus="coin"))
    at = settled(at)
    assert not at.exception
    assert "✅ Chain rule, keep only the kind" in shown(at)
    assert "➖ Chain rule, lower case: " in shown(at)
