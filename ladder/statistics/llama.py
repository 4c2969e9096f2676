"""The inside of a network of the Llama family: RoPE, shared keys, RMSNorm, SwiGLU.

    norm(x) = g x / sqrt(mean(x^2) + eps)                  no mean is taken off
    q, k    turned by an angle that grows with the position: q . k sees only the distance
    mlp(x)  = (silu(x W_gate) * (x W_up)) W_down

Several heads of q share one k and v; they are written out for each head here. A layer is
computed when somebody looks at it, from the stream that enters it, which is kept; so is a row
of logits, from the final vectors. A text of 1,024 tokens fits into 170 MB that way.

Reference: H. Touvron et al., "LLaMA" (2023); J. Su et al., "RoFormer" (2021).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast, overload

import numpy as np

from ladder.geometry.trace import LayerTrace, Trace
from ladder.lenses.simplex import Floats
from ladder.math.encoding import Ids

TOKENS_KEPT = 1000  # over all layers that are kept: 20 layers of 50 tokens, one of a long text


class Layers(Sequence[LayerTrace]):
    """All layers of a forward pass, each computed when it is looked at."""

    def __init__(self, streams: Sequence[Floats], compute: Callable[[int, Floats], LayerTrace]) -> None:
        self.streams = tuple(streams)  # (n, d) each: what enters layer 0, 1, ...
        self._compute = compute
        self._kept: OrderedDict[int, LayerTrace] = OrderedDict()
        self._one_at_a_time = threading.Lock()

    def __len__(self) -> int:
        return len(self.streams)

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
                # A layer of a long text is large: room is made before it is computed.
                while len(self._kept) >= max(1, TOKENS_KEPT // len(self.streams[i])):
                    self._kept.popitem(last=False)
                self._kept[i] = self._compute(i, self.streams[i])
            return self._kept[i]

    def __iter__(self) -> Iterator[LayerTrace]:
        return (self[i] for i in range(len(self)))


class LogitRows:
    """final U' + bias, (n, V): the rows that are asked for, when they are asked for."""

    def __init__(self, final: Floats, U: Floats, bias: Floats) -> None:
        self._final, self._U, self._bias = final, U, bias
        self.shape = (len(final), len(U))

    def __len__(self) -> int:
        return len(self._final)

    def __getitem__(self, rows: int | slice) -> Floats:
        return self._final[rows] @ self._U.T + self._bias

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Floats:
        return self[:].astype(dtype or self._final.dtype, copy=False)


def trace_of(network: Callable[[], Any], ids: Ids) -> Trace:
    """Everything between ids and logits, in the network that `network()` gives: (n,) -> Trace."""
    import torch
    from transformers import LlamaForCausalLM

    whole = network()
    if not isinstance(whole, LlamaForCausalLM):
        raise ValueError(f"{type(whole).__name__} keeps its inside where this page cannot read it: a Llama is needed.")
    inner = whole.model
    with torch.inference_mode():
        read = torch.from_numpy(ids.astype(np.int64))[None]
        states = inner(read, output_hidden_states=True, use_cache=False).hidden_states
        x = states[-2][0]
        # The last of these has the norm on it: the stream before it is what the last layer leaves.
        x = inner.layers[-1](x[None], **_around(inner, x))[0]
        final = _numbers(inner.norm(x))
        U, bias = _numbers(whole.lm_head.weight), whole.lm_head.bias
        added = np.zeros(len(U), dtype=U.dtype) if bias is None else _numbers(bias)
    n_layers = len(inner.layers)
    streams = [_numbers(state[0]) for state in states[:n_layers]]
    return Trace(
        ids=ids,
        embedded=streams[0],
        layers=cast(tuple[LayerTrace, ...], Layers(streams, lambda i, x: layer_of(network(), i, x))),
        x=_numbers(x),
        final=final,
        U=U,
        bias=added,
        logits=cast(Floats, LogitRows(final, U, added)),
    )


def layer_of(network: Any, i: int, entering: Floats) -> LayerTrace:
    """One layer of the network, opened: the stream that enters it, (n, d)."""
    import torch
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    inner, layer = network.model, network.model.layers[i]
    d_k, shared = layer.self_attn.head_dim, layer.self_attn.num_key_value_groups
    with torch.inference_mode():
        x = torch.tensor(entering)
        normed = layer.input_layernorm(x)
        q, k, v = (
            project(normed).unflatten(-1, (-1, d_k)).transpose(0, 1)
            for project in (layer.self_attn.q_proj, layer.self_attn.k_proj, layer.self_attn.v_proj)
        )
        cos, sin = _around(inner, x)["position_embeddings"]
        q, k = (turned[0] for turned in apply_rotary_pos_emb(q[None], k[None], cos, sin))
        k, v = k.repeat_interleave(shared, 0), v.repeat_interleave(shared, 0)
        later = torch.ones(len(x), len(x), dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(1, 2)).mul_(layer.self_attn.scaling).masked_fill_(later, -torch.inf)
        weights = scores.softmax(-1)
        heads = weights @ v
        attention = layer.self_attn.o_proj(heads.transpose(0, 1).flatten(1))
        mlp_normed = layer.post_attention_layernorm(x + attention)
        hidden = layer.mlp.act_fn(layer.mlp.gate_proj(mlp_normed)) * layer.mlp.up_proj(mlp_normed)
        mlp = layer.mlp.down_proj(hidden)
        parts = (x, normed, q, k, v, scores, weights, heads, layer.self_attn.o_proj.weight.T)
        return LayerTrace(*map(_numbers, (*parts, attention, mlp_normed, hidden, mlp)))


def _around(inner: Any, x: Any) -> dict[str, Any]:
    """The positions of n tokens, as a layer wants them, and no look ahead."""
    import torch

    positions = torch.arange(len(x))[None]
    later = torch.full((len(x), len(x)), torch.finfo(x.dtype).min).triu(1)[None, None]
    return {"position_embeddings": inner.rotary_emb(x[None], position_ids=positions), "attention_mask": later}


def _numbers(tensor: Any) -> Floats:
    """A tensor's numbers, not copied and not to be written to."""
    array = tensor.detach().numpy()
    array.setflags(write=False)
    return array
