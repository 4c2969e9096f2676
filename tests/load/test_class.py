"""The scenes of a class, in short: no error, and each says what it has measured."""

import pytest

from tests.load import readme
from tests.load.measure import (
    burst_scenes,
    class_scenes,
    megabytes_of,
    school,
    training_scene,
    upload_scene,
)
from tests.load.scenes import played_out, text_of


@pytest.fixture(scope="module")
def played():
    """Four students, a few seconds a scene."""

    async def scenes(ours: str, theirs: str) -> list:
        found = await class_scenes(ours, theirs, students=4, seconds=2, think=0.3)
        found += await burst_scenes(ours, theirs, students=5, seconds=1)
        found.append(await upload_scene(ours, students=4, size=100_000))
        found.append(await training_scene(ours, students=1))
        return [*found, megabytes_of(ours)]

    with school() as (ours, theirs):
        *found, level = played_out(scenes(ours, theirs))
        return found, level


def test_a_class_sees_no_error(played):
    found, _ = played
    assert [error for scene in found for error in scene.errors] == []
    assert all(scene.acts for scene in found)


def test_a_server_with_a_class_is_within_its_memory(played):
    found, level = played
    assert max(scene.megabytes for scene in found) < 2500
    assert level < 2500


def test_readme_says_what_was_measured(played):
    found, level = played
    text = readme.text_of(4, found, [level])
    assert all(scene.line in text for scene in found)
    assert "times an empty page's" in text


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
