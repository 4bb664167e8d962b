"""Exports: one answer in every format, whole, typed, with where it comes from, and the same each time."""

import io
import os
import re
import signal
import sys
import time
import zipfile
from datetime import date, datetime, timedelta
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.api.test_transfers import full
from tests.support import factories
from tests.support.reading import (
    FORMATS,
    MEDIA_TYPES,
    PATHS,
    READERS,
    RESOURCES,
    add,
    body,
    cell,
    children,
    error,
    multiply,
    rows,
    schema,
    sheets,
    table,
    typed,
)
from transfers.api.response import files
from transfers.api.response.output import LICENCE
from transfers.models import Revision
from transfers.vocabulary import fields
from transfers.vocabulary.fields import Type

pytestmark = pytest.mark.django_db
TYPES = {
    Type.INTEGER: pa.int64(), Type.NUMBER: pa.float64(), Type.BOOLEAN: pa.bool_(), Type.DATE: pa.date32(),
    Type.TIME: pa.timestamp("us", tz="UTC"), Type.LIST: pa.list_(pa.string()),
}  # fmt: skip
NAMES = [item.name for item in fields.ROW]
every_format = pytest.mark.parametrize("form", FORMATS)
every_resource = pytest.mark.parametrize("resource", RESOURCES)


@pytest.fixture
def register():
    """Two transfers: one with a value in nearly every field, one with hardly any."""
    full()
    factories.published("bare", supplier="USA", recipient="IND", system="f-16")


@pytest.fixture(params=PATHS)
def path(request, monkeypatch):
    """Either way in which rows are read."""
    if request.param == "large":
        monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    return request.param


@pytest.fixture
def tomorrow(monkeypatch):
    """Lets a day go by."""

    class Instance(type):
        def __instancecheck__(cls, value):
            return isinstance(value, datetime)

    class Tomorrow(datetime, metaclass=Instance):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=1, seconds=3)

    def come():
        for name, module in list(sys.modules.items()):
            if name.startswith(("transfers", "xlsxwriter")) and vars(module).get("datetime") is datetime:
                monkeypatch.setattr(module, "datetime", Tomorrow)

    return come


def test_every_format_has_a_reader_in_the_tests():
    assert READERS.keys() == set(FORMATS)


def test_media_types_are_those_that_readers_know():
    assert MEDIA_TYPES == {
        "csv": "text/csv",
        "jsonl": "application/x-ndjson",
        "parquet": "application/vnd.apache.parquet",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "arrow": "application/vnd.apache.arrow.stream",
    }


@pytest.mark.usefixtures("register")
class TestFormat:
    @every_resource
    def test_every_list_has_every_format_with_every_row_and_column(self, client, resource):
        shown = [[cell(value) for value in row.values()] for row in rows(client, resource)]
        names = [item.name for item in RESOURCES[resource]]
        for form in FORMATS:
            assert table(form, body(client, f"/api/{resource}.{form}")) == (names, shown)

    @every_format
    def test_suffix_parameter_and_accept_give_the_same(self, client, form):
        answers = [
            client.get(f"/api/transfers.{form}"),
            client.get(f"/api/transfers?format={form}"),
            client.get("/api/transfers", headers={"accept": MEDIA_TYPES[form]}),
        ]
        kinds = {answer["Content-Type"].split(";")[0] for answer in answers}
        first, *others = [table(form, b"".join(answer)) for answer in answers]
        assert kinds == {MEDIA_TYPES[form]}
        assert others == [first, first]

    @every_format
    @pytest.mark.parametrize("parameter", ["page_size", "cursor"])
    def test_it_has_no_pages(self, client, form, parameter):
        assert error(client.get(f"/api/transfers.{form}?{parameter}=1")) == (parameter, "no_pages")

    @every_format
    def test_fields_choose_the_columns(self, client, form):
        names, lines = table(form, body(client, f"/api/transfers.{form}?fields=disputed,key"))
        assert (names, [line[0] for line in lines]) == (["key", "disputed"], ["bare", "rus-srb"])

    @every_format
    def test_omit_leaves_columns_out(self, client, form):
        names, _ = table(form, body(client, f"/api/transfers.{form}?omit=key,note"))
        assert names == [name for name in NAMES if name not in ("key", "note")]

    @every_format
    def test_ordering_orders_the_rows(self, client, form):
        _, lines = table(form, body(client, f"/api/transfers.{form}?ordering=-key"))
        assert [line[0] for line in lines] == ["rus-srb", "bare"]

    @every_format
    def test_a_filter_selects_the_rows(self, client, form):
        _, lines = table(form, body(client, f"/api/transfers.{form}?system=S-400"))
        assert [line[0] for line in lines] == ["rus-srb"]


class TestNothing:
    @pytest.mark.parametrize("form", [form for form in FORMATS if form != "jsonl"])
    def test_without_rows_the_columns_are_still_named(self, client, form):
        assert table(form, body(client, f"/api/transfers.{form}")) == (NAMES, [])

    def test_without_rows_the_lines_of_json_are_none(self, client):
        assert body(client, "/api/transfers.jsonl") == b""


@pytest.mark.usefixtures("register")
class TestHeaders:
    @every_resource
    @pytest.mark.parametrize("method", ["get", "head"])
    def test_the_rows_are_counted(self, client, resource, method):
        ask = getattr(client, method)
        counts = {ask(f"/api/{resource}.{form}")["Registry-Count"] for form in FORMATS}
        assert counts == {str(len(rows(client, resource)))}

    def test_head_has_no_body(self, client, path):
        for form in FORMATS:
            answer = client.head(f"/api/transfers.{form}")
            assert (answer.status_code, b"".join(answer)) == (200, b"")

    @pytest.mark.django_db(transaction=True)
    @every_format
    def test_head_tells_the_length_of_a_large_file_too(self, client, form, monkeypatch):
        monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
        length = client.head(f"/api/transfers.{form}")["Content-Length"]
        assert int(length) == len(client.get(f"/api/transfers.{form}").getvalue())

    @every_format
    def test_revision_licence_and_citation_are_told(self, client, form):
        answer = client.get(f"/api/transfers.{form}")
        assert answer["Registry-Revision"] == "2"
        assert f'<{LICENCE}>; rel="license"' in answer["Link"]
        assert f"/api/transfers.{form}" in answer["Citation"]

    @every_format
    def test_the_name_of_the_file_says_the_query_and_the_date(self, client, form):
        pattern = rf'attachment; filename="transfers_system-S-400_\d{{4}}-\d\d-\d\d\.{form}"'
        answer = client.get(f"/api/transfers.{form}?system=S-400")
        assert re.fullmatch(pattern, answer["Content-Disposition"])

    @every_resource
    def test_what_is_known_is_not_sent_again(self, client, resource):
        for address in (f"/api/{resource}.{form}" for form in FORMATS):
            tag = client.head(address)["ETag"]
            again = client.get(address, headers={"if-none-match": tag})
            assert (again.status_code, again.content) == (304, b"")

    def test_every_format_has_a_tag_of_its_own(self, client):
        tags = {client.get(f"/api/transfers.{form}")["ETag"] for form in [*FORMATS, "json"]}
        assert len(tags) == len(FORMATS) + 1

    def test_the_same_question_gives_the_same_bytes(self, client, path):
        for form in FORMATS if path == "small" else ["csv", "parquet"]:
            address = f"/api/transfers.{form}"
            assert body(client, address) == body(client, address)

    @pytest.mark.parametrize("resource", ["claims", "transfers/summary", "transfers/rus-srb"])
    def test_a_day_later_tag_and_bytes_are_still_the_same(self, client, tomorrow, resource):
        addresses = [f"/api/{resource}.{form}" for form in FORMATS]
        today = [client.get(address) for address in addresses]
        tomorrow()
        for address, before in zip(addresses, today, strict=True):
            after = client.get(address)
            assert after["Content-Disposition"] != before["Content-Disposition"]
            assert (after["ETag"], b"".join(after)) == (before["ETag"], b"".join(before))


@pytest.mark.usefixtures("register")
@pytest.mark.parametrize("form", ["parquet", "arrow"])
class TestTyped:
    def test_every_column_has_the_type_of_its_field(self, client, form):
        for resource, items in RESOURCES.items():
            types = {
                field.name: field.type for field in schema(form, body(client, f"/api/{resource}.{form}"))
            }
            assert types == {item.name: TYPES.get(item.type, pa.string()) for item in items}

    def test_types_are_the_same_where_rows_are_read_in_a_process(self, client, path, form):
        types = {field.name: field.type for field in schema(form, body(client, f"/api/claims.{form}"))}
        assert types == {item.name: TYPES.get(item.type, pa.string()) for item in fields.CLAIM}

    def test_every_column_is_described(self, client, form):
        for resource, items in RESOURCES.items():
            read = schema(form, body(client, f"/api/{resource}.{form}"))
            descriptions = {field.name: field.metadata[b"description"].decode() for field in read}
            assert descriptions == {item.name: item.description for item in items}

    def test_units_are_told_where_there_are_any(self, client, form):
        read = schema(form, body(client, f"/api/transfers.{form}"))
        units = {field.name: field.metadata.get(b"unit", b"").decode() for field in read}
        assert units == {item.name: item.unit for item in fields.ROW}

    def test_the_file_says_what_it_answers(self, client, path, form):
        address = f"/api/transfers.{form}?system=S-400"
        metadata = schema(form, body(client, address)).metadata
        assert metadata[b"query"] == f"http://testserver{address}".encode()
        assert (metadata[b"revision"], metadata[b"licence"]) == (b"2", LICENCE.encode())
        assert metadata[b"citation"].startswith(b"arms_registry, revision 2")

    def test_an_absent_value_is_null_and_an_empty_list_is_a_list(self, client, form):
        [bare] = typed(form, body(client, f"/api/transfers.{form}?key=bare"))
        assert (bare["note"], bare["disputed"], bare["tiv_unit"]) == (None, [], None)


class TestCompression:
    @pytest.fixture(autouse=True)
    def _rows(self):
        add(*[{"note": "the same words " * 50}] * 200)

    def test_every_column_of_parquet_is_zstd(self, client):
        groups = pq.ParquetFile(io.BytesIO(body(client, "/api/transfers.parquet"))).metadata.row_group(0)
        assert {groups.column(number).compression for number in range(groups.num_columns)} == {"ZSTD"}

    def test_arrow_is_zstd(self, client):
        data = body(client, "/api/transfers.arrow")
        assert b"\x28\xb5\x2f\xfd" in data
        assert len(data) < 100_000


@pytest.mark.usefixtures("register")
class TestWorkbook:
    def test_its_sheets_are_the_rows_what_they_answer_and_their_dictionary(self, client):
        names = [name for name, _ in sheets(body(client, "/api/transfers.xlsx"))]
        assert names == ["transfers", "About", "Dictionary"]

    @pytest.mark.parametrize("resource", ["claims", "parties", "systems", "sources", "fields"])
    def test_the_first_sheet_has_the_name_of_the_resource(self, client, resource):
        assert sheets(body(client, f"/api/{resource}.xlsx"))[0][0] == resource

    def test_it_opens_however_long_the_key_of_a_transfer_is(self, client):
        factories.published("k" * 120)
        assert len(sheets(body(client, f"/api/transfers/{'k' * 120}.xlsx"))[0][1]) == 2

    def test_about_says_what_it_answers(self, client):
        address = "/api/transfers.xlsx?system=S-400"
        lines = dict(sheets(body(client, address)))["About"]
        texts = [cell(line[1]) for line in lines]
        time = Revision.objects.get(sequence=2).time.isoformat().replace("+00:00", "Z")
        assert {f"http://testserver{address}", "2", "1", time, LICENCE} <= set(texts)
        assert any(text.startswith("arms_registry, revision 2") for text in texts)

    def test_the_dictionary_describes_each_column(self, client):
        lines = dict(sheets(body(client, "/api/transfers.xlsx?fields=key,tiv_unit,disputed")))["Dictionary"]
        chosen = [item for item in fields.ROW if item.name in ("key", "tiv_unit", "disputed")]
        described = [[item.name, str(item.type), item.description, item.unit] for item in chosen]
        assert lines == [["name", "type", "description", "unit"], *described]

    def test_dates_are_dates_where_a_spreadsheet_knows_them(self, client, path):
        days = [date(33, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2020, 2, 29), date(9999, 12, 31)]
        add(*({"date_agreed_earliest": day} for day in days))
        query = "fields=key,date_agreed_earliest&key__contains=row-"
        lines = sheets(body(client, f"/api/transfers.xlsx?{query}"))[0][1]
        assert [line[1] for line in lines[1:]] == ["0033-01-01", "1900-02-28", *days[2:]]

    def test_numbers_are_numbers(self, client, path):
        add({"quantity_ordered_min": -5, "deal_value_min": 2**53, "tiv_unit": 12.5})
        query = "fields=quantity_ordered_min,deal_value_min,tiv_unit&key=row-000001"
        assert sheets(body(client, f"/api/transfers.xlsx?{query}"))[0][1][1] == [-5, 2**53, 12.5]

    def test_no_cell_is_a_formula_or_a_link(self, client, path):
        texts = ["=1+1", "{=1+1}", "+1", "@SUM(A1)", "http://example.org", "mailto:a@example.org",
                 "5", "true", "internal:About!A1", "external:c:\\a.xlsx", "#REF!"]  # fmt: skip
        add(*({"note": text} for text in texts))
        data = body(client, "/api/transfers.xlsx?fields=key,note&key__contains=row-")
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            names = [name for name in book.namelist() if name.startswith("xl/worksheets/")]
            tags = {element.tag.rpartition("}")[2] for name in names
                    for element in ElementTree.fromstring(book.read(name)).iter()}  # fmt: skip
        assert not tags & {"f", "hyperlink", "hyperlinks"}
        assert [line[1] for line in sheets(data)[0][1][1:]] == texts

    @pytest.mark.parametrize("letter", ["ж", "🚀"])
    def test_a_text_too_long_for_a_cell_is_cut_and_says_so(self, client, letter):
        add({"note": letter * 40_000}, {"note": "x" * 32_767})
        query = "fields=note&key__contains=row-"
        _, [cut], [whole] = sheets(body(client, f"/api/transfers.xlsx?{query}"))[0][1]
        assert cut.startswith(letter * 16_000)
        assert len(cut.encode("utf-16-le")) // 2 <= 32_767
        assert re.search("cut|truncated|shortened", cut)
        assert whole == "x" * 32_767

    def test_control_characters_leave_it_whole(self, client, path):
        text = "a" + "".join(map(chr, range(1, 32))) + "\x7f\ufffe\uffff_x0041_z"
        add({"note": text}, {"note": "after"})
        data = body(client, "/api/transfers.xlsx?fields=note&key__contains=row-")
        _, [read], [after] = sheets(data)[0][1]
        assert (read[0], read[-1], after) == ("a", "z", "after")


@pytest.mark.django_db(transaction=True)
def test_where_no_file_can_be_kept_the_answer_says_what_can_be_asked(client, settings, monkeypatch, tmp_path):
    monkeypatch.setattr("transfers.exports.formats.SMALL", 0)
    factories.published("one")
    (tmp_path / "exports").write_text("a file where the folder should be")
    settings.EXPORTS_DIR = tmp_path / "exports"
    answer = client.get("/api/transfers.csv")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert "ask for fewer rows at a time" in answer.json()["detail"]


class TestProcess:
    @pytest.fixture
    def parts(self, client):
        """Yield an answer of 20,000 rows, its first part read, and the processes it started."""
        add({"note": "words " * 50})
        multiply(20_000)
        before = children()
        answer = client.get("/api/transfers.csv")
        content = iter(answer)
        next(content)
        yield answer, content, children() - before
        answer.close()

    @pytest.mark.django_db(transaction=True)
    def test_where_it_dies_midway_the_answer_breaks_off(self, parts):
        _, content, started = parts
        assert started
        for pid in started:
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(Exception, match=r"."):
            b"".join(content)

    @pytest.mark.django_db(transaction=True)
    def test_it_ends_when_its_reader_leaves(self, parts):
        answer, _, started = parts
        answer.close()
        until = time.monotonic() + 10
        while started & children() and time.monotonic() < until:
            time.sleep(0.05)
        assert not started & children()

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("path", ["large"], indirect=True)
    def test_what_is_published_on_the_way_is_not_in_it(self, client, path, monkeypatch):
        factories.published("a-first")
        open_file = files.streaming.open_file

        def meanwhile(*arguments):
            factories.published("b-second", recipient="IND")
            return open_file(*arguments)

        monkeypatch.setattr(files.streaming, "open_file", meanwhile)
        answer = client.get("/api/transfers.csv")
        keys = [row[0] for row in table("csv", answer.getvalue())[1]]
        assert (keys, answer["Registry-Revision"]) == (["a-first"], "1")
