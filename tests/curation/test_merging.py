"""Merges of names: everything that named the loser names the winner, for the public too, and back again."""

import pytest

from tests.support import factories
from transfers.curation.merging import NotMergeable, merge, preview_merge, undo_merge
from transfers.models import FormerKey, Party, Revision, System, Transfer
from transfers.publication import editions, names, verify

pytestmark = pytest.mark.django_db
#: What differs between two publications of one and the same content.
OF_PUBLICATION = {"revision", "updated", "history"}


def ask(client, path, **query):
    """Return the results of a list without what names the revision."""
    names.forget()
    answer = client.get(f"/api/{path}", query)
    assert answer.status_code == 200, answer.content
    return [
        {name: value for name, value in result.items() if name not in OF_PUBLICATION}
        for result in answer.json()["results"]
    ]


def list_keys(client, **query):
    return [result["key"] for result in ask(client, "transfers", **query)]


@pytest.fixture
def winner():
    family = factories.system("s-300", name="S-300")
    record = factories.system("s-400", name="S-400", aliases=("SA-21",), variant_of=family)
    factories.published("rus-srb-s-400", system=record)
    return record


@pytest.fixture
def loser():
    record = factories.system("triumf", name="Triumf", aliases=("SA-21", "Growler"), provisional=True)
    factories.system("triumf-m", name="Triumf-M", variant_of=record)
    factories.published("rus-tur-triumf", recipient="TUR", system=record)
    factories.published("rus-ind-triumf-m", recipient="IND", system=System.objects.get(slug="triumf-m"))
    factories.transfer("draft-triumf", recipient="IND", system=record)
    return record


@pytest.fixture
def parties():
    """Publish a transfer of each of two parties that are one, of which the second has a predecessor."""
    winner = factories.party("TUR", name="Turkey", alpha2="TR")
    loser = factories.party("X-TURKIYE", name="Turkiye Republic", kind="unknown", aliases=("Türkiye",))
    factories.published("rus-tur", recipient=winner)
    factories.published("rus-x-turkiye", recipient=loser)
    factories.party("X-PORTE", name="The Porte", successor=loser)
    return winner, loser


def test_transfers_variants_and_names_move(winner, loser):
    merge(winner, loser, None, "One and the same")
    assert not System.objects.filter(slug="triumf").exists()
    assert Transfer.objects.get(key="draft-triumf").system == winner
    assert System.objects.get(slug="triumf-m").variant_of == winner
    assert {alias.name for alias in winner.aliases.all()} == {"SA-21", "Growler", "Triumf"}


@pytest.mark.parametrize("name", ["S-400", "triumf", "Triumf", "Growler", "TRIUMF"])
def test_every_name_and_both_keys_find_all_transfers(client, winner, loser, name):
    merge(winner, loser, None, "One and the same")
    assert list_keys(client, system=name) == ["rus-ind-triumf-m", "rus-srb-s-400", "rus-tur-triumf"]
    assert {row["system"] for row in ask(client, "transfers", system=name)} == {"s-400", "triumf-m"}


@pytest.mark.parametrize("name", ["triumf", "Triumf", "Growler", "s-400", "S-400", "SA-22"])
def test_question_about_before_is_answered_as_then(client, winner, loser, name):
    before = editions.get_newest().sequence
    query = {"system": name, "as_of": str(before)}
    if name == "SA-22":
        query = {"as_of": str(before)}
    answers = ask(client, "transfers", **query)
    merge(winner, loser, None, "One and the same")
    assert ask(client, "transfers", **query) == answers


def test_log_says_which_record_was_merged_into_which(winner, loser):
    merge(winner, loser, None, "One and the same")
    entry = Revision.objects.filter(key="rus-tur-triumf").latest("sequence")
    assert entry.reason == "triumf was merged into s-400: One and the same"
    assert list(verify.list_faults()) == []


def test_changes_are_found_by_both_keys(client, winner, loser):
    merge(winner, loser, None, "One and the same")
    listed = {entry["key"] for entry in ask(client, "changes", system="triumf")}
    assert listed == {"rus-tur-triumf", "rus-ind-triumf-m", "rus-srb-s-400"}


@pytest.mark.parametrize("path", ["transfers", "claims", "systems", "parties", "sources"])
def test_undoing_leaves_the_public_answers_as_they_were(client, winner, loser, path):
    before = ask(client, path)
    done = merge(winner, loser, None, "One and the same")
    assert path in ("parties", "sources") or ask(client, path) != before
    undo_merge(done, None, "They are two")
    assert ask(client, path) == before
    assert list(verify.list_faults()) == []


def test_undoing_leaves_the_curated_records_as_they_were(winner, loser):
    def read():
        return [
            sorted(map(str, model.objects.values_list()))
            for model in (System, Transfer, type(winner.aliases.get()))
        ]

    before = read()
    undo_merge(merge(winner, loser, None, "One and the same"), None, "They are two")
    assert read() == before
    assert not FormerKey.objects.exists()


def test_unpublished_edit_stays_unpublished(client, winner, loser):
    transfer = Transfer.objects.get(key="rus-tur-triumf")
    transfer.location = "A secret place"
    transfer.save()
    merge(winner, loser, None, "One and the same")
    assert [row["location"] for row in ask(client, "transfers", supplier="RUS", recipient="TUR")] == [None]


def test_parties_merge_and_part(client, parties):
    winner, loser = parties
    before = ask(client, "transfers")
    done = merge(winner, loser, None, "One and the same")
    assert list_keys(client, recipient="x-turkiye") == ["rus-tur", "rus-x-turkiye"]
    assert Party.objects.get(code="X-PORTE").successor == winner
    undo_merge(done, None, "They are two")
    assert ask(client, "transfers") == before
    assert Party.objects.get(code="X-PORTE").successor.code == "X-TURKIYE"


def test_variant_merged_with_its_family_takes_the_place_of_the_family(winner):
    family = winner.variant_of
    done = merge(winner, family, None, "One and the same")
    assert System.objects.get(pk=winner.pk).variant_of is None
    undo_merge(done, None, "They are two")
    assert System.objects.get(pk=winner.pk).variant_of == family


def test_keys_of_a_chain_lead_to_its_end(client, winner, loser):
    merge(loser, factories.system("growl", name="Growl"), None, "One")
    last = merge(winner, loser, None, "One")
    assert "rus-tur-triumf" in list_keys(client, system="growl")
    undo_merge(last, None, "Two")
    assert list_keys(client, system="growl") == ["rus-ind-triumf-m", "rus-tur-triumf"]


def test_first_merge_of_a_chain_is_not_undone_before_the_second(winner, loser):
    first = merge(loser, factories.system("growl", name="Growl"), None, "One")
    merge(winner, loser, None, "One")
    with pytest.raises(NotMergeable, match="Undo that first"):
        undo_merge(first, None, "Two")


def test_merge_is_undone_once(winner, loser):
    done = merge(winner, loser, None, "One")
    undo_merge(done, None, "Two")
    with pytest.raises(NotMergeable, match="already"):
        undo_merge(done, None, "Two")


def test_merge_is_not_undone_once_another_record_has_the_name(winner, loser):
    done = merge(winner, loser, None, "One")
    factories.system("other", name="Triumf")
    with pytest.raises(NotMergeable, match="taken the place"):
        undo_merge(done, None, "Two")


def test_parties_of_one_transfer_are_not_merged(parties):
    winner, loser = parties
    factories.transfer("between", supplier=winner, recipient=loser)
    with pytest.raises(NotMergeable, match="The transfer between is from one of them to the other"):
        merge(winner, loser, None, "One")


@pytest.mark.parametrize("reason", ["", "  "])
def test_merge_needs_a_reason(winner, loser, reason):
    with pytest.raises(NotMergeable, match="reason"):
        merge(winner, loser, None, reason)


def test_record_is_not_merged_into_itself(winner):
    with pytest.raises(NotMergeable, match="two different records"):
        merge(winner, winner, None, "One")


def test_key_of_a_merged_record_is_given_to_no_other(winner, loser):
    merge(winner, loser, None, "One")
    with pytest.raises(Exception, match="key of a record that was merged"):
        System(slug="triumf", name="New", category="other", description="x").full_clean()


def test_preview_counts_what_moves_and_names_what_changes_and_what_becomes_alike(winner, loser):
    factories.transfer("rus-tur-s-400", recipient="TUR", system=winner)
    preview = preview_merge(winner, loser)
    assert dict(preview.moves) == {
        "variants": 1, "transfers": 2, "other names": 3,
    }  # fmt: skip
    assert preview.rows == ["rus-ind-triumf-m", "rus-tur-triumf"]
    assert ("rus-tur-triumf", "rus-tur-s-400") in [(one.key, other.key) for one, other in preview.alike]


def test_history_tells_the_merge(winner, loser):
    merge(winner, loser, None, "One and the same")
    copy = Transfer.history.filter(key="draft-triumf").latest("history_id")
    assert copy.history_change_reason == "Triumf was merged into S-400: One and the same"


def test_next_import_finds_the_winner_by_the_name_and_kind_of_the_loser(winner):
    other = factories.system("mast", name="Mast", category="other", description="a mast", provisional=True)
    merge(winner, other, None, "One")
    assert {"Mast", "Mast (a mast)"} <= {alias.name for alias in winner.aliases.all()}


@pytest.mark.parametrize("name", ["reed", "Reed"])
def test_merge_that_changes_no_row_counts_at_once(client, winner, name):
    merge(winner, factories.system("reed", name="Reed"), None, "One")
    assert list_keys(client, system=name) == ["rus-srb-s-400"]
