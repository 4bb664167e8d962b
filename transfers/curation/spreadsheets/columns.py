"""A column of a file and the field of a record that it fills: text to value, or a fault in words."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from transfers.models.homonyms import check_name
from transfers.models.rules import EDTFField
from transfers.vocabulary import counts, edtf, written_dates
from transfers.vocabulary.counts import Number
from transfers.vocabulary.names import format_suggestions, suggest


def normalise(text: str) -> str:
    """Return a text as a file can carry it: trimmed, with plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


class FieldColumn:
    """One field of a model; its column has the field's name."""

    TRUE, FALSE = ("true", "yes", "1"), ("false", "no", "0", "")

    def __init__(self, model_field: Any) -> None:
        self.field = model_field
        self.name = model_field.name

    def get_text(self, record: Any) -> str:
        if self.field.is_relation and getattr(record, self.field.attname) is None:
            return ""
        value = getattr(record, self.name)
        if value is None:
            return ""
        if isinstance(value, models.Model):
            return str(value.natural_key()[0])  # type: ignore[attr-defined]
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return str(value).lower() if isinstance(value, bool) else str(value)

    def set_text(self, record: Any, text: str, related: Mapping[str, Any]) -> None:
        """Set the field; a stored text that differs in nothing that a file can carry stays as it is."""
        text = normalise(text)
        stored = None if self.field.is_relation else getattr(record, self.name)
        if not (isinstance(stored, str) and normalise(stored) == text):
            setattr(record, self.name, self._parse(text, related))

    def _parse(self, text: str, related: Mapping[str, Any]) -> Any:
        """Return the value; raise ValueError, in words, where the text is not one."""
        if self.field.is_relation:
            return self._get_related(text, related) if text else None
        if isinstance(self.field, models.BooleanField):
            return self._parse_truth(text.lower())
        if self.field.choices and text:
            return self._parse_choice(text)
        if isinstance(self.field, EDTFField) and text:
            return written_dates.parse(text)
        if isinstance(self.field, models.CharField | models.TextField):
            return text
        return self._parse_figure(text) if text else None

    def _get_related(self, text: str, related: Mapping[str, Any]) -> Any:
        if text in related:
            return related[text]
        model = self.field.related_model
        keys = model.objects.values_list(model.natural_key_fields[0], flat=True)
        meant = format_suggestions(suggest(text, keys)[:1])
        raise ValueError(f"There is no {model._meta.verbose_name} {text!r}.{meant}")

    def _parse_truth(self, text: str) -> bool:
        if text not in (*self.TRUE, *self.FALSE):
            raise ValueError(f"{text!r} is neither true nor false.")
        return text in self.TRUE

    def _parse_choice(self, text: str) -> Any:
        values = {str(value): value for value, _ in self.field.choices}
        if text not in values:
            raise ValueError(f"{text!r} is none of: {', '.join(filter(None, values))}.")
        return values[text]

    def _parse_figure(self, text: str) -> Any:
        if isinstance(self.field, models.DateField):
            return _parse_day(text)
        is_whole = isinstance(self.field, models.IntegerField)
        return _parse_end(text, counts.parse_count if is_whole else counts.parse)


def _parse_day(text: str) -> date:
    first, last = edtf.bounds(written_dates.parse(text))
    if first is None or first != last:
        raise ValueError(f"{text!r} is not one day, such as 2019-10-24.")
    return first


def _parse_end(text: str, parse: Callable[[str], Number]) -> Decimal | int:
    """Return the one number of a cell: minimum, maximum and currency have columns of their own."""
    minimum, maximum, is_approximate, currency = parse(text)
    if minimum is None or minimum != maximum:
        raise ValueError(f"{text!r} is not one number: the columns minimum and maximum have one each.")
    if is_approximate or currency:
        raise ValueError(f"{text!r}: the column has the number alone; write the rest into note or currency.")
    return minimum


class AliasColumn:
    """All other names of a record in one cell, joined by |; those that the cell leaves out are removed.

    Names of a model whose aliases have types are written as type:name, and get the type `other` without one.
    """

    name = "aliases"

    def __init__(self, model: Any, owner: str) -> None:
        self.model = model
        self.owner = owner
        self.is_typed = any(each.name == "type" for each in model._meta.concrete_fields)

    def get_text(self, record: Any) -> str:
        wanted = record.__dict__.get("wanted_aliases")
        if wanted is None:
            wanted = map(self._write_alias, record.aliases.all()) if record.pk else []
        return "|".join(sorted(wanted))

    def _write_alias(self, alias: Any) -> str:
        return f"{alias.type}:{alias.name}" if self.is_typed else alias.name

    def set_text(self, record: Any, text: str, related: Any) -> None:
        """Set the names that `save` stores; raise ValueError, in words, for an empty or repeated one."""
        names = [normalise(name) for name in text.split("|")] if text else []
        wanted = [self._add_type(name) for name in names] if self.is_typed else names
        bare = [name.partition(":")[2] if self.is_typed else name for name in wanted]
        if "" in bare:
            raise ValueError("A name is empty.")
        if repeated := [name for name in bare if bare.count(name) > 1]:
            raise ValueError(f"{min(repeated)!r} appears twice.")
        record.wanted_aliases = wanted

    def _add_type(self, text: str) -> str:
        kind, colon, name = text.partition(":")
        types = dict(self.model._meta.get_field("type").choices)
        if colon and kind.strip() not in types:
            raise ValueError(f"{kind!r} is none of: {', '.join(types)}.")
        return f"{kind.strip()}:{name.strip()}" if colon else f"other:{text}"

    def check(self, record: Any) -> None:
        """Raise ValidationError for a name that the model refuses."""
        faults: list[str] = []
        stored = {alias.name for alias in record.aliases.all()} if record.pk else set()
        for text in record.__dict__.get("wanted_aliases") or []:
            alias = self._build(record, text)
            try:
                alias.clean_fields(exclude={self.owner})
                if alias.name not in stored:
                    check_name(alias, record)
            except ValidationError as error:
                faults += [f"{text}: {message}" for message in error.messages]
        if faults:
            raise ValidationError({"__all__": [f"aliases: {fault}" for fault in faults]})

    def _build(self, record: Any, text: str) -> Any:
        kind, _, name = text.partition(":") if self.is_typed else ("", "", text)
        values = {"name": name, "type": kind} if self.is_typed else {"name": name}
        return self.model(**{self.owner: record}, **values)

    def save(self, record: Any) -> None:
        """Make the stored names those that are wanted, each change with its history."""
        wanted = record.__dict__.pop("wanted_aliases", None)
        if wanted is None:
            return
        stored = {self._write_alias(alias): alias for alias in record.aliases.all()}
        for text, alias in stored.items():
            if text not in wanted:
                alias.delete()
        for text in wanted:
            if text not in stored:
                self._build(record, text).save()
        record.__dict__.get("_prefetched_objects_cache", {}).pop("aliases", None)
