"""Lines across a map, from a text to its true neighbours or between those that the map tears farthest apart."""

import numpy as np
import pandas as pd

from ladder.geometry import Projection
from ladder.geometry.crossings import Lines, lines_from, worst_crossings
from ladder.lenses.simplex import Floats
from ladder.ui import spaces
from ladder.ui.cache import shared
from ladder.ui.map_names import SHORT
from ladder.ui.spaces import Chosen, Key
from ladder.ui.tokens import plain

WORST = 12  # lines between true neighbours that the map tears apart
NO_LINES = pd.DataFrame(columns=["x", "y", "x2", "y2", "from", "to", "on the map", "torn"])


def lines_of(
    chosen: Chosen, projection: Projection, table: pd.DataFrame, method: str, seed: int, mark: str
) -> tuple[pd.DataFrame, str]:
    """The lines from a text, or the worst crossings where none is named, and a sentence about them."""
    vectors, quality = spaces.directions(chosen.space), projection.quality
    if mark:
        row = place_of(mark, table["text"])
        if row is None:
            return NO_LINES, f"No text of the map is “{plain(mark[:40])}”, so no lines are drawn."
        found = lines_from(vectors, projection.points, row, k=quality.k)
        near = int((found.rank <= quality.k).sum())
        name = plain(table["text"][row][:40])
        said = f"Lines: from “{name}” to its {quality.k} nearest in space; {near} of them are nearest on the map too."
    else:
        found = crossings_of(chosen.key, method, seed, vectors, projection.points, tuple(quality.centres.tolist()))
        if not len(found.a):
            return NO_LINES, "No point is torn from its nearest neighbour."
        said = (
            f"Lines: the {len(found.a)} worst crossings. They join nearest neighbours in space; "
            f"on the map up to {found.rank[0] - 1:,.0f} others lie between."
        )
    return lines_table(found, table, quality.k), said


def place_of(text: str, texts: pd.Series) -> int | None:
    """The row of a text: as it is, else whatever its capitals; None where it is not on the map."""
    for column, wanted in ((texts, text), (texts.str.casefold(), text.casefold())):
        rows = np.flatnonzero(column == wanted)
        if len(rows):
            return int(rows[0])
    return None


def lines_table(found: Lines, table: pd.DataFrame, k: int) -> pd.DataFrame:
    """Lines by their ends: columns `x`, `y`, `x2`, `y2`, `from`, `to`, `on the map`, `torn`."""
    a, b = table.iloc[found.a].reset_index(drop=True), table.iloc[found.b].reset_index(drop=True)
    return pd.DataFrame(
        {
            "x": a["x"],
            "y": a["y"],
            "x2": b["x"],
            "y2": b["y"],
            "from": a["text"].str.slice(0, SHORT),
            "to": b["text"].str.slice(0, SHORT),
            "on the map": [f"neighbour number {rank:,.0f}" for rank in found.rank],
            "torn": found.rank > k,
        }
    )


@shared(max_entries=48)
def crossings_of(
    key: Key, method: str, seed: int, _vectors: Floats, _points: Floats, _centres: tuple[int, ...]
) -> Lines:
    """The worst crossings of a map."""
    return worst_crossings(_vectors, _points, np.array(_centres), most=WORST)
