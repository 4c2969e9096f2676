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
