"""What is selected on a map: a list of texts to read, and to take home with their vectors."""

import io
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from ladder.lenses.simplex import Floats
from ladder.ui.spaces import SENTENCES, Chosen

COLUMNS = ["text", "count", "kept", "trust", "whole", "x", "y"]


def list_texts(table: pd.DataFrame, chosen: Chosen, picked: Any, find: str) -> None:
    """The texts that are selected on the map, or found by a part of them."""
    box = getattr(picked, "selection", {}).get("brush", {})
    if not box and not find:
        st.caption("Drag over the map to read what lies there, and to take it home. Click on a point for its lines.")
        return
    rows = selected(table, box, find)
    if rows.empty:
        st.info("No text of the map is there.")
        return
    st.caption(f"{len(rows):,} of {len(table):,} texts:")
    rows = named_columns(rows, chosen.kind)
    st.dataframe(rows, hide_index=True, height=min(38 + 35 * len(rows), 320), key="selected-texts")
    places = rows.index.to_numpy()
    texts = [chosen.space.texts[i] for i in places]
    with st.container(horizontal=True):
        st.download_button(
            "Texts (CSV)",
            lambda: rows.assign(text=_writable(texts)).to_csv(index=False),
            "selection.csv",
            "text/csv",
            key="selection-csv",
            on_click="ignore",
        )
        st.download_button(
            "Vectors (NPZ)",
            lambda: packed(chosen.space.vectors[places], texts),
            "selection.npz",
            "application/octet-stream",
            key="selection-npz",
            on_click="ignore",
        )
        st.download_button(
            "Vectors (Parquet)",
            lambda: columns_of(chosen.space.vectors[places], texts),
            "selection.parquet",
            "application/octet-stream",
            key="selection-parquet",
            on_click="ignore",
        )


def named_columns(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The columns that are read and taken home; what `count` is of sentences is their `place` in the text."""
    return rows[COLUMNS].rename(columns={"count": "place"} if kind == SENTENCES else {})


def selected(table: pd.DataFrame, box: dict[str, list[float]], find: str) -> pd.DataFrame:
    """The rows within a box of the map that have `find` in their text."""
    rows = table
    for axis in ("x", "y"):
        if axis in box:
            rows = rows[rows[axis].between(*sorted(box[axis]))]
    return rows[rows["text"].str.contains(find, case=False, regex=False)] if find else rows


def packed(vectors: Floats, texts: list[str]) -> bytes:
    """An NPZ file of two arrays: `vectors` (n, d) and `texts` (n,), read back by numpy.load without pickle."""
    file = io.BytesIO()
    np.savez_compressed(file, vectors=vectors, texts=np.array(_writable(texts), dtype=np.str_))
    return file.getvalue()


def columns_of(vectors: Floats, texts: list[str]) -> bytes:
    """A Parquet file of two columns: `text`, and `vector`, a list of d numbers."""
    file = io.BytesIO()
    pd.DataFrame({"text": _writable(texts), "vector": list(vectors)}).to_parquet(file, index=False)
    return file.getvalue()


def _writable(texts: list[str]) -> list[str]:
    """A lone surrogate is no text for a file: it leaves as the sign for what cannot be read."""
    return [text.encode("utf-8", "replace").decode() for text in texts]
