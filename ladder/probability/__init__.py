"""Probability: what will it say next?

    logits --/T--> softmax --cut--> p --draw--> token --append--> context --> logits ...

A fitted model q answers every context with a distribution. `next_distribution` bends and
cuts it, and says what the cut costs in bits; `sample` draws from it, and prices every
token; `thermodynamics` reads the same numbers as a body at temperature T. `compress`
turns a model's surprisals into a real file of that many bits, and `decompress` reads it
back; `as_corpus` makes a draw the ladder's new Reality.

Three modules are asked by name: `metropolis`, another road to the measure that `sample` draws
from; `typicality`, why most draws are alike; `calibration`, whether 70 % happens 70 times in 100.

    >>> import numpy as np
    >>> half, quarter, eighth = np.log(2), np.log(4), np.log(8)
    >>> q = next_distribution([-half, -quarter, -eighth, -eighth], top_k=2)
    >>> q.p.round(3).tolist(), round(q.kept_mass, 3), round(q.cost_bits, 3)
    ([0.667, 0.333, 0.0, 0.0], 0.75, 0.415)
"""

from ladder.probability.coder import compress, decompress
from ladder.probability.compressors import believed, written_by
from ladder.probability.distribution import Bends, NextDistribution, greedy, next_distribution, penalised
from ladder.probability.guessing import GuessBounds, rank_counts, shannon_bounds
from ladder.probability.loop import Generation, as_corpus, generations
from ladder.probability.sampler import Draw, Hit, Token, draw_one, sample, stream
from ladder.probability.thermodynamics import Slopes, Thermodynamics, energies, slopes, thermodynamics

__all__ = [
    "Bends",
    "Draw",
    "Generation",
    "GuessBounds",
    "Hit",
    "NextDistribution",
    "Slopes",
    "Thermodynamics",
    "Token",
    "as_corpus",
    "believed",
    "compress",
    "decompress",
    "draw_one",
    "energies",
    "generations",
    "greedy",
    "next_distribution",
    "penalised",
    "rank_counts",
    "sample",
    "shannon_bounds",
    "slopes",
    "stream",
    "thermodynamics",
    "written_by",
]
