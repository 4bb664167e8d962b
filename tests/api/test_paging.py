"""Paging: following `next` to the end meets every row once and in order, whatever happens on the way."""

import re
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import factories
from transfers.models import RegistryRow
from transfers.publication import publish
from transfers.vocabulary import fields

pytestmark = pytest.mark.django_db
FIXED = {
    "supplier": "RUS", "supplier_name": "Russia", "recipient": "SRB", "recipient_name": "Serbia",
    "system": "s-400", "system_name": "S-400", "category": "air_defence", "kind": "sale",
    "condition": "new", "status": "agreed", "sources": 1, "origins": 1, "revision": 0,
}  # fmt: skip
#: Columns of every type to order by, each with values that are few, so that rows tie.
COLUMNS = {
    "status": st.sampled_from(["agreed", "delivered", "reported"]),
    "quantity_ordered_min": st.sampled_from([None, 0, 5, 10, 2**53 + 1, 2**63 - 1]),
    "tiv_unit": st.sampled_from([None, 0.0, 0.1, 0.30000000000000004, 12.0, 1e15]),
    "date_agreed_earliest": st.sampled_from([None, date(1, 1, 1), date(2019, 2, 28), date(9999, 12, 31)]),
    "location": st.sampled_from([None, "a", "a b", "a-b", "B", "ä", "Ж", "a'b", "%"]),
    "unit": st.sampled_from([None, "battery", "system"]),
    "updated": st.sampled_from([datetime(2026, 1, 31, 12, 0, 0, micro, UTC) for micro in (0, 1, 999_999)]),
}
ROWS = st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=12)
ORDERS = st.lists(
    st.tuples(st.sampled_from(["", "-"]), st.sampled_from([*COLUMNS, "key"])),
    min_size=1, max_size=4, unique_by=lambda part: part[1],
)  # fmt: skip
SIZES = st.integers(1, 5)
CLIENT = Client()  # one for all examples: making one is slow
LINK = re.compile(r'<([^>]+)>; rel="(next|previous)"')


def add(rows, start=0, prefix="row"):
    cache.clear()  # rows put there past the log bring no edition, by which counts are kept
    RegistryRow.objects.bulk_create(
        RegistryRow(
            **{"updated": datetime(2026, 1, 31, tzinfo=UTC), "key": f"{prefix}-{number:03}"} | FIXED | row
        )
        for number, row in enumerate(rows, start)
    )


@contextmanager
def register(rows):
    """Publish a register of these rows, until the block ends."""
    with transaction.atomic():
        add(rows)
        yield CLIENT
        transaction.set_rollback(True)


def keys(body):
    return [row["key"] for row in body["results"]]


def walk(client, address, link="next"):
    """Yield the pages from this address on, following the link to the end."""
    pages = []
    while address:
        pages.append(client.get(address).json())
        address = pages[-1][link]
    return pages


def build_address(order, size):
    return f"/api/transfers?ordering={','.join(map(''.join, order))}&page_size={size}"


def in_order(rows, order):
    """Return the keys of the rows in this order: nulls last either way, the key between equals."""
    listed = [{**row, "key": f"row-{number:03}"} for number, row in enumerate(rows)]
    for sign, name in reversed([*order, ("", "key")]):
        there = [row for row in listed if row[name] is not None]
        there.sort(key=lambda row: row[name], reverse=bool(sign))
        listed = there + [row for row in listed if row[name] is None]
    return [row["key"] for row in listed]


class TestWalk:
    @given(ROWS, ORDERS, SIZES)
    @settings(max_examples=60, deadline=None)
    def test_forth_it_meets_each_row_once_in_the_order_of_the_whole(self, rows, order, size):
        with register(rows) as client:
            whole = keys(client.get(build_address(order, 1000)).json())
            pages = walk(client, build_address(order, size))
        assert [key for page in pages for key in keys(page)] == whole
        assert sorted(whole) == [f"row-{number:03}" for number in range(len(rows))]
        assert [len(keys(page)) for page in pages[:-1]] == [size] * (len(pages) - 1)
        assert {page["count"] for page in pages} == {len(rows)}

    @given(ROWS, ORDERS, SIZES)
    @settings(max_examples=40, deadline=None)
    def test_back_it_meets_the_same_pages(self, rows, order, size):
        with register(rows) as client:
            pages = walk(client, build_address(order, size))
            last = build_address(order, size) if len(pages) == 1 else pages[-2]["next"]
            returned = walk(client, last, "previous")
        assert [keys(page) for page in reversed(returned)] == [keys(page) for page in pages]

    @given(ROWS, ORDERS)
    @settings(max_examples=60, deadline=None)
    def test_the_whole_is_in_order_with_nulls_last(self, rows, order):
        rows = [{**row, "location": row["location"] and "abc"[len(row["location"]) % 3]} for row in rows]
        with register(rows) as client:
            assert keys(client.get(build_address(order, 1000)).json()) == in_order(rows, order)

    @given(ROWS, ORDERS, SIZES, st.lists(ROWS, max_size=4))
    @settings(max_examples=40, deadline=None)
    def test_rows_published_on_the_way_make_none_lost_or_repeated(self, rows, order, size, arrivals):
        seen, arriving, address = [], iter(enumerate(arrivals)), build_address(order, size)
        with register(rows) as client:
            before = keys(client.get(build_address(order, 1000)).json())
            while address:
                body = client.get(address).json()
                seen += keys(body)
                address = body["next"]
                number, newcomers = next(arriving, (0, []))
                add(newcomers, prefix=f"{'az'[number % 2]}-new-{number}")
        assert [key for key in seen if key in before] == before
        assert len(seen) == len(set(seen))

    @given(ROWS, ORDERS)
    @settings(max_examples=20, deadline=None)
    def test_the_csv_is_in_the_same_order(self, rows, order):
        with register(rows) as client:
            whole = keys(client.get(build_address(order, 1000)).json())
            lines = (
                b"".join(client.get(f"{build_address(order, 1).split('&')[0]}&format=csv"))
                .decode()
                .split("\r\n")
            )
        assert [line.split(",")[0].strip('"') for line in lines[1:-1]] == whole

    def test_a_row_republished_on_the_way_is_neither_lost_nor_repeated(self, client):
        transfers = [factories.published(key) for key in ("a", "b", "c", "d")]
        first = client.get("/api/transfers?page_size=2").json()
        for transfer in (transfers[1], transfers[3]):
            transfer.note = "Edited"
            transfer.save()
        publish.publish(transfers, "Edited")
        assert keys(client.get(first["next"]).json()) == ["c", "d"]

    def test_a_row_withdrawn_on_the_way_does_not_shift_the_others(self, client):
        transfers = [factories.published(key) for key in ("a", "b", "c", "d")]
        first = client.get("/api/transfers?page_size=2").json()
        publish.withdraw(transfers[:2], "Wrong")
        assert keys(client.get(first["next"]).json()) == ["c", "d"]

    def test_a_page_whose_rows_are_all_withdrawn_is_empty(self, client):
        transfers = [factories.published(key) for key in ("a", "b", "c")]
        first = client.get("/api/transfers?page_size=2").json()
        publish.withdraw(transfers[2:], "Wrong")
        last = client.get(first["next"]).json()
        assert (last["count"], last["results"], last["next"]) == (2, [], None)


@pytest.fixture
def twelve_rows():
    add([{"note": "Ж&=", "status": status} for status in ("agreed", "delivered", "reported") * 4])


@pytest.mark.usefixtures("twelve_rows")
class TestPage:
    def test_the_first_has_none_before_and_the_last_none_after(self, client):
        pages = walk(client, "/api/transfers?page_size=5")
        assert [bool(page["previous"]) for page in pages] == [False, True, True]
        assert [bool(page["next"]) for page in pages] == [True, True, False]

    def test_back_at_the_first_there_is_none_before(self, client):
        last = walk(client, "/api/transfers?page_size=5")[-1]
        first = walk(client, last["previous"], "previous")[-1]
        assert (keys(first)[0], first["previous"]) == ("row-000", None)

    @pytest.mark.parametrize("size", [12, 13, 1000])
    def test_all_on_one_page_is_the_only_page(self, client, size):
        body = client.get(f"/api/transfers?page_size={size}").json()
        assert (len(body["results"]), body["next"], body["previous"]) == (12, None, None)

    @pytest.mark.parametrize("size", [5, 12])
    def test_the_link_header_says_the_same_as_the_body(self, client, size):
        for body in walk(client, f"/api/transfers?page_size={size}"):
            address = body["next"] or body["previous"] or f"/api/transfers?page_size={size}"
            answer = client.get(address)
            links = {rel: link for link, rel in LINK.findall(answer["Link"])}
            assert links == {rel: answer.json()[rel] for rel in ("next", "previous") if answer.json()[rel]}

    def test_the_size_is_a_hundred_unless_asked(self, client):
        add([{}] * 100, start=12)
        assert len(client.get("/api/transfers").json()["results"]) == 100

    def test_the_count_is_of_all_that_match(self, client):
        body = client.get("/api/transfers?status=agreed,delivered&page_size=3").json()
        assert (body["count"], len(body["results"])) == (8, 3)

    def test_the_next_page_is_of_the_same_question(self, client):
        query = {
            "status": ["agreed", "delivered"],
            "note__contains": "Ж&=",
            "ordering": "-status",
            "page_size": 3,
        }
        pages = walk(client, client.get("/api/transfers", query).json()["next"])
        rest = [row["status"] for page in pages for row in page["results"]]
        assert rest == ["delivered"] + ["agreed"] * 4

    def test_addresses_of_pages_are_whole(self, client):
        assert (
            client.get("/api/transfers?page_size=1")
            .json()["next"]
            .startswith("http://testserver/api/transfers?")
        )

    @pytest.mark.parametrize("address", ["/api/transfers/", "/api/transfers.json", "/api/transfers"])
    def test_the_next_page_is_at_the_same_address(self, client, address):
        following = client.get(f"{address}?page_size=1&format=json").json()["next"]
        assert following.startswith(f"http://testserver{address}?")
        assert keys(client.get(following).json()) == ["row-001"]


@pytest.mark.usefixtures("twelve_rows")
class TestCursor:
    def test_the_size_may_change_on_the_way(self, client):
        following = client.get("/api/transfers?page_size=1").json()["next"]
        assert keys(client.get(following.replace("page_size=1", "page_size=3")).json()) == [
            "row-001", "row-002", "row-003",
        ]  # fmt: skip

    @pytest.mark.parametrize("change", ["status=agreed", "ordering=-key", "certain=true"])
    def test_a_cursor_serves_only_the_question_it_was_made_for(self, client, change):
        following = client.get("/api/transfers?page_size=1").json()["next"]
        answer = client.get(f"{following}&{change}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "foreign")

    def test_a_cursor_does_not_serve_a_question_with_a_filter_less(self, client):
        following = client.get("/api/transfers?page_size=1&status=agreed").json()["next"]
        assert client.get(following.replace("status=agreed&", "")).status_code == 400

    def test_the_order_of_parameters_does_not_matter(self, client):
        following = client.get("/api/transfers?page_size=1&status=agreed&kind=sale").json()["next"]
        cursor = re.search("cursor=[^&]+", following)[0]
        assert client.get(f"/api/transfers?{cursor}&kind=sale&status=agreed").status_code == 200

    def test_a_deep_page_asks_no_more_of_the_database(self, client, django_assert_max_num_queries):
        with django_assert_max_num_queries(4) as first:
            following = client.get("/api/transfers?page_size=5").json()["next"]
        with django_assert_max_num_queries(len(first)):
            client.get(following)

    def test_an_empty_answer_is_one_empty_page(self, client):
        body = client.get("/api/transfers?status=cancelled").json()
        assert (body["count"], body["next"], body["previous"], body["results"]) == (0, None, None, [])


def test_rows_may_be_in_the_order_of_every_short_field_at_once(client):
    add([{}, {}, {}])
    order = ",".join(
        f"-{item.name}" for item in fields.ROW if item.name not in ("note", "disputed", "key", "comment")
    )
    pages = walk(client, f"/api/transfers?ordering={order}&page_size=1")
    assert [keys(page) for page in pages] == [["row-000"], ["row-001"], ["row-002"]]


@pytest.mark.parametrize(
    "name", ["key", "supplier_name", "tiv_delivered", "date_deployed", "deal_currency", "updated"]
)
def test_rows_may_be_in_the_order_of_any_short_field(client, name):
    add([{}, {}])
    assert [len(keys(page)) for page in walk(client, f"/api/transfers?ordering=-{name}&page_size=1")] == [
        1,
        1,
    ]


def test_texts_are_ordered_by_code_points_whatever_the_database_is_set_to():
    places = [
        "Zürich",
        "a b",
        "A-b",
        "a_b",
        "ab",
        "Ab",
        "äb",
        "é",
        "e",
        "z",
        "Ямал",
        "I",
        "İ",
        "ß",
        "ss",
        "0",
        "-1",
    ]
    for number, place in enumerate(places):
        factories.published(f"place-{number}", location=place)
    client = Client()
    for sign, expected in (("", sorted(places)), ("-", sorted(places, reverse=True))):
        shown = client.get(f"/api/transfers?ordering={sign}location").json()["results"]
        assert [row["location"] for row in shown] == expected


def test_a_cursor_of_another_order_of_the_same_columns_is_refused():
    for number in range(3):
        factories.published(f"place-{number}", location="Niš")
    client = Client()
    query = {"ordering": ["location", "-status"], "page_size": "1"}
    following = client.get("/api/transfers", query).json()["next"]
    cursor = re.search(r"cursor=([^&]+)", following)[1]
    turned = client.get(f"/api/transfers?ordering=-status&ordering=location&page_size=1&cursor={cursor}")
    assert turned.json()["errors"][0]["code"] == "foreign"
