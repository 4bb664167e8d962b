"""Registers as other programs save them: line ends, separators, quotation marks, and broken records."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.registers.test_trade_register import DEAL, HEADING, WHOLE, file, stated
from tests.support.registers import HEADER_A, deals, write_delivery_years, write_trade_register
from transfers.registers.reading import read_file, read_register

CASES = Path(__file__).parent / "cases"
DEALS = [replace(deal, comments=deal.comments.replace("\n", " ")) for deal in deals(40, seed=11)]
BEGIN, REST = WHOLE.split(",")[:13], ["", *WHOLE.split(",")[13:]]
WITHOUT_TIV = ",".join([*BEGIN, "", "", ""])


def save(rows, **options):
    """Return the rows as a spreadsheet saves them."""
    text = io.StringIO()
    csv.writer(text, **options).writerows(rows)
    return text.getvalue().encode()


def list_rows(written):
    text = write_trade_register(written, encoding="utf-8", preamble=()).decode()
    return [line.split(",") for line in text.splitlines()]


def pad(cells, width=16):
    return ",".join([*cells, *[""] * (width - len(cells))])


def read_lines(*lines):
    """Return the lines and the outcome of each record."""
    register = read_register(file(*lines))
    return {deal.lines: deal for deal in register.deals}, [refused.lines for refused in register.refused]


# Line ends


def test_lines_may_end_in_cr():
    register = read_file(CASES / "lines-end-in-cr.csv")
    assert ([deal.lines for deal in register.deals], register.refused) == ([(2,), (3,)], [])


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n", "\r\r\n"])
def test_line_ends_change_nothing(ends):
    data = write_trade_register(DEALS, encoding="utf-8")
    assert read_register(data.replace(b"\n", ends.encode())).deals == read_register(data).deals


def test_line_ends_may_be_mixed():
    data = write_delivery_years(DEALS, encoding="utf-8", preamble=()).decode().split("\n")
    mixed = "".join(line + ("\r", "\n", "\r\n")[place % 3] for place, line in enumerate(data[:-1]))
    assert read_register(mixed.encode()).deals == read_register("\n".join(data).encode()).deals


def test_broken_comment_may_be_broken_by_another_line_end():
    data = write_trade_register([replace(DEAL, comments="a\rb\nc")], newline="\r\n")
    assert read_register(data).deals[0].comments == "a\nb\nc"


# Quotation marks


def test_quotation_marks_of_csv_are_no_part_of_a_value():
    register = read_file(CASES / "saved-by-a-spreadsheet.csv")
    assert [deal.designation for deal in register.deals] == ['Quill-7 "Feather"', "Quill-8"]
    assert [deal.comments for deal in register.deals] == [
        'For the "Ink" programme',
        "part of a deal, with spares",
    ]


@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_quoted_cells_come_back_as_they_were(quoting, end):
    written = [
        replace(deal, comments=f'"{deal.comments}", or\nnot', designation=f'{deal.designation} "x"')
        for deal in DEALS
    ]
    rows = [
        [*row[:6], deal.designation, *row[7:12], deal.comments, *row[13:]]
        for deal, row in zip(written, list_rows(DEALS)[1:], strict=True)
    ]
    register = read_register(save([HEADER_A, *rows], quoting=quoting, lineterminator=end))
    assert (stated(register.deals), register.refused) == (stated(written), [])


def test_only_a_line_break_may_need_the_quotation_marks():
    register = read_register(file(WHOLE.replace("Aid", '"First\nsecond"'), WHOLE))
    assert [(deal.lines, deal.comments) for deal in register.deals] == [
        ((2, 3), "First\nsecond"),
        ((4,), "Aid"),
    ]


@pytest.mark.parametrize("comment", ['"Aid', 'An "Aid"', '"Aid" or "gift"'])
def test_quotation_marks_of_a_file_that_does_not_quote_are_its_own(comment):
    assert read_register(file(WHOLE.replace("Aid", comment))).deals[0].comments == comment


@pytest.mark.parametrize(("whole", "place"), [("Aid", 12), ("K-52M", 6), ("Soviet Union", 1)])
def test_quotation_marks_that_no_cell_needs_are_no_part_of_a_value(whole, place):
    register = read_register(file(WHOLE.replace(whole, f'"{whole}"'), WHOLE))
    assert stated(register.deals) == stated([DEAL, DEAL])


def test_quotation_mark_that_is_not_closed_refuses_its_record_alone():
    lines = (WHOLE.replace("Aid", '"a, b"'), WHOLE.replace("Aid", '"a'), WHOLE, WHOLE.replace("Aid", '"c"'))
    by_lines, refused = read_lines(*lines)
    assert (list(by_lines), refused) == ([(2,), (4,), (5,)], [(3,)])


def test_unquoted_break_in_a_file_that_quotes_is_joined():
    by_lines, refused = read_lines(
        WHOLE.replace("Aid", '"a, b"'), ",".join(BEGIN), ",".join(["more", *REST[1:]])
    )
    assert (by_lines[3, 4].comments, refused) == ("Aid\nmore", [])


def test_lines_that_became_single_cells_are_unwrapped():
    rows = write_trade_register(deals(40, seed=11), encoding="utf-8").decode().split("\n")
    register = read_register(save([[row] for row in rows]))
    assert (stated(register.deals), register.refused) == (stated(deals(40, seed=11)), [])


def test_preamble_is_read_without_its_quotation_marks_and_commas():
    preamble = [
        "sep=,",
        '"Arms, invented",,',
        "\"For the year range '2020' to '2022'\",,",
        '"Data generated: 9 May 2026",',
    ]
    register = read_register("\n".join([*preamble, HEADING, WHOLE, ""]).encode())
    assert (register.title, register.generated.day, register.last_year) == ("Arms, invented", 9, 2022)


# Separators


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_cells_may_be_parted_by_another_sign(separator):
    register = read_register(save(list_rows(DEALS), delimiter=separator))
    assert (stated(register.deals), register.refused) == (stated(DEALS), [])


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_cells_by_delivery_year_may_be_parted_by_another_sign(separator):
    data = write_delivery_years(DEALS, encoding="utf-8", preamble=())
    register = read_register(data.replace(b",", separator.encode()))
    assert register.deals == read_register(data).deals


def test_semicolons_that_are_not_quoted_are_refused_not_guessed():
    register = read_register(file(WHOLE, header=HEADING).replace(b",", b";"))
    assert (register.deals, len(register.refused)) == ([], 1)


def test_decimal_comma_is_read_where_it_can_part_no_thousands():
    cells = [*WHOLE.split(",")[:13], "1,25", "50,0", "0,375"]
    deal = read_register(save([HEADER_A, cells], delimiter=";")).deals[0]
    assert (deal.tiv_unit, deal.tiv_ordered, deal.tiv_delivered) == (
        Decimal("1.25"),
        Decimal(50),
        Decimal("0.375"),
    )


@pytest.mark.parametrize("cell", ["1,250", "12,000", "1.250,5", "1,2,3"])
def test_comma_that_may_part_thousands_is_refused(cell):
    assert read_register(save([HEADER_A, [*WHOLE.split(",")[:15], cell]], delimiter=";")).deals == []


def test_years_of_delivery_may_be_parted_by_commas():
    cells = WHOLE.replace("1979; 1981", "1979_ 1981").split(",")
    cells[10] = "1979, 1981"
    assert read_register(save([HEADER_A, cells], delimiter="\t")).deals[0].delivery_years == (1979, 1981)


# Halves


def test_halves_that_a_spreadsheet_padded_are_one_record():
    first, second = read_file(CASES / "split-record-padded.csv").deals
    assert (first.lines, first.delivered, first.tiv_delivered) == ((2, 3), 3, Decimal("0.75"))
    assert (second.lines, second.tiv_delivered) == ((4,), Decimal(4))


@pytest.mark.parametrize(
    "lines",
    [
        [pad(BEGIN), pad(REST)],
        [pad(BEGIN), ",".join(REST)],
        [",".join(BEGIN), pad(REST)],
    ],
    ids=["both", "the first", "the second"],
)
def test_either_half_may_be_padded(lines):
    by_lines, refused = read_lines(*lines, WHOLE)
    assert by_lines[2, 3].tiv_delivered == DEAL.tiv_delivered
    assert (by_lines[2, 3].comments, list(by_lines), refused) == ("Aid", [(2, 3), (4,)], [])


def test_record_in_three_padded_parts_is_one_record():
    by_lines, refused = read_lines(pad(BEGIN), pad(["b"]), pad([]), pad(["c", *REST[1:]]), WHOLE)
    assert (by_lines[2, 3, 4, 5].comments, refused) == ("Aid\nb\n\nc", [])


def test_padded_rest_without_figures_leaves_the_next_record_alone():
    by_lines, refused = read_lines(pad(BEGIN), pad(["more"]), WHOLE)
    assert (by_lines[2, 3].comments, by_lines[(4,)].tiv_delivered, refused) == (
        "Aid\nmore",
        DEAL.tiv_delivered,
        [],
    )


@pytest.mark.parametrize("rest", [pad(REST, 17), pad(REST, 15), "0.5,1", pad(["-7", "tank", "40", "", "30"])])
def test_half_that_nothing_can_be_joined_to_is_refused_with_the_other(rest):
    by_lines, refused = read_lines(WITHOUT_TIV, rest, WHOLE)
    assert (list(by_lines), refused) == ([(4,)], [(2,), (3,)])


def test_blank_line_between_halves_is_a_part_of_the_comment():
    by_lines, refused = read_lines(pad(BEGIN), "", pad(["b", *REST[1:]]), WHOLE)
    assert (by_lines[2, 3, 4].comments, refused) == ("Aid\n\nb", [])


def test_half_behind_a_blank_line_is_refused_with_the_other():
    by_lines, refused = read_lines(WITHOUT_TIV, "", pad(["b", "c", *REST[1:]]), WHOLE)
    assert (list(by_lines), refused) == ([(5,)], [(2,), (4,)])


def test_half_that_stands_elsewhere_refuses_all_that_may_be_the_other():
    by_lines, refused = read_lines(pad(BEGIN), WHOLE, pad(REST), WHOLE, WITHOUT_TIV)
    assert (list(by_lines), refused) == ([(3,), (5,)], [(4,), (2,), (6,)])


@pytest.mark.parametrize("begin", ["Hezbollah", pad(["Hezbollah"])])
def test_record_broken_in_its_first_cell_is_refused(begin):
    by_lines, refused = read_lines(begin, WHOLE.replace("Hezbollah ", ""), WHOLE)
    assert (list(by_lines), refused) == ([(4,)], [(2,), (3,)])


@pytest.mark.parametrize("place", [2, 6, 7, 8])
def test_record_broken_in_another_cell_is_refused(place):
    cells = WHOLE.split(",")
    by_lines, refused = read_lines(pad([*cells[:place], "x"]), pad(["y", *cells[place + 1 :]]), WHOLE)
    assert (list(by_lines), refused) == ([(4,)], [(2,), (3,)])


@pytest.mark.parametrize("place", [3, 4, 5])
def test_broken_record_by_delivery_year_is_refused(place):
    lines = write_delivery_years(DEALS[:1], encoding="utf-8", preamble=()).decode().splitlines()
    cells = lines[1].split(",")
    halves = [pad([*cells[:place], "x"], 17), pad(["y", *cells[place + 1 :]], 17)]
    assert read_register("\n".join([lines[0], *halves, ""]).encode()).deals == []


def test_record_without_figures_stands_beside_a_whole_one():
    by_lines, refused = read_lines(WITHOUT_TIV, WHOLE, WITHOUT_TIV, "", "A remark")
    assert (list(by_lines), refused) == ([(2,), (3,), (4,)], [(6,)])


# Headings


def test_deliveries_in_the_year_range_are_the_number_delivered():
    register = read_file(CASES / "header-of-autumn-2026.csv")
    assert (register.deals[0].delivered, register.deals[0].delivered_uncertain) == (40, True)
    assert register.header_names_range


def test_deliveries_in_the_year_range_are_read_by_delivery_year():
    data = write_delivery_years(DEALS, encoding="utf-8")
    renamed = data.replace(b",Numbers delivered,", b",Deliveries in the Year Range,")
    register = read_register(renamed)
    assert register.deals == read_register(data).deals
    assert (register.header_names_range, read_register(data).header_names_range) == (True, False)


def test_number_delivered_is_read_where_both_stand():
    header = HEADING.replace("Number delivered, ,", "Deliveries in the Year Range,Number delivered, ,")
    register = read_register(file(WHOLE.replace(",tank,", ",tank,7,"), header=header))
    assert (register.deals[0].delivered, register.header_names_range) == (30, False)
