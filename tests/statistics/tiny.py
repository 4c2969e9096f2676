"""A language model made on the spot: random, of the Llama family, with an alphabet that lacks bytes."""

from pathlib import Path

from ladder.math.byte_level import BYTE_OF
from ladder.statistics.borrowed import WEIGHTS, Place

TEXT = "To be, or not to be, that is the question.\nThe rest is silence é\n" * 3
LACKING = (4, 6, 0xC0, 0xFF)


def make_tiny(folder: Path, **shape) -> Place:
    """The folder of a random model of 3 layers, 4 heads on 2 keys, written as transformers writes one."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters = [letter for letter, byte in BYTE_OF.items() if byte not in LACKING]
    trainer = trainers.BpeTrainer(
        vocab_size=280, initial_alphabet=letters, special_tokens=["<|start|>", "<|end|>"], show_progress=False
    )
    tokenizer.train_from_iterator([TEXT], trainer)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(3)
    settings = {
        "vocab_size": tokenizer.get_vocab_size(),
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 256,
        "tie_word_embeddings": True,
        "initializer_range": 0.3,
        "bos_token_id": 0,
        "eos_token_id": 1,
    }
    LlamaForCausalLM(LlamaConfig(**settings | shape)).save_pretrained(folder)
    return Place("tiny", folder, None, (folder / WEIGHTS).stat().st_size)
