"""All heads of a model as one map: how many tokens each hears, where it rests, whether it is a cosine."""

import numpy as np
import pandas as pd
import streamlit as st

from ladder.charts import inside as charts
from ladder.geometry.rows import spread
from ladder.statistics.inside import agreements, heads_of, induction_scores
from ladder.ui import knobs, lm
from ladder.ui.explain import explain
from ladder.ui.lm import PERIOD, Seen
from ladder.ui.show import show_chart

MEASURES = {
    "effective": "Tokens heard",
    "entropy": "Entropy, bits",
    "first": "On the first token",
    "agreement": "q·k like a cosine",
    "induction": "Induction",
}
FORMS = {"effective": ".1f", "entropy": ".2f", "first": ".0%", "agreement": ".2f", "induction": ".0%"}
SAMPLED = " {:,} of the {:,} tokens ask, evenly spread over the text; all answer."
STRONG = 0.5  # of the attention, from where on a head is called an induction head


def draw(seen: Seen, layer: int, head: int) -> None:
    """The map; a click opens the head."""
    measure = knobs.choice("lmmap", "Drawn", MEASURES, "effective")
    n = len(seen.pieces)
    asks, fewer = spread(n, lm.LONG), spread(n, lm.LONG**2 // n)
    asked = f"Asking every head at {len(asks):,} tokens"
    heads = lm.found_in(seen, "heads", asked, lambda trace, progress: heads_of(trace, asks=asks, progress=progress))
    if heads is None:
        return
    if measure == "induction":
        values = lm.induction_in(seen.name)
        if values is None:
            st.info("Induction is asked of a model that can be given a random string: the real one.")
            return
    elif measure == "agreement":
        asked, asks = "Ranking pairs of tokens in every head", fewer
        values = lm.found_in(
            seen, "agreement", asked, lambda trace, progress: agreements(trace, asks=fewer, progress=progress)
        )
        if values is None:
            return
    else:
        values = getattr(heads, measure)
    title = finding(measure, values, n)
    table = pd.DataFrame(
        {
            "layer": np.repeat(np.arange(1, values.shape[0] + 1), values.shape[1]),
            "head": np.tile(np.arange(1, values.shape[1] + 1), values.shape[0]),
            "value": values.ravel(),
        }
    )
    show_chart(
        charts.heads_map(table, title=title, value=MEASURES[measure], form=FORMS[measure], layer=layer, head=head),
        table,
        key=f"lm-heads-{measure}",
        alt=f"{MEASURES[measure]} of {values.size} heads. {title}.",
        width="stretch",
        on_select=lambda: _open(f"chart-lm-heads-{measure}"),
        selection_mode="head",
    )
    sampled = "" if measure == "induction" or len(asks) == n else SAMPLED.format(len(asks), n)
    st.caption(f"Click on a head to open it.{sampled}")
    if measure == "induction":
        st.caption(
            f"{PERIOD} tokens drawn at random are read twice. The score is the attention of a token of the second "
            f"reading to the one that came after the same token in the first. A head without a pattern would give "
            f"about {1 / (1.5 * PERIOD):.0%}."
        )
    explain(
        "lm-heads",
        formula=r"\text{tokens heard} = 2^{H(w_i)}, \quad H(w_i) = -\textstyle\sum_j w_{ij} \log_2 w_{ij}, \qquad "
        r"\text{like a cosine: Spearman of } q_i \cdot k_j \text{ and } \cos(q_i, k_j),\ j \le i",
        source=[heads_of, agreements, induction_scores],
        question="A head that has nothing to say at some token must still give out weights that sum to one. Where do "
        "they go?",
        answer=f"To the first token, mostly: {heads.first.mean():.0%} of all attention on this text, and over half in "
        f"{(heads.first > 0.5).mean():.0%} of the heads. Whoever reads a heat map as meaning should know that first.",
    )


def finding(measure: str, values: np.ndarray, n: int) -> str:
    """What the map says, in a sentence."""
    place = np.unravel_index(int(values.argmax()), values.shape)
    most = f"layer {place[0] + 1}, head {place[1] + 1}"
    if measure in ("effective", "entropy"):
        few = (
            f"The mean head hears {values.mean():.1f}"
            if measure == "effective"
            else f"Mean entropy {values.mean():.2f}"
        )
        return f"{few} {'of ' + str(n) + ' tokens' if measure == 'effective' else 'bits'}; the broadest is {most}"
    if measure == "first":
        return f"{values.mean():.0%} of all attention rests on the first token; most in {most} ({values.max():.0%})"
    if measure == "agreement":
        odd = int((values < 0.9).sum())
        return (
            f"q·k ranks pairs as the cosine does with r = {np.median(values):.2f}; {odd} of {values.size} are below 0.9"
        )
    strong = int((values > STRONG).sum())
    return f"{strong} of {values.size} heads look for what came next last time; most {most} ({values.max():.0%})"


def _open(chart: str) -> None:
    """Turn the knobs to the head that was clicked on, and show it."""
    for cell in st.session_state[chart].selection.get("head", [])[:1]:
        st.session_state.update({"lmlayer": int(cell["layer"]), "lmhead": int(cell["head"]), "lmpart": "attention"})
