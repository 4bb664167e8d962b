"""Factories, named for what they create: each saves one valid record and takes what the test cares about.

A party, system or source is created once and then found again by its code, slug or key, as in
`transfer(recipient="IND")` and `quantity(source="gazette")`. Every other factory creates a new record.
"""

from itertools import count
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from transfers.curation.roles import ROLES
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
    history,
)
from transfers.publication import publish

_numbers = count(1)
_STATES = {"RUS": "Russia", "SRB": "Serbia", "IND": "India", "TUR": "Turkey", "USA": "United States"}


def user(role: str, name: str = "") -> User | AnonymousUser:
    """Create a member of staff with this role; "nobody" has no role, "anonymous" is not logged in."""
    if role == "anonymous":
        return AnonymousUser()
    member = User.objects.create_user(name or f"a {role}", is_staff=True)
    if role in ROLES:
        member.groups.add(Group.objects.get(name=role))
    return member


def party(code: str = "RUS", *, aliases: tuple[str, ...] = (), **values: Any) -> Party:
    """Get or create the party with this code."""
    values.setdefault("kind", "organisation" if code.startswith("X-") else "state")
    values.setdefault("name", _STATES.get(code, f"Party {code}"))
    record, _ = Party.objects.get_or_create(code=code, defaults=values)
    for alias in aliases:
        PartyAlias.objects.create(party=record, name=alias)
    return record


def system(slug: str = "s-400", *, aliases: tuple[str, ...] = (), **values: Any) -> System:
    """Get or create the system with this slug; its name is the slug in capitals."""
    values.setdefault("name", slug.upper())
    values.setdefault("category", "air_defence")
    values.setdefault("description", "SAM system")
    record, _ = System.objects.get_or_create(slug=slug, defaults=values)
    for alias in aliases:
        SystemAlias.objects.create(system=record, name=alias)
    return record


def source(key: str = "", **values: Any) -> Source:
    """Get or create the source with this key; without a key, create a new one."""
    key = key or f"source-{next(_numbers)}"
    values.setdefault("publisher", f"Publisher of {key}")
    values.setdefault("title", f"Title of {key}")
    values.setdefault("published", "2019-10-24")
    values.setdefault("reliability", "B")
    return Source.objects.get_or_create(key=key, defaults=values)[0]


def transfer(key: str = "", **values: Any) -> Transfer:
    """Create a draft without claims; parties may be given by their code, the system by its slug."""
    for name, create in (("supplier", party), ("recipient", party), ("system", system)):
        if isinstance(values.get(name), str):
            values[name] = create(values[name])
    values.setdefault("supplier", party("RUS"))
    values.setdefault("recipient", party("SRB"))
    if "system" not in values:
        values["system"] = system()
    return Transfer.objects.create(key=key or f"transfer-{next(_numbers)}", **values)


def _claim(values: dict[str, Any]) -> dict[str, Any]:
    """Add what every claim needs: a transfer and a source (new unless given) and where it stands."""
    if not isinstance(values.get("source"), Source):
        values["source"] = source(values.get("source", ""))
    values["transfer"] = values.get("transfer") or transfer()
    values.setdefault("locator", f"¶{next(_numbers)}")
    values.setdefault("excerpt", "a few words")
    values.setdefault("credibility", 2)
    return values


def quantity(measure: str = "ordered", number: int | None = 6, **values: Any) -> Quantity:
    """Create a claim that `number` were ordered, delivered or deployed; give a range by its two ends."""
    values.setdefault("minimum", number)
    values.setdefault("maximum", number)
    values.setdefault("unit", "system")
    return Quantity.objects.create(measure=measure, **_claim(values))


def date(event: str = "agreed", text: str = "2019", **values: Any) -> TransferDate:
    """Create a claim that the event took place at this EDTF date."""
    return TransferDate.objects.create(event=event, date=text, **_claim(values))


def valuation(measure: str = "deal_value", number: Any = 2_500_000_000, **values: Any) -> Valuation:
    """Create a claim of a deal's value in US dollars, or of a TIV, which has no currency."""
    values.setdefault("minimum", number)
    values.setdefault("maximum", number)
    values.setdefault("currency", "USD" if measure == "deal_value" else "")
    return Valuation.objects.create(measure=measure, **_claim(values))


def published(key: str = "", *, reason: str = "Test", **values: Any) -> Transfer:
    """Create a transfer with one claim, six systems ordered, and publish it."""
    record = transfer(key, **values)
    quantity(transfer=record)
    publish.publish([record], reason)
    record.refresh_from_db()
    return record


def in_state(state: str) -> Transfer:
    """Create a transfer that was published, that nobody has edited since, and that is in this state now."""
    record = published()
    record.state = state
    record.save()
    if state == Transfer.State.WITHDRAWN:
        publish.withdraw([record], "a misreading")
    return record


def in_review(author: User | None = None) -> Transfer:
    """Create a transfer in review, with one claim, which the author entered."""
    record = transfer()
    with history.record_because("entered", author):
        quantity(transfer=record)
    record.state = Transfer.State.IN_REVIEW
    record.save()
    return record


def edit_as(author: User | None, record: Transfer) -> None:
    """Change the transfer's note in the author's name."""
    with history.record_because("edited", author):
        record.note = "A note"
        record.save()


def view_permissions(*models: str) -> list[Permission]:
    """Return the permissions to look at records of these models."""
    return list(Permission.objects.filter(codename__in=[f"view_{model}" for model in models]))
