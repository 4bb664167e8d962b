"""What the curated models share: their field rules and the constraints that put them in the database."""

from operator import attrgetter
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from transfers.vocabulary import edtf
from transfers.vocabulary.words import LONGEST_EXCERPT

# \Z, the very end: $ would let a trailing newline pass in Python.
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*\Z"
OWN_CODE = r"^X-[A-Z0-9]+(-[A-Z0-9]+)*\Z"
ALIAS = r"^[^|]+\Z"
SHA256 = r"^[0-9a-f]{64}\Z"


def validate_edtf(value: str) -> None:
    """Raise ValidationError, in words, where `value` is no EDTF date of the forms the register uses."""
    try:
        edtf.validate(value)
    except edtf.EDTFError as error:
        raise ValidationError(str(error), code="edtf") from error


def validate_excerpt(value: str) -> None:
    """Raise ValidationError for an excerpt longer than 12 words: it would quote, not point."""
    if len(value.split()) > LONGEST_EXCERPT:
        raise ValidationError(
            f"An excerpt is the few words that carry the figure, at most {LONGEST_EXCERPT};"
            f" this one has {len(value.split())}.",
            code="excerpt",
        )


class EDTFField(models.CharField):
    """An uncertain date as EDTF text (ISO 8601-2), such as `2019`, `2019-07/..` or `2018?`."""

    default_validators = [validate_edtf]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", edtf.LONGEST)
        super().__init__(*args, **kwargs)


class NaturalKeyManager(models.Manager):
    """Finds a record by the fields its model lists in `natural_key_fields` (`supplier__code` style)."""

    def get_by_natural_key(self, *values):
        paths: tuple[str, ...] = self.model.natural_key_fields  # type: ignore[attr-defined]
        return self.get(**dict(zip(paths, values, strict=True)))


class CuratedModel(models.Model):
    """A record that curators enter; fixtures name it by its natural key, never by an integer."""

    natural_key_fields: tuple[str, ...]

    history = HistoricalRecords(inherit=True)

    objects: ClassVar[models.Manager] = NaturalKeyManager()

    class Meta:
        abstract = True

    def natural_key(self) -> tuple:
        return tuple(attrgetter(path.replace("__", "."))(self) for path in self.natural_key_fields)


def is_choice(field: str, choices: type[models.Choices], *, blank: bool = False) -> models.CheckConstraint:
    """Constraint: the field holds one of the choices (or, with `blank`, nothing)."""
    values = [*choices.values, ""] if blank else choices.values
    listed = ", ".join(str(value) for value in choices.values)
    return models.CheckConstraint(
        condition=Q(**{f"{field}__in": values}),
        name=f"%(class)s_{field}_is_known",
        violation_error_message=f"The {field} must be one of: {listed}.",
    )


def is_like(field: str, pattern: str, what: str, *, blank: bool = False) -> models.CheckConstraint:
    """Constraint: the text matches a pattern that Python and PostgreSQL read alike."""
    condition = Q(**{f"{field}__regex": pattern})
    return models.CheckConstraint(
        condition=condition | Q(**{field: ""}) if blank else condition,
        name=f"%(class)s_{field}_is_valid",
        violation_error_message=f"The {field} must be {what}.",
    )


def is_edtf(field: str, *, blank: bool = False) -> models.CheckConstraint:
    """Constraint: the text has the shape of an EDTF date (the field's validator checks the rest)."""
    return is_like(field, edtf.PATTERN, "an EDTF date, such as 2019, 2019-07/.. or 2018?", blank=blank)
