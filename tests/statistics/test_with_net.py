import numpy as np
import pytest

from ladder.math import encode, fit_alphabet
from ladder.reality import Corpus, split
from ladder.statistics import Mixture, Shape, Transformer
from ladder.statistics.leaderboard import components
from ladder.statistics.mixture import mixed
from ladder.statistics.paired import by_stretch
from ladder.statistics.with_net import NET, WITH_NET, Net, net_lines

LINES = "".join(f"the {a} {b} the {c}\n" for a in ["cat", "dog", "cow"] for b in ["sees", "hears"] for c in "abcdef")


def some_transformer(ids, V):
    """One that knows the unigram, and has guessed all other weights."""
    shape, rng = Shape(V, width=16, heads=2, context=16), np.random.default_rng(0)
    weights = {name: rng.normal(0, 0.1, size) for name, size in shape.weights.items()}
    counts = np.bincount(ids, minlength=V) + 0.1
    return Transformer(shape, weights | {"b": np.log(counts / counts.sum())})


def net_of(scheme="bytes", *, aside=True):
    parts = split(Corpus.of("lines", LINES * 6))
    letters = fit_alphabet(parts.train, scheme) if scheme != "bytes" else None
    train, held_out = ((letters.encode(p) if letters else encode(p, "bytes")) for p in (parts.train, parts.held_out))
    n_aside = len(train.ids) // 10 if aside else 0
    model = some_transformer(train.ids[: len(train.ids) - n_aside], train.vocabulary_size)
    return Net(model, model.surprisals(held_out.ids), 2.5, n_aside), train, held_out


@pytest.mark.parametrize("scheme", ["bytes", "words"])
def test_the_mixture_with_the_transformer_is_no_dearer_than_the_transformer(scheme):
    net, train, held_out = net_of(scheme)
    shares = []
    board = net_lines(net, train, held_out, codebook_bits=80, progress=lambda share, text: shares.append(share))
    lines = board.table.set_index("name")
    assert lines.loc[WITH_NET, "bits_per_byte"] < lines.loc[NET, "bits_per_byte"]
    assert lines.loc[NET, "bits_per_byte"] == pytest.approx(net.surprisals.sum() / held_out.n_bytes)
    assert lines.loc[NET, "seconds"] == 2.5
    assert lines.loc[NET, "size_bytes"] == net.model.size_bytes + 10
    both = net.surprisals.sum() + net.model.surprisals(train.ids).sum()
    whole = (8 * lines.loc[NET, "size_bytes"] + both) / (train.n_bytes + held_out.n_bytes)
    assert lines.loc[NET, "whole_bits_per_byte"] == pytest.approx(whole)
    lengths = [len(train.vocabulary[i]) for i in held_out.ids]
    np.testing.assert_allclose(board.stretches[NET, scheme], by_stretch(net.surprisals, lengths))
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_without_a_part_kept_aside_there_are_no_weights_and_no_mixture():
    net, train, held_out = net_of(aside=False)
    assert net_lines(net, train, held_out).table["name"].tolist() == [NET]


def test_a_part_that_is_mixed_from_prices_costs_what_the_mixture_says():
    _, train, held_out = net_of(aside=False)
    models = tuple(components(train.ids, train.vocabulary_size, (2, 0.1)).values())
    w = np.arange(1, len(models) + 1) / sum(range(1, len(models) + 1))
    prices = mixed(w, [model.surprisals(held_out.ids) for model in models])
    np.testing.assert_allclose(prices, Mixture(models, w).surprisals(held_out.ids))
