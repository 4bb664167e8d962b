"""Every format holds the same values: read back with polars, DuckDB, pyarrow and plain Python."""

from datetime import UTC, date, datetime
from urllib.parse import quote

import duckdb
import pytest

from tests.api.test_transfers import NASTY, full
from tests.support import factories
from tests.support.reading import (
    FORMATS,
    PATHS,
    RESOURCES,
    TYPED,
    add,
    body,
    cell,
    multiply,
    rows,
    table,
    typed,
)
from transfers.publication import publish
from transfers.vocabulary.fields import Type

pytestmark = pytest.mark.django_db
LISTS = ["transfers", "claims", "deliveries", "parties", "systems", "sources"]
COMPUTED = ["transfers/summary", "deliveries/summary", "fields", "transfers/rus-srb"]
WHEN = datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC)
NUMBERS = {item.name for items in RESOURCES.values() for item in items if item.type is Type.NUMBER}
#: What a row may hold that a format may spoil.
ODD = [
    {"updated": WHEN.replace(microsecond=number)} for number in (0, 1, 100_000, 123_456, 999_999)
] + [
    {"updated": WHEN.replace(year=9999, microsecond=1)},
    {"quantity_ordered_min": 0, "quantity_ordered_max": 0, "unit": "system"},
    {"quantity_ordered_min": 2, "quantity_ordered_max": 5, "unit": "aircraft"},
    {"quantity_ordered_min": 3, "quantity_ordered_max": None, "unit": "battery"},
    {"deal_value_min": 2**53 + 1, "deal_value_max": 2**63 - 1, "deal_currency": "USD"},
    {"tiv_unit": 0.1, "tiv_ordered": 12.5, "tiv_delivered": 13.0},
    {"tiv_unit": 0.0, "tiv_ordered": 1e15, "tiv_delivered": 123456789.125},
    {"tiv_unit": 1 / 3, "tiv_ordered": 1e-7, "tiv_delivered": -0.5},
    {"date_agreed": "2019/..", "date_agreed_earliest": date(2019, 1, 1)},
    {"date_agreed": "../2019", "date_agreed_latest": date(2019, 12, 31)},
    {"date_agreed": "0033", "date_agreed_earliest": date(33, 1, 1), "date_agreed_latest": date(33, 12, 31)},
    {"date_agreed": "9999", "date_agreed_latest": date(9999, 12, 31)},
    {"disputed": "quantity_ordered"},
    {"disputed": "quantity_ordered|date_agreed|tiv_unit"},
    {"note": NASTY, "location": "Niš, Сербия", "occasion": "a|b"},
    {"note": "null", "location": "NULL", "occasion": "NaN"},
    {"note": "true", "location": "2020-01-01", "occasion": "007"},
    {"note": " spaces around ", "location": "\ttab\t", "occasion": "\n"},
]  # fmt: skip
#: Questions of every kind: whatever Django's connection answers, the process must answer as well.
QUESTIONS = {
    "transfers": [
        "q=slavic+shield", "note__contains=%25s'%3F", "updated__gte=2026-01-31T12:00:00.1Z",
        "date_agreed__gte=2019&certain=true&location__isnull=true",
        "quantity_ordered__lte=2&quantity_ordered__not=0", "disputed=tiv_unit&supplier=Russia,USA",
        "disputed__not=tiv_unit&tiv_ordered__isnull=true&ordering=-date_agreed_earliest,tiv_unit",
        "note=%25s&note=null&location__contains=NULL&location__contains=ni%C5%A0&note=" + quote(NASTY),
    ],
    "claims": ["preferred=false&measure=quantity_ordered&q=slavic",
               "credibility=2&minimum__gte=2.5&ordering=-published,minimum"],
    "systems": ["aliases=SA-21&q=s+400"],
    "parties": ["aliases__not=Srbija&ordering=-name"],
    "sources": ["published__gte=2019&q=publisher"],
}  # fmt: skip


def numbers(names, line):
    """Cells, those of numbers as numbers: 1e-07 is 1e-7."""
    return [float(text) if name in NUMBERS and text else text for name, text in zip(names, line, strict=True)]


@pytest.fixture
def register():
    """Transfers, claims, parties, systems and sources with nulls, lists, ranges and odd texts."""
    first = full()
    factories.valuation("tiv_unit", 13, transfer=first)
    factories.party("SRB", aliases=("Srbija", "=1+1", 'Србија, "Republika"'))
    factories.system("s-400", aliases=("SA-21", "Триумф"))
    factories.system("f-16", unroca="IV", variant_of=factories.system("f-family"), category="aircraft")
    second = factories.transfer("bare", supplier="USA", recipient="IND", system="f-16")
    paper = factories.source("paper", url="https://example.org/?a=1&b=2", note=NASTY, published="2019-07/..")
    factories.quantity(transfer=second, source=paper, as_of="2019-07", attributed_to="a 'minister' of 100%s")
    publish.publish([first, second], "all of it")
    add(*ODD, {"note": "%s"}, {"note": "100%s'?"})


@pytest.fixture(params=PATHS)
def path(request, monkeypatch):
    if request.param == "large":
        monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    return request.param


@pytest.mark.usefixtures("register")
class TestValues:
    #: A process takes its time to start, and its formats do not know which list they write.
    FORMS = {("small", True): ["csv", "jsonl", "parquet"], ("small", False): ["csv", "jsonl", "parquet"],
             ("large", True): ["csv", "jsonl", "parquet"], ("large", False): ["jsonl"]}  # fmt: skip

    @pytest.mark.parametrize("resource", LISTS)
    def test_every_list_is_the_same_in_json_csv_parquet_and_lines(self, client, path, resource):
        self.check(client, resource, self.FORMS[path, resource == "transfers"], "page_size=1000")

    @pytest.mark.parametrize("resource", COMPUTED)
    def test_what_is_computed_is_the_same_too(self, client, resource):
        self.check(client, resource, ["csv", *TYPED])

    def check(self, client, resource, forms, query=""):
        shown = rows(client, resource, query)
        for form in forms:
            data = body(client, f"/api/{resource}.{form}")
            if form in TYPED:
                assert typed(form, data) == shown
                continue
            names, lines = table(form, data)
            cells = [[cell(value) for value in row.values()] for row in shown]
            assert names == list(shown[0])
            assert [numbers(names, line) for line in lines] == [numbers(names, line) for line in cells]

    def test_whole_numbers_are_digits_in_csv(self, client, path):
        names, [line] = table("csv", body(client, "/api/transfers.csv?key=row-000012"))
        shown = dict(zip(names, line, strict=True))
        assert (shown["tiv_unit"], shown["tiv_ordered"]) == ("0", "1000000000000000")

    def test_arrow_and_parquet_are_the_same(self, client, path):
        one, other = (typed(form, body(client, f"/api/transfers.{form}")) for form in ("arrow", "parquet"))
        assert one == other

    def test_a_workbook_shows_what_csv_does(self, client, path):
        query = "omit=note,occasion,location,deal_value_min,deal_value_max"
        one, other = (table(form, body(client, f"/api/transfers.{form}?{query}")) for form in ("xlsx", "csv"))
        assert one[0] == other[0]
        assert [numbers(one[0], line) for line in one[1]] == [numbers(one[0], line) for line in other[1]]

    @pytest.mark.parametrize("field", ["note", "disputed", "tiv_unit", "date_agreed_latest"])
    def test_a_missing_value_alone_on_its_line_is_no_blank_line(self, client, field):
        lines = body(client, f"/api/transfers.csv?fields={field}&key=row-000001")
        assert lines.decode().splitlines() == [field, '""']

    @pytest.mark.parametrize("resource", QUESTIONS)
    @pytest.mark.django_db(transaction=True)
    def test_the_process_answers_what_the_connection_does(self, client, monkeypatch, resource):
        addresses = [f"/api/{resource}.jsonl?{query}" for query in QUESTIONS[resource]]
        small = [body(client, address) for address in addresses]
        monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
        assert all(small)
        assert [body(client, address) for address in addresses] == small


@pytest.mark.usefixtures("register")
class TestDuckDB:
    @pytest.fixture
    def ask(self, client, tmp_path):
        """Asks DuckDB of the transfers in a format."""

        options = "header=true, all_varchar=true, quote='\"', escape='\"'"

        def ask(form, statement):
            (tmp_path / f"file.{form}").write_bytes(body(client, f"/api/transfers.{form}"))
            read = f"read_{form}('{tmp_path / 'file'}.{form}'{', ' + options if form == 'csv' else ''})"
            with duckdb.connect() as connection:
                return connection.execute(statement.format(read)).fetchall()

        return ask

    def test_it_finds_the_types_of_parquet(self, ask):
        types = {name: kind for name, kind, *_ in ask("parquet", "DESCRIBE SELECT * FROM {}")}
        names = ("quantity_ordered_min", "tiv_unit", "date_agreed_latest", "updated", "disputed", "note")
        assert [types[name] for name in names] == [
            "BIGINT", "DOUBLE", "DATE", "TIMESTAMP WITH TIME ZONE", "VARCHAR[]", "VARCHAR",
        ]  # fmt: skip

    def test_it_reads_the_same_from_csv_and_from_parquet(self, ask):
        columns = (
            "key, deal_value_min::BIGINT, date_agreed_latest::DATE::VARCHAR, note, tiv_unit::DOUBLE,"
            " epoch_us(updated::TIMESTAMPTZ)"
        )
        one, other = (ask(form, f"SELECT {columns} FROM {{}} ORDER BY key") for form in ("csv", "parquet"))
        assert one == other
        assert len(one) == len(ODD) + 4


class TestManyRows:
    """100,000 rows with nothing in some columns, then one with a value in each."""

    VALUES = {"note": "x", "tiv_unit": 0.5, "quantity_ordered_min": 3, "date_agreed": "2019/..",
              "date_agreed_earliest": date(2019, 1, 1), "disputed": "tiv_unit|tiv_ordered"}  # fmt: skip
    SHOWN = ["key", "quantity_ordered_min", "date_agreed", "date_agreed_earliest", "tiv_unit", "note",
             "disputed"]  # fmt: skip

    @pytest.fixture(autouse=True)
    def _rows(self):
        add({}, self.VALUES | {"key": "the-last"})
        multiply(99_999)

    @pytest.mark.django_db(transaction=True)
    def test_what_is_missing_in_the_first_100_000_and_then_there_is_there_in_every_format(self, client):
        last = {**dict.fromkeys(self.SHOWN), "key": "the-last"}
        last |= self.VALUES | {"date_agreed_earliest": "2019-01-01", "disputed": ["tiv_unit", "tiv_ordered"]}
        first = {**dict.fromkeys(self.SHOWN), "key": "copy-000001", "disputed": []}
        query = f"fields={','.join(self.SHOWN)}"
        for form in TYPED:
            read = typed(form, body(client, f"/api/transfers.{form}?{query}"))
            assert (len(read), read[0], read[-1]) == (100_001, first, last)
        names, lines = table("csv", body(client, f"/api/transfers.csv?{query}"))
        assert (names, len(lines)) == (self.SHOWN, 100_001)
        for line, row in ((lines[0], first), (lines[-1], last)):
            assert line == [cell(row[name]) for name in self.SHOWN]

    def test_more_than_100_000_are_too_many_for_a_workbook(self, client):
        answer = client.get("/api/transfers.xlsx")
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["parameter"], error["code"]) == (400, "format", "too_many_rows")
        assert set(error["suggestions"]) == set(FORMATS) - {"xlsx"}
        assert client.head("/api/transfers.xlsx?key__not=the-last").status_code == 200
