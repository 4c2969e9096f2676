"""What a kept training says of itself, and whether it is whole.

A checkpoint is arrays, read without pickle. It holds a SHA-256 of all of them, so that half a file
or another's bytes are not taken for weights; and its name holds one of the text, the alphabet and
the settings, so that a file under another training's name is nobody's.
"""

import contextlib
import functools
import hashlib
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats
from ladder.statistics import Settings, Transformer
from ladder.statistics.transformer import Shape

State = Mapping[str, NDArray]

DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)
DIGEST, ASKED, ENDED = "digest", "asked", "ended"


class Asked(NamedTuple):
    """What a checkpoint is of, as it says itself; the name of its file says whether that is true."""

    sha: str  # of the text
    scheme: str
    vocabulary_size: int  # of the page's knob
    settings: Settings
    stop_early: bool


class Ended(NamedTuple):
    """What is known of a training once it has ended."""

    text: str
    note: str
    surprisals: Floats  # (n,) of the held-out tokens, in bits


def digest_of(state: State) -> NDArray[np.uint8]:
    """The SHA-256 of all arrays but the digest itself: (32,)."""
    whole = hashlib.sha256()
    for name in sorted(set(state) - {DIGEST}):
        array = np.ascontiguousarray(state[name])
        whole.update(repr((name, array.dtype.str, array.shape)).encode())
        whole.update(array.tobytes())
    return np.frombuffer(whole.digest(), dtype=np.uint8)


def intact(path: Path) -> bool:
    """Whether a checkpoint is there, and whole."""
    with contextlib.suppress(*DAMAGED), open(path, "rb") as file, np.load(file, allow_pickle=False) as state:
        return bool(np.array_equal(digest_of(state), state[DIGEST]))
    return False


def arrays_of(asked: Asked, sizes: tuple[int, ...], ended: Ended | None = None) -> dict[str, NDArray]:
    """What was asked, the memory's sizes and how it ended, as arrays, to be written beside the weights."""
    said = asked._asdict() | {"settings": asdict(asked.settings)}
    arrays: dict[str, NDArray] = {ASKED: _written(said), "sizes": np.array(sizes, dtype=np.int64)}
    if ended is not None:
        arrays |= {ENDED: _written([ended.text, ended.note]), "surprisals": ended.surprisals}
    return arrays


def ended_trainings(folder: Path) -> Iterator[tuple[Path, Asked]]:
    """The trainings in a folder that have ended, the last one first."""
    dated = []
    for path in folder.glob("*.npz"):
        with contextlib.suppress(OSError):  # just replaced, or forgotten
            dated.append((path.stat().st_mtime_ns, path))
    for when, path in sorted(dated, reverse=True):
        if (asked := _ended(path, when)) is not None:
            yield path, asked


@functools.lru_cache(maxsize=64)
def _ended(path: Path, when: int) -> Asked | None:
    """What a file of that time is of; None where its training has not ended, or where it cannot be read."""
    with contextlib.suppress(*DAMAGED), open(path, "rb") as file, np.load(file, allow_pickle=False) as state:
        if ENDED in state:
            said = _read(state[ASKED])
            return Asked(**(said | {"settings": Settings(**said["settings"])}))
    return None


def ended_of(state: State) -> Ended:
    """How a training ended."""
    text, note = _read(state[ENDED])
    return Ended(text, note, state["surprisals"])


def model_in(state: State, settings: Settings, vocabulary_size: int) -> Transformer:
    """The weights that a training has kept, its best or else its last, in half precision."""
    s, sizes = settings, tuple(state["sizes"].tolist())
    shape = Shape(vocabulary_size, s.width, s.layers, s.heads, s.context, sizes)
    if "kept E" in state:
        return Transformer(shape, {name: state[f"kept {name}"] for name in shape.weights})
    last = {name: state["memory" if name == "memory" else f"weight {name}"] for name in shape.weights}
    return Transformer(shape, {name: W.astype(np.float16) for name, W in last.items()})


def _written(said: object) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(said).encode(), dtype=np.uint8)


def _read(array: NDArray) -> Any:
    return json.loads(bytes(array))
