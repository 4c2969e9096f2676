"""Reality: what is there, and what is left out?"""

from ladder.rungs import REALITY
from ladder.ui.frame import open_rung, panels

view = open_rung(REALITY)

from ladder.ui.along import along_panel
from ladder.ui.compressors import compressors_panel
from ladder.ui.estimates import entropy_panel
from ladder.ui.missing import missing_panel
from ladder.ui.raw_bytes import bytes_panel
from ladder.ui.sliced import slice_panel

panels(
    view,
    {
        "bytes": ("Bytes", bytes_panel),
        "entropy": ("Entropy", entropy_panel),
        "compressors": ("Compressors", compressors_panel),
        "along": ("Along the file", along_panel),
        "slice": ("The slice", slice_panel),
        "missing": ("What is missing", missing_panel),
    },
)
