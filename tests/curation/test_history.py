"""The history of curated records: what leaves a copy, what an edit is, and reverting one."""

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import factories
from transfers.curation import edits
from transfers.curation.fixtures import loading
from transfers.models import Party, PartyAlias, Quantity, Source, System, Transfer, history
from transfers.publication import publish

pytestmark = pytest.mark.django_db


def values(model, pk):
    """Return the record's fields as they are stored, or None."""
    return model.objects.filter(pk=pk).values().first()


def last(record):
    return record.history.latest("history_id")


def changed(record, **fields):
    for name, value in fields.items():
        setattr(record, name, value)
    record.save()
    return record


# What an edit leaves


def test_an_edit_leaves_its_reason():
    with history.record_because("as the gazette has it"):
        transfer = factories.transfer()
    assert last(transfer).history_change_reason == "as the gazette has it"


def test_an_edit_leaves_its_user():
    user = User.objects.create_user("ann")
    with history.record_because("", user):
        transfer = factories.transfer()
    assert last(transfer).history_user == user


def test_a_reason_ends_with_its_block():
    with history.record_because("first"):
        transfer = factories.transfer()
    assert last(changed(transfer, note="x")).history_change_reason is None


def test_the_inner_of_two_reasons_counts():
    with history.record_because("outer"), history.record_because("inner"):
        assert last(factories.transfer()).history_change_reason == "inner"


def test_removing_leaves_the_record_in_history():
    claim = factories.quantity()
    pk = claim.pk
    claim.delete()
    assert Quantity.history.get(id=pk, history_type="-").minimum == 6


def test_publishing_leaves_history():
    transfer = factories.published(reason="read twice")
    copy = last(transfer)
    assert (copy.state, copy.history_change_reason) == ("published", "read twice")


def test_withdrawing_leaves_history():
    transfer = factories.published()
    publish.withdraw([transfer], "a misreading")
    assert (last(transfer).state, last(transfer).history_change_reason) == ("withdrawn", "a misreading")


def test_the_publish_command_leaves_history():
    transfer = factories.published()
    call_command("publish", transfer.key, withdraw=True, reason="a misreading", verbosity=0)
    assert last(transfer).history_change_reason == "a misreading"


PARTY = """
- model: transfers.party
  fields: {code: SRB, alpha2: RS, name: %s, kind: state, successor: null}
- model: transfers.partyalias
  fields: {party: [SRB], name: Srbija}
"""


def load(folder, name, **options):
    for other in ("systems", "sources", "transfers"):
        (folder / f"{other}.yaml").write_text("[]\n", encoding="utf-8")
    (folder / "parties.yaml").write_text(PARTY % name, encoding="utf-8")
    loading.load(folder, "the yearly load", **options)
    return Party.objects.get(code="SRB")


def test_loading_leaves_history_with_its_reason(tmp_path):
    assert last(load(tmp_path, "Serbia")).history_change_reason == "the yearly load"


def test_loading_over_a_record_leaves_what_it_was(tmp_path):
    load(tmp_path, "Serbia")
    history = edits.list_edits(load(tmp_path, "Republic of Serbia", overwrite=True))
    [change] = [change for edit in history if edit.kind == "~" for change in edit.changes]
    assert (change.before, change.after) == ("Serbia", "Republic of Serbia")


def test_aliases_that_loading_replaces_leave_history(tmp_path):
    load(tmp_path, "Serbia")
    load(tmp_path, "Republic of Serbia", overwrite=True)
    assert sorted(PartyAlias.history.values_list("history_type", flat=True)) == ["+", "+", "-"]


# Edits


def test_edits_are_newest_first():
    transfer = changed(factories.transfer(), note="A note")
    factories.quantity(transfer=transfer)
    assert [(edit.model, edit.kind) for edit in edits.list_edits(transfer)] == [
        (Quantity, "+"), (Transfer, "~"), (Transfer, "+"),
    ]  # fmt: skip


def test_an_edit_tells_the_fields_that_it_changed():
    edit = edits.list_edits(changed(factories.transfer(), note="A note"))[0]
    assert edit.changes == (edits.Change("note", "", "A note"),)


def test_a_save_that_changes_nothing_is_no_edit():
    transfer = factories.transfer()
    transfer.save()
    assert [edit.kind for edit in edits.list_edits(transfer)] == ["+"]


def test_a_change_of_state_alone_is_no_edit_of_content():
    edit = edits.list_edits(changed(factories.transfer(), state="in_review"))[0]
    assert not edit.is_content


def test_a_removed_claim_stays_among_the_edits():
    transfer = factories.transfer()
    factories.quantity(transfer=transfer).delete()
    assert [edit.kind for edit in edits.list_edits(transfer)] == ["-", "+", "+"]


def test_other_transfers_edits_are_not_among_them():
    factories.quantity()
    assert len(edits.list_edits(factories.transfer())) == 1


def test_a_claim_that_was_moved_shows_with_both_its_transfers():
    old, new = factories.transfer(), factories.transfer()
    changed(factories.quantity(transfer=old), transfer=new)
    assert [edits.list_edits(owner)[0].kind for owner in (old, new)] == ["~", "~"]


def test_edits_take_one_query_for_each_model(django_assert_num_queries):
    transfer = factories.transfer()
    for number in range(5):
        changed(factories.quantity(transfer=transfer), note=str(number))
    with django_assert_num_queries(4):
        assert len(edits.list_edits(transfer)) == 11


# Reverting


def test_reverting_an_added_claim_removes_it():
    transfer = factories.transfer()
    factories.quantity(transfer=transfer)
    edits.revert(edits.list_edits(transfer)[0])
    assert not transfer.quantities.exists()


def test_reverting_a_removal_brings_the_claim_back_with_its_id():
    claim = factories.quantity()
    pk, before, transfer = claim.pk, values(Quantity, claim.pk), claim.transfer
    claim.delete()
    edits.revert(edits.list_edits(transfer)[0])
    assert values(Quantity, pk) == before


def test_a_revert_is_an_edit():
    transfer = changed(factories.transfer(), note="A note")
    with history.record_because("not so"):
        edits.revert(edits.list_edits(transfer)[0])
    assert edits.list_edits(transfer)[0].reason == "not so"


def test_a_revert_can_be_reverted():
    transfer = changed(factories.transfer(), note="A note")
    for _ in range(2):
        edits.revert(edits.list_edits(transfer)[0])
    assert values(Transfer, transfer.pk)["note"] == "A note"


def test_a_revert_leaves_the_editorial_state():
    transfer = changed(factories.transfer(), note="A note")
    changed(transfer, state="in_review")
    edits.revert(edits.list_edits(transfer)[1])
    assert values(Transfer, transfer.pk)["state"] == "in_review"


def test_a_transfer_that_is_brought_back_is_a_draft():
    transfer = factories.transfer(state="in_review")
    pk = transfer.pk
    transfer.delete()
    edits.revert(edits.list_edits(Transfer(pk=pk))[0])
    assert values(Transfer, pk)["state"] == "draft"


def refusal(record, number=0):
    """Return what reverting the edit of this number says; check that it leaves everything as it is."""
    edit = edits.list_edits(record)[number]
    before = values(edit.model, edit.copy.id)
    with pytest.raises(ValidationError) as caught:
        edits.revert(edit)
    assert values(edit.model, edit.copy.id) == before
    return " ".join(caught.value.messages)


def test_the_making_of_a_record_is_not_reverted():
    assert refusal(factories.transfer()) == "It made the record; delete the record, where that is allowed."


def test_a_change_of_state_is_not_reverted():
    transfer = changed(factories.transfer(), state="in_review")
    assert refusal(transfer) == "It changed the editorial state alone, which changes by steps."


def test_what_was_there_before_history_is_not_reverted():
    transfer = factories.transfer()
    with history.record_because(history.BEGINNING):
        factories.quantity(transfer=transfer)
    assert refusal(transfer) == "What was before it was not recorded."


def test_what_was_reverted_is_not_reverted_again():
    transfer = changed(factories.transfer(), note="A note")
    edits.revert(edits.list_edits(transfer)[0])
    assert refusal(transfer, 1) == "The record is as it was before this edit already."


def test_a_claim_that_is_gone_is_not_removed_again():
    transfer = factories.transfer()
    factories.quantity(transfer=transfer).delete()
    assert refusal(transfer, 1) == "The record is gone already."


def test_a_permanent_key_is_not_reverted():
    transfer = changed(factories.transfer("first-key"), key="second-key")
    assert "permanent key" in refusal(transfer)


def test_a_preference_that_another_claim_has_now_is_not_reverted():
    transfer = factories.transfer()
    changed(factories.quantity(transfer=transfer, preferred=True), preferred=False)
    factories.quantity(transfer=transfer, preferred=True)
    assert refusal(transfer, 1) == "Another claim of this figure is preferred already."


def test_a_claim_of_a_source_that_is_gone_is_not_brought_back():
    claim = factories.quantity(source=factories.source("gone"))
    transfer = claim.transfer
    claim.delete()
    Source.objects.get(key="gone").delete()
    assert "source" in refusal(transfer)


# Any series of edits

#: What a random edit does, to which of the records, and how.
RANDOM_EDITS = st.lists(
    st.tuples(st.sampled_from(["add", "change", "remove", "own"]), st.integers(0, 5), st.integers(1, 4)),
    min_size=1, max_size=10,
)  # fmt: skip
EXPECTED = ("is preferred already", "is recorded already", "already exists")


def a_transfer():
    return factories.transfer(), {"note": "note {}", "kind": ["sale", "gift", "loan", "lease"]}


def a_party():
    return factories.party("X-ORG"), {"name": "Name {}"}


def a_system():
    return factories.system(), {"name": "Name {}", "category": ["ships", "other", "missiles", "engines"]}


def a_source():
    return factories.source("gazette"), {"title": "Title {}", "reliability": "ABCD"}


def _draw_value(template, number):
    return template.format(number) if "{" in template else template[number - 1]


def _add(owner, number):
    match owner:
        case Transfer():
            return factories.quantity(
                transfer=owner,
                source=factories.source("gazette"),
                locator=f"¶{number}",
                preferred=number == 1,
            )
        case Party() | System():
            return owner.aliases.create(name=f"Alias {number}")


def _own(owner, which):
    """Return one of the records that the owner owns."""
    match owner:
        case Transfer():
            owned = list(owner.quantities.order_by("pk"))
        case Party() | System():
            owned = list(owner.aliases.order_by("pk"))
        case _:
            owned = []
    return owned[which % len(owned)] if owned else None


def _edit(owner, fields, action, which, number):
    """Do a random edit as far as the rules allow it."""
    owned = _own(owner, which)
    try:
        with transaction.atomic():
            if action == "add":
                added = _add(owner, number)
                if added is not None:
                    added.full_clean()
            elif action == "own":
                name, template = list(fields.items())[which % len(fields)]
                changed(owner, **{name: _draw_value(template, number)}).full_clean()
            elif owned is not None and action == "remove":
                owned.delete()
            elif owned is not None:
                field = {"minimum": number} if isinstance(owned, Quantity) else {"name": f"New {number}"}
                changed(owned, **field).full_clean()
    except (ValidationError, transaction.TransactionManagementError, edits.IntegrityError):
        owner.refresh_from_db()


@pytest.mark.parametrize("make", [a_transfer, a_party, a_system, a_source])
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=RANDOM_EDITS)
def test_reverting_any_edit_gives_the_record_as_it_was_before(make, steps):
    with transaction.atomic():
        owner, fields = make()
        snapshots = {}
        for action, which, number in steps:
            ids = {edit.id for edit in edits.list_edits(owner)}
            before = _stored(owner)
            _edit(owner, fields, action, which, number)
            for edit in edits.list_edits(owner):
                if edit.id not in ids:
                    snapshots[edit.id] = before.get((edit.model, edit.copy.id))
        for edit in edits.list_edits(owner):
            if edit.id in snapshots:
                _check(edit, snapshots[edit.id])
        transaction.set_rollback(True)


def _stored(owner):
    """Return the record and all that it owns, as they are."""
    stored = {(type(owner), owner.pk): values(type(owner), owner.pk)}
    for model, field in history.OWNED[type(owner)].items():
        stored |= {(model, row["id"]): row for row in model.objects.filter(**{field: owner}).values()}
    return stored


def _check(edit, before):
    now = values(edit.model, edit.copy.id)
    with transaction.atomic():
        try:
            edits.revert(edit)
            refused = ""
        except ValidationError as error:
            refused = str(error)
        after = values(edit.model, edit.copy.id)
        transaction.set_rollback(True)
    assert after == (now if refused else before)
    assert not refused or now == before or any(words in refused for words in EXPECTED)
