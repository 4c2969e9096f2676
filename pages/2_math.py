"""Math: which alphabet?"""

from ladder.rungs import MATH
from ladder.ui.frame import open_rung, panels

view = open_rung(MATH)

from ladder.ui.alphabets import alphabets_panel
from ladder.ui.coarse import coarse_panel
from ladder.ui.cut_tokens import tokens_panel
from ladder.ui.merges import merges_panel, tax_panel, two_cuts_panel
from ladder.ui.sizes import sizes_panel
from ladder.ui.zipf import zipf_panel

panels(
    view,
    {
        "tokens": ("Tokens", tokens_panel),
        "alphabets": ("Alphabets", alphabets_panel),
        "sizes": ("Vocabulary", sizes_panel),
        "merges": ("Merges", merges_panel),
        "cuts": ("Side by side", two_cuts_panel),
        "tax": ("Language tax", tax_panel),
        "coarse": ("Coarse-graining", coarse_panel),
        "zipf": ("Zipf and Heaps", zipf_panel),
    },
)
