import pytest

from ladder.ui.verdict import FAILS, HOLDS, NEARLY, of_likeness


@pytest.mark.parametrize(
    ("same", "bits", "outcome"),
    [
        (1.0, 0.0, HOLDS),
        (1.0, 0.05, NEARLY),
        (0.9, 0.005, NEARLY),
        (0.81, 1.4, FAILS),  # the same choices, and far apart in what they believe
        (0.5, 0.005, FAILS),
    ],
)
def test_a_likeness_holds_in_choices_and_in_bits(same, bits, outcome):
    assert of_likeness(same, bits) == outcome
