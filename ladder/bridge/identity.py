"""An identity: one number by two roads, and a broken twin that must not pass.

    holds        lowest <= left - right <= highest        for "=" that is |left - right| <= tolerance
    tampered     the same claim with one road spoiled: a wrong base, a swapped p and q, a missing Z

A row about information is read in bits or in nats: `read_in` turns its numbers and its symbols, so
that Shannon's H = -sum p log2 p stands where Boltzmann's S = -sum p ln p stood.

An identity that its own broken twin would pass proves nothing on this text; it then says so
and counts as one that does not apply. A tick is never hollow.
"""

import re
from dataclasses import dataclass, replace
from math import inf, isfinite

from ladder.lenses.shannon import NATS_PER_BIT
from ladder.rungs import Rung

# What a mark in a formula stands for where information is counted in bits, and where in nats.
SYMBOLS = {
    "«log»": (r"\log_2", r"\ln"),
    "«H»": ("H", "S"),
    "«ln2 in nats»": ("", r"\ln 2 "),
    "«ln2 in bits»": (r"\ln 2 ", ""),
    "«/ln2 in bits»": (r"\tfrac{1}{\ln 2}", ""),
}
AMOUNT = re.compile("«([^«;]+);(\\d+);(\\d+)»")


@dataclass(frozen=True)
class Identity:
    """One row of the ledger."""

    key: str
    name: str
    page: Rung
    boltzmann: float = 0.0  # by counting states and weighing energies
    shannon: float = 0.0  # by pricing messages
    unit: str = ""
    formula: str = ""  # LaTeX with this text's numbers, the two sides «L» and «R», and the marks of `SYMBOLS`
    tolerance: float = 0.0  # in `unit`
    reason: str = ""  # why that tolerance
    lowest: float | None = None  # of left - right, where the claim is a bound; else -tolerance
    broken: str = ""  # what is wrong with the twin, in a phrase
    broken_boltzmann: float | None = None  # the twin's left side, where that is the spoiled one
    broken_shannon: float | None = None
    is_broken: bool = False
    why_not: str = ""  # why it does not apply to this text

    @property
    def applies(self) -> bool:
        """Whether there is anything to hold."""
        return not self.why_not

    @property
    def difference(self) -> float:
        """Left minus right, in `unit`."""
        return self.boltzmann - self.shannon

    @property
    def holds(self) -> bool | None:
        """Whether the two sides agree within the tolerance; None where the identity does not apply."""
        if not self.applies:
            return None
        lowest = -self.tolerance if self.lowest is None else self.lowest
        return bool(lowest <= self.difference <= self.tolerance)

    @property
    def tampered(self) -> "Identity":
        """The twin with one side spoiled: it must fail."""
        return replace(
            self,
            boltzmann=self.boltzmann if self.broken_boltzmann is None else self.broken_boltzmann,
            shannon=self.shannon if self.broken_shannon is None else self.broken_shannon,
            is_broken=True,
        )

    @property
    def measure(self) -> str:
        """What its information is counted in, "bits" or "nats"; "" where it is about something else."""
        of, _, _ = self.unit.partition("/")
        return of if of in ("bits", "nats") else ""

    def read_in(self, measure: str) -> "Identity":
        """The same claim with its numbers and symbols in bits or in nats; as it is where it is about something else."""
        if not self.measure or measure == self.measure:
            return self
        by = NATS_PER_BIT if measure == "nats" else 1 / NATS_PER_BIT

        def scaled(x: float | None) -> float | None:
            return None if x is None else x * by

        return replace(
            self,
            boltzmann=self.boltzmann * by,
            shannon=self.shannon * by,
            unit=measure + self.unit.removeprefix(self.measure),
            formula=AMOUNT.sub(
                lambda m: amount(float(m[1]) * by ** int(m[3]), int(m[2]), power=int(m[3])), self.formula
            ),
            tolerance=self.tolerance * by,
            lowest=scaled(self.lowest),
            broken_boltzmann=scaled(self.broken_boltzmann),
            broken_shannon=scaled(self.broken_shannon),
        )

    @property
    def written(self) -> str:
        """The formula with both sides' numbers put in, in the symbols of its measure."""
        written = self.formula.replace("«L»", tex(self.boltzmann)).replace("«R»", tex(self.shannon))
        for mark, (of_bits, of_nats) in SYMBOLS.items():
            written = written.replace(mark, of_nats if self.measure == "nats" else of_bits)
        return AMOUNT.sub(lambda m: tex(float(m[1]), int(m[2])), written)


def proved(identity: Identity) -> Identity:
    """The identity as it is, or, where its broken twin passes as well, marked as one that does not apply."""
    if not identity.applies or not identity.tampered.holds:
        return identity
    return replace(
        identity,
        why_not=f"On this text even the broken version passes ({identity.broken}), so a tick would prove nothing. "
        "Take a longer or a more varied text.",
    )


def absent(key: str, name: str, page: Rung, why_not: str) -> Identity:
    """A row that says why it is empty."""
    return Identity(key, name, page, why_not=why_not)


def close(*sides: float, relative: float = 1e-9) -> float:
    """An absolute tolerance: a share of the larger side, and of one unit where both are small."""
    return relative * max(1.0, *(abs(side) for side in sides if isfinite(side)))


def amount(x: float, digits: int = 7, *, power: int = 1) -> str:
    """A mark for an amount of information in a formula, in the unit of its row raised to a power."""
    return f"«{float(x)!r};{digits};{power}»"


def tex(x: float, digits: int = 7) -> str:
    """A number in LaTeX."""
    if not isfinite(x):
        return r"\infty" if x == inf else r"\text{none}"
    shown = f"{x:.{digits}g}"
    mantissa, e, exponent = shown.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if e else shown
