"""What a transfer publishes: its claims and its row as flat, plain values, and their SHA-256.

Content is what curators decide; the revision that brings it, and its time, are added on publication.
An absent value is None, never an empty text. Claims are made from curated records, or taken from
what is already published where only a reference record (party, system, source) has changed.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
from django.db.models import Model

from transfers.models.curation import Claim, Transfer
from transfers.models.inserts import batched
from transfers.models.reference import Party, Source, System
from transfers.vocabulary import edtf, fields, words
from transfers.vocabulary.fields import Field, Type

from . import figures

Flat = dict[str, Any]
#: Supplier, recipient and system.
Place = tuple[str, str, str]


def _list_own_names(public: Sequence[Field], model: type[Model]) -> tuple[str, ...]:
    """Return the names of those public fields that the model itself stores."""
    own = {field.name for field in model._meta.concrete_fields if not field.is_relation}
    return tuple(item.name for item in public if item.name in own)


CLAIM_NAMES = tuple(name for name in fields.list_names(fields.CLAIM) if name not in fields.ADDED_BY_REVISION)
ROW_NAMES = tuple(
    name for name in fields.list_names(fields.ROW + fields.ROW_HIDDEN) if name not in fields.ADDED_BY_REVISION
)
#: What a row shows of its transfer as it was entered, a claim of what every claim has, and of its source.
TRANSFER_NAMES = _list_own_names(fields.ROW, Transfer)
_COMMON_NAMES = _list_own_names(fields.CLAIM, Claim)
_SEARCHED_NAMES = tuple(
    item.name
    for item in fields.ROW
    if item.name in TRANSFER_NAMES and item.type in (Type.KEY, Type.TEXT, Type.LONG_TEXT)
)
_SOURCE_NAMES = tuple(name for name in _list_own_names(fields.CLAIM, Source) if name not in _COMMON_NAMES)
_FIGURE_NAMES = tuple(item.name for item in dataclass_fields(figures.Claim))
#: What a claim's identifier is made of: fixed, so that it stays whatever fields are added.
_IDENTIFYING_NAMES = ("transfer", "measure", "source", "locator", "unit", "currency", "date", "as_of")
_is_number = re.compile(r"[0-9]+(?:e[0-9]+)?").fullmatch
#: Fields of reference records that are the curators' alone.
_NOT_SHOWN = frozenset({"provisional", "shared_names"})


class Shown(NamedTuple):
    """What a row shows of a reference record: its values as canonical JSON, its names, words of its texts."""

    values: bytes
    names: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Content:
    """One transfer as it is or would be published."""

    row: Flat
    claims: list[Flat]

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of row and claims; the order of the claims does not matter."""
        return hash_content(self.row, self.claims)


def encode(value: Any) -> bytes:
    """Return canonical JSON: UTF-8, keys sorted, no white space, days as ISO 8601."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def hash_content(row: Flat | None, claims: Iterable[Flat]) -> str:
    """Return the SHA-256 of a row and its claims as canonical JSON; of `None` and no claims once withdrawn.

    Absent values are left out, so that a version keeps its hash when the register gets a new field.
    """
    encoded_claims = b",".join(sorted(encode(_drop_absent(claim)) for claim in claims))
    encoded_row = encode(None if row is None else _drop_absent(row))
    return hashlib.sha256(b'{"claims":[' + encoded_claims + b'],"row":' + encoded_row + b"}").hexdigest()


def _drop_absent(flat: Flat) -> Flat:
    return {name: value for name, value in flat.items() if value is not None}


class References:
    """Parties and systems with their names, read as batches of transfers need them, each of them once."""

    def __init__(self) -> None:
        self.parties: dict[str, Party] = {}
        self.systems: dict[str, System] = {}
        #: What a row shows of a record, and what a claim shows of its source; made once for each.
        self.get_shown = cache(_show)
        self.get_source = cache(_flatten_source)

    def add(self, places: Iterable[Place]) -> None:
        """Read the parties and the systems of these transfers, and the systems' families."""
        codes: set[str] = set()
        slugs: set[str] = set()
        for supplier, recipient, system in places:
            codes |= {supplier, recipient}
            slugs.add(system)
        self.add_parties(codes)
        self.add_systems(slugs)

    def add_parties(self, codes: set[str]) -> None:
        """Read these parties, and the states that took their place."""
        wanted = codes - self.parties.keys()
        while wanted:
            parties = [
                party
                for batch in batched(sorted(wanted))
                for party in Party.objects.filter(code__in=batch)
                .select_related("successor")
                .prefetch_related("aliases")
            ]
            self.parties |= {party.code: party for party in parties}
            wanted = {party.successor.code for party in parties if party.successor} - self.parties.keys()

    def add_systems(self, slugs: set[str]) -> None:
        """Read these systems, and their families."""
        wanted = slugs - self.systems.keys()
        while wanted:
            systems = [
                system
                for batch in batched(sorted(wanted))
                for system in System.objects.filter(slug__in=batch)
                .select_related("variant_of")
                .prefetch_related("aliases")
            ]
            self.systems |= {system.slug: system for system in systems}
            wanted = {system.variant_of.slug for system in systems if system.variant_of} - self.systems.keys()

    def list_family(self, slug: str) -> list[System]:
        """Return the system's families, outermost first, and itself."""
        line = [self.systems[slug]]
        while (family := line[0].variant_of) and self.systems[family.slug] not in line:
            line.insert(0, self.systems[family.slug])
        return line

    def list_bearers(self, supplier: str, recipient: str, system: str) -> list[Party | System]:
        """Return the parties and the systems that a row shows, or is found by."""
        return [self.parties[supplier], self.parties[recipient], *self.list_family(system)]

    def describe(self, supplier: str, recipient: str, system: str) -> Flat:
        """Return the fields of a row that come from its parties and its system."""
        family = self.list_family(system)
        return {
            "supplier": supplier,
            "supplier_name": self.parties[supplier].name,
            "recipient": recipient,
            "recipient_name": self.parties[recipient].name,
            "system": system,
            "system_name": family[-1].name,
            "category": family[-1].category,
            "description": family[-1].description or None,
            "system_family": "/".join(member.slug for member in family),
        }


def get_place(transfer: Transfer) -> Place:
    return transfer.supplier.code, transfer.recipient.code, transfer.system.slug


def build_from_transfer(transfer: Transfer, curated: Sequence[Claim], references: References) -> Content:
    """Return the content that publishing this curated transfer, with these its claims, would bring."""
    own_values = {name: getattr(transfer, name) or None for name in TRANSFER_NAMES}
    sources = {claim.source.key: claim.source for claim in curated}
    claims = [_flatten_claim(claim, references.get_source(claim.source)) for claim in curated]
    return _build(get_place(transfer), own_values, claims, references, sources)


def build_from_published(
    row: Flat, claims: list[Flat], references: References, sources: dict[str, Source]
) -> Content:
    """Return published content with its parties, system and sources as they read now."""
    place = (row["supplier"], row["recipient"], row["system"])
    own_values = {name: row[name] for name in TRANSFER_NAMES}
    renewed = [claim | references.get_source(sources[claim["source"]]) for claim in claims]
    return _build(place, own_values, renewed, references, sources)


def _build(
    place: Place, own_values: Flat, claims: list[Flat], references: References, sources: dict[str, Source]
) -> Content:
    """Settle the claims into the row, and add to each claim the transfer it is about."""
    cited = [sources[key] for key in sorted({claim["source"] for claim in claims})]
    shown = [references.get_shown(record) for record in (*references.list_bearers(*place), *cited)]
    facts = references.describe(*place) | own_values
    subject = {
        "transfer": facts["key"],
        **{name: facts[name] for name in ("supplier", "recipient", "system")},
    }
    claims = [_identify(claim | subject) for claim in claims]
    stated = list_figures(claims)
    row = facts | figures.resolve(facts["kind"], stated)
    row["deliveries"] = _write_deliveries(figures.list_deliveries(row, stated))
    row["disputed"] = "|".join(row["disputed"]) or None
    row["words"] = _build_search_words(row, shown)
    values = b",".join(record.values for record in shown)
    row["reference"] = hashlib.sha256(b"[" + values + b"]").hexdigest()
    return Content({name: row[name] for name in ROW_NAMES}, claims)


def _write_deliveries(periods: Iterable[figures.Period]) -> str | None:
    """Return the periods as canonical JSON, which the rows of /api/deliveries are read from."""
    listed = [_drop_absent(_flatten_period(period)) for period in periods]
    return encode(listed).decode() if listed else None


def _flatten_period(period: figures.Period) -> Flat:
    number, tiv = period.number or (None, None), period.tiv or (None, None)
    is_set = period.date is not None and period.date.startswith("{")
    return {
        "period": period.date,
        **(_list_days("period", period.date) if period.date else {}),
        "years": "|".join(_list_years(period.date)) if is_set and period.date else None,
        "number_min": None if number[0] is None else int(number[0]),
        "number_max": None if number[1] is None else int(number[1]),
        "tiv_min": None if tiv[0] is None else float(tiv[0]),
        "tiv_max": None if tiv[1] is None else float(tiv[1]),
        "basis": period.basis,
        "claims": "|".join(period.claims) or None,
    }


def _list_years(date: str) -> list[str]:
    """Return the years of a set of dates."""
    return sorted({member[:4] for member in date.strip("{}").split(",")})


def list_figures(claims: Iterable[Flat]) -> list[figures.Claim]:
    """Return the claims as rows are settled from them."""
    return [figures.Claim(**{name: claim[name] for name in _FIGURE_NAMES}) for claim in claims]


def _identify(claim: Flat) -> Flat:
    """Add the claim's identifier: what is claimed, and where it stands.

    One that a spreadsheet would read as a number, such as 1887501406087e47, has a letter in front.
    """
    identifying = [claim[name] for name in _IDENTIFYING_NAMES]
    digest = hashlib.sha256(encode(identifying)).hexdigest()[:16]
    return claim | {"claim": f"c{digest}" if _is_number(digest) else digest}


def _build_search_words(row: Flat, shown: list[Shown]) -> str:
    """Return the words of the row, its names and its sources; each name as one word, too."""
    own = [_split(row[name]) for name in _SEARCHED_NAMES if row[name]]
    names = [name for record in shown for name in record.names]
    texts = [text for record in shown for text in record.texts]
    return " ".join(dict.fromkeys([*map(_split, names), *own, *texts, *map(_fold, names)]))


def _show(record: Party | System | Source) -> Shown:
    return Shown(encode(_list_public_values(record)), _list_names(record), _list_texts(record))


def _list_names(record: Party | System | Source) -> tuple[str, ...]:
    """Return the names that a record is found by; a source has none."""
    if isinstance(record, Source):
        return ()
    return (record.name, *record.natural_key(), *(alias.name for alias in record.aliases.all()))


def _list_texts(record: Party | System | Source) -> tuple[str, ...]:
    """Return the words of a source's texts."""
    if not isinstance(record, Source):
        return ()
    texts = (record.publisher, record.title, record.authors, record.agencies)
    return tuple(_split(text) for text in texts if text)


@lru_cache(maxsize=10_000)
def _split(text: str) -> str:
    return " ".join(words.split(text))


_fold = lru_cache(maxsize=10_000)(words.fold)


def _list_public_values(record: Party | System | Source) -> Flat:
    """Return all that the public side shows of a reference record, empty values left out."""
    values: Flat = {
        field.name: getattr(record, field.name)
        for field in record._meta.concrete_fields
        if not field.is_relation and not field.primary_key and field.name not in _NOT_SHOWN
    }
    if not isinstance(record, Source):
        parent = record.successor if isinstance(record, Party) else record.variant_of
        values["of"] = parent and parent.natural_key()[0]
        values["aliases"] = sorted(alias.name for alias in record.aliases.all())
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _flatten_claim(claim: Claim, source: Flat) -> Flat:
    flat = dict.fromkeys(CLAIM_NAMES) | source | dict(_list_figure(claim))
    flat["source"] = claim.source.key
    for name in _COMMON_NAMES:
        flat[name] = getattr(claim, name)
    flat |= _list_days("period", claim.period)
    return {name: None if value == "" else value for name, value in flat.items()}


def _flatten_source(source: Source) -> Flat:
    shown = {name: getattr(source, name) or None for name in _SOURCE_NAMES}
    return shown | _list_days("published", source.published)


def _list_days(name: str, text: str) -> Flat:
    """Return the first and the last day that a date allows."""
    earliest, latest = edtf.bounds(text) if text else (None, None)
    return {f"{name}_earliest": earliest, f"{name}_latest": latest}


def _list_figure(claim: Claim) -> Iterator[tuple[str, Any]]:
    """Yield the public fields of what a claim measures, by name."""
    for name, kind in _list_figure_fields(type(claim)):
        value = getattr(claim, name)
        if kind is Type.NUMBER:
            value = None if value is None else float(value)
        elif kind is Type.EDTF:
            yield from _list_days(name, value).items()
        yield name, value
    yield "measure", claim.measure_name


@lru_cache
def _list_figure_fields(model: type[Claim]) -> tuple[tuple[str, Type], ...]:
    """Return the public fields that only this model of claims stores, with their types."""
    own = _list_own_names(fields.CLAIM, model)
    return tuple(
        (item.name, item.type)
        for item in fields.CLAIM
        if item.name in own and item.name not in (*_COMMON_NAMES, "measure")
    )
