"""A log that was hashed over absent values too is chained anew once, and its former heads are kept."""

from importlib import import_module

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connection

from tests.support import factories
from transfers.models import FormerHash, RegistryClaim, RegistryRow, Revision, Transfer
from transfers.publication import append_only, content, publish, verify
from transfers.publication.log import GENESIS

migration = import_module("transfers.migrations.0010_former_hashes")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def former_log():
    """A log as the version before hashed it: three transfers, one changed, one withdrawn; its heads."""
    first = factories.published("rus-srb", location="Niš")
    factories.published("usa-ind", supplier="USA", recipient="IND")
    withdrawn = factories.published("fra-ind", supplier="FRA", recipient="IND")
    first.note = "Read again."
    first.save()
    publish.publish([first], "Read again")
    publish.withdraw([withdrawn], "Mistaken")
    append_only.remove()
    age_log()
    append_only.install()
    return list(Revision.objects.order_by("sequence").values_list("hash", flat=True))


def age_log():
    """Hash everything as the version before did."""
    records = migration.Records(apps)
    for row in RegistryRow.objects.current().values("id", "key", "supplier", "recipient", "system"):
        claims = RegistryClaim.objects.current().filter(transfer=row["key"])
        shown = records.list_shown(row, sorted(set(claims.values_list("source", flat=True))))
        RegistryRow.objects.filter(pk=row["id"]).update(reference=migration.hash_shown(shown))
    keys = sorted(set(Revision.objects.values_list("key", flat=True)))
    contents = dict(migration.hash_contents(apps, keys, {}))
    previous = GENESIS
    for revision in Revision.objects.order_by("sequence").values():
        former, _ = contents[revision["sequence"]]
        digest = migration.hash_revision(revision, former, previous)
        Revision.objects.filter(sequence=revision["sequence"]).update(
            content=former, previous=previous, hash=digest
        )
        previous = digest


def chain_anew():
    with connection.schema_editor() as editor:
        migration.chain_anew(apps, editor)
    append_only.install()


def read_published():
    row_names = set(content.ROW_NAMES) - {"reference"}
    rows = RegistryRow.objects.order_by("pk").values(*row_names, "revision", "until")
    claims = RegistryClaim.objects.order_by("pk").values(*content.CLAIM_NAMES, "revision", "until")
    return [*rows, *claims]


def test_absent_values_are_no_part_of_a_hash():
    claims = [{"measure": "deal_value", "unit": None}]
    assert content.hash_content({"key": "a", "new": None}, claims) == content.hash_content(
        {"key": "a"}, [{"measure": "deal_value"}]
    )


def test_false_and_nought_are_part_of_a_hash():
    assert content.hash_content({"key": "a", "new": 0}, []) != content.hash_content({"key": "a"}, [])


def test_a_former_log_does_not_verify_as_it_is(former_log):
    assert list(verify.list_faults()) != []


def test_a_log_chained_anew_verifies(former_log):
    chain_anew()
    assert list(verify.list_faults()) == []


def test_every_former_head_is_accepted(former_log):
    chain_anew()
    assert [verify.find_head(head) for head in former_log] == [1, 2, 3, 4, 5]


def test_chaining_anew_leaves_rows_and_claims_as_they_are(former_log):
    before = read_published()
    chain_anew()
    assert read_published() == before


def test_publishing_again_after_it_appends_nothing(former_log):
    chain_anew()
    assert not publish.publish(Transfer.objects.filter(state="published"), "Again")


def test_an_altered_log_is_refused_and_stays_as_it_is(former_log):
    append_only.remove()
    Revision.objects.filter(sequence=2).update(reason="Nothing happened")
    append_only.install()
    with pytest.raises(CommandError, match=r"revision 2 .* does not verify"):
        chain_anew()
    assert list(Revision.objects.order_by("sequence").values_list("hash", flat=True)) == former_log
    assert append_only.list_missing() == []


def test_an_altered_former_hash_is_named(former_log):
    chain_anew()
    append_only.remove()
    FormerHash.objects.filter(sequence=4).update(hash="0" * 64)
    append_only.install()
    assert "former hash of revision 4: altered" in list(verify.list_faults())
