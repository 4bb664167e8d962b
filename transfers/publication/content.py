"""What a transfer publishes: its claims and its row as flat, plain values, and their SHA-256.

Content is what curators decide; the revision that brings it, and its time, are added on publication.
An absent value is None, never an empty text. Claims are made from curated records, or taken from
what is already published where only a reference record (party, system, source) has changed.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from functools import lru_cache
from typing import Any

import orjson

from transfers.models.curation import Claim, Quantity, Transfer, TransferDate, Valuation
from transfers.models.reference import Party, Source, System
from transfers.vocabulary import edtf, fields, words
from transfers.vocabulary.lineage import list_line

from . import figures

Flat = dict[str, Any]
#: What a row tells of a reference record: values as canonical JSON, names, words of its texts.
Told = tuple[bytes, tuple[str, ...], tuple[str, ...]]

CLAIM_NAMES = tuple(name for name in fields.names(fields.CLAIM) if name not in fields.ADDED_BY_REVISION)
ROW_NAMES = tuple(
    name for name in fields.names(fields.ROW + fields.ROW_HIDDEN) if name not in fields.ADDED_BY_REVISION
)
_SOURCE_NAMES = (
    "publisher", "title", "authors", "agencies", "published", "url", "archived_url", "language",
    "reliability", "origin_of", "sha256",
)  # fmt: skip
_CLAIM_TEXTS = ("locator", "excerpt", "attributed_to", "credibility", "preferred", "note")
#: Of the curators alone.
_NOT_SHOWN = frozenset({"provisional"})
_TRANSFER_TEXTS = ("key", "kind", "condition", "location", "occasion", "note")
_FIGURE_NAMES = tuple(item.name for item in dataclass_fields(figures.Claim))


@dataclass(frozen=True)
class Content:
    """One transfer as it is or would be published."""

    row: Flat
    claims: list[Flat]

    @property
    def digest(self) -> str:
        """SHA-256 of row and claims; the order of the claims does not matter."""
        return digest(self.row, self.claims)


def canonical(value: Any) -> bytes:
    """Canonical JSON: UTF-8, keys sorted, no white space, days as ISO 8601."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(row: Flat | None, claims: Iterable[Flat]) -> str:
    """SHA-256 of a row and its claims as canonical JSON; of `None` and no claims once withdrawn."""
    ordered = sorted(canonical(claim) for claim in claims)
    text = b'{"claims":[' + b",".join(ordered) + b'],"row":' + canonical(row) + b"}"
    return hashlib.sha256(text).hexdigest()


class References:
    """Parties and systems with their names, read once for a whole batch (four queries)."""

    def __init__(self) -> None:
        parties = Party.objects.select_related("successor").prefetch_related("aliases")
        self.parties = {party.code: party for party in parties}
        systems = System.objects.select_related("variant_of").prefetch_related("aliases")
        self.systems = {system.slug: system for system in systems}
        self._families = {
            slug: member.variant_of and member.variant_of.slug for slug, member in self.systems.items()
        }
        self._sources: dict[int, Flat] = {}
        self._told: dict[tuple[type, int], Told] = {}

    def family(self, slug: str) -> list[System]:
        """Return the system's families, outermost first, and itself."""
        return [self.systems[member] for member in reversed(list_line(slug, self._families))]

    def told(self, record: Party | System | Source) -> Told:
        """What a row tells of a record: its values as canonical JSON, its names, its texts; made once."""
        key = (type(record), record.pk)
        if key not in self._told:
            self._told[key] = (canonical(_values(record)), *_searched(record))
        return self._told[key]

    def source(self, source: Source) -> Flat:
        """What a claim shows of its source; made once."""
        if source.pk not in self._sources:
            self._sources[source.pk] = _source(source)
        return self._sources[source.pk]

    def bearers(self, supplier: str, recipient: str, system: str) -> list[Party | System]:
        """The parties and the systems that a row shows, or is found by."""
        return [self.parties[supplier], self.parties[recipient], *self.family(system)]

    def describe(self, supplier: str, recipient: str, system: str) -> Flat:
        """The fields of a row that come from its parties and its system."""
        family = self.family(system)
        return {
            "supplier": supplier,
            "supplier_name": self.parties[supplier].name,
            "recipient": recipient,
            "recipient_name": self.parties[recipient].name,
            "system": system,
            "system_name": family[-1].name,
            "category": family[-1].category,
            "system_family": "/".join(member.slug for member in family),
        }


def of_transfer(transfer: Transfer, curated: Sequence[Claim], references: References) -> Content:
    """The content that publishing this curated transfer, with these its claims, would bring."""
    where = (transfer.supplier.code, transfer.recipient.code, transfer.system.slug)
    texts = {name: getattr(transfer, name) or None for name in _TRANSFER_TEXTS}
    cited = {claim.source.key: claim.source for claim in curated}
    shown = [*references.bearers(*where), *(cited[key] for key in sorted(cited))]
    facts = references.describe(*where) | texts
    claims = [_flat(claim, references.source(claim.source)) for claim in curated]
    return _build(facts, claims, [references.told(each) for each in shown])


def of_published(
    row: Flat, claims: list[Flat], references: References, sources: dict[str, Source]
) -> Content:
    """Published content again, with its parties, system and sources as they read now."""
    where = (row["supplier"], row["recipient"], row["system"])
    texts = {name: row[name] for name in _TRANSFER_TEXTS}
    cited = sorted({claim["source"] for claim in claims})
    shown = [*references.bearers(*where), *(sources[key] for key in cited)]
    renewed = [claim | references.source(sources[claim["source"]]) for claim in claims]
    return _build(references.describe(*where) | texts, renewed, [references.told(each) for each in shown])


def _build(facts: Flat, claims: list[Flat], shown: list[Told]) -> Content:
    """Settle the claims into the row, and tell each claim which transfer it is about."""
    figured = [figures.Claim(**{name: claim[name] for name in _FIGURE_NAMES}) for claim in claims]
    row = facts | figures.resolve(facts["kind"], figured)
    row["disputed"] = "|".join(row["disputed"]) or None
    row["words"] = _searchable(row, shown)
    row["reference"] = hashlib.sha256(b"[" + b",".join(values for values, _, _ in shown) + b"]").hexdigest()
    about = {"transfer": row["key"], **{name: row[name] for name in ("supplier", "recipient", "system")}}
    return Content(
        row={name: row[name] for name in ROW_NAMES},
        claims=[_identified(claim | about) for claim in claims],
    )


def _identified(claim: Flat) -> Flat:
    """The claim with its identifier: what is claimed, and where it stands."""
    what = [
        claim[name]
        for name in ("transfer", "measure", "source", "locator", "unit", "currency", "date", "as_of")
    ]
    return claim | {"claim": hashlib.sha256(canonical(what)).hexdigest()[:16]}


def _searchable(row: Flat, shown: list[Told]) -> str:
    """The words of the row, its names and its sources; each name as one word, too."""
    own = [_in_words(row[name]) for name in ("key", "location", "occasion", "note") if row[name]]
    names = [name for _, named, _ in shown for name in named]
    texts = [text for _, _, said in shown for text in said]
    return " ".join(dict.fromkeys([*map(_in_words, names), *own, *texts, *map(_folded, names)]))


def _searched(record: Party | System | Source) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that a record is found by, and the words of its texts."""
    if isinstance(record, Source):
        said = (record.publisher, record.title, record.authors, record.agencies)
        return (), tuple(_in_words(text) for text in said if text)
    names = (record.name, *record.natural_key(), *(alias.name for alias in record.aliases.all()))
    return names, ()


@lru_cache(maxsize=10_000)
def _in_words(text: str) -> str:
    return " ".join(words.split(text))


_folded = lru_cache(maxsize=10_000)(words.fold)


def _values(record: Party | System | Source) -> Flat:
    """All that the public side shows of a reference record."""
    values: Flat = {
        field.name: getattr(record, field.name)
        for field in record._meta.concrete_fields
        if not field.is_relation and not field.primary_key and field.name not in _NOT_SHOWN
    }
    if isinstance(record, Source):
        return values
    of = record.successor if isinstance(record, Party) else record.variant_of
    aliases = sorted(alias.name for alias in record.aliases.all())
    return values | {"of": of and of.natural_key()[0], "aliases": aliases}


def _flat(claim: Claim, source: Flat) -> Flat:
    flat = dict.fromkeys(CLAIM_NAMES) | source | _figure(claim)
    flat["source"] = claim.source.key
    for name in _CLAIM_TEXTS:
        flat[name] = getattr(claim, name)
    return {name: None if value == "" else value for name, value in flat.items()}


def _source(source: Source) -> Flat:
    shown = {name: getattr(source, name) or None for name in _SOURCE_NAMES}
    return shown | _days("published", source.published)


def _days(name: str, text: str) -> Flat:
    """The first and the last day that a date allows."""
    earliest, latest = edtf.bounds(text) if text else (None, None)
    return {f"{name}_earliest": earliest, f"{name}_latest": latest}


def _figure(claim: Claim) -> Flat:
    match claim:
        case Quantity():
            return {
                "measure": f"quantity_{claim.measure}",
                "minimum": _number(claim.minimum),
                "maximum": _number(claim.maximum),
                "unit": claim.unit,
                "as_of": claim.as_of,
                **_days("as_of", claim.as_of),
            }
        case TransferDate():
            return {"measure": f"date_{claim.event}", "date": claim.date, **_days("date", claim.date)}
        case Valuation():
            return {
                "measure": claim.measure,
                "minimum": _number(claim.minimum),
                "maximum": _number(claim.maximum),
                "currency": claim.currency,
            }
    raise TypeError(f"no kind of claim: {type(claim).__name__}")


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
