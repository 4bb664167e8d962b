"""Imports: a register's deals into curation, whole or not at all, and into public where the user says so.

Everything is written in one transaction that other imports wait for; what a plan showed is planned again in
it. Claims, transfers and their history go in by bulk, so 30,000 deals take seconds.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from simple_history.utils import bulk_update_with_history

from transfers.models import (
    ImportBatch,
    Party,
    Proposal,
    RegisterDeal,
    RegistryRow,
    Revision,
    Source,
    System,
    Transfer,
    history,
)
from transfers.models.inserts import batched, insert
from transfers.publication import publish as publication
from transfers.registers.reading.comments import find_meanings
from transfers.registers.reading.records import Register, dump_deal
from transfers.vocabulary.choices import Outcome

from . import sources
from .keys import Keys
from .plan import Plan, PlannedDeal, build_plan

BATCH = 1000
CACHE_KILOBYTES = 96_000
WRITTEN = (Outcome.NEW, Outcome.CHANGED)
Progress = Callable[[str, int, int], None]


class Overtaken(Exception):
    """The register has changed since the plan was shown, so something else would be done."""


@dataclass(frozen=True)
class Report:
    """What an import did; `batch` is None where there was nothing to keep."""

    plan: Plan
    batch: ImportBatch | None
    revisions: int


def silent(what: str, done: int, total: int) -> None:
    """Nobody is told how far it is."""


def run(
    register: Register,
    *,
    file_name: str,
    reason: str,
    user: Any = None,
    published: str = "",
    publish: bool = False,
    expected: str = "",
    progress: Progress = silent,
) -> Report:
    """Import the register, all or nothing; `expected` is the fingerprint of the plan that was agreed to.

    Raises Overtaken, edtf.EDTFError for a bad `published`, or publication.NotPublishable.
    """
    with transaction.atomic(), history.record_because(reason, user), _uncollected():
        hold()
        made = build_plan(register, published)
        if expected and made.fingerprint != expected:
            raise Overtaken("The register has changed since the preview; look at a new one.")
        batch = _write(made, file_name, reason, user, progress) if _brings(made) else None
        revisions: list[Revision] = []
        if publish:
            revisions = publication.publish(_to_publish(made, batch), reason, progress)
    return Report(made, batch, len(revisions))


def hold() -> None:
    """One import at a time; SQLite's IMMEDIATE transactions see to it by themselves, and get room."""
    table = ImportBatch._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        else:
            cursor.execute(f"PRAGMA cache_size=-{CACHE_KILOBYTES}")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles, of which this makes none: it would go through all deals, many times."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _brings(made: Plan) -> bool:
    """Whether the file has anything that is not here: deals, or what another edition says of them."""
    register, batches = made.register, ImportBatch.objects.filter(undone__isnull=True)
    outcomes = {item.outcome for item in made.deals}
    if outcomes & {*WRITTEN} or batches.filter(sha256=register.sha256).exists():
        return bool(outcomes & {*WRITTEN})
    edition = batches.filter(layout=register.layout, source__published=made.published)
    dates = edition.values_list("generated", flat=True)
    return _moment(register) not in dates and bool(outcomes & {Outcome.UNCHANGED, Outcome.EARLIER})


def _moment(register: Register) -> datetime | None:
    """When the file was made; it names no time zone, so none is converted."""
    return register.generated and register.generated.replace(tzinfo=UTC)


def _write(made: Plan, file_name: str, reason: str, user: Any, progress: Progress) -> ImportBatch:
    source = sources.get_or_create_edition(made.register, made.published, file_name)
    new = _make_names(made)
    batch = ImportBatch.objects.create(
        layout=made.register.layout,
        file_name=file_name[:200],
        sha256=made.register.sha256,
        generated=_moment(made.register),
        source=source,
        user=user,
        reason=reason,
        records=made.register.records,
        counts=made.counts(),
        left_out=[[list(each.lines), outcome, why] for each, outcome, why in made.left_out()],
        vanished=[each.key for each in made.vanished],
        made=new,
    )
    writer = _Writer(batch, source)
    kept = [item for item in made.deals if item.outcome not in (Outcome.AMBIGUOUS, Outcome.REFUSED)]
    for start in range(0, len(kept), BATCH):
        progress("Writing deals", start, len(kept))
        writer.write(kept[start : start + BATCH])
    writer.leave_history()
    _change_transfers([item for item in kept if item.outcome == Outcome.CHANGED], reason, user)
    return batch


def _make_names(made: Plan) -> dict[str, list[str]]:
    """Save those new parties and systems that written deals name; their codes and slugs."""
    named = [item.named for item in made.deals if item.outcome == Outcome.NEW and item.named]
    used = {code for each in named for code in (each.supplier, each.recipient)}
    parties = [party for code, party in made.resolver.parties.items() if code in used]
    slugs = {each.system for each in named}
    systems = [system for slug, system in made.resolver.systems.items() if slug in slugs]
    Party.objects.bulk_create(parties)
    System.objects.bulk_create(systems, batch_size=BATCH)
    history.record_copies(Party.objects.filter(code__in=[party.code for party in parties]), history.ADDED)
    for slugs_made in batched([system.slug for system in systems]):
        history.record_copies(System.objects.filter(slug__in=slugs_made), history.ADDED)
    return {"parties": [party.code for party in parties], "systems": [system.slug for system in systems]}


class _Writer:
    """Writes deals of one batch: their transfers, claims, statements and proposals."""

    def __init__(self, batch: ImportBatch, source: Source):
        self.batch, self.source = batch, source
        self.parties = dict(Party.objects.values_list("code", "pk"))
        self.systems = dict(System.objects.values_list("slug", "pk"))
        self.keys = Keys()
        self.claimed: set[type[models.Model]] = set()

    def write(self, items: Sequence[PlannedDeal]) -> None:
        made = self._transfers([item for item in items if item.outcome == Outcome.NEW])
        pairs = [(item, item.before.transfer if item.before else made[id(item)]) for item in items]
        self._claims(pairs)
        insert(RegisterDeal, (self._deal(item, transfer) for item, transfer in pairs))
        self._proposals(pairs)

    def _transfers(self, items: Sequence[PlannedDeal]) -> dict[int, int]:
        """Ids of new transfers by the id of their item."""
        keys = self.keys.take(items)
        insert(Transfer, (self._transfer(item, key) for item, key in zip(items, keys, strict=True)))
        pks: dict[str, int] = {}
        for group in batched(keys):
            pks |= Transfer.objects.filter(key__in=group).values_list("key", "pk")
        return {id(item): pks[key] for item, key in zip(items, keys, strict=True)}

    def _transfer(self, item: PlannedDeal, key: str) -> dict[str, Any]:
        assert item.named is not None
        return {
            "key": key,
            "supplier_id": self.parties[item.named.supplier],
            "recipient_id": self.parties[item.named.recipient],
            "system_id": self.systems[item.named.system],
            "condition": item.deal.condition,
            "note": item.deal.comments,
        }

    def _deal(self, item: PlannedDeal, transfer: int) -> dict[str, Any]:
        return {
            "batch_id": self.batch.pk,
            "transfer_id": transfer,
            "outcome": str(item.outcome),
            "locator": item.deal.locator,
            "stated": dump_deal(item.deal),
            "joined_from": item.before.joined_from if item.before else "",
        }

    def _claims(self, pairs: Iterable[tuple[PlannedDeal, int]]) -> None:
        claims: dict[type[models.Model], list[dict[str, Any]]] = {}
        for item, transfer in pairs:
            for figure in item.figures if item.outcome in WRITTEN else ():
                where = {"transfer_id": transfer, "source_id": self.source.pk, "locator": item.deal.locator}
                claims.setdefault(figure.model, []).append(figure.claim(**where))
            item.figures = []  # a register has many, and publication needs the room
        for model, made in claims.items():
            insert(model, made)
        self.claimed |= claims.keys()

    def _proposals(self, pairs: Sequence[tuple[PlannedDeal, int]]) -> None:
        proposed = [(transfer, found) for item, transfer in pairs if (found := list(_proposed(item)))]
        for group in batched(proposed):
            deals = self.batch.deals.filter(transfer__in=[transfer for transfer, _ in group])
            by_transfer = dict(deals.values_list("transfer", "pk"))
            insert(
                Proposal,
                (
                    {**each, "transfer_id": transfer, "deal_id": by_transfer[transfer]}
                    for transfer, found in group
                    for each in found
                ),
            )

    def leave_history(self) -> None:
        made = Transfer.objects.filter(register_deals__batch=self.batch, register_deals__outcome=Outcome.NEW)
        history.record_copies(made, history.ADDED)
        for model in self.claimed:
            history.record_copies(model._default_manager.filter(source=self.source), history.ADDED)


def _proposed(item: PlannedDeal) -> Iterator[dict[str, Any]]:
    """What the comment of a new deal, or a changed comment, may mean."""
    if item.outcome not in WRITTEN or (item.before and item.before.deal.comments == item.deal.comments):
        return
    if item.deal.local_production:
        yield {"field": "kind", "value": "licensed_production", "excerpt": "Local production: Yes"}
    for found in find_meanings(item.deal.comments):
        yield {
            "field": found.field,
            "value": found.value,
            "minimum": found.minimum,
            "maximum": found.maximum,
            "currency": found.currency,
            "excerpt": found.excerpt[:200],
            "doubtful": found.ambiguous,
        }


def _change_transfers(items: Sequence[PlannedDeal], reason: str, user: Any) -> None:
    """Renew the notes that came from comments, and make drafts of what gets new claims."""
    by_transfer = {item.before.transfer: item for item in items if item.before}
    for pks in batched(list(by_transfer)):
        changed = []
        for transfer in Transfer.objects.filter(pk__in=pks):
            before = (transfer.note, transfer.condition, transfer.state)
            _renew(transfer, by_transfer[transfer.pk])
            if before != (transfer.note, transfer.condition, transfer.state):
                changed.append(transfer)
        bulk_update_with_history(
            changed, Transfer, ["note", "condition", "state"], default_user=user, default_change_reason=reason
        )


def _renew(transfer: Transfer, item: PlannedDeal) -> None:
    """What was the register's word and no curator's becomes its new word."""
    assert item.before is not None
    before, now = item.before.deal, item.deal
    changed = {each.field for each in item.changes}
    if "comments" in changed and transfer.note == before.comments:
        transfer.note = now.comments
    if "condition" in changed and transfer.condition == before.condition:
        transfer.condition = now.condition
    if transfer.state in (Transfer.State.PUBLISHED, Transfer.State.IN_REVIEW):
        transfer.state = Transfer.State.DRAFT


def publishable(batch: ImportBatch) -> models.QuerySet[Transfer]:
    """Drafts that the import made, or that it made of what was public; no curator's unfinished work."""
    drafts = Transfer.objects.filter(state=Transfer.State.DRAFT)
    if batch.layout == ImportBatch.Layout.BUNDLE:
        return drafts.filter(key__in=batch.made.get("transfers", []))
    deals = batch.deals.filter(transfer=OuterRef("pk"))
    own, changed = deals.filter(joined_from=""), deals.filter(outcome=Outcome.CHANGED)
    copies = Transfer.history.filter(id=OuterRef("pk"))
    before = copies.filter(history_date__lt=batch.time).order_by("-history_id").values("state")[:1]
    since = Exists(copies.filter(history_date__gte=batch.time, state=Transfer.State.PUBLISHED))
    ever = Exists(RegistryRow.objects.filter(key=OuterRef("key")))
    return (
        drafts.annotate(_before=Subquery(before))
        .exclude(since)
        .filter(
            Exists(own.filter(outcome=Outcome.NEW))
            | (Exists(changed) & Q(_before=Transfer.State.PUBLISHED))
            | (Exists(own.filter(outcome=Outcome.CHANGED)) & ~ever)
        )
    )


def _to_publish(made: Plan, batch: ImportBatch | None) -> list[Transfer]:
    """Transfers that the import made or that were public as it found them; no curator's unfinished work."""
    public = {item.before.transfer for item in made.deals if item.before and _was_published(item)}
    drafts = {
        item.before.transfer
        for item in made.deals
        if item.before and item.before.state == Transfer.State.DRAFT and not item.before.joined_from
    }
    new = Transfer.objects.filter(register_deals__batch=batch, register_deals__outcome=Outcome.NEW)
    found = list(new.only("pk")) if batch else []
    for pks in batched(sorted(public)):
        found += Transfer.objects.filter(pk__in=pks).only("pk")
    for pks in batched(sorted(drafts)):
        never = Transfer.objects.filter(pk__in=pks).exclude(key__in=RegistryRow.objects.values("key"))
        found += never.only("pk")
    return found


def _was_published(item: PlannedDeal) -> bool:
    assert item.before is not None
    return item.outcome == Outcome.CHANGED and item.before.state == Transfer.State.PUBLISHED
