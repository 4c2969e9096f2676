"""Published prices of famous texts, to stand beside ours where the text is the very same.

A text is known by the SHA-256 of its bytes. What a published price covers is said with it:
a held-out part after training on the rest, or the whole file with nothing given.
"""

from typing import NamedTuple


class Reference(NamedTuple):
    """One published price."""

    name: str
    bits_per_byte: float
    covers: str  # "held-out tenth" or "whole file"
    source: str


TINY_SHAKESPEARE = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
ALICE29 = "7467306ee0feed4971260f3c87421154a05be571d944e9cb021a5713700c38f0"

NANOGPT = "A. Karpathy, nanoGPT, README (2022): validation loss 1.88 and 1.4697 nats a character"
CMIX = "B. Knoll, cmix, benchmark on the Canterbury corpus"

REFERENCES: dict[str, tuple[Reference, ...]] = {
    TINY_SHAKESPEARE: (
        Reference("nanoGPT, 3 minutes on a CPU", 2.71, "held-out tenth", NANOGPT),
        Reference("nanoGPT, 3 minutes on an A100", 2.12, "held-out tenth", NANOGPT),
    ),
    ALICE29: (
        Reference("xz", 2.551, "whole file", CMIX),
        Reference("cmix v19", 1.645, "whole file", CMIX),
    ),
}


def references_of(sha: str) -> tuple[Reference, ...]:
    """What has been published on the text of that SHA-256: mostly nothing."""
    return REFERENCES.get(sha, ())
