"""The panels of the rung Probability, in the order in which they stand.

next_token.py    from logits to one token, step by step
written.py       a whole text, each token coloured by its surprise
live.py          the same, token by token, to be stopped
heat.py          F, U, S and C over the temperature
phases.py        repetition, language, noise: text around the peak of C
chain.py         Metropolis' chain, and a false friend, beside drawing token by token
typical.py       most draws are alike, and the likeliest text is none of them
belief.py        reliability, calibration, and the menu
coded_file.py    the held-out part as a real file
read_back.py     a file from anywhere, turned back into its text
zlib_writes.py   what a compressor would write
you_sample.py    the reader picks the tokens
guess.py         the Shannon game
loop.py          each model learns from what the one before has drawn
chosen.py        the models of the rung below that can be asked
asked.py         what all of them ask first: which model, after which tokens
"""

from ladder.ui.belief import belief_panel
from ladder.ui.chain import chain_panel
from ladder.ui.coded_file import file_panel
from ladder.ui.guess import guess_panel
from ladder.ui.heat import temperature_panel
from ladder.ui.loop import loop_panel
from ladder.ui.next_token import next_token_panel
from ladder.ui.typical import typical_panel
from ladder.ui.written import write_panel
from ladder.ui.you_sample import you_sample_panel
from ladder.ui.zlib_writes import compressor_panel

__all__ = [
    "belief_panel",
    "chain_panel",
    "compressor_panel",
    "file_panel",
    "guess_panel",
    "loop_panel",
    "next_token_panel",
    "temperature_panel",
    "typical_panel",
    "write_panel",
    "you_sample_panel",
]
