import os
import sys
import threading

import pytest

from ladder.ui.logs import start_log
from ladder.ui.work import Job, Pool


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
    start_log()
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
    assert "breaks" in caplog.text  # the log names the place ...
    assert "secret" not in caplog.text  # ... and no word of what was worked on


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
    monkeypatch.setattr("ladder.ui.work.KEPT", 5)
    pool = Pool(workers=2)
    held = pool.submit(("held",), "held", waits_at(gate), "x")
    for i in range(20):
        wait_for(pool.submit(("quick", i), "quick", lambda progress: None, f"owner {i}"), "done")
    assert len(pool.jobs) <= 6
    assert pool.find(("held",)) is held


def test_who_watches_sees_what_there_is_so_far(gate):
    pool = Pool(workers=1)

    def work(progress):
        progress.show((1, 2))
        return waits_at(gate)(progress)

    job = pool.submit(("curve",), "A curve", work, "x")
    wait_for(job, "running")
    for _ in range(500):
        if job.progress.shown is not None:
            break
        threading.Event().wait(0.01)
    assert job.progress.shown == (1, 2)


def test_a_stopped_job_keeps_what_it_has():
    pool = Pool(workers=1)

    def work(progress):
        steps = 0
        while not progress.stopping:
            steps += 1
            progress(0.5)
        return steps

    job = pool.submit(("train",), "Training", work, "x", stoppable=True)
    wait_for(job, "running")
    pool.stop(job)
    wait_for(job, "done")
    assert job.result >= 0


def test_who_leaves_a_shared_job_leaves_it_to_the_others(gate):
    pool = Pool(workers=1)
    work = waits_at(gate, "there")
    job = pool.submit(("shared",), "shared", work, "ada")
    pool.submit(("shared",), "shared", work, "bob")
    pool.leave(job, "ada")
    assert not job.progress.cancelled.is_set()
    pool.leave(job, "bob")
    wait_for(job, "cancelled")


@pytest.mark.parametrize("death", [SystemExit, MemoryError, KeyboardInterrupt, GeneratorExit])
def test_a_killed_worker_is_noticed_and_the_next_job_runs(death, caplog):
    pool = Pool(workers=1)

    def dies(progress):
        raise death

    job = pool.submit(("dies",), "A map", dies, "x")
    after = pool.submit(("after",), "after", lambda progress: 7, "x")
    wait_for(job, "failed")
    wait_for(after, "done")
    assert "A map" in job.error
    assert "Traceback" not in job.error


def test_a_worker_that_is_gone_without_a_word_is_noticed(monkeypatch):
    pool = Pool(workers=1)
    monkeypatch.setattr(pool, "_serve", lambda job: None)  # the thread ends, and tells nobody
    job = pool.submit(("gone",), "A map", lambda progress: 1, "x")
    wait_for(job, "failed")
    assert job.error == "“A map” ended before its time: its worker is gone. Try again."
    assert pool.running == []


def test_work_that_does_not_listen_is_interrupted(monkeypatch):
    monkeypatch.setattr("ladder.ui.work.GRACE_SECONDS", 0.1)
    pool = Pool(workers=1)

    def deaf(progress):
        while True:
            pass

    job = pool.submit(("deaf",), "deaf", deaf, "x")
    after = pool.submit(("after",), "after", lambda progress: 7, "y")
    wait_for(job, "running")
    pool.cancel(job)
    wait_for(job, "cancelled")
    wait_for(after, "done")


def test_a_job_over_its_time_stops_with_one_sentence(gate):
    pool = Pool(workers=1, seconds=0.1)
    job = pool.submit(("long",), "A map", waits_at(gate), "x")
    wait_for(job, "failed")
    assert job.error == "“A map” was stopped after 0.1 s, the limit of this server. Take a smaller part of the text."


def test_training_over_its_time_keeps_what_it_has():
    pool = Pool(workers=1, seconds=0.1)

    def work(progress):
        progress.stopped.wait()
        return "weights"

    job = pool.submit(("train",), "Training", work, "x", stoppable=True)
    wait_for(job, "done")
    assert job.result == "weights"


def test_a_job_that_grows_too_large_stops_with_one_sentence():
    pool = Pool(workers=1, megabytes=50)

    def grows(progress):
        held = []
        while len(held) < 400:
            held.append(bytes([1]) * 2**20)
            progress.check()
            threading.Event().wait(0.005)

    job = pool.submit(("large",), "A table", grows, "x")
    wait_for(job, "failed", "done")
    assert job.error == "“A table” was stopped: the server grew by more than 50 MB. Take a smaller part of the text."


def test_the_place_in_the_queue_is_the_order_of_service(gate):
    pool = Pool(workers=1)
    wait_for(pool.submit(("a", 0), "a", waits_at(gate), "ada"), "running")
    second = pool.submit(("a", 1), "a", waits_at(gate), "ada")
    bob = pool.submit(("b",), "b", waits_at(gate), "bob")
    assert pool.place(bob) == 0
    assert pool.place(second) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has threads of different niceness")
def test_a_job_gives_way_to_those_that_answer():
    pool = Pool(workers=1)
    job = pool.submit(("n",), "n", lambda progress: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), "x")
    wait_for(job, "done")
    assert job.result > os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
