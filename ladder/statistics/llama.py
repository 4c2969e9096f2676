"""The inside of a network of the Llama family: RoPE, shared keys, RMSNorm, SwiGLU.

    norm(x) = g x / sqrt(mean(x^2) + eps)                  no mean is taken off
    q, k    turned by an angle that grows with the position: q . k sees only the distance
    mlp(x)  = (silu(x W_gate) * (x W_up)) W_down

Several heads of q share one k and v; they are written out for each head here. Only the streams
between the layers are kept, those of a long text in a file without a name. A layer is computed
when somebody looks at it, from the stream that enters it; so are a row of scores, of weights,
of the MLP's hidden layer, of logits. So a text of 8,192 tokens takes some 250 MB.

Reference: H. Touvron et al., "LLaMA" (2023); J. Su et al., "RoFormer" (2021).
"""

import math
import tempfile
import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast, overload

import numpy as np

from ladder.geometry.rows import Places, blocks, by_rows
from ladder.geometry.trace import LayerTrace, Trace
from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids

TOKENS_KEPT = 1000  # over all layers that are kept: 20 layers of 50 tokens, one of a long text
IN_MEMORY = 32 * 2**20  # bytes of streams; with more, they go into a file


class Streams(Sequence[Floats]):
    """What enters each layer, and what leaves the last: (n, d) each, in a file where they are large."""

    def __init__(self, n: int, d: int) -> None:
        self._shape, self._length = (n, d), 0
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (it lives as long as this does)
        weakref.finalize(self, self._file.close)
        self._one_at_a_time = threading.Lock()

    def append(self, x: Floats) -> None:
        """One more, in 32 bits."""
        with self._one_at_a_time:
            self._file.seek(self._length * 4 * math.prod(self._shape))
            self._file.write(np.ascontiguousarray(x, dtype=np.float32).data)
            self._length += 1

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, i: int) -> Floats: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[Floats, ...]: ...
    def __getitem__(self, i: int | slice) -> Floats | tuple[Floats, ...]:
        if isinstance(i, slice):
            return tuple(self[j] for j in range(*i.indices(len(self))))
        size = 4 * math.prod(self._shape)
        with self._one_at_a_time:
            self._file.seek(range(self._length)[i] * size)
            return cast(Floats, np.frombuffer(self._file.read(size), dtype=np.float32).reshape(self._shape))


class Layers(Sequence[LayerTrace]):
    """All layers of a forward pass, each computed when it is looked at."""

    def __init__(self, streams: Sequence[Floats], compute: Callable[[int, Floats], LayerTrace]) -> None:
        self.streams = streams  # (n, d) each: what enters layer 0, 1, ..., and what leaves the last
        self._compute = compute
        self._kept: OrderedDict[int, LayerTrace] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __len__(self) -> int:
        return len(self.streams) - 1

    @overload
    def __getitem__(self, i: int) -> LayerTrace: ...
    @overload
    def __getitem__(self, i: slice) -> tuple[LayerTrace, ...]: ...
    def __getitem__(self, i: int | slice) -> LayerTrace | tuple[LayerTrace, ...]:
        if isinstance(i, slice):
            return tuple(self[j] for j in range(*i.indices(len(self))))
        i = range(len(self))[i]
        with self._one_at_a_time:
            if i not in self._kept:
                stream = self.streams[i]
                # A layer of a long text is large: room is made before it is computed.
                while len(self._kept) >= max(1, TOKENS_KEPT // len(stream)):
                    self._kept.popitem(last=False)
                self._kept[i] = self._compute(i, stream)
            return self._kept[i]

    def __iter__(self) -> Iterator[LayerTrace]:
        return (self[i] for i in range(len(self)))


def trace_of(network: Callable[[], Any], ids: Ids, progress: Callable[[float], None] = lambda share: None) -> Trace:
    """Everything between ids and logits, in the network that `network()` gives: (n,) -> Trace."""
    import torch
    from transformers import LlamaForCausalLM

    whole = network()
    if not isinstance(whole, LlamaForCausalLM):
        raise ValueError(f"{type(whole).__name__} keeps its inside where this page cannot read it: a Llama is needed.")
    inner = whole.model
    with torch.inference_mode():
        x = _numbers(inner.embed_tokens(torch.from_numpy(ids.astype(np.int64))))
    shape = (len(x), x.shape[1])
    streams = Streams(*shape)
    for i in range(len(inner.layers)):
        progress(i / len(inner.layers))
        streams.append(x)
        x = _through(layer_of(whole, i, x))
    streams.append(x)
    U, bias = _numbers(whole.lm_head.weight), whole.lm_head.bias
    added = np.zeros(len(U), dtype=U.dtype) if bias is None else _numbers(bias)
    norm = inner.norm  # and not the whole network, which may be let go
    final = by_rows(lambda rows: _asked(norm, streams[-1][rows]), shape)
    return Trace(
        ids=ids,
        embedded=by_rows(lambda rows: streams[0][rows], shape),
        layers=Layers(streams, lambda i, x: layer_of(network(), i, x)),
        n_heads=whole.config.num_attention_heads,
        x=by_rows(lambda rows: streams[-1][rows], shape),
        final=final,
        U=U,
        bias=added,
        logits=by_rows(lambda rows: final[rows] @ U.T + added, (len(x), len(U))),
    )


def _through(layer: LayerTrace) -> Floats:
    x = layer.x.copy()
    for rows in blocks(*x.shape):
        x[rows] += layer.attention[rows]
        x[rows] += layer.mlp[rows]
    return x


def layer_of(network: Any, i: int, entering: Floats) -> LayerTrace:
    """One layer of the network, opened: the stream that enters it, (n, d)."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    inner, layer = network.model, network.model.layers[i]
    attends, mlp = layer.self_attn, layer.mlp
    with torch.inference_mode():
        x = torch.tensor(entering)
        normed = layer.input_layernorm(x)
        q, k, v = (
            project(normed).unflatten(-1, (-1, attends.head_dim)).transpose(0, 1)
            for project in (attends.q_proj, attends.k_proj, attends.v_proj)
        )
        cos, sin = inner.rotary_emb(x[None], position_ids=torch.arange(len(x))[None])
        q, k = apply_rotary_pos_emb(q[None], k[None], cos, sin)
        shared = attends.num_key_value_groups
        # With a batch of one in front, no table (h, n, n) is made.
        each = (q, k.repeat_interleave(shared, 1), v[None].repeat_interleave(shared, 1))
        heads = scaled_dot_product_attention(*each, is_causal=True, scale=attends.scaling)[0]
    q, k = q[0], [k[0, h // shared] for h in range(len(heads))]
    scores, weights = zip(*(_tables(*pair, attends.scaling) for pair in zip(q, k, strict=True)), strict=True)
    shape = (len(x), x.shape[1])
    attention = by_rows(lambda rows: _asked(attends.o_proj, heads[:, rows].transpose(0, 1).flatten(1)), shape)
    mlp_normed = by_rows(
        lambda rows: _asked(layer.post_attention_layernorm, x[rows] + torch.tensor(attention[rows])), shape
    )
    hidden = by_rows(
        lambda rows: _asked(lambda y: mlp.act_fn(mlp.gate_proj(y)) * mlp.up_proj(y), mlp_normed[rows]),
        (len(x), mlp.gate_proj.out_features),
    )
    return LayerTrace(
        x=_numbers(x),
        normed=by_rows(lambda rows: _asked(layer.input_layernorm, x[rows]), shape),
        q=_numbers(q),
        k=[_numbers(part) for part in k],
        v=[_numbers(v[h // shared]) for h in range(len(heads))],
        scores=scores,
        weights=weights,
        heads=_numbers(heads),
        W_o=_numbers(attends.o_proj.weight.T),
        attention=attention,
        mlp_normed=mlp_normed,
        hidden=hidden,
        mlp=by_rows(lambda rows: _asked(mlp.down_proj, hidden[rows]), shape),
    )


def _tables(q: Any, k: Any, scaling: float) -> tuple[Floats, Floats]:
    """A head's scores and weights, (n, n) each, in the network's own 32 bits."""
    import torch

    places = torch.arange(len(q))

    def scores(rows: Places) -> Any:
        later = places > places[rows][:, None]
        return (q[rows] @ k.T).mul_(scaling).masked_fill_(later, -torch.inf)

    shape = (len(q), len(q))
    return (
        by_rows(lambda rows: _numbers(scores(rows)), shape),
        by_rows(lambda rows: _numbers(scores(rows).softmax(-1)), shape),
    )


def _asked(part: Any, rows: Any) -> Floats:
    """What a part of the network makes of some rows."""
    import torch

    with torch.inference_mode():
        return _numbers(part(rows if isinstance(rows, torch.Tensor) else torch.tensor(rows)))


def _numbers(tensor: Any) -> Floats:
    """A tensor's numbers, not copied and not to be written to."""
    array = tensor.detach().numpy()
    array.setflags(write=False)
    return cast(Floats, array)
