import threading

import pytest

from ladder.ui.jobs import Job, Pool


def wait_for(job: Job, *states: str) -> None:
    """Give the pool's threads time; a job that never gets there fails the test."""
    for _ in range(500):
        if job.state in states:
            return
        threading.Event().wait(0.01)
    raise AssertionError(f"{job.title} is {job.state}, not {states}")


@pytest.fixture
def gate():
    """A gate that work can wait at, opened at the end whatever happens."""
    event = threading.Event()
    yield event
    event.set()


def waits_at(gate, result=None):
    def work(progress):
        while not gate.wait(0.01):
            progress.check()
        return result

    return work


def test_a_job_gives_its_result():
    pool = Pool(workers=1)
    job = pool.submit(("sum",), "A sum", lambda progress: 1 + 2, "ada")
    wait_for(job, "done")
    assert job.result == 3


def test_thirty_who_ask_the_same_share_one_job(gate):
    pool, calls = Pool(workers=2), []

    def work(progress):
        calls.append(1)
        gate.wait()

    jobs = {id(pool.submit(("map", 7), "A map", work, f"student {i}")) for i in range(30)}
    gate.set()
    wait_for(pool.find(("map", 7)), "done")
    assert len(jobs) == len(calls) == 1


def test_who_has_nothing_running_comes_first(gate):
    pool = Pool(workers=2)
    first = [pool.submit(("greedy", i), f"greedy {i}", waits_at(gate), "greedy") for i in range(3)]
    wait_for(first[0], "running")
    wait_for(first[1], "running")  # nobody else was waiting: the second worker is not left idle
    modest = pool.submit(("modest",), "modest", waits_at(gate), "modest")
    pool.cancel(first[0])
    wait_for(modest, "running")
    assert first[2].state == "waiting"


def test_a_waiting_job_can_be_taken_back_and_a_running_one_stopped(gate):
    pool = Pool(workers=1)
    running = pool.submit(("a",), "a", waits_at(gate), "x")
    wait_for(running, "running")
    waiting = pool.submit(("b",), "b", waits_at(gate), "x")
    assert pool.place(waiting) == 0
    pool.cancel(waiting)
    assert waiting.state == "cancelled"
    pool.cancel(running)
    wait_for(running, "cancelled")


def test_a_refusal_is_the_sentence_and_a_failure_hides_its_traceback(caplog):
    pool = Pool(workers=1)

    def refuses(progress):
        raise ValueError("The text is too short: choose a longer one.")

    def breaks(progress):
        raise RuntimeError("secret path")

    refused, broken = pool.submit(("r",), "r", refuses, "x"), pool.submit(("s",), "s", breaks, "x")
    wait_for(refused, "failed")
    wait_for(broken, "failed")
    assert refused.error == "The text is too short: choose a longer one."
    assert "secret" not in broken.error
    assert "RuntimeError" in broken.error
    assert "secret path" in caplog.text


def test_a_failed_job_is_tried_again_on_request():
    pool, tries = Pool(workers=1), []

    def work(progress):
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("Not yet.")
        return "there"

    wait_for(pool.submit(("k",), "k", work, "x"), "failed")
    second = pool.submit(("k",), "k", work, "x")
    wait_for(second, "done")
    assert second.result == "there"


def test_old_results_are_forgotten_but_nothing_that_runs(gate, monkeypatch):
    monkeypatch.setattr("ladder.ui.jobs.KEPT", 5)
    pool = Pool(workers=2)
    held = pool.submit(("held",), "held", waits_at(gate), "x")
    for i in range(20):
        wait_for(pool.submit(("quick", i), "quick", lambda progress: None, f"owner {i}"), "done")
    assert len(pool.jobs) <= 6
    assert pool.find(("held",)) is held
