"""What a figure measures by the verbs of its sentence."""

import pytest

from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.measures import find_measures


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        ("Serbia ordered six tanks.", {"ordered", "agreed"}),
        ("Serbia received six tanks.", {"delivered"}),
        ("Of ten ordered, six tanks were delivered.", {"ordered", "agreed", "delivered"}),
        ("Serbia ordered ten. The six tanks are green. Ten were delivered.", set()),
        ("Serbia has six tanks.", set()),
        ("Serbia will receive six tanks.", {"due"}),
        ("Six tanks are to be delivered.", {"due"}),
        ("Serbia plans to order six tanks.", None),
        ("Serbia may receive six tanks.", None),
        ("The six tanks were not delivered.", None),
    ],
)
def test_a_figure_measures_what_its_sentence_says_has_happened(text, measures):
    [mark] = [mark for mark in recognise(text, {}, {}, None) if mark.text.lower() == "six"]
    assert find_measures(text, mark) == measures
