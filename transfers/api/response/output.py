"""Rows as public values: from the columns of a version to what JSON and CSV show."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from transfers.exports.formats import FORMATS
from transfers.exports.formats.table import drop_empty_fraction
from transfers.vocabulary.fields import Field, Type

from . import citations

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def public(rows: Iterable[Mapping[str, Any]], items: tuple[Field, ...]) -> Iterator[dict[str, Any]]:
    """The rows' public values, by public names: lists as lists, whole numbers without a fraction."""
    columns = [(item.name, item.column) for item in items]
    converted = [(item.name, item.type) for item in items if item.type in (Type.LIST, Type.NUMBER)]
    for row in rows:
        shown = {name: row[column] for name, column in columns}
        for name, kind in converted:
            shown[name] = _value(shown[name], kind)
        yield shown


def _value(value: Any, kind: Type) -> Any:
    if kind is Type.LIST:
        return value.split("|") if value else []
    return drop_empty_fraction(value)


class JSON(BaseRenderer):
    """JSON by orjson; times in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


class HTML(BaseRenderer):
    """Names the format of pages, which are templates."""

    media_type = "text/html"
    format = "html"


def _export(name: str) -> type[BaseRenderer]:
    """Names a format for negotiation; its answers are written by `transfers.exports`."""
    media_type = FORMATS[name].MEDIA_TYPE.split(";")[0]
    return type(name.upper(), (BaseRenderer,), {"media_type": media_type, "format": name})


def _cited(name: str) -> type[BaseRenderer]:
    """Names a format of a citation for negotiation."""
    media_type = citations.FORMATS[name].split(";")[0]
    return type(name.upper(), (BaseRenderer,), {"media_type": media_type, "format": name})


BIB, CSL = map(_cited, citations.FORMATS)


class Atom(BaseRenderer):
    """Names the format of a feed, which is written by `feed`."""

    media_type = "application/atom+xml"
    format = "atom"


#: A list as a page, and in every format of a whole answer.
EVERY_FORMAT: list[type[BaseRenderer]] = [JSON, *map(_export, FORMATS)]
#: And how to cite it.
CITED: list[type[BaseRenderer]] = [*EVERY_FORMAT, BIB, CSL]
