"""Registers saved as XLSX workbooks: read like the CSV they were made of; what was changed is refused."""

import csv
import datetime
import io

import openpyxl
import pytest

from tests.registers.test_trade_register import HEADING, WHOLE, stated
from tests.support.registers import PREAMBLE, deals, write_delivery_years, write_trade_register
from transfers.registers.reading import Unreadable, read_file, read_register

DEALS = deals(40, seed=17)
CELLS = WHOLE.split(",")


def save_book(rows, *sheets):
    """Return a workbook of the rows, with numbers as numbers."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([parse_entry(cell) for cell in row])
    for name in sheets:
        book.create_sheet(name)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def parse_entry(cell):
    """Return what a spreadsheet stores for a cell that was entered."""
    if not isinstance(cell, str) or not cell.replace(".", "").isdecimal():
        return cell if cell != "" else None
    number = float(cell)
    return int(number) if number == int(number) else number


def split(data):
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def with_cell(place, value):
    return save_book([HEADING.split(","), [*CELLS[:place], value, *CELLS[place + 1 :]]])


@pytest.mark.parametrize("write", [write_trade_register, write_delivery_years])
def test_workbook_is_read_like_its_csv(write):
    data = write(DEALS, encoding="utf-8")
    book = read_register(save_book(split(data)))
    register = read_register(data)
    assert (book.deals, book.refused) == (register.deals, [])
    assert (book.title, book.generated) == (PREAMBLE[0], register.generated)
    assert (book.states_range, book.last_year) == (register.states_range, register.last_year)


def test_workbook_of_lines_that_were_not_split_is_read():
    data = write_trade_register(DEALS, encoding="utf-8")
    book = openpyxl.Workbook()
    for line in data.decode().split("\n"):
        book.active.append([line or None])
    content = io.BytesIO()
    book.save(content)
    assert stated(read_register(content.getvalue()).deals) == stated(DEALS)


def test_line_breaks_in_a_cell_are_kept():
    deal = read_register(with_cell(12, "a\r\n\nb")).deals[0]
    assert (deal.comments, deal.lines) == ("a\n\nb", (2,))


def test_other_sheets_are_left_alone():
    assert read_register(save_book([HEADING.split(","), CELLS], "Notes")).records == 1


def test_workbook_may_have_any_name(tmp_path):
    path = tmp_path / "register.csv"
    path.write_bytes(save_book([HEADING.split(","), CELLS]))
    assert read_file(path).deals[0].ordered == 40


@pytest.mark.parametrize("place", [0, 1, 6])
@pytest.mark.parametrize(
    "value",
    ["T?rkiye", "TÃ¼rkiye", datetime.datetime(2026, 3, 1), "=A1", "#NAME?", True, "two\nlines"],
)
def test_name_that_was_changed_is_refused(place, value):
    register = read_register(with_cell(place, value))
    assert (register.deals, register.refused[0].lines) == ([], (2,))


@pytest.mark.parametrize("value", ["=30+10", 1.5, -4, "40 or so", datetime.time(1, 2)])
def test_number_that_is_none_is_refused(value):
    assert "Number ordered holds" in read_register(with_cell(4, value)).refused[0].reason


@pytest.mark.parametrize("text", ["0.075", "0.00002", "1250.5"])
def test_fraction_is_read_as_it_was_entered(text):
    assert str(read_register(with_cell(13, text)).deals[0].tiv_unit) == text


@pytest.mark.parametrize(
    ("sheet", "words"), [([], "empty"), ([["a"]], "is the header of")], ids=["empty", "a word"]
)
def test_workbook_without_a_register_is_none(sheet, words):
    with pytest.raises(Unreadable, match=words):
        read_register(save_book(sheet))


def test_damaged_workbook_is_refused_in_a_sentence():
    content = save_book([HEADING.split(","), CELLS])
    with pytest.raises(Unreadable):
        read_register(content[: len(content) // 2] + content[len(content) // 2 + 9 :])
