"""Imports of registers: what each record becomes, in curation, in history and in the log."""

import csv
import threading
from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import registers
from transfers.models import (
    ImportBatch,
    Proposal,
    Quantity,
    RegisterDeal,
    RegistryRow,
    Revision,
    Source,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.publication import verify
from transfers.publication.log import NotPublishable
from transfers.registers.importing import imported, report, write
from transfers.registers.importing.claims import list_figures
from transfers.registers.importing.plan import build_plan
from transfers.registers.reading import read_register
from transfers.registers.reading.records import Deal
from transfers.vocabulary.edtf import EDTFError

pytestmark = pytest.mark.django_db

CLAIMS = (Quantity, TransferDate, Valuation)
DEAL = Deal(
    lines=(), supplier="France", recipient="India", designation="Nord 7", description="frigate", year=2001,
    ordered=3, ordered_uncertain=True, delivered=2, delivery_years=(2004, 2006), condition="new",
    comments="First of class", tiv_unit=Decimal("80"), tiv_ordered=Decimal("240"),
    tiv_delivered=Decimal("160"),
)  # fmt: skip
KEY = "x-france-x-india-nord-7-2001"


def edition(*deals, generated="18 May 2026", by_year=False, **variant):
    """Return the register that an export of these deals is read into."""
    write_file = registers.write_delivery_years if by_year else registers.write_trade_register
    return read_register(write_file(deals, generated=generated, encoding="utf-8", **variant))


def bring(*deals, publish=False, **variant):
    """Import an edition of these deals and return the report."""
    options = {"file_name": "r.csv", "reason": "Edition read", "publish_too": publish}
    return write.import_register(edition(*deals, **variant), **options)


def outcomes(done):
    return {name: count for name, count in done.plan.counts().items() if count}


def row(key=KEY):
    return RegistryRow.objects.current().get(key=key)


def claims():
    """Return every claim as its transfer, place, measure, excerpt and credibility."""
    records = [claim for model in CLAIMS for claim in model.objects.select_related("transfer")]
    return sorted(
        (
            claim.transfer.key,
            claim.locator,
            getattr(claim, claim.MEASURE_FIELD),
            claim.excerpt,
            claim.credibility,
        )
        for claim in records
    )


def test_each_figure_is_a_claim_with_its_line():
    bring(DEAL)
    where = (KEY, "line 13")
    assert claims() == sorted(
        [
            (*where, "ordered", "Number ordered: 3 ?", 3),
            (*where, "delivered", "Number delivered: 2", 2),
            (*where, "agreed", "Year of order: 2001", 2),
            (*where, "delivered", "Year(s) of delivery: 2004; 2006", 2),
            (*where, "tiv_unit", "TIV per unit: 80", 2),
            (*where, "tiv_ordered", "TIV for total order: 240", 2),
            (*where, "tiv_delivered", "TIV of delivered weapons: 160", 2),
        ]
    )


def test_edition_is_a_source_dated_by_its_file():
    done = bring(DEAL)
    source = Source.objects.get()
    assert (source.published, source.sha256) == ("2026-05-18", done.plan.register.sha256)
    assert {each.source for model in CLAIMS for each in model.objects.all()} == {source}


def test_edition_says_under_which_terms_its_words_stand():
    bring(DEAL)
    assert Source.objects.get().terms == (
        "© SIPRI, under its terms: https://www.sipri.org/about/terms-and-conditions"
    )


def test_file_without_a_date_is_dated_by_its_last_year_or_by_the_user():
    undated = edition(DEAL, generated="")
    assert build_plan(undated).published == "2006/.."
    assert build_plan(undated, "2024-03").published == "2024-03"
    with pytest.raises(EDTFError):
        build_plan(undated, "March")


@pytest.mark.parametrize("step", [2, 3])
def test_years_of_delivery_stay_a_list_however_many_they_are(step):
    years = tuple(range(1950, 2026, step))
    bring(replace(DEAL, delivery_years=years), publish=True)
    assert row().date_delivered == f"{{{','.join(map(str, years))}}}"


def test_comment_of_the_register_is_no_note():
    bring(DEAL)
    transfer = Transfer.objects.get()
    assert (transfer.comment, transfer.note, transfer.condition, transfer.kind, transfer.state) == (
        "First of class", "", "new", "unspecified", "draft",
    )  # fmt: skip


def test_words_of_a_comment_are_proposed_and_no_fact():
    bring(replace(DEAL, comments="Lease; EUR230 m deal"))
    assert list(Proposal.objects.values_list("field", "value", "minimum", "currency", "decision")) == [
        ("kind", "lease", None, "", "open"),
        ("deal_value", "", Decimal(230_000_000), "EUR", "open"),
    ]
    assert not Valuation.objects.filter(measure="deal_value").exists()
    assert Transfer.objects.get().kind == "unspecified"


def test_batch_keeps_file_edition_user_and_counts():
    user = get_user_model().objects.create_user("ada")
    register = edition(DEAL)
    batch = write.import_register(register, file_name="r.csv", reason="Read", user=user).batch
    batch.refresh_from_db()
    assert (batch.file_name, batch.sha256, batch.user, batch.reason, batch.records, batch.source) == (
        "r.csv", register.sha256, user, "Read", 1, Source.objects.get(),
    )  # fmt: skip
    assert batch.counts["new"] == 1


def test_each_new_record_has_one_copy_with_reason_and_user():
    user = get_user_model().objects.create_user("ada")
    write.import_register(edition(DEAL), file_name="r.csv", reason="Read", user=user)
    for model in (Transfer, Source, *CLAIMS):
        copies = model.history.values_list("id", "history_type", "history_change_reason", "history_user")
        pks = model.objects.values_list("pk", flat=True)
        assert sorted(copies) == sorted((pk, "+", "Read", user.pk) for pk in pks)


def test_published_import_shows_in_the_register():
    done = bring(DEAL, publish=True)
    shown = row()
    assert (shown.quantity_ordered_min, shown.date_delivered, shown.tiv_delivered, shown.comment) == (
        3, "{2004,2006}", 160, "First of class",
    )  # fmt: skip
    assert (done.revisions, Transfer.objects.get().state) == (1, "published")
    assert list(verify.list_faults()) == []


def test_deals_alike_but_for_their_comments_are_two_transfers():
    bring(DEAL, replace(DEAL, comments="Another batch"))
    assert set(Transfer.objects.values_list("key", flat=True)) == {KEY, f"{KEY}-2"}


# Accounting


def test_every_record_is_imported_or_refused_with_line_and_reason():
    faulty = replace(DEAL, condition="new", comments="a, b")
    done = bring(DEAL, replace(DEAL, recipient="FRANCE"), faulty, replace(DEAL, year=2002))
    assert outcomes(done) == {"new": 2, "refused": 2}
    rows = list(csv.reader(StringIO(report.build_refused_csv(done.plan).decode())))
    assert [each[:3] for each in rows[1:]] == [
        ["14", "refused", "Supplier and recipient are the same party, X-FRANCE."],
        ["15", "refused", "Line 15: 17 cells where the header has 16."],
    ]
    assert [each[:2] for each in done.batch.left_out] == [[[14], "refused"], [[15], "refused"]]
    assert [text[:6] for *_, text in done.batch.left_out] == ["", "India,"]


def test_invented_register_is_accounted_for():
    done = bring(*registers.deals(150, seed=11), publish=True)
    counts = done.plan.counts()
    assert sum(counts.values()) == done.plan.register.records == 150
    assert Transfer.objects.count() == RegisterDeal.objects.count() == counts["new"] == done.revisions
    assert list(verify.list_faults()) == []


def test_one_transfer_that_cannot_be_published_keeps_all_out(monkeypatch):
    monkeypatch.setattr("transfers.publication.publish._list_faults", lambda transfer, claims: ["No."])
    with pytest.raises(NotPublishable):
        bring(DEAL, publish=True)
    assert not any(model.objects.exists() for model in (Transfer, Source, ImportBatch))


def test_deal_without_a_figure_keeps_a_published_import_out():
    empty = replace(
        DEAL, year=None, ordered=None, delivered=None, delivery_years=(), tiv_unit=None, tiv_ordered=None,
        tiv_delivered=None,
    )  # fmt: skip
    with pytest.raises(NotPublishable, match="No claim"):
        bring(DEAL, empty, publish=True)
    assert not Transfer.objects.exists()


def test_plan_that_was_overtaken_is_not_carried_out():
    register = edition(DEAL)
    expected = build_plan(register).fingerprint
    bring(DEAL)
    with pytest.raises(write.Overtaken):
        write.import_register(register, file_name="r.csv", reason="Read", expected=expected)


# Again


def test_same_file_again_changes_nothing():
    written = registers.deals(30, seed=4)
    bring(*written, publish=True)
    before = (Revision.objects.count(), Transfer.history.count(), Quantity.history.count())
    for variant in (written, written[::-1]):
        done = bring(*variant, publish=True)
        assert (done.batch, done.revisions) == (None, 0)
        assert outcomes(done)["unchanged"] == len(Transfer.objects.all())
    assert before == (Revision.objects.count(), Transfer.history.count(), Quantity.history.count())
    assert ImportBatch.objects.count() == Source.objects.count() == 1


def test_undated_file_sorted_otherwise_changes_nothing():
    other = replace(DEAL, recipient="Kenya")
    bring(DEAL, other, generated="")
    assert bring(other, DEAL, generated="").batch is None
    assert Source.objects.count() == 1


def test_same_file_publishes_what_was_imported_as_drafts():
    bring(DEAL)
    assert bring(DEAL, publish=True).revisions == 1
    assert row().quantity_delivered_min == 2


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_bring_no_deal_twice():
    register = edition(*registers.deals(20, seed=2))
    reports, failures = [], []

    def work():
        try:
            reports.append(
                write.import_register(register, file_name="r.csv", reason="At once", publish_too=True)
            )
        except Exception as error:  # the test wants to hear of any failure in a thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(done.batch is None for done in reports) == [False, True]
    assert Transfer.objects.count() == RegisterDeal.objects.count() == Revision.objects.count()
    assert list(verify.list_faults()) == []


# Any register

NAMES = st.sampled_from(["Nord 7", "K-52M", "Ёж 2", "Mk 41/B", "S'30"])
COUNTS = st.none() | st.integers(0, 500)
YEARS = st.integers(1950, 2025)
TIVS = st.none() | st.decimals(0, 10**6, places=3)
DEALS = st.lists(
    st.builds(
        Deal,
        lines=st.just(()),
        supplier=st.sampled_from(["France", "Soviet Union", "Rebels (Chad)*", "unknown supplier(s)"]),
        recipient=st.sampled_from(["India", "NATO**", "unknown recipient(s)", "Côte d'Ivoire"]),
        designation=NAMES,
        description=st.sampled_from(["frigate", "tank", "odd thing", ""]),
        year=st.none() | YEARS,
        year_uncertain=st.booleans(),
        ordered=COUNTS,
        ordered_uncertain=st.booleans(),
        delivered=COUNTS,
        delivered_uncertain=st.booleans(),
        delivery_years=st.sets(YEARS, max_size=3).map(sorted).map(tuple),
        condition=st.sampled_from(sorted(registers.CONDITIONS)),
        comments=st.sampled_from(["", "Aid", "$1.2 b deal", "For the navy;\noption on 4"]),
        tiv_unit=TIVS,
        tiv_ordered=TIVS,
        tiv_delivered=TIVS,
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=DEALS, data=st.data())
def test_any_register_is_read_back_and_brings_nothing_twice(written, data):
    with transaction.atomic():
        register = edition(*written)
        done = write.import_register(register, file_name="r.csv", reason="Read")
        assert imported.list_deals(done.batch.source.key) == register.deals
        units = {item.deal.locator: item.named.unit for item in done.plan.deals}
        assert list_figures_of_claims() == sorted(
            (deal.locator, figure.measure, [str(value) for _, value in figure.values], figure.uncertain)
            for deal in register.deals
            for figure in list_figures(deal, units[deal.locator])
        )
        again = bring(*data.draw(st.permutations(written)))
        assert (again.batch, Transfer.objects.count()) == (None, len(written))
        transaction.set_rollback(True)


def list_figures_of_claims():
    """Return every claim as its place, measure, values and whether it is graded as uncertain."""
    fields = {
        Quantity: ("minimum", "maximum", "unit"), TransferDate: ("date",), Valuation: ("minimum", "maximum"),
    }  # fmt: skip
    return sorted(
        (
            claim.locator,
            getattr(claim, claim.MEASURE_FIELD),
            [str(getattr(claim, name)) for name in names],
            claim.credibility == 3,
        )
        for model, names in fields.items()
        for claim in model.objects.all()
    )


def test_queries_grow_by_the_batch_and_not_by_the_deal():
    def queries(number):
        register = edition(*registers.deals(number, seed=number))
        with transaction.atomic(), CaptureQueriesContext(connection) as captured:
            write.import_register(register, file_name="r.csv", reason="Read", publish_too=True)
            transaction.set_rollback(True)
        return len(captured)

    queries(5)  # what is read once a process
    few, many = queries(200), queries(400)
    assert many - few < 40


def test_plan_keeps_no_figures_of_new_deals():
    planned = build_plan(edition(DEAL)).deals[0]
    assert (planned.figures, len(planned.list_claimed())) == ((), len(list_figures(DEAL, "ship")))


def test_deals_that_were_imported_share_their_texts():
    bring(DEAL, replace(DEAL, year=2003))
    first, second = (before.deal for before in imported.list_newest())
    assert first.designation is second.designation
