"""Reading the values of parameters: strict, with suggestions for a value that is refused."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from transfers.api.errors import ParameterError
from transfers.models.naming import Meaning
from transfers.vocabulary import edtf, groups, names
from transfers.vocabulary.fields import Field

LARGEST = 2**63 - 1
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The beginning of a time; ISO 8601 knows others, such as weeks, which would be read as another time.
_TIME = re.compile(rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}")

#: Parameters that list names, separated by commas or repeated.
SEPARATED = ("fields", "omit", "ordering", "group_by")


class Fault(ValidationError):
    """Refused value, with what was perhaps meant."""

    def __init__(self, code: str, message: str, suggestions: list[str] | None = None):
        super().__init__(message, code=code)
        self.suggestions = suggestions or []

    def build_error(self, parameter: str) -> ParameterError:
        """Build the error of the parameter that has this value."""
        return ParameterError(parameter, str(self.code), str(self.message), self.suggestions)


def read_list(query: QueryDict, name: str) -> list[str]:
    """Read the names that a parameter lists, separated by commas or repeated; none if it is not there."""
    return [part.strip() for text in query.getlist(name) for part in str(text).split(",")]


def read_integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19 or int(digits) > LARGEST:
        raise Fault("invalid", f"'{text}' is not a whole number.")
    return int(text)


def read_number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not text.isascii() or "_" in text or not abs(value) < float("inf"):
        raise Fault("invalid", f"'{text}' is not a number.")
    return value


def read_boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise Fault("invalid", f"'{text}' is neither true nor false.", ["true", "false"])
    return _BOOLEANS[text.lower()]


def read_day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Fault("invalid", f"'{text}' is not a day such as 2019-10-24.")


def read_time(text: str) -> datetime:
    """Read a time; a day is its first moment, and a time without a zone is UTC."""
    plain = text.replace(" ", "+")  # an unescaped + arrives as a space
    try:
        if _DAY.fullmatch(plain):
            return datetime.fromisoformat(plain).replace(tzinfo=UTC)
        time = parse_datetime(plain) if _TIME.match(plain) and plain.isascii() else None
        if time is not None:
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise Fault("invalid", f"'{text}' is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z.")


def read_uncertain_date(text: str) -> edtf.Edtf:
    try:
        return edtf.parse(text)
    except edtf.EDTFError as error:
        raise Fault("invalid", str(error)) from error


def read_year(text: str) -> edtf.Edtf:
    """Read a year of four digits, as the date that it is."""
    if not (len(text) == 4 and text.isascii() and text.isdecimal() and int(text)):
        raise Fault("invalid", f"'{text}' is not a year such as 2019.")
    return edtf.parse(text)


def build_name_reader(kind: str, find: Callable[[str], Meaning]) -> Callable[[str], frozenset[str]]:
    """Build a reader of names of parties or systems, which returns the codes that a name stands for."""

    def read_name(text: str) -> frozenset[str]:
        meaning = find(text)
        if meaning.is_clear:
            return meaning.keys
        if meaning.is_ambiguous:
            raise Fault("ambiguous", f"'{text}' may be one of several.{meaning.hint}", meaning.suggestions)
        raise Fault("unknown", f"The register has no {kind} '{text}'.{meaning.hint}", meaning.suggestions)

    return read_name


def build_party_reader(read_party: Callable[[str], frozenset[str]]) -> Callable[[str], frozenset[str]]:
    """Build a reader of parties that also reads regions and groups of states, which stand for their members.

    What is both a party and a group is refused: `group:NATO` is the group, a code the party.
    """

    def read_party_or_group(text: str) -> frozenset[str]:
        group = groups.find_group(text)
        if group is None and not text.startswith(groups.PREFIX):
            return read_party(text)
        if group is not None and not text.startswith(groups.PREFIX):
            _check_no_party(text, group.name, read_party)
        try:
            return groups.find_members(text)
        except groups.UnknownGroup as error:
            wanted = text.removeprefix(groups.PREFIX).partition(groups.AT)[0]
            near = names.suggest(wanted, [each.name for each in groups.read_groups()])
            raise Fault("unknown", str(error), near) from error

    return read_party_or_group


def _check_no_party(text: str, group: str, read_party: Callable[[str], frozenset[str]]) -> None:
    try:
        near = [*sorted(read_party(text)), f"{groups.PREFIX}{group}"]
    except Fault:
        return
    detail = f"'{text}' is a party and a group of states: write {' or '.join(near)}."
    raise Fault("ambiguous", detail, near)


def build_choice_reader(item: Field, convert: Callable[[str], Any] = str) -> Callable[[str], Any]:
    """Build a reader of the choices of a field, which may be numbers."""
    choices = [value for value, _ in item.choices]

    def read_choice(text: str) -> str:
        if text not in choices:
            near = names.suggest(text.lower(), choices) or choices
            raise Fault("unknown", f"'{text}' is not a {item.name}. Choose from: {', '.join(choices)}.", near)
        return convert(text)

    return read_choice
