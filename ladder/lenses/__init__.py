"""Two lenses on one distribution: Shannon counts bits, Boltzmann counts microstates.

    Shannon      H = -sum p log2 p     bits, what a message costs
    Boltzmann    S = -sum p ln p       nats (k = 1), how many microstates look the same

    S = H ln 2

The identity is plain; what the two readings make visible is not. `simplex` says what a
distribution is, `shannon` and `boltzmann` read it.
"""

from ladder.lenses.boltzmann import (
    boltzmann_entropy,
    gibbs,
    log_multiplicity,
    log_partition,
)
from ladder.lenses.shannon import (
    bits_to_nats,
    conditional_entropy,
    cross_entropy,
    entropy,
    jensen_shannon,
    kl_divergence,
    mutual_information,
    nats_to_bits,
    surprisal,
)
from ladder.lenses.simplex import check_distribution, log_softmax, relative_frequencies, softmax

__all__ = [
    "bits_to_nats",
    "boltzmann_entropy",
    "check_distribution",
    "conditional_entropy",
    "cross_entropy",
    "entropy",
    "gibbs",
    "jensen_shannon",
    "kl_divergence",
    "log_multiplicity",
    "log_partition",
    "log_softmax",
    "mutual_information",
    "nats_to_bits",
    "relative_frequencies",
    "softmax",
    "surprisal",
]
