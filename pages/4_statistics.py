"""Statistics: which q is nearest to p?"""

from ladder.rungs import STATISTICS
from ladder.ui.frame import open_rung, panels

view = open_rung(STATISTICS)

from ladder.ui.between import between_panel
from ladder.ui.by_order import ngrams_panel
from ladder.ui.cooling import cooling_panel
from ladder.ui.fitted import fit_panel
from ladder.ui.jaynes import jaynes_panel
from ladder.ui.landscape import landscape_panel
from ladder.ui.leaderboard import leaderboard_panel
from ladder.ui.learned import learned_panel
from ladder.ui.learning import learning_panel
from ladder.ui.moments import moments_panel
from ladder.ui.transformer import transformer_panel

panels(
    view,
    {
        "fit": ("Fit q to p", fit_panel),
        "ngrams": ("N-grams", ngrams_panel),
        "transformer": ("Transformer", transformer_panel),
        "leaderboard": ("Leaderboard", leaderboard_panel),
        "cooling": ("Surprise map", cooling_panel),
        "learned": ("Where did it learn this?", learned_panel),
        "learning": ("Counting is learning", learning_panel),
        "moments": ("Moments matched", moments_panel),
        "landscape": ("Landscape", landscape_panel),
        "jaynes": ("Largest entropy", jaynes_panel),
        "between": ("Between two texts", between_panel),
    },
)
