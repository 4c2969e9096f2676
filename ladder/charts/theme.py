"""Colours and sizes that all charts share.

What happens (p) is blue and drawn as bars; what is believed (q) is orange and drawn as
ticks, on every page, so that shape tells them apart where colour does not. The palette is
Okabe and Ito's (2008), which keeps its contrast for all common kinds of colour vision;
amounts are cividis (Nuñez et al. 2018).
"""

import textwrap
from typing import Any

P_COLOUR = "#0072B2"
Q_COLOUR = "#E69F00"

OKABE_ITO = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
AMOUNT_SCHEME = "cividis"
GREY = "#8A8A8A"  # ruled out, not computed, or in the background: legible on white and on black

HEIGHT = 320  # pixels
TITLE_WIDTH = 46  # letters in a line of a title: what a phone shows


def lines(title: str) -> dict[str, Any]:
    """A title in lines that fit a phone, as Vega-Lite has it: who only wants a colour need not wait for Altair."""
    return {"text": textwrap.wrap(title, TITLE_WIDTH), "anchor": "start", "fontSize": 15}
