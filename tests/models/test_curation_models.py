"""Curated records: what the models refuse, on the form's route and on the database's, and what they take."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Model, ProtectedError, UniqueConstraint

from tests.support import factories
from transfers.models import (
    Claim,
    Party,
    PartyAlias,
    Quantity,
    Source,
    System,
    SystemAlias,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.models.rules import CuratedModel
from transfers.vocabulary import codes

pytestmark = pytest.mark.django_db

CURATED = [
    model for model in apps.get_app_config("transfers").get_models() if issubclass(model, CuratedModel)
]
CONSTRAINTS = {constraint.name: constraint for model in CURATED for constraint in model._meta.constraints}


# Good records: one of each model, and pairs of which one is about to collide with the other.


def organisation():
    return factories.party("X-NATO", kind="organisation")


def former_state():
    return factories.party("SUN", kind="former_state")


def party_alias(name="Rossiya"):
    return PartyAlias.objects.create(party=factories.party("RUS"), name=name)


def system_alias(name="SA-21", **values):
    return SystemAlias.objects.create(system=factories.system(), name=name, **values)


def tiv(**values):
    return factories.valuation("tiv_unit", 10, **values)


MAKE: dict[type[Model], Callable[..., Any]] = {
    Party: factories.party,
    PartyAlias: party_alias,
    System: factories.system,
    SystemAlias: system_alias,
    Source: factories.source,
    Transfer: factories.transfer,
    Quantity: factories.quantity,
    TransferDate: factories.date,
    Valuation: factories.valuation,
}
CLAIMS = [Quantity, TransferDate, Valuation]


def after_another(make, another):
    """A good record, made while another one stands that its bad form would collide with."""

    def make_after():
        another()
        return make()

    return make_after


def beside_a_preferred(model):
    def make():
        preferred = MAKE[model](preferred=True)
        return MAKE[model](transfer=preferred.transfer)

    return make


def beside_one_at_paragraph_1(model):
    def make():
        first = MAKE[model](locator="¶1")
        return MAKE[model](transfer=first.transfer, source=first.source, locator="¶2")

    return make


# Bad records: a good one, and the values that break the named constraint.


@dataclass(frozen=True)
class Case:
    """How to break one constraint; a value may be made from the record."""

    constraint: str
    make: Callable[[], Any]
    values: dict[str, Any]
    sqlite_says: str = ""

    def __str__(self) -> str:
        shown = (name if callable(value) else f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.constraint} {' '.join(shown)}"

    def bad(self, record) -> dict[str, Any]:
        return {name: value(record) if callable(value) else value for name, value in self.values.items()}


def own_id(record):
    return record.pk


def each(constraint, make, field, *values):
    """One case for each bad value of a field."""
    return [Case(constraint, make, {field: value}) for value in values]


def claim_cases(model):
    name = model._meta.model_name
    return [
        *each(f"{name}_credibility_is_known", MAKE[model], "credibility", 0, 7),
        Case(f"{name}_has_one_preferred", beside_a_preferred(model), {"preferred": True}),
        Case(f"{name}_is_claimed_once", beside_one_at_paragraph_1(model), {"locator": "¶1"}),
    ]


def range_cases(model):
    name, make = model._meta.model_name, MAKE[model]
    # On SQLite a column of whole numbers has a check of its own, which speaks first.
    own_check = "CHECK constraint failed: m" if model is Quantity else ""
    return [
        Case(f"{name}_has_a_number", make, {"minimum": None, "maximum": None}),
        Case(f"{name}_minimum_not_above_maximum", make, {"minimum": 8, "maximum": 7}),
        Case(f"{name}_is_not_negative", make, {"minimum": -1}, own_check),
        Case(f"{name}_is_not_negative", make, {"minimum": None, "maximum": -1}, own_check),
    ]


BAD_DATES = ("2019-13", "2019-02-30", "2019-00", "soon", "2019\n", "\n2019", "../..", "/")
BAD_SLUGS = ("Rus-srb", "rus_srb", "rus--srb", "-rus", "rus-", "рус", "rus srb", "rus\n", "")

CASES = [
    *each("party_kind_is_known", organisation, "kind", "empire", "State", ""),
    *each("party_code_is_iso_or_own", factories.party, "code", "RU", "rus", "XYZ", "SUN", "X-RUS", "RUS\n"),
    *each("party_code_is_iso_or_own", former_state, "code", "RUS", "SU", "XYZ"),
    *each("party_code_is_iso_or_own", organisation, "code", "NATO", "RUS", "SUN", "X-", "X-nato", "X--A"),
    *each("party_code_is_iso_or_own", organisation, "code", "X-НАТО", "X-NATO\n", "NATO X-A", ""),
    *each("party_alpha2_is_iso", factories.party, "alpha2", "ru", "R", "UK", "XX", "R\n"),
    *each("party_alpha2_is_iso", organisation, "alpha2", "RU"),
    *each("party_alpha2_is_iso", former_state, "alpha2", "SU", "RU"),
    Case(
        "party_alpha2_is_unique",
        after_another(factories.party, lambda: factories.party("SRB", alpha2="RS")),
        {"alpha2": "RS"},
    ),
    Case("party_does_not_succeed_itself", factories.party, {"successor_id": own_id}),
    Case("partyalias_is_listed_once", after_another(party_alias, lambda: party_alias("RF")), {"name": "RF"}),
    *each("partyalias_name_is_valid", party_alias, "name", "A|B", "|"),
    *each("systemalias_name_is_valid", system_alias, "name", "A|B", "|"),
    *each("system_slug_is_valid", factories.system, "slug", *BAD_SLUGS),
    *each("system_category_is_known", factories.system, "category", "tanks", "Aircraft", ""),
    *each("system_unroca_is_known", factories.system, "unroca", "IX", "i", "1"),
    *each("system_wikidata_is_valid", factories.system, "wikidata", "42", "q42", "Q0", "Q", "Q42\n"),
    Case("system_is_no_variant_of_itself", factories.system, {"variant_of_id": own_id}),
    *each("systemalias_type_is_known", system_alias, "type", "nickname", "NATO", ""),
    Case(
        "systemalias_is_listed_once",
        after_another(system_alias, lambda: system_alias("S400")),
        {"name": "S400"},
    ),
    *each("source_key_is_valid", factories.source, "key", *BAD_SLUGS),
    *each("source_reliability_is_known", factories.source, "reliability", "G", "b", "1", ""),
    *each("source_published_is_valid", factories.source, "published", *BAD_DATES, ""),
    *each("source_language_is_valid", factories.source, "language", "EN", "e", "e1", "en\n", ""),
    *each("source_sha256_is_valid", factories.source, "sha256", "a" * 63, "A" * 64, "g" * 64),
    *each("transfer_key_is_valid", factories.transfer, "key", *BAD_SLUGS),
    *each("transfer_kind_is_known", factories.transfer, "kind", "theft", "Sale", ""),
    *each("transfer_condition_is_known", factories.transfer, "condition", "used", ""),
    *each("transfer_state_is_known", factories.transfer, "state", "deleted", ""),
    Case(
        "transfer_parties_differ", factories.transfer, {"recipient_id": lambda transfer: transfer.supplier_id}
    ),
    *each("quantity_measure_is_known", factories.quantity, "measure", "sold", "Ordered", ""),
    *each("quantity_unit_is_known", factories.quantity, "unit", "dozen", "Missile", ""),
    *each("quantity_as_of_is_valid", factories.quantity, "as_of", *BAD_DATES),
    *each("quantity_period_is_valid", factories.quantity, "period", *BAD_DATES),
    *each("transferdate_period_is_valid", factories.date, "period", *BAD_DATES),
    *each("valuation_period_is_valid", factories.valuation, "period", *BAD_DATES),
    *each("transferdate_event_is_known", factories.date, "event", "dreamt", ""),
    *each("transferdate_date_is_valid", factories.date, "date", *BAD_DATES, ""),
    *each("valuation_measure_is_known", tiv, "measure", "price", ""),
    *each("valuation_currency_exactly_where_money", factories.valuation, "currency", "", "UDS", "usd", "$"),
    *each("valuation_currency_exactly_where_money", tiv, "currency", "USD", "TIV"),
    *each("valuation_currency_exactly_where_money", tiv, "measure", "deal_value"),
    *each("valuation_currency_exactly_where_money", factories.valuation, "measure", "tiv_ordered"),
    *(case for model in CLAIMS for case in claim_cases(model)),
    *(case for model in (Quantity, Valuation) for case in range_cases(model)),
]


def test_every_constraint_is_proved():
    assert set(CONSTRAINTS) == {case.constraint for case in CASES}


def change(record, values):
    for field, value in values.items():
        setattr(record, field, value)


def refusal(record) -> dict[str, list[str]]:
    """What full_clean says against the record, by field."""
    with pytest.raises(ValidationError) as raised:
        record.full_clean()
    return raised.value.message_dict


@pytest.mark.parametrize("case", CASES, ids=str)
def test_full_clean_refuses_the_bad_record(case):
    record = case.make()
    record.full_clean()
    change(record, case.bad(record))
    said = refusal(record)
    fields = {field.removesuffix("_id") for field in case.values}
    assert set(said) <= {NON_FIELD_ERRORS, *fields}
    if not fields & set(said):
        assert said[NON_FIELD_ERRORS] == [message(CONSTRAINTS[case.constraint], record)]


def message(constraint, record) -> str:
    """A constraint's own words, or Django's for fields that must be unique together."""
    if constraint.violation_error_message == constraint.default_violation_error_message:
        return record.unique_error_message(type(record), constraint.fields).messages[0]
    return constraint.get_violation_error_message()


def update(record, values):
    type(record).objects.filter(pk=record.pk).update(**values)


def bulk_create(record, values):
    pk = record.pk
    record.delete()
    record.pk = pk
    change(record, values)
    type(record).objects.bulk_create([record])


@pytest.mark.parametrize("write", [update, bulk_create])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_database_refuses_the_bad_record(case, write):
    record = case.make()
    with pytest.raises(IntegrityError) as raised, transaction.atomic():
        write(record, case.bad(record))
    assert words_of_the_database(case, record) in str(raised.value)


def words_of_the_database(case, record) -> str:
    """How the database names the constraint: SQLite names a unique one by its columns."""
    constraint = CONSTRAINTS[case.constraint]
    if connection.vendor != "sqlite":
        return constraint.name
    if isinstance(constraint, UniqueConstraint):
        columns = [record._meta.get_field(name).column for name in constraint.fields]
        return ", ".join(f"{record._meta.db_table}.{column}" for column in columns)
    return case.sqlite_says or constraint.name


def test_a_hash_with_a_trailing_newline_is_refused_by_the_database():
    source = factories.source()
    with pytest.raises(DatabaseError), transaction.atomic():
        update(source, {"sha256": "a" * 64 + "\n"})


UNIQUE = [
    (Party, lambda: factories.party("SRB", name="Serbia"), {"code": "SRB"}),
    (Party, lambda: factories.party("SRB", name="Serbia"), {"name": "Serbia"}),
    (System, lambda: factories.system("s-300", name="S-300"), {"slug": "s-300"}),
    (System, lambda: factories.system("s-300", name="S-300"), {"name": "S-300"}),
    (Source, lambda: factories.source("dw-2019"), {"key": "dw-2019"}),
    (Transfer, lambda: factories.transfer("rus-srb-s-400-2019"), {"key": "rus-srb-s-400-2019"}),
]


@pytest.mark.parametrize(("model", "another", "taken"), UNIQUE)
def test_full_clean_refuses_a_taken_name(model, another, taken):
    another()
    record = MAKE[model]()
    change(record, taken)
    assert set(refusal(record)) == set(taken)


@pytest.mark.parametrize(("model", "another", "taken"), UNIQUE)
def test_the_database_refuses_a_taken_name(model, another, taken):
    another()
    record = MAKE[model]()
    with pytest.raises(IntegrityError), transaction.atomic():
        update(record, taken)


# Good records: made past full_clean, so that the database takes them, then cleaned.


def choices(make, field, values):
    return [(make, {field: value}) for value in values]


PARTIES = [
    {"code": "RUS", "kind": "state", "alpha2": "RU"},
    {"code": "XKX", "kind": "state", "alpha2": "XK", "name": "Kosovo"},
    {"code": "SUN", "kind": "former_state"},
    {"code": "YUG", "kind": "former_state"},
    {"code": "X-NATO", "kind": "organisation"},
    {"code": "X-REBELS-2", "kind": "non_state"},
    {"code": "X-UNKNOWN", "kind": "unknown"},
]
DATES = [
    "2019", "2019-07", "2019-07-14", "2018?", "2018~", "2018%", "201X", "20XX", "2019-XX", "2019-07-XX",
    "2019-XX-XX", "2019-21", "2019-24", "2017/2020", "2020-02-22/2020-02-23", "2019-07/..", "../2019",
    "2019/", "/2019", "{2012,2015}", "{2012,2015-03?}", "2020-02-29",
]  # fmt: skip
RANGES = [
    {"minimum": 6, "maximum": 6},
    {"minimum": 6, "maximum": 8},
    {"minimum": 6, "maximum": None},
    {"minimum": None, "maximum": 8},
    {"minimum": 0, "maximum": 0},
]


def date_of_2024(text):
    return factories.date(text=text, source=factories.source(published="2024"))


GOOD = [
    *((factories.party, values) for values in PARTIES),
    *choices(factories.system, "category", System.Category.values),
    *choices(factories.system, "unroca", ["", *System.Unroca.values]),
    *choices(factories.system, "wikidata", ["", "Q1", "Q420"]),
    *choices(factories.system, "slug", ["t-72b3", "s-400", "9k720"]),
    *choices(system_alias, "type", SystemAlias.Type.values),
    *choices(factories.source, "reliability", Source.Reliability.values),
    *choices(factories.source, "published", DATES[:4]),
    *choices(factories.source, "language", ["en", "de", "srp"]),
    *choices(factories.source, "sha256", ["", "0123456789abcdef" * 4]),
    *choices(factories.transfer, "kind", Transfer.Kind.values),
    *choices(factories.transfer, "condition", Transfer.Condition.values),
    *choices(factories.transfer, "state", Transfer.State.values),
    *(
        good
        for model in CLAIMS
        for good in choices(MAKE[model], "credibility", Claim.Credibility.values)
    ),
    *choices(factories.quantity, "measure", Quantity.Measure.values),
    *choices(factories.quantity, "unit", Quantity.Unit.values),
    *choices(factories.quantity, "as_of", ["", *DATES[:4]]),
    *choices(factories.quantity, "period", ["", *DATES[:4]]),
    *choices(factories.date, "event", TransferDate.Event.values),
    *choices(date_of_2024, "text", DATES),
    *choices(factories.valuation, "measure", Valuation.Measure.values),
    *choices(factories.valuation, "currency", ["USD", "EUR", "XDR"]),
    *choices(tiv, "minimum", [Decimal("0.125")]),
    *((make, values) for make in (factories.quantity, factories.valuation) for values in RANGES),
]  # fmt: skip


@pytest.mark.parametrize(("make", "values"), GOOD)
def test_a_good_record_passes(make, values):
    make(**values).full_clean()


def test_the_database_takes_every_currency():
    valuation = factories.valuation()
    common = {"transfer": valuation.transfer, "source": valuation.source, "credibility": 2, "minimum": 1}
    every = [Valuation(measure="deal_value", currency=code, **common) for code in codes.CURRENCIES]
    assert len(Valuation.objects.bulk_create(every)) == len(codes.CURRENCIES)


def test_a_former_state_keeps_its_successor():
    soviet_union = factories.party("SUN", kind="former_state", successor=factories.party("RUS"))
    soviet_union.full_clean()


def test_states_without_alpha_2_do_not_collide():
    factories.party("RUS", alpha2="").full_clean()
    factories.party("SRB", alpha2="").full_clean()


@pytest.mark.parametrize("model", CLAIMS)
def test_two_transfers_each_have_a_preferred_claim(model):
    MAKE[model](preferred=True)
    MAKE[model](preferred=True).full_clean()


@pytest.mark.parametrize(
    ("model", "one", "other"),
    [
        (Quantity, "ordered", "delivered"),
        (TransferDate, "agreed", "delivered"),
        (Valuation, "deal_value", "tiv_unit"),
    ],
)
def test_two_measures_each_have_a_preferred_claim(model, one, other):
    first = MAKE[model](one, preferred=True)
    MAKE[model](other, preferred=True, transfer=first.transfer).full_clean()


@pytest.mark.parametrize("model", CLAIMS)
def test_claims_that_are_not_preferred_are_as_many_as_they_are(model):
    first = MAKE[model]()
    MAKE[model](transfer=first.transfer).full_clean()


@pytest.mark.parametrize(
    ("model", "one", "other"),
    [
        (Quantity, {"unit": "battery"}, {"unit": "launcher"}),
        (Quantity, {"as_of": "2018"}, {"as_of": "2019"}),
        (TransferDate, {"text": "2018"}, {"text": "2019"}),
        (Valuation, {"currency": "USD"}, {"currency": "EUR"}),
    ],
)
def test_one_place_in_a_source_may_give_two_figures(model, one, other):
    first = MAKE[model](locator="¶1", **one)
    MAKE[model](locator="¶1", transfer=first.transfer, source=first.source, **other).full_clean()


# Rules that full_clean alone keeps.


@pytest.mark.parametrize("model", CLAIMS)
def test_an_excerpt_of_12_words_passes(model):
    MAKE[model](excerpt=" ".join(["word"] * 12)).full_clean()


@pytest.mark.parametrize("between", [" ", "\n", " \t "])
@pytest.mark.parametrize("model", CLAIMS)
def test_an_excerpt_of_13_words_is_refused(model, between):
    said = refusal(MAKE[model](excerpt=between.join(["word"] * 13)))
    assert said == {
        "excerpt": ["An excerpt is the few words that carry the figure, at most 12; this one has 13."]
    }


@pytest.mark.parametrize("field", ["locator", "excerpt"])
@pytest.mark.parametrize("model", CLAIMS)
def test_a_claim_says_where_and_in_which_words(model, field):
    assert set(refusal(MAKE[model](**{field: ""}))) == {field}


@pytest.mark.parametrize("text", ["2019-02-29", "2020/2019", "9999-24"])
def test_full_clean_refuses_the_dates_that_no_pattern_can(text):
    assert set(refusal(factories.date(text=text))) == {"date"}


@pytest.mark.parametrize("end", ["minimum", "maximum"])
def test_a_deal_value_has_no_cents(end):
    bounds = {"minimum": None, "maximum": None, end: Decimal("2.5")}
    assert set(refusal(factories.valuation(**bounds))) == {end}


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), "2.5 billion"], ids=str)
def test_a_deal_value_that_is_no_number_is_refused_in_words(value):
    valuation = factories.valuation()
    valuation.minimum = value
    assert set(refusal(valuation)) == {"minimum"}


def chain(length):
    """Systems of which each is a variant of the one before."""
    systems = [factories.system("family")]
    for number in range(1, length):
        systems.append(factories.system(f"variant-{number}", variant_of=systems[-1]))
    return systems


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_system_is_no_variant_of_its_own_variant(length):
    systems = chain(length)
    systems[0].variant_of = systems[-1]
    assert set(refusal(systems[0])) == {"variant_of"}


def test_a_variant_of_a_variant_passes():
    chain(3)[-1].full_clean()


# What holds for every curated model.


@pytest.mark.parametrize("model", CURATED)
def test_a_record_is_found_by_its_natural_key(model):
    record = MAKE[model]()
    assert model.objects.get_by_natural_key(*record.natural_key()) == record


CLAIM_COLUMNS = [
    "source_id", "locator", "excerpt", "attributed_to", "credibility", "preferred", "note", "period", "part",
]  # fmt: skip
COLUMNS = {
    Party: ["code", "alpha2", "name", "kind", "successor_id", "shared_names", "provisional"],
    PartyAlias: ["party_id", "name"],
    System: [
        "slug", "name", "category", "unroca", "description", "variant_of_id", "wikidata", "shared_names",
        "provisional",
    ],
    SystemAlias: ["system_id", "name", "type"],
    Source: [
        "key", "publisher", "title", "authors", "agencies", "published", "url", "language", "reliability",
        "origin_of", "sha256", "retrieved", "archived_url", "terms",
        "note",
    ],
    Transfer: [
        "key", "supplier_id", "recipient_id", "system_id", "kind", "condition", "location", "occasion",
        "note", "comment", "state",
    ],
    Quantity: [*CLAIM_COLUMNS, "transfer_id", "measure", "minimum", "maximum", "unit", "as_of", "by_year"],
    TransferDate: [*CLAIM_COLUMNS, "transfer_id", "event", "date"],
    Valuation: [*CLAIM_COLUMNS, "transfer_id", "measure", "minimum", "maximum", "currency", "by_year"],
}  # fmt: skip


@pytest.mark.parametrize("model", CURATED)
def test_a_table_has_only_what_a_curator_enters(model):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {model._meta.db_table}")
        columns = {column[0] for column in cursor.description}
    assert columns == {"id", *COLUMNS[model]}


# Deletion.


def supplier():
    return factories.transfer().supplier


def recipient():
    return factories.transfer().recipient


def successor():
    return factories.party("SUN", kind="former_state", successor=factories.party("RUS")).successor


def transferred_system():
    return factories.transfer().system


def family():
    return chain(2)[0]


def source_of_a_quantity():
    return factories.quantity().source


def source_of_a_date():
    return factories.date().source


def source_of_a_valuation():
    return factories.valuation().source


USED = [
    supplier,
    recipient,
    successor,
    transferred_system,
    family,
    source_of_a_quantity,
    source_of_a_date,
    source_of_a_valuation,
]


@pytest.mark.parametrize("used", USED)
def test_a_used_record_is_not_deleted(used):
    with pytest.raises(ProtectedError):
        used().delete()


def delete_past_django(record):
    queryset = type(record).objects.filter(pk=record.pk)
    queryset._raw_delete(queryset.db)
    connection.check_constraints()


@pytest.mark.parametrize("used", USED)
def test_the_database_does_not_delete_a_used_record(used):
    record = used()
    with pytest.raises(IntegrityError), transaction.atomic():
        delete_past_django(record)


@pytest.mark.parametrize("model", CLAIMS)
def test_a_deleted_transfer_takes_its_claims_with_it(model):
    MAKE[model]().transfer.delete()
    assert not model.objects.exists()


@pytest.mark.parametrize(("alias", "owner"), [(party_alias, "party"), (system_alias, "system")])
def test_a_deleted_owner_takes_its_aliases_with_it(alias, owner):
    record = alias()
    getattr(record, owner).delete()
    assert not type(record).objects.exists()
