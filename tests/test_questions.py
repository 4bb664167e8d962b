"""Questions that researchers ask of a register of deals, each answered in one request.

Each answer is computed a second time by pandas, from the file that was imported.
"""

from decimal import Decimal
from io import StringIO

import pandas as pd
import pytest
from django.core.management import call_command

from tests.support import factories, registers, snapshots

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("questions")]
DATA = bytes(registers.write_delivery_years(registers.deals(150, seed=21), shuffled=3, encoding="utf-8"))
#: States by the names of the file, as far as a question asks of their regions.
STATES = {
    "India": "IND", "Pakistan": "PAK", "Sri Lanka": "LKA", "Bangladesh": "BGD",
    "Saudi Arabia": "SAU", "Egypt": "EGY", "Iraq": "IRQ", "Israel": "ISR", "Iran": "IRN",
    "United Arab Emirates": "ARE", "Qatar": "QAT", "Syria": "SYR", "Kuwait": "KWT", "Oman": "OMN",
    "Jordan": "JOR", "Lebanon": "LBN", "Yemen": "YEM", "Turkiye": "TUR", "Bahrain": "BHR",
    "Algeria": "DZA", "Morocco": "MAR", "Sudan": "SDN", "Libya": "LBY", "Tunisia": "TUN",
    "United States": "USA", "Canada": "CAN", "Russia": "RUS", "China": "CHN",
}  # fmt: skip
MIDDLE_EAST = "SAU EGY IRQ ISR IRN ARE QAT SYR KWT OMN JOR LBN YEM TUR BHR".split()
NORTH_AFRICA = "DZA EGY LBY MAR SDN TUN".split()
SOUTH_ASIA = "IND PAK LKA BGD IRN".split()


def read_file() -> pd.DataFrame:
    text = DATA.decode()
    frame = pd.read_csv(
        StringIO(text[text.index("SIPRI AT") :]),
        dtype={"TIV delivery values": str, "Delivery year": str, "SIPRI AT Database ID": str},
        keep_default_na=False,
    )
    frame["tiv"] = frame["TIV delivery values"].map(lambda value: Decimal(value or 0))
    frame["number"] = frame["Numbers delivered"].map(lambda value: int(value or 0))
    frame["year"] = frame["Delivery year"]
    return frame.rename(columns={"Supplier": "supplier", "Recipient": "recipient"})


FRAME = read_file()
DEALS = FRAME.drop_duplicates("SIPRI AT Database ID")
BUYERS = list(FRAME.groupby("recipient")["tiv"].sum().sort_values(ascending=False).index[:10])
SELLERS = list(FRAME.groupby("supplier")["tiv"].sum().sort_values(ascending=False).index[:10])
PAIRS = list(FRAME.groupby(["supplier", "recipient"])["tiv"].sum().sort_values(ascending=False).index[:8])
YEARS = sorted({year for year in FRAME["year"] if year})[-30::5]
CATEGORIES = {"Aircraft": "aircraft", "Missiles": "missiles", "Ships": "ships", "Artillery": "artillery"}


def load() -> None:
    for name, code in STATES.items():
        factories.party(code, name=name)


@pytest.fixture(autouse=True)
def register(tmp_path):
    def bring() -> None:
        load()
        file = tmp_path / "register.csv"
        file.write_bytes(DATA)
        call_command("importregister", str(file), publish=True, reason="Test", stdout=StringIO())

    snapshots.load_once("questions", bring)


@pytest.fixture
def names(client):
    """Return the names of the file by the codes of the register."""
    return {row["code"]: row["name"] for row in client.get("/api/parties?page_size=1000").json()["results"]}


def ask(client, path, **query):
    answer = client.get(f"/api/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def exact(number):
    return Decimal(str(number or 0))


def sum_tiv(frame, by):
    sums = frame.groupby(by)["tiv"].sum()
    return {key: value.normalize() for key, value in sums.items() if value and key}


def by_time(rows, name="year"):
    return {row[name]: exact(row["tiv_certain"]) for row in rows if row["tiv_certain"] and row[name]}


@pytest.mark.parametrize("buyer", BUYERS)
def test_what_a_state_imported_by_year(client, buyer):
    rows = ask(client, "deliveries/summary", recipient=buyer, group_by="year", sum="tiv")
    assert by_time(rows) == sum_tiv(FRAME[FRAME["recipient"] == buyer], "year")


@pytest.mark.parametrize("seller", SELLERS)
def test_what_a_state_exported_by_year(client, seller):
    rows = ask(client, "deliveries/summary", supplier=seller, group_by="year", sum="tiv")
    assert by_time(rows) == sum_tiv(FRAME[FRAME["supplier"] == seller], "year")


@pytest.mark.parametrize(("seller", "buyer"), PAIRS)
def test_what_one_state_got_from_another(client, seller, buyer):
    [row] = ask(client, "deliveries/summary", supplier=seller, recipient=buyer, sum="tiv")
    expected = FRAME[(FRAME["supplier"] == seller) & (FRAME["recipient"] == buyer)]["tiv"].sum()
    assert exact(row["tiv_certain"]) == expected


@pytest.mark.parametrize(("side", "first"), [("supplier", SELLERS), ("recipient", BUYERS)])
def test_the_ten_largest(client, names, side, first):
    rows = ask(client, "deliveries/summary", group_by=side, sum="tiv", ordering="-tiv_certain", limit=10)
    assert [names[row[side]] for row in rows[:10]] == first


@pytest.mark.parametrize(("side", "first"), [("supplier", SELLERS), ("recipient", BUYERS)])
def test_all_others_together(client, side, first):
    *_, rest = ask(client, "deliveries/summary", group_by=side, sum="tiv", ordering="-tiv_certain", limit=10)
    assert rest["rest"]
    assert exact(rest["tiv_certain"]) == FRAME[~FRAME[side].isin(first)]["tiv"].sum()


@pytest.mark.parametrize(("side", "first"), [("supplier", SELLERS), ("recipient", BUYERS)])
def test_the_share_of_the_largest(client, side, first):
    rows = ask(client, "deliveries/summary", group_by=side, sum="tiv", ordering="-tiv_certain", shares=True)
    share = FRAME[FRAME[side] == first[0]]["tiv"].sum() / FRAME["tiv"].sum()
    assert rows[0]["tiv_certain_share"] == pytest.approx(float(share), abs=1e-6)


@pytest.mark.parametrize("year", YEARS)
def test_how_many_pieces_came_in_a_year(client, year):
    rows = ask(client, "deliveries/summary", year=year, certain="true")
    assert sum(row["number_certain"] for row in rows) == FRAME[FRAME["year"] == year]["number"].sum()


def test_what_was_delivered_in_each_decade(client):
    rows = ask(client, "deliveries/summary", group_by="decade", sum="tiv")
    decades = FRAME[FRAME["year"] != ""].assign(decade=lambda frame: frame["year"].str[:3] + "0s")
    assert by_time(rows, "decade") == sum_tiv(decades, "decade")


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_was_delivered_of_a_category(client, category):
    [row] = ask(client, "deliveries/summary", category=CATEGORIES[category], sum="tiv")
    assert exact(row["tiv_certain"]) == FRAME[FRAME["Armament category"] == category]["tiv"].sum()


@pytest.mark.parametrize(
    ("region", "codes"),
    [("Middle East", MIDDLE_EAST), ("North Africa", NORTH_AFRICA), ("South Asia", SOUTH_ASIA)],
)
def test_what_a_region_imported(client, region, codes):
    rows = ask(client, "deliveries/summary", recipient=region, sum="tiv")
    members = [name for name, code in STATES.items() if code in codes]
    assert (
        sum(exact(row["tiv_certain"]) for row in rows) == FRAME[FRAME["recipient"].isin(members)]["tiv"].sum()
    )


def test_what_members_of_an_alliance_sold_in_a_year(client):
    rows = ask(client, "deliveries/summary", supplier="group:NATO@1990", sum="tiv", year__lte=1990)
    members = FRAME["supplier"].isin(["United States", "Canada", "Turkiye"]) & (FRAME["year"] != "")
    sold = FRAME[members & (FRAME["year"] <= "1990")]["tiv"].sum()
    assert sum(exact(row["tiv_certain"]) for row in rows) == sold


@pytest.mark.parametrize("seller", SELLERS[:5])
def test_how_many_deals_a_state_made(client, seller):
    [row] = ask(client, "transfers/summary", supplier=seller, sum="count")
    assert row["count"] == len(DEALS[DEALS["supplier"] == seller])


@pytest.mark.parametrize(("condition", "label"), [("new", "New"), ("second_hand", "Second hand")])
def test_how_many_deals_were_of_arms_in_this_condition(client, condition, label):
    [row] = ask(client, "transfers/summary", condition=condition, sum="count")
    assert row["count"] == len(DEALS[DEALS["Status"] == label])


def test_from_whom_it_is_not_known(client):
    [row] = ask(client, "transfers/summary", supplier="unknown supplier(s)", sum="count")
    assert row["count"] == (DEALS["supplier"] == "unknown supplier(s)").sum()


def test_how_many_states_bought_from_the_largest_seller(client):
    rows = ask(client, "transfers/summary", supplier=SELLERS[0], group_by="recipient", sum="count")
    assert len(rows) == DEALS[DEALS["supplier"] == SELLERS[0]]["recipient"].nunique()


def test_who_bought_from_both_of_two_sellers(client):
    bought = [
        {row["recipient"] for row in ask(client, "transfers", supplier=seller, page_size=1000)}
        for seller in SELLERS[:2]
    ]
    expected = [set(DEALS[DEALS["supplier"] == seller]["recipient"]) for seller in SELLERS[:2]]
    assert len(bought[0] & bought[1]) == len(expected[0] & expected[1])


def test_in_which_year_most_was_delivered(client):
    rows = ask(client, "deliveries/summary", group_by="year", sum="tiv", ordering="-tiv_certain", limit=1)
    sums = sum_tiv(FRAME, "year")
    assert rows[0]["year"] == max(sums, key=sums.__getitem__)


def test_what_was_ordered_in_each_year(client):
    rows = ask(client, "transfers/summary", group_by="year_agreed", sum="count")
    counts = DEALS[DEALS["Order date"] != ""].groupby("Order date").size()
    assert {row["year_agreed"]: row["count"] for row in rows if row["year_agreed"]} == {
        str(year).removesuffix(".0"): count for year, count in counts.items()
    }


def test_since_when_a_state_imports_from_another(client):
    seller, buyer = PAIRS[0]
    rows = ask(client, "deliveries", supplier=seller, recipient=buyer, ordering="period_earliest")
    years = FRAME[(FRAME["supplier"] == seller) & (FRAME["recipient"] == buyer)]["year"]
    assert rows[0]["period"] == min(year for year in years if year)
