"""What is due is a plan: it stands in the row by itself and changes no other field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.publication.test_figures import CLAIMS, KINDS, claim, sale
from tests.support import factories
from transfers.models import RegistryRow
from transfers.publication import publish, verify
from transfers.publication.figures import resolve
from transfers.vocabulary import written_dates

DUE = {"date_due", "date_due_earliest", "date_due_latest"}


@given(KINDS, CLAIMS, st.sampled_from(["2026", "../2026", "2015/2017", "2019-07/.."]))
def test_a_plan_changes_nothing_else_of_the_row(kind, claims, date):
    """But for the sources and the disputes of the plan itself, of which it is one."""
    apart = {*DUE, "disputed", "sources", "origins"}
    with_plan = resolve(kind, [*claims, claim("date_due", date=date)])
    without = resolve(kind, claims)
    assert {name: with_plan[name] for name in with_plan.keys() - apart} == {
        name: without[name] for name in without.keys() - apart
    }


@pytest.mark.parametrize("date", ["2015", "../2015", "2015-06-01"])
def test_a_plan_that_has_passed_delivers_nothing(date):
    row = sale(claim("date_due", date=date))
    assert (row["status"], row["date_delivered"], row["date_due"]) == ("reported", None, date)


def test_plans_that_differ_are_disputed():
    row = sale(claim("date_due", date="2025"), claim("date_due", date="2026", source="b"))
    assert (row["date_due"], row["disputed"]) == ("2025/2026", ["date_due"])


@pytest.mark.django_db
def test_a_planned_delivery_is_published():
    record = factories.date("due", written_dates.parse("by the end of 2026")).transfer
    publish.publish([record], "Announced")
    row = RegistryRow.objects.get()
    assert (row.status, row.date_due, str(row.date_due_latest)) == ("reported", "../2026", "2026-12-31")
    assert list(verify.list_faults()) == []
