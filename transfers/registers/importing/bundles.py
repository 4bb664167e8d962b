"""A bundle of this register back into curation: the same records, so that publishing gives the same content.

What the register has already stays: a record that differs from the bundle's is kept and named, and a transfer
that differs is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from transfers.models import (
    Claim,
    ImportBatch,
    Party,
    PartyAlias,
    Quantity,
    Revision,
    Source,
    System,
    SystemAlias,
    Transfer,
    TransferDate,
    Valuation,
    history,
)
from transfers.models.inserts import BATCH, batched, insert
from transfers.publication import content, publish
from transfers.registers.importing.write import ignore_progress, lock_imports
from transfers.registers.reading.bundle import Bundle, Cells
from transfers.vocabulary.choices import Outcome

from .write import Progress

#: The tables of reference records, in the order in which they name each other.
REFERENCES: dict[str, tuple[Any, Any, str]] = {
    "parties": (Party, PartyAlias, "successor"),
    "systems": (System, SystemAlias, "variant_of"),
    "sources": (Source, None, ""),
}
MEASURES: tuple[tuple[Any, str], ...] = ((Quantity, "quantity_"), (TransferDate, "date_"), (Valuation, ""))


class NotImported(Exception):
    """Why a bundle was not imported; nothing was."""


@dataclass
class Done:
    """What an import of a bundle did: records by outcome, and those that were kept as they are here."""

    batch: ImportBatch | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Outcome), 0))
    kept: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)


def run(
    bundle: Bundle,
    *,
    file_name: str,
    reason: str,
    user: Any = None,
    publish_too: bool = False,
    store: bool = True,
    progress: Progress = ignore_progress,
) -> Done:
    """Import the bundle, all or nothing; without `store` nothing stays. Raises NotImported."""
    try:
        with transaction.atomic(), history.record_because(reason, user):
            lock_imports()
            writer = _Writer(bundle)
            writer.references()
            writer.transfers(progress)
            if writer.new:
                writer.keep(file_name, reason, user)
            if publish_too:
                keys = [transfer.key for _, transfer, _ in writer.new]
                made = [each for group in batched(keys) for each in Transfer.objects.filter(key__in=group)]
                writer.done.revisions = publish.publish(made, reason, progress)
            transaction.set_rollback(not store)
    except IntegrityError as error:
        raise NotImported(f"The database refuses a record of the bundle: {error}.") from error
    return writer.done


class _Writer:
    def __init__(self, bundle: Bundle):
        self.bundle = bundle
        self.done = Done()
        self.made: dict[str, list[str]] = {}
        self.new: list[tuple[int, Transfer, list[Claim]]] = []

    # Parties, systems and sources

    def references(self) -> None:
        for table, (model, aliases, family) in REFERENCES.items():
            made = (self._reference(model, aliases, family, row) for row in self._ordered(table, family))
            self.made[table] = [key for key in made if key]

    def _ordered(self, table: str, family: str) -> Iterator[tuple[int, Cells]]:
        """Rows, those that others name before them."""
        key = REFERENCES[table][0].natural_key_fields[0]
        left = {row[key]: (line, row) for line, row in self.bundle.tables[table]}
        for name in list(left):
            chain: list[tuple[int, Cells]] = []
            current: str | None = name
            while current in left:
                chain.append(left.pop(current))
                current = chain[-1][1][family] if family else None
            yield from reversed(chain)

    def _reference(self, model: Any, aliases: Any, family: str, at: tuple[int, Cells]) -> str:
        """Make the record, unless there is one; its key if it was made."""
        line, row = at
        key = model.natural_key_fields[0]
        there = model.objects.filter(**{key: row[key]}).first()
        names = (row["aliases"] or "").split("|") if aliases and row["aliases"] else []
        values = {
            name: row[name]
            for name in (each.name for each in model._meta.concrete_fields)
            if name in row and name != family and row[name] is not None
        }
        if family and row[family]:
            values[family] = model.objects.get(**{key: row[family]})
        if there is not None:
            if _differs(there, model(**values), names):
                self.done.kept.append(f"{model._meta.verbose_name} {row[key]}")
            return ""
        record = model(**values)
        _check(record, line)
        record.save()
        for name in names:
            aliases.objects.create(**{model._meta.model_name: record, "name": name})
        return str(row[key])

    # Transfers and their claims

    def transfers(self, progress: Progress) -> None:
        self.names = content.References()
        self.sources = {source.key: source for source in Source.objects.all()}
        claims: dict[str | None, list[tuple[int, Cells]]] = {}
        for line, row in self.bundle.tables["claims"]:
            claims.setdefault(row["transfer"], []).append((line, row))
        rows = self.bundle.tables["transfers"]
        for start, group in zip(count(0, BATCH), batched(rows), strict=False):
            progress("Reading transfers", start, len(rows))
            keys = [row["key"] for _, row in group]
            there = {each.key: each for each in Transfer.objects.with_claims().filter(key__in=keys)}
            for line, row in group:
                transfer = self._transfer(line, row)
                own = [self._claim(at, each, transfer) for at, each in claims.get(row["key"], [])]
                self._settle(line, transfer, own, there.get(transfer.key))

    def _transfer(self, line: int, row: Cells) -> Transfer:
        texts = {
            name: row[name] or "" for name in ("key", "kind", "condition", "location", "occasion", "note")
        }
        return Transfer(
            **texts,
            supplier=self.names.parties[row["supplier"] or ""],
            recipient=self.names.parties[row["recipient"] or ""],
            system=self.names.systems[row["system"] or ""],
        )

    def _claim(self, line: int, row: Cells, transfer: Transfer) -> Claim:
        measure = row["measure"] or ""
        model, prefix = next(each for each in MEASURES if measure.startswith(each[1]))
        values: dict[str, Any] = {
            name: row[name]
            for name in (each.name for each in model._meta.concrete_fields)
            if row.get(name) is not None and name not in ("transfer", "source", "measure")
        }
        values |= {model.MEASURE_FIELD: measure.removeprefix(prefix), "preferred": row["preferred"] == "true"}
        claim = model(**values, source=self.sources[row["source"] or ""])
        claim.transfer = transfer
        try:
            for each in claim._meta.concrete_fields:
                if not each.is_relation:
                    setattr(claim, each.attname, each.to_python(getattr(claim, each.attname)))
        except ValidationError as error:
            raise NotImported(f"claims.csv, line {line}: {' '.join(error.messages)}") from error
        return claim

    def _settle(self, line: int, transfer: Transfer, claims: list[Claim], there: Transfer | None) -> None:
        if there is None:
            self.new.append((line, transfer, claims))
            self._count(Outcome.NEW, 1 + len(claims))
        elif self._digest(transfer, claims) == self._digest(there, there.claims()):
            self._count(Outcome.UNCHANGED, 1 + len(claims))
        else:
            self.done.refused.append((line, f"The transfer {transfer.key} is here already, and differs."))
            self._count(Outcome.REFUSED, 1 + len(claims))

    def _digest(self, transfer: Transfer, claims: list[Claim]) -> str:
        return content.of_transfer(transfer, claims, self.names).digest

    def _count(self, outcome: Outcome, records: int) -> None:
        self.done.counts[str(outcome)] += records

    def keep(self, file_name: str, reason: str, user: Any) -> None:
        """Write what is new, with history, and the account of the import."""
        self.done.batch = ImportBatch.objects.create(
            layout="bundle",
            file_name=file_name[:200],
            sha256=self.bundle.sha256,
            user=user,
            reason=reason,
            records=self.bundle.records,
            counts=self.done.counts,
            left_out=[[[line], "refused", why] for line, why in self.done.refused],
            made=self.made | {"transfers": [transfer.key for _, transfer, _ in self.new]},
        )
        for group in batched(self.new):
            _insert_transfers(group)


def _insert_transfers(listed: Sequence[tuple[int, Transfer, list[Claim]]]) -> None:
    insert(Transfer, (_row(transfer) for _, transfer, _ in listed))
    keys = [transfer.key for _, transfer, _ in listed]
    pks = dict(Transfer.objects.filter(key__in=keys).values_list("key", "pk"))
    for model, _ in MEASURES:
        claims = [
            _row(claim) | {"transfer_id": pks[transfer.key]}
            for _, transfer, own in listed
            for claim in own
            if isinstance(claim, model)
        ]
        insert(model, claims)
    history.record_copies(Transfer.objects.filter(key__in=keys), history.ADDED)
    for model, _ in MEASURES:
        history.record_copies(model.objects.filter(transfer__key__in=keys), history.ADDED)


def _row(record: models.Model) -> dict[str, Any]:
    return {
        each.attname: getattr(record, each.attname)
        for each in record._meta.concrete_fields
        if not each.primary_key
    }


def _check(record: Any, line: int) -> None:
    try:
        record.full_clean()
    except ValidationError as error:
        name = record._meta.verbose_name
        raise NotImported(f"The {name} {record} of line {line}: {' '.join(error.messages)}") from error


def _differs(there: Any, told: Any, aliases: list[str]) -> bool:
    """Whether a stored record shows something else than the bundle tells of it."""
    names = [
        each.attname
        for each in there._meta.concrete_fields
        if not each.primary_key and each.name != "provisional"
    ]
    told.clean_fields(exclude=[each.name for each in told._meta.concrete_fields if each.is_relation])
    own = sorted(alias.name for alias in there.aliases.all()) if hasattr(there, "aliases") else []
    return own != sorted(aliases) or any(getattr(there, name) != getattr(told, name) for name in names)
