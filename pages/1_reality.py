"""Reality: what is there, and what is left out?"""

from ladder.rungs import REALITY
from ladder.ui.frame import open_rung, panels

view = open_rung(REALITY)

from ladder.ui import reality

panels(
    view,
    {
        "bytes": ("Bytes", reality.bytes_panel),
        "entropy": ("Entropy", reality.entropy_panel),
        "compressors": ("Compressors", reality.compressors_panel),
        "along": ("Along the file", reality.along_panel),
        "slice": ("The slice", reality.slice_panel),
        "missing": ("What is missing", reality.missing_panel),
    },
)
