"""The log: what happened and where, and no word of any user."""

import io
import logging
import re
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit import error_util
from streamlit.runtime.scriptrunner import exec_code, script_runner
from streamlit.testing.v1 import AppTest

from ladder.reality import Corpus
from ladder.settings import LOG, LogTo, value_of, wrong_settings
from ladder.ui import watch
from ladder.ui.logs import FORMAT, discreet, start_log, told
from ladder.ui.shelf import keep
from ladder.ui.watch import WATCH, start_watch
from ladder.ui.work import Job, Pool

ROOT = Path(__file__).parents[1]
SECRET = "quokka-of-Zanzibar"


@pytest.fixture(autouse=True)
def _own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("LADDER_DATA", str(tmp_path))
    monkeypatch.setenv("LADDER_LM", str(tmp_path / "no model"))
    start_watch()


@contextmanager
def everything_logged():
    """All that any logger writes meanwhile, at every level, as a plain formatter has it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter(FORMAT))
    names = [
        "",
        *(name for name, known in logging.root.manager.loggerDict.items() if isinstance(known, logging.Logger)),
    ]
    loggers = [logging.getLogger(name) for name in names if not name or not logging.getLogger(name).propagate]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield written
    finally:
        for logger in loggers:
            logger.removeHandler(handler)


def failing(secret: str) -> None:
    raise ValueError(f"cannot read {secret}")


def failing_page() -> None:
    import streamlit as st

    secret = st.session_state["secret"]

    def callback() -> None:
        raise KeyError(secret)

    @st.fragment
    def part() -> None:
        st.button("press", key="press", on_click=callback)
        raise LookupError(secret)

    st.markdown("before")
    part()


def test_an_exception_is_told_by_type_and_place_only():
    try:
        try:
            failing(SECRET)
        except ValueError as inner:
            raise RuntimeError(SECRET) from inner
    except RuntimeError as error:
        line = told(error)
    assert re.fullmatch(r"RuntimeError at tests/test_logs\.py:\d+:test_an_exception\w+, after ValueError", line)


@pytest.mark.parametrize("name", ["ladder.ui.work", "streamlit.runtime.app_session", "asyncio", "some.library"])
def test_no_logger_writes_what_an_exception_says(name):
    with everything_logged() as written:
        try:
            failing(SECRET)
        except ValueError as error:
            logging.getLogger(name).exception("it failed")
            logging.getLogger(name).error("it failed: %s", error)
            logging.getLogger(name).error(error)
    said = written.getvalue()
    assert said.count("ValueError at tests/test_logs.py") == 3
    assert SECRET not in said


def test_asyncio_does_not_show_the_task_that_failed():
    make = discreet(logging.LogRecord)
    record = make("asyncio", logging.ERROR, "", 0, f"Task exception\nfuture: <Task ValueError('{SECRET}')>", (), None)
    assert record.getMessage() == "Task exception"


def test_streamlit_still_runs_everything_through_the_function_that_is_watched():
    assert watch.REPLACED in script_runner.ScriptRunner._run_script.__code__.co_names
    assert getattr(script_runner, watch.REPLACED) is watch._watched
    assert watch.SILENCED in error_util.handle_user_script_exception.__code__.co_names
    assert watch._run is exec_code.exec_func_with_error_handling


def test_what_fails_on_a_page_is_one_line_in_the_log_and_a_reference_for_the_user(capfd):
    at = AppTest.from_function(failing_page)
    at.session_state["secret"] = SECRET
    with everything_logged() as written:
        at.run()
        errors = WATCH.errors
        at.button(key="press").click().run()
    assert WATCH.errors == errors + 1
    assert len(at.exception) > 0
    for box in at.exception:
        assert SECRET not in box.message + "".join(box.stack_trace)
        reference = re.search(r"reference (\w{8})", box.message)[1]
        assert written.getvalue().count(f"{reference} ") > 1  # what failed, and the rerun's own line
    for kind in ("LookupError", "KeyError"):
        assert f"{kind} at " in written.getvalue()
    terminal = "".join(capfd.readouterr())
    assert SECRET not in written.getvalue() + terminal


@pytest.mark.parametrize("way", ["text", "name", "link", "panel"])
def test_what_a_user_writes_never_reaches_the_log(capfd, way):
    texts = {
        "text": Corpus.of("a name", f"{SECRET} sleeps. " * 40),
        "name": Corpus.of(SECRET, "To be or not to be. " * 40),
    }
    address = keep(texts.get(way, Corpus.of("plain", "One and two and three. " * 40)))
    at = AppTest.from_file(str(ROOT / "pages/1_reality.py"), default_timeout=60)
    at.query_params["corpus"] = address
    if way in ("link", "panel"):
        at.query_params["panel" if way == "panel" else "prompt"] = SECRET
    with everything_logged() as written:
        at.run()
        at.run()
    assert not at.exception
    said = written.getvalue() + "".join(capfd.readouterr())
    assert re.search(r"ladder\.request: \w{8} page=\w+ panel=bytes run=whole ms=\d+ outcome=done", said)
    assert SECRET not in said
    assert address not in said


def test_a_job_that_fails_is_told_without_its_message(capfd):
    def work(progress):
        raise RuntimeError(SECRET)

    pool = Pool(1)
    with everything_logged() as written:
        job: Job = pool.submit(("test",), "A fit", work, "me")
        job.thread.join()
    assert job.state == "failed"
    said = written.getvalue() + "".join(capfd.readouterr())
    assert "job A fit failed" in said
    assert "RuntimeError at ladder/ui/work.py" in said
    assert SECRET not in said + job.error


def test_ladder_log_is_a_level_and_perhaps_a_file(tmp_path):
    assert value_of(LOG, {}) == LogTo("INFO")
    assert value_of(LOG, {"LADDER_LOG": "warning"}) == LogTo("WARNING")
    file = tmp_path / "the log.txt"
    assert value_of(LOG, {"LADDER_LOG": f"Info {file}"}) == LogTo("INFO", file)
    for wrong in ("loud", "info log.txt", f"info {tmp_path}", f"info {tmp_path}/no/such/folder"):
        assert wrong_settings({"LADDER_LOG": wrong})[0].startswith("LADDER_LOG")


def test_the_log_goes_where_the_setting_says(tmp_path, monkeypatch):
    file = tmp_path / "ladder.log"
    monkeypatch.setenv("LADDER_LOG", f"warning {file}")
    ours = logging.getLogger("ladder")
    before, level = list(ours.handlers), ours.level
    start_log.cache_clear()
    try:
        start_log()
        logging.getLogger("ladder.request").info("nobody wants to know")
        logging.getLogger("ladder.request").warning("this matters")
    finally:
        for handler in set(ours.handlers) - set(before):
            ours.removeHandler(handler)
            handler.close()
        ours.setLevel(level)
    assert file.read_text(encoding="utf-8").endswith("WARNING ladder.request: this matters\n")
    assert "nobody" not in file.read_text(encoding="utf-8")
