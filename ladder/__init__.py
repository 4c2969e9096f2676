"""Ladder: one text climbs five rungs, and one number falls on the way.

    Reality  ->  Math  ->  Geometry  ->  Statistics  ->  Probability  ->  Reality ...
    bytes        ids       vectors       a model q       draws            new bytes

    bytes --read_corpus--> Corpus --encode--> Encoding --fit--> LanguageModel --sample--> Draw

The number is **bits per byte of the original text**: what it costs to write the text
down for somebody who already holds the rung's description of it. Every rung has its
package, `ladder.reality` to `ladder.probability`; `ladder.lenses` holds the two ways
of reading them all, Shannon's bits and Boltzmann's nats. Importing `ladder` alone
loads nothing heavy; import the rung that you need.
"""

from ladder.rungs import RUNGS, Rung

__all__ = ["RUNGS", "Rung", "__version__"]
__version__ = "0.1.0"
