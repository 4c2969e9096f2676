"""How much room a cloud has: its own dimension, the shell it lies on, typical texts, clusters and documents."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import geometry as charts
from ladder.geometry.clusters import Told, k_means, told
from ladder.geometry.dimension import Dimension, shell_of, two_nn
from ladder.lenses import entropy
from ladder.lenses.simplex import Floats
from ladder.math.pieces import bare_words
from ladder.reality import Corpus
from ladder.ui.cache import shared
from ladder.ui.explain import explain
from ladder.ui.show import show_chart
from ladder.ui.spaces import SENTENCES, Chosen, Key
from ladder.ui.view import View

GROUPS = 7
PARTS = 10  # equal parts that a single document is taken for
READ = 1_000_000  # characters that words are counted in
BINS = 40


def draw_room(view: View, chosen: Chosen) -> None:
    """Dimension and shell, then the typical set and what clusters tell, for a cloud of at least two points."""
    vectors, d = chosen.space.vectors, chosen.space.vectors.shape[1]
    own, typical = st.columns(2)
    dimension = dimension_of(chosen.key, vectors)
    with own:
        if isinstance(dimension, str):
            st.info(dimension)
        else:
            st.metric(
                "Intrinsic dimension (TwoNN)",
                f"{dimension.value:.1f} ± {dimension.error:.1f} of {d}",
                help="By the distances of each point's two nearest neighbours; ± one standard error.",
            )
    with typical:
        _say_typical(view, chosen)
    shell = shell_of(vectors)
    counts, edges = np.histogram(shell.radii, bins=BINS, range=(0, float(shell.radii.max())))
    table = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "points": counts})
    title = f"Lengths spread by {shell.spread:.0%}; a Gaussian of the same variances would by {shell.gaussian:.0%}"
    show_chart(
        charts.shell(table, title=title),
        table,
        key=f"shell-{chosen.kind}",
        alt=f"Points by their distance from the middle. {title}.",
        width="stretch",
    )
    _say_told(view, chosen)
    if not isinstance(dimension, str):
        explain(
            "room",
            formula=rf"D = \frac{{N - 1}}{{\sum_i \ln (r_{{2,i}} / r_{{1,i}})}} = {dimension.value:.2f} \pm "
            rf"{dimension.error:.2f}, \qquad N = {dimension.points}",
            source=[two_nn, shell_of, told],
            question=f"The vectors have {d} numbers each. In how many directions may a point move within the cloud?",
            answer=f"About {dimension.value:.0f}, as far as {dimension.points:,} points can tell: "
            "a finer cloud would show finer directions, so this is a lower bound in practice.",
        )


@shared(max_entries=48)
def dimension_of(key: Key, _vectors: Floats) -> Dimension | str:
    """The intrinsic dimension of a cloud, or why it has none."""
    try:
        return two_nn(_vectors)
    except ValueError as refusal:
        return str(refusal)


@shared(max_entries=24)
def word_bits(corpus: Corpus) -> float:
    """The entropy of a word of the text, in bits; 0 where there is none."""
    _, counts = np.unique(bare_words(corpus.text[:READ]), return_counts=True)
    return float(entropy(counts / counts.sum())) if len(counts) else 0.0


def _say_typical(view: View, chosen: Chosen) -> None:
    """The size of the typical set beside the number of points."""
    bits, texts = word_bits(view.corpus), chosen.space.texts
    n = float(np.mean([len(bare_words(text)) for text in texts])) if chosen.kind == SENTENCES else 1.0
    n = max(n, 1.0)
    what = "sentences" if chosen.kind == SENTENCES else "words"
    st.metric(
        f"Typical {what}",
        f"2^{n * bits:.1f}",
        help=f"2^(nH): n = {n:.1f} words of H = {view.lens.amount(bits)} each, drawn one by one. "
        "Order in the text makes the true number smaller.",
    )
    st.caption(f"In this cloud: {len(texts):,} = 2^{np.log2(len(texts)):.1f}.")


@shared(max_entries=24)
def told_by_clusters(key: Key, corpus: Corpus, _vectors: Floats, _texts: tuple[str, ...]) -> Told | None:
    """What the cluster of a text tells about the document in which it stands first."""
    documents = documents_of(corpus, _texts)
    if len(_texts) < 2 * GROUPS or len(np.unique(documents)) < 2:
        return None
    rng = np.random.default_rng(0)
    return told(k_means(_vectors, GROUPS, rng=rng), documents, rng=rng)


def documents_of(corpus: Corpus, texts: tuple[str, ...]) -> np.ndarray:
    """The number of the document in which each text stands first; of a single document, the tenth: (n,)."""
    if len(corpus.documents) > 1:
        edges = np.cumsum([len(document) for document in corpus.documents])
    else:
        edges = np.linspace(0, len(corpus.text), PARTS + 1)[1:]
    places = [max(corpus.text.find(text), 0) for text in texts]
    return np.minimum(np.searchsorted(edges, places, side="right"), len(edges) - 1)


def _say_told(view: View, chosen: Chosen) -> None:
    found = told_by_clusters(chosen.key, view.corpus, chosen.space.vectors, chosen.space.texts)
    if found is None:
        return
    whole = "document" if len(view.corpus.documents) > 1 else "tenth of the text"
    beyond = (found.bits - found.by_chance) / max(found.spread, 1e-12)
    verdict = "more than chance tells" if beyond > 3 else "no more than chance tells"
    st.markdown(
        f"The cluster of a text (k-means, {GROUPS}) tells {view.lens.amount(found.bits)} of the "
        f"{view.lens.amount(found.most)} in the {whole} where it stands first: **{verdict}**, which is "
        f"{view.lens.amount(found.by_chance)} ± {view.lens.amount(found.spread)} by 100 permutations."
    )
