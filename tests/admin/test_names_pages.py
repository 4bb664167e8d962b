"""Pages of names: changes of public records under review, merges, and renames that keep the old name."""

import pytest
from django.test import Client

from tests.support import factories, forms
from transfers.curation.spreadsheets.files import build_sheet
from transfers.curation.spreadsheets.records import import_sheet
from transfers.models import Merge, ReferenceChange, RegistryRow, System

pytestmark = pytest.mark.django_db


def log_in(role):
    client = Client()
    client.force_login(factories.user(role))
    return client


@pytest.fixture
def system():
    record = factories.system("s-400", name="S-400")
    factories.published("rus-srb", system=record)
    return record


@pytest.fixture
def curator():
    return log_in("curator")


@pytest.fixture
def reviewer():
    return log_in("reviewer")


def rename(client, record, name="Triumf", **values):
    """Post the form of a record with another name, and return the messages that follow."""
    address = f"/admin/transfers/{record._meta.model_name}/{record.pk}/change/"
    form = forms.open_form(client, address) | {"name": name, "why": "Its own name"} | values
    return list_messages(client.post(address, form, follow=True))


def list_messages(answer):
    return [str(message) for message in answer.context["messages"]]


def get_row():
    return RegistryRow.objects.current().get()


def decide(client, **values):
    change = ReferenceChange.objects.get()
    address = f"/admin/transfers/referencechange/{change.pk}/change/"
    return list_messages(client.post(address, values, follow=True))


def test_curators_change_of_a_public_record_is_a_proposal(curator, system):
    [message] = rename(curator, system)
    assert message.startswith("Your change of S-400 is proposed")
    assert (get_row().system_name, System.objects.get().name) == ("S-400", "S-400")
    change = ReferenceChange.objects.get()
    assert (change.before["name"], change.after["name"]) == ("S-400", "Triumf")
    assert (change.user.username, change.reason) == ("a curator", "Its own name")


def test_reviewer_sees_the_difference_and_accepts_it(curator, reviewer, system):
    rename(curator, system)
    change = ReferenceChange.objects.get()
    text = reviewer.get(f"/admin/transfers/referencechange/{change.pk}/change/").content.decode()
    assert "1 public row would change" in text
    assert get_row().system_name == "S-400"
    assert decide(reviewer, accept="Accept") == ["The change of system s-400 was accepted."]
    assert get_row().system_name == "Triumf"
    assert [alias.name for alias in System.objects.get().aliases.all()] == ["S-400"]
    copy = System.history.latest("history_id")
    assert (copy.history_user.username, copy.history_change_reason) == ("a curator", "Its own name")


def test_declined_change_needs_an_answer_and_changes_nothing(curator, reviewer, system):
    rename(curator, system)
    assert decide(reviewer, decline="Decline") == ["Say why the change is declined."]
    decide(reviewer, decline="Decline", answer="No source says so")
    assert (get_row().system_name, ReferenceChange.objects.get().decision) == ("S-400", "declined")


def test_curator_decides_on_no_change(curator, system):
    rename(curator, system)
    assert decide(curator, accept="Accept") == ["You are not allowed to decide on changes of public records."]


def test_change_is_decided_on_by_somebody_else(system, curator):
    rename(curator, system)
    administrator = log_in("administrator")
    ReferenceChange.objects.update(user=administrator.get("/admin/").context["user"].pk)
    assert decide(administrator, accept="Accept") == ["Somebody else decides on a change that you proposed."]


def test_change_that_fits_no_more_is_not_accepted(curator, reviewer, system):
    rename(curator, system)
    System.objects.update(name="S-400 Triumf")
    assert decide(reviewer, accept="Accept") == [
        "The name of s-400 was changed meanwhile. Decline this change."
    ]


def test_change_of_what_is_not_public_needs_no_review(curator):
    rename(curator, factories.system("reed", name="Reed"))
    assert System.objects.get().name == "Triumf"
    assert not ReferenceChange.objects.exists()


def test_change_by_who_may_publish_shows_at_once(system):
    rename(log_in("administrator"), system)
    assert get_row().system_name == "Triumf"


def test_form_with_an_error_is_no_proposal(curator, system):
    rename(curator, system, name="")
    assert not ReferenceChange.objects.exists()


@pytest.mark.parametrize(("ticked", "aliases"), [({}, ["S-400"]), ({"keep_name": ""}, [])])
def test_old_name_stays_as_an_alias_unless_that_is_unticked(ticked, aliases, system):
    rename(log_in("administrator"), system, **ticked)
    assert [alias.name for alias in system.aliases.all()] == aliases


def test_file_proposes_changes_of_public_records_and_makes_the_others(system):
    factories.system("reed", name="Reed")
    rows = [("slug", "name"), ("s-400", "Triumf"), ("reed", "Reed-1")]
    report = import_sheet(System, build_sheet(enumerate(rows, 1)), factories.user("curator"), "A file")
    assert (len(report.proposed), len(report.changed)) == (1, 1)
    assert set(System.objects.values_list("name", flat=True)) == {"S-400", "Reed-1"}
    assert ReferenceChange.objects.get().after == {"name": "Triumf"}


def test_reverted_edit_of_a_public_record_is_a_proposal(curator, system):
    rename(log_in("administrator"), system)
    copy = System.history.latest("history_id")
    address = f"/admin/transfers/system/{system.pk}/history/revert/"
    curator.post(address, {"edit": f"system-{copy.history_id}", "reason": "Not so"})
    assert get_row().system_name == "Triumf"
    assert ReferenceChange.objects.get().after["name"] == "S-400"


# merges


def open_merge(client, loser, winner, **values):
    address = f"/admin/transfers/system/{loser.pk}/merge/?into={winner.pk}"
    return client.post(address, values, follow=True) if values else client.get(address)


def test_merge_shows_what_moves_before_it_is_made(reviewer, system):
    other = factories.system("triumf", name="Triumf")
    factories.published("rus-tur", recipient="TUR", system=other)
    text = open_merge(reviewer, other, system).content.decode()
    assert "1 public row would change:" in text
    assert "rus-tur" in text
    assert System.objects.count() == 2


def test_merge_is_made_and_undone_on_its_page(reviewer, system):
    other = factories.system("triumf", name="Triumf")
    factories.published("rus-tur", recipient="TUR", system=other)
    open_merge(reviewer, other, system, reason="One and the same")
    assert System.objects.get() == system
    address = f"/admin/transfers/merge/{Merge.objects.get().pk}/change/"
    assert list_messages(reviewer.post(address, {"reason": "Two"}, follow=True)) == [
        "triumf and s-400 are two records again."
    ]
    assert System.objects.count() == 2


def test_merge_that_changes_public_rows_is_made_by_who_may_publish(curator, system):
    other = factories.system("reed", name="Reed")
    answer = open_merge(curator, system, other, reason="One")
    assert list_messages(answer) == ["Public rows change. Ask somebody who may publish to merge the two."]
    open_merge(curator, other, system, reason="One")
    assert System.objects.get() == system


@pytest.mark.parametrize("into", ["", "0", "x", "99999999999999999999"])
def test_junk_for_the_other_record_asks_again(admin_client, system, into):
    answer = admin_client.get(f"/admin/transfers/system/{system.pk}/merge/", {"into": into})
    assert (answer.status_code, answer.context["preview"]) == (200, None)


def test_two_selected_records_are_merged_the_provisional_into_the_other(admin_client, system):
    other = factories.system("a-triumf", name="A Triumf", provisional=True)
    values = {"action": "merge_selected", "_selected_action": [other.pk, system.pk]}
    answer = admin_client.post("/admin/transfers/system/", values)
    assert answer.url == f"/admin/transfers/system/{other.pk}/merge/?into={system.pk}"


# many at once


def set_fields(client, *systems, **values):
    """Post the action that sets fields, and return the page that shows what it would do."""
    values |= {"action": "set_fields", "_selected_action": [system.pk for system in systems], "apply": "1"}
    return client.post("/admin/transfers/system/", {"reason": "Looked up"} | values)


def confirm(client, answer, view="process_import", form="confirm_form"):
    hidden = answer.context[form].initial
    return client.post(f"/admin/transfers/system/{view}/", hidden)


@pytest.fixture
def provisional():
    systems = [factories.system(f"reed-{n}", name=f"Reed {n}", provisional=True) for n in range(12)]
    factories.system("reed", name="Reed")
    return systems


def list_categories():
    return set(System.objects.filter(slug__startswith="reed-").values_list("category", "variant_of__slug"))


def test_fields_of_many_are_shown_then_set_then_undone(admin_client, provisional):
    family = System.objects.get(slug="reed")
    shown = set_fields(admin_client, *provisional, category="missiles", variant_of=family.pk)
    assert "0 new, 12 changed" in str(*shown.context["messages"])
    assert list_categories() == {("air_defence", None)}
    answer = confirm(admin_client, shown)
    assert list_categories() == {("missiles", "reed")}
    undoing = confirm(admin_client, answer, "undo_import", "undo")
    assert list_categories() == {("missiles", "reed")}
    confirm(admin_client, undoing)
    assert list_categories() == {("air_defence", None)}


def test_nothing_set_asks_again(admin_client, provisional):
    assert "Set fields of" in set_fields(admin_client, *provisional).content.decode()


def test_fields_of_public_records_are_proposed_by_a_curator(curator, system):
    confirm(curator, set_fields(curator, system, category="missiles"))
    assert System.objects.get().category == "air_defence"
    assert ReferenceChange.objects.get().after == {"category": "missiles"}


def test_undo_that_is_kept_no_more_says_so(admin_client, system):
    answer = admin_client.post("/admin/transfers/system/undo_import/", {"import_file_name": "x"}, follow=True)
    assert list_messages(answer)[0].startswith("This can no longer be undone here.")
