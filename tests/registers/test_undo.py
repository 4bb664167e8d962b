"""Undoing an import as a whole: curation is as it was before, and the log and history tell of it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.registers.test_importing import CLAIMS, DEAL, KEY, bring, outcomes, row
from tests.support import factories, registers
from transfers.curation import workflow
from transfers.models import (
    ImportBatch,
    Party,
    Proposal,
    Quantity,
    RegisterDeal,
    RegistryClaim,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
)
from transfers.publication import content, log, publish, verify
from transfers.registers.importing.undo import NotUndoable, undo_import

pytestmark = pytest.mark.django_db

LATER = "19 May 2027"
NOW = replace(DEAL, ordered=4, delivered=3, comments="Aid", condition="second_hand", tiv_unit=Decimal(70))


def curation():
    """Return every curated record as its values, without ids."""
    return {
        model.__name__: sorted(_values(record) for record in model.objects.all())
        for model in (Party, System, Source, Transfer, *CLAIMS, Proposal)
    }


def _values(record):
    fields = [field for field in record._meta.concrete_fields if not field.primary_key]
    return [f"{field.name}={getattr(record, field.name)}" for field in fields if field.name not in {"deal"}]


def test_undone_import_leaves_nothing():
    factories.party("IND")
    before = curation()
    done = bring(*registers.deals(40, seed=6))
    assert not undo_import(done.batch, "Wrong file")
    assert curation() == before
    assert not RegisterDeal.objects.exists()


def test_undone_import_says_when_and_by_whom():
    user = get_user_model().objects.create_user("ada")
    batch = bring(DEAL).batch
    undo_import(batch, "Wrong file", user)
    batch.refresh_from_db()
    assert (batch.undone is not None, batch.undone_by, batch.counts["new"]) == (True, user, 1)


def test_history_tells_of_each_record_that_went():
    user = get_user_model().objects.create_user("ada")
    undo_import(bring(DEAL).batch, "Wrong file", user)
    for model in (Transfer, Party, System, Source, *CLAIMS):
        copies = model.history.order_by("history_id").values_list("id", "history_type")
        went = model.history.filter(history_type="-", history_change_reason="Wrong file", history_user=user)
        assert sorted(kind for _, kind in copies) == ["+"] * went.count() + ["-"] * went.count()
        assert went.exists()


def test_what_was_public_is_withdrawn():
    done = bring(DEAL, replace(DEAL, year=2003), publish=True)
    revisions = undo_import(done.batch, "Wrong file")
    assert [(each.action, each.reason) for each in revisions] == [("withdraw", "Wrong file")] * 2
    assert not RegistryRow.objects.current().exists()
    assert set(Transfer.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert list(verify.list_faults()) == []


@pytest.mark.parametrize("published", [True, False])
def test_undone_edition_leaves_the_one_before_as_it_was(published):
    bring(DEAL, replace(DEAL, recipient="Kenya"), publish=published)
    before, rows = curation(), public()
    done = bring(NOW, replace(DEAL, year=2015, comments="New"), generated=LATER)
    assert outcomes(done) == {"changed": 1, "new": 1}
    assert not undo_import(done.batch, "Not yet")
    assert (curation(), public()) == (before, rows)


def test_undone_edition_that_was_published_leaves_what_was_public_before():
    bring(DEAL, replace(DEAL, recipient="Kenya"), publish=True)
    before, rows = curation(), public()
    done = bring(NOW, replace(DEAL, year=2015, comments="New"), generated=LATER, publish=True)
    revisions = undo_import(done.batch, "Not yet")
    assert sorted(each.action for each in revisions) == ["update", "withdraw"]
    kept = curation()
    gone = [each for each in kept["Transfer"] if "state=withdrawn" in each]
    assert [each[0] for each in gone] == [f"key={KEY.replace('2001', '2015')}"]
    kept["Transfer"].remove(*gone)  # what was public once keeps its key, and its source stays cited
    kept["Source"] = [each for each in kept["Source"] if each in before["Source"]]
    assert (kept, public()) == (before, rows)
    assert list(verify.list_faults()) == []


def public():
    """Return the public rows without their revisions."""
    return list(RegistryRow.objects.current().order_by("key").values(*content.ROW_NAMES))


def test_public_row_is_published_again_without_the_editions_claims():
    bring(DEAL, publish=True)
    done = bring(NOW, generated=LATER, publish=True)
    (revision,) = undo_import(done.batch, "Not yet")
    assert (revision.action, revision.reason, revision.key) == ("update", "Not yet", KEY)
    shown = row()
    assert (shown.quantity_ordered_min, shown.tiv_unit, shown.comment, shown.condition) == (
        3, 80, "First of class", "new",
    )  # fmt: skip
    assert Transfer.objects.get().state == "published"


def test_transfer_in_review_goes_back_to_review():
    bring(DEAL)
    user = get_user_model().objects.create_superuser("ada")
    workflow.move(Transfer.objects.get(), "submit", user, "Looked at")
    done = bring(NOW, generated=LATER)
    assert Transfer.objects.get().state == "draft"
    undo_import(done.batch, "Not yet")
    assert Transfer.objects.get().state == "in_review"


def test_batch_under_a_later_edition_is_not_undone():
    first = bring(DEAL).batch
    later = bring(NOW, generated=LATER).batch
    with pytest.raises(NotUndoable, match=r"A later import, of r\.csv, describes the same deals"):
        undo_import(first, "Wrong file")
    undo_import(later, "Wrong file")
    undo_import(first, "Wrong file")
    assert not Transfer.objects.exists()


def test_batch_is_undone_once_and_with_a_reason():
    batch = bring(DEAL).batch
    with pytest.raises(NotUndoable, match="needs a reason"):
        undo_import(batch, " ")
    undo_import(batch, "Wrong file")
    with pytest.raises(NotUndoable, match="already"):
        undo_import(batch, "Wrong file")


def test_import_can_be_repeated_after_it_was_undone():
    undo_import(bring(DEAL).batch, "Too early")
    done = bring(DEAL)
    assert (outcomes(done), Transfer.objects.get().key) == ({"new": 1}, KEY)


def test_curators_own_claims_survive():
    done = bring(DEAL, publish=True)
    transfer = Transfer.objects.get()
    own = factories.quantity("ordered", 5, transfer=transfer, unit="ship")
    publish.publish([transfer], "An article read")
    undo_import(done.batch, "Wrong file")
    assert list(Quantity.objects.all()) == [own]
    assert (Transfer.objects.get().state, row().quantity_ordered_min, row().tiv_unit) == (
        "published",
        5,
        None,
    )
    assert list(verify.list_faults()) == []


def test_curators_draft_is_not_published_by_undoing():
    done = bring(DEAL, publish=True)
    transfer = Transfer.objects.get()
    factories.quantity("ordered", 5, transfer=transfer, unit="ship")
    publish.publish([transfer], "An article read")
    workflow.reopen(transfer, get_user_model().objects.create_superuser("ada"), "Look again")
    Transfer.objects.update(note="Mine")
    undo_import(done.batch, "Wrong file")
    assert (Transfer.objects.get().state, Transfer.objects.get().note) == ("draft", "Mine")
    assert (row().quantity_ordered_min, row().quantity_ordered_max, row().comment) == (5, 5, "First of class")


def test_claim_of_a_curator_from_the_same_edition_survives():
    done = bring(DEAL)
    factories.quantity("ordered", 5, transfer=Transfer.objects.get(), source=Source.objects.get())
    undo_import(done.batch, "Wrong file")
    assert (Quantity.objects.get().minimum, Source.objects.count(), Transfer.objects.count()) == (5, 1, 1)


def test_note_that_a_curator_wrote_since_survives():
    bring(DEAL)
    done = bring(NOW, generated=LATER)
    Transfer.objects.update(note="Mine")
    undo_import(done.batch, "Not yet")
    assert (Transfer.objects.get().note, Transfer.objects.get().condition) == ("Mine", "new")


def test_party_that_somebody_took_up_survives():
    done = bring(DEAL)
    Party.objects.filter(code="X-FRANCE").update(provisional=False)
    System.objects.get().aliases.create(name="Seven")
    undo_import(done.batch, "Wrong file")
    assert list(Party.objects.values_list("code", flat=True)) == ["X-FRANCE"]
    assert System.objects.get().slug == "nord-7"


def test_second_import_of_one_file_is_undone_alone():
    factories.party("RUS", aliases=("India",))
    doubtful = factories.party("TUR", aliases=("INDIA",))
    kenya = replace(DEAL, recipient="Kenya")
    bring(DEAL, kenya, publish=True)
    before, log = curation(), Revision.objects.count()
    alias = doubtful.aliases.get()
    alias.delete()
    second = bring(DEAL, kenya, publish=True)
    assert outcomes(second) == {"new": 1, "unchanged": 1}
    (revision,) = undo_import(second.batch, "Not yet")
    assert (revision.action, Revision.objects.count()) == ("withdraw", log + 2)
    kept = curation()
    assert [kept[model.__name__] for model in CLAIMS] == [before[model.__name__] for model in CLAIMS]
    assert RegistryRow.objects.current().get().recipient == "X-KENYA"
    assert ImportBatch.objects.filter(undone__isnull=True).count() == 1


def test_many_editions_undone_one_by_one_leave_nothing():
    batches = [
        bring(replace(DEAL, delivered=number), generated=f"18 May 20{20 + number}", publish=number == 2).batch
        for number in range(3)
    ]
    for batch in reversed(batches):
        undo_import(batch, "All wrong")
    assert not any(model.objects.exists() for model in CLAIMS)
    assert list(verify.list_faults()) == []


def test_undoing_tells_how_far_it_is():
    steps = []
    done = bring(DEAL, replace(DEAL, recipient="Kenya"), publish=True)
    undo_import(done.batch, "Wrong file", progress=lambda *step: steps.append(step))
    assert ("Withdrawing", 0, 2) in steps
    assert list(dict.fromkeys(step for step, *_ in steps)) == [
        "Removing claims",
        "Withdrawing",
        "Removing transfers",
    ]


def test_publishing_again_tells_how_far_it_is():
    steps = []
    bring(DEAL, publish=True)
    done = bring(NOW, generated=LATER, publish=True)
    undo_import(done.batch, "Not yet", progress=lambda *step: steps.append(step))
    assert ("Publishing", 0, 1) in steps


def test_public_claims_of_many_deals_end_in_one_statement():
    done = bring(*registers.deals(30, seed=8), publish=True)
    with CaptureQueriesContext(connection) as queries:
        undo_import(done.batch, "Wrong file")
    ended = [query for query in queries if "UPDATE transfers_registryclaim" in query["sql"]]
    assert (len(ended), RegistryClaim.objects.current().count()) == (1, 0)


def test_import_larger_than_one_statement_is_withdrawn_whole(monkeypatch):
    monkeypatch.setattr(log, "ENDED_TOGETHER", 7)
    done = bring(*registers.deals(30, seed=8), publish=True)
    revisions = undo_import(done.batch, "Wrong file")
    assert {revision.key for revision in revisions} == set(Transfer.objects.values_list("key", flat=True))
    assert not RegistryRow.objects.current().exists()
    assert not RegistryClaim.objects.current().exists()
    assert list(verify.list_faults()) == []


def test_proposals_of_an_undone_import_go_with_its_deals():
    bring(DEAL)
    done = bring(replace(NOW, comments="Aid"), generated=LATER)
    assert Proposal.objects.filter(deal__batch=done.batch).exists()
    undo_import(done.batch, "Not yet")
    assert not Proposal.objects.filter(deal__batch=done.batch).exists()


def test_provisional_names_go_unless_another_import_uses_them():
    bring(DEAL)
    done = bring(replace(DEAL, supplier="Kenya"), replace(DEAL, designation="Nord 8"), generated=LATER)
    undo_import(done.batch, "Wrong file")
    assert sorted(Party.objects.values_list("code", flat=True)) == ["X-FRANCE", "X-INDIA"]
    assert list(System.objects.values_list("slug", flat=True)) == ["nord-7"]


def test_command_undoes_an_import(capsys):
    batch = bring(DEAL, publish=True).batch
    call_command("undoimport", str(batch.pk), "--reason", "Wrong file")
    assert capsys.readouterr().out == f"Import {batch.pk}, of r.csv, is undone.\n1 revisions published.\n"
    assert not RegistryRow.objects.current().exists()


def test_command_names_who_undoes_an_import():
    user = get_user_model().objects.create_user("ada")
    batch = bring(DEAL).batch
    call_command("undoimport", str(batch.pk), "--reason", "Wrong file", "--user", "ada")
    batch.refresh_from_db()
    assert batch.undone_by == user


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["999999", "--reason", "Wrong"], "There is no import 999999."),
        (["{pk}", "--reason", " "], "needs a reason"),
        (["{pk}", "--reason", "Wrong", "--user", "eve"], "There is no user 'eve'."),
    ],
)
def test_command_says_why_it_undoes_nothing(arguments, sentence):
    batch = bring(DEAL).batch
    with pytest.raises(CommandError, match=sentence):
        call_command("undoimport", *(argument.format(pk=batch.pk) for argument in arguments))
    assert Transfer.objects.exists()
