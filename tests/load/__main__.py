"""A class of thirty on one small server: `python -m tests.load`, or one scene alone, as in `... soak`.

Without a word all scenes but the soak are played, one after the other, and README's figures are
written anew; the soak writes its own. Every scene that has a twin on an empty Streamlit page is
played against it in the same run by the same client, which shares the machine with both servers. Each
kind of scene has servers that were started and warmed for it, so that none uses memory which another let go.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable

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
    staying,
    training_scene,
    upload_scene,
    warm,
    warm_empty,
)
from tests.load.scenes import TEXTS, WAY_UP, climbing

THINK = 8.0  # seconds
CLASSES = 5
SCENES = ("all", "class", "burst", "upload", "train", "stay", "leave", "soak", "collecting", "beside")


def scenes(which: str, students: int, seconds: float) -> list[Scene]:
    """The scenes asked for, each kind on servers of its own, which have had no class before."""
    kinds: dict[str, Callable[[str, str], Awaitable[list[Scene]]]] = {
        "class": lambda ours, theirs: class_scenes(ours, theirs, students=students, seconds=seconds, think=THINK),
        "burst": lambda ours, theirs: burst_scenes(ours, theirs, students=students, seconds=min(seconds, 15)),
        "upload": lambda ours, _: upload_scene(ours, students=students),
        "train": lambda ours, _: training_scene(ours, students=max(students // 3, 1)),
    }

    async def warmed(kind: str, ours: str, theirs: str) -> list[Scene]:
        await warm(ours)
        await warm_empty(theirs)
        return await kinds[kind](ours, theirs)

    found: list[Scene] = []
    for kind in kinds if which == "all" else (which,):
        with school() as (ours, theirs):
            found += show(asyncio.run(warmed(kind, ours, theirs)))
    return found


def show(found: list[Scene]) -> list[Scene]:
    """Print scenes as they come in."""
    for scene in found:
        print(scene.line, *scene.errors[:5], sep="\n    ", flush=True)
    return found


async def stays(ours: str, theirs: str, students: int) -> tuple[float, float]:
    """Megabytes of a session that stays open, on our pages and on the empty one."""
    await warm(ours)
    await warm_empty(theirs)
    found = await staying(ours, students, WAY_UP, "corpus=hamlet"), await staying(theirs, students, ())
    print("a session that stays open: {:.2f} MB, on an empty page {:.2f} MB".format(*found), flush=True)
    return found


async def leaving(host: str, students: int, seconds: float) -> list[float]:
    """Megabytes before the first of five classes, and after each has left."""
    await warm(host, TEXTS)
    levels = [megabytes_of(host)]
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
    if asked.scene in ("stay", "leave", "soak"):
        with school() as (ours, theirs):
            asyncio.run(
                {
                    "stay": lambda: stays(ours, theirs, asked.students),
                    "leave": lambda: leaving(ours, asked.students, asked.seconds),
                    "soak": lambda: soak(ours, asked.students, asked.minutes),
                }[asked.scene]()
            )
        return
    print(HEAD)
    found = scenes(asked.scene, asked.students, asked.seconds)
    if asked.scene == "all":
        with school() as (ours, theirs):
            each = asyncio.run(stays(ours, theirs, asked.students))
        with school() as (ours, _):
            levels = asyncio.run(leaving(ours, asked.students, min(20, asked.seconds / 3)))
        readme.write(asked.students, found, levels, each)


if __name__ == "__main__":
    main()
