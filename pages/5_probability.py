"""Probability: what will it say next?"""

from ladder.rungs import PROBABILITY
from ladder.ui.frame import open_rung, panels

view = open_rung(PROBABILITY)

from ladder.ui import probability
from ladder.ui.real_model import real_model_panel

panels(
    view,
    {
        "next": ("The next token", probability.next_token_panel),
        "you": ("You sample", probability.you_sample_panel),
        "write": ("Write", probability.write_panel),
        "temperature": ("Temperature", probability.temperature_panel),
        "real": ("A real model", real_model_panel),
        "chain": ("Two roads", probability.chain_panel),
        "typical": ("Typical texts", probability.typical_panel),
        "belief": ("Menu or belief?", probability.belief_panel),
        "file": ("The file", probability.file_panel),
        "zlib": ("What zlib would write", probability.compressor_panel),
        "guess": ("The Shannon game", probability.guess_panel),
        "loop": ("The loop", probability.loop_panel),
    },
)
