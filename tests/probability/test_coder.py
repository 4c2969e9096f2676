import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.probability import compress, decompress, sample
from ladder.probability.coder import (
    CHECKSUM,
    HEADER,
    HEADER_BYTES,
    SHARES,
    TOTAL,
    _Reader,
    _Writer,
    cumulated_shares,
    fingerprint,
)

BOUND = 16  # bytes beyond the header and the sum of surprisals


class Uniform:
    """Every byte alike, after anything."""

    order = 1
    vocabulary_size = 256

    def logits(self, context):
        return np.zeros(256)


def test_uniform_bytes_cost_a_byte_each():
    ids = np.random.default_rng(0).integers(0, 256, 1_000)
    data = compress(ids, Uniform())
    assert 1_000 <= len(data) - HEADER_BYTES <= 1_002
    np.testing.assert_array_equal(decompress(data, Uniform()), ids)


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_bytes_come_back(data):
    ids = np.frombuffer(data, dtype=np.uint8).astype(np.int32)
    assert decompress(compress(ids, Uniform()), Uniform()).tolist() == list(data)


@pytest.mark.parametrize("seed", range(20))
def test_any_ids_come_back_and_cost_their_surprisals(make_chain, seed):
    rng = np.random.default_rng(seed)
    V = int(rng.integers(2, 600))
    chain = make_chain(V, rng)
    # Half from the chain, half against it: likely and most unlikely tokens alike.
    ids = np.concatenate([sample(chain, [], n=700, rng=rng).ids, rng.integers(0, V, 300, dtype=np.int32)])
    data = compress(ids, chain)
    np.testing.assert_array_equal(decompress(data, chain), ids)
    # A token that the chain thinks rarer than 2^-32 is written in 32 bits all the same.
    bits = np.minimum(chain.surprisals(ids), SHARES).sum()
    assert len(data) - HEADER_BYTES <= bits / 8 + BOUND


def test_the_length_is_the_sum_of_surprisals(make_chain):
    rng = np.random.default_rng(11)
    chain = make_chain(300, rng)
    ids = sample(chain, [], n=20_000, rng=rng).ids
    assert abs(len(compress(ids, chain)) - HEADER_BYTES - chain.surprisals(ids).sum() / 8) < BOUND


def test_a_certain_text_costs_nothing_however_long(make_chain):
    class Certain(Uniform):
        def logits(self, context):
            return np.where(np.arange(256) == 7, 0.0, -100.0)

    ids = np.full(50_000, 7, dtype=np.int32)
    data = compress(ids, Certain())
    assert len(data) - HEADER_BYTES < BOUND
    np.testing.assert_array_equal(decompress(data, Certain()), ids)


def test_a_token_called_impossible_can_still_be_written(chain):
    ids = np.array([0, 2, 2, 2, 1], dtype=np.int32)
    np.testing.assert_array_equal(decompress(compress(ids, chain), chain), ids)


def test_the_empty_text_comes_back(chain):
    assert decompress(compress(np.array([], dtype=np.int32), chain), chain).tolist() == []


def test_carries_run_through_bytes_that_are_full():
    """Steps to the very top of the interval settle 0xFF bytes; then one that lands on their end carries."""
    narrows = [(TOTAL - 1, TOTAL)] * 20 + [(TOTAL // 2, TOTAL)] * 30 + [(TOTAL - 2, TOTAL - 1)]
    rng = np.random.default_rng(0)
    n_carries = 0
    for _ in range(300):
        writer, steps = _Writer(), []
        carry = writer._carry

        def counted(carry=carry):
            nonlocal n_carries
            n_carries += 1
            carry()

        writer._carry = counted
        for _ in range(60):
            start = int(rng.choice([0, TOTAL - 2, TOTAL - 1, TOTAL // 2]))
            stop = int(rng.choice([start + 1, TOTAL]))
            steps.append((start, stop))
        for start, stop in narrows + steps:
            writer.narrow(start, stop)
        reader = _Reader(writer.finish())
        for start, stop in narrows + steps:
            assert start <= reader.place() < stop
            reader.narrow(start, stop)
    assert n_carries > 100


@given(st.integers(1, 2_000), st.integers(0, 9))
@settings(max_examples=30, deadline=None)
def test_shares_cover_the_whole_and_leave_none_without(V, seed):
    C = cumulated_shares(np.random.default_rng(seed).normal(scale=20, size=V))
    assert C[0] == 0
    assert C[-1] == TOTAL
    assert (np.diff(C) >= 1).all()


def test_shares_are_q_by_hand():
    np.testing.assert_allclose(np.diff(cumulated_shares(np.log([0.5, 0.25, 0.25]))) / TOTAL, [0.5, 0.25, 0.25], 1e-8)


@pytest.fixture
def written(make_chain):
    rng = np.random.default_rng(3)
    chain = make_chain(50, rng)
    return chain, compress(sample(chain, [], n=400, rng=rng).ids, chain)


def test_every_damaged_byte_is_noticed(written):
    chain, data = written
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        with pytest.raises(ValueError, match=r"This (is no )?file"):
            decompress(bytes(damaged), chain)


@pytest.mark.parametrize("length", [0, 3, HEADER_BYTES - 1, HEADER_BYTES, -1])
def test_a_file_cut_short_is_refused(written, length):
    chain, data = written
    with pytest.raises(ValueError, match=r"This (is no )?file"):
        decompress(data[:length], chain)


def test_a_forged_number_of_tokens_beyond_all_bounds_is_refused_at_once(written):
    chain, data = written
    header = data[:5] + b"\xff" * 8 + data[13 : HEADER.size]
    payload = data[HEADER_BYTES:]
    with pytest.raises(ValueError, match="damaged"):
        decompress(header + CHECKSUM.pack(zlib.crc32(header + payload)) + payload, chain)


def test_a_file_of_more_tokens_than_are_wanted_is_refused_before_it_is_read(written):
    chain, data = written
    assert len(decompress(data, chain, most=400)) == 400
    with pytest.raises(ValueError, match="holds 400 tokens, but at most 399"):
        decompress(data, chain, most=399)


def test_a_model_whose_likeness_deceives_the_fingerprint_is_caught_by_what_comes_out(written, make_chain):
    chain, data = written
    other = make_chain(50, np.random.default_rng(3))
    unseen = np.flatnonzero(chain.rows.max(axis=0) < 1)[::2]
    other.rows[unseen] = other.rows[unseen][:, ::-1]
    header = bytearray(data[: HEADER.size])
    header[13:21] = fingerprint(other)
    payload = data[HEADER_BYTES:]
    with pytest.raises(ValueError, match=r"This file"):
        decompress(bytes(header) + CHECKSUM.pack(zlib.crc32(header + payload)) + payload, other)


def test_another_model_is_refused(written, make_chain):
    _, data = written
    with pytest.raises(ValueError, match="another model"):
        decompress(data, make_chain(50, np.random.default_rng(4)))


def test_a_fingerprint_is_the_same_for_the_same_model_and_differs_for_another(make_chain):
    chains = [make_chain(12, np.random.default_rng(seed)) for seed in (0, 0, 1)]
    prints = [fingerprint(chain) for chain in chains]
    assert prints[0] == prints[1] != prints[2]


def test_progress_runs_from_nothing_to_all(chain):
    seen = []
    compress(np.zeros(5_000, dtype=np.int32), chain, progress=seen.append)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_ids_that_the_model_does_not_know_are_refused(chain):
    with pytest.raises(ValueError, match=r"0 \.\.\. 2, but hold 9"):
        compress(np.array([9]), chain)
