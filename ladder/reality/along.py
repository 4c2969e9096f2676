"""Entropy along the file: the same measure, in a window that slides over the bytes.

    H(window) = -sum p log2 p,  p = the shares of the bytes in the window

Where another language, a table or a list begins, it jumps. Counting each window anew would cost
n x window / step; counts of short pieces, added up once, give every window by one subtraction:

    counts(window) = total(up to its end) - total(up to its start)

`surprise_along` asks a different thing of the same windows: how odd is this stretch to somebody
who knows which byte follows which two in the *whole* text?
"""

import numpy as np
import pandas as pd

from ladder.reality.orders import byte_symbols, count

# A chart on a page has room for so many points.
MOST_POINTS = 400


def entropy_along(data: bytes, *, window: int, points: int = MOST_POINTS) -> pd.DataFrame:
    """One row a window: `start`, `stop` (bytes), `bits` per byte. Raises ValueError for a window that does not fit."""
    step, pieces = _steps(len(data), window, points)
    symbols = byte_symbols(data)
    n_symbols = int(symbols.max()) + 1
    n_pieces = len(data) // step
    piece = np.arange(n_pieces * step) // step
    counts = np.bincount(piece * n_symbols + symbols[: n_pieces * step], minlength=n_pieces * n_symbols)
    totals = np.vstack([np.zeros(n_symbols), counts.reshape(n_pieces, n_symbols).cumsum(axis=0)])
    p = (totals[pieces:] - totals[:-pieces]) / (pieces * step)
    bits = -np.where(p > 0, p * np.log2(np.where(p > 0, p, 1)), 0).sum(axis=1) + 0.0
    return _windows(bits, step, pieces)


def surprise_along(data: bytes, *, window: int, points: int = MOST_POINTS, order: int = 2) -> pd.DataFrame:
    """The mean of -log2 p(byte | the bytes before), p from the whole text, with the windows of `entropy_along`."""
    step, pieces = _steps(len(data), window, points)
    order = min(order, len(data) - 1)
    surprisals = np.concatenate([np.zeros(order), count(byte_symbols(data), order).surprisals])
    n_pieces = len(data) // step
    totals = np.concatenate([[0.0], surprisals[: n_pieces * step].reshape(n_pieces, step).sum(axis=1).cumsum()])
    return _windows(np.maximum(totals[pieces:] - totals[:-pieces], 0) / (pieces * step), step, pieces)


def _steps(n: int, window: int, points: int) -> tuple[int, int]:
    """How many bytes a window moves on, and how many such steps a window is: at most `window` bytes."""
    if not 1 <= window <= n:
        raise ValueError(f"The window must have 1 to {n:,} bytes, as many as the text, but has {window:,}.")
    # A window shorter than the way from one point to the next would leave bytes out: then there are more points.
    pieces = max(1, min(window, round(window * points / (n - window + 1))))
    return window // pieces, pieces


def _windows(bits: np.ndarray, step: int, pieces: int) -> pd.DataFrame:
    start = np.arange(len(bits)) * step
    return pd.DataFrame({"start": start, "stop": start + pieces * step, "bits": bits})
