"""Registers as programs save them, in other shapes than the cases have: each is read right or refused."""

import csv
import io

import pytest

from tests.registers import test_ranges as ranges
from tests.support.registers import HEADER_A, write_delivery_years, write_trade_register
from transfers.registers.ranges import YearsUnknown
from transfers.registers.reading import Unreadable, read_register

DEAL = ranges.deal("Rossignol", 24, {2014: 6, 2016: 6, 2018: 12}, description="frigate")
CELLS = write_trade_register([DEAL], preamble=(), encoding="utf-8").decode().splitlines()[1].split(",")
BEGIN, REST = CELLS[:13], ["", *CELLS[13:]]


def save(*rows, separator=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    """Return a register of these rows as a program saves it."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows([HEADER_A, *rows])
    return text.getvalue().encode()


def fill(**cells):
    """Return the cells of the deal with these instead, by their places' names."""
    places = {"recipient": 0, "supplier": 1, "designation": 6, "comments": 12}
    row = list(CELLS)
    for name, cell in cells.items():
        row[places[name]] = cell
    return row


# Headings


@pytest.mark.parametrize(
    "heading",
    [
        "number delivered in the YEAR range",
        "  Deliveries  in the\u00a0Year Range ",
        "Deliveries within the Year Range",
        "Number of deliveries in the selected years",
        "Delivered in the year-range",
        "Number delivered (2016-2018)",
    ],
)
def test_number_delivered_in_a_range_is_read_and_its_years_are_asked_for(heading):
    header = [heading if name == "Number delivered" else name for name in HEADER_A]
    register = read_register("\n".join([",".join(header), ",".join(CELLS), ""]).encode())
    assert (register.deals[0].delivered, register.header_names_range) == (24, True)
    with pytest.raises(YearsUnknown):
        ranges.get_years(register)


@pytest.mark.parametrize(
    "heading", ["numbers DELIVERED in the year range", "Deliveries in the selected period"]
)
def test_numbers_delivered_in_a_range_are_read_by_delivery_year(heading):
    data = write_delivery_years([ranges.add_id(DEAL, 7)], preamble=(), encoding="utf-8").decode()
    register = read_register(data.replace("Numbers delivered", heading).encode())
    assert (register.deals[0].delivered, register.header_names_range) == (24, True)


@pytest.mark.parametrize("mark", ["?", "Unnamed: {}", "Column{}", "  "])
def test_heading_that_a_program_gave_a_column_without_one_is_none(mark):
    header = [name if name.strip() else mark.format(place) for place, name in enumerate(HEADER_A)]
    register = read_register("\n".join([",".join(header), ",".join(CELLS), ""]).encode())
    assert (register.deals[0].delivered, register.header_names_range) == (24, False)


def test_case_and_spaces_of_headings_mean_nothing():
    header = [f"  {name.upper()} " for name in HEADER_A]
    assert read_register("\n".join([",".join(header), ",".join(CELLS), ""]).encode()).deals[0].delivered == 24


# Line ends


@pytest.mark.parametrize("end", ["\r", "\r\n", "\r\r\n", "\n\r", "\r\n\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_line_ends_are_no_part_of_a_record(encoding, end):
    text = save(CELLS, fill(designation="Héron"), end=end).decode()
    register = read_register(text.encode(encoding))
    assert [deal.designation for deal in register.deals] == ["Rossignol", "Héron"]
    assert (register.deals[1].tiv_delivered, register.refused) == (12, [])


def test_a_preamble_may_end_its_lines_otherwise():
    data = b"For the year range 2016 to 2018\r\nData generated: 9 May 2025\n" + save(CELLS, CELLS, end="\r")
    register = read_register(data)
    assert (register.last_year, len(register.deals), register.refused) == (2018, 2, [])


def test_last_line_in_cr_may_lack_its_end():
    register = read_register(save(CELLS, CELLS, end="\r").rstrip(b"\r"))
    assert (len(register.deals), register.refused) == (2, [])


# Quotation marks and separators


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@pytest.mark.parametrize(
    "cells",
    [
        {"designation": 'Merle "Noir"{}2'},
        {"recipient": "Erewhon{} Isle of"},
        {"comments": 'Called "Geai"{} or\n"Pie"'},
    ],
)
def test_quotation_marks_are_taken_off_and_what_they_hold_is_kept(cells, quoting, separator):
    [(name, text)] = cells.items()
    text = text.format(separator)
    register = read_register(save(fill(**{name: text}), CELLS, separator=separator, quoting=quoting))
    assert [getattr(deal, name) for deal in register.deals] == [text, getattr(DEAL, name)]
    assert register.refused == []


@pytest.mark.parametrize("comment", ['"a \\"b\\", c"', ' "In, vented"'])
def test_marks_that_are_no_csv_refuse_their_record(comment):
    lines = [",".join(HEADER_A), ",".join(fill(comments=comment)), ",".join(CELLS), ""]
    register = read_register("\n".join(lines).encode())
    assert ([deal.lines for deal in register.deals], len(register.refused)) == ([(3,)], 1)


# Split and padded records


def pad(cells, blank=""):
    return [*cells, *[blank] * (len(HEADER_A) - len(cells))]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "parts",
    [
        [pad(BEGIN, " "), pad(REST, " ")],
        [pad(BEGIN), pad(["for", "", "", ""]), pad(["guards", *REST[1:]])],
        [pad(BEGIN), pad([]), pad(REST)],
        [BEGIN, pad(["for guards", *REST[1:]])],
    ],
    ids=["blanks", "three", "a blank line", "begin"],
)
def test_padded_parts_are_one_record(parts, separator):
    register = read_register(save(*parts, CELLS, separator=separator))
    assert [deal.tiv_delivered for deal in register.deals] == [12, 12]
    assert register.refused == []


@pytest.mark.parametrize(
    "rest",
    [
        pad(["", *REST]),
        [""] * 13 + REST[1:],
        [""] * 12 + ["for guards", *REST[1:]],
        pad(REST[1:]),
        pad(["for", "guards", *REST[1:]]),
    ],
    ids=["shifted", "under its columns", "with its text", "without its text", "a comma"],
)
def test_parts_that_cannot_be_joined_for_sure_are_refused(rest):
    register = read_register(save(pad(BEGIN), rest, CELLS))
    assert [deal.lines for deal in register.deals] == [(4,)]


# Encodings

NAMES = ("Türkiye", "Älvsborg", "Curaçao", "Réunion", "Łódź", "Çeşme")


def with_names():
    return save(*(fill(recipient=name) for name in NAMES)).decode()


@pytest.mark.parametrize("encoding", ["mac_roman", "cp850", "cp437"])
def test_text_in_another_encoding_is_refused_with_line_and_word(encoding):
    data = with_names().replace("Łódź", "Malmö").replace("Çeşme", "Española").encode(encoding)
    with pytest.raises(Unreadable, match=r"line 2 has 'T.*may be 'Türkiye'"):
        read_register(data)


@pytest.mark.parametrize("read_as", ["cp1252", "latin-1", "mac_roman", "cp850", "cp437"])
@pytest.mark.parametrize("times", [1, 2])
def test_text_that_was_encoded_twice_or_thrice_is_refused(times, read_as):
    data = with_names().encode()
    for _ in range(times):
        data = data.decode(read_as, "replace").encode()
    register = read_register(data)
    assert (register.deals, len(register.refused)) == ([], len(NAMES))


@pytest.mark.parametrize("errors", ["replace", "xmlcharrefreplace", "backslashreplace", "namereplace"])
def test_text_without_its_letters_is_refused(errors):
    register = read_register(with_names().encode("ascii", errors))
    assert (register.deals, len(register.refused)) == ([], len(NAMES))
    assert register.refused[0].reason.startswith("Line 2: Recipient holds 'T")


@pytest.mark.parametrize(
    "name", ["T%C3%BCrkiye", "T=C3=BCrkiye", "T\\u00fcrkiye", "T&uuml;rkiye", "T�rkiye", "T□rkiye"]
)
def test_name_with_a_code_for_a_letter_is_refused(name):
    assert read_register(save(fill(recipient=name))).deals == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_an_encoding_that_says_so_is_read(encoding):
    assert [deal.recipient for deal in read_register(with_names().encode(encoding)).deals] == list(NAMES)
