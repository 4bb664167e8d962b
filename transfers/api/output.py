"""Rows as public values: from the columns of a version to what JSON and CSV show."""

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from ..fields import Field, Type

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def public(row: Mapping[str, Any], items: tuple[Field, ...]) -> dict[str, Any]:
    """A row's public values: lists as lists, whole numbers without a fraction."""
    return {item.name: _value(row[_source_of(item, row)], item.type) for item in items}


def _source_of(item: Field, row: Mapping[str, Any]) -> str:
    return item.column if item.column in row else item.name


def _value(value: Any, kind: Type) -> Any:
    if kind is Type.LIST:
        return value.split("|") if value else []
    if kind is Type.NUMBER and value is not None and value.is_integer():
        return int(value)
    return value


class JSON(BaseRenderer):
    """JSON by orjson; times in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


class CSV(BaseRenderer):
    """Names the format for negotiation; its answers are streamed by `transfers.exports`."""

    media_type = "text/csv"
    format = "csv"
