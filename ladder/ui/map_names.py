"""What is written on a map: a few names, and what a cell of it holds."""

import numpy as np
import pandas as pd

SHORT = 60  # letters of a text in a tooltip, where points are many


def named(table: pd.DataFrame, *, short: bool) -> pd.DataFrame:
    """The rows that are written out: the first in each cell of a grid, wide for long names."""
    columns, rows = (3, 12) if short else (1, 12)
    cells = pd.DataFrame(
        {axis: pd.cut(table[axis], n, labels=False) for axis, n in (("x", columns), ("y", rows)) if np.ptp(table[axis])}
    )
    first = table[~cells.duplicated()]
    return first.assign(text=first["text"].str.slice(0, 14 if short else 26))


def cells_of(table: pd.DataFrame, columns: int = 30, rows: int = 24) -> pd.DataFrame:
    """A map in cells: columns `x`, `x2`, `y`, `y2`, `texts` (how many), `among them` (the first three)."""
    edges = {
        axis: np.linspace(table[axis].min(), table[axis].max(), n + 1) for axis, n in (("x", columns), ("y", rows))
    }
    at = {
        axis: np.clip(np.searchsorted(edge, table[axis], side="right") - 1, 0, len(edge) - 2)
        for axis, edge in edges.items()
    }
    found = table["text"].str.slice(0, SHORT).groupby([at["x"], at["y"]])
    heads = found.agg(lambda texts: " · ".join(texts.iloc[:3]))
    i, j = (heads.index.get_level_values(level).to_numpy() for level in (0, 1))
    return pd.DataFrame(
        {
            "x": edges["x"][i],
            "x2": edges["x"][i + 1],
            "y": edges["y"][j],
            "y2": edges["y"][j + 1],
            "texts": found.size().to_numpy(),
            "among them": heads.to_numpy(),
        }
    )
