"""Recording the history of curated records: who changed what, when and why.

django-simple-history keeps a copy of a record at each save. Reason and user are taken from the block that
the save stands in (`record_because`), as a reason set on an instance would stick to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import Value
from django.dispatch import receiver
from django.utils import timezone
from simple_history.signals import pre_create_historical_record

from .curation import Quantity, Transfer, TransferDate, Valuation
from .reference import Party, PartyAlias, Source, System, SystemAlias

#: Records that own others, and those others with the field that names the owner.
OWNED: dict[type[models.Model], dict[type[models.Model], str]] = {
    Party: {PartyAlias: "party"},
    System: {SystemAlias: "system"},
    Source: {},
    Transfer: {Quantity: "transfer", TransferDate: "transfer", Valuation: "transfer"},
}
#: What an edit does not touch.
NOT_EDITED = frozenset({"state"})
ADDED, CHANGED, REMOVED = "+", "~", "-"
#: The reason of the copies with which history began; nobody knows what was before them.
BEGINNING = "Recorded before history was kept"

_context: ContextVar[tuple[str, Any]] = ContextVar("because", default=("", None))


@contextmanager
def record_because(reason: str, user: Any = None) -> Iterator[None]:
    """Give everything saved in the block this reason and user in its history."""
    token = _context.set((reason, user))
    try:
        yield
    finally:
        _context.reset(token)


def get_context() -> tuple[str, Any]:
    """Return reason and user of the block; for bulk writes, which send no signal."""
    return _context.get()


def record_copies(records: models.QuerySet, kind: str) -> int:
    """Copy stored records into their history, for bulk writes, in one statement; return their number."""
    model = records.model
    copies = model.history.model
    reason, user = get_context()
    context = {
        "history_date": Value(timezone.now(), models.DateTimeField()),
        "history_type": Value(kind, models.CharField()),
        "history_change_reason": Value(reason or None, models.CharField()),
        "history_user": Value(user and user.pk, models.IntegerField()),
    }
    names = [field.attname for field in model._meta.concrete_fields]
    columns = [copies._meta.get_field(field.name).column for field in model._meta.concrete_fields]
    columns += [copies._meta.get_field(name).column for name in context]
    connection = connections[records.db]
    selected = records.order_by("pk").values_list(*names, *context.values())
    try:
        query, parameters = selected.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:  # the condition holds of nothing, as Django sees without asking
        return 0
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {copies._meta.db_table} ({quoted}) {query}", parameters)
        return int(cursor.rowcount)


@receiver(pre_create_historical_record)
def _set_context(history_instance: Any, **_: Any) -> None:
    reason, user = _context.get()
    if reason:
        history_instance.history_change_reason = reason
    if user is not None:
        history_instance.history_user = user
