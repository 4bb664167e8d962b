"""A column of a file and the field of a record that it fills: text to value, or a fault in words."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export.fields import Field

from transfers.vocabulary.names import format_suggestions, suggest


def normal(text: str) -> str:
    """A text as a file can carry it: trimmed, with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class Column(Field):
    """One field of a model; its column has the field's name."""

    TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0", "")

    def __init__(self, of: Any) -> None:
        super().__init__(attribute=of.name, column_name=of.name)
        self.of = of

    def export(self, instance: Any, **_: Any) -> str:
        value = self.get_value(instance)
        if value is None:
            return ""
        if isinstance(value, models.Model):
            return str(value.natural_key()[0])  # type: ignore[attr-defined]
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return str(value).lower() if isinstance(value, bool) else str(value)

    def take(self, instance: Any, text: str, references: dict[str, dict[str, Any]]) -> None:
        """Set the field; a stored text that differs in nothing that a file can carry stays as it is."""
        text = normal(text)
        stored = self.get_value(instance)
        if not (isinstance(stored, str) and normal(stored) == text):
            setattr(instance, self.of.name, self._read(text, references))

    def _read(self, text: str, references: dict[str, dict[str, Any]]) -> Any:
        """The value; raises ValueError, in words, for what is none."""
        if self.of.is_relation:
            return self._related(text, references) if text else None
        if isinstance(self.of, models.BooleanField):
            return self._truth(text.lower())
        if self.of.choices and text:
            return self._choice(text)
        if isinstance(self.of, models.CharField | models.TextField):
            return text
        return self._figure(text) if text else None

    def _related(self, text: str, references: dict[str, dict[str, Any]]) -> Any:
        known = references[self.of.name]
        if text in known:
            return known[text]
        model = self.of.related_model
        keys = model.objects.values_list(model.natural_key_fields[0], flat=True)
        meant = format_suggestions(suggest(text, keys)[:1])
        raise ValueError(f"There is no {model._meta.verbose_name} {text!r}.{meant}")

    def _truth(self, text: str) -> bool:
        if text not in (*self.TRUE, *self.FALSE):
            raise ValueError(f"{text!r} is neither true nor false.")
        return text in self.TRUE

    def _choice(self, text: str) -> Any:
        known = {str(value): value for value, _ in self.of.choices}
        if text not in known:
            raise ValueError(f"{text!r} is none of: {', '.join(filter(None, known))}.")
        return known[text]

    def _figure(self, text: str) -> Any:
        if isinstance(self.of, models.DateField):
            return _date(text)
        if isinstance(self.of, models.DecimalField):
            return _decimal(text)
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise ValueError(f"{text!r} is no whole number in digits.")
        return int(text)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text!r} is no date such as 2019-10-24.") from error


def _decimal(text: str) -> Decimal:
    try:
        if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text):
            return Decimal(text)
    except InvalidOperation:
        pass
    raise ValueError(f"{text!r} is no number such as 12.5, in digits.")


class Aliases(Field):
    """All other names of a record in one cell, joined by |; those that the cell leaves out are removed.

    Names of a kind that has types are type:name, and of the type `other` without one.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(attribute="aliases", column_name="aliases")
        self.model = model
        self.typed = any(field.name == "type" for field in model._meta.concrete_fields)

    def get_value(self, instance: Any) -> list[str]:
        wanted = instance.__dict__.get("wanted_aliases")
        if wanted is not None:
            return sorted(wanted)
        return sorted(map(self._text, instance.aliases.all())) if instance.pk else []

    def _text(self, alias: Any) -> str:
        return f"{alias.type}:{alias.name}" if self.typed else alias.name

    def export(self, instance: Any, **_: Any) -> str:
        return "|".join(self.get_value(instance))

    def take(self, instance: Any, text: str, references: Any) -> None:
        names = [normal(name) for name in text.split("|")] if text else []
        wanted = [self._typed(name) for name in names] if self.typed else names
        bare = [name.partition(":")[2] if self.typed else name for name in wanted]
        twice = sorted({name for name in bare if bare.count(name) > 1})
        if twice or "" in bare:
            raise ValueError(f"{twice[0]!r} stands twice." if twice and twice[0] else "A name is empty.")
        instance.wanted_aliases = wanted

    def _typed(self, text: str) -> str:
        kind, colon, name = text.partition(":")
        known = self.model._meta.get_field("type").choices
        if colon and kind.strip() not in dict(known):
            raise ValueError(f"{kind!r} is none of: {', '.join(value for value, _ in known)}.")
        return f"{kind.strip()}:{name.strip()}" if colon else f"other:{text}"

    def check(self, instance: Any) -> None:
        """Raise ValidationError for a name that the model refuses."""
        faults: list[str] = []
        for text in instance.__dict__.get("wanted_aliases") or []:
            try:
                self._made(instance, text).clean_fields(exclude={self._owner})
            except ValidationError as error:
                faults += [f"{text}: {message}" for message in error.messages]
        if faults:
            raise ValidationError({"__all__": [f"aliases: {fault}" for fault in faults]})

    @property
    def _owner(self) -> str:
        return str(self.model._meta.concrete_fields[1].name)

    def _made(self, instance: Any, text: str) -> Any:
        kind, _, name = text.partition(":") if self.typed else ("", "", text)
        return self.model(**{self._owner: instance, "name": name}, **({"type": kind} if self.typed else {}))

    def store(self, instance: Any) -> None:
        """Make the stored names those that are wanted, each change with its history."""
        wanted = instance.__dict__.pop("wanted_aliases", None)
        if wanted is None:
            return
        stored = {self._text(alias): alias for alias in self.model.objects.filter(**{self._owner: instance})}
        for text, alias in stored.items():
            if text not in wanted:
                alias.delete()
        for text in wanted:
            if text not in stored:
                self._made(instance, text).save()
        instance.__dict__.get("_prefetched_objects_cache", {}).pop("aliases", None)
