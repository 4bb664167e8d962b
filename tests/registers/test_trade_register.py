"""The trade register: what is read of it, in each shape that was seen, and what is refused in words."""

import re
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.registers import CONDITIONS, HEADER_A, PREAMBLE, deals, write_trade_register
from transfers.registers.reading import Deal, Unreadable, read_register
from transfers.registers.reading.damage import find_damage, mark_damage
from transfers.registers.reading.records import STATED

DEAL = Deal(
    lines=(13,),
    supplier="Soviet Union",
    recipient="Hezbollah (Lebanon)*",
    designation="K-52M",
    description="tank",
    year=1978,
    year_uncertain=True,
    ordered=40,
    delivered=30,
    delivered_uncertain=True,
    delivery_years=(1979, 1981),
    condition="second_hand",
    comments="Aid",
    tiv_unit=Decimal("1.25"),
    tiv_ordered=Decimal("50.00"),
    tiv_delivered=Decimal("37.50"),
)
WHOLE = write_trade_register([DEAL]).decode("cp1252").splitlines()[12]
HEADING = ",".join(HEADER_A)
#: Shapes that lose nothing; in the first two it takes a character that is not UTF-8 to know the encoding.
VARIANTS = {
    "export": {"preamble": ("Dépôt", *PREAMBLE)},
    "long preamble": {"preamble": ("Dépôt", *PREAMBLE * 4)},
    "UTF-8 with a mark, no preamble": {"encoding": "utf-8-sig", "preamble": ()},
    "CRLF and a semicolon": {"newline": "\r\n", "padding": 1, "encoding": "utf-8"},
    "dozens of semicolons": {"newline": "\r\n", "padding": 36, "encoding": "utf-8"},
    "more columns": {"extra": ("Added", "Added later"), "encoding": "utf-8"},
    "comments last": {"order": (6, 0, 1, 2, 3, 4, 5, 13, 7, 8, 9, 10, 11, 15, 14, 12), "encoding": "utf-8"},
    "comments first": {"order": (12, 0, 1, 2, 3, 4, 5, 13, 7, 8, 9, 10, 11, 15, 14, 6), "encoding": "utf-8"},
}


def signs(*more):
    """Signs of cp1252 but those that part, quote or damage cells and lines."""
    odd = [bytes([code]).decode("cp1252", "ignore") for code in (*range(32, 127), 0xA0, *range(0xDF, 256))]
    return st.sampled_from([each for each in odd if each not in ',"?'] + list(more))


NAMES = st.text(signs(), min_size=1, max_size=12).map(str.strip).filter(bool)
NAMES = NAMES.filter(lambda name: not find_damage(name))
TEXTS = st.text(signs("\n", "\n"), max_size=20).map(str.strip)
TEXTS = TEXTS.filter(lambda text: mark_damage(text) == text)
WHOLES = st.none() | st.integers(0, 2**31 - 1)
YEARS = st.integers(1900, 2100)
TIVS = st.none() | st.decimals(0, 10**12, places=3)
#: Where the last of several lines is a number, a record without a TIV is refused: its TIVs may be displaced.
COMMENTS = TEXTS.filter(lambda text: re.search(r"\n[0-9.,]+$", text) is None)
DEALS = st.builds(
    Deal,
    lines=st.just(()),
    supplier=NAMES,
    recipient=NAMES,
    designation=NAMES,
    description=st.just("") | NAMES,
    year=st.none() | YEARS,
    year_uncertain=st.booleans(),
    ordered=WHOLES,
    ordered_uncertain=st.booleans(),
    delivered=WHOLES,
    delivered_uncertain=st.booleans(),
    delivery_years=st.sets(YEARS, max_size=3).map(sorted).map(tuple),
    condition=st.sampled_from(sorted(CONDITIONS)),
    comments=COMMENTS,
    tiv_unit=TIVS,
    tiv_ordered=TIVS,
    tiv_delivered=TIVS,
)


def stated(deals):
    return [[getattr(deal, name) for name in STATED] for deal in deals]


def with_cells(**cells):
    """Return a register of the one deal, with these cells instead, by heading (`_` for a space)."""
    row = dict(zip(enumerate(HEADER_A), WHOLE.split(","), strict=True))
    for heading, cell in cells.items():
        place = next(key for key in row if key[1] == heading.replace("_", " "))
        row[place] = cell
    return file(",".join(row.values()))


def file(*lines, header=HEADING, end="\n"):
    return ("\n".join([header, *lines]) + end).encode("cp1252")


def reason(data):
    (refused,) = read_register(data).refused
    return refused.reason


# What is read


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS.keys())
@given(st.lists(DEALS, min_size=1, max_size=4))
@settings(max_examples=50)
def test_deals_come_back_as_they_were_written(variant, written):
    if variant.get("padding"):  # here a text's own semicolon at a line's end is one of the padding's
        written = [replace(deal, comments=deal.comments.replace(";", ".")) for deal in written]
    register = read_register(write_trade_register(written, **variant))
    assert (stated(register.deals), register.refused) == (stated(written), [])


@pytest.mark.parametrize("variant", [{}, *VARIANTS.values()], ids=["plain", *VARIANTS.keys()])
def test_invented_register_is_read_whole(variant):
    written = deals(300, seed=7)
    assert stated(read_register(write_trade_register(written, **variant)).deals) == stated(written)


def test_deal_knows_its_line():
    assert read_register(write_trade_register([DEAL])).deals == [DEAL]


def test_deal_split_by_its_comment_knows_its_lines():
    first, second = read_register(write_trade_register([replace(DEAL, comments="\na\n\nb\n"), DEAL])).deals
    assert (first.lines, first.comments, second.lines) == ((13, 14, 15, 16, 17), "a\n\nb", (18,))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("18 May 2026 2:29:20 PM", datetime(2026, 5, 18, 14, 29, 20)),
        ("18 May 2026 12:05:00 AM", datetime(2026, 5, 18, 0, 5)),
        ("18 May 2026 14:29", datetime(2026, 5, 18, 14, 29)),
        ("9 September 2026", datetime(2026, 9, 9)),
        ("2026-05-18T14:29:20", datetime(2026, 5, 18, 14, 29, 20)),
        ("31 April 2026", None),
        ("18 May 2026 14:29:20 AM", None),
        ("05/06/2026", None),
    ],
)
def test_time_of_making_is_read_or_none(printed, expected):
    assert read_register(write_trade_register([DEAL], generated=printed)).generated == expected


def test_preamble_says_title_and_credit():
    register = read_register(write_trade_register([DEAL], padding=3))
    assert register.title == PREAMBLE[0]


def test_headings_are_told_whatever_their_case_and_blanks():
    header = ",".join(f"  {cell.upper()} " for cell in HEADER_A)
    assert read_register(file(WHOLE, header=header)).deals[0].ordered == 40


def test_blank_lines_between_records_are_skipped():
    assert read_register(file("", WHOLE, " ", "," * 15, WHOLE)).records == 2


@pytest.mark.parametrize("cell", ["1981; 1979", "1979;1981;1979", "1979; 1981;"])
def test_years_of_delivery_are_sorted_and_distinct(cell):
    assert read_register(with_cells(**{"Year(s)_of_delivery": cell})).deals[0].delivery_years == (1979, 1981)


def test_column_behind_the_years_of_delivery_says_that_they_are_uncertain():
    header = ",".join(HEADER_A).replace("delivery,", "delivery, ,")
    row = WHOLE.replace("1979; 1981,", "1979; 1981,?,")
    assert read_register(file(row, header=header)).deals[0].delivery_years_uncertain


def test_cell_that_is_empty_is_no_zero():
    assert read_register(with_cells(Number_ordered="", SIPRI_TIV_per_unit="")).deals[0].ordered is None


def test_damage_to_a_comment_is_kept():
    data = file(WHOLE.replace("Aid", "Bétôn A?d")).replace(b"A?d", b"A\x81d")
    assert read_register(data).deals[0].comments == "Bétôn A\ufffdd"


# What is refused


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Number_ordered", "-1"),
        ("Number_ordered", "2147483648"),
        ("Number_ordered", "1.5"),
        ("Number_ordered", "\u00b2"),
        ("Number_delivered", "9" * 5000),
        ("Year_of_order", "1899"),
        ("Year_of_order", "78"),
        ("Year(s)_of_delivery", "1979; ; 1981"),
        ("Year(s)_of_delivery", "1979-1981"),
        ("SIPRI_TIV_per_unit", "1e3"),
        ("SIPRI_TIV_per_unit", "NaN"),
        ("SIPRI_TIV_per_unit", "-0.5"),
        ("SIPRI_TIV_for_total_order", "1234567890123456.789"),
        ("SIPRI_TIV_of_delivered_weapons", "."),
        ("status", "Refurbished"),
        ("Supplier", " "),
    ],
)
def test_refusal_names_line_column_and_value(heading, cell):
    refusal = reason(with_cells(**{heading: cell}))
    assert refusal.startswith(f"Line 2: {heading.replace('_', ' ')} holds ")
    assert (cell.strip()[:50] or "nothing") in refusal
    assert len(refusal) < 200


@pytest.mark.parametrize("mark", ["!", "??", "x"])
def test_mark_that_is_none_is_refused(mark):
    refusal = reason(file(WHOLE.replace("1978,?", f"1978,{mark}")))
    assert refusal.startswith(f"Line 2: the unnamed column after Year of order holds '{mark}'")


@pytest.mark.parametrize("heading", ["Supplier", "Recipient", "Weapon_designation"])
def test_damaged_name_is_refused(heading):
    cells = {heading: "Bi@fra", "Comments": "Bétôn"}
    assert "is damaged" in reason(with_cells(**cells).replace(b"@", b"\x90"))


def test_line_of_a_wrong_number_of_cells_is_refused_and_reading_goes_on():
    register = read_register(file(WHOLE, "a,b,c", WHOLE + ",more", WHOLE))
    assert [each.lines for each in register.refused] == [(3,), (4,)]
    assert "3 cells where the header has 16" in register.refused[0].reason
    assert (len(register.deals), register.records) == (2, 4)


def test_record_whose_end_is_lost_is_refused_where_the_next_one_begins():
    lost = WHOLE[: WHOLE.index("Aid")] + "first line"
    register = read_register(file(lost, "second line", WHOLE, lost, lost, "rest,1,2,3"))
    assert [each.lines for each in register.refused] == [(2, 3), (5,)]
    assert [deal.lines for deal in register.deals] == [(4,), (6, 7)]


def test_file_that_is_cut_anywhere_is_no_register_or_loses_its_last_deal_alone():
    written = deals(8, seed=2)
    data = write_trade_register(written)
    recognised = 0
    for cut in range(data.index(b"delivered weapons\n") + 20, len(data)):
        try:
            register = read_register(data[:cut])
        except Unreadable as error:
            recognised += "cut short" in str(error)
        else:
            assert stated(register.deals) == stated(written[: len(register.deals)])
            assert len(register.refused) <= 1
    assert recognised > 0.9 * cut - 0.9 * data.index(b"delivered weapons\n")


@pytest.mark.parametrize("end", ["", "\n", "\nand on\n", "\n\n"])
def test_file_that_ends_in_the_middle_of_a_record_is_no_register(end):
    begun = WHOLE[: WHOLE.index("Aid") + 2]
    with pytest.raises(Unreadable, match=r"cut short.* with 13 of 16 cells on lines? 3"):
        read_register(file(WHOLE, begun, end=end))


def test_remark_below_the_table_is_refused_alone():
    register = read_register(file(WHOLE, "", "No more deals"))
    assert (len(register.deals), register.refused[0].lines) == (1, (4,))


def test_file_may_end_without_a_line_end_where_its_last_figure_is_certain():
    assert len(read_register(file(WHOLE, WHOLE, end="")).deals) == 2


def test_total_that_may_be_cut_short_is_refused():
    assert "cut short" in reason(file(WHOLE.removesuffix("0") + "1", end=""))
