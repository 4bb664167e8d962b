"""What the synthetic register is made of: invented systems, sources and transfers, all from one seed.

Parties are the real ones of the fixtures, and so are a few systems (S-400 is among them). A few suppliers,
recipients and systems carry most transfers, most figures are missing, and texts hold what breaks careless
exports: commas, quotes, newlines, other scripts.
"""

from itertools import accumulate
from random import Random
from typing import Any

SYSTEMS = 1500
SOURCES = 2000
FIRST_YEAR, LAST_YEAR = 1950, 2025
#: Share of transfers on which two sources differ.
DISPUTED = 0.05
#: Claims a transfer has before disputes, with weights: 1.5 on average.
CLAIMS = ((1, 2, 3, 4), (55, 29, 12, 4))

LEADING_SUPPLIERS = "USA RUS FRA DEU CHN GBR ITA ISR ESP KOR NLD TUR SWE UKR CHE NOR CZE ZAF BLR CAN".split()
LEADING_RECIPIENTS = "IND SAU EGY PAK KOR QAT ARE JPN AUS DZA CHN ISR IRQ GRC TUR POL SRB VNM IDN UKR".split()
PUBLISHERS = [
    f"{the} {name}"
    for the in ("The Harbour", "Northern", "Republic", "National", "Evening", "Union", "Frontier", "Вечерняя")
    for name in ("Gazette", "Courier", "Defence Review", "Observer", "Register, Annual", "Вестник", "日報")
]
TITLES = ("Deliveries", "Orders, gifts and loans", "Поставки", 'What "arms" went where')
CATEGORIES = {
    "aircraft": "Combat aircraft",
    "air_defence": "Surface-to-air missile system",
    "armoured_vehicles": "Armoured personnel carrier",
    "artillery": "Self-propelled howitzer",
    "engines": "Turbofan engine",
    "missiles": "Anti-ship missile",
    "sensors": "Air-search radar",
    "ships": "Frigate",
    "other": "Gun turret",
}
MEASURES = (
    ("quantity_ordered", 44),
    ("quantity_delivered", 20),
    ("date_delivered", 12),
    ("date_agreed", 10),
    ("tiv_delivered", 8),
    ("deal_value", 6),
)
OF_DEPLOYMENTS = (("quantity_deployed", 60), ("date_deployed", 40))
NOTES = (
    "Part of a larger contract, second batch; options not used.",
    "From surplus stocks, refurbished before delivery.",
    'The contract calls it "assistance"; a minister, "a gift".',
    'First line of the note.\nSecond line, with a comma and a "quote".',
    "По данным министерства, поставка завершена; число не названо.",
    "按合同交付,数量未公布。",
    "تم التسليم على دفعات، والعدد غير معلن",
    "Licensed production; delivered as kits, number from the maker's own report.",
)
PLACES = ("Harbour base, north of the capital", "Плато аэродром", "Eastern range", "Salt lake, test site")


def cumulative(count: int, exponent: float) -> list[float]:
    """Zipf-like weights of `count` ranks, added up, as `Random.choices` takes them."""
    return list(accumulate(1 / rank**exponent for rank in range(1, count + 1)))


def systems(random: Random) -> list[dict[str, Any]]:
    """Invented systems; a third are variants of the one before (`family` names its slug)."""
    systems_by_slug: dict[str, dict[str, Any]] = {}
    family: str | None = None
    while len(systems_by_slug) < SYSTEMS:
        letters = "".join(random.choices("ABDFGKLMNPRSTVZ", k=random.choice((1, 2, 2, 3))))
        name = f"{letters}-{random.randrange(10, 990)}{random.choice(('', '', 'A', 'M', 'E', ' Mk 2'))}"
        slug = "xs-" + name.lower().replace(" ", "-")
        if slug in systems_by_slug:
            continue
        category = random.choice(list(CATEGORIES))
        variant = family is not None and random.random() < 1 / 3
        family = family if variant else slug
        systems_by_slug[slug] = {
            "slug": slug,
            "name": f"XS {name}",
            "category": systems_by_slug[family]["category"] if variant and family else category,
            "description": CATEGORIES[category],
            "family": family if variant else None,
        }
    return list(systems_by_slug.values())


def sources(random: Random) -> list[dict[str, Any]]:
    """Invented sources, as the fields of `Source`."""
    listed = []
    for number in range(SOURCES):
        publisher = random.choice(PUBLISHERS)
        day = f"{random.randint(1960, 2025)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
        key = f"invented-{day}-{number:04}"
        listed.append(
            {
                "key": key,
                "publisher": publisher,
                "title": f"{random.choice(TITLES)}, report {number}",
                "authors": random.choice(("", "", "A. Writer", "B. Author; C. Author")),
                "agencies": random.choice(("", "", "Reuters", "AFP; dpa")),
                "published": day if random.random() < 0.7 else day[:4],
                "url": f"https://example.org/{key}",
                "language": random.choice(("en", "en", "en", "ru", "fr")),
                "reliability": random.choice("ABBCD"),
                "sha256": f"{random.getrandbits(256):064x}",
            }
        )
    return listed


class Inventor:
    """Draws transfers as facts and claims, with the skews of this module."""

    def __init__(self, parties: list[str], slugs: list[str], keys: list[str]):
        others = sorted(set(parties) - {"USA", "RUS"})
        self.suppliers = _led(LEADING_SUPPLIERS, others)[:80]
        self.recipients = _led(LEADING_RECIPIENTS, others)
        self.slugs, self.keys = slugs, keys
        self.weights = {
            "supplier": cumulative(len(self.suppliers), 1.2),
            "recipient": cumulative(len(self.recipients), 0.8),
            "system": cumulative(len(slugs), 0.9),
            "source": cumulative(len(keys), 0.7),
        }

    def transfer(self, random: Random, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the facts of one transfer, and its claims without what comes from their sources."""
        [supplier] = random.choices(self.suppliers, cum_weights=self.weights["supplier"])
        [recipient] = random.choices(self.recipients, cum_weights=self.weights["recipient"])
        [system] = random.choices(self.slugs, cum_weights=self.weights["system"])
        year = random.randint(FIRST_YEAR, LAST_YEAR)
        if supplier == "RUS" and year < 1992:
            supplier = "SUN"
        kind = random.choices(("sale", "gift", "licensed_production", "deployment"), (80, 10, 8, 2))[0]
        facts = {
            "key": f"{supplier}-{recipient}-{system}-{year}-{number}".lower(),
            "supplier": supplier,
            "recipient": recipient,
            "system": system,
            "kind": kind,
            "condition": random.choices(("new", "second_hand", "unknown"), (60, 20, 20))[0],
            "location": random.choice(PLACES) if kind == "deployment" else None,
            "occasion": f"Exercise {year}, phase 2" if random.random() < 0.03 else None,
            "note": random.choice(NOTES) if random.random() < 0.3 else None,
        }
        return facts, self._claims(random, kind, year)

    def _claims(self, random: Random, kind: str, year: int) -> list[dict[str, Any]]:
        measures, weights = zip(*(OF_DEPLOYMENTS if kind == "deployment" else MEASURES), strict=True)
        count = random.choices(*CLAIMS)[0]
        chosen = list(dict.fromkeys(random.choices(measures, weights, k=count)))
        if random.random() < DISPUTED:
            chosen.append(chosen[0])
        cited = random.choices(self.keys, cum_weights=self.weights["source"], k=len(chosen))
        return [
            {
                "source": source,
                "measure": measure,
                "locator": f"¶{place}" if place % 3 else f"table {place}, row {year}",
                "excerpt": f'{measure.rpartition("_")[2]} in {year}, "as agreed"',
                "attributed_to": "the ministry" if place == 7 else None,
                "credibility": random.randint(1, 4),
                "preferred": False,
                "note": "Read from a table." if place == 3 else None,
                **_figure(random, measure, year, place),
            }
            for place, (source, measure) in enumerate(zip(cited, chosen, strict=True), random.randint(1, 40))
        ]


def _led(leading: list[str], others: list[str]) -> list[str]:
    return [*leading, *(code for code in others if code not in leading)]


def _figure(random: Random, measure: str, year: int, place: int) -> dict[str, Any]:
    """Return the figure that a claim states. `place` differs between the claims of one transfer."""
    if measure.startswith("quantity"):
        least = random.randint(1, 40) * 2 + place
        most = None if random.random() < 0.05 else least + random.choice((0, 0, 0, 4))
        return {"minimum": float(least), "maximum": most and float(most), "unit": "system"}
    if measure.startswith("date"):
        form = random.choice(("{0}", "{0}", "{0}-{1:02}", "{0}?", "{0}-{1:02}-14", "{0}/{2}"))
        return {"date": form.format(year + place % 3, place % 12 + 1, year + 4)}
    amount = float(random.randint(1, 900) * 1_000_000 + place)
    if measure == "deal_value":
        return {"minimum": amount, "maximum": amount, "currency": random.choice(("USD", "USD", "EUR", "RUB"))}
    return {"minimum": amount / 4_000_000, "maximum": amount / 4_000_000}
