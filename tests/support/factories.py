"""Plain factories: each makes one valid record, and takes what the test cares about."""

from itertools import count
from typing import Any

from transfers.models import (
    Party,
    PartyAlias,
    Quantity,
    Source,
    System,
    SystemAlias,
    Transfer,
    TransferDate,
    Valuation,
)
from transfers.publication import publish

_numbers = count(1)
_STATES = {"RUS": "Russia", "SRB": "Serbia", "IND": "India", "TUR": "Turkey", "USA": "United States"}


def party(code: str = "RUS", *, aliases: tuple[str, ...] = (), **values: Any) -> Party:
    """The party with this code, made if need be."""
    values.setdefault("kind", "organisation" if code.startswith("X-") else "state")
    values.setdefault("name", _STATES.get(code, f"Party {code}"))
    found, _ = Party.objects.get_or_create(code=code, defaults=values)
    for alias in aliases:
        PartyAlias.objects.create(party=found, name=alias)
    return found


def system(slug: str = "s-400", *, aliases: tuple[str, ...] = (), **values: Any) -> System:
    """The system with this slug, made if need be; its name is the slug in capitals."""
    values.setdefault("name", slug.upper())
    values.setdefault("category", "air_defence")
    values.setdefault("description", "SAM system")
    found, _ = System.objects.get_or_create(slug=slug, defaults=values)
    for alias in aliases:
        SystemAlias.objects.create(system=found, name=alias)
    return found


def source(key: str = "", **values: Any) -> Source:
    key = key or f"source-{next(_numbers)}"
    values.setdefault("publisher", f"Publisher of {key}")
    values.setdefault("title", f"Title of {key}")
    values.setdefault("published", "2019-10-24")
    values.setdefault("reliability", "B")
    found, _ = Source.objects.get_or_create(key=key, defaults=values)
    return found


def transfer(key: str = "", **values: Any) -> Transfer:
    """A draft transfer without claims; parties and system may be given as code and slug."""
    for name, make in (("supplier", party), ("recipient", party), ("system", system)):
        if isinstance(values.get(name), str):
            values[name] = make(values[name])
    values.setdefault("supplier", party("RUS"))
    values.setdefault("recipient", party("SRB"))
    if "system" not in values:
        values["system"] = system()
    return Transfer.objects.create(key=key or f"transfer-{next(_numbers)}", **values)


def _claim(values: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(values.get("source"), Source):
        values["source"] = source(values.get("source", ""))
    values.setdefault("transfer", None)
    values["transfer"] = values["transfer"] or transfer()
    values.setdefault("locator", f"¶{next(_numbers)}")
    values.setdefault("excerpt", "a few words")
    values.setdefault("credibility", 2)
    return values


def quantity(measure: str = "ordered", number: int | None = 6, **values: Any) -> Quantity:
    """A claim that `number` were ordered, delivered or deployed; a range by minimum and maximum."""
    values.setdefault("minimum", number)
    values.setdefault("maximum", number)
    values.setdefault("unit", "system")
    return Quantity.objects.create(measure=measure, **_claim(values))


def date(event: str = "agreed", text: str = "2019", **values: Any) -> TransferDate:
    return TransferDate.objects.create(event=event, date=text, **_claim(values))


def valuation(measure: str = "deal_value", number: Any = 2_500_000_000, **values: Any) -> Valuation:
    values.setdefault("minimum", number)
    values.setdefault("maximum", number)
    values.setdefault("currency", "USD" if measure == "deal_value" else "")
    return Valuation.objects.create(measure=measure, **_claim(values))


def published(key: str = "", *, reason: str = "Test", **values: Any) -> Transfer:
    """A published transfer with one claim: six systems ordered."""
    made = transfer(key, **values)
    quantity(transfer=made)
    publish.publish([made], reason)
    made.refresh_from_db()
    return made
