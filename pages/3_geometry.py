"""The rung Geometry: where does a token lie, and what lies near it?"""

from ladder.rungs import GEOMETRY
from ladder.ui.frame import open_rung, panels

view = open_rung(GEOMETRY)

from ladder.ui import attention, cosine, hubs, inside, maps, neighbours, senses, shape, words

panels(
    view,
    {
        "map": ("Map", maps.map_panel),
        "neighbours": ("Neighbours", neighbours.neighbours_panel),
        "hubs": ("Hubs", hubs.hubs_panel),
        "words": ("Words", words.words_panel),
        "attention": ("Attention", attention.attention_panel),
        "senses": ("Senses", senses.senses_panel),
        "cosine": ("Is it cosine?", cosine.cosine_panel),
        "inside": ("Text to token", inside.inside_panel),
        "shape": ("Shape", shape.shape_panel),
    },
)
