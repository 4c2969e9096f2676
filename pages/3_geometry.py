"""The rung Geometry: where does a token lie, and what lies near it?"""

from ladder.rungs import GEOMETRY
from ladder.ui.frame import open_rung, panels

view = open_rung(GEOMETRY)

from ladder.ui import geometry

panels(
    view,
    {
        "map": ("Map", geometry.map_panel),
        "neighbours": ("Neighbours", geometry.neighbours_panel),
        "attention": ("Attention", geometry.attention_panel),
        "shape": ("Shape", geometry.shape_panel),
    },
)
