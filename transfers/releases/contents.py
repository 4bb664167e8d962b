"""The tables of a release: rows and claims as of its revision, and the records that they name, as now.

The keys of the tables lead to each other within the bundle: systems come with their families, parties with
their successors.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db.models import Model, QuerySet

from transfers.exports import queries
from transfers.exports.formats.table import About
from transfers.models import Party, RegistryClaim, RegistryRow, Source
from transfers.publication import content
from transfers.vocabulary import edtf, fields
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.lineage import list_line

from .state import NotReleasable, State, in_byte_order


@dataclass(frozen=True)
class Table:
    """One table: its fields, its key, the fields that hold a key of another table, and its rows."""

    name: str
    title: str
    items: tuple[Field, ...]
    key: str
    leads_to: dict[str, str]
    batches: Callable[[About], Iterator[pa.RecordBatch]]


#: The key of each table.
KEYS = {"transfers": "key", "claims": "claim", "systems": "slug", "parties": "code", "sources": "key"}


def tables(state: State) -> list[Table]:
    """The five tables. Raises NotReleasable where a record that published rows name is gone."""
    rows = in_byte_order(RegistryRow.objects.as_of(state.revision), "key")
    claims = in_byte_order(RegistryClaim.objects.as_of(state.revision), "transfer", "claim")
    systems, parties, sources = _references(rows, claims)
    of_row = {"supplier": "parties", "recipient": "parties", "system": "systems"}
    of_claim = {"transfer": "transfers", **of_row, "source": "sources"}
    return [
        _table("transfers", "Transfers, one row each", fields.ROW, of_row, _versions(rows, fields.ROW)),
        _table("claims", "Who says which figure, where, and in which words", fields.CLAIM, of_claim,
               _versions(claims, fields.CLAIM)),
        _table("systems", "Weapon systems and their families", fields.SYSTEM, {"variant_of": "systems"},
               _records(systems, fields.SYSTEM)),
        _table("parties", "Suppliers, recipients and their successors", fields.PARTY,
               {"successor": "parties"}, _records(parties, fields.PARTY)),
        _table("sources", "Sources of the claims", fields.SOURCE, {}, _records(sources, fields.SOURCE)),
    ]  # fmt: skip


def _table(name: str, title: str, items: tuple[Field, ...], leads_to: dict[str, str], batches: Any) -> Table:
    return Table(name, title, items, KEYS[name], leads_to, batches)


def _versions(rows: QuerySet, items: tuple[Field, ...]) -> Callable[[About], Iterator[pa.RecordBatch]]:
    """Reads published versions from the database, a batch at a time."""
    return lambda about: queries.fetch_batches(rows, items, about)


def _records(records: list[Any], items: tuple[Field, ...]) -> Callable[[About], Iterator[pa.RecordBatch]]:
    """Reference records, read already: few, and the same in every format."""
    rows = [{item.name: _value(record, item) for item in items} for record in records]

    def batches(about: About) -> Iterator[pa.RecordBatch]:
        yield from queries.build_batches(rows, about)

    return batches


def _references(rows: QuerySet, claims: QuerySet) -> tuple[list[Any], list[Any], list[Any]]:
    """Systems, parties and sources that the rows and claims name, each in byte order of its key."""
    known = content.References()
    slugs = _named(rows, "system")
    codes = _named(rows, "supplier") | _named(rows, "recipient")
    keys = _named(claims, "source")
    sources = Source.objects.in_bulk(list(keys), field_name="key")
    _refuse_missing("system", slugs - known.systems.keys())
    _refuse_missing("party", codes - known.parties.keys())
    _refuse_missing("source", keys - sources.keys())
    systems = {member.slug: member for slug in slugs for member in known.list_family(slug)}
    parties = {party.code: party for code in codes for party in _line(code, known.parties)}
    return tuple([found[key] for key in sorted(found)] for found in (systems, parties, sources))  # type: ignore[return-value]


def _named(rows: QuerySet, name: str) -> set[str]:
    return set(rows.order_by().values_list(name, flat=True).distinct())


def _line(code: str, parties: dict[str, Party]) -> list[Party]:
    """Return the party and the states that took its place, one after another."""
    successors = {key: party.successor and party.successor.code for key, party in parties.items()}
    return [parties[key] for key in list_line(code, successors)]


def _refuse_missing(kind: str, missing: set[str]) -> None:
    if missing:
        raise NotReleasable(
            f"Published rows of that revision name a {kind} that is no longer in the database:"
            f" {', '.join(sorted(missing))}."
        )


def _value(record: Model, item: Field) -> Any:
    """A public value of a reference record as text or number; days as ISO 8601, lists joined by |."""
    if item.type is Type.LIST:
        names = sorted(alias.name for alias in record.aliases.all())  # type: ignore[attr-defined]
        return "|".join(names) or None
    if item.name.startswith("published_"):
        first, last = edtf.bounds(record.published)  # type: ignore[attr-defined]
        value: Any = first if item.name == "published_earliest" else last
    else:
        value = record
        for step in item.column.removesuffix("_or_null").split("__"):
            value = getattr(value, step, None)
    if value is None or value == "":
        return None if item.nullable else ""
    return value.isoformat() if item.type is Type.DATE else value
