"""Trainings of the transformer: run in a job, watched, stopped, taken up again, and kept.

Every few seconds the whole state goes into a file beside the uploads, written aside and moved
into place: a server that dies in the middle goes on from there. The file is named after the
text, the alphabet and the settings, so the same link finds it; the newest few are kept.
"""

import contextlib
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from ladder.lenses.simplex import Floats
from ladder.math import Alphabet, Encoding, bits_per_byte
from ladder.probability import sample
from ladder.reality import Corpus, to_bytes, to_text, yardsticks
from ladder.statistics import NGram, Settings, Transformer
from ladder.statistics.transformer import kept_aside
from ladder.ui.cache import identity, shared, split_of, train_alphabet, train_and_held_out
from ladder.ui.checkpoints import (
    DAMAGED,
    Asked,
    Ended,
    arrays_of,
    digest_of,
    ended_of,
    ended_trainings,
    intact,
    model_in,
)
from ladder.ui.shelf import shelf
from ladder.ui.statistics import MOST_BYTES, first_bytes
from ladder.ui.work import Progress
from ladder.waterfall import ORDER

if TYPE_CHECKING:
    from ladder.statistics.training import Training

KEPT = 8  # files
SAMPLE = 90  # tokens
CHECKPOINT_SECONDS = 10.0


NOWHERE: NDArray[np.float16] = np.empty((0, 0), dtype=np.float16)


class Curve(NamedTuple):
    """How the price fell, look by look."""

    steps: tuple[int, ...] = ()
    train: tuple[float, ...] = ()  # bits per byte of the batches since the last look
    validation: tuple[float, ...] = ()  # bits per byte of the watched part; empty where none is


class Live(NamedTuple):
    """What there is so far."""

    curve: Curve
    text: str  # drawn from the model
    seconds_a_step: float


class Trained(NamedTuple):
    """What a training has come to."""

    model: Transformer
    curve: Curve
    done: int  # steps
    planned: int
    best: int  # the step whose weights are kept
    text: str
    surprisals: Floats  # (n,) of the held-out tokens, in bits
    bits_per_byte: float  # of the held-out part
    seconds: float  # of training in this sitting
    note: str  # why it ended, where it did not end by itself
    n_aside: int  # tokens at the end of the training part that it did not learn from
    seconds_in_all: float  # of training in every sitting
    states: NDArray[np.float16] = NOWHERE  # (s, D) the network's weights at its start, each look, and where it is

    @property
    def name(self) -> str:
        """What tells this training from others of the same text."""
        return f"{self.model.shape.width}-{self.planned}-{self.done}-{self.bits_per_byte:.9f}"


class Wanted(NamedTuple):
    """A training: of which text, in which alphabet, and how."""

    whole: str  # what names the text that this is a part of, or all: see `name_of`
    corpus: Corpus
    scheme: str
    vocabulary_size: int
    settings: Settings
    stop_early: bool  # watch a validation part, and keep the weights that it liked best

    @property
    def key(self) -> tuple[str, str, str]:
        """What names it among the jobs."""
        whole = repr((identity(self.corpus), self.scheme, self.vocabulary_size, self.settings, self.stop_early))
        return ("transformer", hashlib.sha256(whole.encode()).hexdigest()[:32], self.corpus.source)

    @property
    def asked(self) -> Asked:
        """What its checkpoint says of itself."""
        return Asked(self.corpus.sha, self.scheme, self.vocabulary_size, self.settings, self.stop_early)

    @property
    def path(self) -> Path:
        """Its checkpoint; the name begins with the text's, so that a text can be forgotten."""
        return trainings_folder() / f"{self.whole[:32]}-{self.key[1]}.npz"


def trainings_folder() -> Path:
    """Where checkpoints are kept."""
    return shelf().folder / "trainings"


@st.cache_resource(show_spinner=False)
def _newest() -> dict[tuple, Trained]:
    """The training that ended last for each text and alphabet: other pages ask for it."""
    return {}


def newest(corpus: Corpus, scheme: str, vocabulary_size: int) -> Trained | None:
    """The transformer trained last on this text in this alphabet, before a restart too; None where there is none."""
    key = (identity(corpus), scheme, vocabulary_size)
    if key not in _newest() and (found := _last_on_disk(corpus, scheme, vocabulary_size)) is not None:
        _remember(key, found)
    return _newest().get(key)


def _last_on_disk(corpus: Corpus, scheme: str, vocabulary_size: int) -> Trained | None:
    """The training of this text that ended last, from its checkpoint: of before a restart, or of another server."""
    for path, asked in ended_trainings(trainings_folder()):
        if (asked.sha, asked.scheme, asked.vocabulary_size) != (corpus.sha, scheme, vocabulary_size):
            continue
        wanted = Wanted(corpus.sha, corpus, scheme, vocabulary_size, asked.settings, asked.stop_early)
        if path.stem.partition("-")[2] != wanted.key[1] or not intact(path):
            continue
        with contextlib.suppress(*DAMAGED):
            return _fetched(wanted, path)
    return None


def _fetched(wanted: Wanted, path: Path) -> Trained:
    """What a training has come to, as its checkpoint says."""
    train, held_out = train_and_held_out(wanted.corpus, wanted.scheme, wanted.vocabulary_size)
    n_aside = _kept_aside(wanted, len(train.ids))
    with np.load(path, allow_pickle=False) as state:
        ended, rest = ended_of(state), json.loads(bytes(state["rest"]))
        if ended.surprisals.shape != held_out.ids.shape:
            raise ValueError("this checkpoint was priced on another text")
        return Trained(
            model_in(state, wanted.settings, train.vocabulary_size),
            _curve_in(state),
            rest["done"],
            wanted.settings.steps,
            int(state["best"]),
            ended.text,
            ended.surprisals,
            bits_per_byte(ended.surprisals.sum(), held_out.n_bytes),
            0.0,
            ended.note,
            n_aside,
            float(state["seconds"]),
            states_until(state["states"], _curve_in(state), int(state["best"])),
        )


def _remember(key: tuple, trained: Trained) -> None:
    _newest()[key] = trained
    for oldest in list(_newest())[:-KEPT]:
        del _newest()[oldest]


def own_transformer(corpus: Corpus, scheme: str, vocabulary_size: int) -> tuple[Trained, Alphabet] | None:
    """The transformer trained last on a text, in this alphabet or else over bytes, and its alphabet."""
    if len(corpus.data) > MOST_BYTES:
        corpus = first_bytes(corpus, MOST_BYTES)
    for its_own in (scheme, "bytes"):
        if (trained := newest(corpus, its_own, vocabulary_size)) is not None:
            return trained, train_alphabet(corpus, its_own, vocabulary_size)
    return None


def counts_in_training(corpus: Corpus, scheme: str, vocabulary_size: int) -> NDArray[np.int64]:
    """How often the training part that `own_transformer` has read holds each token: (V,)."""
    if len(corpus.data) > MOST_BYTES:
        corpus = first_bytes(corpus, MOST_BYTES)
    return train_and_held_out(corpus, scheme, vocabulary_size)[0].counts


@shared(max_entries=8)
def lines_to_beat(corpus: Corpus, scheme: str, vocabulary_size: int) -> dict[str, float]:
    """Held-out bits per byte of who needs a second or two: Kneser-Ney and the compressors, given the training part."""
    train, held_out = train_and_held_out(corpus, scheme, vocabulary_size)
    order = min(ORDER, len(train.ids))
    counted = NGram.fit(train.ids, train.vocabulary_size, order=order)
    found = {f"Kneser-Ney, order {order}": bits_per_byte(counted.surprisals(held_out.ids).sum(), held_out.n_bytes)}
    parts = split_of(corpus)
    table = yardsticks(to_bytes(parts.held_out), given=to_bytes(parts.train)).set_index("compressor")["bits_per_byte"]
    return found | {str(name): float(table[name]) for name in ("PPMd", "lzma") if name in table.index}


def learn(wanted: Wanted, progress: Progress) -> Trained:
    """The training, from its checkpoint where there is one; ends early, and keeps what it has, when asked to."""
    progress(0.0, "loading PyTorch")
    import torch

    from ladder.statistics.training import Diverged, Training  # seconds

    torch.set_num_threads(1)  # two of them collapse as soon as something else wants the cores
    train, held_out = train_and_held_out(wanted.corpus, wanted.scheme, wanted.vocabulary_size)
    n_watched = _kept_aside(wanted, len(train.ids))
    ids, watched = np.split(train.ids, [len(train.ids) - n_watched])
    training = Training(ids, train.vocabulary_size, wanted.settings)
    curve, kept, best, earlier, states = _taken_up(training, wanted.path)
    planned, begun, first, note, text = wanted.settings.steps, time.monotonic(), training.done, "", ""
    saved, batches = time.monotonic(), []

    def keep(seconds: float, ended: Ended | None = None) -> None:
        said = arrays_of(wanted.asked, kept.shape.memory, ended)
        save(wanted.path, _state(training, curve, kept, best, seconds) | said | {"states": np.stack(states)})

    while not training.over and not progress.stopping:
        try:
            batches.append(training.step())
        except Diverged as diverged:
            note = str(diverged)
            break
        pace = (time.monotonic() - begun) / (training.done - first)
        progress(training.done / planned, f"step {training.done:,} of {planned:,}, {1 / pace:,.1f} a second")
        if training.done % wanted.settings.steps_a_look == 0 or training.over:
            curve, model = _looked(training, watched, curve, train, float(np.mean(batches))), training.model()
            batches = []
            states.append(_network_of(model))
            if not curve.validation or curve.validation[-1] <= min(curve.validation):
                kept, best = model, training.done
            text = _drawn(model, train, wanted.settings.seed)
            progress.show(Live(curve, text, pace))
            if time.monotonic() - saved > CHECKPOINT_SECONDS:
                with contextlib.suppress(ValueError):  # it is said at the end, and the disk may have room by then
                    keep(earlier + time.monotonic() - begun)
                saved = time.monotonic()
    if not curve.validation:
        kept, best = training.model(), training.done
    seconds = time.monotonic() - begun
    note = note or ("Stopped by hand." if not training.over else "")
    with contextlib.suppress(ValueError):
        keep(earlier + seconds)
    progress(1.0, "pricing the held-out part, once")
    surprisals = kept.surprisals(held_out.ids)
    text = text or _drawn(kept, train, wanted.settings.seed)
    try:
        keep(earlier + seconds, Ended(text, note, surprisals))
    except ValueError as refusal:  # what was learned is shown all the same, as long as the server runs
        note = f"{note} {refusal}".strip()
    found = Trained(
        kept,
        curve,
        training.done,
        planned,
        best,
        text,
        surprisals,
        bits_per_byte(surprisals.sum(), held_out.n_bytes),
        seconds,
        note,
        n_watched,
        earlier + seconds,
        states_until(np.stack(states), curve, best),
    )
    _remember((identity(wanted.corpus), wanted.scheme, wanted.vocabulary_size), found)
    return found


def _kept_aside(wanted: Wanted, n: int) -> int:
    """How many of n training tokens are watched; none where nobody would stop early."""
    return kept_aside(n) if wanted.stop_early else 0


def save(path: Path, state: Mapping[str, NDArray]) -> None:
    """Write a checkpoint aside and move it into place; of all, the newest few stay."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as aside:
            try:
                np.savez(aside, allow_pickle=False, **state, digest=digest_of(state))
                aside.flush()
                os.fsync(aside.fileno())
                os.replace(aside.name, path)
            except OSError:
                Path(aside.name).unlink(missing_ok=True)
                raise
    except OSError as trouble:
        reason = trouble.strerror or "disk error"
        raise ValueError(f"The training cannot be kept: {reason}. Make room on the server’s disk.") from trouble
    by_age = sorted(path.parent.glob("*.npz"), key=lambda p: p.stat().st_mtime)
    for old in by_age[:-KEPT]:
        old.unlink(missing_ok=True)


def checkpoint_step(path: Path) -> int | None:
    """How far a kept training is; None where none is kept, or where its file is damaged."""
    with contextlib.suppress(*DAMAGED), open(path, "rb") as file, np.load(file, allow_pickle=False) as state:
        return int(json.loads(bytes(state["rest"]))["done"])
    return None


def name_of(whole: Corpus) -> str:
    """What a text's checkpoints are named after: its address, or the hash of one that is no upload."""
    return whole.source or whole.sha


def forget_trainings(name: str) -> None:
    """Remove what was kept of the trainings of a text and of its parts; the text by its `name_of`."""
    for path in trainings_folder().glob(f"{name[:32]}-*.npz"):
        path.unlink(missing_ok=True)
    for key in [key for key in list(_newest()) if name in key[0]]:
        _newest().pop(key, None)


def states_until(states: NDArray[np.float16], curve: Curve, best: int) -> NDArray[np.float16]:
    """The path's states up to the look at that step; its weights are the ones that were kept."""
    return states[: 1 + sum(step <= best for step in curve.steps)]


def _taken_up(training: "Training", path: Path) -> tuple[Curve, Transformer, int, float, list[NDArray[np.float16]]]:
    """The curve so far, the weights kept, their step, the seconds spent and the path; a damaged checkpoint goes."""
    if not intact(path):
        path.unlink(missing_ok=True)
        start = training.model()
        return Curve(), start, 0, 0.0, [_network_of(start)]
    with np.load(path, allow_pickle=False) as state:
        training.resume(state)
        curve = _curve_in(state)
        names = [name for name in training.shape.weights if f"kept {name}" in state]
        weights = {name: state[f"kept {name}"] for name in names}
        kept = Transformer(training.shape, weights) if names else training.model()
        return curve, kept, int(state["best"]), float(state.get("seconds", 0.0)), list(state["states"])


def _network_of(model: Transformer) -> NDArray[np.float16]:
    """The weights of the network in one row, without the memory's: (D,)."""
    return np.concatenate([np.ravel(W) for name, W in model.weights.items() if name != "memory"]).astype(np.float16)


def _curve_in(state: Mapping[str, NDArray]) -> Curve:
    return Curve(*(tuple(state[f"curve {name}"].tolist()) for name in Curve._fields))


def _state(training: "Training", curve: Curve, kept: Transformer, best: int, seconds: float) -> dict[str, NDArray]:
    state = training.state() | {"best": np.array(best), "seconds": np.array(seconds)}
    state |= {f"kept {name}": np.asarray(W) for name, W in kept.weights.items()} if best != training.done else {}
    return state | {f"curve {name}": np.array(values) for name, values in curve._asdict().items()}


def _looked(training: "Training", watched: NDArray, curve: Curve, train: Encoding, bits: float) -> Curve:
    """The curve, one look longer; `bits` per token is the mean of the batches since the last one."""
    longer = curve.validation
    if len(watched):
        per_byte = len(watched) / len(train.decode(watched))
        longer = (*longer, training.price(watched) * per_byte)
    return Curve((*curve.steps, training.done), (*curve.train, bits * train.tokens_per_byte), longer)


def _drawn(model: Transformer, train: Encoding, seed: int) -> str:
    """A text drawn from the model, with nothing before it."""
    draw = sample(model, [], n=SAMPLE, rng=np.random.default_rng(seed), temperature=1.0)
    return to_text(train.decode(draw.ids))
