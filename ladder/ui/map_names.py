"""What is written on a map: a few names, and what a cell of it holds."""

import numpy as np
import pandas as pd

WIDE, HIGH = 56, 26  # letters and lines that a map beside its control has room for
SHORT = 60  # letters of a text in a tooltip, where points are many


def named(table: pd.DataFrame, *, short: bool) -> pd.DataFrame:
    """The rows that are written out: the first in each cell of a grid, wide for long names, that hides no other."""
    columns, rows = (3, 12) if short else (1, 12)
    cells = pd.DataFrame(
        {axis: pd.cut(table[axis], n, labels=False) for axis, n in (("x", columns), ("y", rows)) if np.ptp(table[axis])}
    )
    first = table[~cells.duplicated()]
    first = first.assign(text=first["text"].str.slice(0, 14 if short else 26))
    return first[apart(first, table)]


def apart(names: pd.DataFrame, table: pd.DataFrame) -> list[bool]:
    """Which names are written: each that touches none of those before it, on a map as wide as `WIDE` letters."""
    across, up = (max(float(np.ptp(table[axis])), 1e-12) for axis in ("x", "y"))
    placed: list[tuple[float, float, float]] = []  # x and y in shares of the map, half the width
    written = []
    for text, x, y in zip(names["text"], names["x"] / across, names["y"] / up, strict=True):
        half = len(text) / WIDE / 2
        free = all(abs(y - v) > 1 / HIGH or abs(x - u) > half + other for u, v, other in placed)
        written.append(free)
        if free:
            placed.append((x, y, half))
    return written


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
