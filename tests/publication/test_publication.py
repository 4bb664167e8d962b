"""Publication: what goes into the log, the rows and the claims, and what does not."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories
from transfers.models import RegistryClaim, RegistryRow, Revision, Transfer
from transfers.publication import content, log, publish, verify
from transfers.publication.log import NotPublishable
from transfers.vocabulary.hindsight import ANNOUNCED

pytestmark = pytest.mark.django_db


def current(key):
    return RegistryRow.objects.current().get(key=key)


def test_publishing_brings_a_row():
    transfer = factories.published()
    assert current(transfer.key).quantity_ordered_min == 6


def test_publishing_brings_every_claim_with_its_source():
    transfer = factories.transfer()
    factories.date(transfer=transfer, source=factories.source("gazette", publisher="The Gazette"))
    publish.publish([transfer], "new")
    claim = RegistryClaim.objects.get()
    assert (claim.measure, claim.date, claim.publisher) == ("date_agreed", "2019", "The Gazette")


def test_publishing_is_logged_with_its_reason():
    transfer = factories.published(reason="First article read")
    revision = Revision.objects.get()
    assert (revision.sequence, revision.action, revision.key, revision.reason) == (
        1, "publish", transfer.key, "First article read",
    )  # fmt: skip


def test_publishing_makes_the_transfer_published():
    assert factories.published().state == Transfer.State.PUBLISHED


def test_publishing_unchanged_content_appends_nothing():
    transfer = factories.published()
    assert not publish.publish([transfer], "again")
    assert Revision.objects.count() == 1


def test_an_edit_is_an_update_that_closes_the_old_version():
    transfer = factories.published()
    factories.quantity("delivered", 2, transfer=transfer)
    [revision] = publish.publish([transfer], "two delivered")
    assert revision.action == "update"
    assert RegistryRow.objects.get(key=transfer.key, revision=1).until == 2


def test_unchanged_claims_are_not_stored_again():
    transfer = factories.published()
    factories.quantity("delivered", 2, transfer=transfer)
    publish.publish([transfer], "two delivered")
    assert sorted(RegistryClaim.objects.values_list("revision", "until")) == [(1, None), (2, None)]


def test_a_changed_claim_is_closed_and_brought_anew():
    transfer = factories.published()
    transfer.quantities.update(minimum=7, maximum=7)
    publish.publish([transfer], "corrected")
    assert list(RegistryClaim.objects.order_by("id").values_list("minimum", "until")) == [
        (6.0, 2),
        (7.0, None),
    ]


def test_two_equal_claims_are_two_claims():
    transfer = factories.transfer()
    source = factories.source("register")
    for line in ("line 1", "line 2"):
        factories.quantity(transfer=transfer, source=source, locator=line)
    publish.publish([transfer], "new")
    transfer.quantities.update(note="the same note")
    publish.publish([transfer], "noted")
    assert RegistryClaim.objects.current().count() == 2


def test_the_register_as_of_a_revision():
    transfer = factories.published()
    transfer.quantities.update(minimum=7, maximum=7)
    publish.publish([transfer], "corrected")
    values = [RegistryRow.objects.as_of(number).get().quantity_ordered_min for number in (1, 2)]
    assert values == [6, 7]


def test_a_transfer_without_claims_is_not_published():
    with pytest.raises(NotPublishable, match="No claim"):
        publish.publish([factories.transfer()], "new")


def test_one_faulty_transfer_keeps_the_others_back():
    good, bad = factories.transfer(), factories.transfer()
    factories.quantity(transfer=good)
    with pytest.raises(NotPublishable):
        publish.publish([good, bad], "new")
    assert not Revision.objects.exists()


def test_an_invalid_claim_is_named():
    transfer = factories.transfer()
    factories.quantity(
        transfer=transfer, excerpt="one two three four five six seven eight nine ten eleven 12 13"
    )
    with pytest.raises(NotPublishable, match="excerpt An excerpt is the few words"):
        publish.publish([transfer], "new")


def test_a_reason_is_required():
    with pytest.raises(ValueError, match="reason"):
        publish.publish([factories.transfer()], "  ")


def test_withdrawing_closes_the_row_and_its_claims():
    transfer = factories.published()
    publish.withdraw([transfer], "a misreading")
    assert not RegistryRow.objects.current().exists()
    assert not RegistryClaim.objects.current().exists()


def test_a_draft_cannot_be_withdrawn():
    with pytest.raises(NotPublishable, match="nothing to withdraw"):
        publish.withdraw([factories.transfer()], "wrong")


def test_a_withdrawn_transfer_can_be_published_again():
    transfer = factories.published()
    publish.withdraw([transfer], "in doubt")
    publish.publish([transfer], "confirmed after all")
    assert list(Revision.objects.values_list("action", flat=True)) == ["publish", "withdraw", "publish"]
    assert list(verify.list_faults()) == []


def test_a_renamed_system_shows_in_published_rows():
    system = factories.system("s-400")
    transfer = factories.published(system=system)
    system.name = "S-400 Triumf"
    system.save()
    publish.refresh(system, "renamed")
    assert current(transfer.key).system_name == "S-400 Triumf"


def test_a_new_alias_brings_a_revision():
    system = factories.system("s-400")
    factories.published(system=system)
    system.aliases.create(name="SA-21")
    assert len(publish.refresh(system, "alias")) == 1


def test_a_family_edit_reaches_its_variants():
    family = factories.system("pantsir")
    transfer = factories.published(system=factories.system("pantsir-s1", variant_of=family))
    family.aliases.create(name="SA-22")
    publish.refresh(family, "alias")
    assert "sa22" in current(transfer.key).words


def test_an_edited_source_shows_in_published_claims():
    source = factories.source("gazette")
    transfer = factories.transfer()
    factories.quantity(transfer=transfer, source=source)
    publish.publish([transfer], "new")
    source.publisher = "The Gazette"
    source.save()
    publish.refresh(source, "publisher named")
    assert RegistryClaim.objects.current().get().publisher == "The Gazette"


def test_refreshing_leaves_unpublished_edits_unpublished():
    party = factories.party("SRB")
    transfer = factories.published(recipient=party)
    factories.quantity("delivered", 2, transfer=transfer)
    Transfer.objects.filter(pk=transfer.pk).update(note="not for the public yet")
    party.name = "Republic of Serbia"
    party.save()
    publish.refresh(party, "renamed")
    row = current(transfer.key)
    assert (row.recipient_name, row.quantity_delivered_min, row.note) == ("Republic of Serbia", None, None)


def test_refreshing_what_does_not_show_appends_nothing():
    factories.published()
    assert not publish.refresh(factories.party("IND"), "touched")


def test_the_content_read_back_is_the_content_published():
    transfer = factories.transfer()
    factories.date("delivered", "2019-02-22/..", transfer=transfer)
    factories.valuation("tiv_unit", "12.625", transfer=transfer)
    factories.valuation(number=2_500_000_000, transfer=transfer)
    publish.publish([transfer], "new")
    row = RegistryRow.objects.values(*content.ROW_NAMES).get()
    claims = list(RegistryClaim.objects.values(*content.CLAIM_NAMES))
    assert content.hash_content(row, claims) == Revision.objects.get().content


def test_the_content_does_not_depend_on_the_order_of_claims():
    claims = [{"measure": "a"}, {"measure": "b"}]
    assert content.hash_content({}, claims) == content.hash_content({}, claims[::-1])


def test_each_revision_continues_the_one_before():
    factories.published()
    factories.published()
    first, second = Revision.objects.order_by("sequence")
    assert (first.previous, second.previous) == (log.GENESIS, first.hash)


def test_the_database_refuses_a_second_successor_of_a_revision():
    factories.published()
    first = Revision.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.create(
            sequence=2, time=first.time, action="publish", key="x", reason="x", content="0" * 64,
            previous=first.previous, hash="f" * 64,
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_publications_at_once_do_not_fork_the_chain():
    transfers = [factories.transfer() for _ in range(8)]
    for transfer in transfers:
        factories.quantity(transfer=transfer)
    failures = []

    def work(transfer):
        try:
            publish.publish([transfer], "at once")
        except Exception as error:  # the test wants to hear of any failure in a thread
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[transfer]) for transfer in transfers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert list(Revision.objects.values_list("sequence", flat=True)) == list(range(1, 9))
    assert list(verify.list_faults()) == []


steps = st.lists(
    st.tuples(st.sampled_from(["add", "change", "publish", "withdraw"]), st.integers(0, 2)), max_size=12
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_any_series_of_edits_leaves_a_log_that_verifies(steps):
    with transaction.atomic():
        transfers = [factories.transfer() for _ in range(3)]
        for transfer in transfers:
            factories.quantity(transfer=transfer)
        for step, (action, which) in enumerate(steps):
            _do(action, transfers[which], step)
        assert list(verify.list_faults()) == []
        transaction.set_rollback(True)


def _do(action, transfer, step):
    transfer.refresh_from_db()
    match action:
        case "add":
            factories.date("announced", "2019", transfer=transfer)
        case "change":
            transfer.quantities.update(minimum=step, maximum=step)
        case "publish":
            publish.publish([transfer], f"step {step}")
        case "withdraw" if transfer.state == Transfer.State.PUBLISHED:
            publish.withdraw([transfer], f"step {step}")


@pytest.mark.parametrize("event", ["agreed", "delivered", "suspended"])
def test_an_event_after_its_source_is_not_published(event):
    transfer = factories.date(event, "2019-10-25").transfer
    assert publish.list_problems(transfer) == [
        f"claim {transfer.dates.get()}: date 2019-10-25 is later than its source, which is of 2019-10-24."
        f" If the source announces it, write so in the note: {ANNOUNCED}"
    ]


def test_a_count_after_its_source_is_not_published():
    transfer = factories.quantity("delivered", as_of="2020").transfer
    assert "2020 is later than its source" in publish.list_problems(transfer)[0]


def test_what_is_announced_for_later_is_published():
    transfer = factories.date("deployed", "2019-10-23/2019-10-29", note=ANNOUNCED).transfer
    assert publish.list_problems(transfer) == []
