"""The scenes of a class, in short: no error, and each says what it has measured."""

import pytest

from tests.load import readme
from tests.load.measure import (
    HEAD,
    burst_scenes,
    class_scenes,
    megabytes_of,
    rise,
    school,
    staying,
    training_scene,
    upload_scene,
    warm,
    warm_empty,
)
from tests.load.scenes import WAY_UP, played_out, text_of


@pytest.fixture(scope="module")
def played():
    """Four students, a few seconds a scene."""

    async def scenes(ours: str, theirs: str) -> tuple[list, float, tuple[float, float]]:
        await warm(ours, encoder=False)
        await warm_empty(theirs)
        found = await class_scenes(ours, theirs, students=4, seconds=2, think=0.3)
        found += await burst_scenes(ours, theirs, students=5, seconds=1)
        found += await upload_scene(ours, students=4, size=100_000)
        found += await training_scene(ours, students=1)
        stays = await staying(ours, 1, WAY_UP, "corpus=hamlet"), await staying(theirs, 3, ())
        return found, megabytes_of(ours), stays

    with school() as (ours, theirs):
        return played_out(scenes(ours, theirs))


def test_a_class_sees_no_error(played):
    found, *_ = played
    assert [error for scene in found for error in scene.errors] == []
    assert all(scene.acts for scene in found)


def test_a_server_with_a_class_is_within_its_memory(played):
    found, level, *_ = played
    assert max(scene.megabytes for scene in found) < 2500
    assert level < 2500


def test_readme_says_what_was_measured(played):
    found, level, _ = played
    text = readme.text_of(4, found, [700.0, level], (0.414, 0.08))
    assert all(scene.line in text for scene in found)
    assert "times an empty page's" in text
    assert f"held 700 MB; after each of 1 classes has left, it holds {level:,.0f} MB." in text
    assert "one takes 0.41 MB (on an empty page 0.08 MB): the growth from 4 of them to 8" in text


def test_a_session_is_what_the_server_rises_by_over_all_of_them(played):
    scene = played[0][0]._replace(students=30, before=600.0, megabytes=675.0, risen=75.0)
    assert scene.each == 2.5
    assert "| 600 MB | 675 MB | 2.50 MB |" in scene.line
    assert [row.count("|") for row in (*HEAD.splitlines(), scene.line)] == [11] * 3


def test_what_is_let_go_as_they_come_hides_nothing_of_what_they_take():
    assert rise([600, 601, 675, 640]) == 75
    assert rise([683, 631, 633, 632]) == 2
    assert rise([600, 590]) == 0


def test_a_session_is_weighed_against_a_server_that_is_warm(played):
    found, _, stays = played
    empty, climb, _, press, upload, _ = found
    assert climb.before > 4 * empty.before, "all pages were opened before the class came"
    assert 0 < empty.each < 5
    assert 0 < climb.each + press.each + upload.each < 100
    assert all(-60 < each < 60 for each in stays)


def test_readme_says_what_a_long_climb_has_shown(played):
    scene = played[0][1]._replace(acts=7000, p50=0.0801, p95=0.3, errors=["a", "b"])
    text = readme.soak_of(30, 30.0, scene, [870.2, 879.9, 874.4])
    assert "climbed for 30 minutes" in text
    assert "7,000 acts, p50 80 ms, p95 300 ms, 2 errors" in text
    assert "870 MB as they came and 874 MB in the last minute, 880 MB at most" in text


def test_each_student_brings_a_text_of_his_own():
    texts = {text_of(number, 1000) for number in range(30)}
    assert len(texts) == 30
    assert {len(text) for text in texts} == {1000}
