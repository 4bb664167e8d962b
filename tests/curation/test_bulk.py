"""Records by the file: which row is which record, what is refused, and what follows from a change."""

import csv
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from tests.support import factories
from transfers.curation.spreadsheets import files
from transfers.curation.spreadsheets.files import FORMATS, Sheet, build_sheet, read_csv, read_xlsx
from transfers.curation.spreadsheets.layouts import LAYOUTS
from transfers.curation.spreadsheets.records import import_sheet
from transfers.models import Party, Quantity, RegistryRow, Revision, Source, System, Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return User.objects.create_superuser("curator")


def run(model, table, user=None, reason="A list came in", **options):
    """Import rows given as lists, the header first, or as a sheet."""
    sheet = table if isinstance(table, Sheet) else build_sheet(enumerate(table, 1))
    LAYOUTS[model].check_header(sheet.header)
    return import_sheet(model, sheet, user, reason, **options)


def exported(model, name):
    return FORMATS[name].write(LAYOUTS[model].export(model.objects.all()))


def faults(report):
    return {row.number: row.messages for row in report.faults}


SOURCE = ["key", "publisher", "title", "published", "reliability"]
QUANTITY = "transfer source measure minimum maximum unit as_of locator excerpt credibility preferred".split()


def claim(transfer, source="gazette", minimum="6", locator="¶1", preferred=""):
    factories.source("gazette")
    return [
        transfer.key, source, "ordered", minimum, minimum, "system", "", locator, "six systems", "2",
        preferred,
    ]  # fmt: skip


def test_a_row_without_a_record_adds_one():
    run(Source, [SOURCE, ["gazette", "The Gazette", "A sale", "2019", "B"]])
    assert Source.objects.get().title == "A sale"


def test_a_row_with_a_record_changes_it():
    factories.source("gazette")
    run(Source, [SOURCE, ["gazette", "The Gazette", "Another", "2019", "B"]])
    assert Source.objects.get().title == "Another"


def test_an_unchanged_row_leaves_no_history():
    source = factories.source("gazette")
    run(Source, [["key", "title"], ["gazette", source.title]])
    assert source.history.count() == 1


def test_an_empty_cell_is_an_empty_text():
    factories.source("gazette", note="A note")
    run(Source, [["key", "note"], ["gazette", ""]])
    assert Source.objects.get().note == ""


def test_a_column_that_is_not_there_stays():
    factories.source("gazette", note="A note")
    run(Source, [["key", "title"], ["gazette", "Another"]])
    assert Source.objects.get().note == "A note"


def test_cells_are_trimmed():
    run(Source, [SOURCE, [" gazette ", "The Gazette", "A sale\n", "2019", "B"]])
    assert Source.objects.get(key="gazette").title == "A sale"


def test_history_has_user_and_reason(user):
    run(Source, [SOURCE, ["gazette", "The Gazette", "A sale", "2019", "B"]], user)
    copy = Source.history.get()
    assert (copy.history_user, copy.history_change_reason) == (user, "A list came in")


def test_one_bad_row_keeps_all_out():
    run(Source, [SOURCE, ["a", "P", "T", "2019", "B"], ["b", "P", "T", "2019-13", "B"]])
    assert not Source.objects.exists()


BAD = {
    "a date that is none": ({"published": "2019-13"}, "published", "13 is no month"),
    "a wrong choice": ({"reliability": "G"}, "reliability", "'G' is none of: A, B"),
    "a missing text": ({"title": ""}, "title", "cannot be blank"),
    "a digest that is none": ({"sha256": "abc"}, "__all__", "64 lower-case"),
    "a day that is none": ({"retrieved": "2019-10"}, "retrieved", "is not one day, such as 2019-10-24"),
}


@pytest.mark.parametrize(("changed", "column", "message"), BAD.values(), ids=BAD)
def test_a_fault_is_told_with_row_and_column(changed, column, message):
    row = dict(zip(SOURCE, ["gazette", "P", "T", "2019", "B"], strict=True)) | changed
    messages = faults(run(Source, [list(row), list(row.values())]))
    assert message in " ".join(messages[2][column])


def test_a_blank_row_counts_as_a_row():
    messages = faults(run(Source, [SOURCE, [""] * 5, ["b", "P", "T", "2019-13", "B"]]))
    assert 3 in messages


def test_an_excerpt_that_quotes_is_refused():
    row = claim(factories.transfer())
    row[8] = "one " * 13
    assert "at most 12" in str(faults(run(Quantity, [QUANTITY, row]))[2]["excerpt"])


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("6.5", "is not a whole number"),
        ("-1", "not negative"),
        ("٦", "write 6, 5-7"),
        ("dozens", "says no number"),
        ("5-7", "is not one number"),
        ("about 30", "the column has the number alone"),
        ("$6", "a count has no currency"),
    ],
)
def test_what_is_no_whole_number_is_refused(number, message):
    messages = faults(run(Quantity, [QUANTITY, claim(factories.transfer(), minimum=number)]))
    assert message in str(messages[2]["minimum"])


@pytest.mark.parametrize("number", ["1,500", "1 500", "1.5 thousand", "fifteen hundred"])
def test_a_number_is_read_as_people_write_it(number):
    run(Quantity, [QUANTITY, claim(factories.transfer(), minimum=number)])
    assert Quantity.objects.get().minimum == 1500


@pytest.mark.parametrize("published", ["24.10.2019", "24 October 2019", "2019-10-24"])
def test_a_date_is_read_as_people_write_it(published):
    run(Source, [SOURCE, ["a", "P", "T", published, "B"]])
    assert Source.objects.get().published == "2019-10-24"


def test_an_unknown_relation_is_told_with_what_was_perhaps_meant():
    messages = faults(run(Quantity, [QUANTITY, claim(factories.transfer(), source="gazete")]))
    assert messages[2]["source"] == ["There is no source 'gazete'. Did you mean 'gazette'?"]


def test_neither_true_nor_false_is_refused():
    messages = faults(run(Quantity, [QUANTITY, claim(factories.transfer(), preferred="maybe")]))
    assert messages[2]["preferred"] == ["'maybe' is neither true nor false."]


def test_a_second_row_of_a_record_names_the_first():
    row = ["gazette", "P", "T", "2019", "B"]
    messages = faults(run(Source, [SOURCE, row, row]))
    assert messages[3]["__all__"] == ["The record appears twice in the file, first in row 2."]


HEADERS = {
    "a missing column": (["title"], "The column key is missing."),
    "an unknown column": (["key", "titel"], "'titel' is not a column of sources. Did you mean 'title'?"),
    "the state": (["key", "state"], "'state' is not a column of sources."),
    "an id": (["key", "id"], "'id' is not a column of sources."),
    "a column twice": (["key", "title", "title"], "The column title appears twice."),
}


@pytest.mark.parametrize(("header", "message"), HEADERS.values(), ids=HEADERS)
def test_a_fault_of_the_header_is_told(header, message):
    with pytest.raises(ValidationError, match=message.replace("?", r"\?")):
        run(Source, [header, ["x"] * len(header)])


def test_aliases_are_replaced_by_those_of_the_cell():
    factories.party("RUS", aliases=("Russian Federation", "USSR"))
    run(Party, [["code", "aliases"], ["RUS", "Russian Federation|Россия"]])
    assert set(Party.objects.get().aliases.values_list("name", flat=True)) == {"Russian Federation", "Россия"}


def test_aliases_of_systems_have_types():
    factories.system("s-400")
    run(System, [["slug", "aliases"], ["s-400", "nato:SA-21|Triumf"]])
    assert set(System.objects.get().aliases.values_list("type", "name")) == {
        ("nato", "SA-21"), ("other", "Triumf"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "message"),
    [("otan:SA-21", "none of: nato"), ("nato:A|nato:A", "appears twice"), ("nato:A||", "A name is empty")],
)
def test_a_bad_alias_is_told(cell, message):
    factories.system("s-400")
    assert message in str(faults(run(System, [["slug", "aliases"], ["s-400", cell]]))[2])


def test_a_removed_alias_leaves_history(user):
    factories.party("RUS", aliases=("USSR",))
    run(Party, [["code", "aliases"], ["RUS", ""]], user)
    from transfers.models import PartyAlias

    assert PartyAlias.history.filter(history_type="-").get().history_change_reason == "A list came in"


def test_a_family_may_stand_below_its_variant():
    header = ["slug", "name", "category", "description", "variant_of"]
    run(System, [header, ["b", "B", "other", "x", "a"], ["a", "A", "other", "x", ""]])
    assert System.objects.get(slug="b").variant_of.slug == "a"


def test_two_systems_that_are_variants_of_each_other_are_refused():
    factories.system("a")
    factories.system("b")
    messages = faults(run(System, [["slug", "variant_of"], ["a", "b"], ["b", "a"]]))
    assert "variant of its own variant" in str(messages)


def test_a_changed_source_shows_in_public():
    transfer = factories.published()
    source = transfer.quantities.get().source
    run(Source, [["key", "publisher"], [source.key, "The Daily Gazette"]])
    assert Revision.objects.filter(key=transfer.key).count() == 2


@pytest.mark.parametrize("state", ["published", "in_review", "withdrawn"])
def test_a_transfer_whose_claim_changed_is_a_draft(user, state):
    transfer = factories.published()
    Transfer.objects.update(state=state)
    run(Quantity, [QUANTITY, claim(transfer)], user)
    assert Transfer.objects.get().state == "draft"


def test_an_import_of_claims_changes_nothing_in_public(user):
    transfer = factories.published()
    run(Quantity, [QUANTITY, claim(transfer, minimum="99")], user)
    assert RegistryRow.objects.current().get().quantity_ordered_max == 6


def test_an_unchanged_claim_leaves_its_transfer_published(user):
    transfer = factories.published()
    run(Quantity, read_csv(exported(Quantity, "csv")), user)
    transfer.refresh_from_db()
    assert transfer.state == "published"


def test_who_may_not_revise_imports_no_claim():
    transfer = factories.published()
    result = run(Quantity, [QUANTITY, claim(transfer)], User.objects.create_user("nobody"))
    assert "not allowed to revise" in result.refusal
    assert Quantity.objects.count() == 1


def test_the_preference_moves_in_one_file(user):
    transfer = factories.transfer()
    run(Quantity, [QUANTITY, claim(transfer, preferred="true"), claim(transfer, locator="¶2")], user)
    run(
        Quantity,
        [QUANTITY, claim(transfer, locator="¶2", preferred="true"), claim(transfer, preferred="no")],
        user,
    )
    assert Quantity.objects.get(preferred=True).locator == "¶2"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("model", LAYOUTS, ids=lambda model: model.__name__)
def test_what_is_exported_is_imported_without_a_change(name, model):
    factories.party("RUS", aliases=("Россия", "=1+1"))
    factories.system("s-400", aliases=("SA-21",))
    transfer = factories.published()
    source = factories.source(
        "gazette", title="=cmd|'!A1", note="One\r\ntwo ", publisher="'=x", authors="'quoted'"
    )
    factories.quantity(
        "delivered", transfer=transfer, source=source, minimum=None, locator="@1", excerpt="-5"
    )
    factories.date(transfer=transfer, source=source)
    factories.valuation(transfer=transfer, source=source)
    factories.valuation("tiv_ordered", "12.5", transfer=transfer, source=source)
    sheet = FORMATS[name].read(exported(model, name))
    report = run(model, sheet)
    assert (faults(report), report.unchanged) == ({}, len(sheet.rows))


@given(text=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip))
def test_any_cell_comes_back(text):
    assert files.unguarded(files.guarded(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "'=1", "''=1"])
def test_no_exported_cell_is_run(text):
    factories.source("gazette", title=text)
    written = exported(Source, "csv").decode("utf-8-sig")
    assert next(csv.DictReader(StringIO(written)))["title"] == f"'{text}"


def csv_of(text, encoding="utf-8"):
    return read_csv(text.encode(encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_encoding_that_says_what_it_is_is_read(encoding):
    assert csv_of("key,title\na,Große\n", encoding).rows == [(2, {"key": "a", "title": "Große"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_spreadsheets_delimiters_are_read(delimiter):
    assert csv_of(f"key{delimiter}title\na{delimiter}b\n").header == ["key", "title"]


UNREADABLE = {
    "cp1252": ("key,title\na,b\na,Große\n".encode("cp1252"), "Line 3 is not UTF-8"),
    "UTF-16 without a mark": ("key,title\na,b\n".encode("utf-16-le"), "Line 1 has characters that were lost"),
    "garbage in the middle": (b"key,title\na,\xc3\xa4\nb,\xff\xfe\n", "Line 3 is not UTF-8"),
    "half a UTF-16 file": (b"\xff\xfek\x00e", "is not UTF-8"),
    "a lost letter": ("key,title\na,Gro\ufffde\n".encode(), "Line 2 has characters that were lost"),
    "nothing": (b"", "The file is empty"),
    "blank lines": (b"\n\n", "The file is empty"),
    "a header only": (b"key,title\n", "a header but no rows"),
    "an open quote": (b'key,title\na,"b\n', "is not CSV"),
    "a row too short": (b"key,title\na\n", "Row 2 has 1 cells; the header has 2."),
    "a row too long": (b"key,title\na,b,c\n", "Row 2 has 3 cells; the header has 2."),
    "a workbook": (b"PK\x03\x04...", "is a workbook"),
    "too many rows": (b"key\n" + b"a\n" * 50_001, "more than 50,000 rows"),
    "a cell without end": (b"key\n" + b"a" * 200_000, "is not CSV"),
}


@pytest.mark.parametrize(("content", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_refused_in_words(content, message):
    with pytest.raises(ValidationError, match=message):
        read_csv(content)


def book(*rows, sheets=1, number_format=None):
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if number_format:
        workbook.active["B2"].number_format = number_format
    for _ in range(sheets - 1):
        workbook.create_sheet()
    file = BytesIO()
    workbook.save(file)
    return file.getvalue()


def bomb():
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (files.LARGEST_UNPACKED + 1))
    return file.getvalue()


def archive():
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("a.txt", "b")
    return file.getvalue()


BOOKS = {
    "a formula": (lambda: book(["key", "title"], ["a", "=1+1"]), "Cell B2 is a formula"),
    "an error": (lambda: book(["key", "title"], ["a", "#N/A"]), "Cell B2 is an error"),
    "a month": (
        lambda: book(["key", "x"], ["a", date(2019, 10, 1)], number_format="mmm-yy"),
        "Cell B2 is a date",
    ),
    "a time": (lambda: book(["key", "x"], ["a", datetime(2019, 10, 1, 5)]), "Cell B2 is a date"),
    "a long number": (lambda: book(["key", "x"], ["a", 10**16]), "more than 15 digits"),
    "two sheets": (lambda: book(["key"], ["a"], sheets=2), "has 2 sheets"),
    "nothing": (book, "The file is empty"),
    "an archive": (archive, "not an XLSX workbook"),
    "a bomb": (bomb, "unpacks to too much"),
    "no archive": (lambda: b"key,title\na,b\n", "not an XLSX workbook"),
}


@pytest.mark.parametrize(("content", "message"), BOOKS.values(), ids=BOOKS)
def test_a_workbook_that_has_no_one_reading_is_refused(content, message):
    with pytest.raises(ValidationError, match=message):
        read_xlsx(content())


@pytest.mark.parametrize(
    ("cell", "read"),
    [(2019, "2019"), (6.0, "6"), (12.5, "12.5"), (True, "true"), (date(2019, 10, 1), "2019-10-01")],
)
def test_a_workbooks_cell_is_read_as_it_is_shown(cell, read):
    assert read_xlsx(book(["key", "x"], ["a", cell])).rows == [(2, {"key": "a", "x": read})]


def test_two_thousand_rows_are_taken():
    header = SOURCE
    rows = [[f"s-{number}", "P", "T", "2019", "B"] for number in range(2_000)]
    assert len(run(Source, [header, *rows], store=False).added) == 2_000
