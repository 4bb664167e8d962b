"""Importing a register into curation, all or nothing, and publishing it where the user asks for that.

All is written in one transaction, which other imports wait for; the plan is made again inside it.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from transfers.models import ImportBatch, RegisterDeal, Transfer, history
from transfers.models.inserts import batched
from transfers.publication import publish
from transfers.registers.reading.records import Register
from transfers.vocabulary.choices import Outcome

from . import sources
from .absent import has_all_weapons
from .closing import close_questions
from .deals import add_names, write_deals
from .plan import Plan, build_plan

CACHE_KILOBYTES = 96_000
Progress = Callable[[str, int, int], None]


class Overtaken(Exception):
    """The register changed after the plan was shown, so the import would do something else."""


@dataclass(frozen=True)
class Report:
    """Outcome of an import; `batch` is None if there was nothing to store."""

    plan: Plan
    batch: ImportBatch | None
    revisions: int


def ignore_progress(step: str, done: int, total: int) -> None:
    """Report progress to nobody."""


def import_register(
    register: Register,
    *,
    file_name: str,
    reason: str,
    user: Any = None,
    published: str = "",
    years: str = "",
    publish_too: bool = False,
    expected: str = "",
    progress: Progress = ignore_progress,
) -> Report:
    """Import the register, all or nothing. Raises Overtaken, EDTFError, YearsUnknown or NotPublishable.

    `expected` is the fingerprint of the plan that the user agreed to.
    """
    with transaction.atomic(), history.record_because(reason, user), _pause_garbage_collection():
        lock_imports()
        planned = build_plan(register, published, years)
        if expected and planned.fingerprint != expected:
            raise Overtaken("The register has changed since the preview; look at a new one.")
        batch = _write(planned, file_name, reason, user, progress) if _has_news(planned) else None
        transfers = _stream_publishable(planned, batch)
        revisions = publish.publish(transfers, reason, progress).count() if publish_too else 0
    return Report(planned, batch, revisions)


def lock_imports(cache_kilobytes: int = CACHE_KILOBYTES) -> None:
    """Let one import at a time run; SQLite's IMMEDIATE transactions already do, and get a larger cache."""
    table = ImportBatch._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
        else:
            cursor.execute(f"PRAGMA cache_size=-{cache_kilobytes}")


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Pause the search for reference cycles, which would visit every deal many times and find none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _has_news(planned: Plan) -> bool:
    """Return whether the file has deals to write or to settle, or is another edition of stored ones."""
    outcomes = {item.outcome for item in planned.deals}
    is_written = planned.absent or outcomes & {*RegisterDeal.WRITTEN}
    if is_written or any(item.candidates for item in planned.deals):
        return True
    standing = ImportBatch.objects.standing()
    if standing.filter(sha256=planned.register.sha256).exists():
        return False
    of_years = standing.filter(first_year=planned.years.first, last_year=planned.years.last)
    edition = of_years.filter(layout=planned.register.layout, source__published=planned.published)
    is_stored = _get_time_of_file(planned.register) in edition.values_list("generated", flat=True)
    return not is_stored and bool(outcomes & {Outcome.UNCHANGED, Outcome.EARLIER})


def _get_time_of_file(register: Register) -> datetime | None:
    """Return when the file was made; it names no time zone, so the time is taken as UTC."""
    return register.generated and register.generated.replace(tzinfo=UTC)


def _write(planned: Plan, file_name: str, reason: str, user: Any, progress: Progress) -> ImportBatch:
    """Write the edition's source, the names that it adds, the batch and its deals."""
    register = planned.register
    source = sources.get_or_create_edition(register, planned.published, file_name, planned.years)
    batch = ImportBatch.objects.create(
        layout=register.layout,
        file_name=file_name[:200],
        sha256=register.sha256,
        generated=_get_time_of_file(register),
        first_year=planned.years.first,
        last_year=planned.years.last,
        scope=_dump_scope(planned),
        source=source,
        user=user,
        reason=reason,
        records=register.records,
        counts=planned.counts(),
        left_out=_list_left_out(planned),
        vanished=[deal.key for deal in planned.vanished],
        made=add_names(planned),
    )
    write_deals(planned, batch, progress)
    close_questions(planned, batch)
    return batch


def _dump_scope(planned: Plan) -> dict[str, Any]:
    """Return what the file would list, by its title."""
    limits = planned.scope.dump() if planned.scope else {}
    return limits | {"has_all_weapons": has_all_weapons(planned.register.title)}


def _list_left_out(planned: Plan) -> list[list[Any]]:
    return [
        [list(record.lines), outcome, why, getattr(record, "text", "")]
        for record, outcome, why in planned.left_out()
    ]


def _stream_publishable(planned: Plan, batch: ImportBatch | None) -> Iterator[Transfer]:
    """Yield what the import brought, and drafts of repeated deals that were never public.

    What a later edition no longer has is left as it is.
    """
    repeated = {
        item.before.transfer
        for item in planned.deals
        if item.before
        and not item.before.joined_from
        and not item.is_gone
        and item.outcome not in RegisterDeal.WRITTEN
    }
    if batch:
        yield from Transfer.objects.publishable_from(batch).only("pk").iterator()
    for pks in batched(sorted(repeated)):
        yield from Transfer.objects.drafts().never_public().filter(pk__in=pks).only("pk")
