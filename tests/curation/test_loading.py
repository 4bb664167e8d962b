"""Loading fixtures: whole or not at all, again without effect, and never over a curator's work."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.support import factories
from transfers.models import Party, Quantity, RegistryRow, Revision, Source, System, SystemAlias, Transfer
from transfers.publication import publish

pytestmark = pytest.mark.django_db

PARTIES = """\
- model: transfers.party
  fields: {code: RUS, alpha2: RU, name: Russia, kind: state}
- model: transfers.party
  fields: {code: SRB, alpha2: RS, name: Serbia, kind: state}
"""
SYSTEMS = """\
- model: transfers.system
  fields: {slug: s-400, name: S-400, category: air_defence, description: SAM system}
- model: transfers.systemalias
  fields: {system: [s-400], name: SA-21, type: nato}
"""
SOURCES = """\
- model: transfers.source
  fields:
    key: gazette
    publisher: The Gazette
    title: A sale
    published: "2019-10-24"
    reliability: B
"""
TRANSFERS = """\
- model: transfers.transfer
  fields:
    key: rus-srb-s-400-2019
    supplier: [RUS]
    recipient: [SRB]
    system: [s-400]
    kind: sale
    state: published
- model: transfers.quantity
  fields:
    transfer: [rus-srb-s-400-2019]
    source: [gazette]
    measure: ordered
    minimum: 6
    maximum: 6
    unit: system
    locator: "¶3"
    excerpt: six systems
    credibility: 2
"""


@pytest.fixture
def folder(tmp_path):
    """Write a folder of small valid fixtures."""
    for name, text in [
        ("parties", PARTIES),
        ("systems", SYSTEMS),
        ("sources", SOURCES),
        ("transfers", TRANSFERS),
    ]:
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def load(folder, **options):
    out, errors = StringIO(), StringIO()
    try:
        call_command("loadregister", fixtures=folder, stdout=out, stderr=errors, **options)
    except CommandError as error:
        return f"{errors.getvalue()}{error}"
    return out.getvalue()


def change(folder, name, old, new):
    path = folder / f"{name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def everything():
    counted = [model.objects.count() for model in (Party, System, SystemAlias, Source, Transfer, Quantity)]
    return [*counted, Revision.objects.count()]


def test_loading_publishes_what_the_fixtures_say_is_published(folder):
    assert (
        load(folder)
        == "5 added, 0 overwritten, 0 unchanged, 0 kept as they are here; 1 revisions published.\n"
    )
    assert RegistryRow.objects.get().quantity_ordered_max == 6


def test_a_draft_in_the_fixtures_stays_a_draft(folder):
    change(folder, "transfers", "state: published", "state: draft")
    load(folder)
    assert not RegistryRow.objects.exists()


def test_loading_again_changes_nothing(folder):
    load(folder)
    assert load(folder).startswith("0 added, 0 overwritten, 5 unchanged")
    assert Revision.objects.count() == 1


def test_new_fixtures_are_added_to_a_loaded_register(folder):
    load(folder)
    with (folder / "parties.yaml").open("a") as file:
        file.write("- model: transfers.party\n  fields: {code: IND, alpha2: IN, name: India, kind: state}\n")
    assert load(folder).startswith("1 added")


def test_an_edited_record_is_kept_and_named(folder):
    load(folder)
    Transfer.objects.update(note="A curator's note")
    assert "kept: transfer rus-srb-s-400-2019 differs" in load(folder)
    assert Transfer.objects.get().note == "A curator's note"


def test_an_edited_claim_is_kept(folder):
    load(folder)
    Quantity.objects.update(minimum=5)
    load(folder)
    assert Quantity.objects.get().minimum == 5


def test_a_deleted_claim_stays_deleted(folder):
    load(folder)
    Quantity.objects.all().delete()
    load(folder)
    assert not Quantity.objects.exists()


def test_an_added_alias_is_kept(folder):
    load(folder)
    System.objects.get().aliases.create(name="Triumf")
    load(folder)
    assert SystemAlias.objects.count() == 2


def test_a_withdrawn_transfer_is_not_published_again(folder):
    load(folder)
    publish.withdraw(Transfer.objects.all(), "a misreading")
    load(folder)
    assert not RegistryRow.objects.current().exists()


def test_an_unpublished_edit_is_not_published_by_loading(folder):
    load(folder)
    Transfer.objects.update(note="Not for the public yet")
    load(folder)
    assert RegistryRow.objects.get().note is None


def test_overwriting_takes_the_fixtures_version(folder):
    load(folder)
    Quantity.objects.update(minimum=5, maximum=5)
    load(folder, overwrite=True)
    assert Quantity.objects.get().minimum == 6


def test_an_overwritten_source_shows_in_what_is_published(folder):
    load(folder)
    change(folder, "sources", "The Gazette", "The Daily Gazette")
    load(folder, overwrite=True)
    assert Revision.objects.count() == 2


def test_records_the_fixtures_do_not_know_are_left_alone(folder):
    load(folder)
    factories.published("rus-ind-s-400-2018", recipient="IND")
    load(folder)
    assert RegistryRow.objects.count() == 2


FAULTS = {
    "no YAML": ("sources", "reliability: B", "reliability: [B", "is not YAML"),
    "no list": ("systems", SYSTEMS, "slug: s-400\n", "systems.yaml:1: is not a list of records"),
    "an empty file": ("systems", SYSTEMS, " \n", "systems.yaml:1: is empty"),
    "a record without fields": (
        "systems",
        "- model: transfers.systemalias\n  fields: {system: [s-400], name: SA-21, type: nato}",
        "- model: transfers.systemalias",
        "systems.yaml:3: a record has just model and fields",
    ),
    "an unknown model": ("sources", "transfers.source", "transfers.sauce", "sources.yaml:1: no such model"),
    "an unknown field": ("sources", "title:", "titel:", "sources.yaml:5: titel: no such field"),
    "a field that stands twice": (
        "sources",
        "title: A sale",
        "key: other",
        "sources.yaml:5: key appears twice",
    ),
    "a record that stands twice": ("parties", "SRB", "RUS", "parties.yaml:3: RUS appears twice"),
    "a wrong date": ("sources", '"2019-10-24"', '"2019-13"', "sources.yaml:6: published:"),
    "a value without quotes": ("sources", '"2019-10-24"', "2019", "sources.yaml:6: published: must be text"),
    "Norway's code without quotes": (
        "parties",
        "alpha2: RS",
        "alpha2: NO",
        "parties.yaml:4: alpha2: must be text",
    ),
    "a wrong choice": ("sources", "reliability: B", "reliability: G", "sources.yaml:7: reliability:"),
    "a missing field": ("sources", "    title: A sale\n", "", "sources.yaml:1: title:"),
    "a letter for a number": ("transfers", "minimum: 6", "minimum: six", "transfers.yaml:14: minimum:"),
    "a broken count": (
        "transfers",
        "maximum: 6",
        "maximum: 6.5",
        "transfers.yaml:15: maximum: must be a whole",
    ),
    "an empty relation": (
        "transfers",
        "supplier: [RUS]",
        "supplier:",
        "transfers.yaml:4: supplier: must not be",
    ),
    "minimum above maximum": (
        "transfers",
        "minimum: 6",
        "minimum: 7",
        "transfers.yaml:9: The minimum must not",
    ),
    "an unknown party": ("transfers", "supplier: [RUS]", "supplier: [RSU]", "transfers.yaml:4: supplier:"),
    "an unknown source": ("transfers", "source: [gazette]", "source: [gazete]", "transfers.yaml:12: source:"),
    "a claim of no transfer": (
        "transfers",
        "transfer: [rus-srb-s-400-2019]",
        "transfer: [rus-srb-s-400-2018]",
        "transfers.yaml:11: transfer: no transfer ['rus-srb-s-400-2018'] stands above it",
    ),
    "supplier and recipient alike": (
        "transfers",
        "recipient: [SRB]",
        "recipient: [RUS]",
        "transfers.yaml:1: Supplier and recipient must differ.",
    ),
    "a published transfer without claims": (
        "transfers",
        TRANSFERS[TRANSFERS.index("- model: transfers.quantity") :],
        "",
        "transfers.yaml:1: No claim",
    ),
}


@pytest.mark.parametrize(("name", "old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_with_file_line_and_field(folder, name, old, new, message):
    change(folder, name, old, new)
    assert message in load(folder)


@pytest.mark.parametrize(("name", "old", "new", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_leaves_the_database_untouched(folder, name, old, new, message):
    change(folder, name, old, new)
    load(folder)
    assert everything() == [0] * 7


def test_every_fault_is_told_at_once(folder):
    change(folder, "sources", "reliability: B", "reliability: G")
    change(folder, "parties", "alpha2: RS", "alpha2: ZZ")
    output = load(folder)
    assert "sources.yaml:7" in output
    assert "parties.yaml:3" in output


def test_a_wrong_encoding_is_told_with_its_line(folder):
    (folder / "sources.yaml").write_bytes(SOURCES.replace("A sale", "Une vente signée").encode("cp1252"))
    assert "sources.yaml:5: is not UTF-8" in load(folder)


def test_a_missing_file_is_told(folder):
    (folder / "systems.yaml").unlink()
    assert "systems.yaml:1: cannot be read: No such file" in load(folder)


def test_a_fault_in_an_edited_record_is_told(folder):
    load(folder)
    change(folder, "transfers", "minimum: 6", "minimum: six")
    assert "transfers.yaml:14: minimum:" in load(folder)
