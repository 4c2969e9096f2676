"""Each identity in two tongues: how Boltzmann says it, and how Shannon does."""

from typing import NamedTuple


class Reading(NamedTuple):
    """One claim in the words of both lenses."""

    boltzmann: str
    shannon: str


FORGETTING = Reading(
    "seen from afar, the macrostate's entropy and the mean entropy inside it make up the whole",
    "what the map keeps and what it forgets add up to all that a character tells",
)

READINGS = {
    "multiplicity": Reading(
        "count the orders in which these bytes can stand, and take the logarithm: n S, up to Stirling's gap",
        "the orders share one price, so naming one of them takes n H, up to Stirling's gap",
    ),
    "huffman": Reading(
        "finding the microstate by yes-or-no questions takes S at least, and less than one question more",
        "no code undercuts the entropy, and Huffman's exceeds it by less than one bit",
    ),
    "kraft": Reading(
        "word lengths are energies whose weights sum to Z = 1: nothing is left over",
        "a full code is a distribution: its words share out the whole of probability",
    ),
    "held-out": Reading(
        "a body whose equilibrium is q, found as p, has a mean energy of S(p) and the excess free energy D",
        "who believes the training part's shares pays the held-out entropy and, on top, KL",
    ),
    "landauer": Reading(
        "erasing the file lowers its entropy, and T ΔS of heat must go somewhere",
        "each bit forgotten costs k T ln 2 of heat at least",
    ),
    **{f"chain-{key}": FORGETTING for key in ("lower", "accents", "digits", "punctuation", "kind")},
    "macrostates": Reading(
        "count the texts that look the same through the map: the log of their number is the lost entropy",
        "what it costs to restore the characters from their kinds is what the map has forgotten",
    ),
    "alphabets": Reading(
        "entropy is extensive: it adds up over the body, however the body is cut into parts",
        "the price of a byte does not know into which tokens the text is cut",
    ),
    "processing": Reading(
        "coarser and coarser views cannot make the correlation between neighbours grow",
        "no processing of what was received adds information about what was sent",
    ),
    "volume": Reading(
        "the cloud's entropy is the logarithm of the room that it takes up",
        "to say where a token lies costs the Gaussian's mean surprise",
    ),
    "attention": Reading(
        "each row is a body with energies −score: its entropy is ln Z + ⟨E⟩/T",
        "each row is a distribution over tokens: its entropy is the logarithm of how many it looks at",
    ),
    "scale": Reading(
        "dividing scores by √d warms the row to the temperature T = √d",
        "dividing scores by √d flattens the row, so that its entropy does not fall with d",
    ),
    "typical": Reading(
        "nearly all microstates that are ever seen are about e^S in number, and about equally likely",
        "nearly all blocks that are ever sent are about 2^H in number: code those, forget the rest",
    ),
    "cross-entropy": Reading(
        "with energies −log q, the mean energy of p is its entropy and the excess free energy over q",
        "believing q where p happens costs the entropy, which nobody can avoid, and KL",
    ),
    "gradient": Reading(
        "the force on a logit is the occupation that q gives it less the one observed",
        "the price falls fastest where q is taken from what is called too likely",
    ),
    "autograd": Reading(
        "the same force, found by going back through each step of the energy's computation",
        "the same slope, found by going back through each step of the price's computation",
    ),
    "maxent": Reading(
        "of all states with this mean, the most disordered is the Gibbs state",
        "of all codes of this family, the cheapest is the one that assumes nothing more than the mean",
    ),
    "slope": Reading(
        "the partition function's logarithm generates the means",
        "the normaliser's slope is the mean that the model expects",
    ),
    "curvature": Reading(
        "response equals fluctuation: how the mean yields is how much it varies",
        "the curvature is Fisher's information: how sharply the data tell the parameter",
    ),
    "pythagoras": Reading(
        "free energy lost on the way to r: first to equilibrium in the family, then along it",
        "the price of believing r: first of the family, then of the wrong member, at a right angle",
    ),
    "variational": Reading(
        "no state has less free energy than the Gibbs state; a rival has T D more",
        "mean surprise less entropy is least for the right belief; a rival pays KL",
    ),
    "gibbs": Reading(
        "the next token sits in state i with weight exp(−E/T), shared out by Z",
        "softmax turns logits into probabilities, a surplus into a ratio",
    ),
    "free-energy": Reading(
        "one number, F, holds mean energy and disorder: −T ln Z",
        "mean surprise beyond the likeliest token, less T entropies, is −T log Z",
    ),
    "dF/dT": Reading(
        "the slope of the free energy is minus the entropy",
        "warming the model moves F at the rate of its uncertainty",
    ),
    "capacity": Reading(
        "how much energy one degree takes up is how much the energy fluctuates",
        "how fast mean surprise grows with T is how much surprise varies (varentropy)",
    ),
    "aep": Reading(
        "in a large body every state that is ever seen has about the same probability, e^(−n S)",
        "in a long text every text that is ever seen costs about n H",
    ),
    "coder": Reading(
        "the file's length is the energy of this very text under the model",
        "an arithmetic coder writes as much as the model is surprised, and no more",
    ),
    "truncation": Reading(
        "a wall that shuts states out lowers Z; the work done is −T times the log of the share that is left",
        "who forbids the tail pays minus the log of the mass that was kept",
    ),
    "balance": Reading(
        "in equilibrium as many walkers go from i to j as from j to i",
        "the sampler's chain, run either way in time, writes equally likely texts",
    ),
    "integration": Reading(
        "slow cooling measures the change of ln Z by adding up the energy on the way",
        "mean surprise, added up from one temperature to the other, gives the ratio of the normalisers",
    ),
    "jarzynski": Reading(
        "however sudden the change, the mean of e^(−W) knows the equilibrium's Z₁/Z₀",
        "weighing draws of the old model by importance gives the new one's normaliser",
    ),
}
