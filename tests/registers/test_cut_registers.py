"""An invented register cut into any ranges and layouts and brought in any order gives the rows of the whole.

Or it says which deals it could not settle. None is lost or doubled.
"""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.registers.test_ranges import add_id, bring, cut, rows, whole
from tests.support import registers
from transfers.models import RegistryRow
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


def _list_deals(spans, seed):
    """Return deals of which each range has some."""
    deals = [deal for deal in invent(60, seed) if deal.deliveries]
    years = {year for deal in deals for year in deal.delivery_years}
    assume(all(years & set(range(first, last + 1)) for first, last in spans))
    return deals


def _bring_parts(deals, spans, by_year):
    """Return the published rows after all parts were brought, and the records that were left out."""
    left_out = []
    for first, last in spans:
        left_out += bring(cut(deals, first, last, by_year=by_year)).plan.left_out()
    return rows(), left_out


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts(), st.integers(0, 99), st.booleans())
def test_a_register_cut_into_ranges_is_the_whole_again(spans, seed, by_year):
    deals = _list_deals(spans, seed)
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


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts(), st.integers(0, 3), st.integers(0, 99), st.booleans())
def test_the_whole_among_ranges_stands(spans, place, seed, by_year):
    deals = _list_deals(spans, seed)
    deals = [add_id(deal, number) for number, deal in enumerate(deals, 1)] if by_year else deals
    with transaction.atomic():
        bring(whole(deals, by_year=by_year))
        expected = sorted(map(str, rows().values()))
        transaction.set_rollback(True)
    with transaction.atomic():
        left_out = []
        for span in [*spans[:place], None, *spans[place:]]:
            register = cut(deals, *span, by_year=by_year) if span else whole(deals, by_year=by_year)
            left_out += bring(register).plan.left_out()
        actual = sorted(map(str, rows().values()))
        transaction.set_rollback(True)
    assert actual == expected or left_out


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts(), st.lists(st.booleans(), min_size=4, max_size=4), st.integers(0, 99))
def test_no_deal_is_doubled_or_mixed_with_another_whatever_the_layouts(spans, layouts, seed):
    deals = _list_deals(spans, seed)
    numbered = [add_id(deal, number) for number, deal in enumerate(deals, 1)]
    with transaction.atomic():
        for span, by_year in zip(spans, layouts, strict=False):
            bring(cut(numbered if by_year else deals, *span, by_year=by_year))
        public = [
            ((row.supplier_name, row.recipient_name, row.system_name, row.date_agreed[:4]), row)
            for row in RegistryRow.objects.current()
        ]
        transaction.set_rollback(True)
    delivered, shown = defaultdict(list), defaultdict(list)
    for deal in deals:
        delivered[deal.supplier, deal.recipient, deal.designation, str(deal.year)].append(deal.delivered)
    for key, row in public:
        shown[key].append(row.quantity_delivered_min)
    assert set(shown) <= set(delivered)
    for key, numbers in shown.items():
        stated = sorted(delivered[key], reverse=True)
        assert len(numbers) <= len(stated)
        assert all(few <= most for few, most in zip(sorted(numbers, reverse=True), stated, strict=False))
