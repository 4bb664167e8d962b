"""Imports of editions that state deals under other designations: one deal each, and none twice in public."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.registers.test_importing import DEAL, KEY, bring, outcomes, row
from transfers.models import RegistryRow, Transfer
from transfers.registers.importing import write
from transfers.registers.reading import read_file

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
LATER = "19 May 2027"
TWIN = replace(DEAL, designation="Nord 7/Export")


def bring_case(name):
    return write.import_register(
        read_file(CASES / name), file_name=name, reason="Edition read", publish_too=True
    )


def test_renamed_deal_stands_once_in_public():
    bring_case("edition-2024.csv")
    bring_case("edition-2026.csv")
    tanks = RegistryRow.objects.current().filter(key__contains="zenda")
    assert [(tank.quantity_ordered_max, tank.tiv_delivered) for tank in tanks] == [(12, 4.8)]


@pytest.mark.parametrize("designation", ["Nord 7/Export", "Nord 7 Mk-2", "Sud 9"])
def test_new_designation_adds_no_deal(designation):
    bring(DEAL, publish=True)
    done = bring(replace(DEAL, designation=designation), generated=LATER, publish=True)
    assert outcomes(done) == {"changed": 1}
    assert (Transfer.objects.count(), row().quantity_ordered_max) == (1, 3)


def test_designation_of_the_other_layout_adds_no_deal():
    bring(DEAL, publish=True)
    bring(TWIN, by_year=True, generated=LATER, publish=True)
    assert Transfer.objects.count() == 1


def test_edition_after_a_rename_asks_nothing():
    bring(DEAL)
    bring(TWIN, generated=LATER)
    again = bring(replace(TWIN, delivered=3), generated="20 May 2028")
    assert (outcomes(again), Transfer.objects.count()) == ({"changed": 1}, 1)


def test_deal_that_may_be_a_renamed_one_is_not_published_as_a_second():
    bring(DEAL, publish=True)
    done = bring(replace(TWIN, ordered=4), generated=LATER, publish=True)
    assert outcomes(done) == {"ambiguous": 1}
    assert list(RegistryRow.objects.current().values_list("key", flat=True)) == [KEY]


def test_new_deal_of_another_system_is_no_rename():
    bring(DEAL)
    done = bring(DEAL, replace(TWIN, year=2012, delivery_years=(2015,)), generated=LATER)
    assert outcomes(done) == {"unchanged": 1, "new": 1}
