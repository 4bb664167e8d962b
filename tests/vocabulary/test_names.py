"""The sentence that offers names like one that is unknown."""

import pytest

from transfers.vocabulary import names


@pytest.mark.parametrize(
    ("suggestions", "expected"),
    [
        ([], ""),
        (["system"], " Did you mean 'system'?"),
        (["Iran", "Iraq"], " Did you mean 'Iran' or 'Iraq'?"),
    ],
)
def test_suggestions_follow_a_sentence(suggestions, expected):
    assert names.format_suggestions(suggestions) == expected
