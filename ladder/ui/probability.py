"""The panels of the rung Probability, in the order in which they stand.

next_token.py    from logits to one token, step by step
written.py       a whole text, each token coloured by its surprise
heat.py          F, U, S and C over the temperature
coded_file.py    the held-out part as a real file
asked.py         what all of them ask first: which model, after which tokens
"""

from ladder.ui.coded_file import file_panel
from ladder.ui.heat import temperature_panel
from ladder.ui.next_token import next_token_panel
from ladder.ui.written import write_panel

__all__ = ["file_panel", "next_token_panel", "temperature_panel", "write_panel"]
