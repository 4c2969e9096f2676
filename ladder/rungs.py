"""The ladder in one table: menu, pages, README and the import law all read it.

Each row is a rung, from the ground up. `package` is where its code lives, `page`
the file that shows it, `url` the path that a link carries. PAGES adds what is no rung.
"""

from typing import NamedTuple


class Rung(NamedTuple):
    """One rung: its names, its question, and what the text is while it stands there."""

    name: str
    package: str
    page: str
    question: str
    text_is: str
    icon: str

    @property
    def url(self) -> str:
        """The path of the rung's page in the browser."""
        return self.name.lower()


REALITY = Rung("Reality", "ladder.reality", "pages/1_reality.py", "What is there, and what is left out?", "bytes", "🌍")
MATH = Rung("Math", "ladder.math", "pages/2_math.py", "Which alphabet?", "token ids", "🔢")
GEOMETRY = Rung("Geometry", "ladder.geometry", "pages/3_geometry.py", "Where does a token lie?", "vectors", "📐")
STATISTICS = Rung(
    "Statistics", "ladder.statistics", "pages/4_statistics.py", "Which q is nearest to p?", "a fitted model q", "📊"
)
PROBABILITY = Rung(
    "Probability", "ladder.probability", "pages/5_probability.py", "What will it say next?", "draws from q", "🎲"
)

RUNGS = (REALITY, MATH, GEOMETRY, STATISTICS, PROBABILITY)

# No rung, but a page: it looks at all five at once.
BRIDGE = Rung("Bridge", "ladder.bridge", "pages/6_bridge.py", "Do both lenses see one number?", "checked", "🌉")

PAGES = (*RUNGS, BRIDGE)

# The last of the menu is about the server and no text: it stands beside the ladder.
CLASSROOM = Rung("Classroom", "ladder.ui", "pages/7_classroom.py", "Does the server hold the class?", "", "🏫")

# A module may import from its own package and from those to the left of it, never to the right.
IMPORT_ORDER = (
    "ladder.rungs",
    "ladder.settings",
    "ladder.lenses",
    *(rung.package for rung in RUNGS),
    "ladder.waterfall",
    "ladder.bridge",
    "ladder.charts",
    "ladder.ui",
    "pages",
)
