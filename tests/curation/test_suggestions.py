"""Suggestions of parties and systems that may be one: what speaks for them, and what ends them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories
from transfers.curation import merging, suggestions
from transfers.models import System

pytestmark = pytest.mark.django_db


def list_pairs(kind="system"):
    return [suggestion.pair for suggestion in suggestions.list_suggestions(kind)]


@pytest.fixture
def pair():
    """Create two systems that may be one, the first found in a register."""
    register = factories.system("sa-21-register", name="SA/21", provisional=True)
    return factories.system("s-400", name="S-400", aliases=("SA-21",)), register


def test_record_that_is_not_provisional_stays(pair):
    assert list_pairs() == ["s-400~sa-21-register"]


def test_merged_records_are_suggested_no_more(pair):
    assert list_pairs()
    merging.merge(*pair, None, "One and the same")
    assert list_pairs() == []


def test_what_is_not_the_same_is_never_suggested_again(pair):
    [suggestion] = suggestions.list_suggestions("system")
    suggestions.keep_apart("system", suggestion, None)
    suggestions.keep_apart("system", suggestion, None)
    factories.system("another")
    assert list_pairs() == []


def test_family_and_variant_are_not_suggested(pair):
    winner, register = pair
    middle = factories.system("middle", name="Middle", variant_of=winner)
    register.variant_of = middle
    register.save()
    assert list_pairs() == []


def test_name_that_is_shared_knowingly_is_not_suggested(pair):
    _, register = pair
    register.shared_names = "SA/21"
    register.save()
    assert list_pairs() == []


@pytest.mark.parametrize(("recipient", "expected"), [("SRB", ["s-400~triumf"]), ("IND", [])])
def test_part_of_a_name_counts_with_parties_in_common(recipient, expected):
    factories.transfer("one", system=factories.system("s-400", name="S-400"))
    triumf = factories.system("triumf", name="S-400 Triumf", provisional=True)
    factories.transfer("other", system=triumf, recipient=recipient)
    assert list_pairs() == expected


def test_parties_are_suggested_but_no_two_states():
    for code, name in (("IRL", "Ireland"), ("ISL", "Iceland")):
        factories.party(code, name=name, kind="state")
    factories.party("X-ICELANT", name="Icelant", kind="unknown", provisional=True)
    assert list_pairs("party") == ["ISL~X-ICELANT"]


def test_names_are_compared_once_until_one_has_changed(pair, monkeypatch):
    first = list_pairs()
    monkeypatch.setattr(suggestions, "list_alike", lambda bearers: [])
    assert list_pairs() == first
    factories.system("another")
    assert list_pairs() == []


def test_number_is_that_of_the_list_once_it_was_read(pair):
    assert suggestions.count_suggestions("system") == 1
    merging.merge(*pair, None, "One and the same")
    list_pairs()
    assert suggestions.count_suggestions("system") == 0


def test_as_many_queries_with_more_names(pair):
    counts = []
    for start in (100, 500):
        numbers = range(start, start + 400)
        System.objects.bulk_create(
            System(slug=f"reed-{n}", name=f"Reed-{n}", category="other", description="reed") for n in numbers
        )
        with CaptureQueriesContext(connection) as queries:
            list_pairs()
        counts.append(len(queries))
    assert counts[0] == counts[1]
