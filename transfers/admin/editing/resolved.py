"""A transfer as it would be published, for its page: every filled field, what differs, what blocks it."""

from dataclasses import dataclass, field
from typing import Any

from transfers.models import RegistryRow, Transfer
from transfers.publication import content, publish
from transfers.vocabulary import fields, measures
from transfers.vocabulary.fields import Field, Type


@dataclass(frozen=True)
class Line:
    """One field: its label and value in words, and the value of the public row where that differs."""

    label: str
    description: str
    value: str
    is_disputed: bool
    differs: bool
    public: str


@dataclass
class Resolved:
    """The whole row; `fault` says why there is none."""

    lines: list[Line] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_public: bool = False
    fault: str = ""

    @property
    def changes(self) -> list[Line]:
        return [line for line in self.lines if line.differs]


def of(transfer: Transfer) -> Resolved:
    """The stored transfer, resolved; a fixed number of queries."""
    stored = Transfer.objects.with_claims().get(pk=transfer.pk)
    public = RegistryRow.objects.current().filter(key=stored.key).values().first()
    found = Resolved(problems=publish.problems(stored), is_public=public is not None)
    try:
        row = content.build_from_transfer(stored, stored.claims(), content.References()).row
    except (ValueError, LookupError, ArithmeticError) as error:
        found.fault = str(error)
        return found
    disputed = row["disputed"].split("|") if row["disputed"] else []
    for each in fields.ROW:
        if each.name not in fields.ADDED_BY_REVISION:
            value, old = _words(each, row[each.name]), _words(each, public[each.name]) if public else ""
            differs = public is not None and public[each.name] != row[each.name]
            if value or differs:
                found.lines.append(_line(each, value, old, differs, disputed))
    return found


def _line(each: Field, value: str, old: str, differs: bool, disputed: list[str]) -> Line:
    return Line(
        label=each.name.replace("_", " ").capitalize(),
        description=each.description,
        value=value or "empty",
        is_disputed=_stem(each.name) in disputed,
        differs=differs,
        public=old or "empty",
    )


def _stem(name: str) -> str:
    """The figure that a field belongs to: `date_agreed` of `date_agreed_latest`."""
    return next((stem for stem in measures.STEMS if name == stem or name.startswith(f"{stem}_")), "")


def _words(each: Field, value: Any) -> str:
    if value is None or value == "":
        return ""
    labels = {str(key): label for key, label in each.choices}
    if each.type == Type.LIST:
        return ", ".join(labels.get(item, item) for item in value.split("|"))
    return labels.get(str(value), f"{value:g}" if each.type == Type.NUMBER else str(value))
