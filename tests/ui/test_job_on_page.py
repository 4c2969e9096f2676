"""A job as the page shows it: what there is so far, ending early, leaving, trying again."""

import threading
import time

from streamlit.testing.v1 import AppTest

from ladder.ui.jobs import pool


def page() -> None:
    """A training that shows its steps, and goes on until it is stopped."""
    import time

    import streamlit as st

    from ladder.ui.jobs import run_job

    def work(progress):
        steps = 0
        while not progress.stopping:
            steps += 1
            progress.show(steps)
            progress(0.5, "training")
            time.sleep(0.01)
        return steps

    result = run_job(
        ("training",),
        "Training",
        work,
        start_label="Train",
        stop_label="Stop and keep it",
        draw=lambda steps: st.text(f"seen {steps > 0}"),
    )
    if result is not None:
        st.text(f"kept {result > 0}")


def shown(at: AppTest, text: str) -> bool:
    """Whether the page comes to show a text: what works beside it takes its time."""
    for _ in range(100):
        if any(text in element.value for element in [*at.text, *at.warning]):
            return True
        time.sleep(0.05)
        at.run()
    return False


def button(at: AppTest, label: str):
    return next(button for button in at.button if button.label == label)


def test_a_training_shows_what_it_has_and_keeps_it_when_stopped():
    at = AppTest.from_function(page).run()
    assert not at.text  # nothing begins unasked
    button(at, "Train").click().run()
    assert shown(at, "seen True")
    button(at, "Stop and keep it").click().run()
    assert shown(at, "kept True")


def test_who_cancels_is_told_and_may_try_again():
    at = AppTest.from_function(page).run()
    button(at, "Train").click().run()
    button(at, "Cancel").click().run()
    assert shown(at, "“Training” was cancelled.")
    button(at, "Try again: Train").click().run()
    assert shown(at, "seen True")
    assert not at.exception


def test_who_waits_sees_his_place_in_the_queue_and_may_leave_it():
    gate = threading.Event()
    here = pool()
    try:
        for i in range(here.workers + 2):  # the last two wait, and come before
            here.submit(("other", i), "another", lambda progress: gate.wait(30), f"classmate {i}")
        at = AppTest.from_function(page).run()
        button(at, "Train").click().run()
        said = [element.proto.text for element in at.get("progress")]
        assert said == ["Training: waiting, 2 before it"]
        button(at, "Cancel").click().run()
        assert shown(at, "was cancelled")
        assert here.find(("training",)).state == "cancelled"
    finally:
        gate.set()
