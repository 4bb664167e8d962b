"""An invented register cut into any ranges of years and brought in any order gives the rows of the whole."""

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.registers.test_ranges import add_id, bring, cut, rows, whole
from tests.support import registers
from transfers.registers.reading.records import Delivery

pytestmark = pytest.mark.django_db
FIRST, LAST = 1950, 2023


def invent(number, seed):
    """Return invented deals, each with what was delivered by year."""
    random = Random(seed)
    deals = [deal for deal in registers.deals(number, seed) if deal.year <= LAST - 8]
    return [_crowd(_deliver(deal, random), random) for deal in deals]


def _crowd(deal, random):
    """Return the deal as one of few parties and systems, so that many deals may be one another."""
    return replace(
        deal,
        supplier=random.choice(("Utopia", "Ruritania")),
        recipient=random.choice(("Erewhon", "Lilliput")),
        designation=random.choice(("Quill-1", "Quill-2", "Quill-3")),
        description="towed gun",
    )


def _deliver(deal, random):
    years = deal.delivery_years
    unit = deal.tiv_unit or Decimal(0)
    numbers = [1 + random.randrange(5) for _ in years]
    total = sum(numbers)
    deliveries = tuple(
        Delivery(0, year, False, count, False, unit * count)
        for year, count in zip(years, numbers, strict=True)
    )
    ordered = None if deal.ordered is None else max(deal.ordered, total)
    return replace(
        deal,
        deliveries=deliveries,
        delivered=total,
        ordered=ordered,
        tiv_delivered=unit * total,
        delivered_uncertain=False,
        comments=deal.comments.replace("\n", " "),
    )


@st.composite
def cuts(draw):
    lasts = draw(st.lists(st.integers(FIRST + 8, LAST - 8), min_size=1, max_size=3, unique=True).map(sorted))
    starts = [FIRST, *(last + 1 for last in lasts)]
    return draw(st.permutations(list(zip(starts, [*lasts, LAST], strict=True))))


def _bring_parts(deals, spans, by_year):
    """Return the published rows after all parts were brought, and the records that were left out."""
    left_out = []
    for first, last in spans:
        left_out += bring(cut(deals, first, last, by_year=by_year)).plan.left_out()
    return rows(), left_out


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts(), st.integers(0, 99), st.booleans())
def test_a_register_cut_into_ranges_is_the_whole_again(spans, seed, by_year):
    deals = [deal for deal in invent(60, seed) if deal.deliveries]
    years = {year for deal in deals for year in deal.delivery_years}
    assume(all(years & set(range(first, last + 1)) for first, last in spans))  # a file has a record
    deals = [add_id(deal, place) for place, deal in enumerate(deals, 1)] if by_year else deals
    with transaction.atomic():
        bring(whole(deals, by_year=by_year))
        expected = rows()
        transaction.set_rollback(True)
    with transaction.atomic():
        actual, left_out = _bring_parts(deals, spans, by_year)
        transaction.set_rollback(True)
    if left_out:
        assert sum(values[1] or 0 for values in actual.values()) < sum(deal.delivered for deal in deals)
    else:
        assert sorted(map(str, actual.values())) == sorted(map(str, expected.values()))
