"""Edits of curated records, as their history has them; and the way back.

Editorial states are part of the copies that history keeps, but no part of an edit: they change by transitions
(`transfers.curation.workflow`) alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from transfers.models.history import ADDED, BEGINNING, CHANGED, NOT_EDITED, OWNED, REMOVED
from transfers.publication.differences import Change

#: How far apart a record and what it owned are removed by one deletion.
TOGETHER = timedelta(seconds=5)


@dataclass(frozen=True)
class Edit:
    """One edit of one record: `copy` is the record as the edit left it (as it was, where it was removed)."""

    copy: Any
    before: Any | None
    changes: tuple[Change, ...]

    @property
    def id(self) -> str:
        """Return what identifies the edit among those of its record's owner."""
        return f"{self.model._meta.model_name}-{self.copy.history_id}"

    @property
    def kind(self) -> str:
        return self.copy.history_type

    @property
    def model(self) -> type[models.Model]:
        return self.copy.instance_type

    @property
    def time(self) -> datetime:
        return self.copy.history_date

    @property
    def user(self) -> Any:
        return self.copy.history_user

    @property
    def reason(self) -> str:
        return self.copy.history_change_reason or ""

    @property
    def is_content(self) -> bool:
        """Return whether it changed anything but the editorial state."""
        return self.kind != CHANGED or any(change.field not in NOT_EDITED for change in self.changes)


def list_edits(owner: models.Model) -> list[Edit]:
    """Return every edit of a record and of those that it owns, newest first; one query a model."""
    listed = _list_edits_by(type(owner), "id", owner.pk)
    for model, field in OWNED[type(owner)].items():
        listed += _list_edits_by(model, f"{field}_id", owner.pk)
    return sorted(listed, key=lambda edit: (edit.time, edit.copy.history_id), reverse=True)


def get_edit(model: Any, history_id: int) -> Edit | None:
    """Return the edit that left this copy, or None if its record was edited since."""
    copy = model.history.filter(history_id=history_id).first()
    if copy is None or copy.history_type == REMOVED:
        return None
    if model.history.filter(id=copy.id, history_id__gt=history_id).exists():
        return None
    before = model.history.filter(id=copy.id, history_id__lt=history_id).order_by("-history_id").first()
    return Edit(copy, before, _list_changes(model, before, copy))


def _list_edits_by(model: Any, field: str, value: Any) -> list[Edit]:
    """Return edits of records that had the value in the field before or after the edit."""
    ever = model.history.filter(**{field: value}).values("id")
    copies = model.history.filter(id__in=ever).select_related("history_user").order_by("id", "history_id")
    listed: list[Edit] = []
    last: Any = None
    for copy in copies:
        before = last if last is not None and last.id == copy.id else None
        edit = Edit(copy, before, _list_changes(model, before, copy))
        if edit.changes and value in (getattr(copy, field), getattr(before, field, None)):
            listed.append(edit)
        last = None if copy.history_type == REMOVED else copy
    return listed


def _list_changes(model: type[models.Model], before: Any, after: Any) -> tuple[Change, ...]:
    gone = after.history_type == REMOVED
    old = _get_values(model, after if gone else before)
    new = _get_values(model, None if gone else after)
    return tuple(Change(name, old[name], new[name]) for name in new if old[name] != new[name])


def _get_values(model: type[models.Model], copy: Any) -> dict[str, Any]:
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return {field.name: getattr(copy, field.attname) if copy is not None else None for field in fields}


def get_obstacle(edit: Edit) -> str:
    """Return why the edit cannot be reverted, whatever the record is now; empty: it may be tried."""
    if edit.reason == BEGINNING or (edit.kind == CHANGED and edit.before is None):
        return "What was before it was not recorded."
    if edit.kind == ADDED and edit.model in OWNED:
        return "It made the record; delete the record, where that is allowed."
    if not edit.is_content:
        return "It changed the editorial state alone, which changes by steps."
    return ""


def revert(edit: Edit) -> models.Model | None:
    """Put the record back as it was before the edit; return it, or None where it then was not there.

    Raise ValidationError, with the record as it is, where what was cannot be again.
    """
    if why_not := get_obstacle(edit):
        raise ValidationError(why_not)
    try:
        with transaction.atomic():
            current = edit.model._default_manager.select_for_update().filter(pk=edit.copy.id).first()
            if edit.kind == ADDED:
                _remove(current)
                return None
            return _restore(edit.copy if edit.kind == REMOVED else edit.before, current)
    except IntegrityError as error:  # somebody else was faster than the checks
        raise ValidationError("The database refuses it: another record stands in its place.") from error


def bring_back(model: Any, pk: int) -> models.Model:
    """Restore a deleted record, with what it owned when it was deleted; return it.

    Raise ValidationError where it cannot be again.
    """
    removal = model.history.filter(id=pk).order_by("-history_id").first()
    if removal is None or model._default_manager.filter(pk=pk).exists():
        raise ValidationError("There is no such deleted record.")
    try:
        with transaction.atomic():
            record = _restore(removal, None)
            for owned, field in OWNED[model].items():
                for copy in _list_removed_with(removal, owned, field):
                    _restore(copy, None)
    except IntegrityError as error:
        raise ValidationError(f"Another record stands in the place of {removal.instance}.") from error
    return record


def _list_removed_with(removal: Any, owned: Any, field: str) -> list[Any]:
    """Return the copies of what was removed together with its owner."""
    copies = owned.history.filter(
        **{field: removal.id},
        history_type=REMOVED,
        history_user=removal.history_user_id,
        history_date__range=(removal.history_date - TOGETHER, removal.history_date + TOGETHER),
    )
    newest = {copy.id: copy for copy in copies.order_by("history_id")}
    standing = owned._default_manager.in_bulk(newest)
    return [copy for pk, copy in newest.items() if pk not in standing]


def _remove(record: models.Model | None) -> None:
    if record is None:
        raise ValidationError("The record is gone already.")
    record.delete()


def _restore(copy: Any, current: models.Model | None) -> models.Model:
    restored = copy.instance
    for name in NOT_EDITED & {field.name for field in restored._meta.concrete_fields}:
        # What is brought back begins its way anew.
        kept = restored._meta.get_field(name).get_default() if current is None else getattr(current, name)
        setattr(restored, name, kept)
    if current is not None:
        _check_against(restored, current)
    restored._state.adding = current is None
    restored.full_clean()
    restored.save()
    return restored


def _check_against(restored: Any, current: Any) -> None:
    model = type(restored)
    if _get_values(model, restored) == _get_values(model, current):
        raise ValidationError("The record is as it was before this edit already.")
    if model in OWNED and restored.natural_key() != current.natural_key():
        raise ValidationError("It changed the permanent key, which others may have cited since.")
