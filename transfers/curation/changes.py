"""Changes of public parties, systems and sources that wait for somebody who may publish."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from transfers.models import ReferenceChange, RegistryRow
from transfers.publication import publish

from . import workflow
from .spreadsheets.files import Sheet
from .spreadsheets.layouts import LAYOUTS, SheetReport
from .spreadsheets.records import import_sheet, propose


@dataclass
class ChangePreview:
    """What accepting a change would do, or why it cannot be accepted."""

    rows: int = 0
    faults: list[str] = field(default_factory=list)


def is_public(record: Any) -> bool:
    """Return whether the record shows in a public row."""
    return publish.filter_showing(record, RegistryRow.objects.current()).exists()


def take_texts(record: Any) -> list[str]:
    """Return the record's texts as stored now, by which a change is told."""
    layout = LAYOUTS[type(record)]
    return layout.get_texts(layout.with_related(type(record).objects.filter(pk=record.pk)).get())


def propose_change(record: Any, before: list[str], after: list[str], user: Any, reason: str) -> None:
    """Store the difference of a record's texts as a proposal."""
    propose([(record, list(zip(before, after, strict=True)))], user, reason)


def preview_change(change: ReferenceChange) -> ChangePreview:
    """Return how many public rows accepting the change would publish anew."""
    faults = _list_obstacles(change)
    if faults:
        return ChangePreview(faults=faults)
    report = _apply(change, store=False)
    return ChangePreview(report.revisions, _list_faults(report))


def decide(change: ReferenceChange, is_accepted: bool, user: Any, answer: str) -> None:
    """Accept or decline a change; raise Refused if that cannot be."""
    if not user.has_perm(workflow.PUBLISH):
        raise workflow.Refused("You are not allowed to decide on changes of public records.")
    if not is_accepted and not answer.strip():
        raise workflow.Refused("Say why the change is declined.")
    with transaction.atomic():
        change = ReferenceChange.objects.select_for_update().get(pk=change.pk)
        if change.decision != ReferenceChange.Decision.OPEN:
            raise workflow.Refused("This change was decided on already.")
        if is_accepted:
            _accept(change, user)
        states = ReferenceChange.Decision
        change.decision = states.ACCEPTED if is_accepted else states.DECLINED
        change.answer, change.decided_by, change.decided = answer.strip()[:500], user, timezone.now()
        change.save()


def _accept(change: ReferenceChange, user: Any) -> None:
    if change.user_id == user.pk and not settings.PUBLISH_OWN:
        raise workflow.Refused("Somebody else decides on a change that you proposed.")
    faults = _list_obstacles(change) or _list_faults(_apply(change))
    if faults:
        raise workflow.Refused(" ".join(faults))


def _list_obstacles(change: ReferenceChange) -> list[str]:
    """Return why the change fits no more."""
    record = change.record
    if record is None:
        return [f"The {change.kind} {change.key} no longer exists."]
    texts = dict(zip(LAYOUTS[type(record)].columns, take_texts(record), strict=True))
    changed = [name for name, before in change.before.items() if texts[name] != before]
    return [f"The {name} of {change.key} was changed meanwhile. Decline this change." for name in changed]


def _apply(change: ReferenceChange, *, store: bool = True) -> SheetReport:
    model = type(change.record)
    row = {model.natural_key_fields[0]: change.key, **change.after}
    sheet = Sheet(list(row), [(1, row)])
    return import_sheet(model, sheet, change.user, change.reason, store=store, may_publish=True)


def _list_faults(report: SheetReport) -> list[str]:
    messages = [text for fault in report.faults for texts in fault.messages.values() for text in texts]
    return [*messages, *([report.refusal] if report.refusal else [])]
