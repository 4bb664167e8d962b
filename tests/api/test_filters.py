"""Filters: what an analyst asks for, and exactly that, is what comes back."""

import operator
from datetime import date, timedelta
from itertools import count

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import factories
from transfers.api.request.filters import RowFilterSet
from transfers.models import RegistryRow
from transfers.vocabulary import edtf, fields

pytestmark = pytest.mark.django_db
UPDATED = "2026-01-31T12:00:00.123456Z"
FIXED = {
    "supplier": "RUS", "supplier_name": "Russia", "recipient": "SRB", "recipient_name": "Serbia",
    "system": "s-400", "system_name": "S-400", "category": "air_defence", "kind": "sale",
    "condition": "new", "status": "agreed", "sources": 1, "origins": 1, "revision": 1, "updated": UPDATED,
}  # fmt: skip
_numbers = count(1)


def rows(*changes):
    """Published rows, made directly; each with these values."""
    RegistryRow.objects.bulk_create(
        RegistryRow(**{"key": f"row-{next(_numbers):06}"} | FIXED | values) for values in changes
    )


def keys(client, query):
    answer = client.get(f"/api/transfers?{query}")
    assert answer.status_code == 200, answer.json()
    return [row["key"] for row in answer.json()["results"]]


def faults(client, query):
    answer = client.get(f"/api/transfers?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    return answer.json()["errors"]


class TestSystem:
    @pytest.fixture(autouse=True)
    def _transfers(self):
        s400 = factories.system("s-400", aliases=("SA-21", "Триумф"))
        family = factories.system("pantsir", name="Pantsir", aliases=("SA-22",))
        variant = factories.system("pantsir-s1", name="Pantsir-S1", variant_of=family)
        factories.published("a", system=s400)
        factories.published("b", system=family)
        factories.published("c", system=variant)

    @pytest.mark.parametrize(
        "name", "S-400|s-400|S400|s 400|+S-400+|%D0%A1-400|С-400|SA-21|sa21|Триумф|triumf".split("|")
    )
    def test_any_of_its_names_finds_it(self, client, name):
        assert keys(client, f"system={name}") == ["a"]

    @pytest.mark.parametrize("name", ["Pantsir", "pantsir", "Панцирь", "SA-22"])
    def test_a_family_finds_its_variants(self, client, name):
        assert keys(client, f"system={name}") == ["b", "c"]

    @pytest.mark.parametrize("name", ["Pantsir-S1", "pantsirs1", "Панцирь-С1"])
    def test_a_variant_does_not_find_its_family(self, client, name):
        assert keys(client, f"system={name}") == ["c"]

    def test_a_family_is_excluded_with_its_variants(self, client):
        assert keys(client, "system__not=Pantsir") == ["a"]

    @pytest.mark.parametrize("query", ["system=S-400,Pantsir-S1", "system=S-400&system=Pantsir-S1"])
    def test_comma_and_repetition_are_or(self, client, query):
        assert keys(client, query) == ["a", "c"]

    @pytest.mark.parametrize(
        "query", ["system__not=S-400,Pantsir-S1", "system__not=S-400&system__not=Pantsir-S1"]
    )
    def test_several_excluded_are_all_excluded(self, client, query):
        assert keys(client, query) == ["b"]

    def test_an_unknown_one_is_an_error_with_what_was_perhaps_meant(self, client):
        (fault,) = faults(client, "system=Pantsyr")
        assert (fault["parameter"], fault["code"]) == ("system", "unknown")
        assert "Pantsir" in fault["suggestions"]
        assert "Did you mean 'Pantsir" in fault["detail"]

    def test_one_unknown_among_known_ones_is_an_error(self, client):
        assert faults(client, "system=S-400,Buk")[0]["parameter"] == "system"

    def test_one_of_drafts_only_is_unknown(self, client):
        factories.transfer(system="buk-m2")
        assert faults(client, "system=buk-m2")[0]["suggestions"] == []


class TestParty:
    @pytest.fixture(autouse=True)
    def _transfers(self):
        russia = factories.party("RUS", alpha2="RU", aliases=("Russian Federation", "Россия"))
        turkey = factories.party("TUR", alpha2="TR", aliases=("Türkiye",))
        serbia = factories.party("SRB", alpha2="RS")
        india = factories.party("IND", alpha2="IN")
        factories.published("a", supplier=russia, recipient=serbia)
        factories.published("b", supplier=russia, recipient=turkey)
        factories.published("c", supplier=turkey, recipient=india)

    @pytest.mark.parametrize(
        "name", ["RUS", "rus", "RU", "Russia", "russia", "Russian Federation", "russian-federation", "РОССИЯ"]
    )
    def test_any_of_its_names_finds_what_it_supplied(self, client, name):
        assert keys(client, f"supplier={name}") == ["a", "b"]

    @pytest.mark.parametrize("name", ["TUR", "tr", "Turkey", "Türkiye", "turkiye", "T%C3%BCrkiye"])
    def test_any_of_its_names_finds_what_it_received(self, client, name):
        assert keys(client, f"recipient={name}") == ["b"]

    @pytest.mark.parametrize("query", ["recipient=SRB,India", "recipient=SRB&recipient=India"])
    def test_comma_and_repetition_are_or(self, client, query):
        assert keys(client, query) == ["a", "c"]

    def test_different_parameters_are_and(self, client):
        assert keys(client, "supplier=Russia&recipient=Turkey") == ["b"]

    def test_it_can_be_excluded(self, client):
        assert keys(client, "supplier__not=Russia") == ["c"]
        assert keys(client, "supplier=Russia&recipient__not=Serbia") == ["b"]

    def test_a_state_without_transfers_is_an_empty_answer(self, client):
        factories.party("FRA", name="France")
        body = client.get("/api/transfers?recipient=France").json()
        assert (body["count"], body["results"]) == (0, [])

    @pytest.mark.parametrize("parameter", ["supplier", "recipient", "supplier__not"])
    def test_an_unknown_one_is_an_error_with_what_was_perhaps_meant(self, client, parameter):
        (fault,) = faults(client, f"{parameter}=Servia")
        assert (fault["parameter"], fault["code"], fault["suggestions"]) == (parameter, "unknown", ["Serbia"])

    def test_every_fault_is_told_at_once(self, client):
        errors = faults(client, "supplier=Servia&recipient=Atlantis&quantity_ordered=six&status=new")
        named = sorted(fault["parameter"] for fault in errors)
        assert named == ["quantity_ordered", "recipient", "status", "supplier"]


CHOICES = {
    "status=agreed": "a", "status=agreed,delivered": "ab", "status=agreed&status=in_delivery": "ac",
    "status__not=agreed": "bc", "status__not=agreed,delivered": "c", "kind=gift": "b",
    "kind__not=gift": "ac", "category=aircraft": "c", "category=aircraft,air_defence": "abc",
    "category=air_defence&kind=sale": "a", "condition=second_hand": "c", "category=ships": "",
    "unit=battery": "b", "unit__not=battery": "", "unit__not=system": "b", "unit__isnull=true": "ac",
    "unit__isnull=false": "b",
}  # fmt: skip


class TestChoices:
    @pytest.fixture(autouse=True)
    def _rows(self):
        rows(
            {"key": "a"},
            {"key": "b", "kind": "gift", "status": "delivered", "unit": "battery"},
            {"key": "c", "category": "aircraft", "status": "in_delivery", "condition": "second_hand"},
        )

    @pytest.mark.parametrize(("query", "expected"), CHOICES.items())
    def test_they_select(self, client, query, expected):
        assert keys(client, query) == list(expected)


DISPUTED = {
    "disputed=quantity_ordered": "bc", "disputed=date_agreed": "c",
    "disputed=date_agreed,quantity_ordered": "bc", "disputed=date_delivered": "",
    "disputed__not=date_agreed": "ab", "disputed__not=date_agreed,quantity_ordered": "a",
    "disputed__isnull=true": "a", "disputed__isnull=false": "bc",
}  # fmt: skip


class TestDisputed:
    @pytest.fixture(autouse=True)
    def _rows(self):
        rows(
            {"key": "a"},
            {"key": "b", "disputed": "quantity_ordered"},
            {"key": "c", "disputed": "quantity_ordered|date_agreed|tiv_unit"},
        )

    @pytest.mark.parametrize(("query", "expected"), DISPUTED.items())
    def test_it_looks_into_the_list(self, client, query, expected):
        assert keys(client, query) == list(expected)


PLAIN = {
    "key=a-1": "a-1", "key=a-1,b-3": "a-1 b-3", "key__not=a-1,b-3": "a-2", "key__contains=a-": "a-1 a-2",
    "key__contains=1,3": "a-1 b-3", "location=Niš, Serbia": "a-1", "location=Niš": "",
    "location__not=Niš, Serbia": "a-2", "location__contains=niš": "a-1 a-2",
    "location__contains=SERBIA": "a-1", "location__contains=, ": "a-1",
    "location__contains=0%25": "a-2", "location__contains=%25": "a-2", "location__contains=_": "a-2",
    "location__contains=serbia&location__contains=base": "a-1 a-2", "location__isnull=true": "b-3",
    "location__isnull=false": "a-1 a-2", "deal_currency=USD,EUR": "a-2", "tiv_unit=12.5": "a-1",
    "tiv_unit=13": "a-2", "tiv_unit=1.3e1": "a-2", "tiv_unit__not=13": "a-1",
    "tiv_unit__gte=12.5": "a-1 a-2", "tiv_unit__lte=12.9": "a-1", "tiv_unit__isnull=true": "b-3",
    "sources=2": "a-2", "sources=1&sources=3": "a-1 b-3", "sources__not=1&sources__not=3": "a-2",
    "sources__gte=2": "a-2 b-3", "sources__gte=2&sources__lte=2": "a-2", "sources__gte=-5": "a-1 a-2 b-3",
    "sources__lte=9223372036854775807": "a-1 a-2 b-3", "revision=7": "b-3",
    "date_agreed_earliest=2019-05-01": "b-3", "date_agreed_earliest__not=2019-05-01": "",
    "date_agreed_latest__gte=2019-05-31": "b-3", "date_agreed_latest__lte=2019-05-30": "",
    "date_agreed__isnull=false": "b-3", f"updated={UPDATED}": "a-1 a-2", "updated__gte=2026-02-01": "b-3",
    "updated__gte=2026-02-01T01:00:00+01:00": "b-3", "updated__gte=2026-02-01T01:00:00%2B01:00": "b-3",
    "updated__lte=2026-01-31T12:00:01Z": "a-1 a-2",
}  # fmt: skip


class TestLookups:
    """Every lookup of every plain type: texts, keys, whole numbers, numbers, days, times."""

    @pytest.fixture(autouse=True)
    def _rows(self):
        first, last = "2019-05-01", "2019-05-31"
        day = {"date_agreed": "2019-05", "date_agreed_earliest": first, "date_agreed_latest": last}
        rows(
            {"key": "a-1", "location": "Niš, Serbia", "tiv_unit": 12.5, "sources": 1},
            {"key": "a-2", "location": "100% Niš_Base", "tiv_unit": 13, "sources": 2, "deal_currency": "USD"},
            {"key": "b-3", "sources": 3, "revision": 7, "updated": "2026-02-01T00:00:00Z", **day},
        )

    @pytest.mark.parametrize(("query", "expected"), PLAIN.items())
    def test_they_select(self, client, query, expected):
        assert keys(client, query) == expected.split()

    @pytest.mark.parametrize("query", ["key=a-1,", "key=,", "key__contains=a-,", "key__not=,a-1"])
    def test_an_empty_part_is_an_error(self, client, query):
        assert faults(client, query)[0]["parameter"] == query.split("=")[0]

    def test_a_text_of_any_script_is_found_whatever_its_case(self, client):
        rows({"key": "c-4", "note": "Комплекс Панцирь"})
        assert keys(client, "note__contains=ПАНЦИРЬ") == keys(client, "note__contains=Панцирь") == ["c-4"]

    def test_the_values_of_a_row_find_it(self, client):
        shown = client.get("/api/transfers?key=b-3").json()["results"][0]
        for name in ("supplier", "recipient", "system"):  # there are no such records here
            del shown[name]
        texts = {name: value for name, value in shown.items() if value not in (None, [])}
        answers = [client.get("/api/transfers", {name: value}).json() for name, value in texts.items()]
        assert all("b-3" in [row["key"] for row in answer["results"]] for answer in answers)


# Uncertain figures, against the worlds that they allow. `END` stands for all numbers or days beyond.

FIGURES = [
    (low, high)
    for low in (None, *range(5))
    for high in (None, *range(5))
    if None in (low, high) or low <= high
]
END = 9
FIRST = date(2018, 12, 30)
LOOKUPS = ("", "__not", "__gte", "__lte")


def worlds(low, high):
    """List all that a figure may really be."""
    return range(-END if low is None else low, (END if high is None else high) + 1)


def passes(lookup, world, values):
    """Return whether what it really is answers the question."""
    low, high = values[0]
    match lookup:
        case "__gte":
            return low is None or world >= low
        case "__lte":
            return high is None or world <= high
    among = any((low is None or world >= low) and (high is None or world <= high) for low, high in values)
    return among == (lookup == "")


def expected(row, wanted, certain):
    """Return whether the row is to be selected: for each parameter some world passes, or all do."""
    counted = all if certain else any
    return all(counted(passes(lookup, each, wanted[lookup]) for each in worlds(*row)) for lookup in wanted)


def questions(values):
    """Parameters and their values; what compares takes one value, the others may be repeated."""
    single = {lookup: st.tuples(values) for lookup in ("__gte", "__lte")}
    several = {lookup: st.lists(values, min_size=1, max_size=3) for lookup in ("", "__not")}
    return st.fixed_dictionaries({}, optional=single | several).filter(bool)


def selected(name, wanted, write, certain):
    query = [f"{name}{lookup}={write(*value)}" for lookup, values in wanted.items() for value in values]
    query.append(f"certain={str(certain).lower()}")
    filterset = RowFilterSet(QueryDict("&".join(query)), queryset=RegistryRow.objects.all())
    assert filterset.is_valid(), filterset.errors
    return set(filterset.qs.values_list("key", flat=True))


def day(number):
    return None if number is None else (FIRST + timedelta(days=number)).isoformat()


def dated(low, high):
    """Write a figure as EDTF: one day, or an interval that may be open."""
    return day(low) if low == high else f"{day(low) or '..'}/{day(high) or '..'}"


QUANTITIES = [figure for figure in FIGURES if figure[0] is not None]
DATES = [figure for figure in FIGURES if figure != (None, None)]


class TestUncertainQuantity:
    @given(wanted=questions(st.integers(0, 5).map(lambda number: (number, number))), certain=st.booleans())
    @settings(max_examples=150, deadline=None)
    def test_a_filter_selects_what_may_match_or_what_must(self, wanted, certain):
        if not RegistryRow.objects.exists():
            names = ("quantity_ordered_min", "quantity_ordered_max")
            figures = ({"key": str(row), **dict(zip(names, row, strict=True))} for row in QUANTITIES)
            rows(*figures, {"key": "no figure"})
        assert selected("quantity_ordered", wanted, lambda low, high: low, certain) == {
            str(row) for row in QUANTITIES if expected(row, wanted, certain)
        }

    def test_a_missing_figure_matches_nothing_but_isnull(self, client):
        rows({"key": "a"})
        assert keys(client, "quantity_ordered__isnull=true") == ["a"]
        assert not any(keys(client, f"quantity_ordered{lookup}=0") for lookup in LOOKUPS)

    def test_an_exact_number_has_both_ends(self, client):
        rows({"key": "a", "quantity_ordered_min": 4, "quantity_ordered_max": 6})
        assert keys(client, "quantity_ordered_min=4&quantity_ordered_max__lte=6") == ["a"]
        assert keys(client, "quantity_ordered=5") == ["a"]
        assert keys(client, "quantity_ordered=5&certain=true") == []
        assert keys(client, "quantity_ordered__gte=4&certain=true") == ["a"]

    def test_excluding_all_that_it_may_be_leaves_it_out(self, client):
        rows({"quantity_ordered_min": 5, "quantity_ordered_max": 6})
        assert keys(client, "quantity_ordered__not=5&quantity_ordered__not=6") == []

    def test_what_is_surely_one_of_two_values_is_certain(self, client):
        rows({"key": "a", "quantity_ordered_min": 5, "quantity_ordered_max": 6})
        assert keys(client, "quantity_ordered=5&quantity_ordered=6&certain=true") == ["a"]

    @pytest.mark.parametrize(
        "stem", ["quantity_ordered", "quantity_delivered", "quantity_deployed", "deal_value"]
    )
    def test_every_figure_can_be_asked(self, client, stem):
        rows(
            {"key": "a", f"{stem}_min": 5, f"{stem}_max": 9}, {"key": "b", f"{stem}_min": 1, f"{stem}_max": 2}
        )
        assert keys(client, f"{stem}__gte=6") == keys(client, f"{stem}=7") == ["a"]


class TestUncertainDate:
    @given(wanted=questions(st.sampled_from(DATES)), certain=st.booleans())
    @settings(max_examples=200, deadline=None)
    def test_a_filter_selects_what_may_match_or_what_must(self, wanted, certain):
        if not RegistryRow.objects.exists():
            names = ("date_delivered_earliest", "date_delivered_latest")
            bounds = [dict(zip(names, map(day, row), strict=True)) for row in DATES]
            texts = [{"key": dated(*row), "date_delivered": dated(*row)} for row in DATES]
            rows(*map(operator.or_, texts, bounds), {"key": "no date"})
        assert selected("date_delivered", wanted, dated, certain) == {
            dated(*row) for row in DATES if expected(row, wanted, certain)
        }

    @pytest.mark.parametrize("event", ["agreed", "delivered", "deployed"])
    @pytest.mark.parametrize(
        "wanted", ["2019", "2019-07", "201X", "2019-07/..", "{2012,2020}", "2019-22", "2019?"]
    )
    def test_it_is_asked_in_edtf(self, client, event, wanted):
        early, late = edtf.bounds("2019-07-14")
        name = f"date_{event}"
        rows({"key": "a", name: "2019-07-14", f"{name}_earliest": early, f"{name}_latest": late})
        assert keys(client, f"{name}={wanted}") == keys(client, f"{name}={wanted}&certain=true") == ["a"]

    def test_what_is_surely_in_one_of_two_years_is_certain(self, client):
        rows({"key": "a", "date_agreed": "2019/2020", "date_agreed_earliest": "2019-01-01",
              "date_agreed_latest": "2020-12-31"})  # fmt: skip
        assert keys(client, "date_agreed=2019&date_agreed=2020&certain=true") == ["a"]

    def test_a_missing_date_matches_nothing_but_isnull(self, client):
        rows({"key": "a"})
        assert keys(client, "date_agreed__isnull=true") == ["a"]
        assert not any(keys(client, f"date_agreed{lookup}=2019") for lookup in LOOKUPS)


@pytest.mark.parametrize("item", fields.ROW, ids=lambda item: item.name)
def test_every_field_has_a_filter_of_its_name(item):
    assert item.name in RowFilterSet.base_filters
    assert (f"{item.name}__isnull" in RowFilterSet.base_filters) == item.nullable


def test_every_filter_has_a_label():
    assert all(each.label for each in RowFilterSet.base_filters.values())
