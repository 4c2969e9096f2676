"""A class of thirty on one small server: `python -m tests.load`, or one scene alone, as in `... soak`.

Without a word all scenes but the soak are played, one after the other, and README's figures are
written anew; the soak writes its own. Every scene that has a twin on an empty Streamlit page is
played against it in the same run by the same client, which shares the machine with both servers.
"""

import argparse
import asyncio
import time

from tests.load import beside, collecting, readme
from tests.load.measure import (
    HEAD,
    Scene,
    burst_scenes,
    class_scenes,
    cpu_of,
    megabytes_of,
    play,
    school,
    training_scene,
    upload_scene,
    warm,
)
from tests.load.scenes import TEXTS, climbing

THINK = 8.0  # seconds
CLASSES = 5
SCENES = ("all", "class", "burst", "upload", "train", "leave", "soak", "collecting", "beside")


async def scenes(ours: str, theirs: str, which: str, students: int, seconds: float) -> list[Scene]:
    """The scenes asked for."""
    await warm(ours)
    found: list[Scene] = []
    if which in ("class", "all"):
        found += show(await class_scenes(ours, theirs, students=students, seconds=seconds, think=THINK))
    if which in ("burst", "all"):
        found += show(await burst_scenes(ours, theirs, students=students, seconds=min(seconds, 15)))
    if which in ("upload", "all"):
        found += show([await upload_scene(ours, students=students)])
    if which in ("train", "all"):
        found += show([await training_scene(ours, students=max(students // 3, 1))])
    return found


def show(found: list[Scene]) -> list[Scene]:
    """Print scenes as they come in."""
    for scene in found:
        print(scene.line, *scene.errors[:5], sep="\n    ", flush=True)
    return found


async def leaving(host: str, students: int, seconds: float) -> list[float]:
    """Megabytes after each of five classes has left."""
    await warm(host, TEXTS)
    levels = []
    for number in range(CLASSES):
        scene = await play(f"class {number + 1}", host, students, climbing(seconds, 1.0, texts=TEXTS))
        await asyncio.sleep(10)  # until the sessions are forgotten
        levels.append(megabytes_of(host))
        show([scene])
        print(f"after class {number + 1}: {levels[-1]:,.0f} MB", flush=True)
    return levels


async def soak(host: str, students: int, minutes: float) -> None:
    """Thirty climb for so long: an error or growing memory would show."""
    await warm(host, TEXTS)
    start, levels = time.perf_counter(), []

    async def clock() -> None:
        while True:
            levels.append(megabytes_of(host))
            passed = (time.perf_counter() - start) / 60
            print(f"{passed:5.1f} min: {levels[-1]:,.0f} MB, {cpu_of(host):,.0f} s of CPU", flush=True)
            await asyncio.sleep(60)

    watch = asyncio.create_task(clock())
    scene = await play(f"soak of {minutes:g} min", host, students, climbing(60 * minutes, THINK, texts=TEXTS))
    watch.cancel()
    show([scene])
    readme.write_soak(students, minutes, scene, levels)


def main() -> None:
    """Play what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scene", nargs="?", default="all", choices=SCENES)
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=60, help="of a class")
    parser.add_argument("--minutes", type=float, default=30, help="of the soak")
    asked = parser.parse_args()
    if asked.scene in ("collecting", "beside"):
        {"collecting": collecting, "beside": beside}[asked.scene].main()
        return
    with school() as (ours, theirs):
        if asked.scene == "soak":
            asyncio.run(soak(ours, asked.students, asked.minutes))
        elif asked.scene == "leave":
            asyncio.run(leaving(ours, asked.students, asked.seconds))
        else:
            print(HEAD)
            found = asyncio.run(scenes(ours, theirs, asked.scene, asked.students, asked.seconds))
            if asked.scene == "all":
                levels = asyncio.run(leaving(ours, asked.students, min(20, asked.seconds / 3)))
                readme.write(asked.students, found, levels)


if __name__ == "__main__":
    main()
