"""The register of before 2023: what is read of it, and what becomes of it beside the other layouts."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.registers.test_importing import DEAL as IMPORTED_DEAL
from tests.registers.test_importing import KEY, outcomes, row
from tests.support import registers
from tests.support.registers import (
    HEADER_BEFORE_2023,
    write_before_2023,
    write_delivery_years,
    write_trade_register,
)
from transfers.models import ImportBatch, Quantity, RegisterDeal, Source, Transfer
from transfers.publication import verify
from transfers.registers.comparison import list_changes
from transfers.registers.importing import write
from transfers.registers.importing.undo import undo_import
from transfers.registers.matching import match
from transfers.registers.reading import Deal, Delivery, read_register
from transfers.registers.reading.records import dump_deal, load_deal

HEADER = ",".join(HEADER_BEFORE_2023)
#: An engine on order, an aircraft delivered in two years, and one of which little is known.
SAMPLE = f"""{HEADER}
7001,ERE,UTO,2015,,110,X,0,N/A,Quill-E,EN,Diesel engine,L,0,,,Erewhon,Utopia,N,0.02,2.2,0
7002,LIL,UTO,2016,X,6,,2019,LIC,Quill-A,AC,Light aircraft,,4,X,2017; 2019,Lilliput,Utopia,S,1.5,9,6
7003,ERE,BLE,0,,,,0,VIA,Mast-3,SS,frigate,,,,,Erewhon,Blefuscu,,80,,
"""
DEAL = Deal(
    lines=(3,),
    layout="before_2023",
    supplier="Utopia",
    recipient="Lilliput",
    identifier="7002",
    designation="Quill-A",
    description="Light aircraft",
    category="Aircraft",
    year=2016,
    year_uncertain=True,
    ordered=6,
    delivered=4,
    delivered_uncertain=True,
    delivery_years=(2017, 2019),
    condition="second_hand",
    tiv_unit=Decimal("1.5"),
    tiv_ordered=Decimal(9),
    tiv_delivered=Decimal(6),
)
WHOLE = SAMPLE.splitlines()[2]


def with_cells(**cells):
    """Return a file of the one deal, with these cells instead, by heading."""
    values = dict(zip(HEADER_BEFORE_2023, WHOLE.split(","), strict=True)) | cells
    return f"{HEADER}\n{','.join(values.values())}\n".encode()


def read_one(**cells):
    (deal,) = read_register(with_cells(**cells)).deals
    return deal


def refusal(data):
    register = read_register(data)
    (refused,) = register.refused
    return refused


# What is read


def test_a_deal_is_read_with_its_identifier_and_its_order():
    register = read_register(SAMPLE.encode())
    assert (register.layout, len(register.deals), register.refused) == ("before_2023", 3, [])
    assert register.deals[1] == DEAL


def test_what_is_not_known_is_not_stated():
    deal = read_register(SAMPLE.encode()).deals[2]
    assert (deal.year, deal.ordered, deal.delivered, deal.delivery_years) == (None, None, None, ())
    assert (deal.tiv_unit, deal.tiv_ordered, deal.tiv_delivered, deal.condition) == (
        80,
        None,
        None,
        "unknown",
    )


def test_nothing_delivered_is_a_zero():
    deal = read_register(SAMPLE.encode()).deals[0]
    assert (deal.delivered, deal.tiv_delivered, deal.delivery_years) == (0, 0, ())


@pytest.mark.parametrize("mark", ["?", "X", "x", "1", "Yes", "TRUE"])
def test_each_mark_of_doubt_marks_its_figure(mark):
    deal = read_one(odai=mark, onai=mark, nrdelai=mark)
    assert (deal.year_uncertain, deal.ordered_uncertain, deal.delivered_uncertain) == (True, True, True)


@pytest.mark.parametrize("mark", ["", "0", "No", "false"])
def test_each_mark_of_certainty_marks_nothing(mark):
    deal = read_one(odai=mark, onai=mark, nrdelai=mark)
    assert (deal.year_uncertain, deal.ordered_uncertain, deal.delivered_uncertain) == (False, False, False)


@pytest.mark.parametrize(
    ("cell", "years"),
    [
        ("2017", (2017,)),
        ("2019; 2017", (2017, 2019)),
        ("2017;2018;", (2017, 2018)),
        ("2017 2019", (2017, 2019)),
        ("2017-2019", (2017, 2018, 2019)),
        ("2014; 2017 – 2018", (2014, 2017, 2018)),
        ("None", ()),
        ("0", ()),
    ],
)
def test_years_of_delivery_are_a_list(cell, years):
    assert read_one(delyears=cell).delivery_years == years


@pytest.mark.parametrize(
    ("cell", "condition"),
    [("N", "new"), ("n", "new"), ("New", "new"), ("S", "second_hand"), ("Second hand", "second_hand"),
     ("M", "modernised"), ("", "unknown")],
)  # fmt: skip
def test_condition_is_a_code_or_a_word(cell, condition):
    assert read_one(status=cell).condition == condition


@pytest.mark.parametrize(
    ("cell", "is_local"),
    [("Yes", True), ("1", True), ("X", True), ("No", False), ("0", False), ("L", None), ("", None)],
)
def test_local_production_is_said_or_open(cell, is_local):
    assert read_one(coprod=cell).local_production is is_local


@pytest.mark.parametrize(
    ("cell", "category"), [("AV", "Armoured vehicles"), ("Ships", "Ships"), ("QQ", "QQ")]
)
def test_category_is_a_word_or_a_code(cell, category):
    assert read_one(wcat=cell).category == category


def test_columns_may_come_in_any_order():
    names = sorted(HEADER_BEFORE_2023)
    cells = dict(zip(HEADER_BEFORE_2023, WHOLE.split(","), strict=True))
    data = f"{','.join(names)}\n{','.join(cells[name] for name in names)}\n".encode()
    assert read_register(data).deals == [replace(DEAL, lines=(2,))]


def test_rows_of_one_deal_are_its_deliveries():
    first = with_cells(nrdel="3", delyears="2017", tivdel="4.5").decode()
    second = with_cells(nrdel="1", delyears="2019", tivdel="1.5").decode().splitlines()[1]
    (deal,) = read_register(f"{first}{second}\n".encode()).deals
    deliveries = (
        Delivery(2, 2017, False, 3, True, Decimal("4.5")),
        Delivery(3, 2019, False, 1, True, Decimal("1.5")),
    )
    assert deal == replace(DEAL, lines=(2, 3), records=2, deliveries=deliveries)


def test_a_deal_comes_back_from_what_is_stored():
    assert load_deal(dump_deal(DEAL)) == DEAL


def test_a_whole_register_is_read_as_it_was_written():
    written = registers.deals(50, seed=4)
    read_again = read_register(write_before_2023(written)).deals
    unread = {"lines": (), "layout": "", "identifier": ""}
    expected = [replace(deal, comments="", records=1) for deal in written]
    assert [replace(deal, **unread) for deal in read_again] == expected


# What is refused


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"odai": "maybe"}, "odai holds 'maybe', which is not a mark of doubt"),
        ({"odat": "16"}, "odat holds '16', which is not a year"),
        ({"onum": "six"}, "onum holds 'six', which is not a whole number"),
        ({"delyears": "2019-2017"}, "delyears holds '2019-2017', which is not a list of years"),
        ({"delyears": "2017-"}, "which is not a list of years"),
        ({"delyears": "1017"}, "which is not a year"),
        ({"status": "Q"}, "status holds 'Q', which is not a condition that SIPRI uses"),
        ({"tivdel": "-1"}, "tivdel holds '-1', which is not a number"),
        ({"buyer": ""}, "buyer holds nothing, where a name is needed"),
        ({"tidn": ""}, "the deal has no identifier"),
    ],
)
def test_a_bad_cell_refuses_its_deal_in_words(cells, words):
    assert words in refusal(with_cells(**cells)).reason


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({}, "Lines 2, 3 are one row twice"),
        ({"onum": "7", "nrdel": "1"}, "contradict each other in onum: '6' and '7'"),
        ({"seller": "Blefuscu", "nrdel": "1"}, "contradict each other in seller: 'Utopia' and 'Blefuscu'"),
    ],
)
def test_rows_of_one_deal_that_contradict_each_other_refuse_it_whole(cells, words):
    refused = refusal(with_cells() + with_cells(**cells).splitlines()[1] + b"\n")
    assert words.replace("Lines 2, 3", "Lines 2-3") in refused.reason
    assert refused.records == 2


@pytest.mark.parametrize(("end", "count"), [("6", 1), ("6\n", 1), ("0.6\n", 1), ("0.6", 0)])
def test_a_file_without_a_line_end_may_have_lost_the_end_of_its_last_total(end, count):
    assert len(read_register(with_cells(tivdel="@").replace(b"@\n", end.encode())).deals) == count


# Beside the other layouts, without a database

TRADE = replace(DEAL, lines=(), layout="", identifier="", category="", comments="For the border force")


def read(data):
    return read_register(data).deals


def test_it_has_an_order_in_common_with_the_trade_register():
    (old,), (new,) = read(write_trade_register([TRADE])), read(write_before_2023([replace(TRADE, ordered=8)]))
    assert [change.field for change in list_changes(old, new)] == ["ordered"]


def test_it_has_no_order_in_common_with_the_layout_by_delivery_year():
    (old,) = read(write_before_2023([TRADE]))
    (new,) = read(write_delivery_years([replace(TRADE, delivered_uncertain=True)]))
    assert list_changes(old, new) == []


def test_orders_tell_deals_apart_that_are_else_the_same():
    waiting = replace(TRADE, delivered=0, delivery_years=(), tiv_delivered=Decimal(0))
    orders = [replace(waiting, ordered=number, comments=f"Order of {number}") for number in (4, 9, 30)]
    old, new = read(write_trade_register(orders)), read(write_before_2023(reversed(orders)))
    assert sorted(match(old, new).pairs) == [(0, 2), (1, 1), (2, 0)]


def test_an_identifier_that_another_layout_shares_pairs_deals_of_the_same_names():
    old = read(write_before_2023([replace(TRADE, identifier="1")]))
    new = read(write_delivery_years([replace(TRADE, designation="Quill-A2", year=2021, delivered=9)]))
    assert match(old, new).pairs == [(0, 0)]


def test_an_identifier_that_another_layout_gives_to_other_names_is_ambiguous():
    old = read(write_before_2023([replace(TRADE, identifier="1")]))
    new = read(write_delivery_years([replace(TRADE, recipient="Freedonia", designation="Duck")]))
    matching = match(old, new)
    assert (matching.pairs, matching.ambiguous, matching.added) == ([], {0: [0]}, [])


def test_a_whole_register_matches_the_trade_register_or_is_settled_by_a_curator():
    written = registers.deals(400, seed=8)
    old, new = read(write_trade_register(written)), read(write_before_2023(written))
    matching = match(old, new)
    assert matching.added == []
    assert [list_changes(old[one], new[other]) for one, other in matching.pairs if one != other] == []
    for index, candidates in matching.ambiguous.items():
        assert index in candidates  # its like differs in the comments alone


# Imported


def bring(data, **options):
    """Import the register of these bytes and return the report."""
    given = {"file_name": "old.csv", "reason": "Edition read", "published": "2022-03-14", **options}
    return write.import_register(read_register(data), **given)


@pytest.mark.django_db
def test_it_is_imported_and_published():
    done = bring(write_before_2023([IMPORTED_DEAL]), publish_too=True)
    assert outcomes(done) == {"new": 1}
    shown = row()
    assert (shown.quantity_ordered_max, shown.quantity_delivered_max, shown.tiv_delivered, shown.unit) == (
        3, 2, 160, "ship",
    )  # fmt: skip
    assert (Source.objects.get().title, Source.objects.get().published) == (
        "Arms Transfers Database: trade register of before 2023", "2022-03-14",
    )  # fmt: skip
    assert list(verify.list_faults()) == []


@pytest.mark.django_db
def test_its_second_edition_changes_what_changed():
    bring(write_before_2023([IMPORTED_DEAL]), publish_too=True)
    later = replace(IMPORTED_DEAL, delivered=3, delivery_years=(2004, 2006, 2008), tiv_delivered=Decimal(240))
    done = bring(write_before_2023([later]), published="2023-03-13", publish_too=True)
    assert (outcomes(done), Transfer.objects.count()) == ({"changed": 1}, 1)
    assert (row().quantity_delivered_max, row().disputed) == (3, None)
    assert list(verify.list_faults()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("write_later", [write_trade_register, write_delivery_years])
def test_a_later_edition_of_another_layout_does_not_double_its_deals(write_later):
    written = registers.deals(60, seed=11)
    bring(write_before_2023(written), publish_too=True)
    before = Transfer.objects.count()
    done = bring(write_later(written), publish_too=True)
    assert (Transfer.objects.count(), outcomes(done).get("new", 0)) == (before, 0)
    assert Quantity.objects.filter(source=done.batch.source, measure="ordered").count() == 0
    assert list(verify.list_faults()) == []


@pytest.mark.django_db
def test_its_identifier_stays_with_a_deal_that_the_trade_register_states_later():
    bring(write_before_2023([IMPORTED_DEAL]))
    bring(write_trade_register([IMPORTED_DEAL], encoding="utf-8"))
    moved = replace(IMPORTED_DEAL, year=2012, ordered=9, delivered=7, delivery_years=(2014,))
    done = bring(write_before_2023([moved]), published="2027-03-13")
    assert outcomes(done) == {"changed": 1}
    assert Transfer.objects.get().key == KEY


@pytest.mark.django_db
def test_its_import_is_undone():
    bring(write_before_2023([IMPORTED_DEAL]), publish_too=True)
    undo_import(ImportBatch.objects.get(), "A mistake")
    assert not RegisterDeal.objects.standing().exists()
    assert list(verify.list_faults()) == []
