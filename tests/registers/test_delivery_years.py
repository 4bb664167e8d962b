"""The register by delivery year: rows that make a deal, and deals that are refused whole."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.registers.test_trade_register import DEAL, NAMES, TIVS, VARIANTS, YEARS, stated
from tests.support.registers import CONDITIONS, HEADER_B, by_year, deals, write_delivery_years
from transfers.registers.reading import Delivery, Unreadable, read_register

SHAPES = {name: each for name, each in VARIANTS.items() if not name.startswith("comments")}
SHAPES["columns turned"] = {"order": tuple(reversed(range(17))), "encoding": "utf-8"}
ROWS = write_delivery_years([replace(DEAL, delivery_years=(1979, 1980, 1981))]).decode().splitlines()[12:]


@st.composite
def deals_by_year(draw):
    """Draw deals of distinct IDs, each with deliveries of distinct years, summed up."""
    return [draw(a_deal_by_year(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]


@st.composite
def a_deal_by_year(draw, number):
    years = draw(st.sets(YEARS, min_size=1, max_size=4).map(sorted))
    numbers = st.none() | st.integers(0, 10**6)
    deliveries = [
        Delivery(0, year, draw(st.booleans()), draw(numbers), draw(st.booleans()), draw(TIVS))
        for year in years
    ]
    return replace(
        by_year(replace(DEAL, supplier=draw(NAMES), recipient=draw(NAMES)), number),
        deliveries=tuple(deliveries),
        records=len(deliveries),
        condition=draw(st.sampled_from(sorted(CONDITIONS))),
        local_production=draw(st.none() | st.booleans()),
        delivered=total(each.number for each in deliveries),
        delivered_uncertain=any(each.number_uncertain for each in deliveries),
        delivery_years=tuple(years),
        delivery_years_uncertain=any(each.year_uncertain for each in deliveries),
        tiv_delivered=total(each.tiv for each in deliveries),
    )


def total(parts):
    numbers = list(parts)
    return None if None in numbers else sum(numbers)


def file(*rows, end="\n"):
    return ("\n".join([",".join(HEADER_B), *rows]) + end).encode()


def changed(row, heading, cell):
    cells = row.split(",")
    cells[HEADER_B.index(heading)] = cell
    return ",".join(cells)


def refusal(*rows):
    register = read_register(file(*rows))
    (refused,) = register.refused
    assert (register.deals, register.records) == ([], len(rows))
    return refused


# What is read


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@given(deals_by_year())
@settings(max_examples=40)
def test_deals_come_back_as_they_were_written(shape, written):
    register = read_register(write_delivery_years(written, **shape))
    assert (stated(register.deals), register.refused) == (stated(written), [])


def test_order_of_the_rows_changes_no_deal():
    written = [by_year(deal, number) for number, deal in enumerate(deals(100, seed=3), 1)]
    shuffled = read_register(write_delivery_years(written, shuffled=1)).deals
    unplaced = [
        replace(deal, lines=(), deliveries=tuple(replace(each, line=0) for each in deal.deliveries))
        for deal in shuffled
    ]
    assert sorted(unplaced, key=lambda deal: int(deal.identifier)) == written


def test_rows_of_one_deal_are_summed_by_year():
    (deal,) = read_register(file(*ROWS)).deals
    assert (deal.delivered, deal.tiv_delivered, deal.delivery_years) == (
        30,
        Decimal("37.5"),
        (1979, 1980, 1981),
    )
    assert (deal.records, deal.lines, deal.ordered) == (3, (2, 3, 4), None)
    assert [(each.line, each.year, each.number) for each in deal.deliveries] == [
        (2, 1979, 10),
        (3, 1980, 10),
        (4, 1981, 10),
    ]


def test_sum_of_which_a_part_is_unknown_is_unknown():
    (deal,) = read_register(file(ROWS[0], changed(ROWS[1], "Numbers delivered", ""))).deals
    assert (deal.delivered, deal.tiv_delivered) == (None, Decimal("25"))


def test_two_rows_of_one_year_are_summed():
    (deal,) = read_register(file(ROWS[0], changed(ROWS[0], "Numbers delivered", "3"))).deals
    assert (deal.delivered, deal.delivery_years) == (13, (1979,))


# What is refused


@pytest.mark.parametrize(
    ("heading", "cell", "words"),
    [
        ("Supplier", "Russia", "Lines 2, 4 contradict each other in Supplier: 'Soviet Union' and 'Russia'"),
        ("Order date", "", "Lines 2, 4 contradict each other in Order date: '1978' and nothing"),
        ("TIV deal unit", "1.26", "Lines 2, 4 contradict each other in TIV deal unit: '1.25' and '1.26'"),
        ("Delivery year", "1850", "Line 4: Delivery year holds '1850'"),
        ("Delivery year is estimate", "?", "Line 4: Delivery year is estimate holds '?'"),
        ("Numbers delivered", "2147483640", "The rows' Numbers delivered make more than 2147483647"),
        ("TIV delivery values", "1" + "0" * 17, "The rows' TIV delivery values make more than 18 digits"),
        ("Recipient", "Bi\ufffdfra", "Line 4: Recipient holds 'Bi\ufffdfra', which is damaged"),
        ("Local production", "Yes,", "Line 4: 18 cells where the header has 17"),
    ],
)
def test_one_bad_row_refuses_its_whole_deal(heading, cell, words):
    refused = refusal(*ROWS[:2], changed(ROWS[2], heading, cell))
    assert refused.reason.startswith(words)
    assert "all 3 rows of deal '1'" in refused.reason
    assert (refused.lines, refused.records) == ((2, 3, 4), 3)


def test_row_that_stands_twice_is_no_second_delivery():
    assert refusal(ROWS[0], ROWS[1], ROWS[0]).reason.startswith("Lines 2, 4 are one row twice")


def test_row_cut_short_refuses_the_deal_that_it_names():
    assert refusal(ROWS[0], ROWS[2][:20], ROWS[1]).records == 3


@pytest.mark.parametrize("cut", [1, 2, 20, -10])
def test_file_that_ends_in_the_middle_of_a_row_is_no_register(cut):
    with pytest.raises(Unreadable, match=r"cut short.* on line 4"):
        read_register(file(*ROWS[:2], ROWS[2][:cut], end=""))


def test_bad_rows_of_one_deal_leave_the_others():
    register = read_register(
        file(changed(ROWS[0], "Status", "Odd"), ROWS[1], *(changed(row, HEADER_B[0], "2") for row in ROWS))
    )
    assert [deal.identifier for deal in register.deals] == ["2"]
    assert (register.records, register.refused[0].records) == (5, 2)


def test_row_without_an_identifier_is_refused_alone():
    register = read_register(file(ROWS[0], changed(ROWS[1], HEADER_B[0], "")))
    assert [each.reason for each in register.refused] == ["Line 3: the deal has no identifier."]
    assert len(register.deals) == 1


@pytest.mark.parametrize("cut", range(1, 4))
def test_last_cell_that_may_be_cut_short_refuses_the_deal(cut):
    last = changed(ROWS[2], "Local production", "Yes")
    register = read_register(file(*ROWS[:2], last[:-cut], end=""))
    assert (register.deals, register.records) == ([], 3)


@pytest.mark.parametrize("flag", ["Yes", "No"])
def test_an_estimate_that_is_a_mere_flag_is_no_figure(flag):
    [deal] = read_register(file(*(changed(row, "SIPRI estimate", flag) for row in ROWS))).deals
    assert deal.sipri_estimate is None
