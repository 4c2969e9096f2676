"""The bridge: Boltzmann and Shannon see the same number, checked on one text.

Every rung has two readings. Where they must agree, an `Identity` computes both by roads that
share as little as they can, says how far apart they may lie and why, and has a twin with one
road spoiled that must fail. Where a text is too small for a claim, the row says so.

    Context.of(corpus)       the text, encoded and fitted
    identities(context)      the ledger, in the order of the rungs
    READINGS                 each row in the words of Boltzmann and of Shannon
    gradient_by_autograd     one row more, for those who wait until PyTorch is loaded
    limits(context)          where the map ends: experiments on what it does not say

    >>> from ladder.reality import Corpus
    >>> ledger = identities(Context.of(Corpus.of("t", "to be or not to be, that is the Question. " * 40)))
    >>> all(identity.holds for identity in ledger if identity.applies)
    True
    >>> any(identity.tampered.holds for identity in ledger if identity.applies)
    False
"""

from ladder.bridge.autograd import gradient_by_autograd
from ladder.bridge.context import Context
from ladder.bridge.identity import Identity, proved
from ladder.bridge.ledger import CHECKS, identities
from ladder.bridge.limits import Limits, limits
from ladder.bridge.readings import READINGS, Reading

__all__ = [
    "CHECKS",
    "READINGS",
    "Context",
    "Identity",
    "Limits",
    "Reading",
    "gradient_by_autograd",
    "identities",
    "limits",
    "proved",
]
