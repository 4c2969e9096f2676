"""The landscape around larger fits: the log-bilinear model, and the transformer that was trained on this text."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import descent as charts
from ladder.geometry import ppmi_svd
from ladder.lenses.shannon import nats_to_bits
from ladder.lenses.simplex import Floats
from ladder.reality import Corpus
from ladder.statistics.descent import descend
from ladder.statistics.landscape import (
    Arrays,
    Basin,
    Plane,
    basin,
    flat,
    path_directions,
    plane,
    random_directions,
    unflat,
)
from ladder.statistics.loglinear import MAX_VOCABULARY, Problem, start_of
from ladder.ui import knobs
from ladder.ui.cache import identity, train_and_held_out
from ladder.ui.explain import explain
from ladder.ui.jobs import Progress, run_job
from ladder.ui.moments import DECAYS, DIMENSIONS, RATES, STEPS
from ladder.ui.show import show_chart
from ladder.ui.statistics import lossless
from ladder.ui.train_first import train_first
from ladder.ui.trainings import Trained, own_transformer
from ladder.ui.view import View

NET, BILINEAR, TRANSFORMER = "net", "bilinear", "transformer"
FITS = {NET: "a small net", BILINEAR: "log-bilinear", TRANSFORMER: "your transformer"}
PLANES = {"path": "the path’s own", "random": "random"}
POINTS, FEWER, LARGE = 21, 11, 1500  # along a side; where the log-bilinear model has more tokens, fewer
LEVEL = 0.05  # nats above the fit: the basin's rim
RAYS, HALVINGS = 8, 8
MOST_TOKENS, LEAST_TOKENS = 1_024, 256  # that a transformer is priced on at each point
USUAL_SIZE = 64 * 64 * 2  # width^2 x layers that can read MOST_TOKENS


class Around(NamedTuple):
    """A fit, seen from its surroundings."""

    plane: Plane
    steps: list[int]  # of the path's points
    loss: float  # nats per token, what descent lowers
    basin: Basin
    judged: str  # on what the loss is


def around_panel(view: View, corpus: Corpus, fit: str) -> None:
    """The plane through one of the larger fits, and the path to it."""
    if not lossless(view):
        return
    left, right = st.columns(2)
    with right if fit == BILINEAR else left:
        which = knobs.choice("lsplane", "Directions of the plane", PLANES, "path")
    with right:
        seed = knobs.number("lsseed", "Seed", 0, 999_999, 1, step=1)
    with left:
        asked = _bilinear_knobs() if fit == BILINEAR else None
    text = (corpus, view.scheme, view.vocabulary_size)
    if asked is not None:
        train, _ = train_and_held_out(*text)
        if train.vocabulary_size > MAX_VOCABULARY or len(train.ids) < 40 or len(set(train.ids[:4000].tolist())) < 2:
            st.info(
                f"The log-bilinear model needs at least 40 tokens of at least two kinds, from an alphabet of at most "
                f"{MAX_VOCABULARY:,}. Choose another alphabet on the left, or a longer text."
            )
            return
        key: tuple = (*asked, which, seed)

        def work(progress: Progress) -> Around:
            return around_bilinear(text, *asked, which, seed, progress)

    else:
        found = own_transformer(*text)
        if found is None:
            train_first("No transformer of this text is kept here. Train one, and its path is kept too.")
            return
        trained, alphabet = found
        key = (trained.name, which, seed)

        def work(progress: Progress) -> Around:
            ids = train_and_held_out(corpus, alphabet.scheme, view.vocabulary_size)[0].ids
            return around_transformer(trained, ids, which, seed, progress)

    whole_key = ("landscape", fit, identity(corpus), view.scheme, view.vocabulary_size, *key)
    seen = run_job(whole_key, "The landscape around it", work)
    if seen is not None:
        _show(view, seen, fit, which)


def _bilinear_knobs() -> tuple[float, float, bool]:
    """The knobs of the panel Moments matched, and the same fit."""
    rate = knobs.choice("gdrate", "Learning rate", {r: f"{r:g}" for r in RATES}, 0.03, in_a_row=False)
    decay = knobs.choice("decay", "Weight decay, l2", {d: f"{d:g}" for d in DECAYS}, 1.0, in_a_row=False)
    return rate, decay, knobs.toggle("early", "Early stopping on a validation part")


def around_bilinear(
    text: tuple[Corpus, str, int], rate: float, decay: float, early: bool, which: str, seed: int, progress: Progress
) -> Around:
    """The log-bilinear model by descent, and the plane through where it ended."""
    train, _ = train_and_held_out(*text)
    V = train.vocabulary_size
    progress(0.0, "vectors of the tokens")
    vectors = ppmi_svd(train.ids, V, dimensions=min(DIMENSIONS, V - 1))
    rng = np.random.default_rng(seed)
    found = descend(
        train.ids,
        V,
        vectors=vectors,
        rng=rng,
        l2=decay,
        steps=STEPS,
        rate=rate,
        early=early,
        progress=lambda share, states, data: progress(0.4 * share, f"step {round(share * STEPS):,} of {STEPS:,}"),
    )
    learned = train.ids[: found.n + 1]
    problem = Problem(learned, *start_of(learned, V, vectors), decay)
    states = found.states[: found.best + 1]
    path = np.array([state.weights.ravel() for state in states], dtype=np.float64)
    like = {"theta": states[-1].weights.astype(np.float64)}
    return _around(
        lambda weights: problem.loss_and_gradient(weights["theta"])[0],
        path,
        [state.step for state in states],
        like,
        which,
        rng,
        POINTS if V <= LARGE else FEWER,
        f"surprise and the pull of l2 on {found.n:,} pairs of the training part",
        lambda share: progress(0.4 + 0.6 * share, "looking around"),
    )


def around_transformer(trained: Trained, ids: np.ndarray, which: str, seed: int, progress: Progress) -> Around:
    """The plane through the weights that a training kept; the memory of phrases stays where it is."""
    model, shape = trained.model, trained.model.shape
    n = int(np.clip(MOST_TOKENS * USUAL_SIZE / (shape.width**2 * shape.layers), LEAST_TOKENS, MOST_TOKENS))
    first = len(ids) - (trained.n_aside or len(ids) // 10)
    part = ids[first : first + n] if len(ids) - first >= 2 else ids[-n:]
    like = model.network
    path, end = trained.states.astype(np.float64), flat(like)
    steps = [0, *(step for step in trained.curve.steps if step <= trained.best)]
    if len(path) == 0 or not np.array_equal(path[-1], end):  # it was stopped between two looks
        path, steps = np.vstack([path.reshape(-1, len(end)), end]), [*steps[: len(path)], trained.best]
    return _around(
        model.loss_of_network(part),
        path,
        steps,
        like,
        which,
        np.random.default_rng(seed),
        POINTS,
        f"surprise on {len(part):,} tokens "
        + ("of the validation part" if trained.n_aside else "from the end of the training part"),
        lambda share: progress(share, "looking around"),
    )


def _around(
    loss: Callable[[Arrays], float],
    path: Floats,
    steps: list[int],
    like: Arrays,
    which: str,
    rng: np.random.Generator,
    m: int,
    judged: str,
    progress: Callable[[float], None],
) -> Around:
    weights = unflat(path[-1], like)
    directions = random_directions(weights, rng) if which == "random" or len(path) < 3 else path_directions(path)
    reach = 1.0 if which == "random" else 0.1
    seen = plane(loss, weights, directions, path, m=m, reach=reach, progress=lambda share: progress(0.8 * share))
    around = basin(
        loss,
        weights,
        level=LEVEL,
        rng=rng,
        rays=RAYS,
        halvings=HALVINGS,
        farthest=4 * len(directions[0]) ** 0.5,
        progress=lambda share: progress(0.8 + 0.2 * share),
    )
    return Around(seen, steps, loss(weights), around, judged)


def _show(view: View, seen: Around, fit: str, which: str) -> None:
    found, D = seen.plane, seen.basin.dimensions
    price = view.lens.amount(float(nats_to_bits(seen.loss)), per="token")
    finding = f"Of {D:,} weights’ way this plane holds {found.held:.1%}; it ends at {price}"
    draw_plane(view, found, seen.steps, seen.loss, finding, which)
    rims = seen.basin.radii / D**0.5
    st.caption(
        f"Colour: {seen.judged}. White: the path, projected; cross: the weights that were kept. Sharp or flat: along "
        f"{RAYS} random rays the loss has risen by {LEVEL:g} nats once each weight has moved by {np.median(rims):.1%} "
        f"of its row’s size ({rims.min():.1%} to {rims.max():.1%}). In so many dimensions the longest ray is all; "
        f"what these rays say of the entropy is ln V / D = {seen.basin.log_volume / D:.2f} nats a weight, rather too "
        "little." + (" The memory of phrases is no part of the plane: its rows stay." if fit == TRANSFORMER else "")
    )
    convex = "The log-bilinear loss is convex: one valley, whatever plane is cut through it."
    bowl = "A network’s loss is not convex, yet near a good end a plane shows a bowl."
    explain(
        "landscape",
        formula=rf"L(\theta^* + a\, d_1 + b\, d_2), \qquad D = {D:,}, \qquad "
        rf"\frac{{\lVert \text{{in the plane}} \rVert^2}}{{\lVert \text{{way}} \rVert^2}} = {found.held:.4f}",
        source=[plane, random_directions, path_directions, basin],
        question="Two directions out of so many: how much of the way can a plane hold?",
        answer=f"Two random ones hold about 2 / D = {2 / D:.1g} of it, so there the path is a point. The path’s "
        "own two widest are chosen after the fact and hold most: even a random walk has three quarters of its variance "
        f"in two. Here: {found.held:.1%}. {convex if fit == BILINEAR else bowl}",
    )


def draw_plane(view: View, found: Plane, steps: list[int], loss: float, finding: str, which: str) -> None:
    """The chart of a plane, its colours counted from the fit's loss in nats."""
    half = [(axis[1] - axis[0]) / 2 for axis in (found.a, found.b)]
    a, b = (grid.ravel() for grid in np.meshgrid(found.a, found.b, indexing="ij"))
    excess = np.vectorize(view.lens.scale)(nats_to_bits(np.maximum(found.loss.ravel() - loss, 0)))
    table = pd.DataFrame({"a": a - half[0], "a2": a + half[0], "b": b - half[1], "b2": b + half[1], "excess": excess})
    path = pd.DataFrame({"a": found.path[:, 0], "b": found.path[:, 1], "step": steps})
    names = ("first direction", "second direction")
    show_chart(
        charts.landscape(table, path, title=finding, unit=view.lens.unit, names=names),
        table,
        key="landscape",
        alt=f"{finding}, with {PLANES[which]} directions. The highest point drawn lies {excess.max():.2f} "
        f"{view.lens.unit} above it.",
        width="stretch",
    )
