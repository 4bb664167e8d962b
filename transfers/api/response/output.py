"""Formats of answers."""

from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer

from transfers.exports.formats import FORMATS

from . import citations

LICENCE = "https://creativecommons.org/licenses/by/4.0/"


class JSON(BaseRenderer):
    """JSON by orjson; times in UTC with a Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type=None, renderer_context=None) -> bytes:
        return orjson.dumps(data, option=orjson.OPT_UTC_Z)


def build_format(name: str, media_type: str) -> type[BaseRenderer]:
    """Build the renderer that names a format for negotiation; the resource itself writes its answers."""
    return type(name.upper(), (BaseRenderer,), {"media_type": media_type.split(";")[0], "format": name})


#: A list as a page, and in every format of a whole answer.
EVERY_FORMAT: list[type[BaseRenderer]] = [
    JSON,
    *(build_format(name, module.MEDIA_TYPE) for name, module in FORMATS.items()),
]
BIB, CSL = (build_format(name, media_type) for name, media_type in citations.FORMATS.items())
#: And how to cite it.
CITED: list[type[BaseRenderer]] = [*EVERY_FORMAT, BIB, CSL]
