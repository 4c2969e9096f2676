import zlib

import numpy as np
import pytest

from ladder.probability import believed, written_by


def test_a_byte_that_costs_one_byte_more_is_256_times_rarer():
    def size(data):
        return 10 + (data[-1] == ord("b"))

    np.testing.assert_allclose(believed(size, b"x", b"abc"), np.array([256, 1, 256]) / 513)


def test_zlib_goes_on_with_what_repeats():
    before = b"to be or not to be, that is the question; " * 20
    following = believed(lambda data: len(zlib.compress(data, 9)), before + b"to be or not to b", b"ez")
    assert following[0] >= following[1]
    # Over a whole stretch the repetition wins by bytes, whatever a single letter is worth.
    sizes = [len(zlib.compress(before + end, 9)) for end in (before, bytes(reversed(before)))]
    assert sizes[0] < sizes[1]


def test_the_same_seed_writes_the_same_and_only_bytes_of_the_text():
    def size(data):
        return len(zlib.compress(data))

    one, two = (written_by(size, b"abab cab", n=30, rng=np.random.default_rng(1)) for _ in range(2))
    assert one == two
    assert len(one) == 30
    assert set(one) <= set(b"abc ")


@pytest.mark.parametrize(("before", "n"), [(b"", 3), (b"a", 0), (b"a", 10**6)])
def test_what_cannot_be_written_is_refused(before, n):
    with pytest.raises(ValueError, match="must"):
        written_by(len, before, n=n, rng=np.random.default_rng(0))
