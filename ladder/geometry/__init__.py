"""Tokens become places: where does a token lie, and what lies near it?

    embeddings.py    vectors learned from the corpus at hand
    learned.py       the same with names: the first map of a text
    encoder.py       vectors from a network that has read a billion sentences; and its inside
    pieces.py        the words and sentences that are put on a map
    neighbours.py    what lies near, by angle, product and distance
    projection.py    a map on paper, and how far to believe it
    crowd.py         which way a crowd of vectors leans, and who is everybody's neighbour
    analogies.py     a is to b as c is to what; axes of one's own
    attention.py     each token asks, every token answers
    cell.py          one head of it, down to one number
    cosine.py        a product with the lengths of its vectors in, and taken out
    parameters.py    what a network stores, by kind
    senses.py        one word in many sentences, layer by layer
    volume.py        how much room a cloud takes
    trace.py         what a causal transformer holds between its ids and its logits

Importing this loads no network: `load_encoder` does, and takes seconds.

>>> import numpy as np
>>> found = nearest([1.0, 0.0], np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 1.0]]), k=2)
>>> found.indices.tolist()
[1, 2]
"""

from ladder.geometry.analogies import Analogy, Score, along, analogy, axis, score
from ladder.geometry.attention import Attention, attend, effective_tokens, products, sink_share
from ladder.geometry.cell import Cell, Ensemble, Head, cell_of, ensemble_of, head_from, head_of
from ladder.geometry.cosine import ByCosine, HeadComparison, compare_heads, spearman, without_norms
from ladder.geometry.crowd import Crowd, all_but_the_top, crowd_of, isotropy
from ladder.geometry.embeddings import cooccurrences, ppmi, ppmi_svd
from ladder.geometry.encoder import (
    Encoder,
    Layers,
    Legibility,
    Tokens,
    Vocabulary,
    embed,
    layers_of,
    legibility,
    load_encoder,
)
from ladder.geometry.learned import Space, learned
from ladder.geometry.neighbours import MEASURES, Index, Neighbours, cosine_similarity, nearest, overlap, unit
from ladder.geometry.parameters import Parameter, Stored, stored
from ladder.geometry.pieces import Pieces, frequent_words, sentences
from ladder.geometry.projection import METHODS, Projection, Quality, project, quality_of
from ladder.geometry.senses import Paths, Separation, find_word, nearest_sense, paths, separation, states_of
from ladder.geometry.trace import LayerTrace, Trace
from ladder.geometry.volume import Shape, mean_cosine, shape_of

__all__ = [
    "MEASURES",
    "METHODS",
    "Analogy",
    "Attention",
    "ByCosine",
    "Cell",
    "Crowd",
    "Encoder",
    "Ensemble",
    "Head",
    "HeadComparison",
    "Index",
    "LayerTrace",
    "Layers",
    "Legibility",
    "Neighbours",
    "Parameter",
    "Paths",
    "Pieces",
    "Projection",
    "Quality",
    "Score",
    "Separation",
    "Shape",
    "Space",
    "Stored",
    "Tokens",
    "Trace",
    "Vocabulary",
    "all_but_the_top",
    "along",
    "analogy",
    "attend",
    "axis",
    "cell_of",
    "compare_heads",
    "cooccurrences",
    "cosine_similarity",
    "crowd_of",
    "effective_tokens",
    "embed",
    "ensemble_of",
    "find_word",
    "frequent_words",
    "head_from",
    "head_of",
    "isotropy",
    "layers_of",
    "learned",
    "legibility",
    "load_encoder",
    "mean_cosine",
    "nearest",
    "nearest_sense",
    "overlap",
    "paths",
    "ppmi",
    "ppmi_svd",
    "products",
    "project",
    "quality_of",
    "score",
    "sentences",
    "separation",
    "shape_of",
    "sink_share",
    "spearman",
    "states_of",
    "stored",
    "unit",
    "without_norms",
]
