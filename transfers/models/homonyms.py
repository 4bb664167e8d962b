"""Names that two records bear: refused, unless one of them says that it rightly shares the name.

Names are compared as a search compares them: case, script, spaces and hyphens part no two names.
"""

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Q

from transfers.vocabulary.codes import EARLIER_CODES
from transfers.vocabulary.words import fold_exactly, fold_party

from .spelling import FOLD, PARTY, filter_spelled

SEPARATOR = "|"


class NameTaken(ValidationError):
    """A name that `bearer` has already."""

    def __init__(self, name: str, bearer: Any):
        self.name, self.bearer = name, bearer
        key = bearer.natural_key()[0]
        super().__init__(
            f"'{name}' is a name of {bearer} ({key}) already. If both rightly have it, write it under"
            " Shared names.",
            code="taken",
        )


def check_name(record: Any, owner: Any) -> None:
    """Raise ValidationError if the record's name, an own or another name of the owner, is somebody else's.

    A name that is stored already was checked when it was entered.
    """
    name = record.name
    if not name or type(record)._default_manager.filter(pk=record.pk, name=name).exists():
        return
    if is_shared(owner, name):
        return
    for bearer in find_bearers(owner, name):
        if not is_shared(bearer, name):
            raise ValidationError({"name": NameTaken(name, bearer)})


def find_bearers(owner: Any, name: str) -> list[Any]:
    """Return the other records of the owner's kind that bear the name."""
    kind, model = owner.KIND, type(owner)
    folded = FOLD[kind](name)
    if not folded:
        return []
    condition = filter_spelled(model, folded=folded)
    if kind == PARTY:
        condition |= Q(code__in=[code for code, others in EARLIER_CODES.items() if name.upper() in others])
        return list(model.objects.filter(condition).exclude(pk=owner.pk))
    others = model.objects.filter(condition).exclude(pk=owner.pk).prefetch_related("aliases")
    return [other for other in others if _bears_exactly(other, name)]


def _bears_exactly(system: Any, name: str) -> bool:
    names = [system.name, *(alias.name for alias in system.aliases.all())]
    return name == system.slug or fold_exactly(name) in map(fold_exactly, names)


def is_shared(owner: Any, name: str) -> bool:
    """Return whether the owner says that the name is others', too."""
    compare = fold_party if owner.KIND == PARTY else fold_exactly
    shared = owner.shared_names.split(SEPARATOR) if owner.shared_names else []
    return compare(name) in map(compare, shared)


def check_key(record: Any) -> None:
    """Raise ValidationError if a new record's key leads to another record for ever."""
    name = type(record).natural_key_fields[0]
    formers = apps.get_model("transfers", "FormerKey").objects.filter(kind=record.KIND)
    if record._state.adding and formers.filter(key=getattr(record, name)).exists():
        raise ValidationError({name: "This is the key of a record that was merged into another one."})
