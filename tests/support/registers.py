"""Synthetic registers: invented deals from a seed, and the files that state them, in each layout.

States and former states are real; designations, comments and figures are invented.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from random import Random

from transfers.registers.reading.records import Deal, Delivery

DESIGNATIONS = 1500
WEAPONS = {
    "Aircraft": "fighter aircraft|FGA aircraft|trainer aircraft|transport aircraft|light aircraft|"
    "MP aircraft|"
    "transport helicopter|combat helicopter|light helicopter|ASW helicopter|UAV|armed UAV|"
    "tanker/transport aircraft",
    "Air-defence systems": "SAM system|mobile SAM system|portable SAM|AA gun|self-propelled AA gun|"
    "naval SAM system",
    "Missiles": "anti-tank missile|anti-ship missile|BVRAAM|SRAAM|SAM|guided bomb|guided rocket|ASM|"
    "land-attack missile",
    "Armoured vehicles": "tank|light tank|IFV|APC|APV|ARV|reconnaissance AV",
    "Artillery": "towed gun|self-propelled gun|MRL|self-propelled MRL|mortar|towed MRL",
    "Ships": "frigate|corvette|FAC|submarine|patrol craft|OPV|destroyer|minesweeper|landing craft|"
    "support ship",
    "Sensors": "air search radar|sea search radar|fire control radar|sonar|combat ac radar|"
    "EO search/fire control",
    "Engines": "turbofan|turboprop|turboshaft|diesel engine|gas turbine",
    "Satellites": "reconnaissance satellite",
    "Other": "naval gun|AIP engine|turret",
}
SUPPLIERS = (
    "United States|Russia|France|Germany|United Kingdom|China|Italy|Israel|Netherlands|Spain|Sweden|"
    "South Korea|Turkiye|Ukraine|Switzerland|Canada|Czechia|South Africa|Norway|Brazil|"
    "Belarus|Poland|Australia|"
    "Belgium|Finland|Austria|Bulgaria|Serbia|Iran|North Korea|India|Jordan|Romania|Denmark|Libya|Egypt|"
    "unknown supplier(s)|Hezbollah (Lebanon)*"
).split("|")
RECIPIENTS = (
    "India|Saudi Arabia|Egypt|Pakistan|Iraq|Algeria|Turkiye|South Korea|Japan|Australia|Greece|"
    "China|United Arab Emirates|Israel|Iran|Indonesia|Viet Nam|Thailand|Poland|Morocco|"
    "Singapore|Syria|Taiwan|Qatar|"
    "Brazil|Peru|Chile|Venezuela|Argentina|Colombia|Nigeria|Angola|Ethiopia|Kenya|"
    "Côte d'Ivoire|Bosnia-Herzegovina|"
    "DR Congo|United States|United Kingdom|Germany|Italy|Spain|Norway|Netherlands|Finland|"
    "Sweden|Mexico|Myanmar|"
    "Bangladesh|Sri Lanka|Malaysia|Philippines|Kuwait|Oman|Jordan|Lebanon|Yemen|Sudan|"
    "Libya|Tunisia|Cuba|Ecuador|"
    "Ukraine|Azerbaijan|Armenia|Kazakhstan|Hezbollah (Lebanon)*|Hamas (Palestine)*|Houthi rebels (Yemen)*|"
    "Northern Alliance (Afghanistan)*|UNITA (Angola)*|United Nations**|NATO**|"
    "African Union**|European Union**|"
    "unknown recipient(s)|unknown rebel group*"
).split("|")
#: Former states by the years in which they could order.
FORMER = {
    "Soviet Union": (1950, 1991),
    "East Germany": (1950, 1990),
    "Yugoslavia": (1950, 1991),
    "Czechoslovakia": (1950, 1992),
    "South Vietnam": (1955, 1975),
    "North Yemen": (1955, 1990),
    "Biafra": (1967, 1970),
}
COMMENTS = (
    "",
    "",
    "Deal worth $1.2 b",
    "EUR230 m deal",
    "Part of GBP85-90 m deal",
    "For the coast guard",
    "Aid",
    "Second-hand; gift from stocks no longer needed",
    "Produced under licence as {name}-L",
    "Lease (5 years; to be bought later)",
    "Ordered for use on frigates built locally;\noption on 6 more not used",
    "First 12 delivered direct; rest from kits\n\n$450 m deal; offsets 40%",
    "Designation uncertain; financed by a loan of $75 m",
    "For «border force» – delivered by air;\nhanded over by Général Núñez",
)

HEADER_A = (
    "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,"
    "Weapon description,Number delivered, ,"
    "Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,"
    "SIPRI TIV of delivered weapons"
).split(",")
HEADER_B = (
    "SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,Order date,"
    "Order date is estimate,Numbers delivered,Numbers delivered is estimate,Delivery year,"
    "Delivery year is estimate,"
    "Status,SIPRI estimate,TIV deal unit,TIV delivery values,Local production"
).split(",")
HEADER_BEFORE_2023 = (
    "tidn,buyercod,sellercod,odat,odai,onum,onai,ldat,term,desig2,wcat,desc,coprod,nrdel,nrdelai,delyears,"
    "buyer,seller,status,tivunit,tivorder,tivdel"
).split(",")
CODES = {"new": "N", "second_hand": "S", "modernised": "M", "unknown": ""}
CONDITIONS = {
    "new": "New",
    "second_hand": "Second hand",
    "modernised": "Second hand but modernized",
    "unknown": "",
}
PREAMBLE = (
    "Invented transfers of major weapons",
    "Deals with deliveries or orders made for the year range 'Not specified' to 'Not specified'",
    "Made up for tests; no line of it is true.",
    "",
    "'?' marks what is uncertain.",
    "TIVs are in millions.",
    "",
    "Source: Invented Arms Transfers Database",
    "Data generated: {generated}",
    "",
    "",
)


@dataclass(frozen=True)
class Variant:
    """How a file differs from the real exports' usual shape.

    `order`: the places of the columns, each unnamed one right behind its own; `extra`: columns at the end.
    """

    newline: str = "\n"
    encoding: str = "cp1252"
    padding: int = 0
    extra: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    preamble: tuple[str, ...] = PREAMBLE
    generated: str = "18 May 2026 2:29:20 PM"


def write_trade_register(deals: Iterable[Deal], **variant) -> bytes:
    """Return the deals as an export of the trade register; `variant`: the fields of Variant."""
    return _file([HEADER_A, *map(_row, deals)], Variant(**variant))


def write_delivery_years(deals: Iterable[Deal], *, shuffled: int | None = None, **variant) -> bytes:
    """Return the deals as an export by delivery year; `shuffled`: a seed for the order of the rows."""
    rows = [
        row
        for number, deal in enumerate(deals, 1)
        for row in _rows_by_year(deal if deal.deliveries else by_year(deal, number))
    ]
    if shuffled is not None:
        Random(shuffled).shuffle(rows)
    return _file([HEADER_B, *rows], Variant(**variant))


def write_before_2023(deals: Iterable[Deal], **variant) -> bytes:
    """Return the deals as the database gave them before 2023; those without an ID are numbered."""
    rows = [_row_before_2023(deal, str(number)) for number, deal in enumerate(deals, 1)]
    return _file([HEADER_BEFORE_2023, *rows], Variant(**{"preamble": (), **variant}))


def _file(table: list[list[str]], variant: Variant) -> bytes:
    order = variant.order or range(len(table[0]))
    extra = [list(variant.extra)] + [["x"] * len(variant.extra)] * (len(table) - 1)
    lines = [line.format(generated=variant.generated) for line in variant.preamble]
    lines += [
        ",".join([row[place] for place in order] + more) for row, more in zip(table, extra, strict=True)
    ]
    ended = "".join(f"{line}\n" for line in lines).replace("\n", ";" * variant.padding + variant.newline)
    return ended.encode(variant.encoding)


def _row(deal: Deal) -> list[str]:
    return [
        deal.recipient,
        deal.supplier,
        _text(deal.year),
        _mark(deal.year_uncertain),
        _text(deal.ordered),
        _mark(deal.ordered_uncertain),
        deal.designation,
        deal.description,
        _text(deal.delivered),
        _mark(deal.delivered_uncertain),
        "; ".join(map(str, deal.delivery_years)),
        CONDITIONS[deal.condition],
        deal.comments,
        _text(deal.tiv_unit),
        _text(deal.tiv_ordered),
        _text(deal.tiv_delivered),
    ]


def _row_before_2023(deal: Deal, number: str) -> list[str]:
    return [
        deal.identifier or number,
        "AAA",
        "BBB",
        _text(deal.year),
        "X" if deal.year_uncertain else "",
        _text(deal.ordered),
        "X" if deal.ordered_uncertain else "",
        str(max(deal.delivery_years, default=0)),
        "N/A",
        deal.designation,
        deal.category,
        deal.description,
        "" if deal.local_production is None else _yes(deal.local_production),
        _text(deal.delivered),
        "X" if deal.delivered_uncertain else "",
        "; ".join(map(str, deal.delivery_years)),
        deal.recipient,
        deal.supplier,
        CODES[deal.condition],
        _text(deal.tiv_unit),
        _text(deal.tiv_ordered),
        _text(deal.tiv_delivered),
    ]


def _rows_by_year(deal: Deal) -> list[list[str]]:
    return [
        [
            deal.identifier,
            deal.supplier,
            deal.recipient,
            deal.designation,
            deal.description,
            deal.category,
            _text(deal.year),
            _yes(deal.year_uncertain),
            _text(delivery.number),
            _yes(delivery.number_uncertain),
            _text(delivery.year),
            _yes(delivery.year_uncertain),
            CONDITIONS[deal.condition],
            _text(deal.sipri_estimate),
            _text(deal.tiv_unit),
            _text(delivery.tiv),
            "" if deal.local_production is None else _yes(deal.local_production),
        ]
        for delivery in deal.deliveries
    ]


def by_year(deal: Deal, number: int) -> Deal:
    """Return the deal as the layout by delivery year states it, with `number` as its ID."""
    deliveries = _even_deliveries(deal)
    categories = {kind: category for category, kinds in WEAPONS.items() for kind in kinds.split("|")}
    return replace(
        deal,
        identifier=str(number),
        records=len(deliveries),
        category=categories.get(deal.description, "Other"),
        sipri_estimate=deal.tiv_unit,
        local_production="licence" in deal.comments,
        delivered=deal.delivered or 0,
        delivery_years_uncertain=False,
        tiv_delivered=sum((each.tiv for each in deliveries), Decimal(0)),
        deliveries=deliveries,
        ordered=None,
        ordered_uncertain=False,
        tiv_ordered=None,
        comments="",
    )


def _even_deliveries(deal: Deal) -> tuple[Delivery, ...]:
    """Return an even share for each year of delivery."""
    years = deal.delivery_years or (None,)
    units, rest = divmod(deal.delivered or 0, len(years))
    numbers = [units + (place < rest) for place in range(len(years))]
    return tuple(
        Delivery(0, year, False, count, deal.delivered_uncertain, (deal.tiv_unit or Decimal(0)) * count)
        for year, count in zip(years, numbers, strict=True)
    )


def _text(value: object) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _mark(uncertain: bool) -> str:
    return "?" if uncertain else ""


def _yes(is_true: bool) -> str:
    return "Yes" if is_true else "No"


def deals(number: int, seed: int) -> list[Deal]:
    """Return so many invented deals; a few parties and weapons have most of them."""
    random = Random(seed)
    weapons = _weapons(random)
    lists = (SUPPLIERS, RECIPIENTS, weapons)
    skewed = [list(accumulate(1 / rank for rank in range(1, len(each) + 1))) for each in lists]
    invented: list[Deal] = []
    while len(invented) < number:
        supplier, recipient, weapon = (
            random.choices(names, cum_weights=weights)[0]
            for names, weights in zip(lists, skewed, strict=True)
        )
        year = random.randint(1950, 2025)
        supplier, recipient = _former(random, year, supplier), _former(random, year, recipient)
        if supplier == recipient:
            continue
        invented.append(_deal(random, supplier, recipient, year, *weapon))
        if random.random() < 0.04:  # another batch, told apart by its later columns only
            invented.append(replace(invented[-1], comments="Another batch", condition="second_hand"))
        if random.random() < 0.003:
            invented.append(invented[-1])
    return invented[:number]


def _former(random: Random, year: int, party: str) -> str:
    """Return another party of the time, now and then."""
    then = [each for each, (first, last) in FORMER.items() if first <= year <= last]
    return random.choice(then) if then and random.random() < 0.25 else party


def _weapons(random: Random) -> list[tuple[str, str]]:
    """Return designations, each with its description; of many there are variants."""
    kinds = [each for listed in WEAPONS.values() for each in listed.split("|")]
    weapons: dict[str, str] = {}
    while len(weapons) < DESIGNATIONS:
        letters = "".join(random.choices("ABCDFGKLMPRSTVZ", k=random.choice((1, 2, 2, 3))))
        base = f"{letters}{random.choice(('-', '-', ' ', ''))}{random.randrange(2, 990)}"
        kind = random.choice(kinds)
        for suffix in random.sample(("", "A", "M", "bis", " Mk-2", "/Grom", "-3D", " Série 2"), k=3):
            weapons.setdefault(base + suffix, kind)
    return list(weapons.items())[:DESIGNATIONS]


def _deal(random: Random, supplier: str, recipient: str, year: int, name: str, kind: str) -> Deal:
    ordered = random.choice((1, 2, 4, 6, 12, 18, 24, 50, 100, 250, 1500))
    delivered = 0 if random.random() < 0.08 else ordered if random.random() < 0.8 else ordered // 2
    first = year + random.randint(0, 3)
    unit = Decimal(random.randint(1, 6000)) / 100
    total = unit * ordered if random.random() < 0.95 else unit * ordered / 2
    return Deal(
        lines=(),
        supplier=supplier,
        recipient=recipient,
        designation=name,
        description=kind,
        year=year,
        year_uncertain=random.random() < 0.2,
        ordered=None if random.random() < 0.03 else ordered,
        ordered_uncertain=random.random() < 0.25,
        delivered=delivered,
        delivered_uncertain=random.random() < 0.2,
        delivery_years=tuple(range(first, first + min(random.randint(1, 5), delivered))),
        condition=random.choices(tuple(CONDITIONS), weights=(70, 18, 10, 2))[0],
        comments=random.choice(COMMENTS).format(name=name),
        tiv_unit=unit,
        tiv_ordered=total,
        tiv_delivered=unit * delivered,
    )
