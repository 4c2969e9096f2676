"""Statistics: which q is nearest to p?"""

from ladder.rungs import STATISTICS
from ladder.ui import statistics
from ladder.ui.frame import open_rung, panels

view = open_rung(STATISTICS)
panels(
    view,
    {
        "fit": ("Fit q to p", statistics.fit_panel),
        "ngrams": ("N-grams", statistics.ngrams_panel),
        "leaderboard": ("Leaderboard", statistics.leaderboard_panel),
        "learned": ("Where did it learn this?", statistics.learned_panel),
    },
)
