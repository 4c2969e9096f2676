"""The lens that a person reads through: Shannon's bits, Boltzmann's nats, or both at once."""

from typing import NamedTuple

from ladder.lenses.shannon import bits_to_nats


class Lens(NamedTuple):
    """Which of the two readings are on; at least one is."""

    shannon: bool
    boltzmann: bool

    @property
    def unit(self) -> str:
        """The unit of charts: bits, unless Boltzmann's lens is on alone."""
        return "bits" if self.shannon else "nats"

    def scale(self, bits: float) -> float:
        """A number of bits in the charts' unit."""
        return bits if self.shannon else float(bits_to_nats(bits))

    @property
    def log(self) -> str:
        """The logarithm that counts in the charts' unit, for running text."""
        return "log₂" if self.shannon else "ln"

    @property
    def tex_log(self) -> str:
        """The same in LaTeX."""
        return r"\log_2" if self.shannon else r"\ln"

    @property
    def letter(self) -> str:
        """Shannon's letter for entropy, or Boltzmann's."""
        return "H" if self.shannon else "S"

    def power(self, bits: float) -> str:
        """How many equal choices that many bits are, in LaTeX: 2^{n} or e^{n}."""
        return rf"{2 if self.shannon else 'e'}^{{{self.scale(bits):,.0f}}}"

    def tex(self, bits: float, *, per: str = "", digits: int = 4) -> str:
        """A number of bits in LaTeX with its unit."""
        suffix = f"/{per}" if per else ""
        return rf"{self.scale(bits):.{digits}f}\ \text{{{self.unit}{suffix}}}"

    def amount(self, bits: float, *, per: str = "", digits: int = 3) -> str:
        """A number of bits, written out: "2.189 bits/byte", "1.517 nats/byte" or both."""
        suffix = f"/{per}" if per else ""
        in_bits = f"{bits:,.{digits}f} bits{suffix}"
        in_nats = f"{float(bits_to_nats(bits)):,.{digits}f} nats{suffix}"
        if self.shannon and self.boltzmann:
            return f"{in_bits} = {in_nats}"
        return in_bits if self.shannon else in_nats


LENSES = {
    "Shannon": Lens(shannon=True, boltzmann=False),
    "Boltzmann": Lens(shannon=False, boltzmann=True),
    "both": Lens(shannon=True, boltzmann=True),
}
