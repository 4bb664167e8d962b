"""Deliveries through time: the rows of periods, and sums by year of what is certain and what is possible."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pandas as pd
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from tests.support import factories, registers
from tests.support.reading import error
from transfers.models import RegisterDeal, RegistryDelivery, Transfer
from transfers.publication import content, publish, verify
from transfers.registers.reading.records import Delivery

pytestmark = pytest.mark.django_db
SUMMARY = "/api/deliveries/summary"
REGISTER = {"origin_of": "register", "publisher": "Institute", "published": "2024-03-11"}


def ask(client, query="", path="/api/deliveries"):
    answer = client.get(f"{path}{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def bring(tmp_path, data, name="register.csv", **options):
    file = tmp_path / name
    file.write_bytes(data)
    call_command("importregister", str(file), publish=True, reason="Test", stdout=StringIO(), **options)


def delivered(key, number, when, tiv=None, **values):
    """Publish a transfer of which a register says how many came when, and which value."""
    transfer = factories.transfer(key, **values)
    source = factories.source(f"register-{key}", **REGISTER)
    place = {"transfer": transfer, "source": source}
    factories.quantity("delivered", number, unit="aircraft", **place)
    factories.date("delivered", when, **place)
    if tiv is not None:
        factories.valuation("tiv_delivered", Decimal(tiv), **place)
    publish.publish([transfer], "Test")
    return transfer


@pytest.fixture
def few():
    """Publish four transfers: of one year, of two that are listed, of a span, and of an open time."""
    delivered("one", 5, "2015", "0.1")
    delivered("two", 10, "{2015,2017}", "0.2")
    delivered("span", 6, "2016-07/2017", supplier="USA")
    delivered("open", 2, "2019/..", recipient="IND")


@pytest.fixture
def register(tmp_path):
    """Import an invented register by delivery year, and return its rows as pandas reads them."""
    data = registers.write_delivery_years(registers.deals(60, seed=9), shuffled=4, encoding="utf-8")
    bring(tmp_path, data)
    text = bytes(data).decode()
    return pd.read_csv(
        StringIO(text[text.index("SIPRI AT") :]), dtype={"TIV delivery values": str, "Delivery year": str}
    )


class TestRegisterByYear:
    def test_imports_by_year_and_supplier_are_those_of_the_file(self, client, register):
        register["tiv"] = register["TIV delivery values"].map(Decimal)
        imports = register[register["Recipient"] == "India"]
        sums = imports.groupby(["Delivery year", "Supplier"])["tiv"].sum()
        expected = {(str(year), supplier): tiv for (year, supplier), tiv in sums.items() if tiv}
        groups = ask(client, "?recipient=India&group_by=year,supplier&sum=tiv", SUMMARY)
        names = {row["supplier"]: row["supplier_name"] for row in ask(client, "?page_size=1000")}
        shown = {
            (row["year"], names[row["supplier"]]): Decimal(str(row["tiv_certain"]))
            for row in groups
            if row["tiv_certain"] and row["year"]
        }
        assert len(expected) > 10
        assert shown == {key: tiv.normalize() for key, tiv in expected.items()}

    def test_numbers_by_year_are_those_of_the_file(self, client, register):
        sums = register.groupby("Delivery year")["Numbers delivered"].sum()
        found: dict[str, int] = {}
        for row in ask(client, "?group_by=year", SUMMARY):
            found[row["year"]] = found.get(row["year"], 0) + row["number_certain"]
        found.pop(None, None)  # type: ignore[call-overload]
        assert found == {str(year): number for year, number in sums.items() if number}

    def test_periods_add_up_to_what_the_row_says(self, client, register):
        sums: dict[str, int] = {}
        for row in ask(client, "?page_size=1000"):
            sums[row["transfer"]] = sums.get(row["transfer"], 0) + row["number_min"]
        rows = ask(client, "?page_size=1000&quantity_delivered__gte=1", "/api/transfers")
        assert sums == {row["key"]: row["quantity_delivered_min"] for row in rows}

    def test_the_claim_says_how_it_splits(self, client, register):
        query = "?measure=quantity_delivered&by_year__isnull=false&page_size=1"
        [claim] = ask(client, query, "/api/claims")
        parts = [part.split(": ") for part in claim["by_year"].split("; ")]
        assert sum(int(number) for _, number in parts) == claim["minimum"]
        assert len(parts) > 1

    def test_an_edition_that_changes_the_split_alone_counts_as_changed(self, client, tmp_path):
        deal = registers.by_year(replace(registers.deals(1, seed=1)[0], delivered=6), 1)
        years = (2015, 2016)
        for name, numbers, day in (("a", (2, 4), "18 May 2026"), ("b", (4, 2), "18 May 2027")):
            parts = tuple(
                Delivery(0, year, False, number, False, Decimal(number))
                for year, number in zip(years, numbers, strict=True)
            )
            whole = {"delivered": 6, "delivery_years": years, "tiv_delivered": Decimal(6)}
            edition = replace(deal, **whole, deliveries=parts)
            data = registers.write_delivery_years([edition], generated=f"{day} 2:29:20 PM")
            bring(tmp_path, data, f"{name}.csv")
        assert RegisterDeal.objects.order_by("pk").last().outcome == "changed"
        assert [row["number_min"] for row in ask(client)] == [4, 2]
        assert [row["number_min"] for row in ask(client, "?as_of=1")] == [2, 4]


class TestYears:
    def test_a_year_finds_what_may_have_come_in_it(self, client, few):
        found = {row["transfer"] for row in ask(client, "?year=2017")}
        assert found == {"two", "span"}

    def test_a_year_between_those_of_a_list_finds_nothing_of_it(self, client, few):
        assert {row["transfer"] for row in ask(client, "?year=2016")} == {"span"}

    @pytest.mark.parametrize(
        ("query", "keys"),
        [("year__gte=2018", {"open"}), ("year__lte=2015", {"one", "two"}),
         ("year__lte=2015&certain=true", {"one"}), ("year=2015,2019", {"one", "two", "open"})],
    )  # fmt: skip
    def test_years_are_bounds_too(self, client, few, query, keys):
        assert {row["transfer"] for row in ask(client, f"?{query}")} == keys

    def test_what_is_certain_and_what_is_possible_in_each_year(self, client, few):
        groups = ask(client, "?group_by=year", SUMMARY)
        shown = [(row["year"], row["number_certain"], row["number_possible"]) for row in groups]
        assert shown == [
            ("2015", 5, 15), ("2016", 0, 6), ("2017", 0, 16), ("2019", 0, 2), (None, 18, 18),
        ]  # fmt: skip

    def test_certain_sums_add_up_to_the_whole(self, client, few):
        [whole] = ask(client, "", SUMMARY)
        by_year = ask(client, "?group_by=year", SUMMARY)
        assert sum(row["number_certain"] for row in by_year) == whole["number_certain"] == 23

    def test_a_decade_holds_a_period_of_several_of_its_years(self, client, few):
        groups = ask(client, "?group_by=decade&recipient=SRB", SUMMARY)
        assert [(row["decade"], row["number_certain"]) for row in groups] == [("2010s", 21)]

    def test_with_years_only_what_lies_within_them_is_certain(self, client, few):
        [row] = ask(client, "?year__gte=2016&year__lte=2017", SUMMARY)
        assert (row["count"], row["number_certain"], row["number_possible"]) == (2, 6, 16)

    def test_a_buckets_years_are_those_asked_for(self, client, few):
        groups = ask(client, "?group_by=year&year=2017", SUMMARY)
        assert [(row["year"], row["number_certain"], row["number_possible"]) for row in groups] == [
            ("2017", 0, 16)
        ]

    def test_an_open_end_within_the_years_is_certain_as_in_the_list(self, client, few):
        query = "year__gte=2018"
        assert [row["transfer"] for row in ask(client, f"?{query}&certain=true")] == ["open"]
        [row] = ask(client, f"?{query}", SUMMARY)
        assert (row["number_certain"], row["number_possible"]) == (2, 2)

    def test_an_open_end_reaches_as_far_as_is_asked_and_no_further_than_makes_sense(self, client, few):
        groups = ask(client, "?group_by=year&recipient=IND&year__lte=9998", SUMMARY)
        assert [row["year"] for row in groups] == [str(year) for year in range(2019, 2101)]


class TestSums:
    def test_decimals_are_those_of_the_figures(self, client, few):
        assert [row["tiv_certain"] for row in ask(client, "?sum=tiv", SUMMARY)] == [0.3]
        [row] = ask(client, "?sum=tiv", "/api/transfers/summary")
        assert row["tiv_delivered"] == 0.3

    def test_the_first_and_the_rest(self, client, few):
        query = "?group_by=supplier&ordering=-number_certain&limit=1&shares=true"
        first, rest = ask(client, query, SUMMARY)
        assert (first["supplier"], first["number_certain"], first["rest"]) == ("RUS", 17, False)
        assert (rest["supplier"], rest["number_certain"], rest["rest"]) == (None, 6, True)
        assert first["number_certain_share"] + rest["number_certain_share"] == pytest.approx(1)
        assert first["number_certain_share"] == pytest.approx(17 / 23, abs=1e-6)

    def test_the_rest_is_kept_apart_by_unit(self, client, few):
        factories.quantity("delivered", 3, unit="vehicle", transfer=factories.transfer("tank"))
        publish.publish(Transfer.objects.filter(key="tank"), "Test")
        groups = ask(client, "?group_by=recipient&limit=1", SUMMARY)
        assert {(row["unit"], row["rest"]) for row in groups[1:]} == {("aircraft", True), ("vehicle", True)}

    def test_deal_values_are_summed_by_currency(self, client):
        for key, amount, currency in (("a", 5, "USD"), ("b", 7, "USD"), ("c", 9, "EUR")):
            transfer = factories.transfer(key)
            factories.valuation("deal_value", amount, currency=currency, transfer=transfer)
            publish.publish([transfer], "Test")
        groups = ask(client, "?sum=value", "/api/transfers/summary")
        assert [(row["deal_currency"], row["deal_value_min"], row["count"]) for row in groups] == [
            ("EUR", 9, 1), ("USD", 12, 2),
        ]  # fmt: skip

    def test_the_outermost_family_is_a_group(self, client):
        family = factories.system("su-27")
        factories.system("su-30mki", variant_of=factories.system("su-30", variant_of=family))
        delivered("mki", 4, "2015", system="su-30mki")
        for path in (SUMMARY, "/api/transfers/summary"):
            assert [row["family"] for row in ask(client, "?group_by=family", path)] == ["su-27"]

    @pytest.mark.parametrize(
        ("query", "fault"),
        [("limit=0", ("limit", "invalid")), ("limit=ten", ("limit", "invalid")),
         ("sum=money", ("sum", "unknown")), ("shares=2", ("shares", "invalid")),
         ("ordering=tiv", ("ordering", "unknown")), ("ordering=count,-count", ("ordering", "repeated")),
         ("group_by=year,decade", ("group_by", "contradiction")), ("year=15", ("year", "invalid")),
         ("group_by=yaer", ("group_by", "unknown"))],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(self, client, query, fault):
        assert error(client.get(f"{SUMMARY}?{query}")) == fault

    def test_a_list_may_be_repeated(self, client, few):
        repeated = ask(client, "?group_by=supplier&group_by=year", SUMMARY)
        assert repeated == ask(client, "?group_by=supplier,year", SUMMARY)


class TestSplit:
    @pytest.mark.parametrize(
        "text",
        ["0000: 6", "2015: 3.5; 2016: 2.5", "2015: 6; 2015: 0", "2015: 5", "six in 2015", "2015:6"],
    )
    def test_a_split_that_cannot_be_is_refused(self, text):
        claim = factories.quantity("delivered", 6)
        claim.by_year = text
        with pytest.raises(ValidationError, match="by_year"):
            claim.full_clean()

    def test_a_split_that_adds_up_is_taken(self):
        claim = factories.quantity("delivered", 6)
        claim.by_year = "2015: 3; 2016?: 2; undated: 1"
        claim.full_clean()


class TestPublished:
    def test_a_period_leads_to_its_claims(self, client, few):
        [row] = ask(client, "?transfer=one")
        claims = ask(client, f"?claim={','.join(row['claims'])}", "/api/claims")
        assert {claim["measure"] for claim in claims} == {
            "quantity_delivered", "date_delivered", "tiv_delivered",
        }  # fmt: skip

    def test_words_find_the_deliveries_of_a_transfer(self, client, few):
        assert {row["transfer"] for row in ask(client, "?q=india")} == {"open"}

    def test_a_withdrawn_transfer_has_none(self, client, few):
        publish.withdraw(Transfer.objects.filter(key="one"), "Wrong")
        assert "one" not in {row["transfer"] for row in ask(client)}
        assert "one" in {row["transfer"] for row in ask(client, "?as_of=1")}

    def test_what_was_published_before_there_were_periods_keeps_its_hash(self):
        row = {"key": "a", "deliveries": None}
        assert content.hash_content(row, []) == content.hash_content({"key": "a"}, [])

    def test_periods_are_part_of_what_the_log_holds(self, few):
        assert list(verify.list_faults()) == []
        assert RegistryDelivery.objects.current().count() == 4

    def test_pages_follow_each_other(self, client, few):
        first = client.get("/api/deliveries?page_size=3").json()
        second = client.get(first["next"]).json()
        keys = [row["transfer"] for row in first["results"] + second["results"]]
        assert keys == ["one", "open", "span", "two"]
