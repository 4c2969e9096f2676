"""All identities in the order of the rungs."""

from ladder.bridge.context import Context
from ladder.bridge.geometry import OF_GEOMETRY
from ladder.bridge.identity import Identity, proved
from ladder.bridge.math import OF_MATH
from ladder.bridge.probability import OF_PROBABILITY
from ladder.bridge.reality import OF_REALITY
from ladder.bridge.statistics import OF_STATISTICS

CHECKS = (*OF_REALITY, *OF_MATH, *OF_GEOMETRY, *OF_STATISTICS, *OF_PROBABILITY)


def identities(context: Context) -> list[Identity]:
    """The ledger of a text: one row an identity, those that do not apply with the reason."""
    return [proved(check(context)) for check in CHECKS]
