"""Stand-ins for a language model, whose probabilities are known because we wrote them down."""

import numpy as np
import pytest


class Chain:
    """A Markov chain: the next token depends on the last one only; `start` is the row of an empty context."""

    order = 2

    def __init__(self, rows, start):
        self.rows = np.asarray(rows, dtype=float)
        self.start = np.asarray(start, dtype=float)
        self.asked = 0

    @property
    def vocabulary_size(self):
        return len(self.start)

    def row(self, context):
        return self.rows[context[-1]] if len(context) else self.start

    def logits(self, context):
        self.asked += 1
        with np.errstate(divide="ignore"):
            return np.log(self.row(context))

    def surprisals(self, ids):
        with np.errstate(divide="ignore"):
            return np.array([-np.log2(self.row(ids[:t])[i]) for t, i in enumerate(ids)])


class Forgetful(Chain):
    """The same chain, that does not say how far it looks back."""

    order = None


def random_chain(V, rng, kind=Chain):
    return kind(rng.dirichlet(np.full(V, 0.3), size=V), rng.dirichlet(np.ones(V)))


@pytest.fixture
def chain():
    """Three tokens; after 0 never 2, after 2 always 0."""
    return Chain([[0.5, 0.5, 0.0], [0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], [0.25, 0.25, 0.5])


@pytest.fixture
def make_chain():
    """V, rng -> a chain with random rows, some of whose probabilities are tiny."""
    return random_chain


@pytest.fixture
def forgetful():
    """V, rng -> the same chain without a stated memory."""
    return lambda V, rng: random_chain(V, rng, Forgetful)
