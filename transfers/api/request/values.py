"""Reading the values of parameters: strict, and with what was perhaps meant where a value is off."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime

from transfers.vocabulary import edtf, names
from transfers.vocabulary.fields import Field

LARGEST = 2**63 - 1
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: The beginning of a time; what else ISO 8601 knows, such as weeks, would be read as a moment of its own.
_TIME = re.compile(rf"{_DAY.pattern}T[0-9]{{2}}:[0-9]{{2}}")


class Fault(ValidationError):
    """A value that cannot be taken, with what was perhaps meant."""

    def __init__(self, code: str, message: str, suggestions: list[str] | None = None):
        super().__init__(message, code=code)
        self.suggestions = suggestions or []


def integer(text: str) -> int:
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > 19 or int(digits) > LARGEST:
        raise Fault("invalid", f"'{text}' is no whole number.")
    return int(text)


def number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not text.isascii() or "_" in text or not abs(value) < float("inf"):
        raise Fault("invalid", f"'{text}' is no number.")
    return value


def boolean(text: str) -> bool:
    if text not in ("true", "false"):
        raise Fault("invalid", f"'{text}' is neither true nor false.", ["true", "false"])
    return text == "true"


def day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise Fault("invalid", f"'{text}' is no day of the form 2019-10-24.")


def moment(text: str) -> datetime:
    """A time; a day is its first moment, and a time without a zone is UTC."""
    plain = text.replace(" ", "+")  # an unescaped + arrives as a space
    try:
        if _DAY.fullmatch(plain):
            return datetime.fromisoformat(plain).replace(tzinfo=UTC)
        time = parse_datetime(plain) if _TIME.match(plain) and plain.isascii() else None
        if time is not None:
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise Fault("invalid", f"'{text}' is no time of the form 2026-01-31 or 2026-01-31T12:00:00Z.")


def uncertain_date(text: str) -> edtf.Edtf:
    try:
        return edtf.parse(text)
    except edtf.EDTFError as error:
        raise Fault("invalid", str(error)) from error


def known(what: str, index: Callable[[], names.Index]) -> Callable[[str], frozenset[str]]:
    """Reads a name of a party or system as the codes it stands for."""

    def read(text: str) -> frozenset[str]:
        found = index().find(text)
        if not found:
            near = index().suggest(text)
            meant = names.format_suggestions(near)
            raise Fault("unknown", f"The register knows no {what} '{text}'.{meant}", near)
        return frozenset(found)

    return read


def numbered_choice(item: Field) -> Callable[[str], int]:
    """Reads one of the choices of a field whose choices are numbers."""
    read = choice(item)
    return lambda text: int(read(text))


def choice(item: Field) -> Callable[[str], str]:
    """Reads one of the field's choices."""
    listed = [value for value, _ in item.choices]

    def read(text: str) -> str:
        if text not in listed:
            near = names.suggest(text.lower(), listed) or listed
            raise Fault("unknown", f"'{text}' is no {item.name}; there is: {', '.join(listed)}.", near)
        return text

    return read
