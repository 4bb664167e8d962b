"""The summary: counts and sums for each unit apart, against the same sums made slowly and plainly."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.api.test_transfers import cell, table
from tests.support import factories
from transfers.api.resources import summary
from transfers.models import RegistryClaim, RegistryRow
from transfers.publication import publish

pytestmark = pytest.mark.django_db
ADDRESS = "/api/transfers/summary"
CLIENT = Client()  # one for all examples: making one is slow
STEMS = ("quantity_ordered", "quantity_delivered", "quantity_deployed")
TIVS = ("tiv_ordered", "tiv_delivered")
FIXED = {
    "condition": "new", "sources": 1, "origins": 1, "revision": 1,
    "updated": datetime(2026, 1, 31, tzinfo=UTC),
    "supplier_name": "-", "recipient_name": "-", "system_name": "-",
}  # fmt: skip
CODES = {
    "supplier": ["RUS", "USA"], "recipient": ["SRB", "IND"], "system": ["s-400", "f-16"],
    "category": ["air_defence", "aircraft"], "kind": ["sale", "gift", "deployment"],
    "status": ["agreed", "delivered"], "unit": [None, "battery", "aircraft"], "deal_currency": [None, "USD"],
}  # fmt: skip
RANGES = st.sampled_from([(None, None), (0, 0), (2, 5), (6, 6), (3, None), (2**31, 2**32)])
SPANS = {
    None: (None, None), "2019": (date(2019, 1, 1), date(2019, 12, 31)),
    "2017/2020": (date(2017, 1, 1), date(2020, 12, 31)), "2019/..": (date(2019, 1, 1), None),
    "../2019": (None, date(2019, 12, 31)), "0033": (date(33, 1, 1), date(33, 12, 31)),
}  # fmt: skip


def _row(codes, ranges, spans, tivs):
    row = dict(codes)
    for stem, (low, high) in zip(STEMS, ranges, strict=True):
        row |= {f"{stem}_min": low, f"{stem}_max": high}
    for event, text in zip(("agreed", "delivered", "deployed"), spans, strict=True):
        earliest, latest = SPANS[text]
        row |= {f"date_{event}": text, f"date_{event}_earliest": earliest, f"date_{event}_latest": latest}
    return row | dict(zip(TIVS, tivs, strict=True))


ROWS = st.lists(
    st.tuples(
        st.builds(
            _row,
            st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CODES.items()}),
            st.tuples(RANGES, RANGES, RANGES),
            st.tuples(*[st.sampled_from(list(SPANS))] * 3),
            st.tuples(*[st.sampled_from([None, 0.0, 12.5, 100.0])] * 2),
        ),
        st.lists(st.sampled_from(["dw", "reuters", "sipri"]), min_size=1, max_size=3),
    ),
    max_size=8,
)
GROUPS = st.lists(
    st.sampled_from([*CODES, "condition", *summary.YEARS, "source"]), unique=True, max_size=3
)  # fmt: skip


@contextmanager
def register(rows):
    """Publish a register of these rows, each with one claim of each of its sources (twice if named twice)."""
    cache.clear()
    with transaction.atomic():
        RegistryRow.objects.bulk_create(
            RegistryRow(key=f"row-{number}", **FIXED, **row) for number, (row, _) in enumerate(rows)
        )
        RegistryClaim.objects.bulk_create(
            _claim(f"row-{number}", source, f"{number}-{place}", row)
            for number, (row, sources) in enumerate(rows)
            for place, source in enumerate(sources)
        )
        yield CLIENT
        transaction.set_rollback(True)


def _claim(transfer, source, identifier, row):
    where = {name: row[name] for name in ("supplier", "recipient", "system")}
    texts = dict.fromkeys(("publisher", "title", "locator", "excerpt"), "-")
    grades = {"reliability": "B", "credibility": 2, "preferred": False, "language": "en", "published": "2019"}
    about = {"transfer": transfer, "source": source, "claim": identifier, "measure": "quantity_ordered"}
    return RegistryClaim(**about, **where, **texts, **grades, revision=1)


def oracle(rows, groups):
    """Return the groups with their rows: by the values of these fields and by unit."""
    rows_by_group = defaultdict(list)
    shown = groups if "unit" in groups else [*groups, "unit"]
    for row, sources in rows:
        for source in sorted(set(sources)) if "source" in groups else [None]:
            values = row | FIXED | {"source": source}
            values |= {f"year_{event}": row[f"date_{event}"] for event in ("agreed", "delivered", "deployed")}
            rows_by_group[tuple(values[name] for name in shown)].append(row)
    return rows_by_group


def sums(rows):
    """Return the numbers of a group of rows."""
    numbers = {"count": len(rows)}
    for name in (*(f"{stem}_{end}" for stem in STEMS for end in ("min", "max")), *TIVS):
        there = [row[name] for row in rows if row[name] is not None]
        numbers[name] = sum(there) if there else None
    for stem in STEMS:
        numbers[f"{stem}_missing"] = sum(row[f"{stem}_min"] is None for row in rows)
        opened = [row for row in rows if row[f"{stem}_max"] is None and row[f"{stem}_min"] is not None]
        numbers[f"{stem}_open"] = len(opened)
    return numbers | {f"{name}_missing": sum(row[name] is None for row in rows) for name in TIVS}


def check(body, rows, groups):
    shown = groups if "unit" in groups else [*groups, "unit"]
    answered = {tuple(group.pop(name) for name in shown): group for group in body["results"]}
    assert answered == {values: sums(group) for values, group in oracle(rows, groups).items()}
    assert len(answered) == body["count"]


def results(client, query=""):
    return client.get(f"{ADDRESS}{query}").json()["results"]


@given(rows=ROWS, groups=GROUPS)
@settings(max_examples=80)
def test_counts_and_sums_are_those_made_plainly(rows, groups):
    grouping = f"&group_by={','.join(groups)}" if groups else ""
    with register(rows) as client:
        body = client.get(f"{ADDRESS}?kind=sale,gift,deployment{grouping}").json()
    check(body, rows, groups)


@given(rows=ROWS, groups=GROUPS)
@settings(max_examples=40)
def test_deployments_are_left_out_unless_asked_for(rows, groups):
    with register(rows) as client:
        body = client.get(ADDRESS + (f"?group_by={','.join(groups)}" if groups else "")).json()
    check(body, [each for each in rows if each[0]["kind"] != "deployment"], groups)


@given(rows=ROWS, groups=GROUPS)
@settings(max_examples=40)
def test_the_filters_select_what_is_summed(rows, groups):
    grouping = f"&group_by={','.join(groups)}" if groups else ""
    with register(rows) as client:
        body = client.get(f"{ADDRESS}?kind__not=gift&quantity_ordered__gte=4{grouping}").json()
    selected = [each for each in rows if each[0]["kind"] != "gift" and _may_reach(each[0], 4)]
    check(body, selected, groups)


def _may_reach(row, number):
    low, high = row["quantity_ordered_min"], row["quantity_ordered_max"]
    return low is not None and (high is None or high >= number)


@given(rows=ROWS, groups=GROUPS)
@settings(max_examples=40)
def test_the_csv_cells_are_the_json_values(rows, groups):
    grouping = f"?group_by={','.join(groups)}" if groups else ""
    with register(rows) as client:
        groups_shown = results(client, grouping)
        header, lines = table(client, f"{ADDRESS}.csv{grouping}")
    assert lines == [[cell(value) for value in group.values()] for group in groups_shown]
    assert not groups_shown or header == list(groups_shown[0])


@given(rows=ROWS, groups=GROUPS)
@settings(max_examples=30)
def test_groups_are_in_order_with_null_last(rows, groups):
    coded = [name for name in groups if name not in summary.YEARS]
    with register(rows) as client:
        groups_shown = results(client, f"?group_by={','.join(coded)}" if coded else "")
    shown = coded if "unit" in coded else [*coded, "unit"]
    order = [[(group[name] is None, group[name] or "") for name in shown] for group in groups_shown]
    assert order == sorted(order)


@pytest.fixture
def few():
    """Two sales and a deployment, published; one of the sales has two sources."""
    sale = factories.transfer("sale", kind="sale", note="Slavic Shield")
    for cited in ("dw", "reuters"):
        factories.quantity(transfer=sale, source=cited, unit="battery")
    factories.quantity("delivered", None, minimum=2, transfer=sale, source="dw", unit="battery")
    factories.date("agreed", "2019-07", transfer=sale, source="dw")
    factories.valuation("tiv_ordered", 12.5, transfer=sale, source="dw")
    gift = factories.transfer("gift", kind="gift", recipient="IND")
    factories.quantity(transfer=gift, source="dw", unit="aircraft")
    factories.valuation("tiv_ordered", 12, transfer=gift, source="dw")
    deployed = factories.transfer("deployed", kind="deployment")
    factories.quantity("deployed", transfer=deployed, source="dw", unit="battery")
    publish.publish([sale, gift, deployed], "new")


class TestGroups:
    @pytest.mark.parametrize("first", summary.GROUPS)
    def test_every_field_and_pair_can_be_grouped_by(self, client, few, first):
        for second in summary.GROUPS:
            groups = list(dict.fromkeys([first, second]))
            groups_shown = results(client, f"?group_by={','.join(groups)}")
            assert list(groups_shown[0])[: len(groups)] == groups
            assert sum(group["count"] for group in groups_shown) == (3 if "source" in groups else 2)

    def test_without_group_by_there_is_one_for_each_unit(self, client, few):
        assert [(group["unit"], group["count"]) for group in results(client)] == [
            ("aircraft", 1),
            ("battery", 1),
        ]

    def test_units_are_never_added_up(self, client, few):
        groups_shown = results(client, "?group_by=supplier")
        assert [(group["supplier"], group["quantity_ordered_min"]) for group in groups_shown] == [
            ("RUS", 6)
        ] * 2

    def test_the_unit_stands_once_where_it_is_asked_for(self, client, few):
        assert list(results(client, "?group_by=unit,kind")[0])[:3] == ["unit", "kind", "count"]

    def test_a_transfer_counts_under_each_of_its_sources_once(self, client, few):
        groups_shown = results(client, "?group_by=source&unit=battery")
        assert [(group["source"], group["count"]) for group in groups_shown] == [("dw", 1), ("reuters", 1)]

    def test_a_former_source_does_not_count(self, client, few):
        publish.Transfer.objects.get(key="sale").quantities.filter(source__key="reuters").delete()
        publish.publish(publish.Transfer.objects.filter(key="sale"), "less")
        assert {group["source"] for group in results(client, "?group_by=source")} == {"dw"}

    @pytest.mark.parametrize("written", ["kind,%20recipient", "kind%2Crecipient", "kind+,recipient"])
    def test_blanks_around_the_comma_do_not_matter(self, client, few, written):
        assert results(client, f"?group_by={written}") == results(client, "?group_by=kind,recipient")

    def test_a_withdrawn_transfer_does_not_count(self, client, few):
        publish.withdraw(publish.Transfer.objects.filter(key="sale"), "wrong")
        assert [group["unit"] for group in results(client)] == ["aircraft"]

    @pytest.mark.parametrize("text", ["2019", "2017/2020", "2019/..", "../2019"])
    def test_a_year_is_that_of_the_date_or_the_span_of_years(self, client, text):
        transfer = factories.transfer()
        factories.date("agreed", text, transfer=transfer, source=factories.source(published="2024"))
        publish.publish([transfer], "new")
        assert [group["year_agreed"] for group in results(client, "?group_by=year_agreed")] == [text]

    def test_days_of_one_year_are_that_year(self, client, few):
        groups_shown = results(client, "?group_by=year_agreed")
        assert [group["year_agreed"] for group in groups_shown] == ["2019", None]

    def test_numbers_are_whole_where_they_are_whole(self, client, few):
        groups_shown = [group["tiv_ordered"] for group in results(client)]
        assert [(number, type(number)) for number in groups_shown] == [(12, int), (12.5, float)]


class TestNote:
    @pytest.mark.parametrize("query", ["", "?supplier=RUS", "?group_by=kind", ".csv"])
    def test_it_says_that_deployments_are_left_out(self, client, few, query):
        assert "left out" in client.get(f"{ADDRESS}{query}")["Registry-Note"]

    @pytest.mark.parametrize("query", ["?kind=deployment", "?kind__not=gift", ".csv?kind=sale"])
    def test_it_says_that_they_are_counted_where_asked_for(self, client, few, query):
        assert "left out" not in client.get(f"{ADDRESS}{query}")["Registry-Note"]

    @pytest.mark.parametrize("query", ["", "?kind=deployment"])
    def test_it_is_the_same_in_body_and_header(self, client, few, query):
        answer = client.get(f"{ADDRESS}{query}")
        assert answer.json()["note"] == answer["Registry-Note"]

    def test_deployments_are_counted_where_asked_for(self, client, few):
        groups_shown = results(client, "?kind=deployment")
        assert [(group["count"], group["quantity_deployed_min"]) for group in groups_shown] == [(1, 6)]


@pytest.mark.parametrize(
    ("query", "counts"),
    [("recipient=India", [1]), ("q=slavic", [1]), ("q=slavic&kind=gift", []), ("q=nothing", []),
     ("q=ー", []), ("kind=gift,deployment", [1, 1]), ("date_agreed__gte=2019", [1]),
     ("certain=true&date_agreed=2019", [1])],
)  # fmt: skip
def test_filters_and_words_apply(client, few, query, counts):
    body = client.get(f"{ADDRESS}?{query}").json()
    assert [group["count"] for group in body["results"]] == counts


@pytest.mark.parametrize(
    ("groups", "code", "near"),
    [("recipent", "unknown", "recipient"), ("year", "unknown", None), ("Kind", "unknown", "kind"),
     ("kind,suplier", "unknown", "supplier"), ("kind,kind", "repeated", None), ("kind,", "unknown", None),
     ("", "empty", None), ("quantity_ordered", "unknown", None), ("note", "unknown", None),
     ("kind&group_by=kind", "repeated", None), ("year_delivred", "unknown", "year_delivered")],
)  # fmt: skip
def test_a_group_by_that_cannot_be_is_refused(client, groups, code, near):
    answer = client.get(f"{ADDRESS}?group_by={groups}")
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["parameter"], error["code"]) == (400, "group_by", code)
    assert near is None or near in error["suggestions"]


@pytest.mark.parametrize("query", ["page_size=5", "ordering=counts", "fields=count", "cursor=x", "sistem=x"])
def test_what_a_summary_does_not_take_is_refused(client, query):
    assert client.get(f"{ADDRESS}?{query}").status_code == 400


@pytest.mark.parametrize("groups", ["kind", "source", "year_agreed,source,unit"])
@pytest.mark.parametrize("suffix", ["", ".csv"])
def test_a_summary_takes_two_queries_whatever_it_groups(client, few, groups, suffix):
    with CaptureQueriesContext(connection) as captured:
        b"".join(client.get(f"{ADDRESS}{suffix}?group_by={groups}"))
    assert len(captured) == 2


@pytest.mark.parametrize("form", ["csv", "jsonl", "xlsx", "parquet", "arrow"])
def test_no_group_leaves_in_every_format(client, form):
    answer = client.get(f"/api/transfers/summary.{form}")
    assert (answer.status_code, answer["Registry-Count"]) == (200, "0")


def test_of_an_empty_register_there_is_no_group(client):
    assert client.get(f"{ADDRESS}?group_by=kind").json()["results"] == []


def test_the_header_counts_the_groups(client, few):
    assert client.get(f"{ADDRESS}?group_by=source")["Registry-Count"] == "3"
