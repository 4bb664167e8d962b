"""Names that another record has: refused in forms, files and fixtures, unless they are said to be shared."""

import pytest
from django.core.exceptions import ValidationError

from tests.support import factories, forms
from transfers.curation.spreadsheets.files import build_sheet
from transfers.curation.spreadsheets.records import import_sheet
from transfers.models import Party, PartyAlias, System, SystemAlias

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def k2():
    factories.system("s-400", name="S-400", aliases=("SA-21",))
    factories.party("RUS", name="Russia", alpha2="RU")
    factories.party("GBR", name="United Kingdom")
    factories.party("KAZ", name="Kazakhstan")
    return factories.system("k2", name="K2")


@pytest.mark.parametrize("name", ["SA-21", "sa 21", "SA21", "S-400", "С-400", "s-400"])
def test_name_of_another_system_is_no_alias(k2, name):
    with pytest.raises(ValidationError, match=r"is a name of S-400 \(s-400\) already"):
        SystemAlias(system=k2, name=name).full_clean()


@pytest.mark.parametrize("name", ["SA-21M", "SA/21", "K2", "k 2", "--"])
def test_other_name_is_an_alias(k2, name):
    SystemAlias(system=k2, name=name).full_clean()


@pytest.mark.parametrize("name", ["Russia", "the russia", "RUS", "ru", "Россия", "UK"])
def test_name_or_code_of_another_party_is_no_alias(name):
    PartyAlias.objects.create(party=Party.objects.get(code="RUS"), name="Россия")
    with pytest.raises(ValidationError, match="already"):
        PartyAlias(party=Party.objects.get(code="KAZ"), name=name).full_clean()


def test_alias_of_another_system_is_no_name(k2):
    k2.name = "SA 21"
    with pytest.raises(ValidationError, match="already"):
        k2.full_clean()


def test_name_that_was_stored_before_stays(k2):
    alias = SystemAlias.objects.create(system=k2, name="SA-21")
    alias.full_clean()
    System.objects.get(slug="s-400").full_clean()


@pytest.mark.parametrize("slug", ["k2", "s-400"])
def test_either_record_may_say_that_a_name_is_shared(k2, slug):
    System.objects.filter(slug=slug).update(shared_names="Growler|SA 21")
    SystemAlias(system=System.objects.get(slug="k2"), name="SA-21").full_clean()


def test_form_leads_to_the_record_that_has_the_name(admin_client, k2):
    address = f"/admin/transfers/system/{k2.pk}/change/"
    values = forms.open_form(admin_client, address)
    values |= {"aliases-TOTAL_FORMS": "1", "aliases-0-name": "SA-21", "aliases-0-type": "other"}
    other = System.objects.get(slug="s-400")
    text = admin_client.post(address, values).content.decode()
    assert f'<a href="/admin/transfers/system/{other.pk}/change/">S-400 (s-400)</a> already' in text
    assert not k2.aliases.exists()
    values["shared_names"] = "SA-21"
    assert admin_client.post(address, values).status_code == 302
    assert [alias.name for alias in k2.aliases.all()] == ["SA-21"]


def test_name_in_an_error_is_no_markup(admin_client, k2):
    System.objects.filter(slug="s-400").update(name="<b>S-400</b>")
    address = f"/admin/transfers/system/{k2.pk}/change/"
    values = forms.open_form(admin_client, address) | {"name": "SA-21"}
    assert "<b>S-400</b>" not in admin_client.post(address, values).content.decode()


def import_rows(*rows):
    sheet = build_sheet(enumerate([("slug", "name", "aliases", "shared_names"), *rows], 1))
    return import_sheet(System, sheet, None, "A file")


def test_row_with_a_name_of_another_record_is_a_fault():
    [fault] = import_rows(("k2", "K2", "nato:SA-21", "")).faults
    assert "'SA-21' is a name of S-400" in str(fault.messages)


def test_row_may_say_that_a_name_is_shared():
    assert import_rows(("k2", "K2", "nato:SA-21", "SA-21")).faults == []
