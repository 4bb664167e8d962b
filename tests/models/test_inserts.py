"""Bulk inserts: the values that a save would have stored, and the constraints that it would have met."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.support import factories
from transfers.models import ImportBatch, Proposal, RegisterDeal, Transfer, Valuation
from transfers.models.inserts import insert

pytestmark = pytest.mark.django_db


def transfers(*keys, **values):
    base = factories.transfer("base")
    where = {name: getattr(base, name) for name in ("supplier_id", "recipient_id", "system_id")}
    return [{**where, "key": key, **values} for key in keys]


def test_rows_get_their_fields_defaults():
    insert(Transfer, transfers("a", "b", note="Told"))
    saved, made = Transfer.objects.get(key="base"), Transfer.objects.get(key="a")
    assert (made.kind, made.state, made.location, made.note) == (saved.kind, saved.state, "", "Told")


def test_values_are_stored_as_a_save_stores_them():
    base = factories.transfer()
    batch = ImportBatch.objects.create(layout="bundle", file_name="r", sha256="a", records=1)
    stated = {"comments": "Ёж; 100 %\n", "ordered": 3, "tiv": None}
    deal = {"transfer_id": base.pk, "batch_id": batch.pk, "outcome": "new", "locator": "l", "stated": stated}
    insert(RegisterDeal, [deal])
    when = datetime(2026, 5, 18, 14, 29, 20, 5, tzinfo=UTC)
    said = {"transfer_id": base.pk, "field": "deal_value", "minimum": Decimal("1.5"), "decided": when}
    insert(Proposal, [said, {"transfer_id": base.pk, "field": "kind"}])
    first, second = Proposal.objects.all()
    assert RegisterDeal.objects.get().stated == stated
    assert (first.minimum, first.decided, first.doubtful) == (Decimal("1.5"), when, False)
    assert (second.minimum, second.decided, second.decision) == (None, None, "open")
    saved = Proposal.objects.create(transfer=base, field="deal_value", minimum=Decimal("1.5"), decided=when)
    assert Proposal.objects.filter(minimum=saved.minimum, decided=saved.decided).count() == 2


def test_no_row_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert(Transfer, iter(()))


def test_rows_go_in_by_one_statement(django_assert_num_queries):
    rows = transfers(*(f"key-{number}" for number in range(2500)))
    with django_assert_num_queries(1):
        insert(Transfer, rows)
    assert Transfer.objects.count() == 2501


def test_constraints_hold_and_nothing_of_a_refused_insert_stays():
    rows = transfers("a", "b")
    rows[1]["recipient_id"] = rows[1]["supplier_id"]
    with pytest.raises(IntegrityError, match="transfer_parties_differ"), transaction.atomic():
        insert(Transfer, rows)
    assert Transfer.objects.count() == 1


def test_large_decimals_are_exact():
    source, transfer = factories.source(), factories.transfer()
    number = Decimal("999999999999.999")
    claim = {
        "source_id": source.pk, "transfer_id": transfer.pk, "measure": "tiv_unit", "minimum": number,
        "maximum": number, "locator": "l", "excerpt": "e", "credibility": 2,
    }  # fmt: skip
    insert(Valuation, [claim])
    assert Valuation.objects.get().minimum == number
