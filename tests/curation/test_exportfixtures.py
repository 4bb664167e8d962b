"""Curation goes back into the fixtures: what is exported loads as what it was."""

import shutil
import tempfile
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.support import factories, snapshots
from transfers.curation.fixtures import loading, writing
from transfers.curation.fixtures import text as fixture_text
from transfers.models import (
    Party,
    PartyAlias,
    Quantity,
    RegistryRow,
    Source,
    System,
    SystemAlias,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.publication import publish

pytestmark = pytest.mark.django_db
FIXTURES = settings.BASE_DIR / "fixtures"
MODELS = (SystemAlias, PartyAlias, Quantity, TransferDate, Valuation, Transfer, Source)


def export(folder):
    out, errors = StringIO(), StringIO()
    try:
        call_command("exportfixtures", folder, stdout=out, stderr=errors)
    except CommandError as error:
        return f"{errors.getvalue()}{error}"
    return out.getvalue()


def load(folder):
    out = StringIO()
    call_command("loadregister", fixtures=folder, stdout=out, stderr=out)
    return out.getvalue()


def empty():
    for model in MODELS:
        model.objects.all().delete()
    for model, field in ((System, "variant_of"), (Party, "successor")):
        model.objects.update(**{field: None})
        model.objects.all().delete()


def curated():
    """Return every curated record without its id, in the order of entry."""
    return [
        writing.complete(*entry)
        for model in writing.FILES
        for unit in writing._list_stored(model)
        for entry in unit.entries
    ]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def shipped(tmp_path):
    """Copy the shipped fixtures, with few parties as loading them all takes long; loaded."""
    folder = tmp_path / "shipped"
    shutil.copytree(FIXTURES, folder)
    parties = (folder / "parties.yaml").read_text().split("- model: transfers.party\n")
    used = [part for part in parties[1:] if part[10:].split()[1] in ("RUS", "SRB", "TUR", "IND", "USA")]
    (folder / "parties.yaml").write_text("- model: transfers.party\n".join([parties[0], *used]))
    snapshots.load_once("shipped with few parties", lambda: load(folder))
    return folder


@pytest.fixture
def whole():
    """Load the shipped register, all of it."""
    load(FIXTURES)


def test_the_shipped_fixtures_are_left_to_the_letter(shipped):
    before = contents(shipped)
    export(shipped)
    assert contents(shipped) == before


def test_all_shipped_records_survive_export_and_load(whole, tmp_path):
    before = curated()
    export(tmp_path / "out")
    empty()
    load(tmp_path / "out")
    assert curated() == before


def test_what_is_exported_loads_as_what_it_was(shipped, tmp_path):
    before = curated()
    export(tmp_path / "out")
    empty()
    load(tmp_path / "out")
    assert curated() == before


def test_what_was_exported_and_loaded_is_exported_alike(shipped, tmp_path):
    export(tmp_path / "one")
    empty()
    load(tmp_path / "one")
    export(tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_loading_what_was_exported_changes_nothing(shipped, tmp_path):
    export(tmp_path / "out")
    assert load(tmp_path / "out").startswith("0 added, 0 overwritten, ")
    assert "0 kept" in load(tmp_path / "out")


def test_most_entries_are_written_as_the_shipped_files_have_them(shipped, tmp_path):
    export(tmp_path / "out")
    for name in ("parties", "systems", "sources", "transfers"):
        ours = set((tmp_path / "out" / f"{name}.yaml").read_text().splitlines())
        theirs = [
            line for line in (shipped / f"{name}.yaml").read_text().splitlines() if not line.startswith("#")
        ]
        theirs = [line for line in theirs if line]
        assert sum(line in ours for line in theirs) > 0.95 * len(theirs), set(theirs) - ours


def test_an_edited_record_alone_is_written_anew(shipped):
    before = (shipped / "systems.yaml").read_text().splitlines()
    System.objects.filter(slug="f-35").update(description="Stealth fighter")
    export(shipped)
    after = (shipped / "systems.yaml").read_text().splitlines()
    assert [line for line in after if line not in before] == ["    description: Stealth fighter"]


def test_comments_stay_where_a_record_is_added(shipped):
    factories.source("gazette")
    export(shipped)
    assert (shipped / "sources.yaml").read_text().startswith("# Sources: the five articles")


def test_a_new_record_stands_at_the_end(shipped):
    factories.source("a-gazette")
    export(shipped)
    assert "key: a-gazette" in (shipped / "sources.yaml").read_text().split("- model:")[-1]


def test_a_deleted_record_goes(shipped):
    Transfer.objects.get(key="rus-srb-t-72-2019").delete()
    export(shipped)
    assert "rus-srb-t-72-2019" not in (shipped / "transfers.yaml").read_text()


def test_a_new_family_stands_above_its_variants(shipped):
    family = factories.system("t-series")
    System.objects.filter(slug="t-72").update(variant_of=family)
    export(shipped)
    empty()
    load(shipped)
    assert System.objects.get(slug="t-72").variant_of.slug == "t-series"


@pytest.mark.parametrize("state", Transfer.State.values)
def test_a_state_is_exported_and_loaded(tmp_path, state):
    transfer = factories.published()
    Transfer.objects.filter(pk=transfer.pk).update(state=state)
    export(tmp_path)
    empty()
    load(tmp_path)
    assert Transfer.objects.get().state == state


def test_a_withdrawn_transfer_is_not_public_where_it_is_loaded(tmp_path):
    transfer = factories.published("rus-srb-s-400-2019")
    publish.withdraw([transfer], "a misreading")
    export(tmp_path)
    empty()
    load(tmp_path)
    assert not RegistryRow.objects.current().exists()


def test_a_public_version_beneath_a_draft_is_told(tmp_path):
    Transfer.objects.filter(pk=factories.published("rus-srb-s-400-2019").pk).update(state="draft")
    assert "note: rus-srb-s-400-2019 is public in an earlier version" in export(tmp_path)


@pytest.mark.parametrize("amount", ["0", "12.5", "0.001", "99999999999.999"])
def test_an_amount_stays_exact(tmp_path, amount):
    factories.valuation("tiv_ordered", Decimal(amount))
    export(tmp_path)
    empty()
    load(tmp_path)
    assert Valuation.objects.get().minimum == Decimal(amount)


def test_a_count_of_none_is_kept(tmp_path):
    factories.quantity(number=0)
    export(tmp_path)
    empty()
    load(tmp_path)
    assert Quantity.objects.get().maximum == 0


def test_a_register_without_records_says_so_in_its_files(tmp_path):
    export(tmp_path)
    assert (tmp_path / "transfers.yaml").read_text() == "[]\n"


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    output = export(tmp_path / "file")
    assert "cannot be" in output
    assert len(output.splitlines()) == 1


def test_a_file_that_cannot_be_replaced_leaves_all_as_they_were(tmp_path, monkeypatch):
    factories.transfer()
    export(tmp_path)
    before = contents(tmp_path)
    factories.party("TUR")
    factories.source("new")
    move = type(tmp_path).replace

    def refuse(self, target):
        if "sources" in self.name:
            raise PermissionError(13, "Permission denied")
        return move(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", refuse)
    assert "cannot be written: Permission denied; it is as it was." in export(tmp_path)
    assert contents(tmp_path) == before


def test_a_file_that_cannot_be_read_is_not_written_over(tmp_path):
    factories.transfer()
    (tmp_path / "sources.yaml").write_text("- model: [\n")
    assert "sources.yaml:1: is not YAML" in export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sources.yaml"]


WORDS = st.sampled_from(
    ["yes", "null", "1e3", "2019-10-24", "~", "0x1", "1:30", "- a", "a: b", "a #b", " a", "a ", "'",
     '"a"', "{a}",
     "[a]", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", "a\nb", "a\r\nb", "\tb", "=", "<<", "...", "---",
     "\u202eabc", "العربية", "𐍈𝒳😀", "\ufeff", "\u2028", "\x85", "\x7f", "\xa0", "\\n", "no", "Off", "NO"]
)  # fmt: skip
# Neither database stores lone surrogates; PostgreSQL stores no NUL.
TEXTS = WORDS | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60
)


@given(text=TEXTS)
def test_any_text_is_read_as_it_was_written(text):
    fields = {"title": text, "note": text, "published": text}
    written = fixture_text.write_entry("transfers.source", fields)
    assert writing.yaml.safe_load(written) == [{"model": "transfers.source", "fields": fields}]


@given(text=TEXTS)
def test_any_alias_is_read_as_it_was_written(text):
    fields = {"party": ["RUS"], "name": text}
    written = fixture_text.write_entry("transfers.partyalias", fields)
    assert writing.yaml.safe_load(written) == [{"model": "transfers.partyalias", "fields": fields}]


class TestAnyText(TestCase):
    """Through the database, export and load, and back into the database."""

    @given(text=TEXTS)
    def test_any_text_survives(self, text):
        if not text.strip():
            return
        Source.objects.create(
            key="s", publisher=text, title=text, published="2019", reliability="B", note=text
        )
        with tempfile.TemporaryDirectory() as folder:
            writing.export(Path(folder))
            Source.objects.all().delete()
            loading.load(Path(folder), "again")
        read = Source.objects.get()
        assert (read.publisher, read.note) == (text, text)
