"""The panels of the rung Probability, in the order in which they stand.

next_token.py    from logits to one token, step by step
written.py       a whole text, each token coloured by its surprise
heat.py          F, U, S and C over the temperature
phases.py        repetition, language, noise: text around the peak of C
chain.py         Metropolis' chain, and a false friend, beside drawing token by token
typical.py       most draws are alike, and the likeliest text is none of them
belief.py        reliability, calibration, and the menu
coded_file.py    the held-out part as a real file
asked.py         what all of them ask first: which model, after which tokens
"""

from ladder.ui.belief import belief_panel
from ladder.ui.chain import chain_panel
from ladder.ui.coded_file import file_panel
from ladder.ui.heat import temperature_panel
from ladder.ui.next_token import next_token_panel
from ladder.ui.typical import typical_panel
from ladder.ui.written import write_panel

__all__ = [
    "belief_panel",
    "chain_panel",
    "file_panel",
    "next_token_panel",
    "temperature_panel",
    "typical_panel",
    "write_panel",
]
