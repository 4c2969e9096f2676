"""Math: which alphabet?"""

from ladder.rungs import MATH
from ladder.ui.frame import open_rung, panels

view = open_rung(MATH)

from ladder.ui import math, merges

panels(
    view,
    {
        "tokens": ("Tokens", math.tokens_panel),
        "alphabets": ("Alphabets", math.alphabets_panel),
        "sizes": ("Vocabulary", math.sizes_panel),
        "merges": ("Merges", merges.merges_panel),
        "cuts": ("Side by side", merges.two_cuts_panel),
        "tax": ("Language tax", merges.tax_panel),
        "coarse": ("Coarse-graining", math.coarse_panel),
        "zipf": ("Zipf and Heaps", math.zipf_panel),
    },
)
