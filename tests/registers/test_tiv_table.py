"""Tables of TIV: what is read of the old and of the new ones, and what is refused in words."""

import base64
import json
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest

from transfers.registers.reading import Unreadable
from transfers.registers.reading.tiv_table import Span, Subject, TivRow, parse_table, read_table

OLD = """"TIV of arms exports from Utopia, 2017-2019"
Generated: 14 March 2022

Figures are SIPRI Trend Indicator Values (TIVs) expressed in millions.
"A '0' indicates that the value of deliveries is less than 0.5m"

,2017,2018,2019,Total
Erewhon,8,,12,20
Lilliput,,0,,0
Total,8,0,12,20

Figures may not add up, due to rounding, 2022
"""
NEW = """Supplier,2017,2018,2019,2017-2019
Utopia,8,,12,20
Blefuscu,,0,3,3
"""


def parse(text):
    return parse_table(text.encode())


def refusal(text):
    with pytest.raises(Unreadable) as error:
        parse(text)
    return str(error.value)


def names(table):
    return [row.name for row in table.rows]


def with_title(title, heading=""):
    return parse(f'"{title}"\n{heading},2017,2018,Total\nErewhon,1,2,3\n').subject


# What is read


def test_an_old_table_has_rows_a_total_and_notes():
    table = parse(OLD)
    assert table.rows == (
        TivRow(8, "Erewhon", (Decimal(8), None, Decimal(12), Decimal(20))),
        TivRow(9, "Lilliput", (None, Decimal(0), None, Decimal(0))),
    )
    assert table.total == TivRow(10, "Total", (Decimal(8), Decimal(0), Decimal(12), Decimal(20)))


def test_the_total_of_an_old_table_is_that_of_the_years_of_its_title():
    table = parse(OLD.replace("2017-2019", "2015-2019"))
    assert table.columns == (Span(2017, 2017), Span(2018, 2018), Span(2019, 2019), Span(2015, 2019))


def test_the_title_of_an_old_table_names_its_party():
    assert parse(OLD).subject == Subject("Utopia", "", "recipient", Span(2017, 2019), is_whole=True)


def test_a_new_table_says_who_its_rows_are_and_which_years_its_total_has():
    table = parse(NEW)
    assert table.subject == Subject(rows_are="supplier")
    assert (names(table), table.total) == (["Utopia", "Blefuscu"], None)
    assert [str(span) for span in table.columns] == ["2017", "2018", "2019", "2017-2019"]


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("TIV of arms imports to Erewhon, 2017-2018", ("", "Erewhon", "supplier", Span(2017, 2018), True)),
        ("TIV of arms exports from Viet Nam, 2017–2018",
         ("Viet Nam", "", "recipient", Span(2017, 2018), True)),
        ("TIV of arms imports to Erewhon", ("", "Erewhon", "supplier", None, True)),
        ("TIV of arms exports from all countries, 2017-2018", ("", "", "supplier", Span(2017, 2018), False)),
        ("TIV of arms exports from the top 50 largest exporters, 2017-2018",
         ("", "", "supplier", Span(2017, 2018), False)),
        ("TIV of arms imports to the top 10 largest importers", ("", "", "recipient", None, False)),
        ("Transfers of invented arms from All countries to Erewhon . Deals",
         ("", "Erewhon", "supplier", None, False)),
        ("Transfers of invented arms from Utopia to all.", ("Utopia", "", "recipient", None, False)),
        ("Invented values", ("", "", "", None, False)),
    ],
)  # fmt: skip
def test_a_title_tells_party_rows_and_years(title, subject):
    assert with_title(title) == Subject(*subject)


def test_the_heading_of_the_first_column_decides_who_the_rows_are():
    assert with_title("TIV of arms imports to Erewhon, 2017-2018", "Recipient") == Subject(
        "", "Erewhon", "recipient", Span(2017, 2018), is_whole=False
    )


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_are_read(separator):
    assert parse(NEW.replace(",", separator)).rows == parse(NEW).rows


def test_blank_columns_behind_the_table_are_no_columns():
    padded = "\n".join(f"{line},," for line in NEW.splitlines())
    assert parse(padded) == parse(NEW)


def test_cells_may_be_in_quotes_and_have_a_sign_for_thousands():
    assert parse('Supplier,2017,2018\n"Utopia","1,234",""\n').rows[0].values == (Decimal(1234), None)


def test_a_table_knows_how_many_digits_its_values_have():
    assert (parse(NEW).digits, parse(NEW.replace(",8,", ",8.25,")).digits) == (0, 2)


def test_a_row_of_nothing_is_a_row():
    assert parse("Supplier,2017,2018\nUtopia,,\n").rows == (TivRow(2, "Utopia", (None, None)),)


def test_an_envelope_of_a_table_is_read():
    wrapped = json.dumps({"bytes": base64.b64encode(NEW.encode()).decode()}).encode()
    assert parse_table(wrapped) == parse(NEW)


def test_a_table_is_read_from_its_file(tmp_path):
    (tmp_path / "table.csv").write_bytes(b"\xef\xbb\xbf" + NEW.replace("\n", "\r\n").encode())
    assert read_table(tmp_path / "table.csv") == parse(NEW)


def test_a_table_in_a_workbook_is_read():
    book = openpyxl.Workbook()
    for line in NEW.splitlines():
        book.active.append([int(cell) if cell.isdigit() else cell or None for cell in line.split(",")])
    content = BytesIO()
    book.save(content)
    assert parse_table(content.getvalue()) == parse(NEW)


# What is refused


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("Recipient,Supplier,Year of order\nErewhon,Utopia,2015\n", "is the header of a TIV table"),
        ("Country,2017,2018\nUtopia,1,2\n", "is the header of a TIV table"),
        ("Supplier,2017,2018\n", "has a header on line 1 but no row of a party"),
        ("Supplier,2017,2018\nTotal,1,2\n", "has a header on line 1 but no row of a party"),
        ("Supplier,2017,Sum\nUtopia,1,2\n", "Line 1: the heading 'Sum' is not a year or a total"),
        ("Supplier,2017,2018,2017\nUtopia,1,2,3\n", "Line 1 names the same years twice"),
        (NEW.replace(",8,", ",8x,"), "Line 2, 2017: '8x' is not a number"),
        (NEW.replace(",8,", ",-8,"), "Line 2, 2017: '-8' is not a number"),
        (NEW.replace("8,,12,20", "8,12,20"), "Line 2 has 4 cells where the header has 5"),
        (NEW.replace("8,,12,20", "8,,12,20,4"), "Line 2 has 6 cells where the header has 5"),
        (NEW.replace("Utopia", ""), "Line 2 has values but names no party"),
        (NEW.replace("Blefuscu", "utopia"), "'utopia' has a row on line 2 and another on line 3"),
        (NEW.replace("Blefuscu,", '"Blefuscu,'), "Line 3 has a quotation mark that is not closed"),
        (NEW.replace("8,,12,20", "x,,y,z"), "Line 2, 2017: 'x' is not a number"),
    ],
)
def test_what_is_no_table_is_refused_in_words(text, words):
    assert words in refusal(text)
