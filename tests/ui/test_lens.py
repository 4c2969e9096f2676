import math
import re
from pathlib import Path

import pytest

from ladder.ui import lens
from ladder.ui.lens import LENSES


def test_a_number_is_written_in_the_lens_unit():
    assert LENSES["Shannon"].amount(2.0, per="byte") == "2.000 bits/byte"
    assert LENSES["Boltzmann"].amount(2.0, per="byte") == "1.386 nats/byte"
    assert LENSES["both"].amount(1.0) == "1.000 bits = 0.693 nats"


def test_charts_are_scaled_as_their_unit_says():
    assert LENSES["Shannon"].scale(3.0) == 3.0
    assert LENSES["Boltzmann"].scale(1.0) == pytest.approx(math.log(2))
    assert LENSES["both"].unit == "bits"


def test_formulas_and_words_follow_the_lens():
    shannon, boltzmann, both = (LENSES[name] for name in ("Shannon", "Boltzmann", "both"))
    assert (shannon.letter, shannon.log, shannon.tex_log) == ("H", "log₂", r"\log_2")
    assert (boltzmann.letter, boltzmann.log, boltzmann.tex_log) == ("S", "ln", r"\ln")
    assert both.letter == "H"
    assert shannon.tex(2.0, per="byte", digits=2) == r"2.00\ \text{bits/byte}"
    assert boltzmann.tex(2.0, digits=3) == r"1.386\ \text{nats}"
    assert shannon.power(300) == "2^{300}"
    assert boltzmann.power(300) == "e^{208}"


# In one unit whatever the lens: a count of orders (Boltzmann's own), and the area under a curve in nats squared.
ONE_UNIT_ONLY = {r"\ln\Omega", r"\int_0^1"}


def test_no_panel_writes_its_unit_into_a_formula_by_hand():
    panels = sorted(Path(lens.__file__).parent.glob("*.py"))
    by_hand = [
        f"{path.name}: {line.strip()}"
        for path in panels
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\\text\{+ ?(bits|nats)\b", line) and not any(allowed in line for allowed in ONE_UNIT_ONLY)
    ]
    assert by_hand == []
