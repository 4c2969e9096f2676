"""The round trip, proven on a thousand byte strings and on every sample, and its length against foreign code."""

import constriction
import numpy as np
import pytest

from ladder.lenses import softmax
from ladder.probability import compress, decompress
from ladder.probability.coder import HEADER_BYTES
from ladder.reality import SAMPLES, load_sample
from ladder.statistics import NGram

PIECE = 1_500  # bytes of each sample
LEARNED_FROM = 20_000


def test_a_thousand_random_byte_strings_come_back():
    rng = np.random.default_rng(1951)
    model = NGram.fit(rng.integers(0, 256, 500), 256, order=2)
    for _ in range(1_000):
        length = int(rng.integers(0, 40))
        used = int(rng.integers(1, 257))  # from one byte over and over to all of them
        ids = rng.integers(0, used, length).astype(np.int32)
        np.testing.assert_array_equal(decompress(compress(ids, model), model), ids)


@pytest.mark.parametrize("key", SAMPLES)
def test_every_sample_comes_back_byte_for_byte_as_long_as_constriction_would_make_it(key):
    data = load_sample(key).data
    ids = np.frombuffer(data[: LEARNED_FROM + PIECE], dtype=np.uint8).astype(np.int32)
    model, piece = NGram.fit(ids[:-PIECE], 256, order=3), ids[-PIECE:]
    written = compress(piece, model)
    np.testing.assert_array_equal(decompress(written, model), piece)
    theirs = constriction.stream.queue.RangeEncoder()
    for t, i in enumerate(piece):
        q = softmax(model.logits(piece[:t]))
        theirs.encode(int(i), constriction.stream.model.Categorical(q, perfect=False))
    length = 4 * len(theirs.get_compressed())
    # Theirs works in 32-bit words, and gives each token at least one part of 2^24.
    assert abs(len(written) - HEADER_BYTES - length) <= 8 + 0.01 * length
