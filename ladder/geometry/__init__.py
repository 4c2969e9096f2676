"""Tokens become places: where does a token lie, and what lies near it?

    embeddings.py    vectors learned from the corpus at hand
    learned.py       the same with names: the first map of a text
    encoder.py       vectors from a network that has read a billion sentences; and its inside
    pieces.py        the words and sentences that are put on a map
    neighbours.py    what lies near, by angle, product and distance
    projection.py    a map on paper, and how far to believe it
    attention.py     each token asks, every token answers
    cell.py          one head of it, down to one number
    volume.py        how much room a cloud takes
    trace.py         what a causal transformer holds between its ids and its logits

Importing this loads no network: `load_encoder` does, and takes seconds.

>>> import numpy as np
>>> found = nearest([1.0, 0.0], np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]), k=2)
>>> found.indices.tolist()
[1, 2]
"""

from ladder.geometry.attention import Attention, attend, effective_tokens, products, sink_share
from ladder.geometry.cell import Cell, Ensemble, Head, cell_of, ensemble_of, head_from, head_of
from ladder.geometry.embeddings import cooccurrences, ppmi, ppmi_svd
from ladder.geometry.encoder import Encoder, Layers, Legibility, Tokens, embed, layers_of, legibility, load_encoder
from ladder.geometry.learned import Space, learned
from ladder.geometry.neighbours import MEASURES, Neighbours, cosine_similarity, nearest, overlap, unit
from ladder.geometry.pieces import Pieces, frequent_words, sentences
from ladder.geometry.projection import METHODS, Projection, Quality, project, quality_of
from ladder.geometry.trace import LayerTrace, Trace
from ladder.geometry.volume import Shape, mean_cosine, shape_of

__all__ = [
    "MEASURES",
    "METHODS",
    "Attention",
    "Cell",
    "Encoder",
    "Ensemble",
    "Head",
    "LayerTrace",
    "Layers",
    "Legibility",
    "Neighbours",
    "Pieces",
    "Projection",
    "Quality",
    "Shape",
    "Space",
    "Tokens",
    "Trace",
    "attend",
    "cell_of",
    "cooccurrences",
    "cosine_similarity",
    "effective_tokens",
    "embed",
    "ensemble_of",
    "frequent_words",
    "head_from",
    "head_of",
    "layers_of",
    "learned",
    "legibility",
    "load_encoder",
    "mean_cosine",
    "nearest",
    "overlap",
    "ppmi",
    "ppmi_svd",
    "products",
    "project",
    "quality_of",
    "sentences",
    "shape_of",
    "sink_share",
    "unit",
]
