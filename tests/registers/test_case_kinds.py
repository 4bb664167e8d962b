"""Each kind of small register that went wrong, in other words, layouts and figures than the cases have."""

from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.registers import test_ranges as ranges
from tests.support import factories, snapshots
from tests.support.deals import DEAL as ORDERED
from tests.support.deals import described, imported, public
from tests.support.registers import write_delivery_years, write_trade_register
from transfers.models import Party, RegisterDeal, RegistryRow
from transfers.registers.importing.naming import Resolver
from transfers.registers.ranges import YearsUnknown
from transfers.registers.reading import read_file, read_register
from transfers.registers.reading.preamble import parse_range
from transfers.registers.reconciling.joining import join_all
from transfers.registers.reconciling.links import list_proposed

MORE = Path(__file__).parent / "cases" / "more"
FIXTURES = Path(__file__).parents[2] / "fixtures"
DEAL = ranges.deal("Rossignol", 24, {2014: 6, 2016: 6, 2018: 12}, description="frigate")
OTHER = ranges.deal("Pluvier", 5, {2016: 5}, description="tank", recipient="Lilliput")


def read_range(sentence, part, by_year):
    """Return the register of these deals under a preamble that says this."""
    write_file = write_delivery_years if by_year else write_trade_register
    preamble = ("Invented transfers", *sentence.splitlines(), "Data generated: 9 May 2025")
    return read_register(write_file(part, preamble=preamble, encoding="utf-8"))


# Ranges

SENTENCES = [
    "Deals with deliveries made from 2016 to 2017",
    "Deliveries between 2016 and 2017",
    "Deliveries made for the period 2016–2017",
    "Time frame: 2016 - 2017",
    "DEALS FOR THE YEAR RANGE “2016” THROUGH “2017”",
    "From the year 2016 until the year 2017",
    "Deals with deliveries or orders made for year range 2016-17",
    "Year range: 2016/2017",
]
UNCLEAR = [
    "For the year range '2016' to ''",
    "Year range,2016,2017",
    "For the years 2016, 2017 and 2019",
    "Deliveries in the years 2016 & 2018",
    "Deliveries since 2016",
    "Exports of Utopia, 2016–2017",
    "The 'Number delivered' refers to deliveries within the selected years.",
    "The numbers are limited to the selected period.",
    "For the year range '1 January 2016' to '31 December 2017'",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_range_is_read_in_each_wording(sentence):
    assert parse_range(sentence) == (2016, 2017, True, True)


@pytest.mark.parametrize(
    ("sentence", "years"),
    [
        ("Deals with deliveries made in 2016", (2016, 2016)),
        ("For the year range '2016' to '2016'", (2016, 2016)),
        ("Deals for the year range 2016. Data of Utopia", (2016, 2016)),
        ("For the year range '2016' to 'present'", (2016, None)),
    ],
)
def test_range_of_one_year_or_with_an_open_end_is_read(sentence, years):
    assert parse_range(sentence) == (*years, True, True)


@pytest.mark.parametrize("sentence", UNCLEAR)
def test_range_in_words_that_cannot_be_read_is_asked_about(sentence):
    assert parse_range(sentence) == (None, None, True, True)
    with pytest.raises(YearsUnknown):
        ranges.get_years(read_range(sentence, [DEAL], by_year=False))


@pytest.mark.parametrize("by_year", [False, True])
@pytest.mark.parametrize(
    ("remark", "years"),
    [
        ("Deals for the year range '2016' to '2017'", (2016, 2017, True)),
        ("The numbers refer only to deliveries in the selected years.", (None, None, True)),
        ("Delivered from 2016 to 2017", (None, None, False)),
    ],
)
def test_range_that_stands_below_the_table_is_read_if_it_is_plain(remark, years, by_year):
    write_file = write_delivery_years if by_year else write_trade_register
    data = write_file([ranges.add_id(DEAL, 7) if by_year else DEAL], preamble=(), encoding="utf-8")
    register = read_register(data + f"\n{remark}\n".encode())
    assert (register.first_year, register.last_year, register.is_limited) == years


@pytest.mark.django_db
@pytest.mark.parametrize(("sentence", "by_year"), [(SENTENCES[0], False), (SENTENCES[2], True)])
def test_range_in_other_words_changes_nothing_of_the_whole(sentence, by_year):
    deals = [ranges.add_id(one, 71 + place) for place, one in enumerate([DEAL, OTHER])]
    ranges.bring(ranges.whole(deals if by_year else [DEAL, OTHER], by_year=by_year))
    before = ranges.rows()
    part = [ranges.cut_deal(one, 2016, 2017) for one in (deals if by_year else [DEAL, OTHER])]
    done = ranges.bring(read_range(sentence, part, by_year))
    assert (ranges.rows(), done.batch.vanished) == (before, [])
    assert ranges.delivered() == {"Rossignol": (24, 24, 12), "Pluvier": (5, 5, Decimal("2.5"))}


@pytest.mark.django_db
def test_range_of_one_year_alone_is_a_minimum():
    ranges.bring(read_range("Deliveries made in 2018", [ranges.cut_deal(DEAL, 2018, 2018)], by_year=False))
    assert ranges.delivered() == {"Rossignol": (12, None, None)}


@pytest.mark.django_db
@pytest.mark.parametrize("by_year", [False, True])
def test_range_without_its_preamble_is_asked_about(by_year):
    deals = [ranges.add_id(one, 71 + place) for place, one in enumerate([DEAL, replace(DEAL, comments="B")])]
    part = [ranges.cut_deal(one, 2018, 2018) for one in deals]
    with pytest.raises(YearsUnknown):
        ranges.bring(read_range("", part, by_year))


# Names


def count_systems(*weapons):
    """Return how many systems these weapons are, and how many in the other order."""
    counts = []
    for listed in (weapons, weapons[::-1]):
        resolver = Resolver()
        deals = (replace(DEAL, designation=name, description=text) for name, text in listed)
        counts.append(len({resolver.resolve(deal).system for deal in deals}))
    return counts


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    [
        ("submarine", "anti-submarine torpedo", "anti-submarine helicopter"),
        ("turboshaft", "combat helicopter", "helicopter radar"),
        ("SAM", "SAM system", "fire-control radar"),
        ("howitzer", "armoured bridgelayer", "mine countermeasures ship"),
        ("gizmo", "armoured gizmo", ""),
    ],
)
def test_weapons_of_one_name_are_three(words):
    assert count_systems(*(("Milan", text) for text in words)) == [3, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names",
    [
        ("Geai", "Geai+", "Geai++"),
        ("Geai 3.1", "Geai 31", "Geai 3-1", "Geai 3/1", "Geai 3,1"),
        ("Geai I", "Geai II", "Geai 1", "Geai 2", "Geai III"),
        ("Geai 2", "Geai 2′", "Geai 2″", "Geai 2+"),
        ("Geai-A/B", "Geai-AB", "Geai-A.B", "Geai-A&B", "Geai-A(B)"),
        ("Geai*", "Geai", "Geai#", "Geai!"),
    ],
)
def test_designations_that_differ_by_a_sign_are_systems_of_their_own(names):
    assert count_systems(*((name, "tank") for name in names)) == [len(names)] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "names", [("Geai-2", "GEAI 2", "Geai2"), ("S-2", "С-2", "s 2"), ("Geai “II”", "Geai II")]
)
def test_designations_that_differ_by_case_or_script_are_one_system(names):
    assert count_systems(*((name, "tank") for name in names)) == [1, 1]


PARTIES = {
    "DDR": "Germany (GDR)|German DR|GDR|DD|Germany, East",
    "DEU": "Germany (FRG)|West Germany|DE|DEU",
    "YMD": "Yemen PDR (South Yemen)|South Yemen|YD|Yemen, South|PDRY",
    "X-NORTH-YEMEN": "North Yemen|Yemen, North",
    "VDR": "Viet Nam (North)|North Viet Nam|VD",
    "PRK": "Korea DPR|N. Korea|DPRK|Korea, North|KP",
    "KOR": "S. Korea|Korea (South)|ROK|KR",
    "YUG": "Yugoslavia (SFRY)|Yugoslavia (FRY)|YU",
    "SUN": "Soviet Union (USSR)|SU|Soviet Union",
    "SCG": "Serbia & Montenegro|Serbia-Montenegro",
    "COD": "Zaïre|Congo-Kinshasa|Congo, DR|ZR",
    "KNA": "St. Kitts & Nevis|Saint Kitts-Nevis|KN",
    "LCA": "St Lucia|SAINT LUCIA",
    "STP": "Sao Tome & Principe|São Tomé and Príncipe",
    "TTO": "Trinidad & Tobago|Trinidad-Tobago",
    "LKA": "Sri Lanka (Ceylon)|Ceylon",
    "MMR": "Burma (Myanmar)|BU|BUR",
    "GBR": "UK|United Kingdom (UK)|U.K.",
    "X-UN": "United Nations**|United Nations (UN)**|UN**",
    "X-NATO": "NATO**",
    "X-HAMAS": "Hamas (Palestine)*|Hamas* (Palestine)|Hamas*",
    "X-UNITA": "UNITA (Angola)*|UNITA*",
    "X-LTTE": "LTTE (Sri Lanka)*",
}


@pytest.mark.django_db
def test_parties_are_found_by_each_of_their_names():
    load = partial(call_command, "loaddata", FIXTURES / "parties.yaml", verbosity=0)
    snapshots.load_once("shipped parties", load)
    resolver = Resolver()
    codes = {
        (printed, resolver.resolve(replace(DEAL, recipient=printed)).recipient)
        for names in PARTIES.values()
        for printed in names.split("|")
    }
    assert codes == {(printed, code) for code, names in PARTIES.items() for printed in names.split("|")}
    assert not Party.objects.filter(code__in=resolver.parties).exists()


# Editions


def show(rows):
    """Return what is public of each system: ordered, delivered, when, and the TIVs."""
    names = (
        "quantity_ordered_max", "quantity_delivered_max", "date_delivered", "tiv_ordered", "tiv_delivered",
    )  # fmt: skip
    return {row.system_name: tuple(getattr(row, name) for name in names) for row in rows}


@pytest.mark.django_db
def test_later_edition_of_other_figures_stands():
    for year in (2023, 2025):
        ranges.bring(read_file(MORE / f"edition-{year}.csv"))
    assert show(RegistryRow.objects.current()) == {
        "Rossignol": (240, 240, "{2020,2022}", 24, 24),
        "Héron": (9, 9, "{2021,2023}", 18, 18),
        "Pluvier": (36, 36, "2024", 9, 9),
        "Butor": (None, 0, None, None, None),
        "Courlis": (None, 14, "2019", None, 42),
        "Sarcelle": (5, None, None, 100, None),
        "Geai Mk-2/GM-2": (21, 21, "2014", 6.3, 6.3),
        "Merle": (33, 33, "2015/2016", 19.8, 19.8),
        "Tarin 'Vert'": (8, 8, "2013", 12, 12),
        "Grive": (10, 10, "2012/2013", 20, 20),
        "Pinson": (30, 30, "2011/2012", 30, 30),
        "Milan": (60, 60, "2016", 1.2, 1.2),
        "Milan (trainer aircraft)": (7, 7, "2017", 7, 7),
        "Milan (corvette)": (3, 3, "2018", 60, 60),
    }
    assert set(RegistryRow.objects.current().values_list("disputed", flat=True)) == {None}
    ambiguous = RegisterDeal.objects.ambiguous().order_by("pk")
    assert [deal.stated["ordered"] for deal in ambiguous] == [4, 6, 11, 20]


@pytest.mark.django_db
@pytest.mark.parametrize("editions", [((8, 8), (16,)), ((16,), (8, 8)), ((5, 7), (12,)), ((4, 4, 4), (12,))])
def test_deals_that_became_one_or_several_are_asked_about_and_not_doubled(editions):
    for year, counts in enumerate(editions, 2024):
        deals = [ranges.deal("Tarin", count, {2016: count}) for count in counts]
        done = ranges.bring(ranges.whole(deals, generated=f"9 May {year}"))
    assert done.plan.counts()["ambiguous"] == len(editions[1])
    assert sum(row.quantity_ordered_max for row in RegistryRow.objects.current()) == sum(editions[0])


# Purchases


@pytest.mark.django_db
@pytest.mark.parametrize("counts", [(1, 2, 4), (6, 3), (5, 5)])
def test_deals_of_one_purchase_are_its_parts(counts):
    for place, count in enumerate(counts):
        stated = replace(ORDERED, lines=(14 + place,), ordered=count, tiv_ordered=Decimal(2 * count))
        imported(stated, f"own-{place}")
    other = described(date="2018")
    factories.quantity("ordered", sum(counts), transfer=other)
    [group] = list_proposed()[1]
    join_all(group.deals, other, None, "one purchase")
    public(other)
    row = RegistryRow.objects.current().get()
    assert (row.quantity_ordered_min, row.quantity_ordered_max) == (sum(counts), sum(counts))
    assert (row.tiv_ordered, row.disputed) == (2 * sum(counts), None)
