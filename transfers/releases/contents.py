"""Rows of a release: rows and claims as of its revision, and the records that they name, as now.

A record that was merged into another since is as it was before that.

The keys of the tables lead to each other within the bundle: systems come with their families, parties with
their successors.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from transfers.models import RegistryClaim, RegistryDelivery, RegistryRow, Source
from transfers.models.merging import PARENTS, Merge
from transfers.models.spelling import PARTY, SYSTEM
from transfers.publication import content
from transfers.vocabulary import edtf
from transfers.vocabulary.fields import Field, Type
from transfers.vocabulary.tables import TABLES

from .state import NotReleasable, State, in_byte_order

#: The rows of a table: to be read from the database, or read already, by field name.
Rows = QuerySet | list[dict[str, Any]]


def get_rows(state: State) -> dict[str, Rows]:
    """Return the rows of each table, by its name.

    Raise NotReleasable where a record that published rows name was deleted.
    """
    rows = in_byte_order(RegistryRow.objects.as_of(state.revision), "key")
    claims = in_byte_order(RegistryClaim.objects.as_of(state.revision), "transfer", "claim")
    deliveries = in_byte_order(RegistryDelivery.objects.as_of(state.revision), "transfer", "delivery")
    slugs = _list_values(rows, "system")
    codes = _list_values(rows, "supplier") | _list_values(rows, "recipient")
    keys = _list_values(claims, "source")
    sources = Source.objects.in_bulk(list(keys), field_name="key")
    references = content.References()
    references.add_systems(slugs)
    references.add_parties(codes)
    _add_merged(references, slugs, codes)
    _check_present("system", slugs - references.systems.keys())
    _check_present("party", codes - references.parties.keys())
    _check_present("source", keys - sources.keys())
    systems = {member.slug: member for slug in slugs for member in references.list_family(slug)}
    records: dict[str, Any] = {"systems": systems, "parties": references.parties, "sources": sources}
    return {"transfers": rows, "claims": claims, "deliveries": deliveries} | {
        name: _list_rows(records_by_key, TABLES[name].items) for name, records_by_key in records.items()
    }


def _add_merged(references: content.References, slugs: set[str], codes: set[str]) -> None:
    """Add those of the systems and parties that were merged into others since, as they were before that."""
    for kind, keys, records in ((SYSTEM, slugs, references.systems), (PARTY, codes, references.parties)):
        missing = keys - records.keys()
        for merge in Merge.objects.filter(kind=kind, undone=None, loser__in=missing):
            record: Any = merge.rebuild_loser()
            while record is not None and (key := record.natural_key()[0]) not in records:
                records[key] = record
                record = getattr(record, PARENTS[kind])


def _list_values(rows: QuerySet, name: str) -> set[str]:
    return set(rows.order_by().values_list(name, flat=True).distinct())


def _check_present(kind: str, missing: set[str]) -> None:
    if missing:
        raise NotReleasable(
            f"Published rows of that revision name a {kind} that is no longer in the database:"
            f" {', '.join(sorted(missing))}."
        )


def _list_rows(records: dict[str, Any], items: Iterable[Field]) -> list[dict[str, Any]]:
    """Return the records in byte order of their keys, as rows of public values."""
    return [{item.name: _get_value(records[key], item) for item in items} for key in sorted(records)]


def _get_value(record: Model, item: Field) -> Any:
    """Return a public value as text or number; days as ISO 8601, names of a list joined by |."""
    stem, _, end = item.name.rpartition("_")
    if item.type is Type.LIST:
        value: Any = "|".join(sorted(member.name for member in getattr(record, item.name).all()))
    elif end in ("earliest", "latest"):
        first, last = edtf.bounds(getattr(record, stem))
        value = first if end == "earliest" else last
    else:
        value = record
        for step in item.column.removesuffix("_or_null").split("__"):
            value = getattr(value, step, None)
    if value is None or value == "":
        return None if item.nullable else ""
    return value.isoformat() if item.type is Type.DATE else value
