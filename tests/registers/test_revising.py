"""What a later edition takes back, counts in another unit, or only words anew: in curation, row and log."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model

from tests.registers import test_ranges as ranges
from tests.registers.test_importing import CLAIMS, DEAL, bring, outcomes, row
from tests.support import factories
from transfers.models import (
    Quantity,
    RegistryClaim,
    RegistryRow,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.publication import verify
from transfers.registers.importing import publishing, undo, write
from transfers.registers.reading import read_file

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
LATER, LATEST = "19 May 2027", "20 May 2028"
BLANK = replace(
    DEAL, ordered=None, ordered_uncertain=False, delivered=0, delivery_years=(), tiv_ordered=None,
    tiv_delivered=None,
)  # fmt: skip
ROCKETS = replace(DEAL, description="guided bomb")
DRONES = replace(ROCKETS, description="guided rocket")


@pytest.fixture
def editions():
    """Publish the two editions of the case."""
    for year in (2024, 2026):
        register = read_file(CASES / f"edition-{year}.csv")
        write.import_register(register, file_name=f"{year}.csv", reason=f"Edition {year}", publish_too=True)


def get_row(system, year):
    return RegistryRow.objects.current().get(key__contains=system, key__endswith=f"-{year}")


def list_figures(shown):
    """Return what the row shows of an order and its delivery."""
    return (
        shown.quantity_ordered_max, shown.quantity_delivered_max, shown.date_delivered, shown.tiv_unit,
        shown.tiv_ordered, shown.tiv_delivered, shown.disputed,
    )  # fmt: skip


@pytest.mark.usefixtures("editions")
@pytest.mark.parametrize(
    ("system", "year", "figures"),
    [
        ("wespe", 2022, (300, 300, "2022/2023", 0.05, 15, 15, None)),
        ("vezir", 2021, (24, 24, "2023/2024", 1, 24, 24, None)),
        ("adler", 2020, (None, 0, None, 10, None, None, None)),
    ],
)
def test_newest_edition_stands(system, year, figures):
    assert list_figures(get_row(system, year)) == figures


@pytest.mark.usefixtures("editions")
def test_log_tells_what_an_edition_took_back():
    public = RegistryClaim.objects.filter(transfer__contains="adler")
    assert set(public.filter(until__isnull=False).values_list("measure", flat=True)) == {
        "quantity_ordered", "date_delivered", "tiv_ordered", "tiv_delivered",
    }  # fmt: skip
    assert list(verify.list_faults()) == []


RETRACTIONS = {
    "ordered": (Quantity, "ordered", "quantity_ordered_max"),
    "delivered": (Quantity, "delivered", "quantity_delivered_max"),
    "year": (TransferDate, "agreed", "date_agreed"),
    "delivery_years": (TransferDate, "delivered", "date_delivered"),
    "tiv_unit": (Valuation, "tiv_unit", "tiv_unit"),
    "tiv_ordered": (Valuation, "tiv_ordered", "tiv_ordered"),
    "tiv_delivered": (Valuation, "tiv_delivered", "tiv_delivered"),
}


@pytest.mark.parametrize("field", RETRACTIONS)
def test_figure_that_an_edition_leaves_blank_is_gone_from_the_row(field):
    empty = () if field == "delivery_years" else None
    marks = {"ordered_uncertain": False} if field == "ordered" else {}
    bring(DEAL, publish=True)
    bring(replace(DEAL, **{field: empty}, **marks), generated=LATER, publish=True)
    model, measure, shown = RETRACTIONS[field]
    assert getattr(row(), shown) is None
    assert not model.objects.filter(**{model.MEASURE_FIELD: measure}).exists()


def test_history_names_the_edition_that_leaves_a_figure_blank():
    bring(DEAL)
    batch = bring(BLANK, generated=LATER).batch
    copy = Quantity.history.get(history_type="-")
    assert (copy.minimum, copy.history_change_reason) == (3, f"Blank in {batch.source.key}")


def test_blank_takes_back_what_every_earlier_edition_stated():
    bring(DEAL)
    bring(replace(DEAL, ordered=4), generated=LATER)
    bring(BLANK, generated=LATEST, publish=True)
    assert row().quantity_ordered_max is None


def test_figure_stated_again_counts_again():
    for deal, generated in ((DEAL, "18 May 2026"), (BLANK, LATER), (DEAL, LATEST)):
        bring(deal, generated=generated, publish=True)
    assert row().quantity_ordered_max == 3
    assert list(verify.list_faults()) == []


def test_claim_that_a_curator_preferred_is_not_taken_back():
    bring(DEAL)
    Quantity.objects.filter(measure="ordered").update(preferred=True)
    bring(BLANK, generated=LATER, publish=True)
    assert row().quantity_ordered_max == 3


def test_blank_takes_back_nothing_of_another_source():
    bring(DEAL)
    factories.quantity("ordered", 5, transfer=Transfer.objects.get(), unit="ship")
    bring(BLANK, generated=LATER, publish=True)
    assert row().quantity_ordered_max == 5


def test_earlier_edition_takes_nothing_back():
    bring(DEAL, generated=LATER, publish=True)
    bring(BLANK, publish=True)
    assert row().quantity_ordered_max == 3


def test_edition_that_is_later_only_perhaps_takes_nothing_back():
    bring(DEAL)
    bring(BLANK, generated="", publish=True)
    assert row().quantity_ordered_max == 3


def test_other_layout_takes_nothing_back_that_it_never_states():
    bring(DEAL, publish=True)
    bring(replace(DEAL, delivered=3), by_year=True, generated=LATER, publish=True)
    assert (row().quantity_ordered_max, row().tiv_ordered) == (3, 240)


def list_curated():
    """Return every claim as it stands in curation."""
    return [sorted(model.objects.values(), key=lambda claim: claim["id"]) for model in CLAIMS]


@pytest.mark.parametrize("publish", [True, False])
def test_undoing_the_edition_brings_back_what_it_took(publish):
    bring(DEAL, publish=True)
    curated, shown = list_curated(), list_figures(row())
    batch = bring(BLANK, generated=LATER, publish=publish).batch
    undo.undo_import(batch, "Not the real edition")
    assert (list_curated(), list_figures(row())) == (curated, shown)
    assert Transfer.objects.get().state == "published"
    assert list(verify.list_faults()) == []


@pytest.mark.parametrize(
    ("before", "after", "unit"),
    [
        ("guided bomb", "guided rocket", "missile"),
        ("SAM system", "AA gun", "gun"),
        ("towed gun", "MRL", "launcher"),
        ("MRL", "towed gun", "gun"),
    ],
)
def test_numbers_of_a_deal_are_all_in_the_unit_of_the_newest_edition(before, after, unit):
    deal = replace(DEAL, description=before)
    bring(deal, publish=True)
    done = bring(replace(deal, description=after, delivered=3), generated=LATER, publish=True)
    assert outcomes(done) == {"changed": 1}
    shown = row()
    assert (shown.unit, shown.quantity_ordered_max, shown.quantity_delivered_max, shown.disputed) == (
        unit, 3, 3, None,
    )  # fmt: skip


def test_unit_that_stays_is_not_claimed_again():
    bring(ROCKETS)
    bring(replace(ROCKETS, delivered=3), generated=LATER)
    assert Quantity.objects.filter(measure="ordered").count() == 1


@pytest.mark.parametrize(
    "words",
    [
        {"description": "light frigate"},
        {"comments": "First of the class"},
        {"description": "Frigate", "comments": ""},
        {"designation": "Nord-7"},
    ],
)
def test_other_words_leave_a_public_transfer_public(words):
    bring(DEAL, publish=True)
    done = bring(replace(DEAL, **words), generated=LATER)
    assert outcomes(done) == {"changed": 1}
    assert Transfer.objects.get().state == "published"


@pytest.mark.parametrize("change", [{"tiv_unit": Decimal(81)}, {"condition": "second_hand"}, {"year": 2002}])
def test_other_facts_make_a_public_transfer_a_draft(change):
    bring(DEAL, publish=True)
    bring(replace(DEAL, **change), generated=LATER)
    assert Transfer.objects.get().state == "draft"


def test_public_row_of_a_deal_in_another_unit_follows_when_the_import_is_published():
    bring(ROCKETS, publish=True)
    bring(DRONES, generated=LATER, publish=True)
    shown = row()
    assert (shown.unit, shown.quantity_ordered_max, Transfer.objects.get().state) == (
        "missile",
        3,
        "published",
    )


def test_deal_in_another_unit_waits_for_the_publication_of_its_import():
    bring(ROCKETS, publish=True)
    batch = bring(DRONES, generated=LATER).batch
    assert row().unit == "item"
    ada = get_user_model().objects.create_superuser("ada")
    revisions, _ = publishing.publish_import(batch, "Checked", ada, write.ignore_progress)
    assert (len(revisions), row().unit) == (1, "missile")
    assert not Transfer.objects.publishable_from(batch).exists()


def test_other_description_alone_leaves_nothing_to_publish():
    bring(DEAL, publish=True)
    batch = bring(replace(DEAL, description="light frigate"), generated=LATER).batch
    assert not Transfer.objects.publishable_from(batch).exists()


QUILL = ranges.deal("Quill-2", 10, {1985: 4, 1995: 6})


def bring_part(first, last, generated, **blank):
    register = ranges.cut([QUILL], first, last, generated=generated)
    ranges.bring(replace(register, deals=[replace(each, **blank) for each in register.deals]))


def list_periods(measure):
    return sorted(Valuation.objects.filter(measure=measure).values_list("period", flat=True))


def test_blank_of_some_years_takes_back_what_was_said_of_those_years():
    bring_part(1950, 1989, "4 Mar 2024")
    bring_part(1990, 2023, "4 Mar 2024")
    bring_part(1990, 2023, "4 Apr 2024", tiv_delivered=None)
    assert list_periods("tiv_delivered") == ["1950/1989"]


def test_blank_of_some_years_takes_back_what_is_of_no_years():
    bring_part(1950, 1989, "4 Mar 2024")
    bring_part(1950, 1989, "4 Apr 2024", tiv_unit=None)
    assert (list_periods("tiv_unit"), list_periods("tiv_delivered")) == ([], ["1950/1989"])
