"""The page about the server: what it says is measured, and it says nothing of anybody's text."""

import time

import pytest

from ladder.reality import Corpus
from ladder.rungs import CLASSROOM
from ladder.settings import SETTINGS
from ladder.ui import classroom, health, school, watch
from ladder.ui.cache import alphabet, split_of
from ladder.ui.capacity import BUSIEST, FEWEST, FEWEST_RERUNS, Capacity, capacity
from ladder.ui.jobs import pool
from ladder.ui.shelf import keep, shelf
from ladder.ui.watch import Rerun

SECRET = "quokka-of-Zanzibar"


@pytest.fixture(autouse=True)
def _looked_anew():
    health.look.clear()


def all_of(at) -> str:
    parts = [*at.markdown, *at.caption, *at.info, *at.warning, *at.success, *at.code, *at.metric]
    tables = [table.value.to_string() for table in at.dataframe]
    return " ".join([*(str(part.value) for part in parts), *(part.label for part in at.metric), *tables])


def reruns(n: int, cpu: float) -> list[Rerun]:
    return [Rerun(float(i), cpu, cpu) for i in range(n)]


def test_the_page_is_the_last_of_the_menu_and_needs_no_text(open_app):
    from ladder.ui.frame import pages

    at = open_app(CLASSROOM.page)
    assert CLASSROOM.question in all_of(at)
    assert not at.selectbox
    assert list(pages())[-1] == CLASSROOM.name


def test_the_menu_of_the_app_leads_to_it(open_app):
    at = open_app().switch_page(CLASSROOM.page).run()
    assert not at.exception
    assert not at.selectbox
    assert "This server is well" in all_of(at)


def test_the_page_obeys_the_password_and_never_shows_it(open_app, monkeypatch):
    monkeypatch.setenv("LADDER_PASSWORD", "open sesame")
    at = open_app(CLASSROOM.page)
    assert not at.metric
    at.text_input(key="gate-password").set_value("open sesame")
    at.button(key="gate-enter").click().run()
    assert at.metric
    assert "open sesame" not in all_of(at)
    assert dict(at.dataframe[-1].value.itertuples(index=False))["LADDER_PASSWORD"] == "set"


def test_it_counts_uploads_and_jobs_but_names_none(open_app):
    address = keep(Corpus.of(SECRET, f"{SECRET} sleeps. " * 50))
    alphabet(Corpus.of(SECRET, f"{SECRET} sleeps. " * 50), "bpe", 300)
    pool().submit((SECRET, address), "Encoding 1,234 sentences", lambda progress: None, "me").thread.join()
    said = all_of(open_app(CLASSROOM.page))
    assert "**1 text**" in said
    assert "Encoding sentences" in said
    assert "cache.alphabet" in said
    assert SECRET not in said
    assert address not in said


def test_every_setting_and_version_has_a_row(open_app):
    said = all_of(open_app(CLASSROOM.page))
    for name in (*(setting.name for setting in SETTINGS), "streamlit", "python", "torch"):
        assert name in said


def test_hits_of_a_cache_are_counted():
    corpus = Corpus.of("counted", "the same again and again " * 30)

    def row():
        return next(row for row in health._caches() if row[0] == "ladder.ui.cache.alphabet")

    alphabet(corpus, "bytes", 0)
    _, entries, most, hits, misses = row()
    alphabet(corpus, "bytes", 0)
    assert row() == ("ladder.ui.cache.alphabet", entries, most, hits + 1, misses)
    assert 0 < entries <= most


def test_a_cache_says_how_many_megabytes_it_holds(open_app):
    text = "the same again and again " * 40_000
    split_of(Corpus.of("large", text))
    health.held.clear()
    sizes, whole = health.held()
    assert whole
    assert sizes["ladder.ui.cache.split_of"] >= len(text)
    health.look.clear()
    said = all_of(open_app(CLASSROOM.page))
    assert f"They hold {sum(health.held()[0].values()) / 1e6:,.1f} MB" in said


def test_what_is_wrong_is_said(open_app, monkeypatch):
    look = health.look()._replace(free=100, p95=3.0, longest_wait=90.0, errors_lately=2, stock="The index is gone.")
    assert len(classroom.complaints(look)) == 5
    look = look._replace(free=4000, p95=0.2, longest_wait=0.0, errors_lately=0, stock=shelf().stock())
    assert classroom.complaints(look) == []


def test_the_reckoning_by_hand():
    # 10 students, 900 MB grown since one was there: 100 MB each; 60 reruns of 50 ms in 30 s: a tenth of a core.
    room = capacity(10, 1500.0, 900.0, reruns(60, 0.05), 30.0)
    assert isinstance(room, Capacity)
    assert (room.each, room.busy, room.cpu) == pytest.approx((100, 0.1, 0.05))
    assert (room.by_memory, room.by_cpu) == pytest.approx((15, 10 * BUSIEST / 0.1 - 10))
    assert (room.more, room.bound) == (15, "memory")
    slow = capacity(10, 1500.0, 0.0, reruns(60, 0.25), 30.0)
    assert (slow.more, slow.bound) == (4, "CPU")
    assert capacity(10, 0.0, 900.0, reruns(60, 0.5), 30.0).more == 0


def test_there_is_no_reckoning_from_too_little():
    assert "students" in capacity(FEWEST - 1, 1e3, 1.0, reruns(FEWEST_RERUNS, 0.01), 60.0)
    assert "happened" in capacity(FEWEST, 1e3, 1.0, reruns(FEWEST_RERUNS - 1, 0.01), 60.0)


def test_the_room_is_shown_with_its_formula(open_app, monkeypatch):
    monkeypatch.setattr(health, "capacity", lambda *_: capacity(10, 1500.0, 900.0, reruns(60, 0.05), 30.0))
    at = open_app(CLASSROOM.page)
    assert "About **15** more students" in all_of(at)
    assert r"\frac{1500\ \mathrm{MB}}{100.0\ \mathrm{MB}}" in at.latex[0].value


def test_a_loaded_model_is_no_students(monkeypatch):
    sizes = iter([100.0, 350.0])
    monkeypatch.setattr(watch, "resident_megabytes", lambda: next(sizes))
    with monkeypatch.context() as patched:
        patched.setattr(watch.WATCH, "level", 90.0)
        patched.setattr(watch.WATCH, "models", {})
        with watch.WATCH.loading("encoder"):
            pass
        assert watch.WATCH.level == 340
        assert health._grown(True, "encoder") == "yes; the server grew by 250 MB for it"
        assert health._grown(False, "encoder") == "no"


def test_a_waiting_job_has_waited_since_it_was_asked_for():
    here = pool()
    with here.condition:
        job = here.submit(("slow",), "A fit", lambda progress: time.sleep(0.1), "me")
        job.state = "waiting"
        found = health._jobs(job.asked + 42.0)
        job.state = "running"
    assert found["longest_wait"] == pytest.approx(42)
    job.thread.join()


@pytest.mark.parametrize(
    ("bound", "reachable"), [("", True), ("0.0.0.0", True), ("127.0.0.1", False), ("localhost", False), ("::1", False)]
)
def test_the_address_is_only_given_where_it_can_be_reached(monkeypatch, bound, reachable):
    monkeypatch.setattr(school.st, "get_option", lambda name: bound)
    assert school.reachable_from_outside() is reachable


def test_numbers_read_as_people_say_them():
    assert [classroom.megabytes(n) for n in (0, 0.26, 614.2, 3_900)] == ["0 MB", "0.3 MB", "614 MB", "3.9 GB"]
    assert [classroom.seconds(n) for n in (0.0431, 2.12, 130)] == ["43 ms", "2.1 s", "2 min"]
    assert [classroom.duration(n) for n in (59, 3_700, 90_000)] == ["0 min", "1 h 1 min", "1 d 1 h"]


def test_one_rerun_in_twenty_is_never_quicker_than_the_median(monkeypatch):
    monkeypatch.setattr(health.WATCH, "recent", lambda now: [Rerun(0.0, seconds, 0.0) for seconds in (0.1, 0.3)])
    look = health.look()
    assert (look.p50, look.p95) == (pytest.approx(0.2), 0.3)
