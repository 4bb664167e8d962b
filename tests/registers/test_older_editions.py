"""An older edition after a newer one: what is gone does not become public, nothing current has vanished."""

from dataclasses import replace

import pytest
from django.contrib.auth import get_user_model

from tests.registers import test_ranges as ranges
from tests.registers.test_importing import DEAL, KEY, bring, outcomes, row
from transfers.models import Quantity, RegistryRow, Transfer
from transfers.registers.importing import publishing, write
from transfers.registers.importing.absent import has_all_weapons

pytestmark = pytest.mark.django_db

OLDEST, OLDER, NEWER = "18 May 2022", "18 May 2024", "18 May 2026"
GONE = replace(DEAL, year=2003, comments="Left out since")
GONE_KEY = KEY.replace("2001", "2003")
FIRST = replace(DEAL, year=1999, comments="First of all")
LAST = replace(DEAL, year=2009, comments="Last of all")


def list_public():
    return sorted(RegistryRow.objects.current().values_list("key", flat=True))


@pytest.fixture
def newer():
    """Publish the newer edition, which covers the years from 1999 to 2009."""
    bring(FIRST, DEAL, LAST, generated=NEWER, publish=True)
    return list_public()


def test_deal_that_is_gone_is_a_draft_and_not_published(newer):
    done = bring(FIRST, DEAL, GONE, generated=OLDER, publish=True)
    assert (list_public(), done.revisions) == (newer, 0)
    assert Transfer.objects.get(key=GONE_KEY).state == "draft"


def test_plan_says_why_a_deal_that_is_gone_is_not_published(newer):
    done = bring(FIRST, DEAL, GONE, generated=OLDER)
    assert done.plan.deals[2].reason == (
        "The edition of 2026-05-18 has deals of these parties and years and not this one, so the import does"
        " not publish it."
    )


def test_import_that_is_published_later_leaves_what_is_gone(newer):
    batch = bring(FIRST, GONE, generated=OLDER).batch
    ada = get_user_model().objects.create_superuser("ada")
    revisions, _ = publishing.publish_import(batch, "Checked", ada, write.ignore_progress)
    assert (revisions.count(), list_public()) == (0, newer)


def test_draft_that_is_gone_is_not_published_by_an_older_edition():
    bring(FIRST, GONE, LAST, generated=OLDER)
    bring(FIRST, LAST, generated=NEWER, publish=True)
    public = list_public()
    bring(FIRST, GONE, LAST, generated=OLDER, publish=True)
    bring(FIRST, GONE, LAST, generated=OLDEST, publish=True)
    assert (len(public), list_public()) == (2, public)


def test_deal_that_changed_before_it_was_gone_is_not_published_again():
    bring(FIRST, GONE, LAST, generated=OLDEST, publish=True)
    bring(FIRST, LAST, generated=NEWER, publish=True)
    bring(FIRST, replace(GONE, ordered=9), LAST, generated=OLDER, publish=True)
    assert row(GONE_KEY).quantity_ordered_max == 3


@pytest.mark.parametrize(
    "other", [{"recipient": "Peru"}, {"supplier": "Italy"}, {"year": 1990}, {"year": 2015}]
)
def test_deal_that_the_newer_edition_does_not_cover_is_published(newer, other):
    assert bring(replace(GONE, **other), generated=OLDER, publish=True).revisions == 1


def test_deal_that_may_be_gone_is_not_published_from_a_file_without_a_date(newer):
    bring(GONE, generated="", publish=True)
    assert list_public() == newer


def test_new_deal_of_the_newest_edition_is_published(newer):
    assert bring(FIRST, DEAL, GONE, LAST, generated="18 May 2027", publish=True).revisions == 1


@pytest.mark.parametrize("generated", [OLDER, OLDEST, ""])
def test_current_deal_has_not_vanished_from_an_older_edition(newer, generated):
    assert bring(FIRST, LAST, GONE, generated=generated).plan.vanished == []


def test_deal_that_says_the_same_in_an_older_edition_is_of_an_earlier_edition(newer):
    assert outcomes(bring(FIRST, DEAL, LAST, generated=OLDER)) == {"earlier": 3}


def test_edition_between_two_does_not_follow_the_older_one_that_came_last(newer):
    bring(FIRST, DEAL, LAST, generated=OLDEST, publish=True)
    between = bring(FIRST, replace(DEAL, delivered=1), LAST, generated=OLDER, publish=True)
    assert outcomes(between) == {"earlier": 3}
    assert Quantity.objects.filter(transfer__key=KEY, measure="delivered").count() == 1


def bring_some_years(*deals, first, last, generated):
    preamble = tuple(line.format(first=first, last=last) for line in ranges.PREAMBLE)
    return bring(*deals, generated=generated, preamble=preamble, publish=True)


def test_deal_that_a_newer_edition_of_some_years_lacks_is_published():
    bring_some_years(FIRST, LAST, first=2000, last=2020, generated=NEWER)
    bring(FIRST, GONE, LAST, generated=OLDER, publish=True)
    assert GONE_KEY in list_public()


def test_deal_is_gone_though_an_edition_of_some_years_came_after(newer):
    bring_some_years(FIRST, DEAL, LAST, first=2000, last=2020, generated="18 May 2027")
    bring(FIRST, DEAL, GONE, generated=OLDER, publish=True)
    assert list_public() == newer


# Files of some weapons alone

ALL_YEARS = ("for the year range 'Not specified' to 'Not specified'", "Data generated: {generated}")
ALL_WEAPONS = ("Transfers of major weapons from All countries to All countries", *ALL_YEARS)
SHIPS = ("Transfers of ships from All countries to All countries", *ALL_YEARS)
TANK = replace(DEAL, designation="Sud 4", description="light tank", ordered=40, comments="For the army")


@pytest.mark.parametrize(
    ("title", "state"),
    [(ALL_WEAPONS, "draft"), (SHIPS, "published"), (ALL_YEARS, "published")],
)
def test_deal_of_other_weapons_than_a_newer_file_has_is_not_gone(title, state):
    bring(FIRST, DEAL, LAST, generated=NEWER, preamble=title, publish=True)
    bring(FIRST, TANK, LAST, generated=OLDER, publish=True)
    assert Transfer.objects.get(system__name="Sud 4").state == state


@pytest.mark.parametrize(("title", "vanished"), [(ALL_WEAPONS, 1), (SHIPS, 0)])
def test_deal_of_other_weapons_than_a_newer_file_has_has_not_vanished(title, vanished):
    bring(FIRST, TANK, LAST, generated=OLDER, publish=True)
    done = bring(FIRST, LAST, generated=NEWER, preamble=title, publish=True)
    assert len(done.plan.vanished) == vanished


@pytest.mark.parametrize(
    ("title", "has_all"),
    [
        ("Transfers of major weapons from All countries to India", True),
        ("Transfers of major weapons: Deals with deliveries or orders made for 1990 to 2020", True),
        ("Transfers of major arms from France", True),
        ("Transfers of naval weapons from All countries to All countries", False),
        ("Transfers of naval weapons: Deals with deliveries made for 1990 to 2020", False),
        ("Transfers of aircraft from All countries to All countries", False),
        ("Transfers of anti-submarine warfare weapons from All countries to India", False),
        ("", False),
    ],
)
def test_title_says_whether_a_file_has_all_weapons(title, has_all):
    assert has_all_weapons(title) is has_all
