"""Part one: tokens have vectors, and what is alike points alike. Words of one family are the witnesses."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
import regex
import streamlit as st

from ladder.charts import cosine as charts
from ladder.geometry import Layers, all_but_the_top, encoder, mean_cosine, unit
from ladder.geometry.crowd import isotropy
from ladder.lenses.simplex import Floats
from ladder.ui import spaces
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.lexicon import Lexicon, input_matrix
from ladder.ui.show import show_chart
from ladder.ui.tokens import visible
from ladder.ui.verdict import FAILS, HOLDS, NEARLY, OPEN, Verdict

ENDINGS = ("s", "es", "d", "ed", "ing", "er", "est", "ly", "ness")
SHORTEST = 4  # letters of a stem: the and they are no family
PAIRS = 20_000  # random pairs
BINS = 60
TOP = 3  # directions that All-but-the-top removes: d / 100, as its authors advise
NEAR = 0.99  # a pair points alike where its cosine is above that of so many random pairs
WITNESSES = 14  # pairs that are shown
NAMED = 6
CLOUDS = {"as they are": None, "without their mean": 0, f"without mean and top {TOP}": TOP}


class Alike(NamedTuple):
    """Words of one family beside random pairs."""

    pairs: tuple[tuple[str, str], ...]  # a word of the sentence and one of its family
    cosines: Floats  # (pairs,)
    ranks: Floats  # (pairs,) the share of random pairs that are less alike
    clouds: "Clouds"


class Clouds(NamedTuple):
    """The input matrix, as it is and upright."""

    anisotropy: dict[str, float]  # mean cosine of all pairs
    isotropy: dict[str, float]
    random: dict[str, Floats]  # cosines of random pairs


def measured(sentence: str, model: encoder.Encoder) -> Alike:
    """The families of a sentence's words in the encoder's input matrix."""
    lexicon = input_matrix(spaces.encoder_place(), model)
    clouds = clouds_of(spaces.encoder_place(), lexicon)
    pairs = tuple(families(regex.findall(r"\p{L}+", sentence), lexicon))
    rows = [[lexicon.places[word] for word in pair] for pair in pairs]
    u = unit(lexicon.search.rows[[i for pair in rows for i in pair]]) if rows else np.zeros((0, 1))
    cosines = (u[::2] * u[1::2]).sum(axis=1)
    random = np.sort(clouds.random["as they are"])
    return Alike(pairs, cosines, np.searchsorted(random, cosines) / len(random), clouds)


def families(words: Iterable[str], lexicon: Lexicon) -> list[tuple[str, str]]:
    """Each word with those that differ from it by an ending only: king, kings. Letters say so, no vector does."""
    found: dict[tuple[str, str], None] = {}
    for word in map(str.casefold, words):
        kin = [word + ending for ending in ENDINGS] + [word.removesuffix(ending) for ending in ENDINGS]
        kin += [word[:-1] + ending for ending in ("ed", "ing", "er") if word.endswith("e")]
        for other in kin:
            if len(min(word, other, key=len)) >= SHORTEST and other != word and {word, other} <= lexicon.places.keys():
                found.setdefault((min(word, other, key=len), max(word, other, key=len)))
    return list(found)


@shared(max_entries=2)
def clouds_of(place: str, _lexicon: Lexicon) -> Clouds:
    """How the whole matrix leans, before and after its mean and top directions are taken away."""
    vectors = np.asarray(_lexicon.search.rows, dtype=np.float64)
    rng = np.random.default_rng(0)
    pairs = rng.integers(0, len(vectors), (PAIRS, 2))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    lean, isotropies, random = {}, {}, {}
    for name, top in CLOUDS.items():
        rows = vectors if top is None else all_but_the_top(vectors, top=min(top, vectors.shape[1] - 1))
        isotropies[name] = isotropy(rows)
        rows = rows[np.linalg.norm(rows, axis=1) > 0]
        u = unit(rows)
        lean[name] = mean_cosine(u)
        random[name] = (u[pairs[:, 0] % len(u)] * u[pairs[:, 1] % len(u)]).sum(axis=1)
    return Clouds(lean, isotropies, random)


def verdict(alike: Alike) -> Verdict:
    """Whether the families point alike, against random pairs."""
    lean = alike.clouds.anisotropy["as they are"]
    if not alike.pairs:
        return Verdict(OPEN, "No word of this sentence has kin among the tokens (king, kings). Try another sentence.")
    near = int((alike.ranks >= NEAR).sum())
    n = len(alike.pairs)
    outcome = HOLDS if near == n else NEARLY if near > n / 2 else FAILS
    return Verdict(
        outcome,
        f"{near} of {n} pairs of one family are more alike than {NEAR:.0%} of random pairs: their mean cosine is "
        f"{alike.cosines.mean():.2f}, that of random pairs {lean:.3f}.",
    )


def draw(alike: Alike, layers: Layers) -> None:
    """The witnesses on the spread of random pairs, and the cosine of any two tokens layer by layer."""
    _draw_witnesses(alike)
    _draw_lean(layers)
    lean = alike.clouds.anisotropy
    means = list(lean.values())
    explain(
        "alike",
        formula=r"\overline{\cos} = \frac{\left|\sum_i u_i\right|^2 - n}{n(n-1)} = "
        + rf"{means[0]:.4f} \;\to\; {means[1]:.4f} \;\to\; {means[2]:.4f}, \qquad u_i = v_i / |v_i|",
        source=[families, mean_cosine, all_but_the_top],
        question="Two tokens of this sentence have the cosine 0.5 in the last layer. Are they alike?",
        answer="That depends on what any two have there: in the input matrix 0.5 is far out, in a layer where all "
        "pairs have about that, it says nothing. A cosine is read against the cosines of random pairs.",
    )


def _draw_witnesses(alike: Alike) -> None:
    edges = np.linspace(-1, 1, 2 * BINS + 1)
    parts = []
    for name, values in alike.clouds.random.items():
        share = np.histogram(values, edges)[0] / max(len(values), 1)
        parts.append(pd.DataFrame({"cosine": (edges[:-1] + edges[1:]) / 2, "share": share, "cloud": name}))
    table = pd.concat(parts)
    table = table[table["cosine"].between(-0.35, 1)]
    shown = np.argsort(-alike.cosines)[:WITNESSES]
    tallest = table["share"].max()
    pairs = pd.DataFrame(
        {
            "pair": [visible("–".join(alike.pairs[i])) if rank < NAMED else "" for rank, i in enumerate(shown)],
            "cosine": alike.cosines[shown],
            "height": [tallest * (0.95 - 0.8 * rank / max(len(shown), 1)) for rank in range(len(shown))],
        }
    )
    lean = alike.clouds.anisotropy
    title = (
        f"Random tokens have a mean cosine of {lean['as they are']:.3f}"
        + (f", words of one family {alike.cosines.mean():.2f}" if alike.pairs else "")
        + f"; without the mean, random ones have {lean['without their mean']:.3f}"
    )
    show_chart(
        charts.cosine_histogram(table, pairs, title=title),
        table,
        key="alike",
        alt=f"{title}. The most alike: "
        + ", ".join(f"{'–'.join(alike.pairs[i])} {alike.cosines[i]:.2f}" for i in shown[:NAMED])
        + ".",
        width="stretch",
    )
    isotropies = alike.clouds.isotropy
    st.caption(
        "Isotropy I (1: alike in every direction): "
        + ", ".join(f"{value:.3f} {name}" for name, value in isotropies.items())
        + ". Triangles: pairs that share a stem and differ by an ending, chosen by their letters."
    )


def _draw_lean(layers: Layers) -> None:
    hidden = np.asarray(layers.hidden, dtype=np.float64)
    if hidden.shape[1] < 3 or not np.linalg.norm(hidden, axis=2).all():
        return
    values = [mean_cosine(layer) for layer in hidden]
    table = pd.DataFrame({"layer": range(len(values)), "value": values, "line": "any two tokens of your sentence"})
    title = f"In your sentence any two tokens have a mean cosine of {values[0]:.2f} on entry, {values[-1]:.2f} at last"
    show_chart(
        charts.by_layer(table, title=title, value="mean cosine"),
        table,
        key="lean",
        alt=f"{title}. By layer: " + ", ".join(f"{value:.2f}" for value in values) + ".",
        width="stretch",
    )
