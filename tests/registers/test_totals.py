"""Tables of TIV beside a register's sums: rounding, bounds of what is possible, and what has no cell."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transfers.registers.ranges import Years
from transfers.registers.reading import Deal, Delivery
from transfers.registers.reading.tiv_table import Span, parse_table
from transfers.registers.splits import Bounds, Statement, combine, split_tiv
from transfers.registers.totals import Cell, Verdict, compare_table, list_lines
from transfers.vocabulary.words import fold

AGREES, POSSIBLE, DEVIATES = Verdict.AGREES, Verdict.POSSIBLE, Verdict.DEVIATES
TITLE = '"TIV of arms imports to Erewhon, 2017-2019"\n'
WHOLE_YEARS = Span(2017, 2019)


def delivered(tiv, *years, supplier="Utopia", **fields):
    """Return a deal of which only the total and the years are known."""
    fields = {"delivered": 1, "recipient": "Erewhon", "designation": "Quill", **fields}
    total = None if tiv is None else Decimal(tiv)
    return Deal((), supplier, delivery_years=years, tiv_delivered=total, **fields)


def delivered_by_year(supplier="Utopia", **tivs):
    """Return a deal that states the TIV of each year, as in `_2017="7.5"`."""
    deliveries = tuple(
        Delivery(0, int(year[1:]) or None, False, 1, False, None if tiv is None else Decimal(tiv))
        for year, tiv in tivs.items()
    )
    tivs = [delivery.tiv for delivery in deliveries]
    total = None if None in tivs else sum(tivs)
    years = tuple(sorted(delivery.year for delivery in deliveries if delivery.year))
    return delivered(total, *years, supplier=supplier, identifier="1", deliveries=deliveries)


def compare(text, *deals):
    return compare_table(parse_table(text.encode()), [[Statement(deal)] for deal in deals], fold)


def verdicts(text, *deals):
    """Return the verdict of each cell by name and years."""
    return {(cell.name, str(cell.span)): cell.verdict for cell in compare(text, *deals).cells}


def judge(value, low, high=None, *, positive=False, half="0.5"):
    """Return the verdict of one cell beside these bounds."""
    bounds = Bounds(Decimal(low), Decimal(low) if high is None else high, positive)
    value = None if value is None else Decimal(value)
    return Cell("Utopia", Span(2017, 2017), 3, value, bounds, Decimal(half)).verdict


# Rounding


@pytest.mark.parametrize(
    ("value", "total", "verdict"),
    [
        ("8", "8", AGREES), ("8", "7.5", AGREES), ("8", "8.5", AGREES), ("8", "7.49", DEVIATES),
        ("8", "8.51", DEVIATES), ("1", "0.5", AGREES), ("0", "0.49", AGREES), ("0", "0.01", AGREES),
        ("0", "0", DEVIATES), ("0", "0.5", DEVIATES), (None, "0", AGREES), (None, "0.01", DEVIATES),
        ("8", "0", DEVIATES),
    ],
)  # fmt: skip
def test_a_cell_is_its_sum_rounded_to_whole_millions(value, total, verdict):
    assert judge(value, total) == verdict


@pytest.mark.parametrize(
    ("value", "total", "verdict"),
    [("7.5", "7.54", AGREES), ("7.5", "7.6", DEVIATES), ("8", "8.2", DEVIATES), ("0", "0.04", AGREES)],
)
def test_a_table_with_digits_is_rounded_to_these(value, total, verdict):
    assert judge(value, total, half="0.05") == verdict


def test_the_digits_of_one_cell_are_those_of_the_table():
    table = "Supplier,2017,2018\nUtopia,7.5,8\n"
    deal = delivered_by_year(_2017="7.5", _2018="8.2")
    assert verdicts(table, deal) == {("Utopia", "2017"): AGREES, ("Utopia", "2018"): DEVIATES}


# Bounds


@pytest.mark.parametrize(
    ("value", "low", "high", "positive", "verdict"),
    [
        ("8", "0", Decimal(20), True, POSSIBLE), ("21", "0", Decimal(20), True, DEVIATES),
        ("20", "0", Decimal("19.5"), True, POSSIBLE), ("3", "4", Decimal(9), True, DEVIATES),
        ("900", "4", None, True, None), ("0", "0", Decimal(20), True, POSSIBLE),
        ("0", "4", Decimal(9), True, DEVIATES), (None, "0", Decimal(20), False, POSSIBLE),
        (None, "0", Decimal(20), True, DEVIATES),
    ],
)  # fmt: skip
def test_a_cell_deviates_only_from_what_is_possible(value, low, high, positive, verdict):
    bounds = Bounds(Decimal(low), high, positive)
    number = None if value is None else Decimal(value)
    cell = Cell("Utopia", WHOLE_YEARS, 3, number, bounds, Decimal("0.5"))
    assert cell.verdict == (verdict or POSSIBLE)


@pytest.mark.parametrize(
    ("deal", "span", "bounds"),
    [
        (delivered("20", 2018), Span(2018, 2018), Bounds(Decimal(20), Decimal(20), True)),
        (delivered("20", 2018), Span(2017, 2017), Bounds()),
        (delivered("20", 2017, 2019), Span(2017, 2017), Bounds(Decimal(0), Decimal(20), True)),
        (delivered("20", 2017, 2019), Span(2018, 2018), Bounds()),
        (delivered("20", 2017, 2019), WHOLE_YEARS, Bounds(Decimal(20), Decimal(20), True)),
        (delivered("20"), WHOLE_YEARS, Bounds(Decimal(0), Decimal(20))),
        (delivered(None, 2018), Span(2018, 2018), Bounds(Decimal(0), None)),
        (delivered(None, 2018), Span(2017, 2017), Bounds()),
        (delivered(None, delivered=0), WHOLE_YEARS, Bounds()),
        (delivered(None, delivered=None), WHOLE_YEARS, Bounds()),
        (delivered("0", 2018), WHOLE_YEARS, Bounds()),
        (delivered_by_year(_2017="7", _2019="2.5"), Span(2017, 2018), Bounds(Decimal(7), Decimal(7), True)),
        (delivered_by_year(_2017="7.5", _2019=None), Span(2017, 2017), Bounds(Decimal(0), None)),
        (delivered_by_year(_2017="7.5", _0="2.5"), Span(2018, 2018), Bounds()),
    ],
)  # fmt: skip
def test_a_deal_says_what_a_year_may_have(deal, span, bounds):
    assert split_tiv(deal).sum_up(span) == bounds


def test_deliveries_that_a_later_total_contradicts_are_not_used():
    deal = delivered_by_year(_2017="7.5", _2019="2.5")
    later = Deal(**{**{name: getattr(deal, name) for name in deal.__slots__}, "tiv_delivered": Decimal(30)})
    assert split_tiv(later).sum_up(Span(2017, 2017)) == Bounds(Decimal(0), Decimal(30), True)


# Editions of some years

EARLY, LATE = Years(1950, 1989), Years(1990, 2023)


def bound(span, *statements):
    return combine([Statement(deal, limits) for deal, limits in statements]).sum_up(span)


def exactly(tiv):
    return Bounds(Decimal(tiv), Decimal(tiv), Decimal(tiv) > 0)


def test_parts_of_a_deal_add_up():
    parts = (delivered("5", 1991), LATE), (delivered("20", 1985), EARLY)
    assert bound(Span(1985, 1991), *parts) == exactly("25")
    assert bound(Span(1985, 1985), *parts) == exactly("20")


def test_of_years_that_no_file_covers_nothing_is_known():
    part = (delivered("5", 1991), LATE)
    assert bound(Span(1991, 1991), part) == exactly("5")
    assert bound(Span(1985, 1991), part) == Bounds(Decimal(5), None, True)
    assert bound(Span(1985, 1985), part) == Bounds(Decimal(0), None)


def test_a_total_of_years_that_are_not_stated_lies_within_its_limits():
    part = (delivered("5"), LATE)
    assert bound(Span(1990, 2023), part) == exactly("5")
    assert bound(Span(1995, 1995), part) == Bounds(Decimal(0), Decimal(5))


def test_years_beyond_the_limits_have_no_share_of_a_limited_total():
    part = (delivered("5", 1985, 1991), LATE)
    assert bound(Span(1991, 1991), part) == exactly("5")


def test_an_edition_of_all_years_says_it_all():
    statements = (delivered("5", 1991), LATE), (delivered("30", 1991), Years())
    assert bound(Span(1991, 1991), *statements) == exactly("30")


def test_a_newer_edition_takes_the_place_of_those_that_its_years_meet():
    statements = (delivered("5", 1991), LATE), (delivered("9", 1991), Years(1980, 1999))
    assert bound(Span(1991, 1991), *statements) == exactly("5")


DELIVERIES = st.lists(st.tuples(st.integers(2010, 2020), st.integers(1, 999)), min_size=1, max_size=4)


@given(st.lists(DELIVERIES, max_size=5))
def test_the_true_table_never_deviates_whatever_a_register_states_of_it(true_deals):
    """State deals by year, and by their total and years: both allow the true sums."""
    deals = []
    for number, parts in enumerate(true_deals):
        total = Decimal(sum(tiv for _, tiv in parts)) / 100
        years = tuple(sorted({year for year, _ in parts}))
        deliveries = tuple(Delivery(0, year, False, 1, False, Decimal(tiv) / 100) for year, tiv in parts)
        deals.append(delivered(total, *years, deliveries=deliveries if number % 2 else ()))
    for year in range(2010, 2021):
        true_sum = Decimal(sum(tiv for parts in true_deals for at, tiv in parts if at == year)) / 100
        bounds = sum((split_tiv(deal).sum_up(Span(year, year)) for deal in deals), Bounds())
        value = None if true_sum == 0 else true_sum.quantize(Decimal(1), "ROUND_HALF_UP")
        cell = Cell("Utopia", Span(year, year), 3, value, bounds, Decimal("0.5"))
        assert cell.verdict != DEVIATES


# Tables


OLD = TITLE + ",2017,2018,2019,Total\nUtopia,8,,12,20\nBlefuscu,,0,,0\nTotal,8,0,12,20\n"
DEALS = (
    delivered_by_year(_2017="8.1", _2019="12"),
    delivered("0.3", 2018, supplier="Blefuscu"),
    delivered("900", 2018, recipient="Lilliput"),
)


def test_a_table_that_is_right_agrees_in_each_cell():
    comparison = compare(OLD, *DEALS)
    assert {cell.verdict for cell in comparison.cells} == {AGREES}
    assert (len(comparison.cells), comparison.deals, comparison.vague) == (12, 2, 0)


def test_a_wrong_cell_is_told_with_line_and_both_sums():
    wrong = OLD.replace("Utopia,8,,12,20", "Utopia,8,3,12,20")
    assert [str(cell) for cell in compare(wrong, *DEALS).deviations] == [
        "Utopia, 2018 (line 3): the table has 3, the register nothing"
    ]


def test_a_total_is_compared_with_the_sum_of_its_years():
    wrong = OLD.replace("Total,8,0,12,20", "Total,8,0,12,25")
    assert [str(cell) for cell in compare(wrong, *DEALS).deviations] == [
        "Total, 2017-2019 (line 5): the table has 25, the register 20.4"
    ]


def test_a_total_of_rounded_cells_is_right_as_well():
    table = TITLE + ",2017,2018,2019,Total\nUtopia,8,8,8,24\nTotal,8,8,8,24\n"
    deal = delivered_by_year(_2017="8.4", _2018="8.4", _2019="8.4")
    assert set(verdicts(table, deal).values()) == {AGREES}


def test_of_a_deal_without_a_split_the_total_is_exact_and_the_years_are_bounds():
    deals = (delivered("20.1", 2017, 2019), DEALS[1])
    assert verdicts(OLD, *deals) == {
        ("Utopia", "2017"): POSSIBLE, ("Utopia", "2018"): AGREES, ("Utopia", "2019"): POSSIBLE,
        ("Utopia", "2017-2019"): AGREES,
        ("Blefuscu", "2017"): AGREES, ("Blefuscu", "2018"): AGREES, ("Blefuscu", "2019"): AGREES,
        ("Blefuscu", "2017-2019"): AGREES,
        ("Total", "2017"): POSSIBLE, ("Total", "2018"): AGREES, ("Total", "2019"): POSSIBLE,
        ("Total", "2017-2019"): AGREES,
    }  # fmt: skip


def test_a_party_without_a_row_deviates_where_the_table_lists_all():
    more = delivered("5", 2018, supplier="Sylvania")
    deviations = compare(OLD, *DEALS, more).deviations
    assert ("Sylvania", "2018") in {(cell.name, str(cell.span)) for cell in deviations}
    assert "Sylvania, 2018 (no row): the table has nothing, the register 5" in map(str, deviations)


def test_a_party_without_deliveries_in_these_years_needs_no_row():
    more = (delivered("5", 2010, supplier="Sylvania"), delivered("0", supplier="Freedonia", delivered=0))
    assert compare(OLD, *DEALS, *more).deviations == []


def test_a_party_without_a_row_is_named_where_the_table_may_be_a_selection():
    table = "Supplier,2017,2018\nUtopia,8,\nTotal,8,\n"
    comparison = compare(table, delivered("8", 2017), delivered("5", 2018, supplier="Sylvania"))
    assert (comparison.deviations, comparison.unlisted) == ([], ["Sylvania"])


def test_the_rest_of_a_list_is_not_compared():
    title = '"TIV of arms exports from the top 1 largest exporters, 2017-2018"\n'
    table = title + ",2017,2018\nUtopia,8,\nOthers,,5\nTotal,8,5\n"
    comparison = compare(table, delivered("8", 2017), delivered("5", 2018, supplier="Sylvania"))
    assert (comparison.deviations, comparison.skipped) == ([], ["Others"])


def test_a_new_table_is_about_all_parties_of_the_other_side():
    table = "Recipient,2017,2018,2017-2018\nErewhon,8,,8\nLilliput,,5,5\n"
    deals = (delivered("8", 2017), delivered("5", 2018, recipient="Lilliput", supplier="Blefuscu"))
    assert set(verdicts(table, *deals).values()) == {AGREES}


def test_a_note_in_the_shape_of_a_row_is_not_compared():
    assert len(compare(OLD + "Figures are TIVs.,,,,\n", *DEALS).cells) == 12


def test_a_row_that_the_register_has_no_deal_of_deviates():
    deviations = compare(OLD.replace("Blefuscu", "Atlantis"), *DEALS[:1]).deviations
    assert "Atlantis, 2018 (line 4): the table has 0, the register nothing" in map(str, deviations)


# Words


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        (Bounds(), "nothing"),
        (Bounds(Decimal("7.50"), Decimal("7.50"), True), "7.50"),
        (Bounds(Decimal(0), Decimal(20), True), "more than 0 and at most 20"),
        (Bounds(Decimal(0), Decimal(20)), "at most 20"),
        (Bounds(Decimal(4), Decimal(20), True), "at least 4 and at most 20"),
        (Bounds(Decimal(4), None, True), "at least 4"),
        (Bounds(Decimal(0), None), "anything"),
    ],
)
def test_bounds_in_words(bounds, words):
    assert str(bounds) == words


def test_the_comparison_says_how_sums_were_made_and_how_many_cells_agree():
    table = parse_table(OLD.replace("Utopia,8,", "Utopia,30,").encode())
    comparison = compare_table(
        table, [[Statement(delivered("20.1", 2017, 2019))], [Statement(DEALS[1])]], fold
    )
    assert list(list_lines(table, comparison)) == [
        "A table of the imports of Erewhon: 2 rows, 4 columns. The register has 2 deals of these parties.",
        "How the TIV of 1 of them falls to years is not stated. A sum with these is compared by the least and"
        " the most that is possible.",
        "deviates: Utopia, 2017 (line 3): the table has 30, the register more than 0 and at most 20.1",
        "11 of 12 cells agree: 8 with the register's sum, 3 with what is possible.",
    ]
