"""What a page needs to know: the text, already sliced, and how to read it."""

from typing import NamedTuple

from ladder.reality import Corpus
from ladder.ui.lens import Lens


class View(NamedTuple):
    """One person's choice of text, slice, alphabet and lens."""

    corpus: Corpus
    whole: Corpus  # before slicing
    reference: str  # the sample's key or the upload's address, as in the URL
    scheme: str
    vocabulary_size: int
    lens: Lens
