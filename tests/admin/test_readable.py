"""What is only looked at: every value that the form of a record holds, as people read it."""

import re
from decimal import Decimal, InvalidOperation
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.urls import reverse
from django.utils.html import strip_tags

from tests.admin.test_permissions import create_record
from tests.support import factories
from transfers.admin.editing.base import ReadOnlyAdmin
from transfers.vocabulary.numbers import format_number

pytestmark = pytest.mark.django_db
ROLES = ["viewer", "reviewer"]
OURS = {model._meta.label_lower: one for model, one in admin.site._registry.items()
        if model._meta.app_label == "transfers"}  # fmt: skip
#: Records with every field filled in, by the model that is looked at.
FULL = {
    "transfers.party": lambda: factories.party(
        "SRB", alpha2="RS", aliases=("Belgrade",), successor=factories.party("X-ORG")
    ),
    "transfers.system": lambda: factories.system(
        "s-400-export", aliases=("SA-21",), variant_of=factories.system(), provisional=True
    ),
    "transfers.source": lambda: factories.source("gazette", agencies="An agency", language="sr"),
    "transfers.transfer": lambda: create_transfer(),
    "transfers.quantity": lambda: create_transfer().quantities.get(measure="ordered"),
    "transfers.transferdate": lambda: create_transfer().dates.get(),
    "transfers.valuation": lambda: create_transfer().valuations.get(measure="deal_value"),
}


def create_transfer():
    """Create a transfer with claims of all kinds, in each of which something is unlike in the others."""
    transfer = factories.transfer(location="Kaluga", occasion="A fair", note="Own words", comment="Its words")
    factories.quantity(transfer=transfer, as_of="2019-10", preferred=True, note="Of three ships")
    factories.quantity("delivered", transfer=transfer, minimum=5, maximum=7, attributed_to="A minister")
    factories.quantity("deployed", transfer=transfer, minimum=1500, maximum=None)
    factories.date(transfer=transfer, text="2019-07/..", period="2019/2020", part="1")
    factories.valuation(transfer=transfer, minimum=420_000_000, maximum=None)
    factories.valuation("tiv_unit", Decimal("2.25"), transfer=transfer)
    return transfer


def create(label):
    return FULL.get(label, lambda: create_record(label))()


def create_user(role):
    """Create a member of staff; a viewer may look at all models."""
    user = factories.user(role)
    if role == "viewer":
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


def open_page(client, user, record):
    client.force_login(user)
    return client.get(reverse(f"admin:transfers_{record._meta.model_name}_change", args=[record.pk]))


def list_fields(answer):
    """Yield the name and the shown text of each field of a page, of the record and of those it owns."""
    context = answer.context_data
    forms = [("", context["adminform"])]
    for formset in context["inline_admin_formsets"]:
        records = [form for form in formset if form.original]
        forms += [(f"{formset.formset.prefix}-{form.original.pk}-", form) for form in records]
    for prefix, form in forms:
        for fieldset in form:
            for line in fieldset:
                for field in line:
                    yield f"{prefix}{get_name(field)}", get_text(field)


def get_name(field):
    return field.field["name"] if field.is_readonly else field.field.name


def get_text(field):
    """Return what is read in the field, whether it can be edited or not."""
    if field.is_readonly:
        return unescape(strip_tags(field.contents()))
    bound = field.field
    value = bound.value()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(bound.field, "queryset"):
        return str(bound.field.queryset.get(pk=value)) if value else ""
    return str(dict(getattr(bound.field, "choices", ())).get(value, "" if value is None else value))


def simplify(text):
    """Return a text without what may differ: the sign of an empty value, the writing of a number."""
    plain = re.sub(r"\s+", " ", text).strip()
    try:
        return format_number(Decimal(plain.replace(",", "")))
    except InvalidOperation:
        return "" if plain in ("-", "---------") else plain


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", sorted(FULL))
def test_who_only_looks_sees_every_value_of_the_form(client, label, role):
    record = create(label)
    superuser = User.objects.create_superuser("super")
    edited = {name: simplify(text) for name, text in list_fields(open_page(client, superuser, record))}
    looked_at = open_page(client, create_user(role), record)
    assert {name: simplify(text) for name, text in list_fields(looked_at)} == edited


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("label", sorted(FULL))
def test_what_is_seen_stands_on_the_page(client, label, role):
    answer = open_page(client, create_user(role), create(label))
    body = " ".join(unescape(strip_tags(answer.content.decode())).split())
    assert [text for _, text in list_fields(answer) if " ".join(text.split()) not in body] == []


def test_the_models_with_a_form_are_all_looked_at():
    never_edited = {label for label, one in OURS.items() if isinstance(one, ReadOnlyAdmin)}
    assert set(OURS) - never_edited - {"transfers.articletext", "transfers.importbatch"} == set(FULL)


@pytest.mark.parametrize("label", sorted(OURS))
def test_no_page_shows_a_value_that_python_writes(client, label):
    """Look for None, the zeros of a column behind a number, and exponents."""
    record = create(label)
    for url in (reverse(f"admin:transfers_{record._meta.model_name}_change", args=[record.pk]),
                reverse(f"admin:transfers_{record._meta.model_name}_changelist")):  # fmt: skip
        client.force_login(User.objects.get_or_create(username="super", is_staff=True, is_superuser=True)[0])
        body = strip_tags(client.get(url).content.decode())
        assert re.findall(r"\bNone\b(?![. ])|\b[0-9]+\.[0-9]*0\b|\b[0-9.]+e[+-][0-9]+", body) == []


def test_a_count_is_read_as_it_was_typed(client):
    claim = factories.quantity(minimum=5, maximum=7)
    fields = dict(list_fields(open_page(client, create_user("reviewer"), claim.transfer)))
    assert fields[f"quantities-{claim.pk}-number"] == "5-7"


def test_money_is_read_with_its_thousands(client):
    claim = factories.valuation(number=420_000_000)
    fields = dict(list_fields(open_page(client, create_user("reviewer"), claim)))
    assert fields["number"] == "420,000,000"


def test_a_row_shows_money_with_its_thousands(client):
    claim = factories.valuation(number=420_000_000)
    body = open_page(client, create_user("reviewer"), claim.transfer).content.decode()
    assert "<td>USD 420,000,000</td>" in body
