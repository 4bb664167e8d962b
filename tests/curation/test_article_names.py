"""Names that articles are read for: those of now, whatever changed since the last article."""

import pytest

from tests.support import factories
from transfers.curation import article_names
from transfers.evidence.recognition import build_tries
from transfers.models import System, SystemAlias, history

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def system(monkeypatch):
    monkeypatch.setattr(article_names, "_kept", article_names._Kept())
    factories.party("RUS", alpha2="RU", aliases=("Россия",))
    system = factories.system("s-400", name="S-400", aliases=("Triumf",))
    article_names.get_tries()
    return system


def check():
    """Check that the names are those that would be read anew."""
    kept = article_names._kept
    assert article_names.get_tries() == build_tries(
        article_names._read_names(System), article_names._read_names(article_names.Party)
    )
    assert article_names._kept is not kept


def test_added_name_is_read(system):
    SystemAlias.objects.create(system=system, name="Growler")
    check()


def test_removed_name_is_forgotten(system):
    system.aliases.all()[0].delete()
    check()


def test_name_of_another_system_stands_for_both(system):
    factories.system("triumf", name="Triumf")
    check()


def test_renamed_system_is_read(system):
    system.name = "S-400 Triumf"
    system.save()
    check()


def test_names_added_in_bulk_are_read(system):
    System.objects.bulk_create([System(slug="reed", name="Reed", category="other", description="reed")])
    history.record_copies(System.objects.filter(slug="reed"), history.ADDED)
    check()


def test_names_that_stay_are_read_once(django_assert_num_queries):
    with django_assert_num_queries(5):
        article_names.get_tries()
