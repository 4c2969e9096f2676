import math

import pytest

from ladder.ui.lens import LENSES


def test_a_number_is_written_in_the_lens_unit():
    assert LENSES["Shannon"].amount(2.0, per="byte") == "2.000 bits/byte"
    assert LENSES["Boltzmann"].amount(2.0, per="byte") == "1.386 nats/byte"
    assert LENSES["both"].amount(1.0) == "1.000 bits = 0.693 nats"


def test_charts_are_scaled_as_their_unit_says():
    assert LENSES["Shannon"].scale(3.0) == 3.0
    assert LENSES["Boltzmann"].scale(1.0) == pytest.approx(math.log(2))
    assert LENSES["both"].unit == "bits"
