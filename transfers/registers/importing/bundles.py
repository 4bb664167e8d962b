"""A bundle of this register back into curation: the same records, so that publishing gives the same content.

What the register has already stays: a record that differs from the bundle's is kept and named, and a transfer
that differs is refused.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from django.db import IntegrityError, models, transaction

from transfers.curation.fixtures.loading import Loader, RecordGroup
from transfers.curation.ordering import order_parents_first
from transfers.evidence.fixture_files import Record
from transfers.models import Claim, ImportBatch, Party, Source, System, Transfer, history
from transfers.models.history import OWNED
from transfers.models.homonyms import SEPARATOR
from transfers.models.inserts import BATCH, batched, insert
from transfers.publication import content, publish
from transfers.registers.reading.bundle import Bundle, Cells
from transfers.vocabulary.choices import Outcome
from transfers.vocabulary.measures import CLAIM_KINDS
from transfers.vocabulary.words import fold_exactly

from .write import Progress, ignore_progress, lock_imports

#: The tables of reference records, in the order in which they name each other.
REFERENCES: dict[str, Any] = {"parties": Party, "systems": System, "sources": Source}
CLAIMS: dict[str, Any] = {str(model._meta.model_name): model for model in OWNED[Transfer]}
#: Fields of parties, systems and their aliases that bundles leave out.
NOT_IN_BUNDLES = ("provisional", "shared_names", "type")


class NotImported(Exception):
    """A bundle that the database refuses, and why; nothing was imported."""


@dataclass
class BundleReport:
    """The account of an import: records by outcome, and those that were kept as they are here."""

    batch: ImportBatch | None = None
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(map(str, Outcome), 0))
    kept: list[str] = field(default_factory=list)
    refused: list[tuple[int, str]] = field(default_factory=list)
    revisions: int = 0


def import_bundle(
    bundle: Bundle,
    *,
    file_name: str,
    reason: str,
    user: Any = None,
    publish_too: bool = False,
    store: bool = True,
    progress: Progress = ignore_progress,
) -> BundleReport:
    """Import the bundle, all or nothing; without `store` nothing stays. Raise BadFiles or NotImported."""
    try:
        with transaction.atomic(), history.record_because(reason, user):
            lock_imports()
            importer = _BundleImporter(bundle)
            importer.read_records(progress)
            if importer.new:
                importer.save(file_name=file_name[:200], reason=reason, user=user)
            if publish_too:
                importer.report.revisions = publish.publish(importer.list_saved(), reason, progress).count()
            transaction.set_rollback(not store)
    except IntegrityError as error:
        raise NotImported(f"The database refuses a record of the bundle: {error}.") from error
    return importer.report


class _BundleImporter:
    def __init__(self, bundle: Bundle):
        self.bundle = bundle
        self.report = BundleReport()
        self.loader = Loader(ignored=NOT_IN_BUNDLES)
        self.made: dict[str, list[str]] = {}
        self.new: list[tuple[Transfer, list[Claim]]] = []

    def read_records(self, progress: Progress) -> None:
        """Load the reference records, and sort the transfers into new, unchanged and refused."""
        for table, model in REFERENCES.items():
            before = len(self.loader.report.added)
            for group in _list_references(table, model, self.bundle):
                self.loader.load(group)
            self.made[table] = self.loader.report.added[before:]
        self.loader.raise_faults()
        self.report.kept = self.loader.report.kept
        self._read_transfers(progress)
        self.loader.raise_faults()

    def _read_transfers(self, progress: Progress) -> None:
        self.references = content.References()
        claims: dict[str | None, list[Record]] = {}
        for line, row in self.bundle.tables["claims"]:
            claims.setdefault(row["transfer"], []).append(_as_claim(line, row))
        rows = self.bundle.tables["transfers"]
        for start, group in zip(count(0, BATCH), batched(rows), strict=False):
            progress("Reading transfers", start, len(rows))
            keys = [row["key"] for _, row in group]
            stored = {found.key: found for found in Transfer.objects.with_claims().filter(key__in=keys)}
            for line, row in group:
                record = _as_record("transfers", line, row, Transfer)
                built = [self._build(part) for part in (record, *claims.get(row["key"], []))]
                if None not in built:
                    self._settle(line, built[0], built[1:], stored.get(built[0].key))

    def _build(self, record: Record) -> Any:
        """Return the record as an unsaved instance, or None; constraints check the rest."""
        instance = self.loader.build(record)
        if instance is None:
            return None
        relations = [each.name for each in instance._meta.concrete_fields if each.is_relation]
        is_valid = self.loader.check(lambda: instance.clean_fields(exclude=relations), record)
        return instance if is_valid else None

    def _settle(self, line: int, transfer: Transfer, claims: list[Claim], stored: Transfer | None) -> None:
        if stored is None:
            self.new.append((transfer, claims))
            outcome = Outcome.NEW
        elif self._get_digest(transfer, claims) == self._get_digest(stored, stored.claims()):
            outcome = Outcome.UNCHANGED
        else:
            outcome = Outcome.REFUSED
            self.report.refused.append((line, f"The transfer {transfer.key} is here already, and differs."))
        self.report.counts[str(outcome)] += 1 + len(claims)

    def _get_digest(self, transfer: Transfer, claims: list[Claim]) -> str:
        self.references.add([content.get_place(transfer)])
        return content.build_from_transfer(transfer, claims, self.references).digest

    def save(self, **described: Any) -> None:
        """Write what is new, with history, and the account of the import."""
        self.report.batch = ImportBatch.objects.create(
            layout=ImportBatch.Layout.BUNDLE,
            sha256=self.bundle.sha256,
            records=self.bundle.records,
            counts=self.report.counts,
            left_out=[[[line], "refused", reason] for line, reason in self.report.refused],
            made=self.made | {"transfers": [transfer.key for transfer, _ in self.new]},
            **described,
        )
        for group in batched(self.new):
            _insert_transfers(group)

    def list_saved(self) -> list[Transfer]:
        keys = [transfer.key for transfer, _ in self.new]
        return [saved for group in batched(keys) for saved in Transfer.objects.filter(key__in=group)]


def _list_references(table: str, model: Any, bundle: Bundle) -> list[RecordGroup]:
    """Return the table's records with their aliases, each after the record that it names as its parent."""
    key = model.natural_key_fields[0]
    parent = next((each.name for each in model._meta.concrete_fields if each.related_model is model), "")
    rows = {row[key]: (line, row) for line, row in bundle.tables[table]}
    shared_names = _list_shared_names(model, rows)
    ordered = order_parents_first(rows, lambda at: at[1].get(parent))
    return [
        RecordGroup(
            _as_record(table, line, row | {"shared_names": shared_names.get(row[key] or "")}, model),
            list(_list_aliases(table, line, row, model)),
        )
        for line, row in ordered
    ]


def _list_shared_names(model: Any, rows: dict[Any, tuple[int, Cells]]) -> dict[str, str]:
    """Return the names that records of the bundle have in common, as their owners checked, by key."""
    bearers: dict[str, dict[str, str]] = defaultdict(dict)
    for key, (_, row) in rows.items():
        for name in (row.get("name"), *(row.get("aliases") or "").split(SEPARATOR)):
            bearers[fold_exactly(name or "")][key] = name or ""
    shared: dict[str, list[str]] = defaultdict(list)
    for folded, names in bearers.items():
        for key, name in names.items() if folded and len(names) > 1 else ():
            shared[key].append(name)
    return {key: SEPARATOR.join(names) for key, names in shared.items()}


def _list_aliases(table: str, line: int, row: Cells, model: Any) -> Iterator[Record]:
    for alias, owner in OWNED[model].items():
        for name in (row["aliases"] or "").split("|") if row["aliases"] else ():
            yield _as_record(table, line, {owner: row[model.natural_key_fields[0]], "name": name}, alias)


def _as_claim(line: int, row: Cells) -> Record:
    """Return the claim without its transfer, which has no id before it is saved."""
    measure = row["measure"] or ""
    kind = next(kind for kind, (_, prefix) in CLAIM_KINDS.items() if measure.startswith(prefix))
    field_name, prefix = CLAIM_KINDS[kind]
    cells = row | {"transfer": None, field_name: measure.removeprefix(prefix)}
    return _as_record("claims", line, cells, CLAIMS[kind])


def _as_record(table: str, line: int, row: Cells, model: Any) -> Record:
    """Return the row as an entry of a fixture, without the columns that no field of the model has."""
    fields: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        text = row.get(column.name)
        if text is not None:
            is_flag = isinstance(column, models.BooleanField)
            fields[column.name] = [text] if column.is_relation else text == "true" if is_flag else text
    return Record(Path(f"{table}.csv"), line, model._meta.label_lower, fields, {})


def _insert_transfers(group: Sequence[tuple[Transfer, list[Claim]]]) -> None:
    keys = [transfer.key for transfer, _ in group]
    insert(Transfer, (_as_row(transfer) for transfer, _ in group))
    history.record_copies(Transfer.objects.filter(key__in=keys), history.ADDED)
    pks = dict(Transfer.objects.filter(key__in=keys).values_list("key", "pk"))
    for model in OWNED[Transfer]:
        rows = [
            _as_row(claim) | {"transfer_id": pks[transfer.key]}
            for transfer, claims in group
            for claim in claims
            if isinstance(claim, model)
        ]
        insert(model, rows)
        history.record_copies(model._default_manager.filter(transfer__key__in=keys), history.ADDED)


def _as_row(record: models.Model) -> dict[str, Any]:
    concrete = record._meta.concrete_fields
    return {each.attname: getattr(record, each.attname) for each in concrete if not each.primary_key}
