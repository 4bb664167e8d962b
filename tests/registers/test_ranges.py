"""Registers whose numbers are limited to some years: what they say of a deal, alone and beside others."""

from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from tests.support import registers
from transfers.models import ImportBatch, Quantity, RegisterDeal, RegistryRow, Transfer
from transfers.publication import verify
from transfers.registers.importing import undo, write
from transfers.registers.ranges import Years, YearsUnknown, get_years, parse_years
from transfers.registers.reading import read_file, read_register
from transfers.registers.reading.records import Deal, Delivery, Refused

pytestmark = pytest.mark.django_db

CASES = Path(__file__).parent / "cases"
FIELDS = (
    "quantity_ordered_min", "quantity_delivered_min", "quantity_delivered_max", "tiv_delivered",
    "date_delivered", "status", "disputed",
)  # fmt: skip


def bring(register, **options):
    return write.import_register(
        register, file_name="r.csv", reason="Edition read", publish_too=True, **options
    )


def bring_case(name, **options):
    return bring(read_file(CASES / name), **options)


def delivered():
    """Return how many of each system were delivered, as published."""
    return {
        row.system_name: (row.quantity_delivered_min, row.quantity_delivered_max, row.tiv_delivered)
        for row in RegistryRow.objects.current()
    }


def rows():
    return {row.key: [getattr(row, name) for name in FIELDS] for row in RegistryRow.objects.current()}


PREAMBLE = (
    "Transfers of invented arms from All countries to All countries. Deals with deliveries made for the year"
    " range '{first}' to '{last}'",
    "A '?' in a column indicates uncertain data. The 'Number delivered' and the 'Year(s) of deliveries' refer"
    " only to deliveries in the selected year(s).",
    "Data generated: {{generated}}",
)
WHOLE = (
    "Transfers of invented arms from All countries to All countries. Deals with deliveries made for the year"
    " range 'Not specified' to 'Not specified'",
    "Data generated: {generated}",
)


def cut(deals, first, last, *, by_year=False, generated="4 Mar 2024"):
    """Return the register of what was delivered of these deals in these years."""
    parts = [cut_deal(deal, first, last) for deal in deals]
    preamble = tuple(line.format(first=first, last=last) for line in PREAMBLE)
    write_file = registers.write_delivery_years if by_year else registers.write_trade_register
    listed = [part for part in parts if part.delivered]
    return read_register(write_file(listed, preamble=preamble, generated=generated, encoding="utf-8"))


def whole(deals, *, by_year=False, generated="4 Mar 2024"):
    write_file = registers.write_delivery_years if by_year else registers.write_trade_register
    return read_register(write_file(deals, preamble=WHOLE, generated=generated, encoding="utf-8"))


def cut_deal(deal, first, last):
    deliveries = tuple(each for each in deal.deliveries if first <= each.year <= last)
    return replace(
        deal,
        deliveries=deliveries,
        delivered=sum(each.number for each in deliveries),
        delivery_years=tuple(each.year for each in deliveries),
        tiv_delivered=sum((each.tiv for each in deliveries), Decimal(0)),
    )


class TestCases:
    @pytest.mark.parametrize("name", ["range-2020-2022.csv", "range-older-wording.csv"])
    def test_a_range_changes_nothing_of_the_whole(self, name):
        bring_case("range-whole.csv")
        before = rows()
        done = bring_case(name)
        assert rows() == before
        assert delivered() == {"Quill-7": (40, 40, 20), "Quill-9": (6, 6, 600)}
        assert done.plan.counts()["unchanged"] == 2

    @pytest.mark.parametrize("name", ["range-2020-2022.csv", "range-older-wording.csv"])
    def test_the_whole_takes_the_place_of_a_range(self, name):
        bring_case(name)
        bring_case("range-whole.csv")
        assert delivered() == {"Quill-7": (40, 40, 20), "Quill-9": (6, 6, 600)}
        assert [row.disputed for row in RegistryRow.objects.current()] == [None, None]

    def test_a_range_alone_is_a_minimum(self):
        bring_case("range-2020-2022.csv")
        assert delivered() == {"Quill-7": (10, None, None), "Quill-9": (2, None, None)}

    def test_a_range_by_delivery_year_changes_nothing_of_the_whole(self):
        bring_case("range-whole-by-delivery-year.csv")
        before = rows()
        bring_case("range-by-delivery-year.csv")
        assert rows() == before
        assert delivered()["Quill-7"] == (40, 40, 20)

    def test_the_whole_by_delivery_year_takes_the_place_of_a_range(self):
        bring_case("range-by-delivery-year.csv")
        bring_case("range-whole-by-delivery-year.csv")
        assert delivered() == {"Quill-7": (40, 40, 20), "Quill-8": (4, 4, 2), "Quill-5": (4, 4, 2)}

    def test_a_deal_outside_the_range_has_not_vanished(self):
        bring_case("range-whole-by-delivery-year.csv")
        assert bring_case("range-by-delivery-year.csv").batch.vanished == []

    def test_the_edition_keeps_its_years(self):
        bring_case("range-2020-2022.csv")
        assert ImportBatch.objects.values_list("first_year", "last_year").get() == (2020, 2022)

    def test_a_claim_says_which_years_it_is_limited_to(self):
        bring_case("range-2020-2022.csv")
        assert set(Quantity.objects.filter(measure="delivered").values_list("period", flat=True)) == {
            "2020/2022"
        }
        assert set(Quantity.objects.filter(measure="ordered").values_list("period", flat=True)) == {""}

    def test_the_log_verifies(self):
        bring_case("range-2020-2022.csv")
        bring_case("range-whole.csv")
        assert list(verify.list_faults()) == []


def deal(name, ordered, deliveries, **values):
    """Return an invented deal that was delivered as said, by year."""
    first = min(deliveries)
    by_year = tuple(
        Delivery(0, year, False, count, False, Decimal(count) / 2)
        for year, count in sorted(deliveries.items())
    )
    total = sum(deliveries.values())
    stated = {
        "lines": (), "supplier": "Utopia", "recipient": "Erewhon", "designation": name, "condition": "new",
        "description": "towed gun", "year": first - 2, "ordered": ordered, "delivered": total,
        "tiv_unit": Decimal("0.5"), "tiv_ordered": Decimal(ordered) / 2, "tiv_delivered": Decimal(total) / 2,
        "delivery_years": tuple(sorted(deliveries)), "deliveries": by_year,
    }  # fmt: skip
    return Deal(**stated | values)


DEALS = [
    deal("Quill-1", 40, {1985: 20, 1988: 10}),
    deal("Quill-2", 12, {1988: 4, 1989: 4, 1992: 2}),
    deal("Quill-3", 9, {2001: 3, 2003: 6}),
    deal("Quill-4", 9, {1955: 4}, supplier="Ruritania"),
    deal("Quill-5", 30, {1989: 5, 1990: 5, 2022: 5}, recipient="Lilliput"),
    deal("Quill-5", 31, {1990: 5, 2023: 5}, recipient="Lilliput", comments="Another"),
]
SPANS = [(1950, 1988), (1989, 1990), (1991, 2023)]


def add_id(stated, number):
    """Return the deal with an ID, as the layout by delivery year states it."""
    own = {name: getattr(stated, name) for name in ("deliveries", "delivered", "tiv_delivered")}
    return replace(registers.by_year(stated, number), **own)


NUMBERED = [add_id(stated, number) for number, stated in enumerate(DEALS, 901)]


def _list_rows_of_whole(deals, by_year):
    with transaction.atomic():
        bring(whole(deals, by_year=by_year))
        expected = rows()
        transaction.set_rollback(True)
    return expected


class TestParts:
    @pytest.mark.parametrize("order", [*permutations(range(3))])
    @pytest.mark.parametrize("by_year", [False, True])
    def test_parts_give_the_whole_in_any_order(self, order, by_year):
        deals = NUMBERED if by_year else DEALS
        expected = _list_rows_of_whole(deals, by_year)
        for number in order:
            bring(cut(deals, *SPANS[number], by_year=by_year))
        assert sorted(rows().values(), key=str) == sorted(expected.values(), key=str)

    @pytest.mark.parametrize("spans", [*permutations([(1950, 1989), (1990, 2023)])])
    def test_two_parts_give_the_whole_in_either_order(self, spans):
        for span in spans:
            bring(cut(DEALS, *span))
        total = sum(float(stated.tiv_delivered) for stated in DEALS)
        assert sum(row.tiv_delivered for row in RegistryRow.objects.current()) == total

    def test_a_part_that_is_missing_leaves_minimums(self):
        bring(cut(DEALS, 1950, 1988))
        bring(cut(DEALS, 1991, 2023))
        assert delivered()["Quill-2"] == (6, None, None)

    def test_overlapping_parts_are_not_counted_twice(self):
        bring(cut(DEALS, 1950, 1990))
        bring(cut(DEALS, 1989, 2023))
        assert delivered()["Quill-2"] == (8, None, None)

    def test_a_part_in_a_part_changes_nothing(self):
        for span in ((1950, 1989), (1990, 2023)):
            bring(cut(DEALS, *span))
        before = rows()
        bring(cut(DEALS, 1988, 1988))
        assert rows() == before

    def test_a_later_edition_of_a_part_takes_the_place_of_the_earlier(self):
        for span in ((1950, 1989), (1990, 2023)):
            bring(cut(DEALS, *span))
        fewer = [deal("Quill-3", 9, {2001: 3, 2003: 2}), *(each for each in DEALS if each.year != 1999)]
        bring(cut(fewer, 1990, 2023, generated="4 Apr 2024"))
        assert delivered()["Quill-3"] == (5, 5, 2.5)

    def test_an_older_part_adds_to_a_newer_one(self):
        bring(cut(DEALS, 1990, 2023, generated="4 Apr 2024"))
        bring(cut(DEALS, 1950, 1989))
        assert delivered()["Quill-2"] == (10, 10, 5)

    def test_deals_of_one_name_in_two_parts_are_two_if_more_would_be_delivered_than_ordered(self):
        bring(cut([deal("Quill-1", 8, {1988: 8}, year=1986)], 1950, 1989))
        bring(cut([deal("Quill-1", 8, {1991: 8}, year=1986)], 1990, 2023))
        assert [row.quantity_delivered_max for row in RegistryRow.objects.current()] == [8, 8]

    def test_deals_of_one_year_in_two_parts_are_two_if_their_orders_differ(self):
        first = deal("Quill-1", 8, {1988: 6}, year=1986, comments="For the navy")
        second = deal("Quill-1", 30, {1991: 6}, year=1986, comments="For the army")
        bring(cut([first, second], 1950, 1989))
        bring(cut([first, second], 1990, 2023))
        assert sorted(row.quantity_ordered_min for row in RegistryRow.objects.current()) == [8, 30]
        assert [row.quantity_delivered_max for row in RegistryRow.objects.current()] == [6, 6]

    def test_deals_of_two_editions_that_may_be_one_are_asked_about(self):
        bring(cut([deal("Quill-1", 8, {1988: 6}, year=1986)], 1950, 1989))
        done = bring(cut([deal("Quill-1", 9, {1991: 2}, year=1986)], 1990, 2023, generated="4 Apr 2024"))
        assert done.plan.counts()["ambiguous"] == 1


class TestAbsence:
    def test_a_deal_that_a_part_does_not_list_had_no_deliveries_in_it(self):
        bring(cut(DEALS, 1950, 1989))
        bring(cut(DEALS, 1990, 2023))
        own = Transfer.objects.get(system__name="Quill-1").quantities.filter(measure="delivered")
        assert list(own.values_list("minimum", "period", "excerpt").order_by("period")) == [
            (30, "1950/1989", "Number delivered: 30"),
            (0, "1990/2023", "Deliveries in 1990–2023: not listed"),
        ]

    def test_not_one_of_other_parties_than_the_file_names(self):
        bring(cut(DEALS, 1950, 1989))
        register = cut(DEALS[1:3], 1990, 2023)
        bring(replace(register, title="Transfers of invented arms from Utopia to Erewhon"))
        assert delivered()["Quill-4"] == (4, None, None)

    def test_not_one_of_other_weapons_than_the_file_names(self):
        bring(cut([*DEALS, deal("Gannet", 3, {1986: 2}, description="frigate")], 1950, 1989))
        register = cut(DEALS, 1990, 2023)
        bring(replace(register, title="Transfers of artillery from All countries to All countries"))
        assert delivered()["Gannet"] == (2, None, None)

    def test_not_one_of_which_a_record_was_refused(self):
        bring(cut(DEALS, 1950, 1989))
        refused = Refused((99,), "Line 99: damaged.", "Erewhon,Utopia,19")
        register = cut(DEALS, 1990, 2023)
        bring(replace(register, refused=[refused], records=register.records + 1))
        assert delivered()["Quill-1"] == (30, None, None)

    def test_not_one_that_may_have_another_name_in_another_edition(self):
        bring(cut(DEALS, 1950, 1989))
        later = deal("Gander", 40, {1985: 20, 1991: 10}, year=DEALS[0].year)
        bring(cut([later], 1990, 2023, generated="4 Apr 2024"))
        assert delivered()["Quill-1"] == (30, None, None)

    def test_undoing_a_part_takes_back_what_it_says_of_others(self):
        bring(cut(DEALS, 1950, 1989))
        before = rows()
        done = bring(cut(DEALS, 1990, 2023))
        undo.undo_import(done.batch, "Wrong file")
        assert rows() == before
        assert not Quantity.objects.filter(period="1990/2023").exists()
        assert not RegisterDeal.objects.filter(locator__startswith="not listed").exists()
        assert list(verify.list_faults()) == []

    def test_the_same_part_again_brings_nothing(self):
        bring(cut(DEALS, 1950, 1989))
        bring(cut(DEALS, 1990, 2023))
        assert bring(cut(DEALS, 1990, 2023)).batch is None


BOTH = [deal("Zenda-3/LT-3", 12, {1988: 4, 1991: 8}), deal("Zenda-9", 5, {1986: 2, 1995: 3})]
RENAMED = [replace(BOTH[0], designation="Zenda-3"), BOTH[1]]


class TestOtherNames:
    """Deals that editions of other years state under another designation."""

    @pytest.mark.parametrize("spans", [*permutations([(1950, 1989), (1990, 2023)])])
    def test_a_part_of_another_edition_adds_to_the_deal_of_the_other_name(self, spans):
        bring(cut(BOTH, *spans[0]))
        done = bring(cut(RENAMED, *spans[1], generated="4 Apr 2024"))
        assert done.plan.counts()["ambiguous"] == 0
        assert sorted(delivered().values()) == [(5, 5, 2.5), (12, 12, 6)]

    def test_the_whole_after_parts_takes_the_place_of_the_deal_of_the_other_name(self):
        bring(cut(BOTH, 1950, 1989))
        bring(cut(BOTH, 1990, 2023))
        bring(whole(RENAMED, generated="4 Apr 2024"))
        assert sorted(delivered().values()) == [(5, 5, 2.5), (12, 12, 6)]

    def test_a_part_after_the_whole_is_of_the_deal_of_the_other_name(self):
        bring(whole(BOTH))
        before = sorted(delivered().values())
        bring(cut(RENAMED, 1990, 2023, generated="4 Apr 2024"))
        assert sorted(delivered().values()) == before

    def test_files_of_one_date_have_one_name_for_a_deal(self):
        bring(cut(BOTH, 1950, 1989))
        bring(cut(RENAMED, 1990, 2023))
        assert len(delivered()) == 3

    def test_an_order_that_differs_is_asked_about(self):
        bring(cut(BOTH, 1950, 1989))
        changed = replace(RENAMED[0], comments="For guards")
        done = bring(cut([changed, BOTH[1]], 1990, 2023, generated="4 Apr 2024"))
        assert (done.plan.counts()["ambiguous"], len(delivered())) == (1, 2)

    def test_two_deals_of_one_order_are_asked_about(self):
        twins = [replace(BOTH[0], designation=name) for name in ("Zenda-3/LT-3", "Zenda-3/LT-4")]
        bring(cut(twins, 1950, 1989))
        done = bring(cut(RENAMED, 1990, 2023, generated="4 Apr 2024"))
        assert (done.plan.counts()["ambiguous"], len(delivered())) == (1, 3)

    def test_another_order_is_another_deal(self):
        bring(cut(BOTH, 1950, 1989))
        other = deal("Zenda-3", 40, {1991: 8}, year=BOTH[0].year)
        bring(cut([other], 1990, 2023, generated="4 Apr 2024"))
        assert len(delivered()) == 3


class TestLayouts:
    """Parts of which some are in one layout and some in the other, which states no order."""

    @pytest.mark.parametrize("is_first", [True, False])
    def test_a_deal_that_both_parts_have_is_asked_about_and_not_doubled(self, is_first):
        spans = [(1950, 1989), (1990, 2023)]
        bring(cut(NUMBERED if is_first else DEALS, *spans[0], by_year=is_first))
        done = bring(cut(DEALS if is_first else NUMBERED, *spans[1], by_year=not is_first))
        keys = {planned.deal.designation for planned in done.plan.deals if planned.outcome == "ambiguous"}
        assert keys == {"Quill-2", "Quill-5"}
        assert delivered()["Quill-2"] == (8, None, None)

    def test_a_deal_of_another_name_in_the_other_layout_is_asked_about(self):
        bring(cut(BOTH, 1950, 1989))
        numbered = [add_id(each, place) for place, each in enumerate(RENAMED, 901)]
        done = bring(cut(numbered, 1990, 2023, by_year=True))
        assert (done.plan.counts()["ambiguous"], len(delivered())) == (2, 2)

    def test_the_whole_tells_what_parts_of_the_other_layout_are(self):
        bring(whole(DEALS))
        before = delivered()
        done = bring(cut(NUMBERED, 1990, 2023, by_year=True))
        assert (done.plan.counts()["ambiguous"], delivered()) == (0, before)


class TestYears:
    @pytest.mark.parametrize(
        ("text", "years"),
        [
            ("2020-2022", (2020, 2022)),
            ("2020–2022", (2020, 2022)),
            ("2021", (2021, 2021)),
            ("ALL", (None, None)),
        ],
    )
    def test_years_that_are_given(self, text, years):
        assert parse_years(text) == years

    @pytest.mark.parametrize("text", ["2022-2020", "some", "20", "2020-", "1-2"])
    def test_years_that_are_none(self, text):
        with pytest.raises(YearsUnknown, match="is not a range of years"):
            parse_years(text)

    @pytest.mark.parametrize(
        ("first", "last", "generated", "period"),
        [
            (1950, 2025, "4 May 2026", ""),
            (1950, 2024, "4 Mar 2026", ""),
            (1950, 2024, "4 May 2026", "1950/2024"),
            (1951, 2025, "4 May 2026", "1951/2025"),
            (1950, 1989, "", "1950/1989"),
            (2021, 2021, "4 May 2026", "2021"),
        ],
    )
    def test_a_range_of_all_years_is_none(self, first, last, generated, period):
        deals = [deal("Quill-1", 4, {first + 5 if first < 2000 else first: 4})]
        assert get_years(cut(deals, first, last, generated=generated)).period == period

    def test_years_that_the_file_states_are_not_the_users_to_change(self):
        assert get_years(cut(DEALS, 1950, 1989), "all") == Years(1950, 1989)


def _without_preamble(name):
    text = (CASES / name).read_text()
    return read_register(
        text[text.index("Recipient,") if "Recipient,Sup" in text else text.index("SIPRI AT") :].encode()
    )


#: What a register has of its years that does not say which they are.
UNSAID = {"first_year": None, "last_year": None, "states_range": False, "is_limited": False}


class TestDoubt:
    @pytest.mark.parametrize("name", ["range-2020-2022.csv", "range-older-wording.csv"])
    def test_a_file_that_says_nothing_and_has_too_few_delivered_is_asked_about(self, name):
        with pytest.raises(YearsUnknown, match="2 have fewer delivered than ordered, more than usual"):
            bring(_without_preamble(name))

    def test_what_the_user_says_is_believed(self):
        bring_case("range-whole.csv")
        bring(_without_preamble("range-2020-2022.csv"), years="2020-2022")
        assert delivered()["Quill-7"] == (40, 40, 20)

    def test_a_file_by_delivery_year_that_loses_deliveries_is_asked_about(self):
        bring(whole(NUMBERED, by_year=True))
        later = cut(NUMBERED, 1991, 2023, by_year=True, generated="4 Apr 2024")
        with pytest.raises(YearsUnknown, match="3 of 4 deals that were imported before"):
            bring(replace(later, **UNSAID))
        bring(replace(later, **UNSAID), years="1991-2023")
        assert delivered()["Quill-2"] == (10, 10, 5)

    @pytest.mark.parametrize("by_year", [False, True])
    def test_one_deal_of_many_that_loses_deliveries_before_the_files_first_year_is_asked_about(self, by_year):
        many = [deal(f"Quill-{number}", 8, {1990 + number: 8}) for number in range(1, 20)]
        many.append(deal("Quill-20", 12, {1985: 4, 1991: 4}))
        many = [add_id(each, place) for place, each in enumerate(many, 1)] if by_year else many
        bring(whole(many, by_year=by_year))
        before = rows()
        with pytest.raises(YearsUnknown, match="1 of 20 deals that were imported before"):
            bring(replace(cut(many, 1986, 2023, by_year=by_year, generated="4 Apr 2024"), **UNSAID))
        assert rows() == before

    def test_a_case_by_delivery_year_without_its_preamble_is_asked_about(self):
        bring_case("range-whole-by-delivery-year.csv")
        with pytest.raises(YearsUnknown, match="1 of 2 deals"):
            bring(_without_preamble("range-by-delivery-year.csv"))
        assert delivered()["Quill-7"] == (40, 40, 20)

    def test_a_file_by_delivery_year_of_deals_that_are_not_known_is_asked_about(self):
        with pytest.raises(YearsUnknown, match="states no orders that would tell, and only 0 of its 2 deals"):
            bring(_without_preamble("range-by-delivery-year.csv"))
        bring(_without_preamble("range-by-delivery-year.csv"), years="2020-2022")
        assert delivered()["Quill-7"] == (10, None, None)

    def test_a_later_file_by_delivery_year_of_known_deals_is_not_asked_about(self):
        bring(whole(NUMBERED, by_year=True))
        more = [*NUMBERED, add_id(deal("Quill-9", 3, {2022: 3}), 950)]
        bring(replace(whole(more, by_year=True, generated="4 Apr 2025"), **UNSAID))
        assert len(rows()) == len(more)

    def test_an_older_whole_edition_is_not_asked_about(self):
        bring(whole([deal("Quill-1", 9, {2020: 3, 2023: 3})], generated="4 Apr 2025"))
        bring(replace(whole([deal("Quill-1", 9, {2020: 3})], generated="4 Mar 2022"), **UNSAID))
        assert delivered()["Quill-1"] == (6, 6, 3)

    def test_a_heading_that_names_a_range_is_asked_about(self):
        with pytest.raises(YearsUnknown, match="are those of a range of years, but not of which"):
            bring_case("header-of-autumn-2026.csv")
        bring_case("header-of-autumn-2026.csv", years="all")
        assert delivered()["Quill-7"] == (40, 40, 20)

    def test_a_whole_register_is_not_asked_about(self):
        few = [deal(f"Quill-{number}", 4, {1985: 4 - (number % 5 == 0)}) for number in range(20)]
        register = read_register(registers.write_trade_register(few, preamble=(), encoding="utf-8"))
        assert get_years(register).is_whole

    def test_orders_of_late_are_not_asked_about(self):
        register = read_register(
            registers.write_trade_register(
                [deal("Quill-1", 4, {2025: 1})], preamble=("Data generated: 4 May 2026",), encoding="utf-8"
            )
        )
        assert get_years(register).is_whole

    def test_the_command_asks_for_the_years_and_takes_them(self, tmp_path):
        text = (CASES / "range-2020-2022.csv").read_text()
        file = tmp_path / "r.csv"
        file.write_text(text[text.index("Recipient,") :])
        with pytest.raises(CommandError, match=r"Give the years .* The option is --years"):
            call_command("importregister", str(file))
        assert not Transfer.objects.exists()
        call_command("importregister", str(file), years="2020-2022", publish=True)
        assert delivered()["Quill-7"] == (10, None, None)
